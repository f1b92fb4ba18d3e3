"""Comparing schemas: what is said, and what is not said because it is not known."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AlterColumn,
    CreateEnum,
    CreateTable,
    DropColumn,
    DropTable,
    OpaqueOperation,
)
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    Default,
    EnumDef,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.compare import compare
from schemalint.schema.compare_sides import SchemaDef
from schemalint.schema.timeline import Timeline

USERS = ObjectName("users")
INTEGER, TEXT, BOOLEAN = SqlType("integer"), SqlType("text"), SqlType("boolean")
COMPUTED = Unknown("it is computed")


ID = ColumnDef("id", INTEGER, False)


def table(*parts, columns=(ID,), complete=True):
    constraints = tuple(part for part in parts if not isinstance(part, IndexDef))
    indexes = tuple(part for part in parts if isinstance(part, IndexDef))
    return TableDef(USERS, tuple(columns), constraints, indexes, complete=complete)


def said(left, right, **options):
    return [(item.kind, item.object, item.aspect) for item in compare(left, right, **options)]


def of_column(**left):
    """A table with one column, made of an integer by these changes."""
    return table(columns=(replace(ColumnDef("c", INTEGER), **left),))


def test_a_unique_constraint_over_the_primary_key_demands_nothing_more():
    key, unique = PrimaryKeyDef(None, ("id",)), UniqueDef("u", ("id",))
    assert said(SchemaDef((table(key, unique),)), SchemaDef((table(key),))) == []
    assert said(SchemaDef((table(key),)), SchemaDef((table(key, unique),))) == []


def index(name, *columns, **options):
    return IndexDef(name, tuple(IndexElement(column=column) for column in columns), **options)


@pytest.mark.parametrize(
    ("left", "right", "aspects"),
    [
        ({"type": INTEGER}, {"type": SqlType("bigint")}, ["type"]),
        ({"type": SqlType("varchar", length=50)}, {"type": SqlType("varchar", length=60)}, ["length"]),
        ({"type": SqlType("numeric", precision=10)}, {"type": SqlType("numeric", precision=10, scale=0)}, []),
        ({"type": SqlType("timestamp", timezone=True)}, {"type": SqlType("timestamp", timezone=False)}, ["timezone"]),
        ({"type": SqlType("timestamp")}, {"type": SqlType("timestamp", timezone=False)}, []),
        ({"type": SqlType("double")}, {"type": SqlType("double", precision=53)}, []),
        ({"type": SqlType("enum", length=5, native=False)}, {"type": SqlType("varchar", length=5)}, []),
        ({"type": SqlType("other", name="geo.Geometry")}, {"type": TEXT}, []),
        ({"type": SqlType("other", name="citext")}, {"type": SqlType("other", name="ltree")}, ["type"]),
        ({"type": COMPUTED}, {"type": TEXT}, []),
        ({"nullable": True}, {"nullable": False}, ["nullable"]),
        ({"nullable": COMPUTED}, {"nullable": False}, []),
        ({"default": None}, {"default": Default("1", True)}, ["default"]),
        ({"default": Default("1", True)}, {"default": Default("1", False)}, []),
        ({"default": Default("1.0", True)}, {"default": Default("1", True)}, []),
        ({"default": None}, {"default": Default("NULL", False)}, []),
        ({"default": COMPUTED}, {"default": Default("1", True)}, []),
    ],
)  # fmt: skip
def test_columns(left, right, aspects):
    assert said(of_column(**left), of_column(**right)) == [("column", "users.c", aspect) for aspect in aspects]


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        (SqlType("timestamp"), Default("now()", False), Default("CURRENT_TIMESTAMP", False)),
        (TEXT, Default("a", True), Default("'a'::text", False)),
        (SqlType("varchar"), Default("a", True), Default("'a'::character varying(5)", False)),
        (BOOLEAN, Default("0", True), Default("false", False)),
        (BOOLEAN, Default("true", True), Default("'t'::boolean", False)),
        (SqlType("jsonb"), Default("{}", True), Default("'{ }'::jsonb", False)),
        (INTEGER, Default("((5))", False), Default("5", True)),
    ],
)
def test_defaults_that_are_written_otherwise(kind, left, right):
    assert said(of_column(type=kind, default=left), of_column(type=kind, default=right)) == []


def test_a_text_is_no_call():
    left, right = of_column(type=TEXT, default=Default("now()", True)), of_column(default=Default("now()", False))
    assert ("column", "users.c", "default") in said(left, right)


def test_columns_that_only_one_side_has():
    two = table(columns=(ColumnDef("id", INTEGER, False), ColumnDef("email", TEXT)))
    assert said(two, table()) == [("column", "users.email", "missing")]
    assert said(table(), two) == [("column", "users.email", "extra")]


def test_nothing_is_missing_in_a_table_that_is_not_known_in_full():
    whole = table(UniqueDef("u", ("id",)), columns=(ColumnDef("id", INTEGER, False), ColumnDef("email", TEXT)))
    assert said(whole, table(complete=False)) == []


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (UniqueDef("a", ("id", "x")), UniqueDef(None, ("x", "id")), []),
        (UniqueDef("a", ("id",)), UniqueDef("b", ("id",)), ["name"]),
        (UniqueDef("a", ("id",)), index("ix", "id", unique=True), ["name"]),
        (PrimaryKeyDef(None, ("id",)), PrimaryKeyDef("pk", ("id", "x")), ["columns"]),
        (CheckDef(None, "id > 0"), CheckDef(None, "(\"id\" > 0)"), []),
        (CheckDef("c", "f(id) > g(id)"), CheckDef("c", '"public"."f"(id) > public.g (id)'), []),
        (CheckDef("c", "id > 0"), CheckDef("c", "id > 1"), ["condition"]),
        (CheckDef("c", "id > 0"), CheckDef("c", COMPUTED), []),
        (ForeignKeyDef(None, ("id",), USERS, ("id",)), ForeignKeyDef("fk", ("id",), ObjectName("users", "public")), []),
        (ForeignKeyDef(None, ("id",), USERS), ForeignKeyDef(None, ("id",), USERS, on_delete="CASCADE"), ["on_delete"]),
        (ForeignKeyDef(None, ("id",), USERS), ForeignKeyDef(None, ("id",), USERS, on_delete="no action"), []),
        (ForeignKeyDef(None, ("id",), USERS, deferrable=True),
         ForeignKeyDef(None, ("id",), USERS, deferrable=True, initially_deferred=True), ["initially_deferred"]),
        (ForeignKeyDef(None, ("id",), USERS),
         ForeignKeyDef(None, ("id",), USERS, deferrable=True, initially_deferred=True), ["deferrable"]),
        (ForeignKeyDef(None, ("id",), COMPUTED), ForeignKeyDef(None, ("id",), USERS), []),
        (index("ix", "id"), index("ix", "x"), ["columns"]),
        (index("ix", "id"), index("ix", "id", unique=True), ["unique"]),
        (index("ix", "id", predicate="x IS NULL"), index("ix", "id", predicate='("x" is null)'), []),
        (index("ix", "id", method="btree"), index("ix", "id"), []),
        (IndexDef("ix", COMPUTED), index("ix", "id"), []),
    ],
)  # fmt: skip
def test_constraints_and_indexes(left, right, expected):
    assert [aspect for _, _, aspect in said(table(left), table(right))] == expected


def test_parts_that_only_one_side_has():
    part = index("ix_users_email", "email")
    assert said(table(part), table()) == [("index", "users.ix_users_email", "missing")]
    assert said(table(), table(UniqueDef(None, ("id",)))) == [("unique", "users(id)", "extra")]


def test_something_of_which_not_all_is_known_may_be_what_is_sought():
    assert said(table(CheckDef(None, "id > 0")), table(CheckDef(None, COMPUTED))) == []
    assert said(table(index("a", "id")), table(IndexDef(COMPUTED, COMPUTED))) == []


def replayed(*operations):
    timeline = Timeline()
    for operation in operations:
        timeline.apply(operation, "r")
    return timeline.now()


def test_a_history_and_models():
    history = replayed(CreateTable(table()), CreateEnum(EnumDef(ObjectName("kind"), ("a",))))
    models = SchemaDef((replace(table(), name=ObjectName("posts")),), (EnumDef(ObjectName("kind"), ("a", "b")),))
    assert said(history, models) == [
        ("table", "users", "missing"),
        ("table", "posts", "extra"),
        ("enum", "kind", "values"),
    ]


def test_a_table_that_was_there_before_the_history_may_be_any():
    history = replayed(AddColumn(ObjectName("posts"), ColumnDef("title", TEXT)))
    columns = (ColumnDef("id", INTEGER, False), ColumnDef("title", TEXT))
    declared = replace(table(columns=columns), name=ObjectName("posts"))
    assert said(history, SchemaDef((declared, table()))) == []


def test_nothing_is_said_of_what_something_opaque_may_have_changed():
    before = replayed(CreateTable(table()))
    after = replayed(CreateTable(table()), DropColumn(USERS, "id"), OpaqueOperation("a procedure", (USERS,)))
    assert said(before, after) == []
    anything = replayed(CreateTable(table()), DropTable(USERS), OpaqueOperation("a procedure"))
    assert said(before, anything) == []


def test_only_some_tables():
    left = SchemaDef((table(), replace(table(), name=ObjectName("posts"))))
    assert said(left, SchemaDef(), only=[ObjectName("posts")]) == [("table", "posts", "missing")]


def test_public_is_the_schema_of_names_without_one_on_postgresql():
    public = replace(table(), name=ObjectName("users", "public"))
    assert said(SchemaDef((table(),)), SchemaDef((public,)), dialect="postgresql") == []


def test_the_values_of_a_difference():
    view = replayed(CreateTable(of_column()), AlterColumn(USERS, "c", type=TEXT))
    (found,) = compare(replayed(CreateTable(of_column())), view)
    assert (found.left, found.right, found.table) == (INTEGER, TEXT, USERS)


def test_a_table_is_no_schema():
    with pytest.raises(TypeError, match="a schema with a schema"):
        compare(table(), SchemaDef())

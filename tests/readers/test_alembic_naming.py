"""The names that a naming convention gives, as Alembic 1.20 gives them."""

from __future__ import annotations

import msgspec
import pytest

from schemalint.facts.operations import AddConstraint, CreateIndex, CreateTable, DropConstraint, DropIndex
from schemalint.facts.unknown import Unknown

CONVENTION = {
    "ix": "ix__%(column_0_label)s",
    "uq": "uq__%(table_name)s__%(column_0_name)s",
    "ck": "ck__%(table_name)s__%(constraint_name)s",
    "fk": "fk__%(table_name)s__%(column_0_name)s__%(referred_table_name)s",
    "pk": "pk__%(table_name)s",
}


def names(operations: list[object]) -> list[object]:
    """The names of all that the operations make or drop."""
    found: list[object] = []
    for operation in operations:
        if isinstance(operation, CreateTable):
            found.extend(constraint.name for constraint in operation.table.constraints)
        elif isinstance(operation, AddConstraint):
            found.append(operation.constraint.name)
        elif isinstance(operation, CreateIndex):
            found.append(operation.index.name)
        elif isinstance(operation, (DropConstraint, DropIndex)):
            found.append(operation.name)
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('op.create_unique_constraint(None, "t", ["a", "b"])', ["uq__t__a"]),
        ('op.create_unique_constraint("mine", "t", ["a"])', ["mine"]),
        ('op.create_foreign_key(None, "t", "u", ["a"], ["id"], source_schema="s")', ["fk__t__a__u"]),
        ('op.create_primary_key(None, "t", ["a"])', ["pk__t"]),
        ('op.create_check_constraint("positive", "t", "a > 0")', ["ck__t__positive"]),
        ('op.create_check_constraint(op.f("ck_t"), "t", "a > 0")', ["ck_t"]),
        ('op.create_check_constraint(sa.schema.conv("ck_t"), "t", "a > 0")', ["ck_t"]),
        ('op.create_index(None, "t", ["a", "b"])', ["ix__t_a"]),
        ('op.create_index(None, "t", ["a"], schema="s")', ["ix__s_t_a"]),
        ('op.create_index("mine", "t", ["a"])', ["mine"]),
        ('op.add_column("t", sa.Column("a", sa.Integer, unique=True))', ["uq__t__a"]),
        ('op.add_column("t", sa.Column("a", sa.Integer, index=True))', ["ix__t_a"]),
        ('op.add_column("t", sa.Column("a", sa.Integer, sa.ForeignKey("u.id")))', ["fk__t__a__u"]),
        ('op.add_column("t", sa.Column("a", sa.Integer, sa.ForeignKey("u.id", name="x")))', ["x"]),
        (
            'op.add_column("t", sa.Column("a", sa.Integer, sa.ForeignKey("u.id", name="x")), inline_references=True)',
            ["t_a_fkey"],
        ),
        ('op.add_column("t", sa.Column("a", sa.Integer, sa.CheckConstraint("a > 0", name="plus")))', ["ck__t__plus"]),
        ('op.drop_constraint("positive", "t", type_="check")', ["ck__t__positive"]),
        ('op.drop_constraint(op.f("positive"), "t", type_="check")', ["positive"]),
        ('op.drop_constraint("positive", "t")', ["positive"]),
        ('op.drop_constraint("mine", "t", type_="unique")', ["mine"]),
        ('op.drop_constraint(None, "t", type_="primary")', ["pk__t"]),
        ('op.drop_constraint(None, "t", type_="foreignkey")', [None]),
        ('op.drop_index(op.f("mine"), "t")', ["mine"]),
        ('op.execute("ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0)")', ["positive"]),
        (
            'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer, '
            'sa.ForeignKey("u.id"), index=True, unique=True), sa.UniqueConstraint("id", "a"), '
            'sa.CheckConstraint("a > 0", name="plus"), sa.ForeignKeyConstraint(["a"], ["v.id"], name="given"))',
            ["fk__t__a__u", "uq__t__id", "ck__t__plus", "given", "pk__t", "ix__t_a"],
        ),
    ],
)
def test_the_convention_names_what_has_no_name(upgrade, source: str, expected: list[object]) -> None:
    assert names(upgrade(source, naming=CONVENTION).operations) == expected


LONG = "a" * 70


@pytest.mark.parametrize(
    ("dialect", "kept"),
    [(None, "a" * 55 + "_3d46"), ("postgresql", "a" * 55 + "_3d46"), ("mysql", "a" * 56 + "_3d46"), ("sqlite", LONG)],
)
def test_final_names_that_are_too_long_are_cut_as_sqlalchemy_cuts_them(upgrade, dialect: str, kept: str) -> None:
    source = f"""
op.create_unique_constraint(op.f("{LONG}"), "t", ["a"])
op.create_index(op.f("{LONG}"), "t", ["a"])
op.drop_index(op.f("{LONG}"), "t")
op.drop_constraint(op.f("{LONG}"), "t")
sa.Index(sa.schema.conv("{LONG}"), sa.table("t", sa.column("a")).c.a).drop(op.get_bind())
"""

    assert names(upgrade(source, dialect=dialect).operations) == [kept] * 5


def test_names_of_a_convention_that_are_too_long_are_cut(upgrade) -> None:
    column = "a" * 70
    source = f'op.create_unique_constraint(None, "t", ["{column}"])\nop.create_index(None, "t", ["{column}"])'

    assert names(upgrade(source, naming=CONVENTION).operations) == [f"uq__t__{'a' * 48}_9689", f"ix__t_{'a' * 49}_262d"]


def test_without_a_convention_only_indexes_have_names(upgrade) -> None:
    read = upgrade(
        """
        op.create_index(None, "t", ["a", "b"])
        op.create_unique_constraint(None, "t", ["a"])
        op.create_check_constraint("positive", "t", "a > 0")
        op.drop_constraint(None, "t", type_="primary")
        """.replace("        ", "")
    )

    assert names(read.operations) == ["ix_t_a", None, "positive", None]


def test_a_template_with_a_token_of_the_projects_own_gives_no_name(upgrade) -> None:
    read = upgrade('op.create_unique_constraint(None, "t", ["a"])', naming={"uq": "uq_%(mine)s"})

    assert names(read.operations) == [None]


def test_an_index_whose_convention_is_not_known_has_an_unknown_name(upgrade) -> None:
    read = upgrade('op.create_index(None, "t", [sa.text("lower(a)")])', naming=CONVENTION)

    assert isinstance(names(read.operations)[0], Unknown)


def test_a_name_that_is_final_is_still_a_text_to_ask_for(upgrade) -> None:
    read = upgrade(
        """
if op.f("ix_t_a") not in {index["name"] for index in sa.inspect(op.get_bind()).get_indexes("t")}:
    op.create_index(op.f("ix_t_a"), "t", ["a"])
""",
        before='op.create_table("t", sa.Column("a", sa.Integer))\nop.create_index("ix_t_a", "t", ["a"])',
    )

    assert read.operations == []


BEFORE = """
op.create_table("u", sa.Column("id", sa.Integer, primary_key=True))
op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer, sa.ForeignKey("u.id")))
"""


def test_a_batch_with_a_convention_names_constraints_where_it_makes_the_table_anew(upgrade) -> None:
    source = """
with op.batch_alter_table("t", naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s"}) as batch:
    batch.drop_constraint("fk_t_a", type_="foreignkey")
"""

    on_sqlite, on_postgresql = (upgrade(source, dialect=name, before=BEFORE) for name in ("sqlite", "postgresql"))

    assert on_sqlite.kinds == ["RenameConstraint", "DropConstraint"]
    assert on_sqlite.placed[0].derived
    assert on_postgresql.kinds == ["DropConstraint"]


def test_a_batch_that_only_adds_leaves_other_constraints_alone(upgrade) -> None:
    source = """
with op.batch_alter_table("t", naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s"}) as batch:
    batch.add_column(sa.Column("b", sa.Integer))
"""

    assert upgrade(source, dialect="sqlite", before=BEFORE).kinds == ["AddColumn"]


@pytest.mark.parametrize(
    "source",
    [
        'op.create_table(op.f("t"), sa.Column(op.f("a"), sa.Integer), sa.UniqueConstraint(op.f("a"), name=op.f("u")))',
        'op.create_index(op.f("i"), op.f("t"), [op.f("a")], schema=op.f("s"))',
        'op.create_foreign_key(op.f("f"), op.f("t"), op.f("u"), [op.f("a")], [op.f("id")])',
        'op.create_exclude_constraint(op.f("e"), "t", ("a", "="))',
        'op.alter_column(op.f("t"), op.f("a"), new_column_name=op.f("b"), comment=op.f("c"))',
        'op.drop_constraint(op.f("u"), op.f("t"), type_=op.f("unique"))',
        'op.drop_index(op.f("i"), op.f("t"))\nop.rename_table(op.f("t"), op.f("u"))\nop.drop_column("u", op.f("a"))',
        'sa.Index(op.f("i"), sa.table("t", sa.column("a")).c.a).create(op.get_bind())',
        'op.execute(op.f("DROP TABLE t"))\nop.execute("DROP TABLE " + op.f("t"))\nop.drop_table(f"{op.f(\'t\')}")',
    ],
)
def test_what_comes_out_is_plain_text(upgrade, source: str) -> None:
    assert msgspec.json.encode(upgrade(source, naming=CONVENTION).body)

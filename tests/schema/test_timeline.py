"""What the virtual schema says after operations, as PostgreSQL would have it."""

from __future__ import annotations

from typing import Any

import pytest

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
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
from schemalint.schema.timeline import Timeline
from schemalint.schema.view import SchemaView

USERS, POSTS, PEOPLE = ObjectName("users"), ObjectName("posts"), ObjectName("people")
INTEGER, TEXT = SqlType("integer"), SqlType("text")


def table(name: ObjectName, *columns: str, constraints: tuple[ConstraintDef, ...] = ()) -> ops.CreateTable:
    return ops.CreateTable(TableDef(name, tuple(ColumnDef(column, INTEGER) for column in columns), constraints))


def index(name: str | None, *columns: str, **options: Any) -> IndexDef:
    return IndexDef(name, tuple(IndexElement(column) for column in columns), **options)


def replay(*operations: ops.Operation) -> SchemaView:
    """The schema after operations, each in a revision of its own: r1, r2, ..."""
    timeline = Timeline()
    for number, operation in enumerate(operations, 1):
        timeline.apply(operation, f"r{number}")
    return timeline.now()


def names(parts: Any) -> set[str]:
    return {str(part.definition.name) for part in parts}


class TestPresence:
    def test_every_step_has_its_own_schema(self) -> None:
        timeline = Timeline()
        before = timeline.now()
        first = timeline.apply(table(USERS, "id"), "r1")
        second = timeline.apply(ops.AddColumn(USERS, ColumnDef("email", TEXT)), "r2")
        assert before.table(USERS) is None
        assert timeline.at(first).has_column(USERS, "email") is False
        assert timeline.at(second).has_column(USERS, "email") is True
        assert before.last.has_column(USERS, "email") is True

    def test_a_table_that_the_history_never_made_is_not_called_absent(self) -> None:
        view = replay(table(POSTS, "id"))
        assert view.has_table(USERS) is None
        assert view.has_column(USERS, "id") is None
        assert view.self_contained

    def test_working_on_such_a_table_proves_it_and_tells_nothing_of_its_other_columns(self) -> None:
        view = replay(ops.CreateIndex(USERS, index("ix", "email")))
        users = view.table(USERS)
        assert users is not None
        assert (users.created_in, users.created_at, users.complete) == (None, None, False)
        assert users.has_column("email") is True
        assert users.has_column("name") is None
        assert not view.self_contained

    def test_a_foreign_key_to_such_a_table_shows_that_the_history_does_not_make_all(self) -> None:
        reference = ForeignKeyDef(None, ("user_id",), USERS)
        assert not replay(table(POSTS, "user_id", constraints=(reference,))).self_contained

    def test_what_was_dropped_is_absent(self) -> None:
        view = replay(table(USERS, "id"), ops.DropTable(USERS))
        assert view.has_table(USERS) is False
        assert view.has_column(USERS, "id") is False

    def test_an_altered_column_that_was_never_made_is_known_by_what_the_alteration_says(self) -> None:
        alter = ops.AlterColumn(USERS, "email", nullable=False, existing_type=TEXT)
        column = replay(alter).table(USERS).column("email")  # type: ignore[union-attr]
        assert column is not None
        assert (column.definition.type, column.definition.nullable) == (TEXT, False)
        assert isinstance(column.definition.default, Unknown)

    def test_a_contradiction_shows_that_something_went_unseen(self) -> None:
        view = replay(table(USERS, "id"), ops.AlterColumn(USERS, "email", nullable=False))
        assert view.has_column(USERS, "name") is None
        assert "email" in (view.table(USERS).gap or "")  # type: ignore[union-attr]

    def test_a_table_in_a_schema_may_be_one_that_was_made_without(self) -> None:
        other = ops.AddColumn(ObjectName("users", "app"), ColumnDef("email", TEXT))
        view = replay(table(USERS, "id"), other)
        assert view.has_column(USERS, "email") is None
        timeline = Timeline(default_schema="app")
        timeline.apply(table(USERS, "id"), "r1")
        timeline.apply(other, "r2")
        assert timeline.now().has_column(USERS, "email") is True
        assert timeline.now().has_column(ObjectName("users", "app"), "name") is False

    def test_public_is_the_schema_of_names_without_one_on_postgresql(self) -> None:
        public = ObjectName("users", "public")
        view = replay(table(USERS, "id"), ops.AddColumn(public, ColumnDef("email", TEXT)))
        assert view.has_column(USERS, "email") is True
        assert view.has_column(public, "name") is False
        dumped = replay(table(public, "id"), ops.DropTable(USERS))
        assert dumped.has_table(public) is False

    def test_another_server_has_no_such_schema(self) -> None:
        timeline = Timeline(dialect="mysql")
        timeline.apply(table(USERS, "id"), "r1")
        timeline.apply(ops.AddColumn(ObjectName("users", "public"), ColumnDef("email", TEXT)), "r2")
        assert timeline.now().has_column(USERS, "email") is None


class TestOrigins:
    def test_a_rename_keeps_the_table_with_all_that_it_has(self) -> None:
        view = replay(table(USERS, "id"), ops.CreateIndex(USERS, index("ix", "id")), ops.RenameTable(USERS, PEOPLE))
        people = view.table(PEOPLE)
        assert people is not None
        assert (people.created_in, people.created_at, people.complete) == ("r1", 1, True)
        assert people.index("ix") is not None
        assert view.index("ix").table == PEOPLE  # type: ignore[union-attr]
        assert view.has_table(USERS) is False

    def test_a_rename_keeps_the_schema_and_a_change_of_schema_moves_the_table(self) -> None:
        view = replay(
            table(ObjectName("users", "app"), "id"),
            ops.RenameTable(ObjectName("users", "app"), PEOPLE),
            ops.AlterTable(ObjectName("people", "app"), "schema", "archive"),
        )
        assert [str(each.name) for each in view.tables()] == ["archive.people"]

    def test_foreign_keys_and_views_follow_a_rename(self) -> None:
        reference = ForeignKeyDef("fk", ("user_id",), USERS, ("id",))
        view = replay(
            table(USERS, "id"),
            table(POSTS, "user_id", constraints=(reference,)),
            ops.CreateObject("view", ObjectName("active"), (USERS,)),
            ops.RenameTable(USERS, PEOPLE),
            ops.RenameColumn(PEOPLE, "id", "key"),
        )
        constraint = view.constraint(POSTS, "fk")
        assert constraint is not None
        assert constraint.definition == ForeignKeyDef("fk", ("user_id",), PEOPLE, ("key",))
        assert view.object("view", ObjectName("active")).definition.mentions == (PEOPLE,)  # type: ignore[union-attr]

    def test_references_stay_as_they_are_written_while_sqlite_renames_in_the_legacy_way(self) -> None:
        reference = ForeignKeyDef("fk", ("user_id",), USERS, ("id",))
        timeline = Timeline(dialect="sqlite")
        timeline.apply(table(USERS, "id"), "r1")
        timeline.apply(table(POSTS, "user_id", constraints=(reference,)), "r1")
        timeline.apply(ops.SetParameter("legacy_alter_table", "ON"), "r2")
        timeline.apply(ops.RenameTable(USERS, PEOPLE), "r2")
        assert timeline.now().constraint(POSTS, "fk").definition.target == USERS  # type: ignore[union-attr]
        timeline.apply(ops.RenameTable(PEOPLE, USERS), "r2")
        timeline.apply(ops.RenameTable(USERS, PEOPLE), "r3")
        assert timeline.now().constraint(POSTS, "fk").definition.target == PEOPLE  # type: ignore[union-attr]

    def test_a_renamed_column_keeps_its_origin_its_place_and_what_is_over_it(self) -> None:
        timeline = Timeline()
        timeline.apply(table(USERS, "a", "b", constraints=(CheckDef("positive", "a > 0 AND 'a' <> \"b\""),)), "r1")
        timeline.apply(ops.CreateIndex(USERS, index("ix", "b", "a", predicate="a IS NOT NULL")), "r2")
        timeline.apply(ops.RenameColumn(USERS, "a", "c"), "r3")
        users = timeline.now().table(USERS)
        assert users is not None
        assert [column.name for column in users.columns()] == ["c", "b"]
        assert users.column("c").created_in == "r1"  # type: ignore[union-attr]
        assert users.index("ix").definition == index("ix", "b", "c", predicate="c IS NOT NULL")  # type: ignore[union-attr]
        assert users.constraint("positive").definition.sql == "c > 0 AND 'a' <> \"b\""  # type: ignore[union-attr]

    def test_a_table_made_again_is_another_table(self) -> None:
        view = replay(table(USERS, "id", "email"), ops.DropTable(USERS), table(USERS, "id"))
        assert view.table(USERS).created_in == "r3"  # type: ignore[union-attr]
        assert view.has_column(USERS, "email") is False


class TestDependents:
    def test_a_dropped_column_takes_the_indexes_and_constraints_over_it(self) -> None:
        view = replay(
            table(USERS, "a", "b", constraints=(UniqueDef("u", ("a", "b")), CheckDef("only_b", "b > 0"))),
            ops.CreateIndex(USERS, index("ix_a", "a")),
            ops.CreateIndex(USERS, index("ix_included", "b", include=("a",))),
            ops.CreateIndex(USERS, index("ix_b", "b")),
            ops.DropColumn(USERS, "a"),
        )
        users = view.table(USERS)
        assert users is not None
        assert names(users.indexes()) == {"ix_b"}
        assert names(users.constraints()) == {"only_b"}
        assert view.has_index("ix_a") is False

    def test_what_only_mentions_the_column_in_sql_may_have_gone_with_it(self) -> None:
        view = replay(table(USERS, "a", constraints=(CheckDef("c", "a > 0"),)), ops.DropColumn(USERS, "a"))
        assert view.constraint(USERS, "c") is None
        assert view.has_constraint(USERS, "c") is None

    @pytest.mark.parametrize("cascade", [False, True])
    def test_foreign_keys_of_other_tables_go_only_with_cascade(self, cascade: bool) -> None:
        start = (
            table(USERS, "id", constraints=(PrimaryKeyDef("pk", ("id",)),)),
            table(POSTS, "user_id", constraints=(ForeignKeyDef("fk", ("user_id",), USERS),)),
        )
        drops: tuple[ops.Operation, ...] = (
            ops.DropTable(USERS, cascade=cascade),
            ops.DropColumn(USERS, "id", cascade=cascade),
            ops.DropConstraint(USERS, "pk", cascade=cascade),
        )
        for drop in drops:
            assert replay(*start, drop).has_constraint(POSTS, "fk") is not cascade

    def test_a_dropped_table_takes_its_triggers_and_with_cascade_its_views(self) -> None:
        start = (
            table(USERS, "id"),
            ops.CreateObject("trigger", ObjectName("touch"), (USERS,)),
            ops.CreateObject("view", ObjectName("active"), (USERS,)),
        )
        view = replay(*start, ops.DropTable(USERS))
        assert view.has_object("trigger", ObjectName("touch")) is False
        assert view.has_object("view", ObjectName("active")) is True
        view = replay(*start, ops.DropTable(USERS, cascade=True))
        assert view.has_object("view", ObjectName("active")) is False

    def test_a_schema_dropped_with_cascade_takes_all_that_is_in_it(self) -> None:
        view = replay(
            ops.CreateSchema("app"),
            table(ObjectName("users", "app"), "id"),
            table(POSTS, "id"),
            ops.CreateEnum(EnumDef(ObjectName("mood", "app"), ("sad",))),
            ops.DropSchema("app", cascade=True),
        )
        assert view.has_schema("app") is False
        assert [str(each.name) for each in view.tables()] == ["posts"]
        assert view.has_enum(ObjectName("mood", "app")) is False


class TestGuardsAndConditions:
    def test_a_guarded_creation_keeps_what_is_there(self) -> None:
        again = ops.CreateTable(TableDef(USERS, (ColumnDef("other", TEXT),)), if_not_exists=True)
        assert replay(table(USERS, "id"), again).table(USERS).definition.columns == (  # type: ignore[union-attr]
            ColumnDef("id", INTEGER),
        )
        assert replay(again).has_column(USERS, "other") is True
        add = ops.AddColumn(USERS, ColumnDef("id", TEXT), if_not_exists=True)
        column = replay(table(USERS, "id"), add).table(USERS).column("id")  # type: ignore[union-attr]
        assert column is not None
        assert column.definition.type == INTEGER

    def test_a_guarded_drop_is_certain(self) -> None:
        view = replay(ops.DropTable(USERS, if_exists=True), ops.DropColumn(POSTS, "a", if_exists=True))
        assert view.has_table(USERS) is False
        assert view.has_column(POSTS, "a") is False
        assert view.has_column(POSTS, "b") is None

    def test_a_guarded_change_of_what_is_absent_does_nothing(self) -> None:
        timeline = Timeline()
        timeline.apply(table(USERS, "id"), "r1")
        timeline.apply(ops.DropTable(USERS), "r2")
        timeline.apply(ops.AddColumn(USERS, ColumnDef("a", TEXT)), "r3", guarded=True)
        assert timeline.now().has_table(USERS) is False

    def test_what_a_conditional_operation_makes_or_drops_is_neither_there_nor_absent(self) -> None:
        timeline = Timeline()
        timeline.apply(table(USERS, "a", "b"), "r1")
        timeline.apply(ops.AddColumn(USERS, ColumnDef("c", TEXT)), "r2", conditional=True)
        timeline.apply(ops.DropColumn(USERS, "a"), "r2", conditional=True)
        timeline.apply(table(POSTS, "id"), "r2", conditional=True)
        view = timeline.now()
        assert [view.has_column(USERS, column) for column in "abcd"] == [None, True, None, False]
        assert names(view.table(USERS).columns()) == {"b"}  # type: ignore[union-attr]
        assert view.has_table(POSTS) is None
        assert view.table(POSTS) is None

    def test_a_conditional_change_leaves_unknown_what_it_would_change(self) -> None:
        timeline = Timeline()
        timeline.apply(table(USERS, "a"), "r1")
        timeline.apply(ops.AlterColumn(USERS, "a", type=INTEGER, nullable=False), "r2", conditional=True)
        column = timeline.now().table(USERS).column("a")  # type: ignore[union-attr]
        assert column is not None
        assert column.definition.type == INTEGER
        assert isinstance(column.definition.nullable, Unknown)

    def test_working_on_a_table_made_under_a_condition_proves_it_but_not_its_contents(self) -> None:
        timeline = Timeline()
        timeline.apply(table(USERS, "a"), "r1", conditional=True)
        timeline.apply(ops.AddColumn(USERS, ColumnDef("b", TEXT)), "r2")
        users = timeline.now().table(USERS)
        assert users is not None
        assert (users.created_in, users.complete, users.has_column("c")) == ("r1", False, None)


class TestNamesThatAreNotKnown:
    def test_a_key_that_may_be_dropped_may_take_what_refers_to_it_along(self) -> None:
        reference = ForeignKeyDef("fk", ("user_id",), USERS, ("id",))
        view = replay(
            table(USERS, "id", constraints=(PrimaryKeyDef(None, ("id",)), UniqueDef(None, ("id",)))),
            table(POSTS, "user_id", constraints=(reference,)),
            ops.DropConstraint(USERS, "pk_users", cascade=True),
        )
        assert view.has_constraint(POSTS, "fk") is None

    def test_an_index_whose_name_is_computed_may_be_any(self) -> None:
        timeline = Timeline()
        timeline.apply(table(USERS, "id"), "r1")
        assert timeline.now().has_index("ix_users", table=USERS) is False
        timeline.apply(ops.CreateIndex(USERS, IndexDef(Unknown("it is computed"), (IndexElement("id"),))), "r1")
        assert timeline.now().has_index("ix_users", table=USERS) is None


class TestOpaque:
    def test_known_things_stay_and_absence_becomes_unknown(self) -> None:
        view = replay(
            table(USERS, "id", "old"),
            table(POSTS, "id"),
            ops.DropColumn(USERS, "old"),
            ops.OpaqueOperation("the SQL is computed"),
            table(PEOPLE, "id"),
        )
        assert view.has_column(USERS, "id") is True
        assert view.has_column(USERS, "old") is None
        assert view.has_column(POSTS, "other") is None
        assert view.has_column(PEOPLE, "other") is False  # made later
        assert (view.tainted, view.unknown_since) == ("the SQL is computed", 4)
        assert view.table(USERS).gap == "the SQL is computed"  # type: ignore[union-attr]

    def test_only_the_tables_that_it_touches_are_in_doubt(self) -> None:
        view = replay(table(USERS, "id"), table(POSTS, "id"), ops.OpaqueOperation("a DO block", (USERS,)))
        assert view.has_column(USERS, "other") is None
        assert view.has_column(POSTS, "other") is False
        assert view.tainted is None

    def test_a_dropped_table_may_be_back(self) -> None:
        for touches in (None, (USERS,)):
            view = replay(table(USERS, "id"), ops.DropTable(USERS), ops.OpaqueOperation("a DO block", touches))
            assert view.has_table(USERS) is None

    @pytest.mark.parametrize(
        "operation",
        [
            ops.AddColumn(Unknown("computed"), ColumnDef("a", TEXT)),
            ops.DropTable(Unknown("computed")),
            ops.RenameTable(POSTS, Unknown("computed")),
        ],
    )
    def test_a_computed_table_may_be_any(self, operation: ops.Operation) -> None:
        view = replay(table(USERS, "id"), operation)
        assert view.has_column(USERS, "other") is None
        assert view.tainted == "computed"

    @pytest.mark.parametrize(
        ("operation", "has_index", "is_covered"),
        [
            (ops.DropIndex(Unknown("computed")), None, None),
            (ops.DropConstraint(Unknown("computed"), "c"), None, None),
            (ops.RenameIndex(Unknown("computed"), "i"), None, False),
            (ops.OpaqueOperation("a DO block", reach=ops.Reach.PARTS), None, None),
            (ops.OpaqueOperation("a DO block", reach=ops.Reach.ROWS), False, False),
        ],
    )
    def test_what_reaches_indexes_and_constraints_only_leaves_the_columns_known(
        self, operation: ops.Operation, has_index: bool | None, is_covered: bool | None
    ) -> None:
        users = replay(table(USERS, "id"), operation).table(USERS)
        assert users is not None
        assert users.has_column("other") is False
        assert (users.has_index("i"), users.is_covered(("id",))) == (has_index, is_covered)

    def test_a_computed_primary_key_makes_columns_required(self) -> None:
        view = replay(table(USERS, "id"), ops.AddConstraint(Unknown("computed"), PrimaryKeyDef("p", ("id",))))
        assert view.has_column(USERS, "other") is None

    def test_a_computed_column_may_be_any_of_its_table(self) -> None:
        view = replay(table(USERS, "id"), table(POSTS, "id"), ops.DropColumn(USERS, Unknown("computed")))
        assert view.has_column(USERS, "other") is None
        assert view.has_column(POSTS, "other") is False

    def test_data_and_locks_leave_the_schema_alone(self) -> None:
        view = replay(table(USERS, "id"), ops.DataChange("update", Unknown("computed")), ops.LockTable((POSTS,), "x"))
        assert view.tainted is None
        assert view.table(POSTS) is None


class TestEnums:
    MOOD = ObjectName("mood")

    def start(self, *operations: ops.Operation) -> SchemaView:
        column = ColumnDef("mood", SqlType("enum", enum=self.MOOD, values=("sad", "happy")))
        return replay(
            ops.CreateEnum(EnumDef(self.MOOD, ("sad", "happy"))),
            ops.CreateTable(TableDef(USERS, (column,))),
            *operations,
        )

    def values(self, *operations: ops.Operation) -> Any:
        view = self.start(*operations)
        enum = next(view.enums()).definition
        column_type = view.table(USERS).column("mood").definition.type  # type: ignore[union-attr]
        assert isinstance(column_type, SqlType)
        assert (column_type.enum, column_type.values) == (enum.name, enum.values)  # the column follows its type
        return enum.values

    def test_values_are_added_where_the_operation_says(self) -> None:
        assert self.values(ops.AddEnumValue(self.MOOD, "ok")) == ("sad", "happy", "ok")
        assert self.values(ops.AddEnumValue(self.MOOD, "ok", before="happy")) == ("sad", "ok", "happy")
        assert self.values(ops.AddEnumValue(self.MOOD, "ok", after="sad")) == ("sad", "ok", "happy")
        assert self.values(ops.AddEnumValue(self.MOOD, "sad", if_not_exists=True)) == ("sad", "happy")

    def test_renames_reach_the_columns(self) -> None:
        assert self.values(ops.RenameEnumValue(self.MOOD, "sad", "blue")) == ("blue", "happy")
        assert self.values(ops.RenameEnum(self.MOOD, ObjectName("state"))) == ("sad", "happy")

    def test_the_default_schema_may_be_written_or_left_out(self) -> None:
        mood = ObjectName("mood", "public")
        assert self.values(ops.AddEnumValue(mood, "ok")) == ("sad", "happy", "ok")
        assert self.values(ops.RenameEnum(mood, ObjectName("state"))) == ("sad", "happy")
        assert self.values(ops.AddEnumValue(ObjectName("mood", "other"), "ok")) == ("sad", "happy")
        assert self.start(ops.DropEnum(mood)).has_enum(self.MOOD) is False

    def test_the_usual_way_to_change_an_enum_ends_in_the_new_one(self) -> None:
        view = self.start(
            ops.RenameEnum(self.MOOD, ObjectName("mood_old")),
            ops.CreateEnum(EnumDef(self.MOOD, ("happy",))),
            ops.AlterColumn(USERS, "mood", type=SqlType("enum", enum=self.MOOD, values=("happy",))),
            ops.DropEnum(ObjectName("mood_old")),
        )
        assert view.enum(self.MOOD).definition.values == ("happy",)  # type: ignore[union-attr]
        assert view.has_enum(ObjectName("mood_old")) is False
        assert view.table(USERS).column("mood").definition.type.values == ("happy",)  # type: ignore[union-attr]

    def test_dropping_an_enum_with_cascade_takes_its_columns(self) -> None:
        view = self.start(ops.DropEnum(self.MOOD, cascade=True))
        assert view.has_column(USERS, "mood") is False
        assert self.start(ops.DropEnum(self.MOOD)).has_column(USERS, "mood") is True

    def test_dropping_an_enum_leaves_columns_that_have_moved_on(self) -> None:
        view = self.start(
            ops.AlterColumn(USERS, "mood", type=SqlType("text")),
            ops.DropEnum(self.MOOD, cascade=True),
        )
        assert view.has_column(USERS, "mood") is True

    def test_an_enum_that_was_never_made_is_known_by_name_only(self) -> None:
        view = replay(ops.AddEnumValue(self.MOOD, "ok"))
        enum = view.enum(self.MOOD)
        assert enum is not None
        assert isinstance(enum.definition.values, Unknown)
        assert enum.created_in is None


class TestBranches:
    def test_a_view_of_some_revisions_leaves_out_what_the_others_made(self) -> None:
        timeline = Timeline()
        timeline.apply(table(USERS, "id", "old"), "base")
        timeline.apply(ops.AddColumn(USERS, ColumnDef("new", TEXT)), "expand")
        timeline.apply(table(POSTS, "id"), "expand")
        timeline.apply(ops.DropColumn(USERS, "old"), "expand")
        timeline.apply(ops.AddColumn(USERS, ColumnDef("own", TEXT)), "contract")
        view = timeline.now().where(lambda revision: revision in ("base", "contract"))
        assert view.has_column(USERS, "own") is True
        assert view.has_column(USERS, "old") is True
        assert view.has_column(USERS, "new") is None
        assert view.has_column(USERS, "never") is False
        assert view.table(POSTS) is None
        assert view.has_table(POSTS) is None
        assert timeline.now().has_column(USERS, "new") is True

"""Indexes and constraints in the virtual schema: their names, what takes them away, what they cover."""

from __future__ import annotations

from typing import Any

import pytest

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
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
INTEGER = SqlType("integer")


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


class TestKeys:
    def test_a_primary_key_makes_its_columns_not_null(self) -> None:
        view = replay(table(USERS, "id"), ops.AddConstraint(USERS, PrimaryKeyDef(None, ("id",))))
        assert view.table(USERS).column("id").definition.nullable is False  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("constraint", "name"),
        [
            (PrimaryKeyDef(None, ("id",)), "users_pkey"),
            (UniqueDef(None, ("id", "email")), "users_id_email_key"),
            (ForeignKeyDef(None, ("email",), POSTS), "users_email_fkey"),
            (CheckDef(None, "email > 0"), "users_email_check"),
            (CheckDef(None, "email > id"), "users_check"),
        ],
    )
    def test_an_unnamed_constraint_is_dropped_by_the_name_that_postgresql_gave_it(
        self, constraint: ConstraintDef, name: str
    ) -> None:
        create = table(USERS, "id", "email", constraints=(constraint,))
        assert replay(create).constraint(USERS, name) is not None
        view = replay(create, ops.RenameTable(USERS, PEOPLE), ops.DropConstraint(PEOPLE, name))
        assert view.table(PEOPLE).constraints() == ()  # type: ignore[union-attr]

    def test_a_name_that_is_too_long_is_cut_as_postgresql_cuts_it(self) -> None:
        name = ObjectName("t" * 60)
        view = replay(table(name, "c" * 10, constraints=(UniqueDef(None, ("c" * 10,)),)))
        assert view.constraint(name, "t" * 48 + "_" + "c" * 10 + "_key") is not None

    @pytest.mark.parametrize(
        ("keys", "name"),
        [
            (("lower(email)",), "users_lower_idx"),
            (("(pg_catalog.lower(email))",), "users_lower_idx"),
            (("email || id",), "users_expr_idx"),
            (("lower(email)", "lower(id)"), "users_lower_lower1_idx"),
            (("a || b", "b || a"), "users_expr_expr1_idx"),
            (("(email::integer)",), "users_email_idx"),
            (("lower(email)::varchar(5)",), "users_lower_idx"),
            (('lower(email) COLLATE "C"',), "users_lower_idx"),
            (("CASE WHEN a IS NULL THEN b ELSE lower(a) END",), "users_lower_idx"),
            (("CASE WHEN a IS NULL THEN b END",), "users_case_idx"),
            (("COALESCE(a, b)",), "users_coalesce_idx"),
            (('CAST("Email" AS text)',), "users_Email_idx"),
            (("ARRAY[a]",), "users_array_idx"),
            (("a AT TIME ZONE 'utc'",), "users_timezone_idx"),
            (("a IS NULL",), "users_expr_idx"),
            (("data ->> 'a'",), "users_expr_idx"),
        ],
    )
    def test_an_unnamed_index_is_called_after_the_functions_in_its_keys(self, keys: tuple[str, ...], name: str) -> None:
        elements = tuple(IndexElement(expression=key) for key in keys)
        view = replay(table(USERS, "id"), ops.CreateIndex(USERS, IndexDef(None, elements)))
        assert view.index(name) is not None
        assert (
            replay(table(USERS, "id"), ops.CreateIndex(USERS, IndexDef(None, elements)), ops.DropIndex(name))
            .table(USERS)
            .indexes()
            == ()
        )  # type: ignore[union-attr]

    def test_an_unnamed_index_is_found_where_one_of_its_name_was_taken_back(self) -> None:
        timeline = Timeline()
        timeline.apply(table(USERS, "id"), "r1")
        timeline.apply(ops.CreateIndex(USERS, index(None, "id")), "r1")
        timeline.apply(ops.DropIndex("users_id_idx"), "r2")
        step = timeline.now().step
        timeline.apply(ops.CreateIndex(USERS, index("users_id_idx", "id")), "r2")
        timeline.rewind(step)
        timeline.apply(ops.CreateIndex(USERS, index(None, "id")), "r3")
        assert timeline.now().has_index("users_id_idx") is True
        assert timeline.now().index("users_id_idx") is not None

    def test_an_unnamed_index_is_called_after_what_it_includes_too(self) -> None:
        view = replay(table(USERS, "id", "a"), ops.CreateIndex(USERS, index(None, "id", include=("a",))))
        assert view.index("users_id_a_idx") is not None

    def test_postgresql_keeps_one_of_the_constraints_of_a_new_table_that_demand_the_same(self) -> None:
        given = (
            UniqueDef("taken", ("id",)),
            UniqueDef(None, ("a",)),
            PrimaryKeyDef(None, ("id",)),
            UniqueDef("kept", ("a",)),
            UniqueDef("other", ("a",), nulls_distinct=False),
            UniqueDef("late", ("a",), deferrable=True),
        )
        create = table(USERS, "id", "a", constraints=given)
        kept = (UniqueDef("kept", ("a",)), PrimaryKeyDef("taken", ("id",)), *given[4:])

        assert replay(create).table(USERS).definition.constraints == kept  # type: ignore[union-attr]

    def test_other_servers_keep_them_all_and_so_does_one_that_is_altered(self) -> None:
        given = (PrimaryKeyDef(None, ("id",)), UniqueDef("u", ("id",)))
        timeline = Timeline(dialect="mysql")
        timeline.apply(table(USERS, "id", constraints=given), "r1")
        altered = replay(table(USERS, "id", constraints=given[:1]), ops.AddConstraint(USERS, given[1]))

        for view in (timeline.now(), altered):
            assert view.table(USERS).definition.constraints == given  # type: ignore[union-attr]

    def test_a_name_that_nothing_bears_may_mean_any_unnamed_constraint_of_the_kind(self) -> None:
        create = table(
            USERS, "a", "b", constraints=(UniqueDef(None, ("a",)), UniqueDef(None, ("b",)), CheckDef(None, "a > 0"))
        )
        users = replay(create, ops.DropConstraint(USERS, "chosen_by_mysql", "unique")).table(USERS)
        assert users is not None
        assert [constraint.definition for constraint in users.constraints()] == [CheckDef(None, "a > 0")]
        assert users.has_constraint("users_a_key") is None

    def test_the_only_one_of_its_kind_is_the_one_that_is_dropped(self) -> None:
        create = table(USERS, "a", constraints=(UniqueDef(None, ("a",)),))
        view = replay(create, ops.DropConstraint(USERS, "chosen_by_mysql", "unique"))
        assert view.has_constraint(USERS, "users_a_key") is False

    def test_a_constraint_without_a_name_may_be_the_one_that_is_asked_for_if_it_is_of_the_kind(self) -> None:
        users = replay(table(USERS, "id", constraints=(PrimaryKeyDef(None, ("id",)),))).table(USERS)
        assert users is not None
        assert users.has_constraint("fk_users_team") is None
        assert users.has_constraint("fk_users_team", "primary key") is None
        assert users.has_constraint("fk_users_team", "foreign key") is False

    def test_an_unnamed_constraint_that_was_taken_back_is_not_asked(self) -> None:
        timeline = Timeline()
        end = timeline.apply(table(USERS, "id"), "r1")
        timeline.apply(ops.AddConstraint(USERS, UniqueDef(None, ("id",))), "r1")
        timeline.rewind(end)
        assert timeline.now().has_constraint(USERS, "uq_users", "unique") is False

    def test_a_constraint_may_take_over_an_index(self) -> None:
        view = replay(
            table(USERS, "id"),
            ops.CreateIndex(USERS, index("ix", "id", unique=True)),
            ops.AddConstraint(USERS, UniqueDef("u", ()), using_index="ix"),
        )
        assert view.has_index("ix") is False
        assert view.constraint(USERS, "u").definition == UniqueDef("u", ("id",))  # type: ignore[union-attr]

    def test_a_constraint_is_valid_once_it_was_validated(self) -> None:
        timeline = Timeline()
        timeline.apply(table(USERS, "age"), "r1")
        added = timeline.apply(ops.AddConstraint(USERS, CheckDef("adult", "age > 17"), not_valid=True), "r2")
        timeline.apply(ops.ValidateConstraint(USERS, "adult"), "r3")
        before, after = timeline.at(added).constraint(USERS, "adult"), timeline.now().constraint(USERS, "adult")
        assert before is not None
        assert after is not None
        assert (before.valid, before.validated_in) == (False, None)
        assert (after.valid, after.validated_in, after.created_in) == (True, "r3", "r2")

    def test_indexes_are_found_without_their_table(self) -> None:
        view = replay(table(USERS, "a"), ops.CreateIndex(USERS, index("ix", "a")), ops.RenameIndex("ix", "ix_new"))
        assert view.index("ix_new").created_in == "r2"  # type: ignore[union-attr]
        assert (
            replay(table(USERS, "a"), ops.CreateIndex(USERS, index("ix", "a")), ops.DropIndex("ix")).has_index(
                "ix", table=USERS
            )
            is False
        )
        assert replay(ops.DropIndex("ix")).has_index("ix") is False
        assert replay(table(USERS, "a")).has_index("ix") is None

    def test_an_index_may_share_its_name_with_one_of_another_table(self) -> None:
        view = replay(
            table(USERS, "a"),
            table(POSTS, "a"),
            ops.CreateIndex(USERS, index("ix", "a")),
            ops.CreateIndex(POSTS, index("ix", "a")),
            ops.DropIndex("ix", POSTS),
        )
        assert view.index("ix").table == USERS  # type: ignore[union-attr]


class TestCovering:
    def covered(self, columns: tuple[str, ...], *parts: ConstraintDef | IndexDef) -> bool | None:
        constraints = tuple(part for part in parts if not isinstance(part, IndexDef))
        creates = [ops.CreateIndex(USERS, part) for part in parts if isinstance(part, IndexDef)]
        users = replay(table(USERS, "a", "b", "c", constraints=constraints), *creates).table(USERS)
        assert users is not None
        return users.is_covered(columns)

    def test_leading_columns_in_any_order_are_covered(self) -> None:
        assert self.covered(("a",), index("ix", "a", "b")) is True
        assert self.covered(("b", "a"), index("ix", "a", "b", "c")) is True
        assert self.covered(("b",), index("ix", "a", "b")) is False
        assert self.covered(("a",), UniqueDef("u", ("a", "b"))) is True
        assert self.covered(("a",), PrimaryKeyDef("p", ("a",))) is True
        assert self.covered(("a",), CheckDef("c", "a > 0")) is False

    def test_indexes_that_leave_out_rows_or_keep_no_order_do_not_cover(self) -> None:
        assert self.covered(("a",), index("ix", "a", predicate="b > 0")) is False
        assert self.covered(("a",), index("ix", "a", predicate="a IS NOT NULL")) is True
        assert self.covered(("a",), index("ix", "a", method="gin")) is False
        assert self.covered(("a",), index("ix", "a", method="btree")) is True

    def test_what_is_not_known_may_cover(self) -> None:
        assert self.covered(("a",), IndexDef("ix", Unknown("computed"))) is None
        assert self.covered(("a",), index("ix", "a", predicate=Unknown("computed"))) is None
        users = replay(ops.AlterColumn(USERS, "a", nullable=False)).table(USERS)
        assert users is not None
        assert users.is_covered(("a",)) is None

    def test_what_is_not_known_of_an_index_counts_where_it_begins_with_the_columns(self) -> None:
        assert self.covered(("b",), index("ix", "a", predicate=Unknown("computed"))) is False
        timeline = Timeline()
        timeline.apply(table(USERS, "a", "b"), "r1")
        timeline.apply(ops.CreateIndex(USERS, index("ix", "a")), "r2")
        timeline.apply(ops.DropIndex("ix", USERS), "r3", conditional=True)
        users = timeline.now().table(USERS)
        assert users is not None
        assert (users.is_covered(("a",)), users.is_covered(("b",))) == (None, False)

    def test_no_index_is_older_than_its_columns(self) -> None:
        users = replay(ops.AddColumn(USERS, ColumnDef("a", INTEGER))).table(USERS)
        assert users is not None
        assert users.is_covered(("a",)) is False
        tainted = replay(ops.AddColumn(USERS, ColumnDef("a", INTEGER)), ops.OpaqueOperation("a block")).table(USERS)
        assert tainted is not None
        assert tainted.is_covered(("a",)) is None

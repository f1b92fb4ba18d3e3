"""Where a downgrade leads, compared with where its upgrade started."""

from __future__ import annotations

import pytest

from tests.project.conftest import ENV, revision

USERS = 'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(50)))'


def differences(linked, upgrade, downgrade, first=USERS):
    """Those of a second revision, on top of one that made `users`."""
    files = {
        "m/env.py": ENV,
        "m/versions/1.py": revision("1", None, first),
        "m/versions/2.py": revision("2", "1", upgrade, downgrade),
    }
    (history,) = linked(files, database=("postgresql",)).histories
    found = next(item for item in history.revisions if item.id == "2")
    return [(item.kind, item.object, item.aspect) for item in found.downgrade_differences]


@pytest.mark.parametrize(
    ("upgrade", "downgrade", "expected"),
    [
        ('op.add_column("users", sa.Column("a", sa.Text))', 'op.drop_column("users", "a")', []),
        ('op.add_column("users", sa.Column("a", sa.Text))', "pass", [("column", "users.a", "extra")]),
        ('op.drop_column("users", "email")', "pass", [("column", "users.email", "missing")]),
        (
            'op.drop_column("users", "email")',
            'op.add_column("users", sa.Column("email", sa.Text))',
            [("column", "users.email", "type")],
        ),
        (
            'op.alter_column("users", "email", nullable=False)',
            'op.alter_column("users", "email", type_=sa.String(60), nullable=True)',
            [("column", "users.email", "length")],
        ),
        ('op.create_index("ix", "users", ["email"])', 'op.drop_index("ix")', []),
        ('op.create_index("ix", "users", ["email"])', "pass", [("index", "users.ix", "extra")]),
        ('op.rename_table("users", "people")', 'op.rename_table("people", "users")', []),
        ('op.create_table("t", sa.Column("a", sa.Text))', "pass", [("table", "t", "extra")]),
        (
            'op.create_table("t", sa.Column("a", sa.Enum("x", name="kind")))',
            'op.drop_table("t")',
            [("enum", "kind", "extra")],
        ),
        ('op.add_column("users", sa.Column("a", sa.Text))', 'raise NotImplementedError("no")', []),
    ],
)
def test_what_a_downgrade_leaves_and_does_not_bring_back(linked, upgrade, downgrade, expected):
    assert differences(linked, upgrade, downgrade) == expected


@pytest.mark.parametrize(
    ("upgrade", "downgrade"),
    [
        ('op.add_column("users", sa.Column("a", sa.Text))', "op.execute(make())"),
        ('op.add_column("users", sa.Column("a", sa.Text), if_not_exists=True)', "pass"),
        ('op.execute(make("users"))', 'op.drop_column("users", "a")'),
    ],
)
def test_nothing_is_said_where_something_was_not_understood(linked, upgrade, downgrade):
    before = 'op.add_column("users", sa.Column("b", sa.Text))'  # `users` was there before the history
    assert differences(linked, upgrade, downgrade, first=before) == []


def test_what_an_upgrade_makes_in_a_table_from_before_the_history_was_not_there(linked):
    before = 'op.add_column("users", sa.Column("b", sa.Text))'
    upgrade = 'op.add_column("users", sa.Column("a", sa.Text))'
    assert differences(linked, upgrade, "pass", first=before) == [("column", "users.a", "extra")]


def test_a_revision_knows_the_schema_before_and_after_it(linked):
    files = {"m/env.py": ENV, "m/versions/1.py": revision("1", None, USERS)}
    (history,) = linked(files).histories
    (only,) = history.revisions
    assert list(only.before.tables()) == []
    assert [str(table.name) for table in only.after.tables()] == ["users"]


MADE = 'sa.Enum("x", name="kind").create(op.get_bind())'
MAY_MAKE = "op.execute(text())"


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (f"{USERS}\n    {MAY_MAKE}", [("enum", "kind", "extra")]),
        (f"{USERS}\n    {MADE}", []),
        (f"{USERS}\n    {MAY_MAKE}\n    {MADE}\n    if text():\n        op.execute('DROP TYPE kind')", []),
    ],
)
def test_an_enum_that_the_history_never_spoke_of_is_new_though_sqlalchemy_looks_for_it(linked, first, expected):
    assert differences(linked, MADE, "pass", first) == expected

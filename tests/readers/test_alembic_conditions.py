from __future__ import annotations

import pytest

KNOWN = "op.create_table('known', sa.Column('id', sa.Integer), sa.Column('a', sa.Integer, index=True))"
INSPECT = "inspector = sa.inspect(op.get_bind())\n"


def flags(reading):
    return [
        (str(getattr(placed.operation, "name", None) or placed.operation.column), placed.guarded, placed.conditional)
        for placed in reading.placed
    ]


@pytest.mark.parametrize(
    "test",
    [
        "op.get_bind().dialect.name == 'postgresql'",
        "op.get_context().dialect.name in ('oracle', 'postgresql')",
        "context.get_context().dialect.name != 'mysql'",
        "isinstance(op.get_bind().dialect, PGDialect)",
        "str(op.get_bind().engine.url).startswith('postgres')",
        "op.get_bind().engine.name == 'postgresql'",
        "'sqlite' not in str(op.get_bind().engine.url)",
    ],
)
def test_a_dialect_test_takes_the_branch_of_the_server(upgrade, test):
    source = f"""
from alembic import context
from sqlalchemy.dialects.postgresql.base import PGDialect
if {test}:
    op.drop_table("yes")
else:
    op.drop_table("no")"""
    assert flags(upgrade(source, dialect="postgresql")) == [("yes", False, False)]
    undecided = flags(upgrade(source, dialect=None))
    assert undecided == [("yes", False, True), ("no", False, True)]


def test_the_branch_of_another_server_is_left_out(upgrade):
    source = "if op.get_bind().dialect.name == 'mysql':\n    op.drop_table('a')\nelif True:\n    op.drop_table('b')"
    assert flags(upgrade(source, dialect="sqlite")) == [("b", False, False)]
    assert flags(upgrade(source, dialect="mariadb")) == [("a", False, False)]


def test_offline_mode_is_online(upgrade):
    source = "from alembic import context\nif context.is_offline_mode():\n    op.drop_table('a')\nop.drop_table('b')"
    assert flags(upgrade(source)) == [("b", False, False)]


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("inspector.has_table('known')", True),
        ("'known' in inspector.get_table_names()", True),
        ("'known' in set(inspector.get_table_names())", True),
        ("'a' in [c['name'] for c in inspector.get_columns('known')]", True),
        ("'b' in {c['name'] for c in inspector.get_columns('known')}", False),
        ("any(c['name'] == 'a' for c in inspector.get_columns('known'))", True),
        ("[c for c in inspector.get_columns('known') if c['name'] == 'b']", False),
        ("'ix_known_a' in [i['name'] for i in inspector.get_indexes('known')]", True),
        ("op.get_bind().dialect.has_table(op.get_bind(), 'known')", True),
        ("not inspector.has_table('known')", False),
        ("inspector.has_table('known') and 'a' in [c['name'] for c in inspector.get_columns('known')]", True),
    ],
)
def test_existence_tests_are_answered_from_the_schema(upgrade, test, answer):
    source = INSPECT + f"if {test}:\n    op.drop_table('yes')\nelse:\n    op.drop_table('no')"
    assert flags(upgrade(source, before=KNOWN)) == [("yes" if answer else "no", True, False)]


def test_an_engine_of_the_configuration_is_that_of_the_database(upgrade):
    source = """
config = op.get_context().config
engine = sa.engine_from_config(config.get_section(config.config_ini_section), prefix="sqlalchemy.")
if sa.inspect(engine).has_table("unknown"):
    return
op.drop_table("old")"""
    assert flags(upgrade(source)) == [("old", True, False)]


def test_an_existence_test_sees_earlier_operations_of_the_same_body(upgrade):
    source = INSPECT + "op.drop_table('known')\nif inspector.has_table('known'):\n    op.drop_table('other')"
    assert flags(upgrade(source, before=KNOWN)) == [("known", False, False)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if inspector.has_table('x'):\n    op.drop_table('x')", [("x", True, False)]),
        ("if not inspector.has_table('x'):\n    return\nop.drop_table('x')", [("x", True, False)]),
        ("if inspector.has_table('x'):\n    print('there')\nelse:\n    op.drop_table('y')", [("y", True, False)]),
        (
            "if inspector.has_table('x'):\n    op.drop_table('old')\n    return\nop.drop_table('new')",
            [("new", True, False)],
        ),
        ("if inspector.has_table('x'):\n    op.drop_table('a')\nelse:\n    op.drop_table('b')", [("b", True, False)]),
    ],
)
def test_where_existence_is_unknown_the_branch_that_acts_is_taken(upgrade, source, expected):
    assert flags(upgrade(INSPECT + source)) == expected


def test_existence_helpers_of_the_project_are_followed(read):
    helpers = (
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        "def column(table, name):\n    insp = sa.inspect(op.get_context().bind)\n    try:\n"
        "        for c in insp.get_columns(table):\n            if c['name'] == name:\n                return c\n"
        "    except NoSuchTableError:\n        pass\n    return None\n\n"
        "def has_column(table, name):\n    return bool(column(table, name))\n"
    )
    source = (
        "from helpers import has_column\n\nCOLUMNS = ('a', 'b', 'c')\n\ndef upgrade():\n"
        "    missing = [c for c in COLUMNS if not has_column('known', c)]\n    if not missing:\n        return\n"
        "    for name in missing:\n        op.add_column('known', sa.Column(name, sa.Integer()))\n"
        "    if not has_column('foreign', 'x'):\n        op.add_column('foreign', sa.Column('x', sa.Integer()))\n"
    )
    reading = read(source, before=KNOWN, files={"helpers.py": helpers})
    assert [(operation.column.name, str(operation.table)) for operation in reading.operations] == [
        ("b", "known"),
        ("c", "known"),
        ("x", "foreign"),
    ]
    assert all(placed.guarded and not placed.conditional for placed in reading.placed)


def test_a_setting_with_an_early_return_leaves_the_rest_conditional(upgrade):
    source = "from app import settings\nop.drop_table('a')\nif not settings.ready:\n    return\nop.drop_table('b')"
    assert flags(upgrade(source)) == [("a", False, False), ("b", False, True)]


def test_an_open_test_takes_both_branches_and_what_differs_is_unknown(upgrade):
    source = """
import os
if os.environ.get("BIG"):
    name, same = "a", "s"
    op.drop_table("x")
else:
    name, same = "b", "s"
op.drop_table(same)
op.drop_column("t", name)"""
    reading = upgrade(source)
    assert flags(reading)[:2] == [("x", False, True), ("s", False, False)]
    assert reading.operations[2].column.reason == "it depends on a condition"
    assert not reading.placed[2].conditional


def test_raising_where_something_is_wrong_makes_nothing_conditional(upgrade):
    source = "from app import broken\nif broken():\n    raise RuntimeError('no')\nop.drop_table('a')"
    assert flags(upgrade(source)) == [("a", False, False)]


def test_a_try_that_swallows_guards_its_body(upgrade):
    source = """
try:
    op.drop_table("a")
except Exception:
    pass
try:
    op.drop_table("b")
except Exception as error:
    print(error)
    raise
op.drop_table("c")"""
    assert flags(upgrade(source)) == [("a", True, False), ("b", False, False), ("c", False, False)]


def test_a_catalogue_query_is_an_existence_test(upgrade):
    source = """
found = op.get_bind().execute(sa.text("select 1 from information_schema.tables where table_name = 'x'")).scalar()
if found:
    op.drop_table("x")
if op.get_bind().execute(sa.text("select count(*) from users where old")).scalar():
    op.drop_table("y")"""
    assert flags(upgrade(source)) == [("x", True, False), ("y", False, True)]


def test_a_column_that_was_added_under_a_condition_is_not_missing_from_the_list(upgrade):
    source = f"""
import os
{INSPECT}
if os.environ.get("NEW"):
    op.add_column("known", sa.Column("b", sa.Integer))
if "b" not in [column["name"] for column in inspector.get_columns("known")]:
    return
op.drop_table("old")"""
    assert flags(upgrade(source, before=KNOWN))[-1] == ("old", True, False)

from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import DropTable, OpaqueOperation

HELPERS = """
from alembic import op
import sqlalchemy as sa

def drop_all(*names):
    for name in names:
        op.drop_table(name)

def add_flag(table, name="flag", nullable=True):
    op.add_column(table, sa.Column(name, sa.Boolean(), nullable=nullable))

def again(n):
    again(n)
    return n

def around(connection):
    around(connection)
"""


def tables(reading):
    return [str(operation.name) for operation in reading.operations if isinstance(operation, DropTable)]


@pytest.mark.parametrize(
    "body",
    ["pass", "...", "return", "return None", '"""Nothing to do."""', "# nothing\n    pass", "print('nothing')"],
)
def test_a_body_that_does_nothing_is_empty(read, body):
    reading = read(f"def upgrade():\n    {body}\n")
    assert (reading.body.empty, reading.operations) == (True, [])


def test_a_body_that_looks_at_the_database_is_not_empty(upgrade):
    reading = upgrade("bind = op.get_bind()\nbind.execute(sa.text('select 1')).fetchall()")
    assert (reading.body.empty, reading.operations, reading.not_understood) == (False, [], [])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("raise NotImplementedError", "NotImplementedError"),
        ('"""No."""\n    raise NotImplementedError("irreversible")', "NotImplementedError: irreversible"),
        ('raise errors.NoWayBack(f"not {1}")', "NoWayBack: not 1"),
    ],
)
def test_a_body_that_only_raises_tells_what(read, body, text):
    assert read(f"def upgrade():\n    {body}\n").body.raises == text


def test_the_body_stands_at_its_name(read):
    reading = read("def upgrade():\n    pass\n")
    assert reading.body.place.span.column == 5
    assert reading.body.place.path == "versions/new.py"


def test_loops_over_literals_are_unrolled(upgrade):
    reading = upgrade(
        """
for i, (name, kind) in enumerate([("a", 1), ("b", 2)]):
    op.drop_table(f"{name}_{kind}_{i}")
for name in ("c", "d"):
    if name == "c":
        continue
    op.drop_table(name)
for n in range(2):
    op.drop_table("t%d" % n)
for key, value in {"k": "v"}.items():
    op.drop_table(key + value)"""
    )
    assert tables(reading) == ["a_1_0", "b_2_1", "d", "t0", "t1", "kv"]
    assert not any(placed.conditional for placed in reading.placed)


def test_a_loop_without_a_bound_is_taken_once_and_conditional(upgrade):
    reading = upgrade(
        """
for row in op.get_bind().execute(sa.text("select name from tenants where old")):
    op.execute(f"DELETE FROM users WHERE tenant = '{row.name}'")
    op.drop_table(row.name)"""
    )
    assert [placed.conditional for placed in reading.placed] == [True, True]
    assert reading.operations[0].table == ObjectName("users")


def test_helpers_that_are_told_what_to_work_on_stand_where_they_are_called(read):
    reading = read("def drop(name):\n    op.drop_table(name)\n\ndef upgrade():\n    drop('a')\n    drop('b')\n")
    assert tables(reading) == ["a", "b"]
    assert [reading.at(placed) for placed in reading.placed] == ["drop('a')", "drop('b')"]
    assert [reading.at(placed, "table_name") for placed in reading.placed] == ["drop('a')", "drop('b')"]
    assert [placed.via for placed in reading.placed] == [("drop",), ("drop",)]


def test_helpers_that_are_told_nothing_are_followed_to_the_operation(read):
    reading = read("def changes():\n    op.drop_table('a')\n    op.drop_table('b')\n\ndef upgrade():\n    changes()\n")
    assert [reading.at(placed) for placed in reading.placed] == ["op.drop_table('a')", "op.drop_table('b')"]


def test_helpers_of_the_project_stand_where_they_are_called(read):
    reading = read(
        "from helpers import add_flag, drop_all\n\n"
        "def upgrade():\n    drop_all('a', 'b')\n    add_flag('t', nullable=False)\n",
        files={"helpers.py": HELPERS},
    )
    assert tables(reading) == ["a", "b"]
    assert {placed.place.path for placed in reading.placed} == {"versions/new.py"}
    assert [reading.at(placed) for placed in reading.placed] == [
        "drop_all('a', 'b')",
        "drop_all('a', 'b')",
        "add_flag('t', nullable=False)",
    ]
    assert reading.at(reading.placed[2], "nullable") == "False"
    assert reading.operations[2].column.nullable is False
    assert [placed.via for placed in reading.placed] == [("drop_all",), ("drop_all",), ("add_flag",)]


def test_recursion_ends(read):
    source = "from helpers import again, around\n\ndef upgrade():\n    again(1)\n    around(op.get_bind())\n"
    reading = read(source, files={"helpers.py": HELPERS})
    assert reading.only == OpaqueOperation("recursion")
    assert [entry.reason for entry in reading.not_understood] == ["recursion"]


def test_a_project_function_named_like_an_operation_is_that_operation(read):
    wrapper = (
        "class Add:\n"
        "    def __init__(self, table, column):\n        self.table = table\n        self.column = column\n"
        "    def run(self):\n        registry[self.table](self.column)\n\n"
        "def add_column(table_name, column):\n    Add(table_name, column).run()\n\n"
        "def drop_column(name_of_table, x):\n    pass\n"
    )
    reading = read(
        "from wrappers import add_column, drop_column\n\ndef upgrade():\n"
        "    add_column('users', sa.Column('a', sa.Integer()))\n    drop_column('users', 'b')\n",
        files={"wrappers.py": wrapper},
    )
    assert reading.kinds == ["AddColumn"]
    assert reading.only.table == ObjectName("users")
    assert reading.at(reading.placed[0], "table_name") == "'users'"


def test_a_wrapper_that_is_understood_keeps_its_own_meaning(read):
    wrapper = (
        "from alembic import op\nimport sqlalchemy as sa\n\n"
        "def has(name):\n    return sa.inspect(op.get_bind()).has_table(name)\n\n"
        "def create_table(table_name, *columns, **kw):\n"
        "    if has(table_name):\n        return\n    op.create_table(table_name, *columns, **kw)\n"
    )
    reading = read(
        "from wrappers import create_table\n\ndef upgrade():\n"
        "    create_table('known', sa.Column('a', sa.Integer))\n    create_table('new', sa.Column('a', sa.Integer))\n",
        files={"wrappers.py": wrapper},
        before="op.create_table('known', sa.Column('id', sa.Integer))",
    )
    assert [str(operation.table.name) for operation in reading.operations] == ["new"]
    assert reading.placed[0].guarded


def test_an_upgrade_may_delegate_and_be_async(read):
    source = (
        "async def schema_upgrades():\n    op.drop_table('a')\n\nasync def upgrade():\n    await schema_upgrades()\n"
    )
    assert tables(read(source)) == ["a"]


def test_lambdas_closures_and_local_functions_run(upgrade):
    reading = upgrade(
        """
prefix = "x_"
def drop(name):
    op.drop_table(prefix + name)
each = lambda name: drop(name)
for name in ["a", "b"]:
    each(name)
drop(name="c")"""
    )
    assert tables(reading) == ["x_a", "x_b", "x_c"]


def test_generator_functions_give_what_they_yield(read):
    source = (
        "def stamps():\n    yield sa.Column('made', sa.DateTime())\n    yield sa.Column('seen', sa.DateTime())\n\n"
        "def upgrade():\n    op.create_table('t', sa.Column('id', sa.Integer), *stamps())\n"
    )
    reading = read(source)
    assert [column.name for column in reading.only.table.columns] == ["id", "made", "seen"]
    assert reading.only.table.complete


def test_context_managers_of_the_project_run_around_their_block(read):
    source = (
        "from contextlib import contextmanager\n\n@contextmanager\ndef bracketed():\n"
        "    op.drop_table('before')\n    yield 'inside'\n    op.drop_table('after')\n\n"
        "def upgrade():\n    with bracketed() as name:\n        op.drop_table(name)\n"
    )
    assert tables(read(source)) == ["before", "inside", "after"]


def test_an_autocommit_block_is_a_region_of_its_own(upgrade):
    reading = upgrade(
        """
op.drop_table("a")
with op.get_context().autocommit_block():
    op.create_index("ix", "t", ["x"], postgresql_concurrently=True)
op.drop_table("b")"""
    )
    assert [(placed.region, placed.autocommit) for placed in reading.placed] == [(0, False), (1, True), (2, False)]


@pytest.mark.parametrize("commit", ['op.execute("COMMIT")', "op.get_bind().commit()"])
def test_a_commit_ends_its_region(upgrade, commit):
    reading = upgrade(f"op.drop_table('a')\n{commit}\nop.drop_table('b')")
    assert reading.kinds == ["DropTable", "TransactionControl", "DropTable"]
    assert [placed.region for placed in reading.placed] == [0, 0, 1]


@pytest.mark.parametrize(
    "body",
    [
        "with op.get_bind().engine.connect() as other:\n    other.execute(sa.text('COMMIT'))\n    other.commit()",
        "with op.get_bind().engine.begin() as other:\n    other.rollback()",
        "nested = op.get_bind().begin_nested()\nnested.rollback()",
        "engine = sa.engine_from_config({})\nengine.connect().commit()",
        "sa.orm.Session(bind=op.get_bind()).commit()",
    ],
)
def test_what_ends_another_transaction_does_not_end_the_revisions(upgrade, body):
    reading = upgrade(f"op.drop_table('a')\n{body}\nop.drop_table('b')")
    assert reading.kinds == ["DropTable", "DropTable"]
    assert [placed.region for placed in reading.placed] == [0, 0]


def test_what_another_connection_does_is_done(upgrade):
    reading = upgrade("op.get_bind().engine.connect().execute(sa.text('DROP TABLE a; COMMIT'))\nop.execute('COMMIT')")
    assert reading.kinds == ["DropTable", "TransactionControl"]


def test_commit_of_a_connection_is_told_from_the_statement(upgrade):
    reading = upgrade("op.get_bind().commit()\nop.execute('COMMIT')")
    assert [[name for name, _ in placed.arguments] for placed in reading.placed] == [["connection"], ["sqltext"]]


@pytest.mark.parametrize("call", ["later(op)", "tools.later(op.get_bind())", "later(bind=op.get_bind())"])
def test_what_takes_the_database_out_of_the_project_is_opaque(upgrade, call):
    reading = upgrade(f"from elsewhere import later, tools\n{call}")
    assert isinstance(reading.only, OpaqueOperation)
    assert reading.at(reading.placed[0]) == call


@pytest.mark.parametrize(
    "source",
    [
        "import logging\nlogging.getLogger('a').info('x %s', op.get_bind())",
        "print(op.get_bind().dialect.name)",
        "op.get_context()",
        "sa.inspect(op.get_bind()).get_table_names()",
        "sa.MetaData().reflect(bind=op.get_bind())",
        "table = sa.Table('t', sa.MetaData(), autoload_with=op.get_bind())",
        "import json\njson.loads('{}')",
        "rows = [dict(r) for r in op.get_bind().execute(sa.select(sa.column('a')))]",
    ],
)
def test_what_only_talks_or_reads_is_nothing(upgrade, source):
    reading = upgrade(source)
    assert (reading.operations, reading.not_understood) == ([], [])


def test_a_table_that_is_put_together_column_by_column_is_not_known_in_full(upgrade):
    reading = upgrade("copy = sa.Table('copy', sa.MetaData())\ncopy.append_column(x)\ncopy.create(op.get_bind())")
    assert reading.only.table.complete is False


def test_a_body_that_never_ends_is_given_up(upgrade):
    reading = upgrade("for a in range(1000):\n    for b in range(1000):\n        x = a * b")
    assert isinstance(reading.only, OpaqueOperation)
    assert "too many steps" in reading.only.reason


def test_a_context_manager_inside_of_a_generator_runs_once(read):
    source = (
        "from contextlib import contextmanager\n\n@contextmanager\ndef outer():\n"
        "    with inner():\n        op.drop_table('a')\n        yield\n        op.drop_table('c')\n\n"
        "@contextmanager\ndef inner():\n    yield\n    op.drop_table('d')\n\n"
        "def upgrade():\n    with outer():\n        op.drop_table('b')\n"
    )
    assert tables(read(source)) == ["a", "b", "c", "d"]


def test_expressions_of_any_depth_are_survived(upgrade):
    reading = upgrade("x = " + " + ".join(["'a'"] * 400) + "\nop.drop_table('t')")
    assert reading.kinds[-1] in ("DropTable", "OpaqueOperation")

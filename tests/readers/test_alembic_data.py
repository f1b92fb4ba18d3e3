from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import DataChange, DropTable, OpaqueOperation, ReadTable, TransactionControl
from schemalint.facts.unknown import Unknown

USERS = ObjectName("users")
TABLE = "users = sa.table('users', sa.column('id'), sa.column('name'))\n"
MODELS = """
from sqlalchemy.orm import declarative_base, Session
Base = declarative_base()
class User(Base):
    __tablename__ = "users"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String)
session = Session(bind=op.get_bind())
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "op.execute(users.update().where(users.c.id == 1).values(name='x'))",
            DataChange("update", USERS, ("name",), rows=((("name", "x"),),), bounded=True),
        ),
        (
            "op.execute(sa.update(users).values({'name': 'x'}))",
            DataChange("update", USERS, ("name",), rows=((("name", "x"),),)),
        ),
        (
            "op.execute(users.update().values(name=sa.func.lower(users.c.name)))",
            DataChange("update", USERS, ("name",)),
        ),
        ("op.get_bind().execute(users.delete())", DataChange("delete", USERS)),
        (
            "op.execute(users.insert().values([{'id': 1}, {'id': 2}]))",
            DataChange("insert", USERS, ("id",), rows=((("id", "1"),), (("id", "2"),)), bounded=True),
        ),
        ("op.execute(sa.insert(users).from_select(['id'], sa.select(users.c.id)))",
         DataChange("insert", USERS, ("id",))),
        ("op.execute(\"UPDATE users SET name = 'x'\")",
         DataChange("update", USERS, ("name",), rows=((("name", "x"),),))),
        ("op.execute(sa.text('DELETE FROM users WHERE id = :i').bindparams(i=1))",
         DataChange("delete", USERS, predicate="id = :i", bounded=True)),
    ],
)  # fmt: skip
def test_statements_that_change_data(upgrade, source, expected):
    assert upgrade(TABLE + source).only == expected


@pytest.mark.parametrize(
    "source",
    [
        "op.get_bind().execute(sa.select(users)).fetchall()",
        "op.get_bind().execute(users.select().order_by(users.c.id))",
        "op.get_bind().execute(sa.select([users.c.id, users.c.name]))",
        "op.get_bind().scalar(sa.text('select count(*) from users'))",
    ],
)
def test_statements_that_read_all_of_a_table(upgrade, source):
    assert upgrade(TABLE + source).only == ReadTable(USERS)


@pytest.mark.parametrize(
    "source",
    [
        "op.get_bind().execute(users.select().where(users.c.id == 1).limit(1)).first()",
        "op.get_bind().execute(sa.select(users).join(sa.table('teams')))",
        "op.get_bind().execute(sa.select(sa.func.max(users.c.id)))",
        "op.execute('SELECT 1')",
    ],
)
def test_other_statements_that_read_are_nothing(upgrade, source):
    assert upgrade(TABLE + source).operations == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("session.query(User).filter(User.id == 1).update({'name': 'x'})",
         DataChange("update", USERS, ("name",), bounded=True)),
        ("session.query(User).delete()", DataChange("delete", USERS)),
        ("session.add(User(id=1, name='x'))", DataChange("insert", USERS, ("id", "name"), bounded=True)),
        ("for user in session.query(User):\n    user.name = 'x'", DataChange("update", USERS, ("name",))),
        ("for user in session.query(User).filter(User.id > 1):\n    user.name = 'x'",
         DataChange("update", USERS, ("name",), bounded=True)),
        ("for user in session.query(User):\n    session.delete(user)", DataChange("delete", USERS, bounded=True)),
    ],
)  # fmt: skip
def test_what_sessions_write(upgrade, source, expected):
    assert upgrade(MODELS + source + "\nsession.commit()").only == expected


def test_a_query_through_a_session_reads_all_rows_where_nothing_restricts_it(upgrade):
    reading = upgrade(MODELS + "session.query(User).order_by(User.id).all()\nsession.query(User).filter_by(id=1).all()")
    assert reading.only == ReadTable(USERS)


def test_a_computed_part_of_a_statement_leaves_the_rest_known(upgrade):
    reading = upgrade(
        "import app\nop.execute(f\"UPDATE users SET name = '{app.name()}' WHERE id = {app.id()}\")\n"
        "op.execute(f'DROP TABLE {app.table()}')\nop.execute('ALTER TABLE users ADD COLUMN ' + app.column() + ' int')"
    )
    assert (reading.operations[0].table, reading.operations[0].columns_set) == (USERS, ("name",))
    assert isinstance(reading.operations[1].name, Unknown)
    assert isinstance(reading.operations[2], OpaqueOperation)
    assert reading.operations[2].touches == (USERS,)


@pytest.mark.parametrize("argument", ["app.sql()", "app.SQL", "f'{app.sql()}'"])
def test_a_statement_that_is_computed_is_opaque(upgrade, argument):
    reading = upgrade(f"import app\nop.execute({argument})")
    assert reading.only.touches is None
    assert [entry.what for entry in reading.not_understood] == ["execute"]


def test_constants_and_texts_are_folded(read):
    source = (
        "from sql import DROP, named\n\nTABLE = 'users'\n\ndef upgrade():\n"
        "    op.execute(DROP)\n    op.execute(named('a'))\n    op.execute('DROP TABLE %s' % TABLE)\n"
        "    op.execute('DROP TABLE {} CASCADE'.format(TABLE))\n    op.execute('DROP TABLE ' + TABLE.upper())\n"
        "    op.execute('; '.join(f'DROP TABLE {n}' for n in ('x', 'y')))\n"
    )
    reading = read(source, files={"sql.py": "DROP = 'DROP TABLE z'\n\ndef named(n):\n    return f'DROP TABLE {n}'\n"})
    assert [str(operation.name) for operation in reading.operations] == ["z", "a", "users", "users", "users", "x", "y"]
    assert reading.at(reading.placed[1], "sqltext") == "named('a')"


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("meta.tables['users']", USERS),
        ("meta.tables.get('users')", USERS),
        ("meta.tables['app.users']", ObjectName("users", "app")),
    ],
)
def test_a_table_of_a_reflected_metadata_is_known_by_its_full_name(upgrade, table, name):
    source = f"""
bind = op.get_bind()
meta = sa.MetaData()
meta.reflect(bind=bind)
users = {table}
bind.execute(users.update().where(users.c.id == 1).values(name="x"))
users.drop(bind)
"""
    read = upgrade(source)

    assert read.operations == [
        DataChange("update", name, ("name",), rows=((("name", "x"),),), bounded=True),
        DropTable(name, if_exists=True),
    ]
    assert read.not_understood == []


def test_tables_of_anything_else_are_not_guessed(upgrade):
    (change,) = upgrade("users = load().tables['users']\nop.execute(users.delete())").operations

    assert isinstance(change, OpaqueOperation) or isinstance(change.table, Unknown)


@pytest.mark.parametrize(
    ("made", "then", "ends"),
    [
        ("Session(bind=bind)", "session.commit()", []),
        ("Session(bind=bind)", "session.rollback()", ["rollback"]),
        ("Session(bind)", "session.commit()\nsession.rollback()", []),
        ("Session(bind, join_transaction_mode='rollback_only')", "session.rollback()", ["rollback"]),
        ("Session(bind, join_transaction_mode='create_savepoint')", "session.rollback()", []),
        ("Session(bind, join_transaction_mode='control_fully')", "session.commit()", ["commit"]),
        ("Session(bind, join_transaction_mode='control_fully')", "session.close()", ["rollback"]),
        ("sessionmaker(bind=bind, join_transaction_mode='control_fully')()", "session.commit()", ["commit"]),
        ("Session(bind=bind.engine)", "session.rollback()", []),
        ("Session(bind=bind, **options())", "session.rollback()", []),
        ("Session(bind=other())", "session.rollback()", []),
    ],
)
def test_what_a_session_does_to_the_transaction_of_the_connection(upgrade, made, then, ends):
    header = "from alembic import op\nimport sqlalchemy as sa\nfrom sqlalchemy.orm import Session, sessionmaker\n"
    begin = f"bind = op.get_bind()\nsession = {made}\n"
    statement = "session.execute(sa.text('SELECT 1'))\n"

    def ended(source):
        found = upgrade(source, header=header).operations
        return [operation.command for operation in found if isinstance(operation, TransactionControl)]

    assert ended(begin + statement + then) == ends
    assert ended(begin + then) == []

"""What the pages of rules on migrations claim of PostgreSQL, asked of it through Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg import errors
from sqlalchemy.dialects import postgresql

from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree

# A type of PostgreSQL, and how a revision spells it.
TYPES = {
    "smallint": "sa.SmallInteger()",
    "integer": "sa.Integer()",
    "bigint": "sa.BigInteger()",
    "numeric": "sa.Numeric()",
    "real": "sa.REAL()",
    "double precision": "sa.Double()",
    "boolean": "sa.Boolean()",
    "text": "sa.Text()",
    "varchar(10)": "sa.String(10)",
    "char(10)": "sa.CHAR(10)",
    "bytea": "sa.LargeBinary()",
    "date": "sa.Date()",
    "time": "sa.Time()",
    "timestamp": "sa.DateTime()",
    "timestamptz": "sa.DateTime(timezone=True)",
    "interval": "sa.Interval()",
    "uuid": "sa.Uuid()",
    "json": "sa.JSON()",
    "jsonb": "postgresql.JSONB()",
    "mood": 'sa.Enum("a", "b", name="mood")',
    "inet": "postgresql.INET()",
    "tsvector": "postgresql.TSVECTOR()",
    "int[]": "postgresql.ARRAY(sa.Integer())",
    "text[]": "postgresql.ARRAY(sa.Text())",
}


@pytest.fixture
def op(postgres: str) -> Iterator[Operations]:
    """Operations in a transaction that is rolled back."""
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(postgres))
    with engine.connect() as opened:
        yield Operations(MigrationContext.configure(opened))
        opened.rollback()
    engine.dispose()


def status(**options: bool) -> sa.Enum:
    return sa.Enum("a", "b", name="status", **options)


def identifier() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


class TestEnumTypes:
    def test_create_table_creates_the_type_and_drop_table_leaves_it(self, op: Operations, postgres: str) -> None:
        op.create_table("orders", identifier(), sa.Column("status", status()))
        op.drop_table("orders")
        next_run = Operations(MigrationContext.configure(op.get_bind()))
        with pytest.raises(sa.exc.ProgrammingError, match='type "status" already exists'):
            next_run.create_table("orders", identifier(), sa.Column("status", status()))

    def test_one_run_creates_a_type_once(self, op: Operations) -> None:
        op.create_table("orders", identifier(), sa.Column("status", status()))
        op.create_table("returns", identifier(), sa.Column("status", status()))

    def test_a_type_created_by_hand_is_in_the_way_of_a_table(self, op: Operations) -> None:
        status().create(op.get_bind(), checkfirst=True)
        with pytest.raises(sa.exc.ProgrammingError, match='type "status" already exists'):
            op.create_table("orders", identifier(), sa.Column("status", status()))

    def test_a_type_that_is_there_can_be_used(self, op: Operations) -> None:
        status().create(op.get_bind())
        there = postgresql.ENUM(name="status", create_type=False)
        op.create_table("orders", identifier(), sa.Column("status", there))

    def test_add_column_creates_no_type(self, op: Operations) -> None:
        op.create_table("orders", identifier())
        with pytest.raises(sa.exc.ProgrammingError, match='type "status" does not exist'):
            op.add_column("orders", sa.Column("status", status()))

    def test_alter_column_creates_no_type(self, op: Operations) -> None:
        op.create_table("orders", identifier(), sa.Column("status", sa.Text))
        with pytest.raises(sa.exc.ProgrammingError, match='type "status" does not exist'):
            op.alter_column("orders", "status", type_=status(), postgresql_using="status::status")

    @pytest.mark.parametrize(
        "use",
        [
            "UPDATE jobs SET mood = 'c'",
            "INSERT INTO jobs VALUES ('c')",
            "DELETE FROM jobs WHERE mood = 'c'",
            "ALTER TABLE jobs ALTER mood SET DEFAULT 'c'",
            "ALTER TABLE jobs ADD CHECK (mood <> 'c')",
            "CREATE TABLE others (mood mood DEFAULT 'c')",
        ],
    )
    def test_a_new_value_cannot_be_used_in_the_transaction_that_adds_it(self, postgres: str, use: str) -> None:
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS jobs; DROP TYPE IF EXISTS mood")
            connection.execute("CREATE TYPE mood AS ENUM ('a'); CREATE TABLE jobs (mood mood)")
            connection.execute("INSERT INTO jobs VALUES ('a')")
            with pytest.raises(errors.UnsafeNewEnumValueUsage):
                connection.execute(f"BEGIN; ALTER TYPE mood ADD VALUE 'c'; {use}")
            connection.execute("ROLLBACK")
            connection.execute("DROP TABLE jobs; DROP TYPE mood")


def test_an_error_that_is_caught_ends_the_transaction_all_the_same(op: Operations) -> None:
    with pytest.raises(sa.exc.ProgrammingError):
        op.drop_table("nothing")
    with pytest.raises(sa.exc.InternalError, match="current transaction is aborted"):
        op.create_table("users", identifier())


class TestTypeChanges:
    def test_the_rule_knows_which_types_postgresql_casts(self, connection: psycopg.Connection, tmp_path: Path) -> None:
        pairs = dict(enumerate(permutations(TYPES, 2)))
        flagged = _flagged(tmp_path, pairs)
        connection.execute("CREATE TYPE mood AS ENUM ('a', 'b')")
        for number, (old, new) in pairs.items():
            assert (number in flagged) is not _is_cast(connection, old, new), (old, new)

    def test_using_does_not_cast_the_default(self, op: Operations) -> None:
        op.create_table("jobs", sa.Column("priority", sa.Text, server_default="0"))
        with pytest.raises(sa.exc.ProgrammingError, match=r"default for column .* cannot be cast"):
            op.alter_column(
                "jobs", "priority", type_=sa.Integer, server_default=None, postgresql_using="priority::integer"
            )

    def test_a_default_that_is_dropped_before_is_out_of_the_way(self, op: Operations) -> None:
        op.create_table("jobs", sa.Column("priority", sa.Text, server_default="0"))
        op.alter_column("jobs", "priority", server_default=None)
        op.alter_column("jobs", "priority", type_=sa.Integer, postgresql_using="priority::integer")

    def test_a_text_that_is_too_long_stops_and_a_number_is_rounded(self, connection: psycopg.Connection) -> None:
        connection.execute("CREATE TABLE t (a text, b numeric(10, 2))")
        connection.execute("INSERT INTO t VALUES ('longer', 1.75)")
        connection.execute("ALTER TABLE t ALTER b TYPE integer")
        assert connection.execute("SELECT b FROM t").fetchone() == (2,)
        with pytest.raises(errors.StringDataRightTruncation):
            connection.execute("ALTER TABLE t ALTER a TYPE varchar(3)")


def _flagged(folder: Path, pairs: dict[int, tuple[str, str]]) -> set[int]:
    """The numbers of the pairs that `missing-using-clause` flags."""
    calls = "\n".join(
        f'    op.alter_column("t{number}", "c", existing_type={TYPES[old]}, type_={TYPES[new]})'
        for number, (old, new) in pairs.items()
    )
    text = (
        '"""change types"""\nimport sqlalchemy as sa\nfrom alembic import op\n'
        'from sqlalchemy.dialects import postgresql\n\nrevision = "1"\ndown_revision = None\n\n\n'
        f"def upgrade():\n{calls}\n"
    )
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "migrations" / "versions" / "1_types.py").write_text(text, encoding="utf-8")
    settings = load(folder, overrides={"select": ["missing-using-clause"], "database": ["postgresql:16"]})
    outcome = run(Request(tree=FolderTree(folder), settings=settings, cache=Cache(None)))
    return {
        int(item.anchor.rpartition(":")[2].removeprefix("t").partition(".")[0]) for item in outcome.result.diagnostics
    }


def _is_cast(connection: psycopg.Connection, old: str, new: str) -> bool:
    """Whether PostgreSQL changes a column from one type to the other without USING."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"CREATE TABLE t (c {old})")
            connection.execute(f"ALTER TABLE t ALTER c TYPE {new}")
    except errors.DatatypeMismatch:
        return False
    return True

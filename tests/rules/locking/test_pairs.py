"""The same change of the same schema, written in Alembic, in Django's operations and in SQL, is judged the same."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest

from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree


class Pair(NamedTuple):
    """A change in its three spellings.

    `flagged` tells that some rule flags it, `autocommit` that it runs outside of a transaction, as each framework says
    so.
    """

    alembic: str
    django: str
    sql: str
    flagged: bool = True
    autocommit: bool = False


PAIRS = {
    "an index": Pair(
        alembic='op.create_index("order_total_idx", "shop_order", ["total"])',
        django='migrations.AddIndex("order", models.Index(fields=["total"], name="order_total_idx")),',
        sql="CREATE INDEX order_total_idx ON shop_order (total);",
    ),
    "an index, concurrently": Pair(
        alembic='op.create_index("order_total_idx", "shop_order", ["total"], postgresql_concurrently=True)',
        django='AddIndexConcurrently("order", models.Index(fields=["total"], name="order_total_idx")),',
        sql="CREATE INDEX CONCURRENTLY order_total_idx ON shop_order (total);",
        flagged=False,
        autocommit=True,
    ),
    "an index dropped": Pair(
        alembic='op.drop_index("order_number_idx", "shop_order")',
        django='migrations.RemoveIndex("order", "order_number_idx"),',
        sql="DROP INDEX order_number_idx;",
    ),
    "a unique constraint": Pair(
        alembic='op.create_unique_constraint("order_number_key", "shop_order", ["number"])',
        django="""
            migrations.AddConstraint(
                "order", models.UniqueConstraint(fields=["number"], name="order_number_key")
            ),
        """,
        sql="ALTER TABLE shop_order ADD CONSTRAINT order_number_key UNIQUE (number);",
    ),
    "a check": Pair(
        alembic='op.create_check_constraint("order_total", "shop_order", "total >= 0")',
        django="""
            migrations.AddConstraint(
                "order", models.CheckConstraint(condition=models.Q(total__gte=0), name="order_total")
            ),
        """,
        sql="ALTER TABLE shop_order ADD CONSTRAINT order_total CHECK (total >= 0);",
    ),
    "a foreign key": Pair(
        alembic="""
            op.create_foreign_key(
                "order_team", "shop_order", "shop_team", ["team_id"], ["id"], deferrable=True, initially="DEFERRED"
            )
        """,
        django="""
            migrations.AlterField(
                "order", "team", models.ForeignKey("shop.team", models.CASCADE, null=True, db_index=False)
            ),
        """,
        sql="""
            ALTER TABLE shop_order ADD CONSTRAINT order_team
                FOREIGN KEY (team_id) REFERENCES shop_team (id) DEFERRABLE INITIALLY DEFERRED;
        """,
    ),
    "NOT NULL": Pair(
        alembic='op.alter_column("shop_order", "number", nullable=False)',
        django='migrations.AlterField("order", "number", models.IntegerField()),',
        sql="ALTER TABLE shop_order ALTER COLUMN number SET NOT NULL;",
    ),
    "a type": Pair(
        alembic='op.alter_column("shop_order", "total", type_=sa.BigInteger())',
        django='migrations.AlterField("order", "total", models.BigIntegerField()),',
        sql="ALTER TABLE shop_order ALTER COLUMN total TYPE bigint;",
    ),
    "a column with a volatile default": Pair(
        alembic="""
            op.add_column(
                "shop_order",
                sa.Column("token", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()")),
            )
        """,
        django='migrations.AddField("order", "token", models.UUIDField(db_default=RandomUUID())),',
        sql="ALTER TABLE shop_order ADD COLUMN token uuid DEFAULT gen_random_uuid() NOT NULL;",
    ),
    "a generated column": Pair(
        alembic="""
            op.add_column("shop_order", sa.Column("twice", sa.Integer(), sa.Computed("total * 2", persisted=True)))
        """,
        django="""
            migrations.AddField(
                "order",
                "twice",
                models.GeneratedField(
                    expression=models.F("total") * 2, output_field=models.IntegerField(null=True), db_persist=True
                ),
            ),
        """,
        sql="ALTER TABLE shop_order ADD COLUMN twice integer GENERATED ALWAYS AS (total * 2) STORED;",
    ),
    "a column with a constant default": Pair(
        alembic="""
            op.add_column("shop_order", sa.Column("state", sa.Integer(), nullable=False, server_default=sa.text("1")))
        """,
        django='migrations.AddField("order", "state", models.IntegerField(db_default=1)),',
        sql="ALTER TABLE shop_order ADD COLUMN state integer DEFAULT 1 NOT NULL;",
    ),
    "a column with a foreign key dropped": Pair(
        alembic='op.drop_column("shop_order", "owner_id")',
        django='migrations.RemoveField("order", "owner"),',
        sql="ALTER TABLE shop_order DROP COLUMN owner_id;",
    ),
    "a table with a foreign key dropped": Pair(
        alembic='op.drop_table("shop_order")',
        django='migrations.DeleteModel("Order"),',
        sql="DROP TABLE shop_order;",
    ),
    "a constraint validated under the lock that added it": Pair(
        alembic="""
            op.create_check_constraint("order_total", "shop_order", "total >= 0", postgresql_not_valid=True)
            op.execute("ALTER TABLE shop_order VALIDATE CONSTRAINT order_total")
        """,
        django="""
            AddConstraintNotValid(
                "order", models.CheckConstraint(condition=models.Q(total__gte=0), name="order_total")
            ),
            ValidateConstraint("order", "order_total"),
        """,
        sql="""
            ALTER TABLE shop_order ADD CONSTRAINT order_total CHECK (total >= 0) NOT VALID;
            ALTER TABLE shop_order VALIDATE CONSTRAINT order_total;
        """,
    ),
    "a backfill beside the column that it fills": Pair(
        alembic="""
            op.add_column("shop_order", sa.Column("state", sa.Integer()))
            op.execute("UPDATE shop_order SET state = 1")
        """,
        django="""
            migrations.AddField("order", "state", models.IntegerField(null=True)),
            migrations.RunSQL("UPDATE shop_order SET state = 1"),
        """,
        sql="""
            ALTER TABLE shop_order ADD COLUMN state integer;
            UPDATE shop_order SET state = 1;
        """,
    ),
    "an index built under the lock of another change": Pair(
        alembic="""
            op.add_column("shop_order", sa.Column("state", sa.Integer()))
            op.create_index("order_state_idx", "shop_order", ["state"])
        """,
        django="""
            migrations.AddField("order", "state", models.IntegerField(null=True)),
            migrations.AddIndex("order", models.Index(fields=["state"], name="order_state_idx")),
        """,
        sql="""
            ALTER TABLE shop_order ADD COLUMN state integer;
            CREATE INDEX order_state_idx ON shop_order (state);
        """,
    ),
    "two tables at once": Pair(
        alembic="""
            op.add_column("shop_order", sa.Column("note", sa.Text()))
            op.add_column("shop_team", sa.Column("note", sa.Text()))
        """,
        django="""
            migrations.AddField("order", "note", models.TextField(null=True)),
            migrations.AddField("team", "note", models.TextField(null=True)),
        """,
        sql="""
            ALTER TABLE shop_order ADD COLUMN note text;
            ALTER TABLE shop_team ADD COLUMN note text;
        """,
    ),
    "a lock that is waited for with a limit": Pair(
        alembic="""
            op.execute("SET LOCAL lock_timeout = '5s'")
            op.add_column("shop_order", sa.Column("note", sa.Text()))
        """,
        django="""
            migrations.RunSQL("SET LOCAL lock_timeout = '5s'"),
            migrations.AddField("order", "note", models.TextField(null=True)),
        """,
        sql="""
            SET LOCAL lock_timeout = '5s';
            ALTER TABLE shop_order ADD COLUMN note text;
        """,
        flagged=False,
    ),
}

ALEMBIC = '''
"""a message"""
import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {parent!r}


def upgrade():
{body}
'''

ALEMBIC_TABLES = """
op.create_table("shop_team", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("name", sa.Text()))
op.create_table(
    "shop_order",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("number", sa.Integer()),
    sa.Column("total", sa.Integer(), nullable=False),
    sa.Column("team_id", sa.BigInteger()),
    sa.Column("owner_id", sa.BigInteger()),
    sa.ForeignKeyConstraint(
        ["owner_id"], ["shop_team.id"], name="order_owner", deferrable=True, initially="DEFERRED"
    ),
)
op.create_index("order_number_idx", "shop_order", ["number"])
"""

DJANGO = """
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    {header}
    operations = [
{body}
    ]
"""

DJANGO_TABLES = """
migrations.CreateModel("Team", fields=[("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]),
migrations.CreateModel(
    "Order",
    fields=[
        ("id", models.BigAutoField(primary_key=True)),
        ("number", models.IntegerField(null=True)),
        ("total", models.IntegerField()),
        ("team", models.BigIntegerField(null=True, db_column="team_id")),
        ("owner", models.ForeignKey("shop.team", models.CASCADE, null=True, db_index=False)),
    ],
    options={"indexes": [models.Index(fields=["number"], name="order_number_idx")]},
),
"""

SQL_TABLES = """
-- migrate:up
CREATE TABLE shop_team (id bigint PRIMARY KEY, name text);
CREATE TABLE shop_order (
    id bigint PRIMARY KEY,
    number integer,
    total integer NOT NULL,
    team_id bigint,
    owner_id bigint CONSTRAINT order_owner REFERENCES shop_team (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX order_number_idx ON shop_order (number);
"""


def block(text: str, indent: int) -> str:
    return textwrap.indent(textwrap.dedent(text).strip(), " " * indent)


def alembic_files(pair: Pair) -> tuple[dict[str, str], str]:
    body = block(pair.alembic, 4)
    if pair.autocommit:
        body = f"    with op.get_context().autocommit_block():\n{textwrap.indent(body, '    ')}"
    return {
        "versions/001.py": ALEMBIC.format(id="001", parent=None, body=block(ALEMBIC_TABLES, 4)),
        "versions/002.py": ALEMBIC.format(id="002", parent="001", body=body),
    }, "001"


def django_files(pair: Pair) -> tuple[dict[str, str], str]:
    first = DJANGO.format(header="initial = True", body=block(DJANGO_TABLES, 8))
    header = 'dependencies = [("shop", "0001_initial")]' + ("\n    atomic = False" if pair.autocommit else "")
    return {
        "shop/migrations/0001_initial.py": first,
        "shop/migrations/0002_change.py": DJANGO.format(header=header, body=block(pair.django, 8)),
    }, "shop.0001_initial"


def sql_files(pair: Pair) -> tuple[dict[str, str], str]:
    mark = "-- migrate:up transaction:false" if pair.autocommit else "-- migrate:up"
    return {
        "db/migrations/20240101000000_tables.sql": SQL_TABLES.lstrip(),
        "db/migrations/20240102000000_change.sql": f"{mark}\n{block(pair.sql, 0)}\n",
    }, "20240101000000"


SPELLINGS = {"alembic": alembic_files, "django": django_files, "sql": sql_files}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_change_is_judged_the_same_in_each_spelling(pair: Pair, tmp_path: Path) -> None:
    judged = {spelling: judge(tmp_path / spelling, *files(pair)) for spelling, files in SPELLINGS.items()}
    assert judged["alembic"] == judged["django"] == judged["sql"]
    assert bool(judged["sql"]) == pair.flagged


def judge(folder: Path, files: dict[str, str], released: str) -> list[tuple[str, str]]:
    """The rules that flag the change of a project, and how severe they are."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.lstrip(), encoding="utf-8")
    overrides = {"database": ["postgresql:16"], "select": ["LCK", "SYS"], "start-after": [released]}
    settings = load(folder, overrides=overrides)
    result = run(Request(tree=FolderTree(folder), settings=settings, cache=Cache(None))).result
    assert not result.errors
    return sorted((diagnostic.name, diagnostic.severity.value) for diagnostic in result.diagnostics)


def test_most_of_the_changes_are_flagged() -> None:
    assert sum(pair.flagged for pair in PAIRS.values()) >= 9

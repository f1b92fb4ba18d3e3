"""The safe sequences of the help texts: as code in each language, and judged by the rules themselves."""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

import pytest

from schemalint.diagnostics import Diagnostic
from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree

TABLES = """
CREATE DOMAIN amount AS integer CHECK (VALUE >= 0);
CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE logs (id integer NOT NULL, code integer);
CREATE TABLE users (
    id bigint PRIMARY KEY,
    email varchar(50),
    logins integer NOT NULL,
    team_id bigint,
    seen timestamp,
    nick varchar(20) CONSTRAINT nick_given CHECK (nick <> '')
);
CREATE INDEX users_email ON users (lower(email));
"""

CHANGES = {
    "validating-foreign-key": "ALTER TABLE users ADD FOREIGN KEY (team_id) REFERENCES teams (id);",
    "validating-check-constraint": "ALTER TABLE users ADD CONSTRAINT busy CHECK (logins > 3);",
    "blocking-unique-constraint": "ALTER TABLE users ADD CONSTRAINT one UNIQUE (email) DEFERRABLE;",
    "blocking-primary-key": "ALTER TABLE logs ADD PRIMARY KEY (code);",
    "scanning-not-null": "ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
    "rewriting-type-change": "ALTER TABLE users ALTER COLUMN logins TYPE bigint;",
    "rewriting-default": "ALTER TABLE users ADD COLUMN token text DEFAULT random()::text NOT NULL;",
    "rewriting-identity-column": "ALTER TABLE users ADD COLUMN number bigserial;",
    "rewriting-domain-column": "ALTER TABLE users ADD COLUMN credit amount;",
    "rewriting-generated-column": "ALTER TABLE users ADD COLUMN twice integer GENERATED ALWAYS AS (logins * 2) STORED;",
    "scanning-inline-constraint": "ALTER TABLE users ADD COLUMN age integer UNIQUE CHECK (age > 0);",
}
MORE = {
    "an index of an expression": "ALTER TABLE users ALTER COLUMN email TYPE text;",
    "a check of the column": "ALTER TABLE users ALTER COLUMN nick TYPE text;",
    "a shorter text": "ALTER TABLE users ALTER COLUMN email TYPE varchar(20);",
    "times of UTC": "ALTER TABLE users ALTER COLUMN seen TYPE timestamptz USING seen AT TIME ZONE 'UTC';",
    "values that change with the type": "ALTER TABLE users ALTER COLUMN team_id TYPE bigint USING team_id + 1;",
    "the same, with an index": "ALTER TABLE users ALTER COLUMN email TYPE text USING lower(email);",
}
STAGE = re.compile(r"^-- file \d+ of \d+$", re.MULTILINE)


def check(root: Path, files: dict[str, str], version: int) -> list[Diagnostic]:
    """What the rules on locks say of a history in SQL whose first file is released."""
    written = {"db/migrations/20240101000000_tables.sql": f"-- migrate:up\n{TABLES}"} | files
    for path, content in written.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    overrides = {"select": ["LCK"], "ignore": ["LCK019"], "start-after": ["20240101000000"]}
    settings = load(root, overrides=overrides | {"database": [f"postgresql:{version}"]})
    return run(Request(tree=FolderTree(root), settings=settings, cache=Cache(None))).result.diagnostics


def stages(diagnostic: Diagnostic) -> list[str]:
    """The code of each stage of a help text."""
    code = textwrap.dedent("\n".join(line for line in diagnostic.help.splitlines() if line.startswith("  ")))
    parts = STAGE.split(code)
    return [part.strip() for part in (parts[1:] if len(parts) > 1 else parts)]


def as_file(stage: str) -> str:
    mark = " transaction:false" if "-- outside of a transaction" in stage else ""
    return f"-- migrate:up{mark}\n{stage}\n"


@pytest.mark.parametrize("version", [13, 16, 18])
@pytest.mark.parametrize("change", (CHANGES | MORE).values(), ids=CHANGES | MORE)
def test_the_safe_way_is_safe(change: str, version: int, tmp_path: Path) -> None:
    (unsafe,) = check(
        tmp_path / "unsafe", {"db/migrations/20240102000000_change.sql": f"-- migrate:up\n{change}\n"}, version
    )

    code = stages(unsafe)
    files = {f"db/migrations/202402{number:02}000000_safe.sql": as_file(stage) for number, stage in enumerate(code, 1)}
    left = check(tmp_path / "safe", files, version)

    assert code
    assert "not written" not in unsafe.help
    assert [diagnostic.message for diagnostic in left] == []


@pytest.mark.parametrize(("name", "change"), CHANGES.items())
def test_each_change_is_found_by_its_own_rule(name: str, change: str, tmp_path: Path) -> None:
    found = check(tmp_path, {"db/migrations/20240102000000_change.sql": f"-- migrate:up\n{change}\n"}, 16)

    assert [diagnostic.name for diagnostic in found] == [name]


def help_in_alembic(root: Path, body: str, version: int) -> str:
    first = 'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.Text))'
    for number, (text, parent) in enumerate(((first, None), (body, "1")), 1):
        code = textwrap.indent(textwrap.dedent(text).strip(), "    ")
        file = root / f"versions/{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n\n"
            f'revision = "{number}"\ndown_revision = {parent!r}\n\n\ndef upgrade():\n{code}\n',
            encoding="utf-8",
        )
    overrides = {"select": ["LCK"], "ignore": ["LCK019"], "database": [f"postgresql:{version}"]}
    settings = load(root, overrides=overrides)
    (found,) = run(Request(tree=FolderTree(root), settings=settings, cache=Cache(None))).result.diagnostics
    return found.help


NOT_NULL_16 = """\
Prove it with a CHECK that is added NOT VALID and validated; then SET NOT NULL reads no rows:
  # revision 1 of 3
  op.create_check_constraint(
      "users_email_not_null",
      "users",
      "email IS NOT NULL",
      postgresql_not_valid=True,
  )
  # revision 2 of 3
  with op.get_context().autocommit_block():
      op.execute("ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null")
  # revision 3 of 3
  op.alter_column("users", "email", nullable=False)
  op.drop_constraint("users_email_not_null", "users", type_="check")"""
NOT_NULL_18 = """\
Since version 18 NOT NULL can be NOT VALID: add it so, and validate it when that transaction has ended:
  # revision 1 of 2
  op.execute(
      "ALTER TABLE users ADD CONSTRAINT users_email_not_null NOT NULL email NOT VALID",
  )
  # revision 2 of 2
  with op.get_context().autocommit_block():
      op.execute("ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null")"""
NOT_NULL_11 = """\
Before version 12 SET NOT NULL always reads all rows. Have a CHECK instead, added NOT VALID and validated:"""


@pytest.mark.parametrize(("version", "expected"), [(16, NOT_NULL_16), (18, NOT_NULL_18)])
def test_not_null_in_alembic_by_version(version: int, expected: str, tmp_path: Path) -> None:
    assert help_in_alembic(tmp_path, 'op.alter_column("users", "email", nullable=False)', version) == expected


def test_not_null_before_12_stays_a_check(tmp_path: Path) -> None:
    written = help_in_alembic(tmp_path, 'op.alter_column("users", "email", nullable=False)', 11)

    assert written.startswith(NOT_NULL_11)
    assert "nullable=False" not in written


def test_a_constraint_that_waits_for_its_validation_is_validated(tmp_path: Path) -> None:
    body = """
        op.create_check_constraint("given", "users", "email IS NOT NULL", postgresql_not_valid=True)
        op.alter_column("users", "email", nullable=False)
    """

    assert help_in_alembic(tmp_path, body, 16) == textwrap.dedent("""\
        Validate `given` first, in a transaction of its own: then PostgreSQL reads no rows for it:
          # revision 1 of 2
          with op.get_context().autocommit_block():
              op.execute("ALTER TABLE users VALIDATE CONSTRAINT given")
          # revision 2 of 2
          op.alter_column("users", "email", nullable=False)""")


def test_a_unique_constraint_in_alembic(tmp_path: Path) -> None:
    written = help_in_alembic(tmp_path, 'op.create_unique_constraint(None, "users", ["email"])', 16)

    assert written == textwrap.dedent("""\
        Build the index concurrently, then make the constraint of it, which takes an instant:
          # revision 1 of 2
          with op.get_context().autocommit_block():
              op.create_index(
                  "users_email_key",
                  "users",
                  ["email"],
                  unique=True,
                  postgresql_concurrently=True,
              )
          # revision 2 of 2
          op.execute(
              "ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key",
          )""")


DJANGO = """
from django.db import migrations, models


class Migration(migrations.Migration):
    {header}
    operations = [
{body}
    ]
"""
DJANGO_TABLES = """
migrations.CreateModel("Team", fields=[("id", models.BigAutoField(primary_key=True))]),
migrations.CreateModel(
    "Order",
    fields=[
        ("id", models.BigAutoField(primary_key=True)),
        ("number", models.IntegerField(null=True)),
        ("team", models.ForeignKey("shop.team", models.CASCADE)),
    ],
),
"""


def help_in_django(root: Path, body: str) -> str:
    first = 'dependencies = [("shop", "0001_initial")]'
    for name, header, text in (("0001_initial", "initial = True", DJANGO_TABLES), ("0002_change", first, body)):
        file = root / f"shop/migrations/{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        code = textwrap.indent(textwrap.dedent(text).strip(), " " * 8)
        file.write_text(DJANGO.format(header=header, body=code), encoding="utf-8")
    overrides = {"select": ["LCK"], "ignore": ["LCK019"], "database": ["postgresql:16"]}
    settings = load(root, overrides=overrides)
    (found,) = run(Request(tree=FolderTree(root), settings=settings, cache=Cache(None))).result.diagnostics
    return found.help


def test_a_unique_constraint_in_django_leaves_the_models_their_own_operation(tmp_path: Path) -> None:
    body = 'migrations.AddConstraint("order", models.UniqueConstraint(fields=["number"], name="one")),'

    written = help_in_django(tmp_path, body)

    code = textwrap.dedent("\n".join(line for line in written.splitlines() if line.startswith("  ")))
    ast.parse(code)
    assert code == textwrap.dedent("""\
        # migration 1 of 2
        atomic = False
        operations = [
            migrations.RunSQL("CREATE UNIQUE INDEX CONCURRENTLY one ON shop_order (number);"),
        ]
        # migration 2 of 2
        operations = [
            migrations.SeparateDatabaseAndState(
                database_operations=[
                    migrations.RunSQL("ALTER TABLE shop_order ADD CONSTRAINT one UNIQUE USING INDEX one;"),
                ],
                state_operations=[...],  # the operation that stands here now
            ),
        ]""")


def test_a_check_in_django_is_validated_by_djangos_own_operations(tmp_path: Path) -> None:
    body = """
        migrations.AddConstraint(
            "order", models.CheckConstraint(condition=models.Q(number__gte=0), name="order_number")
        ),
    """

    written = help_in_django(tmp_path, body)

    assert "`AddConstraintNotValid`, of django.contrib.postgres.operations, in place of `AddConstraint`" in written
    assert 'ValidateConstraint(model_name="order", name="order_number")' in written


def test_a_key_that_django_makes_again_is_left_alone(tmp_path: Path) -> None:
    body = 'migrations.AlterField("order", "team", models.ForeignKey("shop.team", models.CASCADE, null=True)),'

    written = help_in_django(tmp_path, body)

    assert written.startswith("Make the change of the column alone, in SQL: the key stays as it is.")
    assert 'migrations.RunSQL("ALTER TABLE shop_order ALTER COLUMN team_id DROP NOT NULL;")' in written
    assert "FOREIGN KEY" not in written


def test_a_default_that_django_computes_is_filled_in_before_it_is_required(tmp_path: Path) -> None:
    key = 'models.ForeignKey("shop.team", models.CASCADE, default=int, db_index=False)'

    written = help_in_django(tmp_path, f'migrations.AddField("order", "buyer", {key}),')

    steps = ("ADD COLUMN buyer_id BIGINT;", "NOT VALID;", "fill `buyer_id`", "ALTER COLUMN buyer_id SET NOT NULL;")
    places = [written.index(step) for step in steps]
    assert places == sorted(places)

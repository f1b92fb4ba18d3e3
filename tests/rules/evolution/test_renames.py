"""What counts as a rename in use, and the way that the help shows instead."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from schemalint.diagnostics import Diagnostic
from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree

TABLES = """
CREATE TABLE client (id bigint PRIMARY KEY, mail varchar(50) NOT NULL, city text);
CREATE TABLE team (id bigint PRIMARY KEY, name text);
CREATE TABLE team_new (id bigint PRIMARY KEY, name text);
CREATE VIEW cities AS SELECT city FROM client;
ALTER TABLE older ADD COLUMN note text;
"""


def check(
    root: Path, *changes: str, dialect: str = "postgresql", select: str = "in-place-rename", released: int = 1
) -> list[Diagnostic]:
    """What a rule says of SQL files, of which the first are released."""
    names = [f"2024010{number}000000" for number in range(1, len(changes) + 2)]
    for name, content in zip(names, (TABLES, *changes), strict=True):
        file = root / f"db/migrations/{name}_change.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"-- migrate:up\n{content}\n", encoding="utf-8")
    overrides = {"select": [select], "start-after": [names[released - 1]], "database": [dialect]}
    settings = load(root, overrides=overrides)
    return list(run(Request(tree=FolderTree(root), settings=settings, cache=Cache(None))).result.diagnostics)


FLAGGED = {
    "a table that was there before": "ALTER TABLE older RENAME TO eldest;",
    "a table that nothing has named yet": "ALTER TABLE oldest RENAME TO eldest;",
    "a column that was there before": "ALTER TABLE older RENAME a TO b;",
    "a table whose name is taken over": "ALTER TABLE team RENAME TO group_; ALTER TABLE team_new RENAME TO team;",
    "a view of another name": "ALTER TABLE team RENAME TO teams; CREATE VIEW staff AS SELECT * FROM teams;",
    "a view that is gone again": (
        "ALTER TABLE team RENAME TO teams; CREATE VIEW team AS SELECT * FROM teams; DROP VIEW team;"
    ),
    "capitals": 'ALTER TABLE client RENAME mail TO "Mail";',
    "a name of several": "ALTER TABLE client RENAME mail TO email; ALTER TABLE client RENAME email TO address;",
}


@pytest.mark.parametrize("change", FLAGGED.values(), ids=FLAGGED)
def test_one_rename_is_flagged(change: str, tmp_path: Path) -> None:
    assert len(check(tmp_path, change)) == 1


QUIET = {
    "there and back": "ALTER TABLE team RENAME TO teams; ALTER TABLE teams RENAME TO team;",
    "made again": "ALTER TABLE team RENAME TO teams; CREATE TABLE team (id bigint PRIMARY KEY);",
    "a replacement": "DROP TABLE team; ALTER TABLE team_new RENAME TO team;",
    "a replacement in two steps": (
        "ALTER TABLE team RENAME name TO label; ALTER TABLE team RENAME label TO name; "
        "ALTER TABLE client DROP COLUMN mail; ALTER TABLE client RENAME city TO town; "
        "ALTER TABLE client RENAME town TO mail;"
    ),
    "two that change places": (
        "ALTER TABLE team RENAME TO team_tmp; ALTER TABLE team_new RENAME TO team; "
        "ALTER TABLE team_tmp RENAME TO team_new;"
    ),
    "put aside": "ALTER TABLE team RENAME TO team_old;",
    "a column put aside": "ALTER TABLE client RENAME city TO tmp_city;",
    "a column brought back": "ALTER TABLE older RENAME session_tmp TO session;",
    "new in this revision": "CREATE TABLE fresh (a int); ALTER TABLE fresh RENAME a TO b;",
    "a column under a view": (
        "ALTER TABLE client RENAME TO clients; ALTER TABLE clients RENAME mail TO email; "
        "CREATE VIEW client AS SELECT id, email AS mail, city FROM clients;"
    ),
    "a sequence": "ALTER TABLE client_id_seq RENAME TO clients_id_seq;",
    "an index": "ALTER TABLE client_pkey RENAME TO clients_pkey;",
    "a view": "ALTER TABLE cities RENAME TO towns;",
    "something not understood": "ALTER TABLE team RENAME TO teams; SELECT keep_old_name('team');",
}


@pytest.mark.parametrize("change", QUIET.values(), ids=QUIET)
def test_nobody_misses_the_old_name(change: str, tmp_path: Path) -> None:
    assert check(tmp_path, change) == []


def test_the_table_says_it_for_its_columns(tmp_path: Path) -> None:
    found = check(tmp_path, "ALTER TABLE client RENAME TO clients; ALTER TABLE clients RENAME mail TO email;")

    assert [diagnostic.anchor.rpartition(":")[2] for diagnostic in found] == ["client"]


def test_what_is_not_released_is_not_in_use(tmp_path: Path) -> None:
    added, renamed = "ALTER TABLE client ADD COLUMN phone text;", "ALTER TABLE client RENAME phone TO mobile;"

    assert check(tmp_path / "together", added, renamed) == []
    assert len(check(tmp_path / "apart", added, renamed, released=2)) == 1


def test_a_rename_that_a_later_revision_of_the_change_takes_back(tmp_path: Path) -> None:
    there, back = "ALTER TABLE client RENAME mail TO email;", "ALTER TABLE client RENAME email TO mail;"

    assert check(tmp_path, there, back) == []


@pytest.mark.parametrize("dialect", ["mysql", "sqlite"])
def test_servers_that_do_not_tell_capitals_apart(dialect: str, tmp_path: Path) -> None:
    assert check(tmp_path, "ALTER TABLE client RENAME COLUMN mail TO Mail;", dialect=dialect) == []


@pytest.mark.parametrize(
    ("dialect", "error"),
    [
        ("postgresql", "error 42703 (undefined column)"),
        ("mysql", "error 1054 (unknown column)"),
        ("sqlite", "`no such column`"),
        ("oracle", "an error"),
    ],
)
def test_the_message_tells_the_error_of_the_server(dialect: str, error: str, tmp_path: Path) -> None:
    (found,) = check(tmp_path, "ALTER TABLE client RENAME COLUMN mail TO email;", dialect=dialect)

    assert found.message == (
        "`client.mail` becomes `email` in one step: the running release asks for `mail` until its last instance is "
        f"gone, and again after a rollback, and gets {error}"
    )


TABLE_IN_SQL = """\
  -- file 1 of 2
  ALTER TABLE team RENAME TO teams;
  CREATE VIEW team AS SELECT * FROM teams;
  -- file 2 of 2
  -- in a later release, when nothing asks for `team` any more
  DROP VIEW team;"""
COLUMN_IN_SQL = """\
  -- file 1 of 3
  -- with the keys, checks and indexes of `mail`
  ALTER TABLE client ADD COLUMN email VARCHAR(50);
  -- file 2 of 3
  -- write `mail` and `email` from the application or a trigger, and copy in batches; then read `email`
  -- file 3 of 3
  -- in a later release, when nothing asks for `mail` any more
  ALTER TABLE client DROP COLUMN mail;"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("ALTER TABLE team RENAME TO teams;", TABLE_IN_SQL),
        ("ALTER TABLE client RENAME mail TO email;", COLUMN_IN_SQL),
    ],
)
def test_the_way_in_sql(change: str, expected: str, tmp_path: Path) -> None:
    (found,) = check(tmp_path, change)

    assert found.help.partition("\n")[2] == expected


@pytest.mark.parametrize("change", ["ALTER TABLE team RENAME TO teams;", "ALTER TABLE client RENAME mail TO email;"])
def test_the_way_is_not_flagged_itself(change: str, tmp_path: Path) -> None:
    (found,) = check(tmp_path / "unsafe", change)
    stages = found.help.split("-- file ")[1:]
    files = [stage.partition("\n")[2] for stage in stages]

    assert check(tmp_path / "safe", *files, select="EVO") == []
    assert check(tmp_path / "locks", *files, select="LCK001") == []


def test_sqlite_has_no_view_to_write_to(tmp_path: Path) -> None:
    (found,) = check(tmp_path, "ALTER TABLE team RENAME TO teams;", dialect="sqlite")

    assert "SQLite's take no writes" in found.help
    assert "CREATE VIEW" not in found.help


def test_a_column_of_unknown_type_has_its_steps_in_words(tmp_path: Path) -> None:
    (found,) = check(tmp_path, "ALTER TABLE older RENAME a TO b;")

    assert found.help.endswith(
        "add `b` beside it and drop `a` in a later release: write both, copy, then read the new one."
    )


def history(root: Path, framework: str, *bodies: str) -> list[Diagnostic]:
    """What the rule says of revisions in Alembic or Django."""
    for number, body in enumerate(bodies, 1):
        if framework == "alembic":
            code = (
                "import sqlalchemy as sa\nfrom alembic import op\n\n"
                f'revision = "{number}"\ndown_revision = {str(number - 1) if number > 1 else None!r}\n\n\n'
                f"def upgrade():\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
            )
            file = root / f"versions/{number}.py"
        else:
            parent = f'dependencies = [("shop", "000{number - 1}_change")]' if number > 1 else "initial = True"
            code = (
                "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n"
                f"    {parent}\n    operations = [\n{textwrap.indent(textwrap.dedent(body).strip(), ' ' * 8)}\n    ]\n"
            )
            file = root / f"shop/migrations/000{number}_change.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code, encoding="utf-8")
    settings = load(root, overrides={"select": ["in-place-rename"], "database": ["postgresql:16"]})
    return list(run(Request(tree=FolderTree(root), settings=settings, cache=Cache(None))).result.diagnostics)


CLIENT = """
    op.create_table("client", sa.Column("id", sa.Integer, primary_key=True), sa.Column("mail", sa.Text))
    op.add_column("a", sa.Column("note", sa.Text))
"""


def test_the_way_in_alembic(tmp_path: Path) -> None:
    change = """
        op.alter_column("client", "mail", new_column_name="email")
        op.rename_table("member", "members", schema="shop")
    """
    column, table = history(tmp_path, "alembic", CLIENT, change)

    assert '`email = mapped_column("mail", ...)`' in column.help
    assert 'op.add_column("client", sa.Column("email", sa.Text(), nullable=True))' in column.help
    assert '`__tablename__ = "member"`' in table.help
    assert 'op.execute("CREATE VIEW shop.member AS SELECT * FROM shop.members")' in table.help


def test_no_error_under_a_condition(tmp_path: Path) -> None:
    change = """
        import os
        if os.environ.get("RENAME"):
            op.alter_column("client", "mail", new_column_name="email")
    """

    assert history(tmp_path, "alembic", CLIENT, change) == []


def test_each_table_of_a_loop(tmp_path: Path) -> None:
    change = 'for name in ("a", "b"):\n    op.alter_column(name, "mail", new_column_name="email")'

    found = history(tmp_path, "alembic", CLIENT, change)

    assert [diagnostic.message.partition(" ")[0] for diagnostic in found] == ["`a.mail`", "`b.mail`"]


def test_in_batch_mode(tmp_path: Path) -> None:
    change = 'with op.batch_alter_table("client") as batch:\n    batch.alter_column("mail", new_column_name="email")'

    assert len(history(tmp_path, "alembic", CLIENT, change)) == 1


MODELS = """
    migrations.CreateModel(
        "Client",
        fields=[
            ("id", models.BigAutoField(primary_key=True)),
            ("mail", models.TextField()),
            ("boss", models.IntegerField(null=True)),
        ],
    ),
    migrations.CreateModel(
        "Team",
        fields=[("id", models.BigAutoField(primary_key=True)), ("clients", models.ManyToManyField("shop.Client"))],
    ),
"""


def test_a_model_speaks_for_what_django_renames_with_it(tmp_path: Path) -> None:
    (found,) = history(tmp_path, "django", MODELS, 'migrations.RenameModel("Client", "Buyer"),')

    assert found.message.startswith("table `shop_client` becomes `shop_buyer`")
    assert "`shop_team_clients.client_id` becomes `buyer_id` with it" in found.facts
    assert '`db_table = "shop_client"`' in found.help
    assert 'migrations.RunSQL("CREATE VIEW shop_client AS SELECT * FROM shop_buyer;")' in found.help
    assert "AlterModelTable(" not in found.help


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ('migrations.RenameField("client", "mail", "email"),', 'keep its column: `db_column="mail"`'),
        ('migrations.RenameField("team", "clients", "buyers"),', '`db_table="shop_team_clients"` in the `ManyToMany'),
        (
            'migrations.AlterField("client", "boss", models.ForeignKey("shop.Client", models.CASCADE, null=True)),',
            'keep its column: `db_column="boss"`',
        ),
        (
            'migrations.AlterModelTable("client", "shop_client"), migrations.RenameModel("Client", "Buyer"),',
            'have them as `db_column` ("client_id")',
        ),
    ],
)
def test_the_way_in_django(change: str, advice: str, tmp_path: Path) -> None:
    (found,) = history(tmp_path, "django", MODELS, change)

    assert advice in found.help


@pytest.mark.parametrize(
    "change",
    [
        """
        migrations.AlterField("client", "mail", models.TextField(db_column="mail")),
        migrations.RenameField("client", "mail", "email"),
        """,
        """
        migrations.AlterModelTable("team", "shop_team"),
        migrations.AlterField("team", "clients", models.ManyToManyField("shop.Client", db_table="shop_team_clients")),
        migrations.RenameField("team", "clients", "buyers"),
        """,
        'migrations.RenameModel("Client", "Buyer"), migrations.AlterModelTable("buyer", "shop_client"),',
    ],
)
def test_names_of_django_that_keep_those_of_the_database(change: str, tmp_path: Path) -> None:
    found = history(tmp_path, "django", MODELS, change)

    assert not [diagnostic for diagnostic in found if "shop_client`" in diagnostic.message or "mail" in diagnostic.help]
    assert not [diagnostic for diagnostic in found if "shop_team_buyers" in diagnostic.message]

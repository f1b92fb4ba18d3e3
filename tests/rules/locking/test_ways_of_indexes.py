"""The safe way that the rules on indexes, partitions and other tables tell, in the author's own language."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree

BEFORE = """
CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY, email text, team_id bigint CONSTRAINT users_team REFERENCES teams);
CREATE INDEX users_email ON users (email);
CREATE TABLE days (day date NOT NULL, total integer) PARTITION BY RANGE (day);
CREATE TABLE days_2023 PARTITION OF days FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE days_2024 (day date NOT NULL, total integer);
CREATE MATERIALIZED VIEW daily AS SELECT day, sum(total) AS total FROM days GROUP BY day;
"""

WAYS = {
    "CREATE INDEX users_mail ON users (email);": [
        "-- outside of a transaction",
        "CREATE INDEX CONCURRENTLY users_mail ON users (email);",
    ],
    "DROP INDEX users_email;": ["-- outside of a transaction", "DROP INDEX CONCURRENTLY users_email;"],
    "REINDEX TABLE users;": ["-- outside of a transaction", "REINDEX TABLE CONCURRENTLY users;"],
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS users_mail ON users (email);": [
        "-- outside of a transaction",
        "DROP INDEX CONCURRENTLY IF EXISTS users_mail;",
        "CREATE INDEX CONCURRENTLY users_mail ON users (email);",
    ],
    "ALTER TABLE users DROP CONSTRAINT users_team;": [
        "SET LOCAL lock_timeout = '5s';",
        "ALTER TABLE users DROP CONSTRAINT users_team;",
    ],
    "DROP TABLE days_2023;": [
        "-- file 1 of 2",
        "-- outside of a transaction",
        "ALTER TABLE days DETACH PARTITION days_2023 CONCURRENTLY;",
        "-- file 2 of 2",
        "DROP TABLE days_2023;",
    ],
    "CREATE INDEX days_total ON days (total);": [
        "-- file 1 of 3",
        "CREATE INDEX days_total ON ONLY days (total);",
        "-- file 2 of 3",
        "-- outside of a transaction",
        "CREATE INDEX CONCURRENTLY days_total_days_2023 ON days_2023 (total);",
        "-- file 3 of 3",
        "ALTER INDEX days_total ATTACH PARTITION days_total_days_2023;",
    ],
    "ALTER TABLE days ATTACH PARTITION days_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');": [
        "-- file 1 of 3",
        "ALTER TABLE days_2024 ADD CONSTRAINT days_2024_bounds "
        "CHECK (day IS NOT NULL AND day >= '2024-01-01' AND day < '2025-01-01') NOT VALID;",
        "-- file 2 of 3",
        "ALTER TABLE days_2024 VALIDATE CONSTRAINT days_2024_bounds;",
        "-- file 3 of 3",
        "ALTER TABLE days ATTACH PARTITION days_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');",
        "ALTER TABLE days_2024 DROP CONSTRAINT days_2024_bounds;",
    ],
    "ALTER TABLE days DETACH PARTITION days_2023;": [
        "-- outside of a transaction",
        "ALTER TABLE days DETACH PARTITION days_2023 CONCURRENTLY;",
    ],
    "CREATE TABLE days_2025 PARTITION OF days FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');": [
        "ALTER TABLE days ATTACH PARTITION days_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');",
    ],
    "REFRESH MATERIALIZED VIEW daily;": [
        "-- file 1 of 2",
        "-- outside of a transaction",
        'CREATE UNIQUE INDEX CONCURRENTLY daily_key ON daily ("<columns>");',
        "-- file 2 of 2",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY daily;",
    ],
    "TRUNCATE teams CASCADE;": ["TRUNCATE teams, users;"],
}


@pytest.mark.parametrize("statement", WAYS)
def test_the_way_in_sql(statement: str, tmp_path: Path) -> None:
    """Everything after the sentence is the statements to write instead."""
    assert _way(tmp_path, statement) == WAYS[statement]


@pytest.mark.parametrize("statement", [s for s in WAYS if s.startswith(("ALTER TABLE days", "DROP TABLE"))])
def test_who_goes_that_way_is_left_alone(statement: str, tmp_path: Path) -> None:
    """What the help says to write is not flagged for the same again."""
    files: list[list[str]] = [[]]
    for line in WAYS[statement]:
        if line.startswith("-- file") and files[-1]:
            files.append([])
        if not line.startswith("--"):
            files[-1].append(line)
    found = _check(tmp_path, *("\n".join(file) for file in files))
    assert not {name for name, _ in found} & {"unproven-partition-attach", "non-concurrent-partition-detach"}


def test_the_index_of_a_django_field_is_dropped_by_its_name(tmp_path: Path) -> None:
    """None of Django's operations can name it."""
    _write(tmp_path, "0001_initial", "initial = True", "[]", FIRST)
    field = 'migrations.AlterField("order", "number", models.IntegerField()),'
    _write(tmp_path, "0002_change", "", '[("shop", "0001_initial")]', field)
    settings = load(tmp_path, overrides={"database": ["postgresql:16"], "start-after": ["shop.0001_initial"]})
    outcome = run(Request(tree=FolderTree(tmp_path), settings=settings, cache=Cache(None)))
    (found,) = (item for item in outcome.result.diagnostics if item.name == "non-concurrent-index-drop")
    assert "in a migration before this one" in found.help
    assert 'migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS shop_order_number_' in found.help.replace("\n", "")


FIRST = """
migrations.CreateModel(
    "Order",
    [("id", models.BigAutoField(primary_key=True)), ("number", models.IntegerField(db_index=True))],
),
"""


def _write(root: Path, name: str, attribute: str, dependencies: str, operations: str) -> None:
    file = root / "shop" / "migrations" / f"{name}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        "from django.db import migrations, models",
        "class Migration(migrations.Migration):",
        f"    {attribute}",
        f"    dependencies = {dependencies}",
        f"    operations = [{operations}]",
    ]
    file.write_text("\n".join(lines), encoding="utf-8")


def _way(root: Path, statement: str) -> list[str]:
    _, way = _check(root, statement)[0]
    _, *code = way.splitlines()
    return [line.strip() for line in code]


def _check(root: Path, *changes: str) -> list[tuple[str, str]]:
    """The rules that flag changes, each in a file of its own, on the tables from before; and their helps."""
    folder = root / "db" / "migrations"
    folder.mkdir(parents=True)
    for number, change in enumerate((BEFORE, *changes)):
        alone = " transaction:false" if "CONCURRENTLY" in change else ""
        text = f"-- migrate:up{alone}\n{change}\n\n-- migrate:down\nSELECT 1;\n"
        (folder / f"2024010{number + 1}000000_change.sql").write_text(text, encoding="utf-8")
    overrides = {"database": ["postgresql:16"], "start-after": ["20240101000000"], "select": ["LCK"]}
    settings = load(root, overrides=overrides)
    outcome = run(Request(tree=FolderTree(root), settings=settings, cache=Cache(None)))
    assert not outcome.result.errors
    return [(item.name, item.help) for item in outcome.result.diagnostics if item.name not in ("missing-lock-timeout",)]

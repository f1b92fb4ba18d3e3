"""What is said of an ALTER TABLE of several actions: the lock that it takes, and what waits for that."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree

BEFORE = """-- migrate:up
CREATE TABLE teams (id bigint PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY, age integer, label varchar(50), team_id bigint);
ALTER TABLE users ADD CONSTRAINT aged CHECK (age > 0) NOT VALID;

-- migrate:down
DROP TABLE users, teams;
"""
AFTER = "-- migrate:up\n{sql};\n\n-- migrate:down\nSELECT 1;\n"
ALL_WAIT = "under ACCESS EXCLUSIVE: SELECT, INSERT, UPDATE and DELETE on `users` wait until it is done"


@pytest.mark.parametrize(
    ("sql", "messages"),
    [
        (
            "ALTER TABLE users ADD FOREIGN KEY (team_id) REFERENCES teams, DROP COLUMN label",
            [
                "adding the foreign key of `users.team_id` to `teams` reads all rows of `users` "
                f"{ALL_WAIT}, INSERT, UPDATE and DELETE on `teams` too"
            ],
        ),
        (
            "ALTER TABLE users ADD FOREIGN KEY (team_id) REFERENCES teams",
            [
                "adding the foreign key of `users.team_id` to `teams` reads all rows of `users` under SHARE ROW "
                "EXCLUSIVE: INSERT, UPDATE and DELETE on `users` and `teams` wait until it is done"
            ],
        ),
        (
            "ALTER TABLE users VALIDATE CONSTRAINT aged, DROP COLUMN label",
            [
                "validating the constraint reads all rows of `users` while ACCESS EXCLUSIVE is held on it, which "
                "another action of the statement needs: reads and writes wait, as if it had been added without NOT "
                "VALID"
            ],
        ),
        ("ALTER TABLE users VALIDATE CONSTRAINT aged, ALTER COLUMN label SET STATISTICS 500", []),
        (
            "ALTER TABLE users VALIDATE CONSTRAINT aged, ALTER COLUMN label TYPE varchar(20)",
            [
                "changing `users.label` from varchar(50) to varchar(20) writes all rows and indexes of `users` anew "
                f"{ALL_WAIT}"
            ],
        ),
    ],
)
def test_the_lock_is_the_strictest_of_all_actions(tmp_path: Path, sql: str, messages: list[str]) -> None:
    folder = tmp_path / "db/migrations"
    folder.mkdir(parents=True)
    (folder / "20240101000000_before.sql").write_text(BEFORE, encoding="utf-8")
    (folder / "20240102000000_after.sql").write_text(AFTER.format(sql=sql), encoding="utf-8")
    settings = load(
        tmp_path,
        overrides={
            "select": ["LCK"],
            "ignore": ["missing-lock-timeout"],
            "database": ["postgresql:16"],
            "start-after": ["20240101000000"],
        },
    )

    found = run(Request(tree=FolderTree(tmp_path), settings=settings, cache=Cache(None))).result.diagnostics

    assert [item.message for item in found] == messages

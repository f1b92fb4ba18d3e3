"""What `mixed-schema-and-data` says is changed together."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP INDEX users_email", "drops index `users_email`"),
        ("ALTER TABLE teams ADD COLUMN size int", "the schema of `teams`"),
    ],
)
def test_an_index_of_which_the_table_is_not_known_is_called_an_index(change: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "db/migrations/20240101000000_change.sql"
    file.parent.mkdir(parents=True)
    update = "UPDATE users SET kind = 'guest' WHERE kind = 'none'"
    file.write_text(f"-- migrate:up\n{change};\n{update};\n\n-- migrate:down\nSELECT 1;\n", encoding="utf-8")
    settings = load(tmp_path, overrides={"select": ["MIG016"], "database": ["postgresql:16"]})

    (found,) = run(Request(FolderTree(tmp_path), settings, Cache(None))).result.diagnostics

    assert f"changes rows of `users` and {told} in one transaction" in found.message

"""What a run found is served again only where nothing that it rests on has changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from schemalint.engine.cache import Cache
from schemalint.engine.result import RunResult
from schemalint.engine.run import Request, run
from schemalint.settings.records import Settings
from schemalint.source.tree import FolderTree

USERS = """\
from alembic import op
import sqlalchemy as sa

revision = "001"
down_revision = None


def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("users")
"""
DROP = """\
from alembic import op

revision = "002"
down_revision = "001"


def upgrade():
    op.drop_table("users")


def downgrade():
    pass
"""
FIRST, SECOND = "db/versions/001_users.py", "db/versions/002_drop.py"


class Shop:
    """A project, and what runs say of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write(FIRST, USERS)
        self.write(SECOND, DROP)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def run(self, **options: object) -> RunResult:
        settings = Settings(root=str(self.root), **options)  # type: ignore[arg-type]
        return run(Request(FolderTree(self.root), settings, Cache(self.root / ".schemalint_cache"))).result

    def names(self, **options: object) -> list[str]:
        """The names of the diagnostics."""
        return sorted(diagnostic.name for diagnostic in self.run(**options).diagnostics)

    def notes(self) -> str:
        return "; ".join(self.run().notes)

    def verdicts(self) -> dict[bytes, bytes]:
        """What is kept in the cache."""
        return Cache(self.root / ".schemalint_cache").everything("verdict")

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", *who, *arguments], cwd=self.root, check=True, capture_output=True)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_the_same_is_said_again(shop: Shop) -> None:
    first = shop.names()

    kept = shop.verdicts()
    assert "unapproved-table-drop" in first
    assert shop.names() == first
    assert len(kept) == 1
    assert shop.verdicts() == kept


def test_a_changed_file_is_judged_anew(shop: Shop) -> None:
    shop.names()
    shop.write(SECOND, DROP.replace("    pass", "    op.create_table('users')"))

    assert "empty-downgrade" not in shop.names()


def test_a_new_file_is_judged(shop: Shop) -> None:
    shop.names()
    shop.write("db/versions/003_gone.py", DROP.replace('"002"', '"003"').replace('"001"', '"gone"'))

    assert "broken-revision-chain" in shop.names()


def test_other_settings_are_other_verdicts(shop: Shop) -> None:
    shop.names()

    assert shop.names(select=("empty-downgrade",)) == ["empty-downgrade"]
    assert shop.names(ignore=("MIG", "HIS", "LCK")) == []


def test_a_file_beside_those_of_the_walk_counts(shop: Shop) -> None:
    """`requirements.txt` says which database it is."""
    before = shop.notes()
    shop.write("requirements.txt", "psycopg[binary]==3.2\n")
    postgresql = shop.notes()
    shop.write("requirements.txt", "mysqlclient==2.2\n")

    assert "no URL, driver or dialect" in before
    assert "database taken as postgresql" in postgresql
    assert "database taken as mysql" in shop.notes()


def test_what_git_says_is_released_counts(shop: Shop) -> None:
    shop.git("init", "-b", "main")
    shop.write(".gitignore", ".schemalint_cache\n")
    shop.git("add", FIRST, ".gitignore")
    shop.git("commit", "-m", "first")
    assert "unapproved-table-drop" in shop.names()

    shop.git("add", SECOND)
    shop.git("commit", "-m", "second")

    assert "unapproved-table-drop" not in shop.names()


def test_a_broken_entry_is_no_verdict(shop: Shop) -> None:
    first = shop.names()
    cache = Cache(shop.root / ".schemalint_cache")
    entries = cache.everything("verdict")
    cache.put_all("verdict", dict.fromkeys(entries, b"\xc1 no verdict"))
    cache.close()

    assert shop.names() == first

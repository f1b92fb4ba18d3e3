"""The cache: what is in it comes back, and nothing that is wrong with it stops a run or harms a file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from schemalint.engine.cache import Cache, is_cache, remove_cache

ENTRIES = {b"a": b"1", b"b": b"2"}


def filled(folder: Path) -> Cache:
    cache = Cache(folder)
    cache.put_all("kind", ENTRIES)
    return cache


def test_what_was_put_in_comes_back(tmp_path: Path) -> None:
    filled(tmp_path / "cache").close("kind", ENTRIES)
    cache = Cache(tmp_path / "cache")
    assert cache.get_all("kind", [b"a", b"x"]) == {b"a": b"1"}
    assert cache.everything("kind") == ENTRIES
    assert cache.get_all("another kind", [b"a"]) == cache.everything("another kind") == {}


def test_without_a_folder_nothing_is_kept() -> None:
    cache = Cache(None)
    cache.put_all("kind", ENTRIES)
    assert cache.everything("kind") == {}
    cache.close("kind", ENTRIES)


def test_backups_and_git_leave_it_out(tmp_path: Path) -> None:
    filled(tmp_path / "cache")
    assert (tmp_path / "cache" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (tmp_path / "cache" / ".gitignore").read_text() == "*\n"


def test_two_runs_may_use_it_at_once(tmp_path: Path) -> None:
    one, other = Cache(tmp_path / "cache"), Cache(tmp_path / "cache")
    one.put_all("kind", {b"a": b"1"})
    other.put_all("kind", {b"b": b"2"})
    assert one.everything("kind") == other.everything("kind") == ENTRIES


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_one_begins_anew(tmp_path: Path, content: bytes) -> None:
    filled(tmp_path / "cache").close("kind", ENTRIES)
    (tmp_path / "cache" / "cache.sqlite").write_bytes(content)
    cache = Cache(tmp_path / "cache")
    assert cache.everything("kind") == {}
    cache.put_all("kind", ENTRIES)
    assert Cache(tmp_path / "cache").everything("kind") == ENTRIES


def test_one_that_another_run_holds_is_done_without_and_not_deleted(tmp_path: Path) -> None:
    filled(tmp_path / "cache").close("kind", ENTRIES)
    holder = sqlite3.connect(tmp_path / "cache" / "cache.sqlite", isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    waiting = Cache(tmp_path / "cache")
    waiting.put_all("kind", {b"c": b"3"})
    holder.execute("COMMIT")
    holder.close()
    assert Cache(tmp_path / "cache").everything("kind") == ENTRIES


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text("x = 1\n")
    cache = filled(tmp_path)
    assert cache.everything("kind") == {}
    assert [path.name for path in tmp_path.iterdir()] == ["models.py"]
    assert not is_cache(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cache").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    filled(tmp_path / "cache")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_many_runs_did_not_use_is_dropped(tmp_path: Path) -> None:
    filled(tmp_path / "cache").close("kind", ENTRIES)
    for _ in range(60):
        Cache(tmp_path / "cache").close("kind", [b"a"])
    assert Cache(tmp_path / "cache").everything("kind") == {b"a": b"1"}


def test_removing_it_leaves_nothing_of_it(tmp_path: Path) -> None:
    filled(tmp_path / "cache")
    assert is_cache(tmp_path / "cache")
    remove_cache(tmp_path / "cache")
    assert list(tmp_path.iterdir()) == []


def test_runs_that_had_nothing_to_read_drop_nothing(tmp_path: Path) -> None:
    filled(tmp_path / "cache").close("kind", ENTRIES)
    for _ in range(100):
        Cache(tmp_path / "cache").leave()
    Cache(tmp_path / "cache").close()
    assert Cache(tmp_path / "cache").everything("kind") == ENTRIES


def test_what_a_kind_holds_stays_while_the_kind_is_used(tmp_path: Path) -> None:
    filled(tmp_path / "cache").close()
    for _ in range(100):
        cache = Cache(tmp_path / "cache")
        cache.mark_all("kind")
        cache.close()
    assert Cache(tmp_path / "cache").everything("kind") == ENTRIES

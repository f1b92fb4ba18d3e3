"""Projects on disk, and runs over them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemalint.engine.cache import Cache
from schemalint.engine.run import Outcome, Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree

RULES = ["multiple-heads", "non-concurrent-index", "unapproved-column-drop", "SYS"]
"""What these tests are about is the run: a few rules do, and new ones change nothing here."""

Write = Callable[[dict[str, str]], None]
Check = Callable[..., Outcome]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files of a project."""

    def write_files(files: dict[str, str]) -> None:
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8", "surrogateescape"))

    return write_files


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks the project. Keyword arguments are settings, but for `given`, `show_released` and `cache`."""

    monkeypatch.chdir(tmp_path)

    def check_project(
        given: tuple[str, ...] = (), show_released: bool = False, cache: Path | None = None, **settings: Any
    ) -> Outcome:
        given_settings = {"database": ["postgresql:16"], "select": RULES, **settings}
        overrides = {name.replace("_", "-"): value for name, value in given_settings.items()}
        request = Request(
            tree=FolderTree(tmp_path),
            settings=load(tmp_path, overrides=overrides),
            cache=Cache(cache),
            given=given,
            show_released=show_released,
        )
        return run(request)

    return check_project

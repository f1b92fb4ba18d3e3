from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from schemalint.settings.globs import ignored_in, is_glob, labels_of, matches, rebased_glob, rebased_path


@pytest.mark.parametrize(
    ("glob", "path", "matched"),
    [
        ("tests", "tests/test_a.py", True),
        ("tests", "app/tests/test_a.py", True),
        ("/tests/", "app/tests/test_a.py", False),
        ("app/*.py", "app/a.py", True),
        ("app/*.py", "app/b/a.py", False),
        ("app/**", "app/b/a.py", True),
        ("**/domain/**", "src/app/domain/user.py", True),
        ("*_pb2.py", "app/x_pb2.py", True),
        ("app/[ab].py", "app/c.py", False),
        ("# no comment", "app/a.py", False),
    ],
)
def test_globs_are_those_of_a_gitignore(glob: str, path: str, matched: bool) -> None:
    assert matches(path, (glob,)) is matched


def test_the_last_glob_decides() -> None:
    globs = ("app/", "!app/models/")
    assert matches("app/views.py", globs)
    assert matches("app/views.py", ()) is False


def test_a_file_may_have_several_labels() -> None:
    layers = {"domain": ("app/domain/**",), "model": ("**/models.py",), "route": ("app/api/**",)}
    assert labels_of("app/domain/models.py", layers) == ("domain", "model")
    assert labels_of("setup.py", layers) == ()


def test_per_file_ignores_add_up_and_may_be_turned_round() -> None:
    ignores = (("legacy/**", ("A", "B")), ("*.sql", ("B", "C")), ("!app/**", ("D",)))
    assert ignored_in("legacy/x.sql", ignores) == ("A", "B", "C", "D")
    assert ignored_in("app/x.py", ignores) == ()


@pytest.mark.parametrize(("text", "valid"), [("a/**", True), ("!a", True), ("!", False), ("", False), ("#a", False)])
def test_what_is_a_glob(text: str, valid: bool) -> None:
    assert is_glob(text) is valid


@pytest.mark.parametrize(
    ("glob", "folder", "root", "rebased"),
    [
        ("app/*.py", "/repo", "/repo", "app/*.py"),
        ("*.py", "/repo", "/repo/service", "*.py"),
        ("build/", "/repo", "/repo/service", "build/"),
        ("**/x/y", "/repo", "/repo/service", "**/x/y"),
        ("service/app/*.py", "/repo", "/repo/service", "/app/*.py"),
        ("/service/app/", "/repo", "/repo/service", "/app/"),
        ("!service/app/", "/repo", "/repo/service", "!/app/"),
        ("*/app/", "/repo", "/repo/service", "/app/"),
        ("services/*/app", "/repo", "/repo/services/orders", "/app"),
        ("services/**/app", "/repo", "/repo/services/orders", "/**/app"),
        ("/services/orders/", "/repo", "/repo/services/orders", "/**"),
        ("/services", "/repo", "/repo/services/orders", "/**"),
        ("other/app", "/repo", "/repo/service", None),
        ("app/*.py", "/repo/service", "/repo", "/service/app/*.py"),
        ("app/*.py", "/repo/s[1]", "/repo", "/s\\[1]/app/*.py"),
        ("app/*.py", "/repo/shared", "/repo/service", None),
    ],
)
def test_globs_move_to_another_root(glob: str, folder: str, root: str, rebased: str | None) -> None:
    assert rebased_glob(glob, PurePosixPath(folder), PurePosixPath(root)) == rebased


def test_paths_move_to_another_root() -> None:
    repo, service = PurePosixPath("/repo"), PurePosixPath("/repo/service")
    assert rebased_path("service/migrations", repo, service) == "migrations"
    assert rebased_path(".cache", repo, service) == "../.cache"
    assert rebased_path("/var/cache", repo, service) == "/var/cache"

"""Reading what a project requires from the files that declare, pin or lock it."""

from __future__ import annotations

import configparser
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from schemalint.facts.requirements import Requirement
from schemalint.settings.documents import parse
from schemalint.settings.problems import SettingsError

Read = Callable[[str], bytes]

_DEPENDENCY = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?P<specifier>\(?[<>=!~][^;@#]*)?(?:;.*|@.*|#.*)?", re.DOTALL
)
_PIN = re.compile(r"={2,3}\s*v?(?P<version>\d[\w.!+-]*)")
_BARE_VERSION = re.compile(r"\d[\w.!+-]*")
_LOCKED = re.compile(
    r'^\[\[packages?\]\]\s*^name = "(?P<name>[^"\n]+)"\s*^version = "(?P<version>[^"\n]+)"', re.MULTILINE
)
LOCK_FILES = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
_REQUIREMENTS = re.compile(r"(?:^|/)(?:requirements?[\w.-]*\.(?:txt|in|pip)|requirements/[^/]+\.(?:txt|in|pip))$")
_DEVELOPMENT = re.compile(r"(?:^|[-_./])(dev|develop|development|tests?|testing|ci|docs?|lint|local)(?=[-_./]|$)")


def requirements(paths: Iterable[str], read: Read) -> tuple[Requirement, ...]:
    """What the files of a project say of the libraries it requires, one record a library, sorted by name.

    Reads pyproject.toml (PEP 621, PEP 735, Poetry, uv, PDM), requirements files, setup.cfg, Pipfile and the lock files
    of uv, Poetry, PDM and pip. Where lock files, or pins without a lock, disagree, the version is None. `read` gives
    the bytes of a path; a file that it raises OSError for, or that is broken, says nothing.
    """
    said: dict[str, list[Requirement]] = {}
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        reader = _reader(path)
        if reader is not None and (content := _content(path, read)) is not None:
            for requirement in reader(path, content):
                said.setdefault(requirement.name, []).append(requirement)
    return tuple(_joined(said[name]) for name in sorted(said))


def _joined(said: list[Requirement]) -> Requirement:
    """One record of all that is said of a library: the project's own words before those of its groups and its locks."""
    first = min(said, key=lambda each: (not each.direct, bool(each.group)))
    locked = {each.version for each in said if not each.direct}
    pinned = {each.version for each in said if each.direct and each.version}
    versions = locked or pinned
    specifiers = {each.specifier for each in said if each.direct and each.group == first.group and each.specifier}
    return Requirement(
        name=first.name,
        path=first.path,
        version=next(iter(versions)) if len(versions) == 1 else None,
        specifier=next(iter(specifiers)) if len(specifiers) == 1 else "",
        group=first.group,
        direct=first.direct,
    )


def _reader(path: str) -> Callable[[str, str], Iterator[Requirement]] | None:
    name = posixpath.basename(path)
    if name in LOCK_FILES:
        return _lock_file
    if _REQUIREMENTS.search(path):
        return _requirements_file
    return {"pyproject.toml": _pyproject, "setup.cfg": _setup_cfg, "Pipfile": _pipfile}.get(name)


def _content(path: str, read: Read) -> str | None:
    try:
        return read(path).decode("utf-8-sig", "replace")
    except OSError:
        return None


def _lock_file(path: str, text: str) -> Iterator[Requirement]:
    for match in _LOCKED.finditer(text.replace("\r\n", "\n")):
        yield Requirement(_normalised(match["name"]), path, match["version"], direct=False)


def _requirements_file(path: str, text: str) -> Iterator[Requirement]:
    development = _DEVELOPMENT.search(path.rpartition(".")[0].replace("_for_", "_"))
    group = development[1] if development else ""
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        yield from _dependency(path, re.split(r"\s(?:#|--)", line, maxsplit=1)[0], group)


def _pyproject(path: str, text: str) -> Iterator[Requirement]:
    document = _toml(path, text)
    project, tool = _table(document, "project"), _table(document, "tool")
    yield from _dependencies(path, project.get("dependencies"), "")
    for group, listed in (
        *_table(project, "optional-dependencies").items(),
        *_table(document, "dependency-groups").items(),
        *_table(_table(tool, "pdm"), "dev-dependencies").items(),
        ("dev", _table(tool, "uv").get("dev-dependencies")),
    ):
        yield from _dependencies(path, listed, group)
    poetry = _table(tool, "poetry")
    yield from _versions(path, _table(poetry, "dependencies"), "")
    yield from _versions(path, _table(poetry, "dev-dependencies"), "dev")
    for group in _table(poetry, "group"):
        yield from _versions(path, _table(_table(_table(poetry, "group"), group), "dependencies"), group)


def _pipfile(path: str, text: str) -> Iterator[Requirement]:
    document = _toml(path, text)
    yield from _versions(path, _table(document, "packages"), "")
    yield from _versions(path, _table(document, "dev-packages"), "dev")


def _setup_cfg(path: str, text: str) -> Iterator[Requirement]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    yield from _dependencies(path, parser.get("options", "install_requires", fallback="").splitlines(), "")
    if parser.has_section("options.extras_require"):
        for group, listed in parser.items("options.extras_require"):
            yield from _dependencies(path, listed.splitlines(), group)


def _dependencies(path: str, listed: object, group: str) -> Iterator[Requirement]:
    for text in listed if isinstance(listed, list) else ():
        if isinstance(text, str):
            yield from _dependency(path, text, group)


def _dependency(path: str, text: str, group: str) -> Iterator[Requirement]:
    """A dependency as PEP 508 writes it: "sqlalchemy[asyncio]>=2.0,<3; python_version > '3.9'"."""
    match = _DEPENDENCY.fullmatch(text.strip())
    if match is not None:
        yield _requirement(path, match["name"], (match["specifier"] or "").strip("() \t"), group)


def _versions(path: str, table: Mapping[str, Any], group: str) -> Iterator[Requirement]:
    """Dependencies as Poetry and Pipenv write them: a name and a range, alone or in a table."""
    for name, value in table.items():
        wanted = value.get("version", "") if isinstance(value, dict) else value
        if name.lower() == "python" or not isinstance(wanted, str):
            continue
        specifier = "" if wanted.strip() == "*" else wanted.strip()
        yield _requirement(path, name, f"=={specifier}" if _BARE_VERSION.fullmatch(specifier) else specifier, group)


def _requirement(path: str, name: str, specifier: str, group: str) -> Requirement:
    pin = _PIN.fullmatch(specifier)
    return Requirement(_normalised(name), path, pin["version"] if pin else None, specifier, group)


def _toml(path: str, text: str) -> Mapping[str, Any]:
    try:
        return parse(path, text.encode("utf-8", "replace")).table
    except SettingsError:
        return {}


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

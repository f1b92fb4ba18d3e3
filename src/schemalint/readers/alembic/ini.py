"""The `[alembic]` sections of an `alembic.ini`, and `[tool.alembic]` of a `pyproject.toml` (Alembic 1.16 and later).

How the values are read follows `alembic.config.Config`: `%(here)s` is the folder of the file, other `%(name)s` are
values of the same section, `%%` is a percent sign; version locations are split by `path_separator`, formerly
`version_path_separator`, and by commas and blanks where neither is given.
"""

from __future__ import annotations

import configparser
import posixpath
import re
import sys
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from schemalint.readers.urls import without_password

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_REFERENCE = re.compile(r"%(?:%|\((?P<name>[^)]*)\)s)")
_LEGACY_SPLIT = re.compile(r"[,\s]+")
_OS_SPLIT = re.compile(r";|:(?![\\/])")
_SPLITS = {
    "space": re.compile(" +"),
    "newline": re.compile("\n+"),
    "os": _OS_SPLIT,
    ":": re.compile(":"),
    ";": re.compile(";"),
}


class AlembicIni(msgspec.Struct, frozen=True, gc=False):
    """One section of a configuration. Locations are as written, with `%(here)s` replaced.

    `section` is the name for `alembic -n`. `url` has no password. `recursive` tells that folders below the version
    locations hold revisions too.
    """

    path: str
    section: str
    script_location: str | None = None
    version_locations: tuple[str, ...] = ()
    url: str | None = None
    file_template: str | None = None
    recursive: bool = False

    @property
    def here(self) -> str:
        """The folder of the file."""
        return posixpath.dirname(self.path)


class IniProblem(msgspec.Struct, frozen=True, gc=False):
    """What is wrong with a configuration file. `line` is 1-based."""

    path: str
    line: int
    message: str


def read_ini(path: str, text: str) -> tuple[tuple[AlembicIni, ...], IniProblem | None]:
    """The sections for Alembic, with what is wrong with the file.

    Sections are `[alembic]` and every other that gives a `script_location`. A file with a duplicate is refused by
    Alembic, but it still says what is meant: the last value counts and the problem is told beside.
    """
    try:
        parser, problem = _parse(text, strict=True), None
    except configparser.Error as error:
        problem = IniProblem(path, _line(error), _message(error))
        try:
            parser = _parse(text, strict=False)
        except configparser.Error:
            return (), problem
    sections = [name for name in parser.sections() if name == "alembic" or "script_location" in parser[name]]
    return tuple(_section(path, name, dict(parser[name])) for name in sections), problem


def read_pyproject(path: str, text: str) -> tuple[tuple[AlembicIni, ...], IniProblem | None]:
    """The section `[tool.alembic]`, with what is wrong with the file. A file without the section gives nothing."""
    try:
        tool = tomllib.loads(text).get("tool")
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        return (), IniProblem(path, int(found[1]) if found else 1, f"not valid TOML: {error}")
    values = tool.get("alembic") if isinstance(tool, dict) else None
    if not isinstance(values, dict):
        return (), None
    locations = values.get("version_locations")
    section = _section(path, "alembic", {key: value for key, value in values.items() if isinstance(value, str)})
    here = section.here or "."
    return (
        msgspec.structs.replace(
            section,
            version_locations=tuple(_substituted(item, here, {}) or "" for item in locations if isinstance(item, str))
            if isinstance(locations, list)
            else section.version_locations,
            recursive=values.get("recursive_version_locations") is True,
        ),
    ), None


def find_folder(location: str, here: str, folders: Collection[str]) -> str | None:
    """The folder of the tree that a location means, or None where it has none.

    A path is looked for from the folder of the file (`here`) and from the root of the tree, for Alembic takes it from
    where it is started; "package:folder" is looked for below every folder, since the package may stand anywhere on the
    path. `folders` are all folders of the tree.
    """
    package, colon, folder = location.partition(":")
    if colon and re.fullmatch(r"[\w.]+", package) and len(package) > 1:
        tail = posixpath.normpath(posixpath.join(package.replace(".", "/"), folder))
        found = [name for name in folders if name == tail or name.endswith("/" + tail)]
        return min(found, key=lambda name: (name.count("/"), name), default=None)
    path = location.replace("\\", "/")
    for base in (here, ""):
        candidate = posixpath.normpath(posixpath.join(base, path))
        candidate = "" if candidate == "." else candidate
        if candidate in folders:
            return candidate
    return None


def _parse(text: str, *, strict: bool) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=strict)
    parser.read_string(text.removeprefix("\ufeff"))
    return parser


def _section(path: str, name: str, raw: Mapping[str, Any]) -> AlembicIni:
    here = posixpath.dirname(path) or "."

    def value(key: str) -> str | None:
        return _substituted(raw[key], here, raw) if key in raw else None

    url = value("sqlalchemy.url")
    return AlembicIni(
        path=path,
        section=name,
        script_location=value("script_location") or None,
        version_locations=_split(value("version_locations") or "", raw),
        url=without_password(url) if url else None,
        file_template=value("file_template"),
        recursive=raw.get("recursive_version_locations") == "true",
    )


def _substituted(text: str, here: str, values: Mapping[str, Any], depth: int = 0) -> str | None:
    """The text with its references replaced; None where one of them has no value in the file."""
    lost = depth > 10

    def replace(match: re.Match[str]) -> str:
        nonlocal lost
        name = match["name"]
        if name is None:
            return "%"
        if name == "here":
            return here
        found = None if lost else values.get(name.lower())
        inner = _substituted(found, here, values, depth + 1) if isinstance(found, str) else None
        lost = lost or inner is None
        return inner or ""

    result = _REFERENCE.sub(replace, text)
    return None if lost else result


def _split(locations: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Version locations, split as the section says.

    The separator's value ends at a blank: the template of Alembic 1.10 and others wrote a comment after it.
    """
    separator = raw.get("path_separator") or raw.get("version_path_separator") or ""
    pattern = _SPLITS.get(separator.split(" ")[0].strip(), _LEGACY_SPLIT)
    return tuple(part.strip() for part in pattern.split(locations) if part.strip())


def _line(error: configparser.Error) -> int:
    errors = getattr(error, "errors", None)
    line = errors[0][0] if errors else getattr(error, "lineno", 1)
    return int(line or 1)


def _message(error: configparser.Error) -> str:
    if isinstance(error, configparser.DuplicateOptionError):
        return f"option {error.option!r} is given twice in section [{error.section}]; Alembic refuses the file"
    if isinstance(error, configparser.DuplicateSectionError):
        return f"section [{error.section}] is given twice; Alembic refuses the file"
    if isinstance(error, configparser.MissingSectionHeaderError):
        return "the file does not begin with a section"
    return "the line is neither a section nor an option"

"""Files of SQL revisions put together: those of one history, in the variant for one server."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from schemalint.sql.directions import ScriptName, Section

Key = tuple[str, str]
"""A tool and the folder of a history."""


class ScriptFile(NamedTuple):
    """A file of a revision before the others of its folder are known."""

    path: str
    text: str
    name: ScriptName
    upgrade: tuple[Section, ...]
    downgrade: tuple[Section, ...]


Groups = Mapping[Key, Sequence[ScriptFile]]

_OTHER_SERVER = re.compile(
    r"(?:^|[/_.-])(?:clickhouse|cassandra|scylla|hsqldb|derby|spanner|firebird|bigquery|snowflake|doris)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_NUMBERED_FOLDER = re.compile(r"[vV]?\d+(?:[._-]\d+)*")
_IN_NUMBERED_FOLDERS = frozenset({"numbered", "golang-migrate", "flyway"})
_SERVERS = ("postgresql", "mysql", "sqlite")
"""Where a history has variants for several servers, the first of these is read."""


def is_for_other_server(path: str) -> bool:
    """Whether a path names a server whose SQL is not understood here."""
    return _OTHER_SERVER.search(path) is not None


def grouped(files: Iterable[ScriptFile]) -> dict[Key, list[ScriptFile]]:
    """The files by tool and folder."""
    found: dict[Key, list[ScriptFile]] = {}
    for file in files:
        found.setdefault((file.name.tool, file.name.folder), []).append(file)
    return {key: _of_one_server(group) for key, group in _joined(_with_downs(found)).items()}


def _with_downs(groups: Groups) -> dict[Key, list[ScriptFile]]:
    """Numbered files beside rollbacks of yoyo's are yoyo's."""
    found = {key: list(files) for key, files in groups.items()}
    for tool, folder in groups:
        ups = found.get(("numbered", folder))
        if tool == "yoyo" and ups:
            found[tool, folder].extend(
                file._replace(name=file.name._replace(tool="yoyo", certain=True)) for file in ups
            )
            del found["numbered", folder]
    return found


def _joined(groups: Groups) -> dict[Key, list[ScriptFile]]:
    """Folders named by numbers beside each other (`delta/57`, `delta/58`) hold one history."""
    found = {key: list(files) for key, files in groups.items()}
    siblings: dict[Key, list[Key]] = {}
    for tool, folder in groups:
        parent, base = posixpath.split(folder)
        if tool in _IN_NUMBERED_FOLDERS and _NUMBERED_FOLDER.fullmatch(base) and (tool, parent) not in groups:
            siblings.setdefault((tool, parent), []).append((tool, folder))
    for (tool, parent), keys in siblings.items():
        if len(keys) > 1:
            found[tool, parent] = [_moved(file, parent) for key in keys for file in found.pop(key)]
    return found


def _moved(file: ScriptFile, parent: str) -> ScriptFile:
    """A file of a folder as one of the folder above; versions of Flyway's are the same everywhere."""
    name = file.name
    inner = posixpath.basename(name.folder)
    version = name.version if name.tool == "flyway" else f"{inner}/{name.version}"
    return file._replace(name=name._replace(folder=parent, version=version))


def _of_one_server(files: Sequence[ScriptFile]) -> list[ScriptFile]:
    """The files for one server (`1_a.postgres.up.sql`), and those for all where a revision has none for it."""
    servers = {file.name.server for file in files}
    if servers == {None}:
        return list(files)
    chosen = next((server for server in _SERVERS if server in servers), None)
    own = {(file.name.version, file.name.direction) for file in files if file.name.server == chosen}
    return [
        file
        for file in files
        if file.name.server == chosen
        or (file.name.server is None and (file.name.version, file.name.direction) not in own)
    ]

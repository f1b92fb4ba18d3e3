"""Folders of `.sql` files as revisions: which files belong together, in which order, and what leads back."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from schemalint.diagnostics import Place
from schemalint.facts.revisions import RevisionDef
from schemalint.ir import span_of
from schemalint.readers.sql.groups import ScriptFile, grouped, is_for_other_server
from schemalint.source.text import line_starts
from schemalint.sql.directions import (
    ScriptName,
    Section,
    directed,
    is_folder_of_migrations,
    is_transactional,
    script_name,
    sqitch_plan,
    version_key,
    yoyo_depends,
)
from schemalint.sql.split import statements

Read = Callable[[str], "str | None"]
Pair = tuple[ScriptFile, "ScriptFile | None"]
"""A file that leads forwards, and the one that leads back."""

_ALWAYS_BACK = frozenset({"goose", "dbmate", "sql-migrate", "sqitch"})
"""Tools that ask for a way back; with the others only a folder that has one asks for more."""
_UNMISTAKABLE = _ALWAYS_BACK | {"golang-migrate", "diesel"}
"""Tools whose files are known by more than a number: beside them numbered files are no history."""
_OWN_TRANSACTIONS = frozenset({"sqitch"})
"""Tools that leave BEGIN and COMMIT to the script."""
_LEAST = 2
"""So many numbered files make a history."""
_LEADING = re.compile(r"\d+")


class Part(NamedTuple):
    """A range of a file that is run."""

    path: str
    text: str
    section: Section


class Script(NamedTuple):
    """A revision of SQL and the parts that lead forwards and back."""

    definition: RevisionDef
    upgrade: tuple[Part, ...]
    downgrade: tuple[Part, ...]


class ScriptFolder(NamedTuple):
    """The scripts of one tool in a folder, in the order in which they run."""

    tool: str
    folder: str
    scripts: tuple[Script, ...]

    @property
    def paths(self) -> frozenset[str]:
        """All files that belong to it."""
        parts = (part for script in self.scripts for part in (*script.upgrade, *script.downgrade))
        return frozenset(part.path for part in parts)

    @property
    def folders(self) -> frozenset[str]:
        """The folders that hold them."""
        return frozenset(map(posixpath.dirname, self.paths))


def read_script_folders(paths: Iterable[str], read: Read) -> tuple[ScriptFolder, ...]:
    """The histories that files make up. `read` gives the text of a file, None where there is none."""
    wanted = sorted(path for path in paths if path.endswith(".sql") and not is_for_other_server(path))
    found_files = (_file(path, text, read) for path in wanted if (text := read(path)) is not None)
    groups = grouped(file for file in found_files if file is not None)
    found = []
    for (tool, folder), files in groups.items():
        directed_here = any(other != tool and place == folder and other in _UNMISTAKABLE for other, place in groups)
        if not directed_here or tool in _UNMISTAKABLE:
            ordered = _ordered(tool, folder, files, read)
            if ordered:
                found.append(ScriptFolder(tool, folder, _scripts(tool, ordered)))
    return tuple(sorted(found, key=lambda item: (item.folder, item.tool)))


def _file(path: str, text: str, read: Read) -> ScriptFile | None:
    inside = directed(text)
    folder, base = posixpath.split(path)
    if inside is not None:
        stem = base.removesuffix(".sql")
        digits = _LEADING.match(stem)
        name = ScriptName(inside.tool, folder, digits[0] if digits else stem, stem.replace("_", " "))
        return ScriptFile(path, text, name, inside.upgrade, inside.downgrade)
    named = script_name(path)
    if named is None or named.direction == "verify":
        return None
    beside = {"diesel": posixpath.join(folder, "metadata.toml"), "flyway": f"{path}.conf"}.get(named.tool)
    metadata = read(beside) if beside is not None else None
    wrapped = named.transactional and is_transactional(text, metadata) and named.tool not in _OWN_TRANSACTIONS
    whole = (Section(0, len(text), wrapped),)
    return ScriptFile(
        path, text, named, () if named.direction == "down" else whole, whole if named.direction == "down" else ()
    )


def _ordered(tool: str, folder: str, files: Sequence[ScriptFile], read: Read) -> list[Pair]:
    """The files that lead forwards in the order in which they run, each with the one that leads back."""
    backs = {file.name.version: file for file in files if not file.upgrade}
    forwards = [file for file in files if file.upgrade]
    if tool == "sqitch":
        plan = read(posixpath.join(folder, "sqitch.plan"))
        places = {name: index for index, name in enumerate(sqitch_plan(plan or ""))}
        forwards = sorted(
            (file for file in forwards if file.name.version in places), key=lambda file: places[file.name.version]
        )
    else:
        forwards.sort(
            key=lambda file: (file.name.direction == "again", version_key(file.name.version, tool), file.path)
        )
    if tool == "numbered" and (len(forwards) < _LEAST or not is_folder_of_migrations(folder)):
        return []
    return [(file, backs.get(file.name.version)) for file in forwards]


def _scripts(tool: str, ordered: Sequence[Pair]) -> tuple[Script, ...]:
    goes_back = tool in _ALWAYS_BACK or any(back is not None or file.downgrade for file, back in ordered)
    found: list[Script] = []
    known = {file.name.version for file, _ in ordered}
    for file, back in ordered:
        depends = yoyo_depends(file.text) if tool == "yoyo" else None
        parents = _before(found, file.name.version)
        if depends is not None:
            parents = tuple(name for name in depends if name in known) or parents
        upgrade = tuple(Part(file.path, file.text, section) for section in file.upgrade)
        downgrade = tuple(Part(file.path, file.text, section) for section in file.downgrade)
        if back is not None:
            downgrade += tuple(Part(back.path, back.text, section) for section in back.downgrade)
        place = _place(file.path, file.text, 0, file.text.find("\n") if "\n" in file.text else len(file.text))
        way_back = part_place(downgrade[0]) if downgrade else None if goes_back and not _again(file) else place
        definition = RevisionDef(
            path=file.path,
            id=file.name.version if not _again(file) else f"R__{file.name.version}",
            parents=parents,
            place=place,
            parents_place=place,
            message=file.name.name,
            upgrade=part_place(upgrade[0]),
            downgrade=way_back,
            framework=tool,
        )
        found.append(Script(definition, upgrade, downgrade))
    return tuple(found)


def _again(file: ScriptFile) -> bool:
    return file.name.direction == "again"


def _before(found: Sequence[Script], version: str) -> tuple[str, ...]:
    """The version that a script runs after; of two with the same version, both run after the one before."""
    return next(((script.definition.id,) for script in reversed(found) if script.definition.id != version), ())


def part_place(part: Part) -> Place:
    """Where a part begins: its first statement, or its first line where it has none."""
    section = part.section
    inside = statements(part.text[section.start : section.end])
    start = section.start + (inside[0].start if inside else 0)
    end = section.start + inside[0].end if inside else start
    return _place(part.path, part.text, start, end)


def _place(path: str, text: str, start: int, end: int) -> Place:
    return Place(path, span_of(line_starts(text), start, end))

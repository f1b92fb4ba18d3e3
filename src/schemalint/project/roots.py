"""Which revision files belong together: the roots of the histories.

Evidence, the first that holds decides:

| evidence | what it makes |
| --- | --- |
| `alembic.ini`, `[tool.alembic]` or `env.py` lists several version locations | one history of them all |
| an `env.py` in a folder above the file | the histories of that environment |
| none | histories of their own |

Below one environment without listed locations, and without any, the files of a folder make a history; folders are
joined where a revision of one follows on a revision of another that its own folder does not have.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from schemalint.facts.revisions import EnvConfig, RevisionDef
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.project.attempts import Attempts
from schemalint.readers.alembic.env import read_env
from schemalint.readers.alembic.ini import AlembicIni, find_folder


@dataclass(frozen=True, slots=True)
class Root:
    """A history before its revisions are ordered: its files, in Alembic's order, and the folders they stand in.

    `dialects` are the servers that the text of SQL revisions is written for.
    """

    name: str
    definitions: tuple[RevisionDef, ...]
    env: EnvConfig | None
    dialects: frozenset[str] = frozenset()

    @property
    def folders(self) -> frozenset[str]:
        """The folders of the revision files."""
        return frozenset(posixpath.dirname(definition.path) for definition in self.definitions)


def folders_of(paths: Iterable[str]) -> frozenset[str]:
    """The folders of the paths and all above them, with the root of the tree, `""`."""
    found = {""}
    for path in paths:
        folder = posixpath.dirname(path)
        while folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return frozenset(found)


def find_envs(
    program: Program, inis: Sequence[AlembicIni], folders: Collection[str], attempts: Attempts
) -> tuple[EnvConfig, ...]:
    """The environments: one for each `env.py`, or for each section that uses it where several do.

    A section without a script location, as Flask-Migrate writes it, speaks of the folder it stands in.
    """
    found: list[EnvConfig] = []
    for path in sorted(path for path in program.modules if posixpath.basename(path) == "env.py"):
        folder = posixpath.dirname(path)
        sections: list[AlembicIni | None] = [ini for ini in inis if _script_folder(ini, folders) == folder]
        read = partial(_envs_of, program, path, sections or [None], folders)
        envs: tuple[EnvConfig, ...] = attempts.run("reading", path, (), read)
        found.extend({env.versions: env for env in reversed(envs)}.values())
    return tuple(found)


def find_roots(definitions: Iterable[RevisionDef], envs: Sequence[EnvConfig]) -> tuple[Root, ...]:
    """The roots, by name."""
    groups: dict[EnvConfig | None, list[RevisionDef]] = {}
    for definition in sorted(definitions, key=lambda item: item.path):
        groups.setdefault(_env_of(definition.path, envs), []).append(definition)
    roots = []
    for env, group in groups.items():
        if env is not None and len(env.versions) > 1:
            roots.append(Root(env.folder, _in_order_of(env.versions, group), env))
        else:
            parts = _joined_folders(group)
            roots.extend(Root(_name(part, env, len(parts)), tuple(part), env) for part in parts)
    return tuple(sorted(roots, key=lambda root: root.name))


def _envs_of(
    program: Program, path: str, sections: Iterable[AlembicIni | None], folders: Collection[str]
) -> tuple[EnvConfig, ...]:
    return tuple(env for ini in sections if (env := read_env(program, path, ini, folders)) is not None)


def _script_folder(ini: AlembicIni, folders: Collection[str]) -> str | None:
    return ini.here if ini.script_location is None else find_folder(ini.script_location, ini.here, folders)


def _env_of(path: str, envs: Sequence[EnvConfig]) -> EnvConfig | None:
    """The environment whose version location is nearest above the file, else whose `env.py` is."""
    listed = [(len(folder), env) for env in envs for folder in env.versions if _is_below(path, folder)]
    above = listed or [(len(env.folder), env) for env in envs if _is_below(path, env.folder)]
    return max(above, key=lambda pair: pair[0])[1] if above else None


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def _in_order_of(locations: Sequence[str], group: Iterable[RevisionDef]) -> tuple[RevisionDef, ...]:
    """The definitions in the order of their locations, then of their paths."""

    def position(definition: RevisionDef) -> tuple[int, str]:
        ranks = [index for index, folder in enumerate(locations) if _is_below(definition.path, folder)]
        return (min(ranks, default=len(locations)), definition.path)

    return tuple(sorted(group, key=position))


def _joined_folders(group: Iterable[RevisionDef]) -> list[list[RevisionDef]]:
    """The definitions by folder, folders joined where their revisions follow on each other."""
    by_folder: dict[str, list[RevisionDef]] = {}
    for definition in group:
        by_folder.setdefault(posixpath.dirname(definition.path), []).append(definition)
    ids = {folder: {definition.id for definition in found} for folder, found in by_folder.items()}
    union = {folder: folder for folder in by_folder}
    for folder, found in by_folder.items():
        for parent in {parent for definition in found for parent in _named(definition)} - ids[folder]:
            for other in by_folder:
                if parent in ids[other]:
                    union = _merged(union, folder, other)
    parts: dict[str, list[RevisionDef]] = {}
    for folder, found in by_folder.items():
        parts.setdefault(union[folder], []).extend(found)
    return [sorted(part, key=lambda item: item.path) for part in parts.values()]


def _merged(union: Mapping[str, str], one: str, other: str) -> dict[str, str]:
    kept, dropped = sorted((union[one], union[other]))
    return {folder: kept if leader == dropped else leader for folder, leader in union.items()}


def _named(definition: RevisionDef) -> tuple[str, ...]:
    """The revisions that one follows on or depends on."""
    parents = () if isinstance(definition.parents, Unknown) else definition.parents
    return (*parents, *definition.depends_on)


def _name(part: Sequence[RevisionDef], env: EnvConfig | None, count: int) -> str:
    """The folder by which a history is called: the environment's where it has no other, else that of the files."""
    if env is not None and count == 1:
        return env.folder or "."
    folders = sorted({posixpath.dirname(definition.path) for definition in part})
    return posixpath.commonpath(folders) if all(folders) else "."

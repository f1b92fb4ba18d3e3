"""What a walk leaves out: the excluded patterns of the settings, ignore files at every level, and tools' folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from schemalint.source.tree import SourceTree, TreeError, folders_of, is_within

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

DEFAULT_EXCLUDED = frozenset(
    {
        *(".git", ".hg", ".svn", ".bzr", ".jj"),
        *(".venv", "venv", "virtualenv", ".direnv", ".pyenv", ".tox", ".nox", "__pypackages__", "site-packages"),
        *("__pycache__", ".eggs", "build", "_build", "dist", "node_modules", "bower_components"),
        *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".pytype", ".hypothesis", ".schemalint_cache"),
        *(".idea", ".vscode", ".ipynb_checkpoints"),
    }
)
"""Names of folders that hold no code of the project. A pattern `!build/` in `exclude` takes one back."""


class Level:
    """Patterns, and the folder they are relative to."""

    def __init__(self, spec: GitIgnoreSpec, below: int = 0, prefix: str = "") -> None:
        """The first `below` characters of a path stand above the folder; `prefix` leads from the folder to the root."""
        self._spec = spec
        self._below = below
        self._prefix = prefix

    def verdict(self, path: str) -> bool | None:
        """True to leave the path out, False to keep it, None if no pattern speaks of it. A folder ends in `/`."""
        return self._spec.check_file(self._prefix + path[self._below :]).include

    def without(self, folder: str) -> Level:
        """The level less the patterns that a folder, which ends in `/`, itself matches."""
        place = self._prefix + folder[self._below :]
        kept = [pattern for pattern in self._spec.patterns if pattern.match_file(place) is None]
        return Level(type(self._spec)(kept), self._below, self._prefix)


class Ignores:
    """Which folders and files of a tree are left out.

    The last word is with the patterns of `exclude`, which are relative to `settings_folder`; then come the names of
    `DEFAULT_EXCLUDED` and virtual environments of any name; then the ignore files, the innermost first, and
    `.git/info/exclude`. Raises `TreeError` for a pattern in `exclude` that is none.
    """

    def __init__(
        self, tree: SourceTree, exclude: Sequence[str], respect_gitignore: bool = True, settings_folder: str = ""
    ) -> None:
        self._tree = tree
        self._respect_gitignore = respect_gitignore
        self._settings_folder = settings_folder
        self._exclude = _settings_level(exclude, settings_folder)
        self._levels: dict[str, tuple[Level, ...]] = {}

    def skips_folder(self, folder: str) -> bool:
        """Whether a walk that has come to a folder's parent leaves the folder out."""
        verdict = self._excluded(f"{folder}/")
        if verdict is not None:
            return verdict
        name = folder.rpartition("/")[2]
        return name in DEFAULT_EXCLUDED or self._is_ignored(f"{folder}/") or self._tree.exists(f"{folder}/pyvenv.cfg")

    def skips_file(self, path: str) -> bool:
        """Whether a walk that has come to a file's folder leaves the file out."""
        verdict = self._excluded(path)
        return self._is_ignored(path) if verdict is None else verdict

    def leaves_out(self, path: str) -> bool:
        """Whether a walk from the root would not come to a file, or to a folder that ends in `/`."""
        return any(map(self.skips_folder, folders_of(path))) or self.skips_file(path)

    def within(self, folder: str) -> Ignores:
        """What to leave out of a folder that was asked for by name: patterns that match it itself do not count."""
        place = f"{folder}/"
        if not folder or not self.leaves_out(place):
            return self
        inner = Ignores(self._tree, (), self._respect_gitignore, self._settings_folder)
        inner._exclude = self._exclude and self._exclude.without(place)
        inner._levels = {folder: tuple(level.without(place) for level in self._levels_of(folder))}
        return inner

    def _excluded(self, path: str) -> bool | None:
        if self._exclude is None or not is_within(path, self._settings_folder):
            return None
        return self._exclude.verdict(path)

    def _is_ignored(self, path: str) -> bool:
        for level in self._levels_of(path.rstrip("/").rpartition("/")[0]):
            verdict = level.verdict(path)
            if verdict is not None:
                return verdict
        return False

    def _levels_of(self, folder: str) -> tuple[Level, ...]:
        """The ignore files that hold in a folder, innermost first."""
        if not self._respect_gitignore:
            return ()
        if folder not in self._levels:
            for each in ("", *folders_of(f"{folder}/")):
                if each not in self._levels:
                    above = self._levels[each.rpartition("/")[0]] if each else _outer_levels(self._tree.root)
                    self._levels[each] = (*self._own_level(each), *above)
        return self._levels[folder]

    def _own_level(self, folder: str) -> tuple[Level, ...]:
        prefix = f"{folder}/" if folder else ""
        try:
            content = self._tree.read(f"{prefix}.gitignore")
        except OSError:
            return ()
        return _ignore_level(content, below=len(prefix))


def _settings_level(exclude: Sequence[str], settings_folder: str) -> Level | None:
    if not exclude:
        return None
    for line in exclude:
        if not any(pattern.include is not None for pattern in _patterns(line)):
            raise TreeError(f"`{line}` in `exclude` is not a pattern: write it as in a .gitignore file")
    return _level(exclude, below=len(settings_folder) + 1 if settings_folder else 0)


def _outer_levels(root: Path) -> tuple[Level, ...]:
    """The ignore files between a tree's root and the top of its repository, and the repository's own."""
    levels: list[Level] = []
    prefix = ""
    for folder in (root, *root.parents):
        if prefix:
            levels += _file_level(folder / ".gitignore", prefix)
        mark = folder / ".git"
        if mark.exists():
            levels += _file_level(_common_folder(mark) / "info" / "exclude", prefix)
            return tuple(level.without("") for level in levels) if prefix else tuple(levels)
        prefix = f"{folder.name}/{prefix}"
    return ()  # without a repository, an ignore file above the root is none of ours


def _common_folder(mark: Path) -> Path:
    """The repository behind a `.git`: itself, or the one that a linked work tree or a submodule names in a file."""
    if mark.is_dir():
        return mark
    try:
        folder = mark.parent / _line(mark).removeprefix("gitdir: ")
        return folder / _line(folder / "commondir") if (folder / "commondir").exists() else folder
    except OSError:
        return mark


def _line(path: Path) -> str:
    return os.fsdecode(path.read_bytes()).strip()


def _file_level(path: Path, prefix: str) -> Iterable[Level]:
    try:
        return _ignore_level(path.read_bytes(), prefix=prefix)
    except OSError:
        return ()


def _ignore_level(content: bytes, below: int = 0, prefix: str = "") -> tuple[Level, ...]:
    """An ignore file as patterns, if it holds any. As git does, what is no pattern is passed over."""
    lines = content.decode("utf-8-sig", "surrogateescape").split("\n")
    lines = [line.removesuffix("\r") for line in lines if line.strip() and not line.startswith("#")]
    return (_level(lines, below, prefix),) if lines else ()


def _level(lines: Iterable[str], below: int = 0, prefix: str = "") -> Level:
    from pathspec import GitIgnoreSpec

    return Level(GitIgnoreSpec([pattern for line in lines for pattern in _patterns(line)]), below, prefix)


def _patterns(line: str) -> Sequence[GitIgnoreSpecPattern]:
    """A line as the pattern it is, if it is one."""
    from pathspec import GitIgnoreSpec

    if line.endswith("/**"):
        line += "/*"  # to git the same; to pathspec, `a/**` is the folder `a` too, and so nothing in it could come back
    try:
        return tuple(GitIgnoreSpec.from_lines([line]).patterns)
    except (ValueError, re.error):
        return ()

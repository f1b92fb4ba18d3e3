"""The modules of a project, by path and by dotted name, and their scopes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from schemalint.interpret.facades import facades_of
from schemalint.interpret.resolutions import Resolution
from schemalint.interpret.scopes import Scope, blocks_of, scope_of
from schemalint.interpret.search_path import searched_folders
from schemalint.ir import ClassDef, FunctionDef, Import, ImportFrom, ModuleIR, Statement

if TYPE_CHECKING:
    from schemalint.interpret.imports import ImportEdge

# Folders of revisions are commonly named after the library, which is loaded long before Python could find the folder.
_NAMED_AFTER = frozenset({"alembic"})
_BROUGHT_ALONG = frozenset({"django", "flask_migrate", "flask_sqlalchemy", "sqlalchemy", "sqlmodel"})
"""What the readers know by name: it is the library's, even where a project has a copy of it."""
_SOURCE_FOLDERS = frozenset({"", "src", "lib"})

REGISTERS = b"add_request_method"
"""What the body of a function mentions that registers attributes on requests, as Pyramid has it."""


class Program:
    """All modules of a project.

    `modules` maps paths (relative to the project, with `/`) to what the files say. Which folders Python would search
    is not written down anywhere, so it is inferred: the project's top, folders named `src` or `lib`, every folder that
    no import knows as a package, and those that a package adds to `sys.path`.

    What `resolve` finds out is remembered in `memo` and `lists`; `under_way` holds what it is following at the moment
    and `cuts` counts the circles it met, for what was found inside a circle holds only there. `edges` are the imports
    of modules, as far as somebody asked for them.
    """

    def __init__(self, modules: Mapping[str, ModuleIR]) -> None:
        self.modules = modules
        self.memo: dict[tuple[str, str, str], Resolution] = {}
        self.lists: dict[tuple[str, str, int], tuple[Resolution, ...]] = {}
        self.under_way: set[tuple[str, str, object]] = set()
        self.cuts = 0
        self.edges: dict[str, tuple[ImportEdge, ...]] = {}
        self._scopes: dict[object, Scope] = {}
        self._names: dict[str, str] = {}
        self._found: dict[tuple[str, str], tuple[str | None, bool]] = {}
        self._packages: dict[str, bool] = {}

    def scope(self, path: str) -> Scope:
        """The bindings of a module. Raises `KeyError` for a path that is not of the program."""
        module = self.modules[path]  # who asks for its scope has looked into it
        found = self._scopes.get(path)
        if found is None:
            found = self._scopes[path] = scope_of(module.body)
        return found

    def class_scope(self, path: str, node: ClassDef) -> Scope:
        """The bindings of a class's own body, for a class of the module at `path`."""
        key = (path, node.start)
        found = self._scopes.get(key)
        if found is None:
            found = self._scopes[key] = scope_of(node.body)
        return found

    def over(self, modules: Mapping[str, ModuleIR]) -> Program:
        """The same program over another mapping of its modules, without what it remembers of names."""
        other = Program(modules)
        other._scopes = self._scopes
        other._suffixes, other._all_folders, other._imported = self._suffixes, self._all_folders, self._imported
        other.registering, other.facades, other.searched = self.registering, self.facades, self.searched
        return other

    @property
    def imported_modules(self) -> Iterator[str]:
        """The dotted names among `_imported` that may be those of modules and folders of the project."""
        own = {part for path in self.modules for part in _parts(path)}
        return (name for name in self._imported if name.rpartition(".")[2] in own)

    @cached_property
    def registering(self) -> tuple[str, ...]:
        """The modules with a function that may register attributes on requests."""
        return tuple(
            path
            for path, module in self.modules.items()
            if any(isinstance(node, FunctionDef) and REGISTERS in node.body for node in module.body)
        )

    @cached_property
    def facades(self) -> frozenset[str]:
        """The full names of objects of other libraries that stand for all of SQLAlchemy."""
        return facades_of(self.modules, self.scope)

    @cached_property
    def searched(self) -> frozenset[str]:
        """The folders that packages put on the search path themselves."""
        return searched_folders(self.modules, self.scope)

    @contextmanager
    def following(self, key: tuple[str, str, object]) -> Iterator[None]:
        """Marks the key as being followed, so that a circle is seen."""
        self.under_way.add(key)
        try:
            yield
        finally:
            self.under_way.discard(key)

    def module_name(self, path: str) -> str:
        """The dotted name of a module: the longest by which the project imports it or a package around it, else what
        its packages and source folder say. A script of no package is known by its own name."""
        found = self._names.get(path)
        if found is None:
            found = self._names[path] = self._name(path)
        return found

    def _name(self, path: str) -> str:
        parts, folders = _parts(path), _folders(path)
        chain = len(folders)
        while chain > 0 and "/".join((*folders[:chain], "__init__.py")) in self.modules:
            chain -= 1
        for start in range(chain):
            if any(".".join(parts[start:end]) in self._imported for end in range(start + 2, len(parts) + 1)):
                return ".".join(parts[start:])
        sources = [index + 1 for index, folder in enumerate(folders[:chain]) if folder in _SOURCE_FOLDERS]
        return ".".join(parts[sources[-1] if sources else chain :])

    def path_of(self, dotted: str, importer: str) -> str | None:
        """The file that `import dotted` means in the module at `importer`; None where it is none of the project or
        where several files answer to the name equally well."""
        return self.find(dotted, importer)[0]

    def find(self, dotted: str, importer: str) -> tuple[str | None, bool]:
        """As `path_of`; and whether the match is a guess, to be dropped where the module lacks the imported name."""
        key = (dotted, dirname(importer))
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._search(dotted, dirname(importer))
        itself = found[0] == importer and basename(importer) != "__init__.py"
        return (None, False) if itself else found

    def module_at(self, location: str) -> str | None:
        """The module at a path without its ending: `__init__.py`, a file, or a folder that holds modules."""
        package = f"{location}/__init__.py" if location else "__init__.py"
        for path in (package, f"{location}.py"):
            if path in self.modules:
                return path
        return location if location in self._all_folders else None

    def _search(self, dotted: str, folder: str) -> tuple[str | None, bool]:
        top = dotted.partition(".")[0]
        candidates = self._suffixes.get(dotted) if top not in _BROUGHT_ALONG else None
        if candidates is None:
            return None, False
        sure: list[tuple[str, str, bool]] = []
        guesses: list[tuple[str, str, bool]] = []
        depth = dotted.count(".") + 1
        for path in candidates:
            parts = _folders(path)
            root = "/".join(parts[: len(parts) - depth + (0 if basename(path) == "__init__.py" else 1)])
            above = not root or f"{folder}/".startswith(f"{root}/")
            if self._is_root(root):
                likely = above or depth > 1 or basename(root) in _SOURCE_FOLDERS
                (sure if likely and not self._wraps(path, dotted) else guesses).append((path, root, above))
            elif above and (root + "/__init__.py" not in self.modules or not self._is_package(root)):
                guesses.append((path, root, above))
        if top in sys.stdlib_module_names or top in _NAMED_AFTER:
            return _nearest(sure, folder), True
        return (_nearest(sure, folder), False) if sure else (_nearest(guesses, folder), True)

    def _is_root(self, folder: str) -> bool:
        """Whether Python may search the folder for top-level modules."""
        if basename(folder) in _SOURCE_FOLDERS or folder in self.searched:
            return True
        return folder + "/__init__.py" not in self.modules and not self._is_package(folder)

    def _is_package(self, folder: str) -> bool:
        """Whether some import of the project names the folder."""
        found = self._packages.get(folder)
        if found is None:
            parts = folder.split("/")
            names = (".".join(parts[start:]) for start in range(len(parts)))
            found = self._packages[folder] = any(name in self._imported for name in names)
        return found

    def _wraps(self, path: str, dotted: str) -> bool:
        """Whether the file imports its own name: no module imports itself, so that name is a library's."""
        return "." not in dotted and basename(path) != "__init__.py" and dotted in self._tops_of(path)

    def _tops_of(self, path: str) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in _absolute(self.modules[path].body))

    @cached_property
    def _suffixes(self) -> dict[str, list[str]]:
        """Paths by every dotted name that they could have."""
        found: dict[str, list[str]] = {}
        for path in self.modules:
            parts = _parts(path)
            for start in range(len(parts)):
                found.setdefault(".".join(parts[start:]), []).append(path)
        return found

    @cached_property
    def _all_folders(self) -> frozenset[str]:
        found: set[str] = {""}
        for path in self.modules:
            folder = dirname(path)
            while folder not in found:
                found.add(folder)
                folder = dirname(folder)
        return frozenset(found)

    @cached_property
    def _imported(self) -> frozenset[str]:
        """Every dotted name that absolute imports mention, and the packages around it."""
        full = {name for module in self.modules.values() for name in _absolute(module.body)}
        found: set[str] = set()
        for name in full:
            while name and name not in found:
                found.add(name)
                name = name.rpartition(".")[0]
        return frozenset(found)


def _parts(path: str) -> list[str]:
    parts = path.removesuffix(".py").split("/")
    return parts[:-1] if parts[-1] == "__init__" else parts


def _folders(path: str) -> list[str]:
    folder = dirname(path)
    return folder.split("/") if folder else []


def _absolute(statements: Iterable[Statement]) -> Iterator[str]:
    for node in statements:
        if isinstance(node, Import):
            yield from (item.name for item in node.names)
        elif isinstance(node, ImportFrom):
            if node.level == 0:
                yield node.module
                yield from (f"{node.module}.{item.name}" for item in node.names)
        else:
            for block in blocks_of(node):
                yield from _absolute(block)


def _nearest(candidates: list[tuple[str, str, bool]], folder: str) -> str | None:
    """The candidate of the deepest root around the importing folder, else the one that shares most folders with it;
    None where two are equally near."""
    around = [candidate for candidate in candidates if candidate[2]]
    if around:
        deepest = max(len(root) for _, root, _ in around)
        found = [path for path, root, _ in around if len(root) == deepest]
        packages = [path for path in found if basename(path) == "__init__.py"]
        return packages[0] if packages else found[0]
    ranked = sorted(((_shared(path, folder), path) for path, _, _ in candidates), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


def _shared(path: str, folder: str) -> int:
    count = 0
    for left, right in zip(_folders(path), folder.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count

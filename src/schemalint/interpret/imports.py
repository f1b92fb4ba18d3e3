"""Which modules a module imports, what it takes from them, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import dirname

import msgspec

from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import External, ModuleRef, Resolution
from schemalint.interpret.resolve import imported_module, member
from schemalint.interpret.scopes import blocks_of, checks_types
from schemalint.ir import ClassDef, FunctionDef, If, Import, ImportFrom, Statement, marks_of_nodes, statements_of

EAGER, LAZY, TYPE_CHECKING = "eager", "lazy", "type-checking"
_MARKS = marks_of_nodes(Import, ImportFrom)


class ImportEdge(msgspec.Struct, frozen=True, gc=False):
    """One module that an import statement needs.

    `path` is the project's file, or None where the import leads outside, nowhere, or to a folder without `__init__.py`;
    `module` is the dotted name, for what lies outside as it is written.
    `names` are what is taken from it: empty where the module itself is imported, `*` for a star import. `when` is
    "eager", "lazy" (inside a function) or "type-checking". `start` and `end` are the statement's.

    The packages around a module run their `__init__.py` as well, but are no edges: only what the statement names is.
    """

    path: str | None
    module: str
    names: tuple[str, ...]
    when: str
    start: int
    end: int


def import_edges(program: Program, path: str) -> tuple[ImportEdge, ...]:
    """What the module at `path` imports, in source order, the imports inside functions included."""
    found = program.edges.get(path)
    if found is None:
        found = program.edges[path] = tuple(
            edge
            for node, when in _imports(program.modules[path].body, EAGER)
            for edge in (
                _plain(program, path, node, when) if isinstance(node, Import) else _from(program, path, node, when)
            )
        )
    return found


def _imports(statements: Iterable[Statement], when: str) -> Iterator[tuple[Import | ImportFrom, str]]:
    for node in statements:
        if isinstance(node, (Import, ImportFrom)):
            yield node, when
        elif isinstance(node, FunctionDef):
            if _MARKS.search(node.body) is not None:
                yield from _imports(statements_of(node), LAZY if when == EAGER else when)
        elif isinstance(node, ClassDef):
            yield from _imports(node.body, when)
        elif isinstance(node, If):
            checking = checks_types(node.test)
            yield from _imports(node.body, TYPE_CHECKING if checking is True else when)
            yield from _imports(node.orelse, TYPE_CHECKING if checking is False else when)
        else:
            for block in blocks_of(node):
                yield from _imports(block, when)


def _plain(program: Program, path: str, node: Import, when: str) -> Iterator[ImportEdge]:
    for item in node.names:
        yield ImportEdge(program.path_of(item.name, path), item.name, (), when, node.start, node.end)


def _from(program: Program, path: str, node: ImportFrom, when: str) -> Iterator[ImportEdge]:
    source = imported_module(program, path, node.module, node.level)
    written: tuple[str | None, str] = (None, "." * node.level + node.module)
    taken: dict[tuple[str | None, str], list[str]] = {}
    for item in node.names:
        found = source if item.name == "*" else member(program, path, source, item.name)
        if isinstance(found, ModuleRef) and _is_inside(program, source, found, item.name):
            yield ImportEdge(*_file(program, found), (), when, node.start, node.end)
        else:
            target = written
            if isinstance(source, ModuleRef) and not (source.guess and isinstance(found, External)):
                target = _file(program, source)
            taken.setdefault(target, []).append(item.name)
    for target, names in taken.items():
        yield ImportEdge(*target, tuple(names), when, node.start, node.end)


def _is_inside(program: Program, package: Resolution, found: ModuleRef, name: str) -> bool:
    """Whether the module found is the submodule of that name, not one that the package's own code binds to it."""
    if not isinstance(package, ModuleRef):
        return True
    folder = dirname(package.path) if package.path in program.modules else package.path
    return found.path == program.module_at(f"{folder}/{name}" if folder else name)


def _file(program: Program, module: ModuleRef) -> tuple[str | None, str]:
    """The file of a module, none for a folder without `__init__.py`, and the module's dotted name."""
    return (module.path if module.path in program.modules else None), program.module_name(module.path)

"""Django as the evaluator sees it: objects of the project's own fields and operations are those they derive from."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from schemalint.diagnostics import Place
from schemalint.interpret.evaluator.machine import Framework, Machine
from schemalint.interpret.evaluator.names import lineage
from schemalint.interpret.resolutions import External
from schemalint.interpret.resolve import ancestry
from schemalint.interpret.scopes import Defined
from schemalint.interpret.values import (
    MISSING,
    Builtin,
    Class,
    Function,
    Given,
    Handle,
    Instance,
    Items,
    Made,
    Member,
    Missing,
    Symbol,
    Unsure,
    Value,
)
from schemalint.ir import FunctionDef
from schemalint.readers.django.fields import field_class

_VENDOR = Symbol("django.db.connection.vendor")
_SUPER = Handle("super")
_RESOURCES = frozenset({"importlib.resources.files", "importlib_resources.files"})
_DJANGO = ("django.db.", "django.contrib.postgres.", "django.contrib.gis.")


@dataclass(frozen=True, slots=True)
class Files:
    """The project's files: their paths, and their bytes. `read` raises `OSError` where there is none."""

    paths: Collection[str] = ()
    read: Callable[[str], bytes] = lambda path: b""


@dataclass(slots=True, eq=False)
class _Making:
    """An object that is being made: the constructors that are still to run, and what Django's own was given."""

    instance: Instance
    rest: list[tuple[Class, FunctionDef]]
    given: tuple[Given, ...]


class DjangoFramework(Framework):
    """What makes fields, operations, indexes and constraints.

    An object of a class of the project that derives from one of these is `Made` by that, with the arguments that its
    constructor hands on; `owner` is then the `Instance`.
    """

    def __init__(self, files: Files, dialect: str | None = None) -> None:
        self.files = files
        self.dialect = dialect
        self.machine: Machine
        self._making: list[_Making] = []

    def attribute(self, owner: Value, name: str) -> Value | Missing:
        """The name of a file; the attributes of the project's own fields and operations."""
        if isinstance(owner, Handle) and owner.kind == "file" and name == "name":
            return posixpath.basename(str(owner.data[0]))
        if isinstance(owner, Made) and isinstance(owner.owner, Instance) and name in owner.owner.fields:
            return owner.owner.fields[name]
        return MISSING

    def equal(self, left: Value, right: Value) -> Value | Missing:
        """The vendor of the connection and a name."""
        for vendor, name in ((left, right), (right, left)):
            if vendor == _VENDOR and isinstance(name, str):
                return vendor_of(self.dialect) == name if self.dialect else Unsure("the server is not known")
        return MISSING

    def call(self, callee: Value, args: tuple[Given, ...], place: Place) -> Value | Missing:
        """Classes of the project that derive from Django's; `super().__init__()` inside of them; packaged files."""
        if isinstance(callee, Class):
            home = library_class(self.machine, callee)
            return self._make(callee, home, args, place) if home is not None else MISSING
        if isinstance(callee, Builtin) and callee.name == "super" and self._making:
            return _SUPER
        if isinstance(callee, Member) and callee.owner == _SUPER and self._making:
            if callee.name == "__init__":
                self._construct(self._making[-1], args, place)
            return None
        if isinstance(callee, Symbol) and callee.name.endswith(".__init__") and self._making:
            self._making[-1].given = args[1:]
            return None
        if isinstance(callee, Symbol) and callee.name in _RESOURCES and args:
            return self._package(args[0].value)
        if isinstance(callee, Member) and isinstance(callee.owner, Handle) and callee.owner.kind == "file":
            return self._file(str(callee.owner.data[0]), callee.name, args)
        return MISSING

    def _make(self, owner: Class, home: str, args: tuple[Given, ...], place: Place) -> Value:
        instance = Instance(owner, {}, args)
        making = _Making(instance, list(_constructors(self.machine, owner)), args)
        self._making.append(making)
        try:
            self._construct(making, args, place)
        finally:
            self._making.pop()
        return Made(home, making.given, instance, place)

    def _construct(self, making: _Making, args: tuple[Given, ...], place: Place) -> None:
        """Runs the next constructor; Django's own, where none of the project's is left."""
        if not making.rest:
            making.given = args
            return
        holder, node = making.rest.pop(0)
        self.machine.call(Function(holder.path, node, holder.closure, making.instance), args, place)

    def _package(self, name: Value) -> Value:
        """The folder of a package that is named."""
        if not isinstance(name, str):
            return Unsure("the package is not known")
        ending = name.replace(".", "/")
        folders = {posixpath.dirname(path) for path in self.files.paths}
        found = sorted((folder for folder in folders if folder == ending or folder.endswith(f"/{ending}")), key=len)
        return Handle("file", (found[0],)) if found else Unsure(f"the package {name} is not part of the project")

    def _file(self, path: str, name: str, args: tuple[Given, ...]) -> Value | Missing:
        if name == "joinpath" and all(isinstance(arg.value, str) for arg in args):
            return Handle("file", (posixpath.join(path, *(str(arg.value) for arg in args)),))
        if name == "iterdir":
            return Items(
                "list", [Handle("file", (p,)) for p in sorted(self.files.paths) if posixpath.dirname(p) == path]
            )
        if name == "read_text":
            try:
                return self.files.read(path).decode()
            except (OSError, UnicodeDecodeError):
                return Unsure(f"{path} cannot be read")
        return MISSING


def vendor_of(dialect: str) -> str:
    """What Django calls a server."""
    return {"mariadb": "mysql", "mssql": "microsoft"}.get(dialect, dialect)


def library_class(machine: Machine, owner: Class) -> str | None:
    """The class of Django, or of a library that is known, from which a class of the project derives: the nearest."""
    own = f"{machine.program.module_name(owner.path)}.{owner.node.name}"
    if not own.startswith("django.") and field_class(own) is not None:
        return own
    for base in ancestry(machine.program, owner.path, owner.node):
        if isinstance(base, External) and (base.name.startswith(_DJANGO) or field_class(base.name) is not None):
            return base.name
    return None


def methods(machine: Machine, value: Made, name: str) -> Function | None:
    """A method that a class of the project gives to an operation of its own; None where it gives none."""
    return method_of(machine, value.owner, name) if isinstance(value.owner, Instance) else None


def method_of(machine: Machine, owner: Instance, name: str) -> Function | None:
    """A method of an object of a class of the project, inherited ones included; None where it has none."""
    for holder in lineage(machine, owner.of):
        found = machine.program.class_scope(holder.path, holder.node).lookup(name)
        if isinstance(found, Defined) and isinstance(found.node, FunctionDef):
            return Function(holder.path, found.node, holder.closure, owner)
    return None


def _constructors(machine: Machine, owner: Class) -> Iterator[tuple[Class, FunctionDef]]:
    for holder in lineage(machine, owner):
        found = machine.program.class_scope(holder.path, holder.node).lookup("__init__")
        if isinstance(found, Defined) and isinstance(found.node, FunctionDef):
            yield holder, found.node

"""Names across files: what a `Name` or a chain of attributes stands for."""

from __future__ import annotations

import builtins
from collections.abc import Container
from posixpath import dirname

from schemalint.interpret.homes import canonical, exports, instance_attribute
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import (
    BoundValue,
    ClassAttribute,
    DefinedClass,
    DefinedFunction,
    External,
    ModuleRef,
    Resolution,
    Unresolved,
)
from schemalint.interpret.scopes import Assigned, Binding, Defined, Imported, Scope
from schemalint.ir import Attribute, Call, ClassDef, Expression, FunctionDef, Name, Subscript

_BUILTINS = frozenset(dir(builtins))
_FARTHEST = 60
_CYCLE = Unresolved("cyclic import")


def resolve(
    program: Program, path: str, expression: Expression, local_names: Container[str] | Scope = frozenset()
) -> Resolution:
    """What a name or a chain of attributes stands for in the module at `path`.

    `local_names` are the names that the surrounding function binds: they resolve to `Unresolved("local")`. Given as a
    `Scope` (of `scopes.function_scope`), the imports, functions and classes among them are followed.
    """
    parts = _chain(expression)
    if parts is None:
        return Unresolved("not a name")
    if isinstance(local_names, Scope):
        if parts[0] in local_names.bindings:
            return _local(program, path, parts, local_names)
    elif parts[0] in local_names:
        return Unresolved("local")
    return _Resolver(program).dotted(path, ".".join(parts))


def qualified_name(
    program: Program, path: str, expression: Expression, local_names: Container[str] | Scope = frozenset()
) -> str | None:
    """The full dotted name of what the expression stands for, in its canonical form; None where that is unknown."""
    return name_of(program, resolve(program, path, expression, local_names))


def name_of(program: Program, resolution: Resolution) -> str | None:
    """The full dotted name of a resolution; None for what has none."""
    if isinstance(resolution, External):
        return canonical(resolution.name)
    if isinstance(resolution, ModuleRef):
        return program.module_name(resolution.path)
    if isinstance(resolution, (DefinedClass, DefinedFunction)):
        names = (program.module_name(resolution.path), resolution.qualifier, resolution.node.name)
        return ".".join(name for name in names if name)
    if isinstance(resolution, BoundValue) and resolution.name:
        return f"{program.module_name(resolution.path)}.{resolution.name}"
    if isinstance(resolution, ClassAttribute):
        return f"{program.module_name(resolution.path)}.{resolution.node.name}.{resolution.name}"
    return None


def bases(program: Program, path: str, node: ClassDef) -> tuple[Resolution, ...]:
    """What the bases of a class of the module at `path` stand for, in order; `Generic[T]` counts as `Generic`."""
    key = ("bases", path, node.start)
    found = program.memo.get(key)
    if found is None:
        found = program.memo[key] = tuple(
            _base(program, path, argument.value) for argument in node.bases if argument.keyword is None
        )
    return found  # type: ignore[return-value]


def ancestry(program: Program, path: str, node: ClassDef) -> tuple[Resolution, ...]:
    """All that a class inherits from, nearest first, a base after every class that derives from it.

    Bases that are not of the project or could not be resolved stand among them, so that a caller can say "unknown".
    """
    return _ancestry(program, path, node, frozenset())


def _ancestry(program: Program, path: str, node: ClassDef, below: frozenset[tuple[str, int]]) -> tuple[Resolution, ...]:
    key = ("ancestry", path, node.start)
    known = program.memo.get(key)
    if known is not None:
        return known  # type: ignore[return-value]
    below |= {(path, node.start)}
    found: list[Resolution] = []
    for base in bases(program, path, node):
        found.append(base)
        if isinstance(base, DefinedClass):
            if (base.path, base.node.start) in below:
                found[-1] = Unresolved("cyclic inheritance")
            elif len(below) < _FARTHEST:
                found.extend(_ancestry(program, base.path, base.node, below))
            else:
                found.append(Unresolved("inheritance leads too far"))
    result = _last_of_each(found)
    program.memo[key] = result
    return result


def _last_of_each(found: list[Resolution]) -> tuple[Resolution, ...]:
    """One of each, where it stands last: so a base comes after all that derive from it."""
    seen: set[object] = set()
    kept: list[Resolution] = []
    for item in reversed(found):
        key = (item.path, item.node.start) if isinstance(item, DefinedClass) else item
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return tuple(reversed(kept))


def _base(program: Program, path: str, expression: Expression) -> Resolution:
    while isinstance(expression, Subscript):
        expression = expression.value
    if isinstance(expression, Call):
        return BoundValue(path, expression, None, "")
    return resolve(program, path, expression)


def _chain(expression: Expression) -> list[str] | None:
    parts: list[str] = []
    while isinstance(expression, Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, Name):
        return None
    parts.append(expression.id)
    parts.reverse()
    return parts


def _local(program: Program, path: str, parts: list[str], scope: Scope) -> Resolution:
    binding = scope.lookup(parts[0])
    if binding is None or isinstance(binding, Assigned):
        return Unresolved("local")
    resolver = _Resolver(program)
    found = resolver.bound(path, parts[0], binding, False)
    for part in parts[1:]:
        found = resolver.member(found, part)
    return found


class _Resolver:
    """One resolution. `under_way` holds the names being looked up, so that a circle is seen."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.under_way: set[tuple[str, str]] = set()

    def dotted(self, path: str, name: str) -> Resolution:
        key = (path, name)
        known = self.program.memo.get(key)
        if known is not None:
            return known  # type: ignore[return-value]
        head, _, rest = name.partition(".")
        found = self.name(path, head)
        for part in rest.split(".") if rest else ():
            found = self.member(found, part)
        if not self.under_way:
            self.program.memo[key] = found
        return found

    def name(self, path: str, name: str) -> Resolution:
        found = self.in_module(path, name)
        if found is not None:
            return found
        if name in _BUILTINS:
            return External(f"builtins.{name}")
        for star in self.program.scope(path).stars:
            source = self.module(path, star.module, star.level)
            if isinstance(source, External) and name in exports(source.name):
                return External(f"{source.name}.{name}")
            if not isinstance(source, ModuleRef):
                return Unresolved(f"may come from `from {'.' * star.level}{star.module} import *`")
        return Unresolved(f"nothing binds the name {name}")

    def in_module(self, path: str, name: str) -> Resolution | None:
        """What the module itself binds to the name, star imports included; None where it does not."""
        key = (path, name)
        memo = ("module", path, name)
        if memo in self.program.memo:
            return self.program.memo[memo]  # type: ignore[return-value]
        if key in self.under_way:
            return _CYCLE
        if len(self.under_way) > _FARTHEST:
            return Unresolved("the name leads through too many others")
        self.under_way.add(key)
        scope = self.program.scope(path)
        binding = scope.lookup(name)
        if binding is not None:
            found: Resolution | None = self.bound(path, name, binding, len(scope.alternatives(name)) > 1)
        else:
            found = self._from_stars(path, name, scope)
        self.under_way.discard(key)
        if not self.under_way or (found is not None and not isinstance(found, Unresolved)):
            self.program.memo[memo] = found
        return found

    def _from_stars(self, path: str, name: str, scope: Scope) -> Resolution | None:
        for star in reversed(scope.stars):
            source = self.module(path, star.module, star.level)
            if isinstance(source, ModuleRef) and source.path in self.program.modules:
                names = self.program.scope(source.path).exports()
                if (name in names) if names is not None else not name.startswith("_"):
                    found = self.in_module(source.path, name)
                    if found is not None and found != _CYCLE:
                        return found
        return None

    def bound(self, path: str, name: str, binding: Binding, ambiguous: bool) -> Resolution:
        if isinstance(binding, Defined):
            return _definition(path, binding.node, "")
        if isinstance(binding, Imported):
            source = self.module(path, binding.module, binding.level)
            return source if binding.name is None else self.member(source, binding.name)
        assert isinstance(binding, Assigned)
        chain = None if binding.value is None else _chain(binding.value)
        if chain is None:
            return BoundValue(path, binding.value, binding.annotation, name, ambiguous)
        return self.dotted(path, ".".join(chain))

    def module(self, path: str, module: str, level: int) -> Resolution:
        """What `import module` or `from module import` names in the module at `path`."""
        if level == 0:
            found, guess = self.program.find(module, path)
            if found is not None:
                return ModuleRef(found, module if guess else "")
            return External(module)
        folder = dirname(path)
        for _ in range(level - 1):
            if not folder:
                return Unresolved("a relative import beyond the project")
            folder = dirname(folder)
        target = "/".join(part for part in (folder, *module.split(".")) if part)
        return self._at(target) or Unresolved(f"no module {'.' * level}{module}")

    def _at(self, target: str) -> ModuleRef | None:
        """The module at a path without its ending; a folder counts where it holds modules."""
        package = f"{target}/__init__.py" if target else "__init__.py"
        for path in (package, f"{target}.py"):
            if path in self.program.modules:
                return ModuleRef(path)
        return ModuleRef(target) if self.program.is_folder(target) else None

    def member(self, owner: Resolution, name: str) -> Resolution:
        """What `owner.name` stands for."""
        if isinstance(owner, ModuleRef):
            return self._of_module(owner, name)
        if isinstance(owner, External):
            return self._of_external(owner, name)
        if isinstance(owner, DefinedClass):
            return self._of_class(owner, name)
        if isinstance(owner, BoundValue):
            return self._of_value(owner, name)
        if isinstance(owner, Unresolved):
            return owner
        return Unresolved("an attribute of a value")

    def _of_module(self, owner: ModuleRef, name: str) -> Resolution:
        inside = owner.path if owner.path not in self.program.modules else None
        if inside is None:
            found = self.in_module(owner.path, name)
            if found is not None and found != _CYCLE:
                return found
            if owner.path.endswith("__init__.py"):
                inside = dirname(owner.path)
        else:
            found = None
        if inside is not None:
            submodule = self._at(f"{inside}/{name}" if inside else name)
            if submodule is not None:
                return ModuleRef(submodule.path, f"{owner.guess}.{name}" if owner.guess else "")
        if found is not None:
            return found
        if owner.guess:
            return External(f"{owner.guess}.{name}")
        return Unresolved(f"{owner.path} does not bind the name {name}")

    def _of_external(self, owner: External, name: str) -> Resolution:
        dotted = f"{owner.name}.{name}"
        path, guess = self.program.find(dotted, "")
        return External(dotted) if path is None else ModuleRef(path, dotted if guess else "")

    def _of_class(self, owner: DefinedClass, name: str) -> Resolution:
        for holder in (owner, *ancestry(self.program, owner.path, owner.node)):
            if not isinstance(holder, DefinedClass):
                return Unresolved(f"{owner.node.name}.{name} may be inherited from outside of the project")
            scope = self.program.class_scope(holder.path, holder.node)
            binding = scope.lookup(name)
            if isinstance(binding, Defined):
                qualifier = f"{holder.qualifier}.{holder.node.name}" if holder.qualifier else holder.node.name
                return _definition(holder.path, binding.node, qualifier)
            if isinstance(binding, Imported):
                return self.bound(holder.path, name, binding, False)
            if isinstance(binding, Assigned):
                several = len(scope.alternatives(name)) > 1
                return ClassAttribute(holder.path, holder.node, binding.value, binding.annotation, name, several)
        return Unresolved(f"{owner.node.name} does not bind the name {name}")

    def _of_value(self, owner: BoundValue, name: str) -> Resolution:
        if not isinstance(owner.expression, Call) or owner.ambiguous:
            return Unresolved("an attribute of a value")
        chain = _chain(owner.expression.func)
        kind = self.dotted(owner.path, ".".join(chain)) if chain else None
        if isinstance(kind, External):
            home = instance_attribute(canonical(kind.name), name)
            return External(home) if home else Unresolved(f"an attribute of an object of {kind.name}")
        if isinstance(kind, DefinedClass):
            for base in ancestry(self.program, kind.path, kind.node):
                home = instance_attribute(canonical(base.name), name) if isinstance(base, External) else None
                if home:
                    return External(home)
            found = self._of_class(kind, name)
            if isinstance(found, DefinedFunction):
                return found
        return Unresolved("an attribute of a value")


def _definition(path: str, node: FunctionDef | ClassDef, qualifier: str) -> Resolution:
    if isinstance(node, ClassDef):
        return DefinedClass(path, node, qualifier)
    return DefinedFunction(path, node, qualifier)

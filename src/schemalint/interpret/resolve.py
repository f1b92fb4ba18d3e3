"""Names across files: what a `Name` or a chain of attributes stands for."""

from __future__ import annotations

import builtins
from collections.abc import Container, Iterable
from posixpath import dirname

import msgspec

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
from schemalint.ir import Attribute, Call, ClassDef, Constant, Expression, FunctionDef, Name, Subscript

_BUILTINS = frozenset(dir(builtins))
_BARE = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})
_FACADE = "flask_sqlalchemy.SQLAlchemy"
_FARTHEST = 60
_CYCLE = Unresolved("cyclic import")
_TOO_FAR = Unresolved("the name leads through too many others")


def resolve(
    program: Program, path: str, expression: Expression, local_names: Container[str] | Scope = frozenset()
) -> Resolution:
    """What a name or a chain of attributes stands for in the module at `path`.

    `local_names` are the names that the surrounding function or class binds: they resolve to `Unresolved("local")`.
    Given as a `Scope` (of `scopes.function_scope`), the imports, functions and classes among them are followed.
    Aliases, re-exports and star imports are followed to what they end in. Of conditional alternatives the one counts
    that `Scope.lookup` gives. Never raises for what cannot be found: that is `Unresolved`.
    """
    parts = _chain(expression)
    if parts is None:
        return Unresolved("not a name")
    if isinstance(local_names, Scope):
        binding = local_names.lookup(parts[0])
        if binding is not None:
            if isinstance(binding, Assigned):
                return Unresolved("local")
            return _members(program, path, _bound(program, path, parts[0], binding), parts[1:])
    elif parts[0] in local_names:
        return Unresolved("local")
    return resolve_dotted(program, path, ".".join(parts))


def resolve_dotted(program: Program, path: str, name: str) -> Resolution:
    """As `resolve`, for a name given as text: `User`, `models.User`."""
    key = ("chain", path, name)
    known = program.memo.get(key)
    if known is None:
        parts = name.split(".")
        known = _members(program, path, _name(program, path, parts[0]), parts[1:])
        if not program.under_way:
            program.memo[key] = known
    return known


def qualified_name(
    program: Program, path: str, expression: Expression, local_names: Container[str] | Scope = frozenset()
) -> str | None:
    """The full dotted name of what the expression stands for, in its canonical form; None where that is unknown."""
    return name_of(program, resolve(program, path, expression, local_names))


def name_of(program: Program, resolution: Resolution) -> str | None:
    """The full dotted name of a resolution: `sqlalchemy.Column`, `app.models.User`; None for what has none."""
    if isinstance(resolution, External):
        return canonical(resolution.name)
    if isinstance(resolution, Unresolved):
        return None
    module = program.module_name(resolution.path)
    if isinstance(resolution, ModuleRef):
        return module
    if isinstance(resolution, BoundValue):
        return f"{module}.{resolution.name}" if resolution.name else None
    if isinstance(resolution, ClassAttribute):
        return f"{module}.{resolution.node.name}.{resolution.name}"
    return f"{module}.{_inside(resolution.qualifier, resolution.node.name)}"


def bases(program: Program, path: str, node: ClassDef) -> tuple[Resolution, ...]:
    """What the bases of a class of the module at `path` stand for, in order; `Generic[T]` counts as `Generic`.

    A base that is written as a call (`class Base(declarative_base())`) is a `BoundValue` without a name.
    """
    key = ("bases", path, node.start)
    known = program.lists.get(key)
    if known is None:
        if key in program.under_way:
            return (Unresolved("cyclic inheritance"),)
        with program.following(key):
            known = tuple(_base(program, path, base.value) for base in node.bases if base.keyword is None)
        program.lists[key] = known
    return known


def ancestry(program: Program, path: str, node: ClassDef) -> tuple[Resolution, ...]:
    """All that a class inherits from, nearest first, each base after every class that derives from it.

    Bases that are not of the project or could not be resolved stand among them, so that a caller can say "unknown".
    """
    key = ("ancestry", path, node.start)
    known = program.lists.get(key)
    if known is None:
        if key in program.under_way or len(program.under_way) > _FARTHEST:
            return (Unresolved("cyclic inheritance"),)
        found: list[Resolution] = []
        with program.following(key):
            for base in bases(program, path, node):
                found.append(base)
                if isinstance(base, DefinedClass):
                    found.extend(ancestry(program, base.path, base.node))
        known = program.lists[key] = _last_of_each(found)
    return known


def _last_of_each(found: Iterable[Resolution]) -> tuple[Resolution, ...]:
    """One of each, where it stands last: so a base comes after all that derive from it."""
    kept: dict[object, Resolution] = {}
    for item in reversed(tuple(found)):
        kept.setdefault((item.path, item.node.start) if isinstance(item, DefinedClass) else item, item)
    return tuple(reversed(kept.values()))


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


def _name(program: Program, path: str, name: str) -> Resolution:
    found = in_module(program, path, name)
    if found is not None:
        return found
    if name in _BUILTINS:
        return External(f"builtins.{name}")
    for star in program.scope(path).stars:
        if not isinstance(imported_module(program, path, star.module, star.level), ModuleRef):
            return Unresolved(f"may come from `from {'.' * star.level}{star.module} import *`")
    return Unresolved(f"nothing binds the name {name}")


def in_module(program: Program, path: str, name: str) -> Resolution | None:
    """What the module itself binds to the name, its star imports from the project included; None where it does not."""
    key = ("name", path, name)
    if key in program.memo:
        return program.memo[key]
    if key in program.under_way or len(program.under_way) > _FARTHEST:
        program.cuts += 1
        return _CYCLE if key in program.under_way else _TOO_FAR
    cuts = program.cuts
    with program.following(key):
        binding, place = program.scope(path).lookup(name), path
        if binding is None:
            binding, place = _from_stars(program, path, name)
        found = None if binding is None else _bound(program, place, name, binding)
        if isinstance(found, BoundValue) and len(program.scope(place).alternatives(name)) > 1:
            found = msgspec.structs.replace(found, ambiguous=True)
    if found is not None and (program.cuts == cuts or not program.under_way):
        program.memo[key] = found
    return found


def _from_stars(program: Program, path: str, name: str) -> tuple[Binding | None, str]:
    """The binding that star imports bring, the last import first, and the module that it stands in."""
    seen = {path}
    waiting = [(path, star) for star in program.scope(path).stars]
    while waiting:
        importer, star = waiting.pop()
        source = imported_module(program, importer, star.module, star.level)
        if isinstance(source, External) and name in exports(source.name):
            return Imported(module=star.module, level=0, name=name), importer
        if not isinstance(source, ModuleRef) or source.path in seen or source.path not in program.modules:
            continue
        seen.add(source.path)
        scope = program.scope(source.path)
        public = scope.exports()
        if name in public if public is not None else not name.startswith("_"):
            binding = scope.lookup(name)
            if binding is not None:
                return binding, source.path
            waiting.extend((source.path, inner) for inner in scope.stars)
    return None, path


def _bound(program: Program, path: str, name: str, binding: Binding) -> Resolution:
    """What a binding of the module at `path` stands for."""
    if isinstance(binding, Defined):
        return _definition(path, binding.node, "")
    if isinstance(binding, Imported):
        source = imported_module(program, path, binding.module, binding.level)
        return source if binding.name is None else member(program, path, source, binding.name)
    assert isinstance(binding, Assigned)
    chain = None if binding.value is None else _chain(binding.value)
    if chain is not None:
        return _members(program, path, _name(program, path, chain[0]), chain[1:])
    return BoundValue(path, binding.value, binding.annotation, name)


def imported_module(program: Program, path: str, module: str, level: int) -> Resolution:
    """What `from <level dots>module import` names in the module at `path`: `ModuleRef`, `External`, `Unresolved`."""
    if level == 0:
        found, guess = program.find(module, path)
        if found is not None:
            return ModuleRef(found, module if guess else "")
        package, guess = program.find(module.partition(".")[0], path)
        return External(module) if package is None or guess else Unresolved(f"the project has no module {module}")
    folder = dirname(path)
    for _ in range(level - 1):
        if not folder:
            return Unresolved("a relative import beyond the project")
        folder = dirname(folder)
    target = "/".join(part for part in (folder, *module.split(".")) if part)
    found = program.module_at(target)
    return Unresolved(f"no module {'.' * level}{module}") if found is None else ModuleRef(found)


def _members(program: Program, path: str, owner: Resolution, names: Iterable[str]) -> Resolution:
    for name in names:
        owner = member(program, path, owner, name)
    return owner


def member(program: Program, path: str, owner: Resolution, name: str) -> Resolution:
    """What `owner.name` stands for where the module at `path` says so.

    An attribute of an object that something outside of the project made is called after its maker:
    `router = APIRouter()` makes `router.get` `fastapi.APIRouter.get`.
    """
    if isinstance(owner, ModuleRef):
        return _of_module(program, owner, name)
    if isinstance(owner, External):
        home = instance_attribute(_FACADE, name) if owner.name in program.facades else None
        if home is not None:
            return External(home)
        dotted = f"{owner.name}.{name}"
        found, guess = program.find(dotted, path)
        return External(dotted) if found is None else ModuleRef(found, dotted if guess else "")
    if isinstance(owner, DefinedClass):
        return _of_class(program, owner, name)
    if isinstance(owner, BoundValue):
        return _of_value(program, owner, name)
    return owner if isinstance(owner, Unresolved) else Unresolved("an attribute of a value")


def _of_module(program: Program, owner: ModuleRef, name: str) -> Resolution:
    is_file = owner.path in program.modules
    found = in_module(program, owner.path, name) if is_file else None
    if found is not None and found != _CYCLE:
        return found
    if not is_file or owner.path.endswith("__init__.py"):
        folder = dirname(owner.path) if is_file else owner.path
        submodule = program.module_at(f"{folder}/{name}" if folder else name)
        if submodule is not None:
            return ModuleRef(submodule, f"{owner.guess}.{name}" if owner.guess else "")
    if found is not None:
        return found
    if owner.guess:
        return External(f"{owner.guess}.{name}")
    if is_file and program.scope(owner.path).lookup("__getattr__") is not None:
        return Unresolved(f"{name} may come from __getattr__ of {owner.path}")
    return Unresolved(f"{owner.path} does not bind the name {name}")


def _of_class(program: Program, owner: DefinedClass, name: str) -> Resolution:
    outside: list[Resolution] = []
    for holder in (owner, *ancestry(program, owner.path, owner.node)):
        if not isinstance(holder, DefinedClass):
            if not (isinstance(holder, External) and holder.name in _BARE):
                outside.append(holder)
            continue
        scope = program.class_scope(holder.path, holder.node)
        binding = scope.lookup(name)
        if binding is None:
            continue
        if any(isinstance(item, Unresolved) for item in outside):
            break
        if isinstance(binding, Assigned):
            several = len(scope.alternatives(name)) > 1
            return ClassAttribute(holder.path, holder.node, binding.value, binding.annotation, name, several)
        if isinstance(binding, Defined):
            return _definition(holder.path, binding.node, _inside(holder.qualifier, holder.node.name))
        return _bound(program, holder.path, name, binding)
    if outside:
        return ClassAttribute(owner.path, owner.node, None, None, name, inherited=tuple(outside))
    return Unresolved(f"{owner.node.name} does not bind the name {name}")


def _of_named_module(program: Program, owner: BoundValue, name: str) -> Resolution:
    """A member of `import_module("a.b")`, as revisions import each other: their file names are no names."""
    given = owner.expression.args[0].value if isinstance(owner.expression, Call) and owner.expression.args else None
    dotted = given.value if isinstance(given, Constant) else None
    path = program.path_of(dotted, owner.path) if isinstance(dotted, str) else None
    if path is None:
        return Unresolved(f"the module {dotted or 'that is imported'} is not part of the project")
    return _of_module(program, ModuleRef(path), name)


def _of_value(program: Program, owner: BoundValue, name: str) -> Resolution:
    """An attribute of what a call made: a method of the project's class, or what the maker's home calls it."""
    chain = _chain(owner.expression.func) if isinstance(owner.expression, Call) else None
    if chain is None or owner.ambiguous:
        return Unresolved("an attribute of a value")
    key = ("made", owner.path, f"{owner.name}={'.'.join(chain)}")
    if key in program.under_way or len(program.under_way) > _FARTHEST:
        # `hook = hook.wrap(app)`: what makes the value is named after the value.
        program.cuts += 1
        return _CYCLE if key in program.under_way else _TOO_FAR
    with program.following(key):
        maker = _members(program, owner.path, _name(program, owner.path, chain[0]), chain[1:])
    makers = (maker, *ancestry(program, maker.path, maker.node)) if isinstance(maker, DefinedClass) else (maker,)
    for kind in makers:
        home = instance_attribute(canonical(kind.name), name) if isinstance(kind, External) else None
        if home is not None:
            return External(home)
    if isinstance(maker, External) and maker.name == "importlib.import_module":
        return _of_named_module(program, owner, name)
    if isinstance(maker, External):
        return External(f"{maker.name}.{name}")
    found = _of_class(program, maker, name) if isinstance(maker, DefinedClass) else None
    if isinstance(found, ClassAttribute) and len(found.inherited) == 1 and isinstance(found.inherited[0], External):
        return External(f"{found.inherited[0].name}.{name}")
    return found if isinstance(found, DefinedFunction) else Unresolved("an attribute of a value")


def _definition(path: str, node: FunctionDef | ClassDef, qualifier: str) -> Resolution:
    if isinstance(node, ClassDef):
        return DefinedClass(path, node, qualifier)
    return DefinedFunction(path, node, qualifier)


def _inside(qualifier: str, name: str) -> str:
    return f"{qualifier}.{name}" if qualifier else name

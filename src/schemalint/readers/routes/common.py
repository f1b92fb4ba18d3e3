"""What all readers of routes build on: every place of the project where a route could be registered.

The project is walked once. A function's body is decoded only where it holds a word of a framework, for most never do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar, Union

from schemalint.diagnostics import Place
from schemalint.interpret.program import Program
from schemalint.interpret.scopes import Assigned, Binding, Scope, blocks_of, function_scope, scope_of
from schemalint.ir import (
    Attribute,
    Await,
    BinOp,
    Call,
    ClassDef,
    Expression,
    For,
    FunctionDef,
    Import,
    ImportFrom,
    Name,
    Sequence,
    Starred,
    Statement,
    marks_of_names,
    marks_of_nodes,
    span_of,
    statements_of,
)

FRAMEWORKS = frozenset(
    {
        *("apiflask", "fastapi", "fastapi_utils", "flask", "flask_admin", "flask_appbuilder", "flask_openapi3"),
        *("flask_restful", "flask_restplus", "flask_restx", "flask_smorest", "quart", "starlette", "litestar"),
        *("starlite", "django", "rest_framework", "pyramid"),
    }
)
"""The packages without which a project has no routes that are read."""


_REGISTERS = marks_of_names(
    (
        *("add_url_rule", "add_api_route", "add_api_websocket_route", "add_websocket_route", "add_route", "add_view"),
        *("add_resource", "add_namespace", "include_router", "register_blueprint", "register", "mount", "Mount"),
        *("route", "Route", "WebSocketRoute", "api_route", "websocket", "websocket_route", "route_handlers"),
        *("view_config", "urlpatterns", "expose"),
    )
)
_VERBS = marks_of_names(("get", "put", "post", "patch", "delete", "head", "options"))
_DEFINES = marks_of_nodes(FunctionDef)
"""A decorator with a verb stands on a function inside of a body."""
_LONGEST_LOOP = 200


class Layer:
    """The names of one block around a place. `qualifier` is that of what it defines.

    The names are gathered when they are first asked for, which is never for most classes.
    """

    __slots__ = ("_gather", "_scope", "is_class", "qualifier")

    def __init__(self, gather: Callable[[], Scope], qualifier: str, *, is_class: bool = False) -> None:
        self._gather = gather
        self._scope: Scope | None = None
        self.qualifier = qualifier
        self.is_class = is_class

    @property
    def scope(self) -> Scope:
        """What the block binds."""
        if self._scope is None:
            self._scope = self._gather()
        return self._scope


@dataclass(frozen=True, slots=True)
class Context:
    """Where an expression stands: its module and the blocks around it, outer first.

    `owner` is the class whose method or body this is, `owner_qualifier` the classes and functions around that class;
    `first` is the name of the method's first parameter. `function` is the innermost function. `in_round` tells that a
    loop around is unrolled.
    """

    path: str
    layers: tuple[Layer, ...] = ()
    qualifier: str = ""
    owner: ClassDef | None = None
    owner_qualifier: str = ""
    first: str | None = None
    function: FunctionDef | None = None
    in_round: bool = False

    def lookup(self, name: str) -> tuple[Binding, Layer] | None:
        """What the blocks around bind to a name, the innermost first; None where that is the module's matter."""
        for layer in reversed(self.layers):
            binding = layer.scope.lookup(name)
            if binding is not None:
                return binding, layer
        return None

    def inside(self, name: str) -> str:
        """The qualified name of what is defined here."""
        return f"{self.qualifier}.{name}" if self.qualifier else name

    def in_class(self, node: ClassDef) -> Context:
        """The context of a class's body."""
        qualifier = self.inside(node.name)
        layer = Layer(lambda: scope_of(node.body), qualifier, is_class=True)
        return replace(
            self, layers=(*self.layers, layer), qualifier=qualifier, owner=node, owner_qualifier=self.qualifier
        )

    def in_function(self, node: FunctionDef) -> Context:
        """The context of a function's body. The names of a class around it are not visible there."""
        qualifier = f"{self.inside(node.name)}.<locals>"
        is_method = bool(self.layers) and self.layers[-1].is_class
        visible = tuple(layer for layer in self.layers if not layer.is_class)
        layer = Layer(lambda: function_scope(node), qualifier)
        first = node.parameters[0].name if is_method and node.parameters else self.first
        return replace(self, layers=(*visible, layer), qualifier=qualifier, first=first, function=node)

    def binding(self, names: Mapping[str, Expression]) -> Context:
        """The context of a round of a loop, whose variables are known."""
        bound: dict[str, list[Binding]] = {name: [Assigned(value=value)] for name, value in names.items()}
        layer = Layer(lambda: Scope(bound, ()), self.qualifier)
        return replace(self, layers=(*self.layers, layer), in_round=True)


@dataclass(frozen=True, slots=True)
class Made:
    """An object that a call makes. `kinds` are the names of its class and of all that it inherits from.

    `key` is the call's place and stands for the object: path and offset. An object that is only known by an
    annotation has no `call`. `context` is where the call stands.
    """

    kinds: frozenset[str]
    key: tuple[str, int]
    context: Context
    call: Call | None = None


NodeT = TypeVar("NodeT", FunctionDef, ClassDef, Call)


@dataclass(frozen=True, slots=True)
class Site(Generic[NodeT]):
    """A definition or a call where it stands; `statement` is the statement that a call is part of."""

    context: Context
    node: NodeT
    statement: Statement | None = None


DefinitionSite = Union[Site[FunctionDef], Site[ClassDef]]


@dataclass(slots=True)
class Survey:
    """The definitions with their decorators, the classes and the calls of the modules, each kind in source order.

    `passed_over` are the functions whose bodies were not read. `callers` and `arguments` remember what was asked for:
    the calls of a name, and what a function is given for a parameter.
    """

    program: Program
    paths: frozenset[str]
    functions: list[Site[FunctionDef]] = field(default_factory=list)
    passed_over: list[Site[FunctionDef]] = field(default_factory=list)
    classes: list[Site[ClassDef]] = field(default_factory=list)
    calls: dict[str, list[Site[Call]]] = field(default_factory=dict)
    decorated: dict[str, list[tuple[DefinitionSite, Expression]]] = field(default_factory=dict)
    callers: dict[str, list[Site[Call]]] = field(default_factory=dict)
    arguments: dict[tuple[str, int, str], Made | None] = field(default_factory=dict)

    def calls_of(self, *names: str) -> Iterator[Site[Call]]:
        """The calls of functions and methods with these last names."""
        for name in names:
            yield from self.calls.get(name, ())

    def decorations(self, *names: str) -> Iterator[tuple[DefinitionSite, Expression]]:
        """The definitions that are decorated by something with these last names, and the decorator."""
        for name in names:
            yield from self.decorated.get(name, ())

    def place(self, path: str, node: Union[Expression, Statement]) -> Place:
        """Where a node of a module stands."""
        return Place(path, span_of(self.program.modules[path].lines, node.start, node.end))

    def name_place(self, path: str, node: FunctionDef | ClassDef) -> Place:
        """Where the name of a definition stands."""
        lines = self.program.modules[path].lines
        return Place(path, span_of(lines, node.name_start, node.name_start + len(node.name)))


def frameworks(program: Program) -> dict[str, frozenset[str]]:
    """The frameworks that each module imports outside of functions; modules without one are left out."""
    found = ((path, FRAMEWORKS & imported_packages(module.body)) for path, module in program.modules.items())
    return {path: packages for path, packages in found if packages}


def survey(program: Program, paths: Iterable[str], imports: Mapping[str, frozenset[str]]) -> Survey:
    """Walks the modules at the paths; `imports` is what `frameworks` gives. Where that is nothing, nothing is found."""
    chosen = tuple(dict.fromkeys(paths))
    found = Survey(program, frozenset(chosen))
    if imports:
        for path in chosen:
            _walk(found, program.modules[path].body, Context(path), path in imports)
    return found


def imported_packages(statements: Iterable[Statement]) -> frozenset[str]:
    """The top-level packages that a module imports outside of functions, by absolute imports."""
    found: set[str] = set()
    for node in statements:
        if isinstance(node, Import):
            found.update(item.name.partition(".")[0] for item in node.names)
        elif isinstance(node, ImportFrom):
            if node.level == 0:
                found.add(node.module.partition(".")[0])
        else:
            for block in blocks_of(node):
                found |= imported_packages(block)
    return frozenset(found)


def last_name(expression: Expression) -> str:
    """The last part of a name, of what is called; empty for any other expression."""
    if isinstance(expression, Call):
        return last_name(expression.func)
    if isinstance(expression, Attribute):
        return expression.attr
    return expression.id if isinstance(expression, Name) else ""


def argument(call: Call, keyword: str, position: int | None = None) -> Expression | None:
    """The argument that is given by a keyword, else by position."""
    found = call.keyword(keyword)
    if found is None and position is not None:
        placed = positional(call)
        found = placed[position] if position < len(placed) else None
    return found


def positional(call: Call) -> list[Expression]:
    """The arguments given by position, up to the first `*args`."""
    found = []
    for arg in call.args:
        if arg.star == 1:
            break
        if arg.keyword is None and arg.star == 0:
            found.append(arg.value)
    return found


def callers(found: Survey, name: str) -> list[Site[Call]]:
    """Every call of something with that last name, in the functions that were passed over too."""
    known = found.callers.get(name)
    if known is None:
        word = name.encode()
        known = list(found.calls_of(name))
        for site in found.passed_over:
            if word in site.node.body:
                known.extend(_calls_in(statements_of(site.node), site.context.in_function(site.node), name))
        found.callers[name] = known
    return known


def _calls_in(statements: Iterable[Statement], context: Context, name: str) -> Iterator[Site[Call]]:
    for node in statements:
        if isinstance(node, FunctionDef):
            yield from _calls_in(statements_of(node), context.in_function(node), name)
        elif isinstance(node, ClassDef):
            yield from _calls_in(node.body, context.in_class(node), name)
        elif blocks := blocks_of(node):
            for block in blocks:
                yield from _calls_in(block, context, name)
        else:
            for call in _calls(node):
                if last_name(call.func) == name:
                    yield Site(context, call, node)


def _calls(statement: Statement) -> Iterator[Call]:
    """The calls in a statement's value: alone, as arguments of others, in lists and sums of lists."""
    pending: list[Expression | None] = [getattr(statement, "value", None)]
    while pending:
        item = pending.pop()
        if isinstance(item, Call):
            yield item
            pending.append(item.func)
            pending.extend(arg.value for arg in item.args)
        elif isinstance(item, (Attribute, Await, Starred)):
            pending.append(item.value)
        elif isinstance(item, Sequence):
            pending.extend(item.items)
        elif isinstance(item, BinOp):
            pending.extend((item.left, item.right))


def _walk(found: Survey, statements: Iterable[Statement], context: Context, direct: bool) -> None:
    for node in statements:
        if isinstance(node, FunctionDef):
            site = Site(context, node)
            found.functions.append(site)
            _decorators(found, site)
            if _REGISTERS.search(node.body) or (direct and _DEFINES.search(node.body) and _VERBS.search(node.body)):
                _walk(found, statements_of(node), context.in_function(node), direct)
            else:
                found.passed_over.append(site)
        elif isinstance(node, ClassDef):
            owner = Site(context, node)
            found.classes.append(owner)
            _decorators(found, owner)
            _walk(found, node.body, context.in_class(node), direct)
        elif isinstance(node, For) and (rounds := list(_rounds(found.program, node, context))):
            for names in rounds:
                _walk(found, node.body, context.binding(names), direct)
            _walk(found, node.orelse, context, direct)
        elif blocks := blocks_of(node):
            for block in blocks:
                _walk(found, block, context, direct)
        elif not (context.layers and context.layers[-1].is_class):
            for call in _calls(node):
                if name := last_name(call.func):
                    found.calls.setdefault(name, []).append(Site(context, call, node))


def _decorators(found: Survey, site: DefinitionSite) -> None:
    for decorator in site.node.decorators:
        name = last_name(decorator)
        if name:
            found.decorated.setdefault(name, []).append((site, decorator))


def _rounds(program: Program, node: For, context: Context) -> Iterator[dict[str, Expression]]:
    """What the variables of a loop over a literal stand for, round by round; nothing for any other loop.

    A loop inside such a loop is not unrolled: their rounds would multiply.
    """
    iterable: Expression | None = node.iterable
    if isinstance(iterable, Name):
        bound = context.lookup(iterable.id)
        binding = bound[0] if bound else program.scope(context.path).lookup(iterable.id)
        iterable = binding.value if isinstance(binding, Assigned) else None
    if context.in_round or not isinstance(iterable, Sequence) or len(iterable.items) > _LONGEST_LOOP:
        return
    for item in iterable.items:
        targets = node.target.items if isinstance(node.target, Sequence) else (node.target,)
        values = item.items if isinstance(node.target, Sequence) and isinstance(item, Sequence) else (item,)
        if len(targets) == len(values):
            yield {target.id: value for target, value in zip(targets, values, strict=True) if isinstance(target, Name)}

"""ARC: which layer does what, and what the domain may know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from schemalint.diagnostics import Basis, Place, Related, Weight
from schemalint.facts.functions import SessionCall
from schemalint.facts.models import ModelDef
from schemalint.facts.queries import Query
from schemalint.project.functions import Function
from schemalint.project.handlers import RouteHandler
from schemalint.project.import_graph import Step
from schemalint.project.layered import LayeredModule, leads_to
from schemalint.rules.api import Finding, Options, rule
from schemalint.rules.database_work import entities_of, listed, registered, shown_calls, shown_queries

_DJANGO = frozenset({"django", "django-rest-framework"})
_ADMIN_FRAMEWORKS = frozenset({"flask-admin", "flask-appbuilder"})
_ADMIN_PATH = re.compile(r"(?:^|/)admin(?:/|\.py$)")
_HEALTH = re.compile(
    r"_?(?:api_)?(?:get_|check_)?(?:health(?:_?check|z|-check)?|live(?:ness|z)?|read(?:y|iness|yz)|ping|heartbeat|_?status)"
    r"(?:_(?:check|probe))?"
)
_WRITES = frozenset({"add", "add_all", "delete", "merge", "bulk_save_objects"})
_ENDS = ("commit", "rollback", "flush")
_SEVERAL = 3


class QueryInRouteOptions(Options, frozen=True):
    """`small-app`: up to how many handlers, all in one module, make a project that is too small for layers."""

    small_app: int = 8


@rule("ARC001", "query-in-route", "E/E/E")
def query_in_route(handler: RouteHandler, options: QueryInRouteOptions) -> Iterator[Finding]:
    """A route handler queries the database itself, which no other caller can reuse and no test can do without HTTP."""
    if not _is_judged(handler) or _checks_health(handler):
        return
    work = {function: _work(function) for function in handler.functions}
    working = {function: found for function, found in work.items() if any(found)}
    if not working:
        return
    shared = _shared_helper(handler, working)
    queries = [(function, query) for function, (found, _) in working.items() for query in found]
    writes = [(function, call) for function, (_, found) in working.items() for call in found]
    who = (
        f"`{shared.name}` {_does(queries)} for several handlers"
        if shared
        else f"{registered(handler)} {_does(queries)}"
    )
    yield Finding(
        place=shared.place if shared else handler.place,
        message=f"{who} instead of leaving that to a service or repository: it cannot be reused or tested without "
        "HTTP, and each change of the table reaches the API",
        help=_query_help(handler),
        anchor=f"{handler.module}.{shared.qualified_name}" if shared else handler.full_name,
        weight=_weight(handler, options),
        facts=(_counted(len(queries), len(writes)),),
        related=(*shown_queries(queries, handler), *shown_calls(writes, handler)),
    )


def _work(function: Function) -> tuple[list[Query], list[SessionCall]]:
    """What a function has the database do: its queries, and what it writes to sessions."""
    queries = [query for query in function.queries if not query.trivial]
    return queries, [call for call in function.session_calls if call.method in _WRITES and _is_unit_of_work(call)]


def _shared_helper(handler: RouteHandler, working: Iterable[Function]) -> Function | None:
    """The helper that does all of the work, where other handlers have it do that, too: it is reported once."""
    functions = tuple(working)
    if len(functions) != 1 or functions[0] not in handler.private_helpers:
        return None
    callers = [other for other in handler.code.handlers if other.path == handler.path]
    return functions[0] if sum(functions[0] in other.private_helpers for other in callers) > 1 else None


def _checks_health(handler: RouteHandler) -> bool:
    """Whether a handler tells if the database answers."""
    ends = [path.rstrip("/").rpartition("/")[2] for route in handler.routes for path in route.full_paths]
    return any(_HEALTH.fullmatch(name) for name in (handler.function.name, *ends))


def _is_unit_of_work(call: SessionCall) -> bool:
    return call.session.level in ("session", "connection")


def _is_judged(handler: RouteHandler) -> bool:
    """Whether a handler is one that should leave the database to others.

    Django has no such layer by design: its views are judged where the settings declare one. The pages of an
    administration are forms over tables.
    """
    if handler.declared_as not in (None, "route") or handler.frameworks & _ADMIN_FRAMEWORKS:
        return False
    if _ADMIN_PATH.search(handler.path):
        return False
    return not handler.frameworks & _DJANGO or any(
        name in handler.code.settings.layers for name in ("service", "repository")
    )


def _ending(handler: RouteHandler) -> list[tuple[Function, SessionCall]]:
    """The calls of a handler that end a transaction, or send what was gathered for it."""
    return [
        (function, call)
        for function in handler.functions
        for call in function.session_calls
        if call.method in _ENDS and _is_unit_of_work(call)
    ]


def _does(queries: list[tuple[Function, Query]]) -> str:
    names = entities_of(query for _, query in queries)
    if names:
        return f"queries {listed(names)}"
    return "queries the database" if queries else "writes to the session"


def _weight(handler: RouteHandler, options: QueryInRouteOptions) -> Weight:
    small = handler.code.settings.profile == "mvp" and handler.is_of_a_small_app(options.small_app)
    return Weight.REDUCED if small else Weight.FULL


def _counted(queries: int, writes: int) -> str:
    parts = [f"{queries} {'query' if queries == 1 else 'queries'}"] if queries else []
    parts += [f"{writes} {'write' if writes == 1 else 'writes'} to a session"] if writes else []
    return f"{' and '.join(parts)} in the handler and the private functions of its module that it calls"


def _query_help(handler: RouteHandler) -> str:
    if handler.frameworks & _DJANGO:
        return (
            "Move the query into a function of the service or repository layer, or into a method of the model's "
            "manager, and call that from the view."
        )
    if handler.frameworks & {"litestar"}:
        return "Move the query into a service or repository that the handler is given by `Provide(...)`."
    given = "the session" if handler.frameworks & {"fastapi", "starlette"} else "what it needs"
    return f"Move the query into a function of a service or repository that is given {given}, and call that here."


class CommitInRouteOptions(Options, frozen=True):
    """`transaction-owner`: which layer ends transactions. With `route` the rule is quiet."""

    transaction_owner: Literal["service", "route"] = "service"


@rule("ARC002", "commit-in-route", "W/W/E")
def commit_in_route(handler: RouteHandler, options: CommitInRouteOptions) -> Iterator[Finding]:
    """A route handler ends the transaction, so nobody can make its work part of a larger one."""
    if options.transaction_owner == "route" or not _is_judged(handler):
        return
    calls = _ending(handler)
    if all(call.method == "flush" for _, call in calls):
        return
    used = [method for method in _ENDS if any(call.method == method for _, call in calls)]
    names = entities_of(query for function in handler.functions for query in function.queries)
    yield Finding(
        place=handler.place,
        message=f"{registered(handler)} calls {listed(tuple(f'{method}()' for method in used))}"
        f"{f' after working on {listed(names)}' if names else ''}: where the transaction ends is decided in the "
        "handler, so its work cannot be part of a larger one, and a failure between two commits leaves half of it",
        help="Leave the end of the transaction to the service function that does the work, or to the one place that "
        "opens the session: `with session.begin(): ...`.",
        anchor=handler.full_name,
        facts=tuple(
            f"`{method}()` is called {count} times"
            for method in used
            if (count := sum(call.method == method for _, call in calls)) >= _SEVERAL
        ),
        related=tuple(shown_calls(calls, handler)),
    )


PACKAGES = (
    *("sqlalchemy", "sqlmodel", "flask_sqlalchemy", "advanced_alchemy", "geoalchemy2", "alembic", "django.db"),
    *("django.contrib.gis.db", "tortoise", "peewee", "pony", "ormar", "piccolo", "gino", "databases"),
    *("psycopg", "psycopg2", "asyncpg", "aiopg", "sqlite3", "aiosqlite", "MySQLdb", "pymysql", "aiomysql", "asyncmy"),
    *("pyodbc", "oracledb", "cx_Oracle", "duckdb"),
)
"""What speaks to a database: mappers, migrations, drivers."""


class OrmImportInDomainOptions(Options, frozen=True):
    """`allow`: packages, or parts of them, that the domain may know. `forbid`: more packages that it may not."""

    allow: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()


@rule("ARC003", "orm-import-in-domain", "E/E/E")
def orm_import_in_domain(module: LayeredModule, options: OrmImportInDomainOptions) -> Iterator[Finding]:
    """A module of the domain imports the ORM or a driver, so the schema decides what the domain can say."""
    if module.layer.name != "domain":
        return
    packages = (*PACKAGES, *options.forbid)
    found = ((step, leads_to(step, packages, options.allow)) for step in module.imports)
    direct = [(step, package) for step, package in found if package is not None]
    if direct:
        yield _imports(module, direct)
    elif (chain := module.chain(packages, options.allow)) is not None:
        yield _reaches(module, chain, leads_to(chain[-1], packages, options.allow) or chain[-1].module)


def _imports(module: LayeredModule, direct: list[tuple[Step, str]]) -> Finding:
    real = [(step, package) for step, package in direct if step.when != "type-checking"]
    first = (real or direct)[0][0]
    names = tuple(dict.fromkeys(package for _, package in real or direct))
    only_types = "" if real else " for its annotations"
    return Finding(
        place=first.place,
        message=f"`{module.name}` is part of the domain and imports {listed(names)}{only_types}: its rules cannot be "
        "read, tested or kept without the database library, and the schema leaks into the model",
        help="Keep the domain in plain classes and functions; declare what it needs as a protocol, and implement that "
        "with the ORM in the infrastructure layer, which imports the domain.",
        anchor=f"{module.name}:orm",
        weight=Weight.FULL if real else Weight.REDUCED,
        basis=_basis(module),
        facts=(_why(module),),
        related=tuple(
            Related(step.place, f"imports `{package}`") for step, package in direct if step.place != first.place
        ),
    )


def _reaches(module: LayeredModule, chain: tuple[Step, ...], package: str) -> Finding:
    via = f"`{chain[0].module}`"
    return Finding(
        place=chain[0].place,
        message=f"`{module.name}` is part of the domain and depends on `{package}` through {via}: importing it imports "
        "the database library, and what it takes from there is shaped by the schema",
        help=f"Turn the dependency round: let the domain declare what it needs, and let {via} import the domain.",
        anchor=f"{module.name}:orm",
        basis=_basis(module),
        facts=(_why(module),),
        related=tuple(
            Related(step.place, f"`{module.code.program.module_name(step.importer)}` imports `{step.module}`")
            for step in chain[1:]
        ),
    )


def _basis(module: LayeredModule) -> Basis:
    return Basis.DECLARED if module.layer.declared else Basis.INFERRED


def _why(module: LayeredModule) -> str:
    return f"the module is in the domain layer: {module.layer.why}"


_SQLMODEL = "sqlmodel.SQLModel"
_MAPPED = frozenset({"table", "joined", "single", "proxy", "abstract"})


@rule("ARC004", "persistence-base-in-domain", "E/E/E")
def persistence_base_in_domain(module: LayeredModule) -> Iterator[Finding]:
    """A class of the domain is a mapped class: what the domain can say is what the table can hold."""
    if module.layer.name != "domain":
        return
    models = [model for model in module.models if model.kind in _MAPPED]
    for model in models:
        yield _mapped(module, model.place, model.name.rpartition(".")[2], _what(model), Weight.FULL)
    mapped = {model.name.rpartition(".")[2] for model in models}
    for found in module.classes():
        if _SQLMODEL in found.bases and found.name not in mapped:
            yield _mapped(module, found.place, found.name, "inherits `SQLModel`", Weight.REDUCED)


def _what(model: ModelDef) -> str:
    base = model.bases[0].rpartition(".")[2] if model.bases else None
    inherits = f"inherits `{base}`" if base else "is mapped"
    return f"{inherits} and is table `{model.table_name}`" if model.table_name is not None else inherits


def _mapped(module: LayeredModule, place: Place, name: str, what: str, weight: Weight) -> Finding:
    return Finding(
        place=place,
        message=f"`{name}` is part of the domain and {what}: columns, sessions and lazy loading become part of every "
        "rule that uses it, and no rule can be changed without a migration",
        help="Make it a plain class or dataclass; declare the table in the infrastructure layer, and map one to the "
        "other in the repository or with `registry.map_imperatively(...)`.",
        anchor=f"{module.name}.{name}",
        weight=weight,
        basis=_basis(module),
        facts=(_why(module),),
    )

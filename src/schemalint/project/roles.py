"""The role of a file: a label that scopes rules and the footer. It never decides whether a file is read.

The settings' globs come first. Then, the first that holds:

| role | what makes it |
| --- | --- |
| migration | a revision of Alembic, a migration of Django |
| settings | the `env.py` of a history; a class of settings, Django's settings |
| model | a mapped class or a table |
| route | a handler or a table of URLs |
| repository | a class `...Repository`, or a module in `repositories`, which works with a database |
| domain | a module below a folder `domain` that holds no route and no mapped class anywhere |
| api-schema | a pydantic model |
| sql | a `.sql` file |

Tests, examples, fixtures and vendored code have no role, whatever they hold, and revisions among them make no
history: they are there to be wrong. The settings' globs overrule this too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import BoundValue, External
from schemalint.interpret.resolve import ancestry, name_of, qualified_name, resolve
from schemalint.interpret.scopes import blocks_of
from schemalint.ir import (
    AnnAssign,
    Assign,
    Attribute,
    Call,
    ClassDef,
    Constant,
    Expression,
    ExpressionStatement,
    FunctionDef,
    Import,
    ImportFrom,
    ModuleIR,
    Name,
    Statement,
)
from schemalint.project.attempts import Attempts
from schemalint.readers.models.makers import makes_table
from schemalint.settings.globs import labels_of
from schemalint.settings.records import Settings

_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|testing|tests\.py|conftest\.py|test_[^/]*\.py|[^/]*_tests?\.py|fixtures|examples?|samples?|docs?"
    r"|vendor|vendored|_vendor|third_party|node_modules|site-packages|\.[^/]+)(?:/|$)"
)
_REPOSITORY_CLASS = re.compile(r"\w*(?:Repository|Repo|DAO)(?:Impl)?")
_REPOSITORY_PATH = re.compile(r"(?:^|/)(?:repositor(?:y|ies)|repos?|daos?|crud)(?:\.py$|/)")
_DOMAIN = re.compile(r"(?:^|/)domain(?:/|\.py$)")
_DATABASE = re.compile(
    r"(?:sqlalchemy|sqlmodel|asyncpg|psycopg2?|databases|aiosqlite|tortoise|django\.db)\b"
    r"|(?:.*\.)?(?:db|database|session|models?|orm|entities)(?:\.|$)"
)

_MAPPED = frozenset(
    {
        "sqlalchemy.orm.DeclarativeBase",
        "sqlalchemy.orm.DeclarativeBaseNoMeta",
        "sqlalchemy.orm.MappedAsDataclass",
        "flask_sqlalchemy.model.Model",
        "flask_appbuilder.Model",
        "django.db.models.Model",
        "django.contrib.gis.db.models.Model",
        "advanced_alchemy.base.UUIDBase",
        "advanced_alchemy.base.UUIDAuditBase",
        "advanced_alchemy.base.BigIntBase",
        "advanced_alchemy.base.BigIntAuditBase",
    }
)
_BASES = frozenset({"sqlalchemy.orm.declarative_base", "sqlalchemy.orm.registry"})
_COLUMNS = frozenset({"sqlalchemy.Column", "sqlalchemy.orm.mapped_column", "sqlalchemy.orm.relationship"})
_ROUTERS = frozenset(
    {
        "fastapi.FastAPI",
        "fastapi.APIRouter",
        "fastapi.applications.FastAPI",
        "fastapi.routing.APIRouter",
        "flask.Flask",
        "flask.Blueprint",
        "flask_restx.Namespace",
        "flask_smorest.Blueprint",
        "starlette.applications.Starlette",
        "starlette.routing.Router",
        "litestar.Litestar",
        "litestar.Router",
        "sanic.Sanic",
        "sanic.Blueprint",
        "quart.Quart",
        "quart.Blueprint",
        "aiohttp.web.RouteTableDef",
        "ninja.NinjaAPI",
        "ninja.Router",
    }
)
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace", "route"}) | frozenset(
    {"api_route", "websocket", "websocket_route", "add_url_rule"}
)
_HANDLERS = re.compile(
    r"litestar\.(?:get|post|put|patch|delete|route|websocket)|flask_appbuilder\.(?:expose|api\.expose)"
    r"|pyramid\.view\.view_config|starlette\.routing\.(?:Route|WebSocketRoute)"
    r"|rest_framework\.decorators\.(?:api_view|action)"
)
_VIEWS = re.compile(
    r"flask\.views\.\w*View|django\.views(?:\.\w+)*\.\w*View|rest_framework\.(?:views|viewsets|generics)\.\w+"
    r"|litestar\.(?:controller\.)?Controller|flask_restx\.Resource|flask_restful\.Resource"
)
_URLS = re.compile(r"django\.(?:urls|conf\.urls)\.(?:path|re_path|url|include)")


def is_aside(path: str) -> bool:
    """Whether a path is that of a test, an example, a fixture, vendored code, or of a tool (`.semgrep/`)."""
    return _ASIDE.search(path) is not None


def roles_of(
    paths: Iterable[str],
    program: Program,
    settings: Settings,
    revisions: Collection[str],
    envs: Collection[str],
    attempts: Attempts,
) -> dict[str, str | None]:
    """The role of each path. `revisions` and `envs` are the paths of the revisions and environments that were read."""
    found: dict[str, str | None] = {}
    domain: list[str] = []
    for path in paths:
        named = labels_of(path, settings.roles)
        module = program.modules.get(path)
        if named:
            found[path] = named[0]
        elif is_aside(path):
            found[path] = None
        elif path in revisions:
            found[path] = "migration"
        elif path.endswith(".sql"):
            found[path] = "sql"
        elif path in envs:
            found[path] = "settings"
        elif module is None:
            found[path] = None
        else:
            found[path] = attempts.run("telling the role of", path, None, partial(_by_facts, program, path, module))
            if _DOMAIN.search(path):
                domain.append(path)
    for path in domain:
        folder = _domain_folder(path)
        inside = (role for other, role in found.items() if other == path or other.startswith(f"{folder}/"))
        if found[path] in (None, "api-schema") and not {"route", "model"} & set(inside):
            found[path] = "domain"
    return found


def _domain_folder(path: str) -> str:
    """The outermost folder `domain` above the path; for a module `domain.py` the path itself."""
    match = _DOMAIN.search(path)
    return path[: match.end()].removesuffix("/") if match else path


def _by_facts(program: Program, path: str, module: ModuleIR) -> str | None:
    statements = tuple(_flat(module.body))
    imported = frozenset(_imported(statements))
    if not imported:
        return None
    for role, holds in _FACTS:
        if holds(program, path, statements, imported):
            return role
    return None


def _flat(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The module's statements, those under conditions and in try blocks too."""
    for statement in statements:
        yield statement
        for block in blocks_of(statement):
            yield from _flat(block)


def _imported(statements: Iterable[Statement]) -> Iterator[str]:
    """The dotted names that are imported, relative ones with their dots."""
    for statement in statements:
        if isinstance(statement, Import):
            yield from (item.name for item in statement.names)
        elif isinstance(statement, ImportFrom):
            module = "." * statement.level + statement.module
            yield from (f"{module}.{item.name}" for item in statement.names)


_Fact = Callable[[Program, str, tuple[Statement, ...], frozenset[str]], bool]


def _classes(statements: Iterable[Statement]) -> Iterator[ClassDef]:
    return (statement for statement in statements if isinstance(statement, ClassDef))


def _bases_of(program: Program, path: str, node: ClassDef) -> frozenset[str]:
    """The qualified names of all that a class inherits from, of what makes a base by a call the name of the call."""
    names = set()
    for base in ancestry(program, path, node):
        if isinstance(base, BoundValue) and isinstance(base.expression, Call):
            names.add(qualified_name(program, base.path, base.expression.func))
        else:
            names.add(name_of(program, base))
    return frozenset(name for name in names if name is not None)


def _is_migration(program: Program, path: str, statements: tuple[Statement, ...], imported: frozenset[str]) -> bool:
    return "migrations" in posixpath.dirname(path).split("/") and any(
        node.name == "Migration" and "django.db.migrations.Migration" in _bases_of(program, path, node)
        for node in _classes(statements)
    )


def _is_model(program: Program, path: str, statements: tuple[Statement, ...], imported: frozenset[str]) -> bool:
    classes = list(_classes(statements))
    return (
        any(_is_mapped(program, path, node) for node in classes)
        or _holds_table(program, path, statements)
        or any(_holds_table(program, path, node.body) for node in classes)
    )


def _holds_table(program: Program, path: str, statements: Iterable[Statement]) -> bool:
    return any(
        isinstance(statement, (Assign, AnnAssign))
        and isinstance(statement.value, Call)
        and makes_table(program, path, statement.value.func)
        for statement in statements
    )


def _is_mapped(program: Program, path: str, node: ClassDef) -> bool:
    if not node.bases and not node.decorators:
        return any(_is_column(program, path, statement) for statement in node.body)
    if any(_assigns(statement, "__tablename__", "__table__") for statement in node.body):
        return True
    bases = _bases_of(program, path, node)
    if "sqlmodel.SQLModel" in bases:
        table = next((base.value for base in node.bases if base.keyword == "table"), None)
        return isinstance(table, Constant) and table.value is True
    direct = _MAPPED & bases or any(name in _BASES for name in bases)
    return bool(direct) or any(_is_column(program, path, statement) for statement in node.body)


def _assigns(statement: Statement, *names: str) -> bool:
    if isinstance(statement, Assign):
        return any(isinstance(target, Name) and target.id in names for target in statement.targets)
    return isinstance(statement, AnnAssign) and isinstance(statement.target, Name) and statement.target.id in names


def _is_column(program: Program, path: str, statement: Statement) -> bool:
    value = statement.value if isinstance(statement, (Assign, AnnAssign)) else None
    return isinstance(value, Call) and qualified_name(program, path, value.func) in _COLUMNS


def _is_route(program: Program, path: str, statements: tuple[Statement, ...], imported: frozenset[str]) -> bool:
    return any(_routes(program, path, statement) for statement in statements)


def _routes(program: Program, path: str, statement: Statement) -> bool:
    if isinstance(statement, FunctionDef):
        return any(_is_handler(program, path, decorator) for decorator in statement.decorators)
    if isinstance(statement, ClassDef):
        if any(_is_handler(program, path, decorator) for decorator in statement.decorators):
            return True
        if any(_routes(program, path, inner) for inner in statement.body if isinstance(inner, FunctionDef)):
            return True
        return any(_VIEWS.fullmatch(name) for name in _bases_of(program, path, statement))
    if isinstance(statement, Assign) and _assigns(statement, "urlpatterns"):
        return any(_URLS.match(name) for name in _imported_names(program, path))
    return isinstance(statement, ExpressionStatement) and _is_handler(program, path, statement.value)


def _imported_names(program: Program, path: str) -> Iterator[str]:
    scope = program.scope(path)
    for name in scope.bindings:
        found = resolve(program, path, Name(name, 0, 0))
        if isinstance(found, External):
            yield found.name


def _is_handler(program: Program, path: str, expression: Expression) -> bool:
    """Whether an expression registers a handler: `@router.get(...)`, `app.add_url_rule(...)`, `@litestar.get()`."""
    callee = expression.func if isinstance(expression, Call) else expression
    if isinstance(callee, Attribute) and callee.attr in _METHODS:
        found = resolve(program, path, callee.value)
        if isinstance(found, BoundValue) and isinstance(found.expression, Call):
            return qualified_name(program, found.path, found.expression.func) in _ROUTERS
    name = qualified_name(program, path, callee)
    return name is not None and _HANDLERS.fullmatch(name) is not None


def _is_repository(program: Program, path: str, statements: tuple[Statement, ...], imported: frozenset[str]) -> bool:
    if not any(_DATABASE.match(name) for name in imported):
        return False
    named = any(_REPOSITORY_CLASS.fullmatch(node.name) for node in _classes(statements))
    return named or _REPOSITORY_PATH.search(path) is not None


def _is_schema(program: Program, path: str, statements: tuple[Statement, ...], imported: frozenset[str]) -> bool:
    return any(
        "pydantic.BaseModel" in (bases := _bases_of(program, path, node)) or "sqlmodel.SQLModel" in bases
        for node in _classes(statements)
    )


def _is_settings(program: Program, path: str, statements: tuple[Statement, ...], imported: frozenset[str]) -> bool:
    names = {"pydantic_settings.BaseSettings", "pydantic.BaseSettings"}
    if any(names & _bases_of(program, path, node) for node in _classes(statements)):
        return True
    return any(_assigns(statement, "INSTALLED_APPS", "DATABASES") for statement in statements)


_FACTS: tuple[tuple[str, _Fact], ...] = (
    ("migration", _is_migration),
    ("model", _is_model),
    ("route", _is_route),
    ("repository", _is_repository),
    ("api-schema", _is_schema),
    ("settings", _is_settings),
)

"""What code tells of the database servers that it is written for: URLs, drivers, dialects by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from schemalint.interpret.scopes import blocks_of
from schemalint.ir import (
    Attribute,
    Call,
    ClassDef,
    Compare,
    Constant,
    Dict,
    Expression,
    FunctionDef,
    Import,
    ImportFrom,
    ModuleIR,
    Name,
    Sequence,
    Statement,
    statements_of,
)
from schemalint.readers.nodes import nodes
from schemalint.readers.urls import DIALECTS, dialect_of_url
from schemalint.settings.detect_databases import BACKENDS

MODULES = {
    **dict.fromkeys(("psycopg", "psycopg2", "psycopg2cffi", "asyncpg", "pg8000", "aiopg"), "postgresql"),
    **dict.fromkeys(("pymysql", "MySQLdb", "aiomysql", "asyncmy", "mysql.connector"), "mysql"),
    "mariadb": "mariadb",
    "aiosqlite": "sqlite",
    **dict.fromkeys(("oracledb", "cx_Oracle"), "oracle"),
    "pymssql": "mssql",
}
"""The dialect for a driver's module. `sqlite3` is no evidence, since every Python has it."""

_OPTION = re.compile(
    r"(?P<dialect>postgresql|mysql|mariadb|oracle|mssql|sqlite(?=_(?:where|autoincrement|with_rowid|strict|on_conflict)))_\w+"
)
"""Options of SQLAlchemy. What else is called `sqlite_...` is often what a project's own function does there instead."""
_WORDS = tuple(dialect.encode() for dialect in sorted(set(DIALECTS.values())))
_SCHEME = re.compile(r"(?P<dialect>[a-z]+)\+[a-z][a-z0-9_]*")
"""A dialect and its driver, as `URL.create(drivername=...)` takes them."""
_ASKS = ("dialect", "drivername", "backend_name", "engine.name", "bind.name", "vendor")
_URLS = ("url", "uri", "dsn")


def imported_dialects(module: ModuleIR) -> frozenset[str]:
    """The dialects whose types, constructs or backends the module imports.

    `from sqlalchemy.dialects import postgresql`, `from django.db.backends.postgresql.base import DatabaseWrapper`.
    """
    found = (_dialect_import(name) for name in imported_names(module))
    return frozenset(dialect for dialect in found if dialect is not None)


def imported_drivers(module: ModuleIR) -> frozenset[str]:
    """The dialects of the drivers that the module imports."""
    parts = (".".join(name.split(".")[:depth]) for name in imported_names(module) for depth in (1, 2))
    return frozenset(MODULES[part] for part in parts if part in MODULES)


def imported_names(module: ModuleIR) -> tuple[str, ...]:
    """The dotted names that the module's own statements import, without relative imports."""
    return tuple(_imports(module.body))


def named_dialects(module: ModuleIR) -> frozenset[str]:
    """The dialects that the module's code speaks to: tests of the dialect's name, and options of one dialect.

    `bind.dialect.name == "sqlite"`, `dialect in ("mysql", "mariadb")`, `url.startswith("postgres")`, `"sqlite" in
    url`, `postgresql_where=...`. A test against a dialect counts as well as one for it: who excepts a server has met
    it.
    """
    return frozenset(dialect for block in _blocks(module.body) for node in nodes(block) for dialect in _named(node))


def url_dialects(module: ModuleIR) -> frozenset[str]:
    """The dialects of URLs and schemes that stand in the module's code: `"postgresql+asyncpg://..."`."""
    found: set[str] = set()
    for block in _blocks(module.body):
        for node in nodes(block):
            if isinstance(node, Constant) and isinstance(node.value, str):
                scheme = _SCHEME.fullmatch(node.value)
                dialect = DIALECTS.get(scheme["dialect"]) if scheme else dialect_of_url(node.value)
                found |= {dialect} if dialect else set()
    return frozenset(found)


def engine_dialects(module: ModuleIR) -> frozenset[str]:
    """The dialects of the backends that Django's settings name, be it as a default: `{"ENGINE": env("DB", "...")}`."""
    return frozenset(
        dialect
        for node in nodes(module.body)
        if isinstance(node, Dict)
        for item in node.items
        if isinstance(item.key, Constant) and item.key.value == "ENGINE"
        for part in nodes(item.value)
        if isinstance(part, Constant) and isinstance(part.value, str)
        if ".backends." in part.value and (dialect := BACKENDS.get(part.value.rpartition(".")[2]))
    )


def _blocks(statements: tuple[Statement, ...]) -> Iterator[tuple[Statement, ...]]:
    """The module's statements and the bodies of its functions. Bodies that name no dialect are not decoded."""
    yield statements
    for function in _functions(statements):
        if any(word in function.body for word in (*_WORDS, b"postgres")):
            yield from _blocks(statements_of(function))


def _functions(statements: Iterable[Statement]) -> Iterator[FunctionDef]:
    for statement in statements:
        if isinstance(statement, FunctionDef):
            yield statement
        elif isinstance(statement, ClassDef):
            yield from _functions(statement.body)
        else:
            for block in blocks_of(statement):
                yield from _functions(block)


def _imports(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, Import):
            yield from (item.name for item in statement.names)
        elif isinstance(statement, ImportFrom):
            if statement.level == 0:
                yield from (f"{statement.module}.{item.name}" for item in statement.names)
        else:
            for block in blocks_of(statement):
                yield from _imports(block)


def _dialect_import(name: str) -> str | None:
    parts = name.split(".")
    if parts[:3] == ["django", "db", "backends"] and len(parts) > 3:
        return BACKENDS.get(parts[3])
    return DIALECTS.get(parts[2]) if parts[:2] == ["sqlalchemy", "dialects"] and len(parts) > 2 else None


def _named(node: object) -> Iterator[str]:
    if isinstance(node, Compare):
        sides = (node.left, *node.values)
        if any(_asks(side, "in" in node.ops or "not in" in node.ops) for side in sides):
            for side in sides:
                yield from _constants(side)
    elif isinstance(node, Call):
        if isinstance(node.func, Attribute) and node.func.attr == "startswith" and node.args:
            yield from _constants(node.args[0].value)
        for arg in node.args:
            option = _OPTION.fullmatch(arg.keyword) if arg.keyword else None
            if option:
                yield option["dialect"]


def _constants(expression: Expression) -> Iterator[str]:
    """The dialects that an expression spells out, alone or in a collection."""
    for item in expression.items if isinstance(expression, Sequence) else (expression,):
        if isinstance(item, Constant) and isinstance(item.value, str):
            dialect = DIALECTS.get(item.value.partition(":")[0].partition("+")[0])
            if dialect is not None:
                yield dialect


def _asks(side: Expression, contains: bool) -> bool:
    """Whether an expression is the name of a dialect or a URL that is searched, as far as its spelling tells."""
    text = _spelled(side).lower()
    return any(word in text for word in _ASKS) or (contains and any(word in text for word in _URLS))


def _spelled(expression: Expression) -> str:
    if isinstance(expression, Attribute):
        return f"{_spelled(expression.value)}.{expression.attr}"
    if isinstance(expression, Call):
        return _spelled(expression.func)
    return expression.id if isinstance(expression, Name) else ""

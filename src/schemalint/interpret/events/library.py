"""What the functions, methods and attributes of data-layer libraries give. Data, and the look-ups in it.

As documented for SQLAlchemy 1.4 and 2.0, SQLModel, Flask-SQLAlchemy 2 and 3, Flask-AppBuilder, asyncpg, databases,
psycopg 2 and 3, aiosqlite, Django and the drivers that follow PEP 249.
"""

from __future__ import annotations

from functools import cache

SESSION, ASYNC_SESSION = "sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession"
CONNECTION, ASYNC_CONNECTION = "sqlalchemy.Connection", "sqlalchemy.ext.asyncio.AsyncConnection"
ENGINE, ASYNC_ENGINE = "sqlalchemy.Engine", "sqlalchemy.ext.asyncio.AsyncEngine"
SCOPED, ASYNC_SCOPED = "sqlalchemy.orm.scoped_session", "sqlalchemy.ext.asyncio.async_scoped_session"
SESSIONMAKER, ASYNC_SESSIONMAKER = "sqlalchemy.orm.sessionmaker", "sqlalchemy.ext.asyncio.async_sessionmaker"

# What a call gives: an object of a class, the "class" itself, or "await", "context" or "iterate" and what that gives.
# `@0` is the type argument of the object, `self` the object itself.
_CALLS = {
    "sqlalchemy.create_engine": ENGINE,
    "sqlalchemy.engine_from_config": ENGINE,
    "sqlalchemy.ext.asyncio.create_async_engine": ASYNC_ENGINE,
    "sqlalchemy.ext.asyncio.async_engine_from_config": ASYNC_ENGINE,
    f"{ENGINE}.connect": CONNECTION,
    f"{ENGINE}.begin": f"context {CONNECTION}",
    f"{ENGINE}.raw_connection": "dbapi.Connection",
    f"{ENGINE}.execution_options": "self",
    f"{ASYNC_ENGINE}.connect": ASYNC_CONNECTION,
    f"{ASYNC_ENGINE}.begin": f"context {ASYNC_CONNECTION}",
    f"{ASYNC_ENGINE}.execution_options": "self",
    f"{CONNECTION}.execution_options": "self",
    f"{CONNECTION}.connect": "self",
    f"{ASYNC_CONNECTION}.execution_options": "await self",
    f"{SESSIONMAKER}.__call__": "@0",
    f"{SESSIONMAKER}.begin": "context @0",
    f"{ASYNC_SESSIONMAKER}.__call__": "@0",
    f"{ASYNC_SESSIONMAKER}.begin": "context @0",
    f"{SCOPED}.__call__": "@0",
    f"{ASYNC_SCOPED}.__call__": "@0",
    f"{SESSION}.connection": CONNECTION,
    f"{ASYNC_SESSION}.connection": f"await {ASYNC_CONNECTION}",
    f"{SESSION}.get_bind": ENGINE,
    "alembic.op.get_bind": CONNECTION,
    "sqlalchemy.orm.object_session": SESSION,
    "sqlalchemy.orm.Session.object_session": SESSION,
    "sqlalchemy.ext.asyncio.async_object_session": ASYNC_SESSION,
    "flask_sqlalchemy.SQLAlchemy.create_scoped_session": SCOPED,
    "flask_sqlalchemy.SQLAlchemy.create_session": SESSIONMAKER,
    "flask_sqlalchemy.SQLAlchemy.get_engine": ENGINE,
    "flask_appbuilder.utils.legacy.get_sqla_class": "class flask_appbuilder.SQLA",
    "sqlite3.connect": "sqlite3.Connection",
    "psycopg2.connect": "psycopg2.extensions.connection",
    "psycopg.connect": "psycopg.Connection",
    "psycopg.Connection.connect": "psycopg.Connection",
    "psycopg.AsyncConnection.connect": "await psycopg.AsyncConnection",
    "psycopg_pool.ConnectionPool.connection": "context psycopg.Connection",
    "psycopg_pool.AsyncConnectionPool.connection": "context psycopg.AsyncConnection",
    "psycopg_pool.ConnectionPool.getconn": "psycopg.Connection",
    "MySQLdb.connect": "MySQLdb.Connection",
    "pymysql.connect": "pymysql.Connection",
    "mysql.connector.connect": "mysql.Connection",
    "pyodbc.connect": "pyodbc.Connection",
    "oracledb.connect": "oracledb.Connection",
    "cx_Oracle.connect": "cx_Oracle.Connection",
    "duckdb.connect": "duckdb.Connection",
    "aiosqlite.connect": "aiosqlite.Connection",
    "asyncpg.connect": "await asyncpg.Connection",
    "asyncpg.create_pool": "asyncpg.Pool",
    "asyncpg.Pool.acquire": "asyncpg.Connection",
    "databases.Database.connection": "databases.Connection",
    "sqlite3.Connection.cursor": "sqlite3.Cursor",
    "aiosqlite.Connection.cursor": "aiosqlite.Cursor",
    "psycopg2.extensions.connection.cursor": "psycopg2.extensions.cursor",
    "psycopg.Connection.cursor": "psycopg.Cursor",
    "psycopg.AsyncConnection.cursor": "psycopg.AsyncCursor",
    "django.db.backends.base.base.BaseDatabaseWrapper.cursor": "django.db.backends.utils.CursorWrapper",
    "dbapi.Connection.cursor": "dbapi.Cursor",
    "MySQLdb.Connection.cursor": "MySQLdb.Cursor",
    "pymysql.Connection.cursor": "pymysql.Cursor",
    "mysql.Connection.cursor": "mysql.Cursor",
    "pyodbc.Connection.cursor": "pyodbc.Cursor",
    "oracledb.Connection.cursor": "oracledb.Cursor",
    "cx_Oracle.Connection.cursor": "cx_Oracle.Cursor",
}

# What an attribute, or a name of a module, gives.
_ATTRIBUTES = {
    "flask_sqlalchemy.SQLAlchemy.session": SCOPED,
    "flask_sqlalchemy.SQLAlchemy.engine": ENGINE,
    "flask_appbuilder.SQLA.session": SCOPED,
    "flask_appbuilder.SQLA.engine": ENGINE,
    "flask_appbuilder.AppBuilder.get_session": SCOPED,
    "flask_appbuilder.AppBuilder.session": SCOPED,
    "flask_appbuilder.security.sqla.manager.SecurityManager.session": SCOPED,
    "flask_appbuilder.security.sqla.manager.SecurityManager.get_session": SCOPED,
    f"{ASYNC_SESSION}.sync_session": SESSION,
    f"{ASYNC_ENGINE}.sync_engine": ENGINE,
    f"{SCOPED}.session_factory": SESSIONMAKER,
    f"{SESSION}.bind": ENGINE,
    "django.db.connection": "django.db.backends.base.base.BaseDatabaseWrapper",
}
_ITEMS = {"django.db.connections": "django.db.backends.base.base.BaseDatabaseWrapper"}

# Classes and functions that behave like another one, as far as the tables above go.
_LIKE = {
    "sqlmodel.Session": SESSION,
    "sqlmodel.ext.asyncio.session.AsyncSession": ASYNC_SESSION,
    "flask_sqlalchemy.session.Session": SESSION,
    "flask_sqlalchemy.SignallingSession": SESSION,
    SCOPED: SESSION,
    ASYNC_SCOPED: ASYNC_SESSION,
    "flask_appbuilder.SQLA": "flask_sqlalchemy.SQLAlchemy",
    "sqlalchemy.orm.session.sessionmaker": SESSIONMAKER,
    "psycopg2.extensions.Connection": "psycopg2.extensions.connection",
    "asyncpg.pool.Pool": "asyncpg.Pool",
    "asyncpg.connection.Connection": "asyncpg.Connection",
    "databases.core.Database": "databases.Database",
    "databases.core.Connection": "databases.Connection",
    **{f"sqlalchemy.dialects.{dialect}.insert": "sqlalchemy.insert" for dialect in ("postgresql", "mysql", "sqlite")},
}

_DEFAULT_ARGUMENTS = {
    SESSIONMAKER: SESSION,
    ASYNC_SESSIONMAKER: ASYNC_SESSION,
    SCOPED: SESSION,
    ASYNC_SCOPED: ASYNC_SESSION,
}

CLASSES_IN_LOWER_CASE = frozenset(
    {SESSIONMAKER, ASYNC_SESSIONMAKER, SCOPED, ASYNC_SCOPED, "psycopg2.extensions.connection"}
)

AWAITED_ITSELF = frozenset({ASYNC_CONNECTION, "asyncpg.Pool", "asyncpg.Connection", "aiosqlite.Connection"})
"""Classes whose objects come out of `await` as themselves: what makes them is both awaitable and a context manager."""


@cache
def like(name: str) -> str:
    """The class as which another one is listed here."""
    return _LIKE.get(name, name)


@cache
def given_by_call(name: str) -> str | None:
    """What calling a function or a method gives, by its full name."""
    return _with_kin(_CALLS, name)


@cache
def given_by_attribute(name: str) -> str | None:
    """The class of an attribute or of a module's name."""
    return _with_kin(_ATTRIBUTES, name)


def given_by_item(name: str) -> str | None:
    """The class of the items of a module's name."""
    return _ITEMS.get(name)


def default_argument(name: str) -> str | None:
    """The type argument that a class has where none is given."""
    return _DEFAULT_ARGUMENTS.get(name)


def _with_kin(table: dict[str, str], name: str) -> str | None:
    found = table.get(name)
    while found is None:
        owner, _, member = name.rpartition(".")
        kin = _LIKE.get(owner)
        if kin is None:
            return None
        name = f"{kin}.{member}"
        found = table.get(name)
    return found

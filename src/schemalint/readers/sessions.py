"""Sessions, connections and cursors: which values are one, and what functions call on them.

A session is recognised by its class, however it arrives: an annotation, a provider of the framework, an alias in
another module, a factory, a global, an attribute. The spelling of a name says nothing.
"""

from __future__ import annotations

from schemalint.facts.functions import SessionCall, SessionOrigin
from schemalint.interpret.events.evidence import Evidence
from schemalint.interpret.events.function import CallSite, Flow, Where
from schemalint.interpret.events.library import like
from schemalint.interpret.events.records import callee_name, place_of, text_of
from schemalint.interpret.events.values import Foreign, Instance, Value
from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import External
from schemalint.interpret.resolve import ancestry
from schemalint.ir import Attribute, Call, FunctionDef, marks_of_names

# class: library, level, kind
_CLASSES = {
    "sqlalchemy.orm.Session": ("sqlalchemy", "session", "sync"),
    "sqlalchemy.orm.scoped_session": ("sqlalchemy", "session", "sync"),
    "sqlalchemy.ext.asyncio.AsyncSession": ("sqlalchemy", "session", "async"),
    "sqlalchemy.ext.asyncio.async_scoped_session": ("sqlalchemy", "session", "async"),
    "sqlmodel.Session": ("sqlmodel", "session", "sync"),
    "sqlmodel.ext.asyncio.session.AsyncSession": ("sqlmodel", "session", "async"),
    "flask_sqlalchemy.session.Session": ("flask-sqlalchemy", "session", "sync"),
    "flask_sqlalchemy.SignallingSession": ("flask-sqlalchemy", "session", "sync"),
    "sqlalchemy.Connection": ("sqlalchemy", "connection", "sync"),
    "sqlalchemy.ext.asyncio.AsyncConnection": ("sqlalchemy", "connection", "async"),
    "sqlalchemy.Engine": ("sqlalchemy", "engine", "sync"),
    "sqlalchemy.ext.asyncio.AsyncEngine": ("sqlalchemy", "engine", "async"),
    "asyncpg.Connection": ("asyncpg", "connection", "async"),
    "asyncpg.Pool": ("asyncpg", "pool", "async"),
    "databases.Database": ("databases", "connection", "async"),
    "databases.Connection": ("databases", "connection", "async"),
    "psycopg2.extensions.connection": ("psycopg2", "connection", "sync"),
    "psycopg2.extensions.cursor": ("psycopg2", "cursor", "sync"),
    "psycopg.Connection": ("psycopg", "connection", "sync"),
    "psycopg.Cursor": ("psycopg", "cursor", "sync"),
    "psycopg.AsyncConnection": ("psycopg", "connection", "async"),
    "psycopg.AsyncCursor": ("psycopg", "cursor", "async"),
    "sqlite3.Connection": ("sqlite3", "connection", "sync"),
    "sqlite3.Cursor": ("sqlite3", "cursor", "sync"),
    "aiosqlite.Connection": ("aiosqlite", "connection", "async"),
    "aiosqlite.Cursor": ("aiosqlite", "cursor", "async"),
    "django.db.backends.base.base.BaseDatabaseWrapper": ("django", "connection", "sync"),
    "django.db.backends.utils.CursorWrapper": ("django", "cursor", "sync"),
    **{
        f"{driver}.{name}": (library, name.lower(), "sync")
        for driver, library in (
            ("dbapi", "dbapi"),
            ("MySQLdb", "mysqlclient"),
            ("pymysql", "pymysql"),
            ("mysql", "mysql-connector"),
            ("pyodbc", "pyodbc"),
            ("oracledb", "oracledb"),
            ("cx_Oracle", "cx_Oracle"),
            ("duckdb", "duckdb"),
        )
        for name in ("Connection", "Cursor")
    },
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EXECUTING = _words(
    """
    execute scalars scalar exec stream stream_scalars exec_driver_sql executemany execute_many executescript
    fetch fetchrow fetchval fetch_all fetch_one fetch_val iterate
    """
)
"""Methods that are given a statement and run it."""

METHODS = EXECUTING | _words(
    """
    add add_all begin begin_nested begin_twophase bulk_insert_mappings bulk_save_objects bulk_update_mappings close
    close_all commit connection cursor delete delete_all expire expire_all expunge expunge_all fetchall fetchmany
    fetchone flush get get_one in_transaction invalidate is_modified merge merge_all prepare query refresh remove reset
    rollback run_sync transaction acquire callproc copy copy_expert copy_from copy_to connect raw_connection dispose
    """
)
"""Methods of sessions, connections and cursors, `add`, `commit`, `flush`, `delete` and `refresh` among them."""

_MARKS = marks_of_names(METHODS)


def session_of(evidence: Evidence, value: Value | None) -> SessionOrigin | None:
    """The value as a session; None where it is none, or not evidently one."""
    if isinstance(value, Foreign) and value.name == "alembic.op":
        return SessionOrigin("sync", "alembic", value.name, "connection", "global")
    if not isinstance(value, Instance):
        return None
    known = _CLASSES.get(value.name) or _CLASSES.get(like(value.name))
    if known is None and value.defined is not None:
        for base in ancestry(evidence.program, value.defined.path, value.defined.node):
            if isinstance(base, External):
                name = canonical(base.name)
                known = known or _CLASSES.get(name) or _CLASSES.get(like(name))
    if known is None:
        return None
    library, level, kind = known
    return SessionOrigin(kind, library, value.name, level, value.how)


def receiver_session(evidence: Evidence, flow: Flow, site: CallSite) -> SessionOrigin | None:
    """The session that a method is called on."""
    func = site.node.func
    if not isinstance(func, Attribute):
        return None
    return session_of(evidence, evidence.value(Where(flow.path, flow, site.region), func.value))


def may_call_sessions(function: FunctionDef) -> bool:
    """Whether a function may call a session: its body, which is not decoded for this, has the name of a method."""
    return _MARKS.search(function.body) is not None


def session_calls(evidence: Evidence, flow: Flow, by_use: dict[str, SessionOrigin]) -> tuple[SessionCall, ...]:
    """What a function calls on sessions, in order.

    `by_use` holds receivers, as written, that the function's own queries showed to be sessions. There are none in a
    function that `may_call_sessions` is not true of.
    """
    found = []
    for site in flow.calls:
        func = site.node.func
        if not isinstance(func, Attribute) or func.attr not in METHODS:
            continue
        text = text_of(func.value)
        session = receiver_session(evidence, flow, site) or by_use.get(text)
        if session is not None:
            place = place_of(evidence.program, flow.path, site.node)
            inside = () if site.outer is None else (_callee(evidence, flow, site, site.outer),)
            found.append(SessionCall(func.attr, text, session, site.use, site.region, place, inside))
    return tuple(found)


def _callee(evidence: Evidence, flow: Flow, site: CallSite, call: Call) -> str:
    return callee_name(evidence, Where(flow.path, flow, site.region), call.func) or text_of(call.func)

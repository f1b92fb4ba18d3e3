"""SES: sessions, transactions and what runs on which thread."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Basis, Place, Related
from schemalint.facts.functions import SessionCall
from schemalint.project.functions import Function
from schemalint.project.handlers import RouteHandler
from schemalint.rules.api import Finding, rule
from schemalint.rules.database_work import listed, registered


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FETCHING = _words("execute executemany fetch fetchrow fetchval")
_COROUTINES: dict[tuple[str, str], frozenset[str]] = {
    **dict.fromkeys(
        (("sqlalchemy", "session"), ("sqlmodel", "session")),
        _words(
            """
            execute scalar scalars exec get get_one stream stream_scalars commit rollback flush refresh delete merge
            merge_all close close_all invalidate reset run_sync connection
            """
        ),
    ),
    ("sqlalchemy", "connection"): _words(
        "execute scalar scalars exec_driver_sql commit rollback close invalidate run_sync get_raw_connection"
    ),
    ("sqlalchemy", "engine"): _words("dispose raw_connection"),
    ("asyncpg", "connection"): _FETCHING | _words("close copy_from_query copy_to_table prepare"),
    ("asyncpg", "pool"): _FETCHING | _words("close release"),
    ("databases", "connection"): _words("execute execute_many fetch_all fetch_one fetch_val connect disconnect"),
    ("psycopg", "connection"): _words("execute commit rollback close"),
    ("psycopg", "cursor"): _words("execute executemany fetchone fetchmany fetchall close"),
    ("aiosqlite", "cursor"): _words("fetchone fetchmany fetchall close"),
    ("aiosqlite", "connection"): _words("commit rollback close"),
}
"""The methods that do nothing until they are awaited, as documented by each library."""

_LEFT = frozenset({"discarded", "attribute", "iterated"})


@rule("SES001", "unawaited-session-call", "E/E/E")
def unawaited_session_call(function: Function) -> Iterator[Finding]:
    """A coroutine of an asynchronous session is made and never awaited: the database never hears of it."""
    for call in function.session_calls:
        if not _is_left(call):
            continue
        yield Finding(
            place=call.place,
            message=f"`{call.text}.{call.method}()` in `{function.qualified_name}` is not awaited: the call only makes "
            f"a coroutine, {_consequence(call)}",
            help=_await_help(call),
            anchor=f"{function.qualified_name}:{call.text}.{call.method}",
            basis=Basis.INFERRED if call.session.how == "use" else Basis.PROVED,
            facts=(f"`{call.text}` is {call.session.type or 'a session whose other calls are awaited'}",),
        )


def _is_left(call: SessionCall) -> bool:
    """Whether a call makes a coroutine that nothing can await any more."""
    session = call.session
    coroutines = _COROUTINES.get((session.library, session.level), frozenset())
    return session.kind == "async" and call.method in coroutines and call.use in _LEFT and not call.inside


def _consequence(call: SessionCall) -> str:
    if call.use == "discarded":
        return "which is thrown away: nothing reaches the database, and nothing fails"
    return "which has none of the attributes of a result: the next step fails"


def _await_help(call: SessionCall) -> str:
    written = f"await {call.text}.{call.method}(...)"
    return f"Write `{written}`." if call.use == "discarded" else f"Write `({written})`, and go on from there."


_BLOCKING = {
    "time.sleep": "`await asyncio.sleep(...)`",
    "urllib.request.urlopen": "`httpx.AsyncClient`",
    **{
        f"{library}.{method}": "`httpx.AsyncClient`"
        for library in ("requests", "httpx")
        for method in ("get", "post", "put", "patch", "delete", "head", "options", "request")
    },
    "psycopg2.connect": "`psycopg.AsyncConnection.connect(...)` or a pool of asyncpg",
    "psycopg.connect": "`psycopg.AsyncConnection.connect(...)`",
    "sqlite3.connect": "aiosqlite",
    "pymysql.connect": "aiomysql or asyncmy",
    "MySQLdb.connect": "aiomysql or asyncmy",
}
"""Functions that wait for something else than the database's own session, and what waits without blocking."""

_ROUND_TRIPS = _words(
    """
    execute executemany executescript exec exec_driver_sql scalar scalars get get_one commit rollback flush refresh
    merge fetchall fetchmany fetchone connect callproc
    """
)


@rule("SES002", "sync-io-in-async-handler", "W/W/E")
def sync_io_in_async_handler(handler: RouteHandler) -> Iterator[Finding]:
    """An async handler waits in a way that blocks the event loop: no other request is served in the meantime."""
    if not handler.function.is_async:
        return
    waits = [(place, text, instead) for function in _on_the_loop(handler) for place, text, instead in _waits(function)]
    if not waits:
        return
    texts = tuple(dict.fromkeys(text for _, text, _ in waits))
    yield Finding(
        place=handler.place,
        message=f"{registered(handler)} is async and calls {listed(texts)}, which blocks the event loop: while it "
        "waits, no other request of the process is served",
        help=_unblock_help(handler, waits[0][2]),
        anchor=handler.full_name,
        related=tuple(Related(place, f"`{text}` blocks") for place, text, _ in waits[:8]),
    )


def _on_the_loop(handler: RouteHandler) -> Iterator[Function]:
    """The handler and the private helpers that it calls: not those that it hands to something that runs them."""
    waiting, helpers = [handler.function], list(handler.private_helpers)
    while waiting:
        function = waiting.pop()
        yield function
        called = {call.callee for call in function.calls if not _is_deferred(function, call.region)}
        reached = [helper for helper in helpers if f"{handler.module}.{helper.qualified_name}" in called]
        helpers = [helper for helper in helpers if helper not in reached]
        waiting += reached


def _waits(function: Function) -> Iterator[tuple[Place, str, str]]:
    """What a function waits for without letting others run: where, what, and what to use instead."""
    calls = [
        (call.place, f"{call.text}.{call.method}()", "an `AsyncSession`")
        for call in function.session_calls
        if call.session.kind == "sync"
        and call.method in _ROUND_TRIPS
        and call.use not in ("awaited", "yielded")
        and not call.inside
        and not _is_deferred(function, call.region)
    ]
    queried = {call[0] for call in calls}
    calls += [
        (query.executed, f"{query.text}()", "an `AsyncSession`")
        for query in function.queries
        if query.style in ("query", "model-query")
        and query.executed is not None
        and query.executed not in queried
        and query.session is not None
        and query.session.kind == "sync"
        and not _is_deferred(function, query.region)
    ]
    others = [
        (function.place_of(call), f"{call.callee}()", _BLOCKING[call.callee])
        for call in function.calls
        if call.callee in _BLOCKING and not call.awaited and not _is_deferred(function, call.region)
    ]
    yield from sorted((*calls, *others))


def _is_deferred(function: Function, region: int) -> bool:
    """Whether what stands in a region runs later, elsewhere: the lambda of `run_in_threadpool(lambda: ...)`."""
    return any(around.kind == "lambda" for around in function.around(region))


def _unblock_help(handler: RouteHandler, instead: str) -> str:
    threads = {
        "fastapi": "write `def` instead of `async def`, so that FastAPI runs the handler in a thread",
        "starlette": "write `def` instead of `async def`, so that Starlette runs the handler in a thread",
        "litestar": "write `def` with `sync_to_thread=True`",
    }
    way = next((threads[name] for name in threads if name in handler.frameworks), None)
    return f"Use {instead}, or {way or 'run it in a thread: `await asyncio.to_thread(...)`'}."

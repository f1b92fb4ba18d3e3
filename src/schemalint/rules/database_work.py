"""What a function does to the database, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemalint.diagnostics import Related
from schemalint.facts.functions import SessionCall
from schemalint.facts.queries import Query
from schemalint.project.functions import Function
from schemalint.project.handlers import RouteHandler

_VERBS = {"select": "reads", "insert": "inserts into", "update": "updates", "delete": "deletes from"}
_METHODS = {"get_or_create": "reads or inserts into", "update_or_create": "updates or inserts into"}
_SHOWN = 8


def entities_of(queries: Iterable[Query]) -> tuple[str, ...]:
    """The short names of the mapped classes and tables that queries work on, each once."""
    return tuple(dict.fromkeys(name.rpartition(".")[2] for query in queries for name in query.entities))


def listed(names: tuple[str, ...]) -> str:
    """Names for a sentence: "`User`, `Post` and 2 more"."""
    shown = [f"`{name}`" for name in names[:3]]
    if len(names) > 3:
        shown.append(f"{len(names) - 3} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def described(query: Query) -> str:
    """A query in a few words: "reads `User`", "runs SQL of its own"."""
    names = entities_of((query,))
    if query.verb == "raw":
        return "runs SQL text"
    if not names:
        return "runs a statement" if query.executed is not None else "builds a statement"
    verb = _METHODS.get(query.text.rpartition(".")[2]) if query.style == "manager" else None
    return f"{verb or _VERBS.get(query.verb, 'works on')} {listed(names)}"


def registered(handler: RouteHandler) -> str:
    """A handler with what it serves: "`create_item` (POST /items)"."""
    for route in handler.routes:
        path = next(iter(route.full_paths), None)
        if path:
            methods = " ".join(route.methods) if isinstance(route.methods, tuple) else ""
            return f"`{handler.name}` ({f'{methods} {path}'.strip()})"
    return f"`{handler.name}`"


def within(function: Function, handler: RouteHandler) -> str:
    """Where something stands, for people: nothing for the handler itself, else the helper's name."""
    return "" if function is handler.function else f" in `{function.qualified_name}`"


def shown_queries(found: Iterable[tuple[Function, Query]], handler: RouteHandler) -> Iterator[Related]:
    """The first places of a handler's queries."""
    for function, query in list(found)[:_SHOWN]:
        yield Related(query.executed or query.place, f"{described(query)}{within(function, handler)}")


def shown_calls(found: Iterable[tuple[Function, SessionCall]], handler: RouteHandler) -> Iterator[Related]:
    """The first places of a handler's calls on sessions."""
    for function, call in list(found)[:_SHOWN]:
        yield Related(call.place, f"`{call.text}.{call.method}()`{within(function, handler)}")

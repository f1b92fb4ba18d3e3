"""How volatile the functions of servers are, as the catalogue of each tells."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import cast

import psycopg

from schemalint.schema.effects.facts import Changes, Volatility
from tests.postgres.effects.measure import has_extension

_EXTENSIONS = ("uuid-ossp", "pgcrypto", "citext", "hstore", "ltree", "pg_trgm", "unaccent")
_FUNCTIONS = """
SELECT proname, CASE WHEN count(DISTINCT provolatile = 'v') > 1 THEN 'mixed' ELSE max(CASE provolatile
WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END) END
FROM pg_proc
WHERE pronamespace IN ('pg_catalog'::regnamespace, 'contributed'::regnamespace)
AND oid NOT IN (SELECT aggfnoid FROM pg_aggregate)
AND NOT EXISTS (
    SELECT FROM unnest(proargtypes || prorettype) AS used JOIN pg_type ON pg_type.oid = used
    WHERE typtype = 'p' AND typname NOT LIKE 'any%' AND typname NOT IN ('void', 'record', 'cstring')
)
GROUP BY proname
"""
"""Aggregates cannot stand in a default, nor can what handles triggers and other internals of the server."""


def volatilities(conninfo: str) -> dict[str, Volatility]:
    """The volatility of each function by its name: the highest of those of one name, `mixed` where some are volatile.

    Those of the extensions that migrations call most are among them, where the server has the extension.
    """
    with psycopg.connect(conninfo) as connection:
        connection.execute("CREATE SCHEMA contributed")
        for name in filter(partial(has_extension, connection), _EXTENSIONS):
            connection.execute(f'CREATE EXTENSION "{name}" SCHEMA contributed')
        found = connection.execute(_FUNCTIONS).fetchall()
        connection.rollback()
    return {str(name): cast("Volatility", kind) for name, kind in found}


def by_range(by_major: dict[int, dict[str, Volatility]]) -> dict[str, Volatility | Changes]:
    """For each function its volatility, or where that differs between majors, the majors from which on it is so."""
    found: dict[str, list[tuple[int, Volatility]]] = defaultdict(list)
    for major, functions in sorted(by_major.items()):
        for name, kind in functions.items():
            if not found[name] or found[name][-1][1] != kind:
                found[name].append((major, kind))
    return {name: changes[0][1] if len(changes) == 1 else tuple(changes) for name, changes in sorted(found.items())}

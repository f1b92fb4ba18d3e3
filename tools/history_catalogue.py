"""What a database holds, as facts: on PostgreSQL from its catalogue, on SQLite from its pragmas."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import psycopg

Facts = dict[tuple[str, str], Any]

_OURS = "n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'"
_NAME = "case when n.nspname = 'public' then c.relname else n.nspname || '.' || c.relname end"

_COLUMNS = f"""
select {_NAME}, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
       a.attidentity, a.attgenerated
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and {_OURS} order by c.oid, a.attnum
"""
_CONSTRAINTS = f"""
select {_NAME}, k.conname, k.contype, pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
where k.contype in ('p', 'u', 'c', 'f', 'x') and {_OURS}
"""
_INDEXES = f"""
select {_NAME}, i.relname, pg_get_indexdef(i.oid)
from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
join pg_namespace n on n.oid = c.relnamespace
where {_OURS} and not exists (select from pg_constraint k where k.conindid = i.oid and k.contype in ('p', 'u', 'x'))
"""
_ENUMS = f"""
select t.typname, array_agg(e.enumlabel::text order by e.enumsortorder)
from pg_type t join pg_enum e on e.enumtypid = t.oid join pg_namespace n on n.oid = t.typnamespace
where {_OURS} group by 1
"""
_SCHEMA = "case when n.nspname = 'public' then '' else n.nspname || '.' end"
_NO_PART = "not exists (select from pg_depend d where d.objid = {}.oid and d.deptype in ('a', 'i', 'e'))"
_OBJECTS = f"""
select 'view', {_NAME}, pg_get_viewdef(c.oid) from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm') and {_OURS}
union all
select 'sequence', {_NAME}, null from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'S' and {_OURS} and {_NO_PART.format("c")}
union all
select 'function', {_SCHEMA} || p.oid::regprocedure, pg_get_functiondef(p.oid)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where p.prokind in ('f', 'p') and {_OURS} and {_NO_PART.format("p")}
union all
select 'trigger', {_NAME} || '.' || t.tgname, pg_get_triggerdef(t.oid)
from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
where not t.tgisinternal and {_OURS}
union all
select 'domain', {_SCHEMA} || t.typname, format_type(t.typbasetype, t.typtypmod)
from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'd' and {_OURS}
union all
select 'extension', extname, null from pg_extension where extname <> 'plpgsql'
union all
select 'schema', n.nspname, null from pg_namespace n
where n.nspname <> 'public' and {_OURS} and n.nspname not like 'pg_%'
"""
_QUOTED_NUMBER = re.compile(r"^'(-?[\d.]+)'::(?:bigint|smallint|numeric|double precision|real)$")
"""What PostgreSQL keeps of `DEFAULT '0'`; of `DEFAULT 0` it keeps the number."""
_KINDS = {"p": "primary key", "u": "unique", "c": "check", "f": "foreign key", "x": "exclude"}


def of_postgresql(conninfo: str) -> Facts:
    """The facts of a database of PostgreSQL, in the words of its catalogue. Alembic's own table is left out."""
    with psycopg.connect(conninfo) as connection:
        return of_connection(connection)


def of_connection(connection: psycopg.Connection[Any]) -> Facts:
    """The facts that a connection to PostgreSQL sees, those of its open transaction among them."""
    facts: Facts = {}
    for table, column, kind, required, default, identity, generated in connection.execute(_COLUMNS):
        serial = (default or "").startswith("nextval(")
        facts["table", table] = [*facts.get(("table", table), ()), column]
        facts["column", f"{table}.{column}"] = True
        facts["type", f"{table}.{column}"] = kind
        facts["nullable", f"{table}.{column}"] = not required
        facts["default", f"{table}.{column}"] = None if serial else _QUOTED_NUMBER.sub(r"\1", default or "") or None
        facts["identity", f"{table}.{column}"] = "serial" if serial else (identity or "") + (generated or "")
    for table, name, kind, definition in connection.execute(_CONSTRAINTS):
        facts[_KINDS[kind], f"{table}.{name}"] = definition
    for table, name, definition in connection.execute(_INDEXES):
        facts["index", f"{table}.{name}"] = definition
    for name, labels in connection.execute(_ENUMS):
        facts["enum", name] = labels
    for kind, name, definition in connection.execute(_OBJECTS):
        facts[kind, name] = definition
    return _without_versions(facts)


def of_sqlite(path: str) -> Facts:
    """The facts of a database of SQLite."""
    facts: Facts = {}
    connection = sqlite3.connect(path)
    for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
        facts["table", table] = True
        key = []
        for _, column, kind, required, default, primary in connection.execute(f'pragma table_info("{table}")'):
            facts["column", f"{table}.{column}"] = True
            facts["type", f"{table}.{column}"] = re.sub(r"\s", "", kind.upper())
            facts["nullable", f"{table}.{column}"] = not required
            facts["default", f"{table}.{column}"] = _plain(default)
            key += [(primary, column)] if primary else []
        if key:
            facts["primary key", table] = [column for _, column in sorted(key)]
        _sqlite_parts(connection, table, facts)
    connection.close()
    return _without_versions(facts)


def _plain(default: str | None) -> str | None:
    """A default of SQLite: a number may be in quotes, and TRUE and FALSE are 1 and 0."""
    truth = {"true": "1", "false": "0"}.get((default or "").lower())
    return truth or (re.sub(r"^'(-?\d+)'$", r"\1", default) if default else default)


def _sqlite_parts(connection: sqlite3.Connection, table: str, facts: Facts) -> None:
    keys: dict[int, list[Any]] = {}
    for number, _, target, column, remote, update, delete, _ in connection.execute(
        f'pragma foreign_key_list("{table}")'
    ):
        key = keys.setdefault(number, [target, update, delete, []])
        key[3].append((column, remote))
    for target, update, delete, columns in keys.values():
        local = ",".join(column for column, _ in columns)
        facts["foreign key", f"{table}({local})->{target}"] = (update, delete, tuple(columns))
    for _, name, unique, origin, partial in connection.execute(f'pragma index_list("{table}")').fetchall():
        columns = tuple(row[2] for row in connection.execute(f'pragma index_info("{name}")'))
        if origin == "u":
            facts["unique", f"{table}({','.join(map(str, columns))})"] = True
        elif origin == "c":
            facts["index", f"{table}.{name}"] = (unique, partial, columns)


def _without_versions(facts: Facts) -> Facts:
    return {key: value for key, value in facts.items() if not key[1].startswith("alembic_version")}

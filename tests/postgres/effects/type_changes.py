"""Column types: what a change from one to another does, pair by pair, each with an index on the column."""

from __future__ import annotations

from tests.postgres.effects.probe import INHERITED, PARTITIONED, ROWS, SUBJECT, Probe, on_each

_UTC = "SET TimeZone = 'UTC';"
_ELSEWHERE = "SET TimeZone = 'Europe/Berlin';"
_ALTER = "ALTER TABLE subject ALTER COLUMN value TYPE"


def _table(old: str, value: str, more: str = "", index: str = "(value)") -> str:
    """A table with rows of a value of the type, and an index on it; none where `index` is empty."""
    built = f"CREATE INDEX subject_value_idx ON subject {index};" if index else ""
    return f"""
    CREATE TABLE subject (id bigint PRIMARY KEY, value {old});
    INSERT INTO subject SELECT g, {value} {ROWS}
    {built} {more}
    """


def _change(form: str, old: str, new: str, value: str, before: str = "", since: int = 10) -> Probe:
    return Probe(form, f"{_ALTER} {new}", f"{before}{_table(old, value)}", since=since)


def _free(old: str, new: str, value: str, before: str = "", since: int = 10) -> Probe:
    return _change("alter-type-free", old, new, value, before, since)


def _indexes(old: str, new: str, value: str, before: str = "", since: int = 10) -> Probe:
    return _change("alter-type-indexes", old, new, value, before, since)


def _rewrite(old: str, new: str, value: str, before: str = "", since: int = 10) -> Probe:
    return _change("alter-type-rewrite", old, new, value, before, since)


_TEXT, _NUMBER, _MOMENT = "'row ' || g", "g", "timestamp '2020-01-01'"
_MOOD = "CREATE TYPE mood AS ENUM ('sad'); CREATE TYPE humour AS ENUM ('sad');"
_DOMAIN = "CREATE DOMAIN plain AS integer; CREATE DOMAIN checked AS integer CHECK (VALUE > 0);"

_WITHOUT_WORK = (
    _free("varchar(50)", "varchar(50)", _TEXT),
    _free("varchar(50)", "varchar(100)", _TEXT),
    _free("varchar(50)", "varchar", _TEXT),
    _free("varchar(50)", "text", _TEXT),
    _free("varchar", "text", _TEXT),
    _free("text", "varchar", _TEXT),
    _free("varchar(50)[]", "varchar(50)[]", "ARRAY['row']"),
    _free("numeric(10, 2)", "numeric(12, 2)", _NUMBER),
    _free("numeric(10, 2)", "numeric", _NUMBER),
    _free("time(3)", "time(6)", "time '10:00'"),
    _free("time(3)", "time", "time '10:00'"),
    _free("timetz(3)", "timetz(6)", "timetz '10:00+0'"),
    _free("timestamp(3)", "timestamp(6)", _MOMENT),
    _free("timestamp(3)", "timestamp", _MOMENT),
    _free("timestamp", "timestamp(6)", _MOMENT),
    _free("timestamptz(3)", "timestamptz(6)", _MOMENT),
    _free("timestamptz(3)", "timestamptz", _MOMENT),
    _free("interval(3)", "interval(6)", "interval '1 day'"),
    _free("interval(3)", "interval", "interval '1 day'"),
    _free("interval", "interval day to second", "interval '1 day'"),
    _free("varbit(8)", "varbit(16)", "B'101'"),
    _free("varbit(8)", "varbit", "B'101'"),
    _free("cidr", "inet", "cidr '10.0.0.0/8'"),
    _free("timestamp(3)", "timestamp(3)", _MOMENT),
    _free("numeric(10, 2)", "decimal(10, 2)", _NUMBER),
    _free("varchar(50)", "character varying(60)", _TEXT),
    _free("char(10)", "char(10)", "'row'"),
    _free("bit(8)", "bit(8)", "B'10101010'"),
    _free("integer", "serial_number", _NUMBER, "CREATE DOMAIN serial_number AS integer DEFAULT 0;"),
    _free("varchar(50)", "short", _TEXT, "CREATE DOMAIN short AS varchar(60);"),
    _free("text", "note", _TEXT, "CREATE DOMAIN note AS text;"),
    _free("integer", "plain", _NUMBER, _DOMAIN),
    _free("plain", "integer", _NUMBER, _DOMAIN),
    _free("checked", "integer", _NUMBER, _DOMAIN),
)
_WITH_INDEXES = (
    _indexes("integer", "oid", _NUMBER),
    _indexes("oid", "integer", "g::oid"),
    _indexes("timestamp", "timestamptz", _MOMENT, _UTC, since=12),
    _indexes("timestamptz", "timestamp", _MOMENT, _UTC, since=12),
)
_WITH_REWRITE = (
    _rewrite("smallint", "integer", "1"),
    _rewrite("integer", "bigint", _NUMBER),
    _rewrite("integer", "smallint", _NUMBER),
    _rewrite("bigint", "integer", _NUMBER),
    _rewrite("integer", "numeric", _NUMBER),
    _rewrite("integer", "text", _NUMBER),
    _rewrite("real", "double precision", _NUMBER),
    _rewrite("double precision", "real", _NUMBER),
    _rewrite("numeric", "numeric(10, 2)", _NUMBER),
    _rewrite("numeric(10, 2)", "numeric(10, 3)", _NUMBER),
    _rewrite("numeric(10, 2)", "numeric(8, 2)", _NUMBER),
    _rewrite("numeric(10, 2)", "double precision", _NUMBER),
    _rewrite("numeric", "integer", _NUMBER),
    _rewrite("varchar(50)", "varchar(20)", _TEXT),
    _rewrite("varchar", "varchar(50)", _TEXT),
    _rewrite("text", "varchar(50)", _TEXT),
    _rewrite("text", "char(50)", _TEXT),
    _rewrite("char(10)", "char(20)", "'row'"),
    _rewrite("char(10)", "varchar", "'row'"),
    _rewrite("char(10)", "varchar(10)", "'row'"),
    _rewrite("char(10)", "text", "'row'"),
    _rewrite("varchar(50)[]", "text[]", "ARRAY['row']"),
    _rewrite("varchar(50)[]", "varchar(100)[]", "ARRAY['row']"),
    _rewrite("integer[]", "bigint[]", "ARRAY[1]"),
    _rewrite("integer[]", "text[]", "ARRAY[1]"),
    _rewrite("timestamp[]", "timestamptz[]", f"ARRAY[{_MOMENT}]", _ELSEWHERE),
    _rewrite("text", "text[] USING ARRAY[value]", _TEXT),
    _rewrite("interval(6)", "interval(3)", "interval '1 day'"),
    _rewrite("time(6)", "time(3)", "time '10:00'"),
    _rewrite("timetz(6)", "timetz(3)", "timetz '10:00+0'"),
    _rewrite("timestamptz(6)", "timestamptz(3)", _MOMENT),
    _rewrite("integer", "real", _NUMBER),
    _rewrite("integer", "double precision", _NUMBER),
    _rewrite("bigint", "numeric", _NUMBER),
    _rewrite("numeric", "bigint", _NUMBER),
    _rewrite("numeric(10, 2)", "numeric(12, 3)", _NUMBER),
    _rewrite("numeric", "text", _NUMBER),
    _rewrite("money", "numeric", "g::integer::money"),
    _rewrite("bigint", "text", _NUMBER),
    _rewrite("bytea", "text USING encode(value, 'hex')", "'a'::bytea"),
    _rewrite("integer", "timestamptz USING to_timestamp(value)", _NUMBER),
    _rewrite("text", "date USING value::date", "'2020-01-01'"),
    _rewrite("text", "boolean USING value = 'yes'", "'yes'"),
    _rewrite("varchar(50)", "char(50)", _TEXT),
    _rewrite("char(10)", "char(5)", "'row'"),
    _rewrite("varchar(50)", "short", _TEXT, "CREATE DOMAIN short AS varchar(20);"),
    _rewrite("inet", "cidr", "inet '10.0.0.0/8'"),
    _rewrite("inet", "text", "inet '10.0.0.0/8'"),
    _rewrite("macaddr", "macaddr8", "macaddr '08:00:2b:01:02:03'"),
    _rewrite("jsonb", "text", "'{}'::jsonb"),
    _rewrite("bit(8)", "bit(16) USING value::bit(16)", "B'10101010'"),
    _rewrite("bit(8)", "varbit(16)", "B'10101010'"),
    _rewrite("varbit(16)", "varbit(8)", "B'101'"),
    _rewrite("date", "timestamp", "date '2020-01-01'"),
    _rewrite("date", "timestamptz", "date '2020-01-01'", _UTC),
    _rewrite("timestamp", "date", _MOMENT),
    _rewrite("timestamptz", "date", _MOMENT, _UTC),
    _rewrite("timestamp", "timestamptz", _MOMENT, _ELSEWHERE),
    _rewrite("timestamptz", "timestamp", _MOMENT, _ELSEWHERE),
    Probe("alter-type-rewrite", f"{_ALTER} timestamptz", f"{_UTC}{_table('timestamp', _MOMENT)}", until=11),
    Probe("alter-type-rewrite", f"{_ALTER} timestamp", f"{_UTC}{_table('timestamptz', _MOMENT)}", until=11),
    _rewrite("timestamp(6)", "timestamp(3)", _MOMENT),
    _rewrite("timestamp", "timestamp(3)", _MOMENT),
    _rewrite("timestamptz", "timestamptz(3)", _MOMENT),
    _rewrite("time", "time(3)", "time '10:00'"),
    _rewrite("time", "timetz", "time '10:00'", _UTC),
    _rewrite("interval", "interval(3)", "interval '1 day'"),
    _rewrite("boolean", "integer USING value::integer", "true"),
    _rewrite("integer", "boolean USING value::boolean", _NUMBER),
    _rewrite("text", "integer USING value::integer", "g::text"),
    _rewrite("text", "integer USING CAST(value AS integer)", "g::text"),
    _rewrite("text", "uuid USING value::uuid", "md5(g::text)"),
    _rewrite("uuid", "text", "md5(g::text)::uuid"),
    _rewrite("text", "jsonb USING value::jsonb", "'{}'"),
    _rewrite("text", "bytea USING value::bytea", _TEXT),
    _rewrite("mood", "text", "'sad'::mood", _MOOD),
    _rewrite("mood", "text USING value::text", "'sad'::mood", _MOOD),
    _rewrite("text", "mood USING value::mood", "'sad'", _MOOD),
    _rewrite("mood", "humour USING value::text::humour", "'sad'::mood", _MOOD),
    _rewrite("varchar(50)", "varchar(100) USING upper(value)", _TEXT),
    _rewrite("varchar(50)", "text USING trim(value)", _TEXT),
)
_CITEXT = "CREATE EXTENSION citext;"
_NO_INDEX = (
    Probe("alter-type-free", f"{_ALTER} oid", _table("integer", _NUMBER, index="")),
    Probe("alter-type-free", f"{_ALTER} timestamptz", f"{_UTC}{_table('timestamp', _MOMENT, index='')}", since=12),
    Probe("alter-type-free", f"{_ALTER} xml", _table("xml", "xml '<a/>'", index="")),
    Probe("alter-type-free", f"{_ALTER} text", _table("xml", "xml '<a/>'", index="")),
    Probe("alter-type-rewrite", f"{_ALTER} jsonb", _table("json", "'{}'", index="")),
    Probe("alter-type-rewrite", f"{_ALTER} json", _table("jsonb", "'{}'", index="")),
    Probe("alter-type-rewrite", f"{_ALTER} text", _table("json", "'{}'", index="")),
    Probe("alter-type-rewrite", f"{_ALTER} json USING value::json", _table("text", "'{}'", index="")),
    Probe("alter-type-free", f"{_ALTER} text", f"{_CITEXT}{_table('citext', _TEXT, index='')}", extension="citext"),
)

_VALUE = _table("varchar(50)", _TEXT)
_MORE = (
    Probe("alter-type-free", f"{_ALTER} varchar(100) USING value::varchar(100)", _VALUE),
    Probe("alter-type-free", f"{_ALTER} text USING value::text", _VALUE),
    Probe("alter-type-free", f"{_ALTER} text USING CAST(value AS text)", _VALUE),
    Probe("alter-type-free", f"{_ALTER} text USING value", _VALUE),
    Probe("alter-type-free", f"{_ALTER} varchar(50) USING value::varchar(50)", _VALUE),
    Probe("alter-type-indexes", f"{_ALTER} text", f"{_CITEXT}{_table('citext', _TEXT)}", extension="citext"),
    Probe("alter-type-indexes", f"{_ALTER} citext", f"{_CITEXT}{_table('text', _TEXT)}", extension="citext"),
    Probe("alter-type-indexes", f"{_ALTER} citext", f"{_CITEXT}{_table('varchar', _TEXT)}", extension="citext"),
    Probe("alter-type-indexes", f"{_ALTER} text", _table("varchar(50)", _TEXT, index="(id) WHERE value <> ''")),
    Probe("alter-type-indexes", f"{_ALTER} text", _table("varchar(50)", _TEXT, index="(lower(value))")),
    Probe("set-collation", f'{_ALTER} varchar(50) COLLATE "C"', _table('varchar(50) COLLATE "POSIX"', _TEXT)),
    Probe("set-collation", f'{_ALTER} text COLLATE "C"', _table('text COLLATE "POSIX"', _TEXT)),
    Probe(
        "alter-type-checked",
        f"{_ALTER} varchar(100)",
        f"{_VALUE} ALTER TABLE subject ADD CHECK (value <> '');",
    ),
    Probe(
        "alter-type-constrained-domain",
        f"{_ALTER} checked",
        f"{_DOMAIN}{_table('integer', _NUMBER)}",
    ),
    Probe(
        "alter-type-viewed",
        f"{_ALTER} text",
        f"{_VALUE} CREATE VIEW view AS SELECT value FROM subject;",
    ),
    Probe("alter-type-refused", f"{_ALTER} integer", _table("text", "g::text")),
)

_NUMBER_TYPE = "ALTER TABLE subject ALTER COLUMN number TYPE"
_LABEL_TYPE = "ALTER TABLE subject ALTER COLUMN label TYPE"
_SPREAD = (
    *on_each("alter-type-rewrite", f"{_NUMBER_TYPE} bigint", SUBJECT, PARTITIONED, INHERITED),
    *on_each("alter-type-free", f"{_LABEL_TYPE} text", SUBJECT, PARTITIONED, INHERITED),
)

_FOREIGN_KEY = f"""
CREATE TABLE referenced (id integer PRIMARY KEY, code varchar(50) UNIQUE);
INSERT INTO referenced SELECT g, 'row ' || g {ROWS}
CREATE TABLE subject (
    id bigint PRIMARY KEY, value integer REFERENCES referenced, code varchar(50) REFERENCES referenced (code)
);
INSERT INTO subject SELECT g, g, 'row ' || g {ROWS}
"""
_REFERENCED = f"""
CREATE TABLE subject (value integer PRIMARY KEY, code varchar(50) UNIQUE);
INSERT INTO subject SELECT g, 'row ' || g {ROWS}
CREATE TABLE referencing (
    id bigint PRIMARY KEY, subject_value integer REFERENCES subject, subject_code varchar(50) REFERENCES subject (code)
);
INSERT INTO referencing SELECT g, g, 'row ' || g {ROWS}
"""
_BOUND = (
    Probe("alter-type-referencing", f"{_ALTER} bigint", _FOREIGN_KEY),
    Probe(
        "alter-type-referencing-free",
        "ALTER TABLE subject ALTER COLUMN code TYPE varchar(100)",
        _FOREIGN_KEY,
    ),
    Probe("alter-type-referenced", f"{_ALTER} bigint", _REFERENCED),
    Probe("alter-type-referenced-free", "ALTER TABLE subject ALTER COLUMN code TYPE varchar(100)", _REFERENCED),
)

PROBES = (*_WITHOUT_WORK, *_WITH_INDEXES, *_WITH_REWRITE, *_NO_INDEX, *_MORE, *_SPREAD, *_BOUND)

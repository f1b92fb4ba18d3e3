"""TYP: values that are filled in: defaults of the server and of the library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schemalint.diagnostics import Basis, Place, Related, Weight
from schemalint.facts.models import ClientDefault
from schemalint.facts.operations import AddColumn, AlterColumn, CreateTable
from schemalint.facts.tables import ColumnDef, Default
from schemalint.facts.types import SqlType
from schemalint.project.subjects import Step
from schemalint.project.tables import Column
from schemalint.rules.api import Finding, rule
from schemalint.rules.declarations import Style, owner_of, place_of, shown, steps_of, style_of

_MOMENT = re.compile(r"'?\s*(now|today|tomorrow|yesterday)\s*'?\s*(\(\s*\))?", re.IGNORECASE)
_QUOTED = re.compile(r"'(?:[^']|'')*'\s*(::\s*\w[\w ]*(\[\])?)?", re.DOTALL)
_CAST = re.compile(r".+::\s*[a-z]\w*(\s*\[\])?", re.IGNORECASE | re.DOTALL)
_CALL = re.compile(r"\(*\s*[a-z_][\w.]*\s*\(.*\).*", re.IGNORECASE | re.DOTALL)
_KEYWORD = re.compile(
    r"(current_(timestamp|date|time|user)|local(time|timestamp)|session_user|sysdate|systimestamp|utc_timestamp)"
    r"(\s*\(\s*\d*\s*\))?(\s+on\s+update\s+.*)?",
    re.IGNORECASE,
)
_FUNCTION = re.compile(
    r"(now|gen_random_uuid|uuid_generate_v\d\w*|uuidv?\d?|uuid|newid|nextval|random|clock_timestamp|statement_timestamp|"
    r"transaction_timestamp|timezone|datetime|strftime|getdate|unix_timestamp|utc_timestamp)\(.*\)",
    re.IGNORECASE | re.DOTALL,
)
_TIMES = frozenset({"timestamp", "date", "time"})
_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double"})
_TEXTS = frozenset({"text", "varchar", "char"})
_PARSED = _TIMES | _NUMBERS | {"uuid", "boolean", "json", "jsonb", "interval", "array", "inet"}


@dataclass(frozen=True)
class _Fault:
    """What becomes of SQL in quotes: `frozen` once and for all, `refused` by the server, or `stored` as a text.

    `mistyped` is a truth value for a number, which PostgreSQL refuses with and without quotes.
    """

    kind: str
    weight: Weight = Weight.FULL


@rule("TYP006", "quoted-sql-default", "E/E/E")
def quoted_sql_default(column: Column) -> Iterator[Finding]:
    """A default of SQL in quotes is a text: it is frozen or refused when the column is created, or stored as it is."""
    declared = _quoted(column, column.declared)
    migrated = _quoted(column, column.migrated.definition) if column.migrated is not None else None
    found = declared or migrated
    if found is None:
        return
    default, fault = found
    if fault.kind == "mistyped" and not _runs_on_postgresql(column):
        return
    step = _setting(column) if migrated is not None else None
    yield Finding(
        place=place_of(column, "server_default", "db_default") if declared else _place(column, step),
        message=f"the server default of `{shown(column)}` is {_consequence(fault, default.sql, column)}",
        help=_quoted_help(style_of(column.table) if declared else Style.HISTORY, fault, default.sql),
        anchor=owner_of(column),
        cause=f"{owner_of(column)}:server default",
        weight=fault.weight,
        basis=Basis.DECLARED if declared else Basis.PROVED,
        facts=(f"the statement says DEFAULT {_literal(default.sql)}", "measured on PostgreSQL 15 and 18"),
        related=(Related(step.place, f"revision `{step.revision.id}` brings it to the database"),)
        if declared and step is not None
        else (),
    )


def _quoted(column: Column, definition: ColumnDef | None) -> tuple[Default, _Fault] | None:
    """The default of a column that is SQL in quotes, and what becomes of it."""
    if definition is None or not isinstance(definition.default, Default) or not definition.default.literal:
        return None
    fault = _fault(definition.default.sql.strip(), _family_of(column, definition), _is_native(definition))
    return (definition.default, fault) if fault is not None else None


def _family_of(column: Column, definition: ColumnDef) -> str | None:
    """The family of a column's type, where it is the same on all servers.

    Whether a `datetime` of SQLModel has a zone depends on its version, not this.
    """
    if isinstance(definition.type, SqlType):
        families = _families(definition.type)
        return definition.type.family if len(families) == 1 else None
    attribute = column.attribute
    timed = attribute is not None and attribute.annotation == "datetime.datetime"
    return "timestamp" if timed and style_of(column.table) is Style.FIELD else None


def _families(kind: SqlType) -> set[str]:
    """The families that a type has on one server or another."""
    return {kind.family, *(variant.family for _, variant in kind.variants)}


def _is_native(definition: ColumnDef) -> bool:
    return not isinstance(definition.type, SqlType) or definition.type.native


def _fault(text: str, family: str | None, native: bool) -> _Fault | None:
    if family in _TIMES and _MOMENT.fullmatch(text):
        return _Fault("frozen" if family != "time" or "now" in text.lower() else "refused")
    if family in _TEXTS:
        if _QUOTED.fullmatch(text):
            return _Fault("stored")
        return _Fault("stored", Weight.REDUCED) if _KEYWORD.fullmatch(text) or _FUNCTION.fullmatch(text) else None
    if family == "enum":
        return _Fault("refused" if native else "stored") if _QUOTED.fullmatch(text) else None
    if family not in _PARSED:
        return None
    is_json = family in ("json", "jsonb")
    written = any(pattern.fullmatch(text) for pattern in (_QUOTED, _KEYWORD, _CALL))
    if written or (_CAST.fullmatch(text) and not is_json):
        return _Fault("refused")
    return _Fault("mistyped") if family in _NUMBERS and text.lower() in ("true", "false") else None


def _literal(text: str) -> str:
    """The default as the statement shows it."""
    return "`'" + text.replace("'", "''") + "'`"


def _consequence(fault: _Fault, text: str, column: Column) -> str:
    if fault.kind == "mistyped":
        return f"{text}, which is no number: PostgreSQL refuses to create the column"
    quoted = f"the text {_literal(text)} and not SQL"
    if fault.kind == "stored":
        with_quotes = _QUOTED.fullmatch(text.strip()) is not None
        return f"{quoted}: rows get {'it with the quotes around it' if with_quotes else 'these words'}"
    if _runs_on_postgresql(column) is False:
        return f"{quoted}: the server is given these words and calls nothing"
    if fault.kind == "frozen":
        return f"{quoted}: PostgreSQL turns it into the moment at which the column is created, and every row gets that"
    kind = _family_of(column, column.definition)
    return f"{quoted}: it is no value of type {kind}, and PostgreSQL refuses to create the column"


def _runs_on_postgresql(column: Column) -> bool | None:
    target = column.table.target
    return target.runs_on("postgresql") if target is not None else None


def _setting(column: Column) -> Step | None:
    """The last step of the history that gives the column a default or makes the column."""
    table, found = column.table.name, None
    for step in steps_of(column.table):
        operation = step.operation
        if isinstance(operation, CreateTable):
            sets = operation.table.name == table and operation.table.column(column.name) is not None
        elif isinstance(operation, AddColumn):
            sets = operation.table == table and operation.column.name == column.name
        else:
            sets = (
                isinstance(operation, AlterColumn)
                and (operation.table, operation.column) == (table, column.name)
                and isinstance(operation.default, Default)
            )
        found = step if sets else found
    return found


def _place(column: Column, step: Step | None) -> Place:
    return step.placed.argument("server_default") if step is not None else column.place


def _quoted_help(style: Style, fault: _Fault, text: str) -> str:
    if fault.kind == "mistyped":
        return f"Write the number: {_expression(style, '1' if text.lower() == 'true' else '0')}."
    return f"Write SQL as SQL: {_expression(style, text)}."


def _expression(style: Style, text: str) -> str:
    sql = _MOMENT.sub("now()", text) if _MOMENT.fullmatch(text) else text
    call = f'text("{sql}")'
    if style is Style.FIELD:
        return f'`sa_column_kwargs={{"server_default": {call}}}`'
    if style is Style.DJANGO:
        return "`db_default=Now()` or another expression"
    if style is Style.HISTORY:
        return f"`server_default=sa.{call}`; where the revision has run already, in a new one with `op.alter_column`"
    return f"`server_default={call}`"


# ------------------------------------------------------------------------------------------- defaults of the library

_CLOCKS = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "time.monotonic",
        "django.utils.timezone.now",
        "django.utils.timezone.localdate",
        "pendulum.now",
        "arrow.now",
        "arrow.utcnow",
    }
)
_DICE = frozenset(
    {
        "uuid.uuid1",
        "uuid.uuid4",
        "uuid.uuid6",
        "uuid.uuid7",
        "secrets.token_hex",
        "secrets.token_urlsafe",
        "secrets.token_bytes",
        "secrets.randbelow",
        "secrets.choice",
        "random.random",
        "random.randint",
        "random.choice",
        "random.getrandbits",
        "random.randrange",
        "os.urandom",
        "ulid.new",
        "ulid.ULID",
        "nanoid.generate",
        "shortuuid.uuid",
    }
)
_NAIVE = {
    "datetime.datetime.utcnow": "UTC without saying so",
    "datetime.datetime.utcfromtimestamp": "UTC without saying so",
    "datetime.datetime.now": "the local time of whichever machine runs it",
}


@rule("TYP004", "evaluated-default", "E/E/E", supersedes=("naive-utc-default",))
def evaluated_default(column: Column) -> Iterator[Finding]:
    """A default that is called where it is declared is one value for all rows, that of the import."""
    called = [item for item in _defaults(column) if item.kind == "called" and _callee(item) in _CLOCKS | _DICE]
    for default in called[:1]:
        name = _callee(default)
        short = _short(name)
        once = "the time at which the process started" if name in _CLOCKS else "the same value, until the process ends"
        yield Finding(
            place=_place_of(column, default),
            message=f"the default of `{shown(column)}` calls {short}() once, when the module is imported: every row "
            f"gets {once}",
            help=_callable_help(default, name, style_of(column.table)),
            anchor=owner_of(column),
            cause=f"{owner_of(column)}:default",
            basis=Basis.DECLARED,
            facts=(f"`{name}()` is called in the declaration; without the call it would be called for each row",),
            related=tuple(Related(_place_of(column, other), "so it is here") for other in called[1:]),
        )


@rule("TYP005", "mutable-column-default", "W/W/W")
def mutable_column_default(column: Column) -> Iterator[Finding]:
    """A list, dict or set as default is one object that all rows of the process share."""
    kept_as = column.definition.type
    if not isinstance(kept_as, SqlType) or "other" in _families(kept_as):
        return
    shared = [item for item in _defaults(column) if item.kind == "mutable"]
    for default in shared[:1]:
        copied = style_of(column.table) is Style.FIELD
        kind = default.name or "object"
        yield Finding(
            place=_place_of(column, default),
            message=f"the default of `{shown(column)}` is one {kind} "
            + (
                "in the declaration; Pydantic copies it for each object, a `default_factory` says so"
                if copied
                else "for all rows: what is changed in it for one of them, the next ones are created with"
            ),
            help=f"Give the callable: `default_factory={kind}`."
            if copied
            else f"Give the callable: `default={kind}`, or a lambda where the {kind} is not empty.",
            anchor=owner_of(column),
            cause=f"{owner_of(column)}:default",
            weight=Weight.NOTE if copied else Weight.FULL,
            basis=Basis.DECLARED,
            facts=(f"the default is a {kind} that is made when the module is imported",),
        )


@rule("TYP002", "naive-utc-default", "W/W/W")
def naive_utc_default(column: Column) -> Iterator[Finding]:
    """A default of `datetime.utcnow` or `datetime.now` has no time zone, so readers have to guess it."""
    if _family_of(column, column.definition) != "timestamp":
        return
    kind = column.definition.type
    zoned = isinstance(kind, SqlType) and kind.timezone is True
    naive = [item for item in _defaults(column) if _is_naive(item)]
    for default in naive[:1]:
        short = _short(default.name or "")
        yield Finding(
            place=_place_of(column, default),
            message=f"`{shown(column)}` is filled in with {short}(), which is {_NAIVE[default.name or '']}: "
            + _reading(zoned),
            help=_aware_help(style_of(column.table), zoned),
            anchor=owner_of(column),
            cause=f"{owner_of(column)}:default",
            basis=Basis.DECLARED,
            facts=(
                f"{short}() returns a datetime without a time zone"
                + ("; it is deprecated since Python 3.12" if "utc" in short else ""),
            ),
            related=tuple(Related(_place_of(column, other), "so it is here") for other in naive[1:]),
        )


def _is_naive(default: ClientDefault) -> bool:
    """Whether a default is a time without a zone. An argument of `now` is one; one of `utcfromtimestamp` is not."""
    given = default.arguments and default.name != "datetime.datetime.utcfromtimestamp"
    return default.name in _NAIVE and default.kind in ("function", "called") and not given


def _defaults(column: Column) -> tuple[ClientDefault, ...]:
    """What the library fills in on insert and on update."""
    attribute = column.attribute
    both = (attribute.default, attribute.on_update) if attribute is not None else ()
    return tuple(default for default in both if default is not None)


def _place_of(column: Column, default: ClientDefault) -> Place:
    return default.place or place_of(column)


def _callee(default: ClientDefault) -> str:
    """What is called first: `uuid.uuid4` of `uuid.uuid4().hex`."""
    return (default.name or "").partition("().")[0]


def _short(name: str) -> str:
    """`datetime.now` for `datetime.datetime.now`."""
    return ".".join(name.split(".")[-2:])


def _callable_help(default: ClientDefault, name: str, style: Style) -> str:
    option = "default_factory" if style is Style.FIELD else "default"
    plain = not default.arguments and "()." not in (default.name or "")
    given = _short(name) if plain else f"lambda: {_short(name)}(...)"
    return f"Give the function instead of its result: `{option}={given}`."


def _reading(zoned: bool) -> str:
    if zoned:
        return "the driver or the server has to guess its zone, which is wrong where it guesses another one"
    return "the column keeps no zone, so that every reader has to know it"


def _aware_help(style: Style, zoned: bool) -> str:
    if style is Style.DJANGO:
        return "Use `default=django.utils.timezone.now`."
    option = "default_factory" if style is Style.FIELD else "default"
    typed = "" if zoned or style is Style.FIELD else " and `DateTime(timezone=True)`"
    return f"Use `{option}=lambda: datetime.now(timezone.utc)`{typed}."

"""Changes of a column's type: those that lose values, and those that PostgreSQL cannot do by itself."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Basis, Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AlterColumn
from schemalint.facts.tables import CheckDef, ColumnDef, Default
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, weight_on
from schemalint.rules.migrations.common import is_emptied, is_written, runs_only_on, type_before, type_on
from schemalint.schema.definitions import involves
from schemalint.sql.dialect import dialect_of
from schemalint.sql.tokens import HOLE, scan, unquoted

_TEXTS = frozenset({"text", "varchar", "char"})
_INTEGERS = {"smallint": 0, "integer": 1, "bigint": 2}
_FLOATS = {"real": 0, "double": 1}
_NUMBERS = frozenset({*_INTEGERS, *_FLOATS, "numeric"})


@rule("MIG011", "lossy-type-change", "E/E/E", judges_change=True)
def lossy_type_change(step: Step) -> Iterator[Finding]:
    """A narrower type cuts or refuses the values that do not fit it."""
    operation = step.operation
    if not isinstance(operation, AlterColumn) or isinstance(operation.type, str) or runs_only_on(step, "sqlite"):
        return
    if isinstance(operation.table, Unknown) or isinstance(operation.column, Unknown):
        return
    dialect = step.target.servers[0].dialect if step.target.servers else "postgresql"
    old = type_on(type_before(step, operation.table, operation.column, operation.existing_type) or "", dialect)
    new = type_on(operation.type, dialect)
    column = f"{operation.table}.{operation.column}"
    if _replaces(operation, operation.column):
        if not is_new(step, operation.table, operation.column) and not is_emptied(step, operation.table):
            yield _replaced(step, operation, column)
        return
    loss = _loss(old, new) if old is not None and new is not None else None
    if loss is None or _cares_for_zone(operation) or _is_cared_for(step, operation.table, operation.column):
        return
    yield Finding(
        place=step.placed.argument("type_"),
        message=f"changing `{column}` from {shown(old)} to {shown(new)} {loss}",
        help="Check what is there, repair it in an earlier statement, and prove it with a CHECK; or say that it is "
        "meant: `# schemalint: approve[lossy-type-change] <reason>`.",
        anchor=step.anchor,
        weight=Weight.REDUCED if operation.using is not None else Weight.FULL,
        basis=_basis(step, operation.table, operation.column),
        facts=(f"`{column}` is {shown(old)} before this revision",),
    )


def _replaces(operation: AlterColumn, column: str) -> bool:
    """Whether USING makes the new values of everything but the old ones."""
    if operation.using is None or HOLE in operation.using:
        return False
    dialect = dialect_of("postgresql")
    names = (unquoted(token, dialect) for token in scan(operation.using, dialect) if token.kind in ("word", "quoted"))
    return column not in names


def _replaced(step: Step, operation: AlterColumn, column: str) -> Finding:
    return Finding(
        place=step.placed.argument("type_"),
        message=f"changing the type of `{column}` USING {operation.using} takes nothing of what the column holds: its "
        "values are lost in every row",
        help="Name the column in USING; or, where it is to be replaced, keep the old values in a column of their own, "
        "or say that they may go: `# schemalint: approve[lossy-type-change] <reason>`.",
        anchor=step.anchor,
        facts=(f"the expression does not name `{operation.column}`",),
    )


def _loss(old: SqlType, new: SqlType) -> str | None:
    """What happens to the values that do not fit; None where all of them do, or it is not known."""
    if old.family in _TEXTS and new.family in _TEXTS and new.length is not None:
        if old.family != "text" and old.length is None and old.family != "varchar":
            return None
        if old.length is None or new.length < old.length:
            return f"fails on the first value of more than {new.length} characters, or cuts it"
    if old.family in _INTEGERS and new.family in _INTEGERS and _INTEGERS[new.family] < _INTEGERS[old.family]:
        return f"fails on the first value that {new.family} cannot hold"
    whole = old.family == "numeric" and old.scale == 0
    if old.family in ("numeric", *_FLOATS) and new.family in _INTEGERS and not whole:
        return "rounds every value to a whole number"
    if old.family == "double" and new.family == "real":
        return "rounds every value to six digits"
    if old.family == "numeric" and new.family == "numeric":
        return _numeric_loss(old, new)
    return _time_loss(old, new)


def _numeric_loss(old: SqlType, new: SqlType) -> str | None:
    if new.precision is None or old.precision is None:
        return None
    if (new.scale or 0) < (old.scale or 0):
        return f"rounds every value to {new.scale or 0} decimal places"
    if new.precision - (new.scale or 0) < old.precision - (old.scale or 0):
        return f"fails on the first value of more than {new.precision - (new.scale or 0)} digits before the point"
    return None


def _time_loss(old: SqlType, new: SqlType) -> str | None:
    if old.family == "timestamp" and new.family == "date":
        return "loses the time of day in every row"
    if old.family == "timestamp" and new.family == "time":
        return "loses the date in every row"
    if old.family == new.family == "timestamp" and old.timezone is True and new.timezone is False:
        return "turns every value into the local time of the session that runs the upgrade, and loses the time zone"
    return None


def _cares_for_zone(operation: AlterColumn) -> bool:
    return operation.using is not None and "at time zone" in operation.using.lower()


def _is_cared_for(step: Step, table: ObjectName, column: str) -> bool:
    """Whether no value may be left that does not fit: there are none, they were repaired, or a CHECK tells of them."""
    if is_new(step, table, column) or is_emptied(step, table) or is_written(step, table, column):
        return True
    found = step.schema.table(table)
    checks = (each.definition for each in (found.constraints() if found is not None else ()))
    return any(isinstance(check, CheckDef) and involves(check, column) is None for check in checks)


def _basis(step: Step, table: ObjectName, column: str) -> Basis:
    """Proved by the replay, or declared by `existing_type`."""
    known = _column(step, table, column)
    return Basis.PROVED if known is not None and isinstance(known.type, SqlType) else Basis.DECLARED


def _column(step: Step, table: ObjectName, column: str) -> ColumnDef | None:
    found = step.schema.table(table)
    known = found.column(column) if found is not None else None
    return known.definition if known is not None else None


def shown(kind: SqlType | None) -> str:
    """A type for people: `varchar(50)`, `numeric(10, 2)`, `timestamp with time zone`, `enum status`, `integer[]`."""
    if kind is None:
        return "an unknown type"
    if kind.family == "array":
        return f"{shown(kind.item)}[]"
    if kind.family == "enum" and kind.enum is not None:
        return f"the enum {kind.enum}"
    if kind.family == "other":
        return kind.name or "a type of its own"
    sizes = (kind.length,) if kind.length is not None else (kind.precision, kind.scale)
    size = ", ".join(str(number) for number in sizes if number is not None)
    zone = "" if kind.timezone is None else " with time zone" if kind.timezone else " without time zone"
    return f"{kind.family}({size}){zone}" if size else f"{kind.family}{zone}"


# Groups of families within which PostgreSQL casts on assignment; to text every type is cast, json also to jsonb.
_CAST_GROUPS = (
    _NUMBERS,
    frozenset({"json", "jsonb"}),
    frozenset({"time", "interval"}),
    frozenset({"bit"}),
)
_CAST_PAIRS = frozenset({("date", "timestamp"), ("timestamp", "date"), ("timestamp", "time")})
_KNOWN = frozenset(
    {*_NUMBERS, *_TEXTS, "boolean", "binary", "date", "time", "timestamp", "interval", "uuid", "json", "jsonb", "enum"}
    | {"inet", "tsvector", "xml", "bit", "array"}
)


@rule("MIG024", "missing-using-clause", "E/E/E", judges_change=True)
def missing_using_clause(step: Step) -> Iterator[Finding]:
    """PostgreSQL casts few types by itself: without USING such a type change stops, even on an empty table."""
    operation = step.operation
    weight = weight_on(step.target, "postgresql")
    if not isinstance(operation, AlterColumn) or isinstance(operation.type, str) or weight is None:
        return
    if isinstance(operation.table, Unknown) or isinstance(operation.column, Unknown) or _casts_itself(step):
        return
    old = type_on(type_before(step, operation.table, operation.column, operation.existing_type) or "", "postgresql")
    new = type_on(operation.type, "postgresql")
    if old is None or new is None or _is_cast(old, new) is not False:
        return
    column = f"{operation.table}.{operation.column}"
    default = _literal_default(step, operation.table, operation.column)
    if operation.using is not None and default is None:
        return
    what = f"`{column}`" if operation.using is None else f"the default of `{column}`"
    yield Finding(
        place=step.placed.argument("type_"),
        message=f"PostgreSQL does not cast {what} from {shown(old)} to {shown(new)} by itself: the upgrade stops with "
        "`cannot be cast automatically`",
        help=_cast(operation.column, new)
        if operation.using is None
        else "Drop the default in a call before this one (`server_default=None` in the same call comes too late), and "
        "set it again in a call after it.",
        anchor=step.anchor,
        weight=weight,
        basis=_basis(step, operation.table, operation.column),
        facts=(f"`{column}` is {shown(old)} before this revision", "casts as measured on PostgreSQL 15"),
    )


def _casts_itself(step: Step) -> bool:
    """Django writes USING with every type change, and takes defaults out of the way."""
    return step.revision.definition.framework == "django"


def _is_cast(old: SqlType, new: SqlType) -> bool | None:
    """Whether PostgreSQL casts a type to another on assignment; None where that is not known."""
    one, two = _family(old), _family(new)
    if one not in _KNOWN or two not in _KNOWN:
        return None
    if one == two == "array":
        return _is_cast(old.item, new.item) if old.item is not None and new.item is not None else None
    if one == two == "enum":
        return None if old.enum is None or new.enum is None else old.enum.name == new.enum.name
    if two in _TEXTS or one == two or (one, two) in _CAST_PAIRS:
        return True
    return any(one in group and two in group for group in _CAST_GROUPS)


def _family(kind: SqlType) -> str:
    """The family as PostgreSQL has it: an enum that is not native is kept as text."""
    return "varchar" if kind.family == "enum" and not kind.native else kind.family


def _literal_default(step: Step, table: ObjectName, column: str) -> Default | None:
    """The default that a column has before the step, where it is a literal."""
    known = _column(step, table, column)
    default = known.default if known is not None else None
    return default if isinstance(default, Default) and default.literal else None


def _cast(column: str, new: SqlType) -> str:
    spelled = {"double": "double precision", "binary": "bytea"}.get(new.family, shown(new).removeprefix("the enum "))
    return f'Say how: `postgresql_using="{column}::{spelled}"`.'

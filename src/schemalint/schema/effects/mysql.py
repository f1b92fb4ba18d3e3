"""What an operation does to MySQL and MariaDB: documented facts, not measured ones.

The table is `mysql.json`: a form of ALTER TABLE, whether other sessions may write meanwhile (`NONE`) or only read
(`SHARED`), and whether all rows are written anew. Sources: the MySQL 5.7, 8.0 and 9 Reference Manuals, "Online DDL
Operations" and "ALTER TABLE"; the MariaDB Knowledge Base, "InnoDB Online DDL Operations". Where the minor versions of a
major differ (DROP COLUMN before and after 8.0.29), the row says what all of them do.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import msgspec

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.revisions import Server
from schemalint.facts.tables import CheckDef, ForeignKeyDef, Generated, PrimaryKeyDef, UniqueDef
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.effects.records import Effect, Fact, TableLock
from schemalint.schema.view import SchemaView

_NAMES = {"mysql": "MySQL", "mariadb": "MariaDB"}
_ONE_BYTE = 63
"""Characters of a VARCHAR whose length fits one byte in every character set; 256 need two in every one."""


class DocumentedFact(Fact, frozen=True, gc=False):
    """A row of the table: which dialect it is of, beside what a fact says."""

    dialect: str = "mysql"


@lru_cache
def _facts() -> dict[tuple[str, str], list[DocumentedFact]]:
    text = files(__package__).joinpath("mysql.json").read_bytes()
    found: dict[tuple[str, str], list[DocumentedFact]] = {}
    for fact in msgspec.json.decode(text, type=list[DocumentedFact]):
        found.setdefault((fact.dialect, fact.form), []).append(fact)
    return found


def effect(operation: ops.Operation, schema: SchemaView, server: Server) -> Effect:
    """What an operation does to MySQL or MariaDB, on the schema that it meets.

    `Effect()` for what the table has no row of, and where the rows of the server's possible versions differ.
    """
    table = getattr(operation, "table", None)
    if not isinstance(table, ObjectName):
        return Effect()
    form, doubt = _form(operation, schema)
    fact = _fact(server, form)
    if fact is None:
        return Effect(doubts=(doubt,) if doubt else ())
    return Effect(
        form=form,
        locks=tuple(TableLock(table, f"LOCK={mode}") for mode in fact.locks.values()),
        rewrites=(table,) if fact.rewrites else (),
        builds=(table,) if fact.builds else (),
        source=f"documented for {_NAMES[server.dialect]}" + (f" {server.version}" if server.version else ""),
        doubts=(doubt,) if doubt else (),
    )


def _fact(server: Server, form: str) -> DocumentedFact | None:
    rows = _facts().get((server.dialect, form), [])
    if server.version is None:
        return rows[0] if len(rows) == 1 else None
    return next((row for row in rows if row.since <= server.version <= row.until), None)


def _form(operation: ops.Operation, schema: SchemaView) -> tuple[str, str]:
    """The row of an operation, and what is not known of it; an empty row where there is none."""
    match operation:
        case ops.CreateIndex(index=index):
            method = (index.method or "").lower()
            return (f"create-index-{method}" if method in ("fulltext", "spatial") else "create-index"), ""
        case ops.DropIndex():
            return "drop-index", ""
        case ops.AddColumn(column=column):
            if column.identity is not None:
                return "add-column-auto-increment", ""
            return _of_generated(column.generated), ""
        case ops.DropColumn():
            return "drop-column", ""
        case ops.AlterColumn():
            return _of_change(operation, schema)
        case ops.AddConstraint(constraint=constraint):
            return _ADDED.get(type(constraint), ""), ""
        case ops.DropConstraint(kind=kind):
            return _DROPPED.get(kind or "", ""), ""
        case ops.RenameColumn() | ops.RenameConstraint():
            return "rename", ""
        case _:
            return "", ""


_ADDED = {
    PrimaryKeyDef: "add-primary-key",
    UniqueDef: "add-unique",
    CheckDef: "add-check",
    ForeignKeyDef: "add-foreign-key",
}
_DROPPED = {"primary key": "drop-primary-key", "foreign key": "drop-foreign-key", "unique": "drop-index"}


def _of_generated(generated: Generated | None) -> str:
    if generated is None:
        return "add-column"
    return "add-column-stored" if generated.stored else "add-column-virtual"


def _of_change(operation: ops.AlterColumn, schema: SchemaView) -> tuple[str, str]:
    if operation.type == ops.KEEP:
        return ("alter-nullable" if operation.nullable != ops.KEEP else "alter-default"), ""
    old = _old_type(operation, schema)
    free = _is_free(old, operation.type)
    if free is None:
        return "", f"the type of `{operation.table}.{operation.column}` before is not known well enough"
    return ("alter-type-free" if free else "alter-type-copy"), ""


def _old_type(operation: ops.AlterColumn, schema: SchemaView) -> ColumnType | None:
    if isinstance(operation.table, Unknown) or isinstance(operation.column, Unknown):
        return None
    table = schema.table(operation.table)
    column = table.column(operation.column) if table is not None else None
    return column.definition.type if column is not None else operation.existing_type


def _is_free(old: ColumnType | None, new: object) -> bool | None:
    """Whether a change of type keeps the rows; None where that is not known.

    A longer VARCHAR does as long as its length is still kept in as many bytes, an ENUM whose values only grow at the
    end does up to 255 of them.
    """
    if not isinstance(old, SqlType) or not isinstance(new, SqlType):
        return None
    if old == new:
        return True
    if old.family != new.family or old.family == "other":
        return None if "other" in (old.family, new.family) else False
    if old.family == "varchar" and old.length is not None and new.length is not None:
        if old.length > new.length:
            return False
        return True if new.length <= _ONE_BYTE or old.length > 255 else None
    if old.family == "enum" and isinstance(old.values, tuple) and isinstance(new.values, tuple):
        return new.values[: len(old.values)] == old.values and len(new.values) < 256
    return None

"""The forms of what is done to indexes."""

from __future__ import annotations

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.unknown import Unknown
from schemalint.schema.effects.postgresql.cases import Case, Cases
from schemalint.schema.effects.postgresql.tables import Table, view_of
from schemalint.schema.table import TableView
from schemalint.schema.view import SchemaView


def create_index(operation: ops.CreateIndex, schema: SchemaView, version: int | None) -> Cases:
    """CREATE INDEX [CONCURRENTLY]."""
    table = view_of(schema, operation.table)
    partitioned = table is not None and table.is_partitioned
    if isinstance(operation.concurrently, Unknown):
        doubt = f"Whether the index is built CONCURRENTLY is not known: {operation.concurrently.reason}."
        return (_unknown_way("create-index-concurrently", operation.table, doubt),)
    if operation.only and not operation.concurrently:
        return (Case("create-index-only", operation.table),)
    form = "create-index-concurrently" if operation.concurrently else "create-index"
    return (Case(f"{form}-partitioned" if partitioned else form, operation.table),)


def drop_index(operation: ops.DropIndex, schema: SchemaView, version: int | None) -> Cases:
    """DROP INDEX [CONCURRENTLY]; SQL does not name the table."""
    table = _table_of(operation, schema)
    if isinstance(operation.concurrently, Unknown):
        doubt = f"Whether the index is dropped CONCURRENTLY is not known: {operation.concurrently.reason}."
        return (_unknown_way("drop-index-concurrently", _name(table, operation.table), doubt),)
    form = "drop-index-concurrently" if operation.concurrently else "drop-index"
    if table is None:
        doubts = () if isinstance(operation.table, ObjectName) else (_nowhere(operation.name),)
        return (Case(form, operation.table, doubts=doubts),)
    name = operation.name
    if isinstance(name, str) and table.index(name) is None and table.constraint(name) is not None:
        return (Case("drop-index-of-constraint", table.name, words={"subject_pkey": name}),)
    words = {"subject_number_idx": name} if isinstance(name, str) else {}
    if operation.concurrently and table.is_partitioned:
        form = "drop-index-concurrently-partitioned"
    return (Case(form, table.name, words=words),)


def _unknown_way(form: str, table: Table | None, doubt: str) -> Case:
    """What is certain where it is not known whether a statement runs CONCURRENTLY: the weaker lock."""
    return Case(form, table, doubts=(doubt,), without=frozenset({"refused_in_transaction"}))


def _table_of(operation: ops.DropIndex, schema: SchemaView) -> TableView | None:
    if isinstance(operation.table, ObjectName):
        return schema.table(operation.table)
    return schema.holder_of(operation.name, operation.schema) if isinstance(operation.name, str) else None


def _name(table: TableView | None, told: Table | None) -> Table | None:
    return table.name if table is not None else told


def _nowhere(name: str | Unknown) -> str:
    if isinstance(name, Unknown):
        return f"The index is not known: {name.reason}."
    return f"The table of the index {name} is not known."


def rename_index(operation: ops.RenameIndex, schema: SchemaView, version: int | None) -> Cases:
    """ALTER INDEX RENAME: only the index is locked."""
    table = schema.holder_of(operation.name, operation.schema) if isinstance(operation.name, str) else None
    return (Case("rename-index", _name(table, None)),)


def reindex(operation: ops.Maintenance, schema: SchemaView) -> Cases:
    """REINDEX of an index or a table; of more there is no form."""
    target = operation.target
    if target is None or operation.kind not in ("index", "table"):
        return ()
    subject: ObjectName | None = target
    doubts: tuple[str, ...] = ()
    if operation.kind == "index":
        table = schema.holder_of(target.name, target.schema)
        subject = table.name if table is not None else None
        doubts = () if table is not None else (_nowhere(str(target)),)
    form = "reindex-concurrently" if operation.concurrently else f"reindex-{operation.kind}"
    return (Case(form, subject, doubts=doubts),)

"""PostgreSQL's own parser as the judge of what is read of a statement; needs pglast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pglast import ast, parse_sql
from pglast.enums import ConstrType
from pglast.error import Error

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ConstraintDef
from schemalint.facts.unknown import Unknown

_BIND = re.compile(r"%\(\w+\)s|%s|(?<![:\w]):(?=[a-zA-Z_]\w*)\w+(?!')")
"""Values that a program binds."""


def judge(sql: str, found: list[ops.Operation]) -> tuple[str, str]:
    """`agrees`, `unread`, `differs` or `refused`, and why."""
    try:
        parsed = parse_sql(_BIND.sub("NULL", sql))
    except Error as error:
        return "refused", str(error)
    if any(isinstance(o, ops.OpaqueOperation) for o in found):
        return ("agrees", "") if isinstance(parsed[0].stmt, (ast.DoStmt, ast.CallStmt)) else ("unread", "it is opaque")
    expected = tuple(item for raw in parsed for item in _expected(raw.stmt))
    if not expected:
        return "agrees", ""
    got = tuple(item for operation in found for item in _summary(operation))
    return ("agrees", "") if expected == got else ("differs", f"expected {expected}, read {got}")


def _name(relation: Any) -> str:
    return f"{relation.schemaname}.{relation.relname}" if relation.schemaname else relation.relname


def _expected(node: Any) -> Iterator[Any]:
    if isinstance(node, ast.CreateStmt) and node.relation.relpersistence != "t":
        columns = [e for e in node.tableElts or () if isinstance(e, ast.ColumnDef)]
        keys = [e for e in node.tableElts or () if isinstance(e, ast.Constraint)]
        inline = [c for column in columns for c in column.constraints or () if c.contype in _KINDS]
        required = {
            column.colname
            for column in columns
            for c in column.constraints or ()
            if c.contype in (ConstrType.CONSTR_NOTNULL, ConstrType.CONSTR_PRIMARY, ConstrType.CONSTR_IDENTITY)
        } | {key.sval for c in keys if c.contype == ConstrType.CONSTR_PRIMARY for key in c.keys or ()}
        required |= {column.colname for column in columns if column.typeName.names[-1].sval.endswith("serial")}
        yield ("table", _name(node.relation))
        yield tuple((column.colname, column.colname not in required) for column in columns)
        yield tuple(sorted(_constraint(c) for c in (*inline, *keys)))
        if node.partbound:
            yield ("alter", _name(node.inhRelations[0]), "")
    elif isinstance(node, ast.AlterTableStmt) and node.objtype.name == "OBJECT_TABLE":
        for command in node.cmds:
            kind = _COMMANDS.get(command.subtype.name, "alter")
            yield (kind, _name(node.relation), (command.name or "") if kind != "alter" else "")
    elif isinstance(node, ast.IndexStmt):
        yield ("index", node.idxname, _name(node.relation), node.unique, node.concurrent, bool(node.whereClause))
        yield tuple((e.name, e.ordering.value == 2, bool(e.opclass)) for e in node.indexParams)
    elif isinstance(node, ast.RenameStmt) and node.renameType.name in _RENAMES.values():
        if node.renameType.name != "OBJECT_COLUMN" or node.relationType.name == "OBJECT_TABLE":
            yield ("rename", node.renameType.name)
    elif isinstance(node, (ast.UpdateStmt, ast.DeleteStmt)) and not node.withClause:
        yield (type(node).__name__[:6].lower(), _name(node.relation), bool(node.whereClause))
        if isinstance(node, ast.UpdateStmt):
            yield tuple(dict.fromkeys(target.name for target in node.targetList))
    elif isinstance(node, ast.InsertStmt) and not node.withClause:
        yield ("insert", _name(node.relation))
        yield tuple(column.name for column in node.cols or ())


_KINDS = {
    ConstrType.CONSTR_PRIMARY: "primary key",
    ConstrType.CONSTR_UNIQUE: "unique",
    ConstrType.CONSTR_CHECK: "check",
    ConstrType.CONSTR_FOREIGN: "foreign key",
    ConstrType.CONSTR_EXCLUSION: "exclude",
}
_COMMANDS = {
    "AT_AddColumn": "add_column",
    "AT_DropColumn": "drop_column",
    "AT_AddConstraint": "add_constraint",
    "AT_DropConstraint": "drop_constraint",
    "AT_ValidateConstraint": "validate_constraint",
}
_RENAMES = {
    ops.RenameTable: "OBJECT_TABLE",
    ops.RenameColumn: "OBJECT_COLUMN",
    ops.RenameConstraint: "OBJECT_TABCONSTRAINT",
    ops.RenameIndex: "OBJECT_INDEX",
    ops.RenameEnum: "OBJECT_TYPE",
}


def _constraint(node: Any) -> tuple[str, str]:
    return (_KINDS[node.contype], node.conname or "")


def _of(definition: ConstraintDef) -> tuple[str, str]:
    return (str(definition.__struct_config__.tag), definition.name or "")


def _text(name: ObjectName | Unknown | str | None) -> str:
    return "" if name is None or isinstance(name, Unknown) else str(name)


def _summary(operation: ops.Operation) -> Iterator[Any]:
    match operation:
        case ops.CreateTable(table=table):
            yield ("table", str(table.name))
            yield tuple((column.name, column.nullable) for column in table.columns)
            yield tuple(sorted(_of(c) for c in table.constraints))
        case ops.AttachPartition(table=table):
            yield ("alter", str(table), "")
        case ops.CreateIndex(table=table, index=index):
            name = index.name if isinstance(index.name, str) else None
            yield ("index", name, _text(table), index.unique, operation.concurrently, index.predicate is not None)
            keys = () if isinstance(index.elements, Unknown) else index.elements
            yield tuple((key.column, key.descending, key.operator_class is not None) for key in keys)
        case ops.AddColumn(table=table):
            yield ("add_column", _text(table), "")
        case ops.AddConstraint(table=table, inline=False):
            yield ("add_constraint", _text(table), "")
        case ops.DropColumn(table=table, column=column):
            yield ("drop_column", _text(table), _text(column))
        case ops.DropConstraint(table=table, name=name):
            yield ("drop_constraint", _text(table), _text(name))
        case ops.ValidateConstraint(table=table, name=name):
            yield ("validate_constraint", _text(table), _text(name))
        case ops.AlterColumn(table=table):
            yield ("alter", _text(table), "")
        case ops.AlterTable(table=table) | ops.DetachPartition(table=table):
            yield ("alter", _text(table), "")
        case ops.DataChange(command="update", table=table):
            yield ("update", _text(table), operation.bounded)
            yield operation.columns_set
        case ops.DataChange(command="delete", table=table):
            yield ("delete", _text(table), operation.bounded)
        case ops.DataChange(command="insert", table=table):
            yield ("insert", _text(table))
            yield operation.columns_set
        case _ if type(operation) in _RENAMES:
            yield ("rename", _RENAMES[type(operation)])
        case _:
            return

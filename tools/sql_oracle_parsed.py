"""What PostgreSQL's parser makes of a statement, as plain items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pglast import parse_sql
from pglast.error import Error
from pglast.stream import RawStream

from schemalint.facts.types import ColumnType, SqlType
from schemalint.sql.types import type_of_sql

Item = tuple[Any, ...]

CONSTRAINTS = {
    "CONSTR_PRIMARY": "primary key",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_CHECK": "check",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_EXCLUSION": "exclude",
}
_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_NULLS = {"SORTBY_NULLS_FIRST": "first", "SORTBY_NULLS_LAST": "last"}


def rendered(node: Any) -> str:
    """An expression as the parser's own printer writes it."""
    return str(RawStream()(node))


def plain_type(kind: ColumnType) -> str | None:
    """A type in short, without its collation; `char` is `char(1)` and arguments are folded, as the printer has it."""
    if not isinstance(kind, SqlType):
        return None
    size = None if kind.family == "char" and kind.length == 1 else kind.length
    item = plain_type(kind.item) if kind.item is not None else None
    name = kind.name.lower() if kind.name is not None and "(" in kind.name else kind.name
    parts = (name, size, kind.precision, kind.scale, kind.timezone, kind.values, item)
    return " ".join([kind.family, *(str(part) for part in parts if part is not None)])


def rendered_sql(sql: str) -> str:
    """An expression as the printer writes it; as it is where it is none."""
    try:
        statement: Any = parse_sql(f"SELECT {sql}")[0].stmt
        return rendered(statement.targetList[0].val)
    except Error:
        return sql


def constant(node: Any) -> str | None:
    """The text of a constant, one with a cast to a type that keeps its text too; None for what is computed."""
    kind = _kind(node)
    if kind == "TypeCast":
        computed = _EVALUATED.fullmatch(node.typeName.names[-1].sval)
        text = _kind(node.arg) == "A_Const" and _kind(node.arg.val) == "String"
        return node.arg.val.sval if text and not computed else None
    if kind == "A_Expr" and node.lexpr is None and node.name[0].sval in "+-":
        inner = constant(node.rexpr)
        return None if inner is None else f"{node.name[0].sval}{inner}"
    if kind != "A_Const":
        return None
    if node.isnull:
        return "null"
    if _kind(node.val) == "Boolean":
        return str(node.val.boolval).lower()
    return str(next(getattr(node.val, name) for name in ("ival", "fval", "sval", "bsval") if hasattr(node.val, name)))


_EVALUATED = re.compile(
    r"reg(?:class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type)"
    r"|date|time|timetz|timestamp|timestamptz|interval"
)


def _kind(node: Any) -> str:
    return type(node).__name__


def parsed_items(node: Any) -> Iterator[Item]:
    """The items of a statement; none for one that is not compared."""
    room = _ROOMS.get(_kind(node))
    if room is not None:
        yield from room(node)


def _name(relation: Any) -> str:
    return f"{relation.schemaname}.{relation.relname}" if relation.schemaname else str(relation.relname)


def _dotted(parts: Any) -> str:
    return ".".join(part.sval for part in parts[-2:])


def _strings(nodes: Any) -> tuple[str, ...]:
    return tuple(node.sval for node in nodes or ())


def _cascades(node: Any) -> bool:
    return bool(node.behavior.name == "DROP_CASCADE")


# ------------------------------------------------------------------------------------------------------------- columns


def _of(column: Any, contype: str) -> Any:
    return next((c for c in column.constraints or () if c.contype.name == contype), None)


def _column(column: Any, required: set[str]) -> Item:
    name = column.typeName.names[-1].sval if column.typeName else ""
    default, generated = _of(column, "CONSTR_DEFAULT"), _of(column, "CONSTR_GENERATED")
    identity = _of(column, "CONSTR_IDENTITY")
    not_null = any(_of(column, f"CONSTR_{kind}") for kind in ("NOTNULL", "PRIMARY", "IDENTITY"))
    serial = name in ("serial", "bigserial", "smallserial", "serial2", "serial4", "serial8")
    known = plain_type(type_of_sql(rendered(column.typeName))) if column.typeName and not serial else None
    return (
        column.colname,
        not (not_null or serial or column.colname in required),
        known,
        _default(default.raw_expr) if default else None,
        "serial" if serial else identity.generated_when if identity else None,
        (rendered(generated.raw_expr), generated.generated_kind) if generated else None,
    )


def _default(node: Any) -> Item:
    known = constant(node)
    return ("literal", known.lower()) if known is not None else ("computed", rendered(node))


def _constraints(column: Any) -> list[Item]:
    found: list[Any] = []
    for node in column.constraints or ():
        kind = node.contype.name
        if kind in CONSTRAINTS:
            found.append(list(_constraint(node, (column.colname,))))
        elif kind == "CONSTR_ATTR_DEFERRABLE" and found:
            found[-1][3] = True
        elif kind == "CONSTR_ATTR_NOT_ENFORCED" and found:
            found[-1][4] = False
    return [tuple(item) for item in found]


def _constraint(node: Any, columns: tuple[str, ...] = ()) -> Item:
    """Kind, name, columns, deferrable, enforced, and what the kind has of its own."""
    kind = CONSTRAINTS[node.contype.name]
    own: Item = ()
    if kind == "foreign key":
        columns = _strings(node.fk_attrs) or columns
        own = (_name(node.pktable), _strings(node.pk_attrs), _ACTIONS[node.fk_del_action], _ACTIONS[node.fk_upd_action])
    elif kind == "check":
        columns, own = (), (rendered(node.raw_expr),)
    elif kind == "unique":
        columns, own = _strings(node.keys) or columns, (not node.nulls_not_distinct,)
    elif kind == "exclude":
        columns = ()
    else:
        columns = _strings(node.keys) or columns
    if node.indexname:
        columns = ()
    enforced = kind not in ("check", "foreign key") or node.is_enforced
    return (kind, node.conname or None, columns, node.deferrable, enforced, *own)


# -------------------------------------------------------------------------------------------------------------- tables


def _create_table(node: Any) -> Iterator[Item]:
    if node.relation.relpersistence == "t":
        return
    columns = [element for element in node.tableElts or () if _kind(element) == "ColumnDef"]
    keys = [element for element in node.tableElts or () if _kind(element) == "Constraint"]
    named = {k.sval for key in keys if key.contype.name in ("CONSTR_PRIMARY", "CONSTR_NOTNULL") for k in key.keys or ()}
    parents = tuple(_name(parent) for parent in node.inhRelations or ())
    yield ("create table", _name(node.relation), node.if_not_exists)
    yield tuple(_column(column, named) for column in columns)
    inline = [item for column in columns for item in _constraints(column)]
    outside = [_constraint(key) for key in keys if key.contype.name != "CONSTR_NOTNULL"]
    yield tuple(sorted((*inline, *outside), key=str))
    yield (parents if node.partbound else (), () if node.partbound else parents, bool(node.partspec))
    if node.partbound:
        yield ("attach partition", parents[0], _name(node.relation))


_CHANGES = {
    "AT_ChangeOwner": "owner", "AT_SetTableSpace": "tablespace", "AT_SetLogged": "logged",
    "AT_SetUnLogged": "unlogged", "AT_ClusterOn": "cluster", "AT_DropCluster": "storage parameters",
    "AT_SetRelOptions": "storage parameters", "AT_ResetRelOptions": "storage parameters",
    "AT_EnableRowSecurity": "row security", "AT_DisableRowSecurity": "row security",
    "AT_ForceRowSecurity": "row security", "AT_NoForceRowSecurity": "row security",
    "AT_ReplicaIdentity": "replica identity", "AT_AddInherit": "inherit", "AT_DropInherit": "no inherit",
    "AT_AddOf": "type", "AT_DropOf": "type", "AT_SetAccessMethod": "access method",
}  # fmt: skip
_NAMED_CHANGES = {
    "AT_SetStatistics": "column statistics", "AT_SetStorage": "column storage",
    "AT_SetCompression": "column compression", "AT_SetOptions": "column parameters",
    "AT_ResetOptions": "column parameters", "AT_EnableTrig": "trigger", "AT_DisableTrig": "trigger",
    "AT_EnableAlwaysTrig": "trigger", "AT_EnableReplicaTrig": "trigger", "AT_EnableRule": "rule",
    "AT_DisableRule": "rule", "AT_EnableAlwaysRule": "rule", "AT_EnableReplicaRule": "rule",
}  # fmt: skip


def _alter_table(node: Any) -> Iterator[Item]:
    if node.objtype.name != "OBJECT_TABLE":
        return
    table = _name(node.relation)
    for command in node.cmds:
        yield from _action(table, command)


def _action(table: str, command: Any) -> Iterator[Item]:
    kind, name, body = command.subtype.name, command.name, command.def_
    if kind == "AT_AddColumn":
        yield ("add column", table, _column(body, set()), command.missing_ok)
        yield from (("add constraint", table, item, item[4] is False, None, True) for item in _constraints(body))
    elif kind == "AT_AddConstraint" and body.contype.name == "CONSTR_NOTNULL":
        yield ("alter column", table, body.keys[0].sval, "nullable", False, body.conname, body.skip_validation)
    elif kind == "AT_AddConstraint":
        yield ("add constraint", table, _constraint(body), body.skip_validation, body.indexname, False)
    elif kind in ("AT_DropColumn", "AT_DropConstraint"):
        what = "column" if kind == "AT_DropColumn" else "constraint"
        yield (f"drop {what}", table, name, command.missing_ok, _cascades(command))
    elif kind == "AT_ValidateConstraint":
        yield ("validate constraint", table, name)
    elif kind == "AT_ColumnDefault":
        yield ("alter column", table, name, "default", _default(body) if body else None)
    elif kind == "AT_AlterColumnType":
        known = plain_type(type_of_sql(rendered(body.typeName)))
        collation = _dotted(body.collClause.collname) if body.collClause else None
        yield (
            "alter column",
            table,
            name,
            "type",
            known,
            collation,
            rendered(body.raw_default) if body.raw_default else None,
        )
    elif kind in ("AT_SetNotNull", "AT_DropNotNull"):
        yield ("alter column", table, name, "nullable", kind == "AT_DropNotNull", None, False)
    elif kind in ("AT_AddIdentity", "AT_DropIdentity"):
        yield ("alter column", table, name, "identity", kind == "AT_AddIdentity")
    elif kind in ("AT_SetExpression", "AT_DropExpression"):
        yield ("alter column", table, name, "generated", rendered(body) if kind == "AT_SetExpression" else None)
    elif kind == "AT_AttachPartition":
        yield ("attach partition", table, _name(body.name))
    elif kind in ("AT_DetachPartition", "AT_DetachPartitionFinalize"):
        yield ("detach partition", table, _name(body.name), body.concurrent, kind.endswith("Finalize"))
    elif kind == "AT_AlterConstraint":
        yield ("alter table", table, "constraint options", body.conname)
    elif kind in _CHANGES:
        yield ("alter table", table, _CHANGES[kind], None)
    elif kind in _NAMED_CHANGES:
        yield ("alter table", table, _NAMED_CHANGES[kind], name)
    elif kind.startswith(("AT_EnableTrig", "AT_DisableTrig")):
        yield ("alter table", table, "trigger", "ALL" if kind.endswith("All") else "USER")
    elif kind == "AT_SetIdentity":
        if any(option.defname == "generated" for option in body):
            yield ("alter column", table, name, "identity", True)
        else:
            yield ("alter table", table, "column identity", name)
    else:
        yield (kind, table, name)


def _create_index(node: Any) -> Iterator[Item]:
    yield (
        "create index", node.idxname, _name(node.relation), node.unique, node.concurrent, node.if_not_exists,
        not node.relation.inh, node.accessMethod, not node.nulls_not_distinct,
    )  # fmt: skip
    yield tuple(_key(element) for element in node.indexParams)
    yield (
        tuple(element.name for element in node.indexIncludingParams or ()),
        rendered(node.whereClause) if node.whereClause else None,
    )


def _key(element: Any) -> Item:
    return (
        element.name or rendered(element.expr),
        element.ordering.name == "SORTBY_DESC",
        _NULLS.get(element.nulls_ordering.name),
        _dotted(element.opclass) if element.opclass else None,
        _dotted(element.collation) if element.collation else None,
    )


# ------------------------------------------------------------------------------------------------------------- objects

_KINDS = {
    "OBJECT_TABLE": "table", "OBJECT_INDEX": "index", "OBJECT_TYPE": "type", "OBJECT_SCHEMA": "schema",
    "OBJECT_VIEW": "view", "OBJECT_MATVIEW": "materialized view", "OBJECT_SEQUENCE": "sequence",
    "OBJECT_FUNCTION": "function", "OBJECT_PROCEDURE": "procedure", "OBJECT_AGGREGATE": "aggregate",
    "OBJECT_TRIGGER": "trigger", "OBJECT_POLICY": "policy", "OBJECT_RULE": "rule", "OBJECT_EXTENSION": "extension",
    "OBJECT_DOMAIN": "domain",
}  # fmt: skip


def _drop(node: Any) -> Iterator[Item]:
    kind = _KINDS.get(node.removeType.name)
    if kind is None:
        return
    for listed in node.objects:
        target = getattr(listed, "objname", None) or getattr(listed, "names", None) or listed
        parts = (target.sval,) if _kind(target) == "String" else _strings(target)
        owner = ".".join(parts[:-1]) if kind in ("trigger", "policy", "rule") else None
        name = parts[-1] if owner is not None else ".".join(parts[-2:])
        yield (
            "drop",
            kind,
            name,
            owner,
            node.missing_ok,
            _cascades(node) and kind != "index",
            node.concurrent,
        )


def _rename(node: Any) -> Iterator[Item]:
    kind = node.renameType.name
    table = _name(node.relation) if node.relation else None
    if kind == "OBJECT_TABLE":
        yield ("rename table", table, node.newname)
    elif kind == "OBJECT_COLUMN" and node.relationType.name == "OBJECT_TABLE":
        yield ("rename column", table, node.subname, node.newname)
    elif kind == "OBJECT_TABCONSTRAINT":
        yield ("rename constraint", table, node.subname, node.newname)
    elif kind == "OBJECT_INDEX":
        yield ("rename index", table, node.newname)
    elif kind == "OBJECT_TYPE":
        yield ("rename type", _dotted(node.object), node.newname)


def _alter_enum(node: Any) -> Iterator[Item]:
    if node.oldVal:
        yield ("rename value", _dotted(node.typeName), node.oldVal, node.newVal)
    else:
        side = None if node.newValNeighbor is None else "after" if node.newValIsAfter else "before"
        yield ("add value", _dotted(node.typeName), node.newVal, node.skipIfNewValExists, side, node.newValNeighbor)


def _checks(nodes: Any) -> tuple[Item, ...]:
    checks = [_constraint(node) for node in nodes or () if node.contype.name == "CONSTR_CHECK"]
    not_null = [("not null",)] if any(node.contype.name == "CONSTR_NOTNULL" for node in nodes or ()) else []
    return (*checks, *not_null)


def _alter_domain(node: Any) -> Iterator[Item]:
    demanded = _checks([node.def_]) if node.subtype == "C" else (("not null",),) if node.subtype == "O" else ()
    skipped = bool(node.subtype == "C" and node.def_.skip_validation)
    yield ("alter", "domain", _dotted(node.typeName), demanded, skipped)


def _comment(node: Any) -> Iterator[Item]:
    kind = node.objtype.name
    if kind == "OBJECT_COLUMN":
        yield ("comment", ".".join(_strings(node.object)), node.comment or "")
    elif kind == "OBJECT_TABLE":
        yield ("alter table", _dotted(node.object), "comment", None)


# ------------------------------------------------------------------------------------------------- session, rows, care


def _set(node: Any) -> Iterator[Item]:
    if node.kind.name == "VAR_SET_VALUE" and node.name not in ("role", "session_authorization", "timezone"):
        yield ("set", node.name, node.is_local)


def _options(node: Any) -> set[str]:
    off = ("false", "off")
    return {
        option.defname
        for option in node or ()
        if option.arg is None or str(getattr(option.arg, "sval", getattr(option.arg, "ival", ""))) not in (*off, "0")
    }


def _vacuum(node: Any) -> Iterator[Item]:
    full = "full" in _options(node.options)
    command = "analyze" if not node.is_vacuumcmd else "vacuum full" if full else "vacuum"
    for each in node.rels or (None,):
        yield ("maintenance", command, _name(each.relation) if each else None, False, None)


def _reindex(node: Any) -> Iterator[Item]:
    kind = node.kind.name.removeprefix("REINDEX_OBJECT_").lower()
    target = _name(node.relation) if node.relation else node.name
    yield ("maintenance", "reindex", target, "concurrently" in _options(node.params), kind)


_MODES = ("", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE",
          "EXCLUSIVE", "ACCESS EXCLUSIVE")  # fmt: skip


def _update(node: Any) -> Iterator[Item]:
    if not node.withClause:
        yield ("update", _name(node.relation), bool(node.whereClause))
        yield tuple(dict.fromkeys(target.name for target in node.targetList))


def _insert(node: Any) -> Iterator[Item]:
    if not node.withClause:
        yield ("insert", _name(node.relation))
        yield tuple(column.name for column in node.cols or ())


def _delete(node: Any) -> Iterator[Item]:
    if not node.withClause:
        yield ("delete", _name(node.relation), bool(node.whereClause))


def _create_as(node: Any) -> Iterator[Item]:
    relation = node.into.rel
    if relation.relpersistence == "t":
        return
    if node.objtype.name == "OBJECT_MATVIEW":
        yield ("create", "materialized view", _name(relation), None, ())
    else:
        yield ("create table", _name(relation), node.if_not_exists)
        yield from ((), (), ((), (), False))


_ROOMS: dict[str, Any] = {
    "CreateStmt": _create_table,
    "CreateTableAsStmt": _create_as,
    "AlterTableStmt": _alter_table,
    "IndexStmt": _create_index,
    "DropStmt": _drop,
    "RenameStmt": _rename,
    "AlterEnumStmt": _alter_enum,
    "CreateEnumStmt": lambda node: [("create enum", _dotted(node.typeName), _strings(node.vals))],
    "CreateSchemaStmt": lambda node: [("create schema", node.schemaname or node.authrole.rolename, node.if_not_exists)],
    "ViewStmt": lambda node: (
        [("create", "view", _name(node.view), None, ())] if node.view.relpersistence != "t" else []
    ),
    "CreateFunctionStmt": lambda node: [
        ("create", "procedure" if node.is_procedure else "function", _dotted(node.funcname), None, ())
    ],
    "CreateTrigStmt": lambda node: [("create", "trigger", node.trigname, _name(node.relation), ())],
    "CreatePolicyStmt": lambda node: [("create", "policy", node.policy_name, _name(node.table), ())],
    "RuleStmt": lambda node: [("create", "rule", node.rulename, _name(node.relation), ())],
    "CreateExtensionStmt": lambda node: [("create", "extension", node.extname, None, ())],
    "CreateSeqStmt": lambda node: (
        [("create", "sequence", _name(node.sequence), None, ())] if node.sequence.relpersistence != "t" else []
    ),
    "CreateDomainStmt": lambda node: [("create", "domain", _dotted(node.domainname), None, _checks(node.constraints))],
    "AlterDomainStmt": _alter_domain,
    "AlterRoleSetStmt": lambda node: [("setting", node.setstmt.name)] if node.setstmt.args else [],
    "CommentStmt": _comment,
    "VariableSetStmt": _set,
    "ConstraintsSetStmt": lambda node: [("set", "constraints", True)],
    "VacuumStmt": _vacuum,
    "ReindexStmt": _reindex,
    "ClusterStmt": lambda node: [
        ("maintenance", "cluster", _name(node.relation) if node.relation else None, False, None)
    ],
    "RefreshMatViewStmt": lambda node: [("maintenance", "refresh", _name(node.relation), node.concurrent, None)],
    "TruncateStmt": lambda node: [("truncate", tuple(_name(each) for each in node.relations), _cascades(node))],
    "LockStmt": lambda node: [("lock", tuple(_name(each) for each in node.relations), _MODES[node.mode], node.nowait)],
    "InsertStmt": _insert,
    "UpdateStmt": _update,
    "DeleteStmt": _delete,
}

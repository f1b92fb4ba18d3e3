"""Naming conventions: the names that SQLAlchemy gives constraints and indexes (sqlalchemy/sql/naming.py, 2.0)."""

from __future__ import annotations

import re

import msgspec

from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ConstraintDef,
    ForeignKeyDef,
    IndexDef,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.unknown import Unknown
from schemalint.readers.models.metadata import Metadata

_KINDS: dict[type, str] = {PrimaryKeyDef: "pk", UniqueDef: "uq", CheckDef: "ck", ForeignKeyDef: "fk"}
_TOKEN = re.compile(r"%\((\w+)\)s")
_COLUMN = re.compile(r"(?P<referred>referred_)?column_(?P<first>\d+)(?P<all>_?N)?_(?P<what>name|key|label)")


def named_constraint(constraint: ConstraintDef, table: ObjectName, metadata: Metadata) -> ConstraintDef:
    """The constraint with the name that its metadata gives it."""
    kind = _KINDS.get(type(constraint))
    template = metadata.template(kind) if kind is not None else None
    if template is None:
        return constraint
    if constraint.name is not None and "%(constraint_name)s" not in template:
        return constraint
    if constraint.name is None and "%(constraint_name)s" in template:
        return constraint
    name = _applied(template, table, getattr(constraint, "columns", ()), constraint)
    if name is None:
        return constraint
    return msgspec.structs.replace(constraint, name=name)


def named_index(index: IndexDef, table: ObjectName, metadata: Metadata) -> IndexDef:
    """The index with the name that its metadata gives it where the source gives none."""
    if index.name is not None and not isinstance(index.name, Unknown):
        return index
    template = metadata.template("ix") if metadata.known else None
    columns = index.columns
    name = _applied(template, table, columns, None) if template is not None and columns else None
    return msgspec.structs.replace(index, name=name or Unknown("the library names it"))


def _applied(
    template: str, table: ObjectName, columns: tuple[str, ...], constraint: ConstraintDef | None
) -> str | None:
    """A name from a template; None where a token of it is one of the project's own."""
    parts: dict[str, str] = {}
    for token in _TOKEN.findall(template):
        value = _part(token, table, columns, constraint)
        if value is None:
            return None
        parts[token] = value
    return _TOKEN.sub(lambda match: parts[match[1]], template)


def _part(which: str, table: ObjectName, columns: tuple[str, ...], constraint: ConstraintDef | None) -> str | None:
    target = constraint.target if isinstance(constraint, ForeignKeyDef) else None
    if which == "table_name":
        return table.name
    if which == "constraint_name":
        return constraint.name if constraint is not None else None
    if which == "referred_table_name":
        return target.name if isinstance(target, ObjectName) else None
    match = _COLUMN.fullmatch(which)
    if match is None:
        return None
    names = constraint.target_columns if match["referred"] and isinstance(constraint, ForeignKeyDef) else columns
    chosen = names[int(match["first"]) :] if match["all"] else names[int(match["first"]) : int(match["first"]) + 1]
    if not chosen:
        return None
    if match["what"] == "label":
        label = f"{table.schema.replace('.', '_')}_{table.name}" if table.schema else table.name
        chosen = tuple(f"{label}_{name}" for name in chosen)
    return ("_" if match["all"] == "_N" else "").join(chosen)

"""Naming conventions: the names that SQLAlchemy gives constraints and indexes (sqlalchemy/sql/naming.py, 2.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import md5

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
from schemalint.readers.sqlalchemy.names import FinalName

_KINDS: dict[type, str] = {PrimaryKeyDef: "pk", UniqueDef: "uq", CheckDef: "ck", ForeignKeyDef: "fk"}
_LONGEST = {"postgresql": 63, "mysql": 64, "mariadb": 64, "mssql": 128, "oracle": 128}
_TOKEN = re.compile(r"%\((\w+)\)s")
_COLUMN = re.compile(r"(?P<referred>referred_)?column_(?P<first>\d+)(?P<all>_?N)?_(?P<what>name|key|label)")


@dataclass(frozen=True)
class _Subject:
    """What a template is filled in from: `name` is the one that the source gives."""

    table: ObjectName
    columns: tuple[str, ...] = ()
    name: str | None = None
    reference: ForeignKeyDef | None = None


def named_constraint(constraint: ConstraintDef, table: ObjectName, metadata: Metadata) -> ConstraintDef:
    """The constraint with the name that its metadata gives it."""
    kind = _KINDS.get(type(constraint))
    reference = constraint if isinstance(constraint, ForeignKeyDef) else None
    subject = _Subject(table, getattr(constraint, "columns", ()), constraint.name, reference)
    name = _name(subject, metadata.template(kind) if kind is not None else None, metadata.dialect)
    return constraint if name is constraint.name else msgspec.structs.replace(constraint, name=name)


def dropped_name(name: str | None, kind: str, table: ObjectName, metadata: Metadata) -> str | None:
    """The name by which a constraint of a kind (`pk`, `uq`, `ck`, `fk`) is dropped where the source gives this one.

    Nothing is known of its columns.
    """
    return _name(_Subject(table, name=name), metadata.template(kind), metadata.dialect)


def named_index(index: IndexDef, table: ObjectName, metadata: Metadata) -> IndexDef:
    """The index with the name that its metadata gives it where the source gives none."""
    if index.name is not None:
        final = isinstance(index.name, FinalName)
        return msgspec.structs.replace(index, name=cut(str(index.name), metadata.dialect)) if final else index
    template = metadata.template("ix") if metadata.known else None
    columns = index.columns
    name = _applied(template, _Subject(table, columns)) if template is not None and columns else None
    given = cut(name, metadata.dialect) if name else Unknown("the library names it")
    return msgspec.structs.replace(index, name=given)


def cut(name: str, dialect: str | None) -> str:
    """A name that a convention gives, or `op.f`, as SQLAlchemy shortens it for the server; it refuses other long names.

    See `_truncate_and_render_maxlen_name` in sqlalchemy/sql/compiler.py (2.0); SQLite has no limit.
    """
    longest = _LONGEST.get(dialect or "postgresql")
    if longest is None or len(name) <= longest:
        return name
    return f"{name[: longest - 8]}_{md5(name.encode(), usedforsecurity=False).hexdigest()[-4:]}"


def _name(subject: _Subject, template: str | None, dialect: str | None) -> str | None:
    """The name from a template; that of the source where the template says nothing of it.

    A template with the name in it is for what has one, any other for what has none.
    """
    name = subject.name
    if isinstance(name, FinalName):
        return cut(str(name), dialect)
    if template is None or (name is None) is ("%(constraint_name)s" in template):
        return name
    applied = _applied(template, subject)
    return cut(applied, dialect) if applied else name


def _applied(template: str, subject: _Subject) -> str | None:
    """A name from a template; None where a token of it is one of the project's own."""
    parts: dict[str, str] = {}
    for token in _TOKEN.findall(template):
        value = _part(token, subject)
        if value is None:
            return None
        parts[token] = value
    return _TOKEN.sub(lambda match: parts[match[1]], template)


def _part(which: str, subject: _Subject) -> str | None:
    reference, table = subject.reference, subject.table
    if which == "table_name":
        return table.name
    if which == "constraint_name":
        return subject.name
    if which == "referred_table_name":
        return reference.target.name if reference is not None and isinstance(reference.target, ObjectName) else None
    match = _COLUMN.fullmatch(which)
    if match is None:
        return None
    names = reference.target_columns if match["referred"] and reference is not None else subject.columns
    chosen = names[int(match["first"]) :] if match["all"] else names[int(match["first"]) : int(match["first"]) + 1]
    if not chosen:
        return None
    if match["what"] == "label":
        label = f"{table.schema.replace('.', '_')}_{table.name}" if table.schema else table.name
        chosen = tuple(f"{label}_{name}" for name in chosen)
    return ("_" if match["all"] == "_N" else "").join(chosen)

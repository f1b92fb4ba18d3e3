"""The objects around a migration that only Alembic makes, as handles, and how they know each other."""

from __future__ import annotations

from schemalint.interpret.values import HOLE, MISSING, Handle, Instance, Member, Missing, Symbol, Unsure, Value
from schemalint.readers.alembic import catalog

OP = "alembic.op"
CONNECTION, CONTEXT, DIALECT, SESSION = Handle("connection"), Handle("context"), Handle("dialect"), Handle("session")
APART = Handle("connection", ("apart",))
"""An engine, what it connects, and a transaction begun by hand: what ends one there does not end the revision's."""
_DATABASE = frozenset({"connection", "context", "session", "batch"})


def handle_attribute(dialect: str | None, owner: Handle, name: str) -> Value | Missing:
    """What the attribute of a handle is; MISSING where that is not known."""
    if owner.kind == "dialect" and name in ("name", "dialect_description"):
        return dialect_name(dialect) or Unsure("the server of the target is not known")
    if owner.kind == "dialect" and name == "is_mariadb":
        return dialect == "mariadb" if dialect else Unsure("the server of the target is not known")
    if name in ("connection", "bind", "engine", "sync_engine", "sync_connection") and owner.kind in (
        "context", "connection", "session", "inspector",
    ):  # fmt: skip
        return APART if owner == APART or name in ("engine", "sync_engine") else CONNECTION
    if name == "dialect" and owner.kind in ("context", "connection", "inspector"):
        return DIALECT
    if owner.kind == "connection" and name == "name":
        return dialect_name(dialect) or Unsure("the server of the target is not known")
    if owner.kind == "connection" and name in ("url", "driver"):
        known = dialect_name(dialect)
        return f"{known}://" if known else Unsure("the server of the target is not known")
    if owner.kind == "context" and name in ("version_table_schema", "as_sql"):
        return None if name == "version_table_schema" else False
    if owner.kind == "context" and name == "impl":
        return CONTEXT
    if owner.kind in ("row", "cell"):
        return catalog.item(owner, name) if owner.kind == "row" and name == "name" else Member(owner, name)
    return MISSING


def tells_dialect(owner: Handle, name: str) -> bool:
    """Whether an attribute tells on which dialect the revision runs."""
    return owner.kind == "dialect" or (owner.kind == "connection" and name in ("name", "url", "driver"))


def dialect_name(dialect: str | None) -> str | None:
    """As SQLAlchemy names the dialect: MariaDB goes by the name of MySQL unless its URL says `mariadb://`."""
    return "mysql" if dialect == "mariadb" else dialect


def quoted(name: Value, dialect: str | None) -> Value:
    """A name as the dialect quotes it."""
    mark = "`" if dialect == "mysql" else '"'
    return f"{mark}{name}{mark}" if isinstance(name, str) else HOLE


def is_database(value: Value) -> bool:
    """Whether a value leads to the database."""
    if isinstance(value, Handle):
        return value.kind in _DATABASE
    if isinstance(value, Instance):
        return any(isinstance(field, Handle) and field.kind in _DATABASE for field in value.fields.values())
    return isinstance(value, Symbol) and value.name == OP

"""The metadata that tables belong to: its default schema and its naming convention."""

from __future__ import annotations

from dataclasses import dataclass

from schemalint.interpret.values import HOLE, Class, Entries, Instance, Made, Member, Symbol, Unsure, Value

_METADATA = frozenset({"sqlalchemy.MetaData", "sqlalchemy.schema.MetaData"})
_HOLDERS = frozenset(
    {
        "sqlalchemy.orm.registry",
        "sqlalchemy.orm.declarative_base",
        "flask_sqlalchemy.SQLAlchemy",
        "flask_appbuilder.SQLA",
    }
)


@dataclass(frozen=True)
class Metadata:
    """A `MetaData(...)`.

    `convention` holds its naming convention by kind of constraint (`pk`, `uq`, `ck`, `fk`, `ix`); a template that is
    not known is None. `known` is not set where it is not evident what the metadata was made with. `dialect` is that of
    the server that the tables are made on, which limits names; where it is not known, they are cut as for PostgreSQL.
    """

    name: str | None = None
    schema: str | None = None
    convention: tuple[tuple[str, str | None], ...] = (("ix", "ix_%(column_0_label)s"),)
    known: bool = True
    dialect: str | None = None

    def template(self, kind: str) -> str | None:
        """The template for names of a kind, or None."""
        return dict(self.convention).get(kind)


def metadata_of(value: Value, name: str | None) -> Metadata | None:
    """The metadata that a value is or holds; None for what is neither. `name` is what it is known by."""
    if isinstance(value, Made) and value.callee in _METADATA:
        return _made(value, name)
    if isinstance(value, Made) and value.owner is not None and value.callee == "generate_base":
        return metadata_of(value.owner, name)
    if isinstance(value, Made) and value.callee in _HOLDERS:
        inner = value.value("metadata")
        return metadata_of(inner, name) if inner is not None else Metadata(name)
    if isinstance(value, Member) and value.name == "metadata":
        return metadata_of(value.owner, name)
    if isinstance(value, Instance):
        given = next((arg.value for arg in value.args if arg.keyword == "metadata"), None)
        return metadata_of(given, name) if given is not None else None
    if isinstance(value, Symbol):
        return Metadata(name) if value.name.endswith((".metadata", ".MetaData")) else None
    if isinstance(value, (Unsure, Class)):
        return None
    return None


def _made(made: Made, name: str | None) -> Metadata:
    schema = made.value("schema", 0)
    known = not any(arg.keyword in ("*", "**") for arg in made.args)
    convention = made.value("naming_convention")
    pairs: list[tuple[str, str | None]] = []
    if convention is None:
        pairs = list(Metadata().convention)
    elif isinstance(convention, Entries):
        for key, template in convention.pairs:
            short = _kind(key)
            if short is not None:
                pairs.append((short, template if isinstance(template, str) and HOLE not in template else None))
        known = known and not convention.open
    else:
        known = False
    return Metadata(name, schema if isinstance(schema, str) and HOLE not in schema else None, tuple(pairs), known)


_KINDS = {
    "Index": "ix",
    "UniqueConstraint": "uq",
    "CheckConstraint": "ck",
    "ForeignKeyConstraint": "fk",
    "PrimaryKeyConstraint": "pk",
}


def _kind(key: Value) -> str | None:
    if isinstance(key, Symbol):
        return _KINDS.get(key.name.rpartition(".")[2])
    return key if isinstance(key, str) else None

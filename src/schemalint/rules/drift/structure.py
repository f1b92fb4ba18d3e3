"""Keys, unique constraints and indexes that models and migrations do not share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemalint.diagnostics import Place, Weight
from schemalint.facts.operations import Reach
from schemalint.facts.tables import ForeignKeyDef, IndexDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.unknown import Unknown
from schemalint.project.tables import Column, Part, Table, TablePart
from schemalint.rules.api import Finding, rule
from schemalint.rules.declarations import Style, framework_of, key_place, owner_of, place_of, style_of
from schemalint.rules.drift.common import dialect_of, owner_name, to_write
from schemalint.rules.drift.pairs import (
    Made,
    answers,
    columns_of,
    declared_parts,
    is_filtered,
    is_unique,
    listed,
    made_in,
    made_parts,
    name_of,
    paired,
    same_reference,
)
from schemalint.schema.table import TableView

_INDEXES_KEYS_ITSELF = frozenset({"mysql", "mariadb"})


@rule("DRF009", "drifted-constraint", "W/E/E")
def drifted_constraint(table: Table) -> Iterator[Finding]:
    """A key, unique constraint or index stands in the models but not in the migrations, or the other way round."""
    view = paired(table)
    if view is None:
        return
    made = made_parts(view)
    if view.is_complete(Reach.PARTS) and not view.doubtful_parts:
        yield from _not_made(table, view, made)
    if table.definition.complete and not is_filtered(table):
        yield from _not_declared(table, made, view.settled_since(0))


# ------------------------------------------------------------------------------------------- declared, and never made


@dataclass(frozen=True, slots=True)
class _Lack:
    """How what a model declares and no migration makes is reported."""

    what: str
    harm: str
    operation: str
    weight: Weight = Weight.FULL


def _not_made(table: Table, view: TableView, made: tuple[Made, ...]) -> Iterator[Finding]:
    definitions = tuple(item.definition for item in made)
    for part in declared_parts(table):
        definition = part.definition
        columns = columns_of(definition)
        if part.migrated or answers(definition, definitions) or any(view.column(name) is None for name in columns):
            continue
        lack = _lack(table, definition, made)
        if lack is None:
            continue
        column = _only(table, columns)
        yield Finding(
            place=_place(part, column),
            message=f"`{owner_name(table)}` declares {lack.what}, and no migration makes it: {lack.harm}",
            help=to_write(table, lack.operation),
            anchor=_anchor(table, definition, column),
            weight=lack.weight,
            facts=tuple(_nearly(table, definition, made)),
        )


def _lack(table: Table, part: Part, made: tuple[Made, ...]) -> _Lack | None:
    subject = _subject(table, part)
    if isinstance(part, PrimaryKeyDef):
        if not any(isinstance(item.definition, PrimaryKeyDef) for item in made):
            return None
        return _Lack(
            f"{subject} the primary key",
            "the database tells rows apart by other columns than the session does",
            f"it drops the old key and calls `op.create_primary_key(...)` on {listed(part.columns)}",
        )
    if isinstance(part, ForeignKeyDef):
        if isinstance(part.target, Unknown) or not _is_made(table, part):
            return None
        return _Lack(
            f"a foreign key from {subject} to `{part.target}`",
            "the database keeps rows that refer to nothing",
            "`op.create_foreign_key(...)`",
        )
    if is_unique(part):
        return _Lack(
            f"{subject} unique",
            "the database stores the same value twice, and an upsert on it fails",
            "`op.create_index(..., unique=True)`"
            if isinstance(part, IndexDef)
            else "`op.create_unique_constraint(...)`",
        )
    if not isinstance(part, IndexDef) or _is_indexed_by_server(table, part):
        return None
    return _Lack(
        f"an index on {subject}",
        "every search by it reads the whole table",
        "`op.create_index(...)`, on PostgreSQL concurrently",
        Weight.REDUCED,
    )


def _is_made(table: Table, key: ForeignKeyDef) -> bool:
    """Whether the table that a key refers to is there; where it is not, that is the drift."""
    assert not isinstance(key.target, Unknown)
    target = table.tables.find(key.target, near=table)
    return target is not None and target.migrated is not None


def _is_indexed_by_server(table: Table, index: IndexDef) -> bool:
    """Whether the server makes the index by itself: InnoDB does for the columns of a foreign key."""
    servers = table.target.servers if table.target is not None else ()
    if not servers or any(server.dialect not in _INDEXES_KEYS_ITSELF for server in servers):
        return False
    keys = (part.definition for part in table.foreign_keys)
    return any(columns_of(key)[: len(columns_of(index))] == columns_of(index) for key in keys)


def _nearly(table: Table, part: Part, made: tuple[Made, ...]) -> Iterator[str]:
    """What the history made that comes near to what is declared, else that it made nothing like it."""
    columns = set(columns_of(part))
    for item in made:
        other = item.definition
        if type(other) is not type(part) or (set(columns_of(other)) != columns and not isinstance(part, PrimaryKeyDef)):
            continue
        if isinstance(other, PrimaryKeyDef):
            yield f"the migrations make {listed(other.columns)} the primary key of `{table.name}`"
        elif isinstance(other, ForeignKeyDef):
            yield f"the foreign key that the migrations make refers to `{other.target}`"
        else:
            yield f"the index `{name_of(other) or '...'}` that the migrations make is not unique"
        return
    yield f"the migrations make `{table.name}`, and nothing like it on {listed(columns_of(part)) or 'the table'}"


# -------------------------------------------------------------------------------------------- made, and not declared


def _not_declared(table: Table, made: tuple[Made, ...], named: bool) -> Iterator[Finding]:
    """`named` tells that it is known how they are called."""
    declared = tuple(part.definition for part in declared_parts(table))
    known = {column.name for column in table.columns if column.declared is not None}
    spare = [
        item
        for item in made
        if columns_of(item.definition)
        and known.issuperset(columns_of(item.definition))
        and not answers(item.definition, declared)
    ]
    for item in spare:
        if isinstance(item.definition, UniqueDef) or is_unique(item.definition):
            yield _spare_unique(table, item)
        elif isinstance(item.definition, ForeignKeyDef) and _could_be_declared(table, item.definition, declared):
            yield _spare_key(table, item)
    indexes = [item for item in spare if isinstance(item.definition, IndexDef) and not is_unique(item.definition)]
    if indexes and framework_of(table) == "alembic":
        yield _spare_indexes(table, indexes, named)


def _could_be_declared(table: Table, key: ForeignKeyDef, declared: tuple[Part, ...]) -> bool:
    """Whether models lack the key alone: Django's have none over several columns."""
    possible = len(key.columns) == 1 or framework_of(table) == "alembic"
    return possible and not _is_elsewhere(key, declared)


def _is_elsewhere(key: ForeignKeyDef, declared: tuple[Part, ...]) -> bool:
    """Whether models declare a key over the same columns to another table, which is reported as not made."""
    keys = (part for part in declared if isinstance(part, ForeignKeyDef))
    return any(set(part.columns) == set(key.columns) and not same_reference(part, key) for part in keys)


def _spare_unique(table: Table, item: Made) -> Finding:
    subject = _subject(table, item.definition)
    return Finding(
        place=table.place,
        message=f"the migrations make {subject} unique, and `{owner_name(table)}` does not say so: an INSERT that the "
        f"model allows fails with an IntegrityError{_and_dropped(table)}",
        help=f"Declare it: {_declaration(table, item.definition)}; or drop it in a new revision.",
        anchor=_anchor(table, item.definition, None),
        weight=Weight.REDUCED,
        facts=_of_test_databases(table),
        related=made_in(table, item),
    )


def _spare_key(table: Table, item: Made) -> Finding:
    key = item.definition
    assert isinstance(key, ForeignKeyDef)
    return Finding(
        place=table.place,
        message=f"the migrations make a foreign key from {_subject(table, key)} to `{key.target}`, and "
        f"`{owner_name(table)}` does not say so: {_unaware(table)}{_and_dropped(table)}",
        help=f"Declare it: {_declaration(table, key)}; or drop it in a new revision.",
        anchor=_anchor(table, key, None),
        weight=Weight.REDUCED,
        facts=_of_test_databases(table),
        related=made_in(table, item),
    )


def _unaware(table: Table) -> str:
    if framework_of(table) == "alembic":
        return "the unit of work does not know which rows to write first"
    return "Django neither follows it nor deletes what refers to a row before the row"


def _of_test_databases(table: Table) -> tuple[str, ...]:
    """Django makes test databases by its migrations."""
    alembic = framework_of(table) == "alembic"
    return ("a test database that is made from the models does not have it",) if alembic else ()


def _spare_indexes(table: Table, items: Sequence[Made], named: bool) -> Finding:
    names = [
        (name_of(item.definition) if named else None) or f"the one on {listed(columns_of(item.definition))}"
        for item in items
    ]
    many = len(items) > 1
    return Finding(
        place=table.place,
        message=f"the migrations make {'indexes' if many else 'an index'} of `{table.name}` that no model declares "
        f"({', '.join(names)}): the next `alembic revision --autogenerate` drops {'them' if many else 'it'}",
        help=f"Declare {'them' if many else 'it'}: {_declaration(table, items[0].definition)}; or drop "
        f"{'those' if many else 'it'} that nothing needs in a new revision.",
        anchor=f"{table.name}:indexes",
        weight=Weight.NOTE,
        related=tuple(place for item in items for place in made_in(table, item)),
    )


def _and_dropped(table: Table) -> str:
    alembic = framework_of(table) == "alembic"
    return ", and the next `alembic revision --autogenerate` drops it" if alembic else ""


# -------------------------------------------------------------------------------------------------------- in messages


def _only(table: Table, columns: tuple[str, ...]) -> Column | None:
    return table.column(columns[0]) if len(columns) == 1 else None


def _subject(table: Table, part: Part) -> str:
    """What a part is over: `users.email`, `users(a, b)`; its name where that is an expression."""
    columns = columns_of(part)
    if isinstance(part, IndexDef) and part.columns is None:
        return f"`{table.name}.{name_of(part)}`" if name_of(part) else f"an expression of `{table.name}`"
    return f"`{table.name}.{columns[0]}`" if len(columns) == 1 else f"`{table.name}({', '.join(columns)})`"


def _anchor(table: Table, part: Part, column: Column | None) -> str:
    kind = "unique" if is_unique(part) else "index" if isinstance(part, IndexDef) else str(part.__struct_config__.tag)
    if column is not None:
        return f"{owner_of(column)}:{kind}"
    return f"{table.name}:{kind}:{','.join(columns_of(part)) or name_of(part) or ''}"


def _place(part: TablePart, column: Column | None) -> Place:
    """The argument of the column that declares the part, else the part's own place."""
    if column is None or column.attribute is None or part.place != column.attribute.place:
        return part.place
    if isinstance(part.definition, ForeignKeyDef):
        return key_place(part, column)
    return place_of(column, "unique", "index") if is_unique(part.definition) else place_of(column, "index", "unique")


def _declaration(table: Table, part: Part) -> str:
    """How a model declares a part."""
    columns = columns_of(part)
    quoted = ", ".join(f'"{name}"' for name in columns)
    name = name_of(part)
    called = f'"{name}"' if name is not None else '"..."'
    where = "among the arguments of `Table(...)`" if style_of(table) is Style.CORE else "in `__table_args__`"
    if style_of(table) is Style.DJANGO:
        if is_unique(part):
            return f"`models.UniqueConstraint(fields=[...], name={called})` in `Meta.constraints`"
        return "`models.ForeignKey(...)`"
    if isinstance(part, ForeignKeyDef):
        remote = ", ".join(f'"{part.target}.{column}"' for column in part.target_columns)
        return f"`ForeignKeyConstraint([{quoted}], [{remote}])` {where}"
    if isinstance(part, UniqueDef):
        return f"`UniqueConstraint({quoted}, name={called})` {where}"
    unique = ", unique=True" if is_unique(part) else ""
    dialect = dialect_of(table) or "postgresql"
    partial = isinstance(part, IndexDef) and part.predicate is not None
    condition = f", {dialect}_where=text(...)" if partial else ""
    return f"`Index({called}, {quoted}{unique}{condition})` {where}"

"""What a comparison asks of each side: what is there, and what is known to be lacking."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol, Union

import msgspec

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import CreateObject
from schemalint.facts.tables import ConstraintDef, EnumDef, IndexDef, TableDef
from schemalint.schema.parts import ConstraintView, IndexView
from schemalint.schema.table import TableView
from schemalint.schema.view import SchemaView

Part = Union[ConstraintDef, IndexDef]


class SchemaDef(msgspec.Struct, frozen=True, gc=False):
    """A schema as definitions, such as models declare it. `complete` tells that there is no table besides."""

    tables: tuple[TableDef, ...] = ()
    enums: tuple[EnumDef, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of one side. `lacks_part` tells whether the table is known to hold nothing like a constraint or index.

    `settled` tells that what is known of the table holds: nothing opaque may have changed it since.
    """

    definition: TableDef
    complete: bool
    settled: bool
    lacks_column: Callable[[str], bool]
    lacks_part: Callable[[Part], bool]


class Side(Protocol):
    """One side of a comparison. `settled` tells that nothing opaque may have changed anything."""

    @property
    def settled(self) -> bool: ...
    def table_names(self) -> Iterable[ObjectName]: ...
    def table(self, name: ObjectName) -> Contents | None: ...
    def lacks_table(self, name: ObjectName) -> bool: ...
    def enums(self) -> Iterable[EnumDef]: ...
    def lacks_enum(self, name: ObjectName) -> bool: ...
    def objects(self) -> Iterable[CreateObject]: ...
    def lacks_object(self, kind: str, name: ObjectName, table: ObjectName | None) -> bool: ...


def side_of(schema: Union[SchemaView, SchemaDef, Side], dialect: str | None) -> Side:
    """A schema as a side. For PostgreSQL names in `public` go without it."""
    if isinstance(schema, SchemaView):
        return ViewSide(schema, dialect)
    return DefinitionSide(schema, dialect) if isinstance(schema, SchemaDef) else schema


def contents_of_definition(definition: TableDef) -> Contents:
    """A table of which nothing but its definition is known."""
    complete = definition.complete
    return Contents(definition, complete, True, lambda name: complete, lambda part: complete)


def contents_of_view(view: TableView, since: int = 0) -> Contents:
    """A table of the replay. What was opaque before the step `since` is no matter."""
    return Contents(
        view.definition,
        view.complete,
        view.settled_since(since),
        lambda name: view.has_column(name) is False,
        lambda part: view.complete and not view.doubtful_parts,
    )


def _plain(name: ObjectName, dialect: str | None) -> ObjectName:
    return ObjectName(name.name) if dialect == "postgresql" and name.schema == "public" else name


class DefinitionSide:
    """Definitions as a side."""

    settled = True

    def __init__(self, schema: SchemaDef, dialect: str | None) -> None:
        self._schema = schema
        self._tables = {_plain(table.name, dialect): table for table in schema.tables}
        self._dialect = dialect

    def table_names(self) -> Iterable[ObjectName]:
        return self._tables

    def table(self, name: ObjectName) -> Contents | None:
        found = self._tables.get(_plain(name, self._dialect))
        return contents_of_definition(found) if found is not None else None

    def lacks_table(self, name: ObjectName) -> bool:
        return self._schema.complete and self.table(name) is None

    def enums(self) -> Iterable[EnumDef]:
        return self._schema.enums

    def lacks_enum(self, name: ObjectName) -> bool:
        return self._schema.complete and all(enum.name != name for enum in self._schema.enums)

    def objects(self) -> Iterable[CreateObject]:
        return ()

    def lacks_object(self, kind: str, name: ObjectName, table: ObjectName | None) -> bool:
        return False


class ViewSide:
    """A view of the replayed schema as a side. What was opaque before the step `since` is no matter."""

    def __init__(self, view: SchemaView, dialect: str | None = None, since: int = 0) -> None:
        self.view = view
        self._dialect = dialect
        self._since = since

    @property
    def settled(self) -> bool:
        return self.view.settled_since(self._since)

    def table_names(self) -> Iterator[ObjectName]:
        return (_plain(table.name, self._dialect) for table in self.view.tables())

    def table(self, name: ObjectName) -> Contents | None:
        found = self._find(name)
        return contents_of_view(found, self._since) if found is not None else None

    def _find(self, name: ObjectName) -> TableView | None:
        found = self.view.table(name)
        if found is None and self._dialect == "postgresql" and name.schema is None:
            found = self.view.table(ObjectName(name.name, "public"))
        return found

    def lacks_table(self, name: ObjectName) -> bool:
        return self._find(name) is None and self.view.lacks_table(name)

    def enums(self) -> Iterator[EnumDef]:
        return (enum.definition for enum in self.view.enums())

    def lacks_enum(self, name: ObjectName) -> bool:
        return self.view.lacks_enum(name)

    def objects(self) -> Iterator[CreateObject]:
        return (item.definition for item in self.view.objects())

    def lacks_object(self, kind: str, name: ObjectName, table: ObjectName | None) -> bool:
        return self.view.has_object(kind, name, table) is False


class Origins(ViewSide):
    """The schema before a revision, with what its upgrade proves of it: what it made was not there.

    `after` is the schema after the upgrade. `unsure` are the steps that may not run; `checked` those that do, but only
    make what is not there: SQLAlchemy makes each enum type so, which is no sign that one may be there of which the
    history has not said anything yet.
    """

    def __init__(
        self, before: SchemaView, after: SchemaView, unsure: Collection[int], checked: Collection[int] = ()
    ) -> None:
        super().__init__(before, since=before.step)
        self._after = after
        self._doubtful = unsure
        self._unsure = {*unsure, *checked}

    def _made(self, step: int | None) -> bool:
        return step is not None and step > self.view.step and step not in self._unsure

    def lacks_table(self, name: ObjectName) -> bool:
        made = self._after.table(name)
        return super().lacks_table(name) or (made is not None and self._made(made.created_at))

    def table(self, name: ObjectName) -> Contents | None:
        found = super().table(name)
        after = self._after.table(name)
        if found is None or after is None:
            return found
        made = after

        def lacks_column(column: str) -> bool:
            new = made.column(column)
            return found.lacks_column(column) or (new is not None and self._made(new.created_at))

        def lacks_part(part: Part) -> bool:
            held: tuple[ConstraintView | IndexView, ...] = (*made.constraints(), *made.indexes())
            new = next((item for item in held if item.definition == part), None)
            return found.lacks_part(part) or (new is not None and self._made(new.created_at))

        return replace(found, lacks_column=lacks_column, lacks_part=lacks_part)

    def lacks_enum(self, name: ObjectName) -> bool:
        made = self._after.enum(name)
        step = made.created_at if made is not None else None
        unheard = step is not None and step not in self._doubtful and not self.view.names_enum(name)
        return super().lacks_enum(name) or self._made(step) or unheard

    def lacks_object(self, kind: str, name: ObjectName, table: ObjectName | None) -> bool:
        made = self._after.object(kind, name, table)
        return super().lacks_object(kind, name, table) or (made is not None and self._made(made.created_at))

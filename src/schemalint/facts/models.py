"""Tables and mapped classes as code declares them.

What would be in the database is a `TableDef`, which carries no place; where its parts stand is told beside it. What
only the library knows (relationships, defaults that it fills in, annotations) is here.
"""

from __future__ import annotations

from typing import Union

import msgspec

from schemalint.diagnostics import Place
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import TableDef
from schemalint.facts.unknown import Unknown


class ClientDefault(msgspec.Struct, frozen=True, gc=False):
    """A value that the library fills in, on insert or on update.

    `kind` tells what was written:

    - `constant`: a number, a text, a member of an enum, ...
    - `mutable`: a list, dict or set, one object for all rows
    - `called`: the result of a call that runs once, when the module is imported (`default=uuid4()`)
    - `function`: something that is called for each row (`default=uuid4`, a lambda, a `default_factory`)
    - `sql`: an expression that the server evaluates (`default=func.now()`), a sequence
    - `unknown`: something that is not followed

    `name` is the full dotted name of what is called in the end, also where a lambda or a function of the project does
    nothing but call it (`datetime.datetime.now`); of a method it is the whole chain
    (`datetime.datetime.now().replace`). For a constant it is its text. `arguments` tells that it is called with some.
    """

    kind: str
    name: str | None = None
    arguments: bool = False
    place: Place | None = None


class Attribute(msgspec.Struct, frozen=True, gc=False):
    """An attribute of a class that stands for a column.

    `annotation` is the full name of the Python type (`builtins.str`), `optional` whether it admits None; both are None
    where there is no annotation or it is not understood. `required` tells that the constructor asks for the value;
    None where there is no such thing. `place` is the statement; `options` are the places of its arguments by keyword
    (`nullable`, `default`, `ForeignKey`, `type_`). `inherited` names the class that declares it where that is another.
    """

    name: str
    column: str
    place: Place
    annotation: str | None = None
    optional: bool | None = None
    required: bool | None = None
    default: ClientDefault | None = None
    on_update: ClientDefault | None = None
    options: tuple[tuple[str, Place], ...] = ()
    inherited: str | None = None

    def option(self, *names: str) -> Place:
        """The place of the first of these arguments that was given, else of the statement."""
        by_name = dict(self.options)
        return next((by_name[name] for name in names if name in by_name), self.place)


class RelationshipDef(msgspec.Struct, frozen=True, gc=False):
    """A relationship of a mapped class, as far as it is evident. What is not given is None.

    `target` is the full name of the class, or the name as it was written where that is of no class of the project.
    `many` tells whether it holds a collection: by annotation, `uselist` or, for Django, the kind of the field.
    `optional` is what the annotation says. `secondary` is the table in between. `columns` are the columns of this
    class's own foreign key, where they are evident. `options` are the names of the other arguments that were given.
    """

    attribute: str
    target: Union[str, Unknown, None] = None
    many: bool | None = None
    optional: bool | None = None
    back_populates: Union[str, Unknown, None] = None
    backref: Union[str, Unknown, None] = None
    secondary: Union[ObjectName, Unknown, None] = None
    cascade: Union[str, Unknown, None] = None
    lazy: Union[str, bool, Unknown, None] = None
    passive_deletes: Union[str, bool, Unknown, None] = None
    viewonly: bool = False
    columns: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class TablePlaces(msgspec.Struct, frozen=True, gc=False):
    """Where a table and its parts stand. `constraints` and `indexes` stand in the order of the definition's own."""

    table: Place
    columns: tuple[tuple[str, Place], ...] = ()
    constraints: tuple[Place, ...] = ()
    indexes: tuple[Place, ...] = ()

    def column(self, name: str) -> Place:
        """Where a column stands; the table's place where that is not known."""
        return dict(self.columns).get(name, self.table)


class NotRead(msgspec.Struct, frozen=True, gc=False):
    """A part of a model that could not be read: an attribute, `__tablename__`, `__table_args__`, a base (`what`)."""

    what: str
    reason: str
    place: Place


class ModelDef(msgspec.Struct, frozen=True, gc=False):
    """A class that is mapped to a table, or a table that is declared without a class.

    `name` is the full dotted name of the class or of the variable that holds the table. `library` is sqlalchemy,
    sqlmodel or django. `kind` is one of:

    - `table`: the class has a table of its own
    - `joined`: so, and its rows continue those of its parent's table
    - `single`: the class lives in its parent's table; `table` then holds only what this class adds
    - `proxy`: the class is another view of its parent's table, and adds nothing (Django)
    - `core`: a `Table(...)`
    - `imperative`: a class that is mapped to a `Table(...)` by a call
    - `implicit`: the table that Django makes for a many-to-many field
    - `abstract`: a class without a table that others inherit from

    `table` is None for an abstract class and Unknown where its name is computed. `bases` is the chain of ancestors as
    far as they resolve, nearest first; `metadata` names the metadata or the registry that the table belongs to, where
    that is evident. `managed` is not set where Django leaves the table alone.
    """

    path: str
    name: str
    library: str
    kind: str
    table: Union[TableDef, Unknown, None]
    place: Place
    places: TablePlaces | None = None
    attributes: tuple[Attribute, ...] = ()
    relationships: tuple[RelationshipDef, ...] = ()
    relationship_places: tuple[Place, ...] = ()
    bases: tuple[str, ...] = ()
    metadata: str | None = None
    managed: bool = True
    not_read: tuple[NotRead, ...] = ()

    @property
    def table_name(self) -> ObjectName | None:
        """The name of the table; None where there is none or it is not known."""
        return self.table.name if isinstance(self.table, TableDef) else None

    def attribute(self, column: str) -> Attribute | None:
        """The attribute that stands for a column, or None."""
        return next((item for item in self.attributes if item.column == column), None)

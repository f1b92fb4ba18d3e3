"""Merging: the tables that models declare and those that histories made.

A history belongs to a metadata when its environment names it, when the project has one of each, or when the history
has at least four of five tables of the metadata. Where a table is declared and no history can be said to be its own,
nothing is known of what the database holds besides: what is absent then is not known to be absent. The same goes for
tables that SQL beside any history makes or changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Union

from schemalint.diagnostics import Place
from schemalint.facts.models import ModelDef
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ForeignKeyDef, IndexDef, PrimaryKeyDef, TableDef, UniqueDef
from schemalint.project.subjects import History, Target
from schemalint.project.tables import Column, Part, Table, TablePart, Tables
from schemalint.schema.parts import ConstraintView, IndexView
from schemalint.schema.table import TableView
from schemalint.schema.view import SchemaView

_OVERLAP = 0.8
_OWN = frozenset({"table", "joined", "core", "implicit"})


@dataclass(frozen=True, slots=True, eq=False)
class _End:
    """The schema after everything, and where its steps stand. Histories that build one schema together share it."""

    histories: tuple[History, ...]
    view: SchemaView
    places: Mapping[int, Place]
    owners: Mapping[int, History]

    def history(self, table: TableView | None) -> History:
        """The history that made a table; the first where none is known to have."""
        made = table.created_at if table is not None else None
        return self.owners.get(made, self.histories[0]) if made is not None else self.histories[0]


def tables_of(
    models: Iterable[ModelDef],
    histories: Iterable[History] = (),
    target: Target | None = None,
    scripted: Collection[str] = (),
) -> Tables:
    """The tables of a project, by name: those that models declare, and those that only a history knows.

    Histories are replayed. `target` is that of a project without a history. `scripted` are the names of tables, in
    small letters, that SQL beside the histories works on. Tables of one name belong together where their metadata is
    the same, or not known.
    """
    ends = _ends(histories)
    declared = [model for model in models if model.kind != "abstract"]
    groups = _groups(declared)
    pairs = _pairs(groups, ends)
    tables = Tables(unnamed=tuple(model for model in declared if model.table_name is None))
    targets = tuple(dict.fromkeys(history.target for end in ends for history in end.histories))
    if not targets and target is not None:
        targets = (target,)
    only = targets[0] if len(targets) == 1 else None
    found = [
        _table(tables, name, members, pairs.get(metadata), only, not ends and name.name.lower() not in scripted)
        for (metadata, name), members in groups.items()
    ]
    known = {(id(table.history), table.migrated.name) for table in found if table.migrated is not None}
    found.extend(
        _table(tables, view.name, [], end, None, False)
        for end in ends
        for view in end.view.tables()
        if (id(end.history(view)), view.name) not in known
    )
    tables.all = tuple(sorted(found, key=lambda table: (table.name.schema or "", table.name.name, table.place)))
    for table in tables.all:
        for name in dict.fromkeys((table.name, table.migrated.name if table.migrated is not None else table.name)):
            tables.by_name.setdefault(name, []).append(table)
    return tables


def _ends(histories: Iterable[History]) -> list[_End]:
    """One end for each timeline."""
    shared: dict[int, list[History]] = {}
    for history in histories:
        if history.timeline is not None:
            shared.setdefault(id(history.timeline), []).append(history)
    ends = []
    for group in shared.values():
        steps = [(step, history) for history in group for revision in history.ordered for step in revision.steps]
        timeline = group[0].timeline
        assert timeline is not None
        places = {step.number: step.place for step, _ in steps}
        ends.append(_End(tuple(group), timeline.now(), places, {step.number: history for step, history in steps}))
    return ends


# ------------------------------------------------------------------------------------------------------------ pairing

Groups = dict[tuple[Union[str, None], ObjectName], list[ModelDef]]


def _groups(models: list[ModelDef]) -> Groups:
    """The models by metadata and table. Where the metadata is not known, a table joins the only one of its name."""
    groups: Groups = {}
    loose: list[ModelDef] = []
    for model in models:
        name = model.table_name
        if name is None:
            continue
        if model.metadata is None:
            loose.append(model)
        else:
            groups.setdefault((model.metadata, name), []).append(model)
    for model in loose:
        name = model.table_name
        assert name is not None
        homes = [key for key in groups if key[1] == name and key[0] is not None]
        groups.setdefault(homes[0] if len(homes) == 1 else (None, name), []).append(model)
    return groups


def _pairs(groups: Groups, ends: list[_End]) -> dict[str | None, _End]:
    """The history of each metadata, where one can be told."""
    names: dict[str | None, set[ObjectName]] = {}
    for metadata, name in groups:
        names.setdefault(metadata, set()).add(name)
    pairs: dict[str | None, _End] = {}
    for metadata, tables in names.items():
        named = [end for end in ends if any(_names(history, metadata) for history in end.histories)]
        likely = [end for end in ends if _share(end.view, tables) >= _OVERLAP]
        if len(named) == 1:
            pairs[metadata] = named[0]
        elif len(ends) == 1 and len(names) == 1:
            pairs[metadata] = ends[0]
        elif not named and len(likely) == 1:
            pairs[metadata] = likely[0]
    return pairs


def _names(history: History, metadata: str | None) -> bool:
    """Whether the environment of a history names the metadata."""
    named = history.env.target_metadata if history.env is not None else None
    if named is None or metadata is None:
        return False
    return any(name in (metadata, f"{metadata}.metadata") for name in named.split(", "))


def _share(view: SchemaView, tables: set[ObjectName]) -> float:
    return sum(view.table(name) is not None for name in tables) / len(tables)


# ------------------------------------------------------------------------------------------------------------- merging


def _table(
    tables: Tables, name: ObjectName, models: list[ModelDef], end: _End | None, target: Target | None, settled: bool
) -> Table:
    """A table of these models and of this history. `target` and `settled` hold where there is no history for it."""
    ordered = sorted(models, key=lambda model: (model.kind not in _OWN, model.kind == "core", model.place))
    view = end.view.table(name) if end is not None else None
    places: Mapping[int, Place] = end.places if end is not None else {}
    created = view.created_at if view is not None else None
    place = ordered[0].place if ordered else _step(places, created, next(iter(places.values()), None))
    assert place is not None
    history = end.history(view) if end is not None else None
    table = Table(
        name=name,
        place=place,
        declared=_declared(name, ordered),
        migrated=view,
        models=tuple(ordered),
        rivals=_rivals(ordered),
        history=history,
        target=history.target if history is not None else target,
        settled=not any(each.incomplete for each in end.histories) if end is not None else settled,
        tables=tables,
    )
    table.columns = tuple(_columns_of(table, places))
    table.indexes = tuple(_indexes(table, places))
    table.constraints = tuple(_constraints(table, places))
    return table


def _step(places: Mapping[int, Place], number: int | None, otherwise: Place | None) -> Place | None:
    return places.get(number, otherwise) if number is not None else otherwise


def _declared(name: ObjectName, models: list[ModelDef]) -> TableDef | None:
    """One definition from all models of a table: what the first says of a column counts."""
    definitions = [model.table for model in models if isinstance(model.table, TableDef) and model.kind != "imperative"]
    if not definitions:
        return None
    columns = {column.name: column for definition in reversed(definitions) for column in definition.columns}
    ordered = dict.fromkeys(column.name for definition in definitions for column in definition.columns)
    return TableDef(
        name=name,
        columns=tuple(columns[each] for each in ordered),
        constraints=tuple(dict.fromkeys(item for definition in definitions for item in definition.constraints)),
        indexes=tuple(dict.fromkeys(item for definition in definitions for item in definition.indexes)),
        comment=next((definition.comment for definition in definitions if definition.comment is not None), None),
        complete=all(definition.complete for definition in definitions),
    )


def _rivals(models: list[ModelDef]) -> tuple[ModelDef, ...]:
    """The classes that claim one table each for itself. Classes that are mapped to one `Table(...)` share it."""
    claims = tuple(model for model in models if model.kind in ("table", "joined"))
    shared = any(model.kind == "core" for model in models)
    return claims if len(claims) > 1 and not shared else ()


def _columns_of(table: Table, places: Mapping[int, Place]) -> Iterator[Column]:
    made = {column.name: column for column in table.migrated.columns()} if table.migrated is not None else {}
    named = [column.name for column in table.declared.columns] if table.declared is not None else []
    for name in dict.fromkeys((*named, *made)):
        attributes = tuple(found for model in table.models if (found := model.attribute(name)) is not None)
        declared = table.declared.column(name) if table.declared is not None else None
        migrated = made.get(name)
        place = _column_place(table, name) or _step(places, migrated.created_at if migrated else None, table.place)
        yield Column(table, name, declared, migrated, place or table.place, attributes)


def _column_place(table: Table, name: str) -> Place | None:
    found = (dict(model.places.columns).get(name) for model in table.models if model.places is not None)
    return next((place for place in found if place is not None), None)


def _indexes(table: Table, places: Mapping[int, Place]) -> Iterator[TablePart]:
    made = table.migrated.indexes() if table.migrated is not None else ()
    yield from _united(_placed(table, "indexes"), made, places, table.place)


def _constraints(table: Table, places: Mapping[int, Place]) -> Iterator[TablePart]:
    made = table.migrated.constraints() if table.migrated is not None else ()
    yield from _united(_placed(table, "constraints"), made, places, table.place)


def _placed(table: Table, kind: str) -> dict[Part, Place]:
    """The declared parts with their places; of equal ones the first."""
    found: dict[Part, Place] = {}
    for model in table.models:
        if not isinstance(model.table, TableDef) or model.kind == "imperative":
            continue
        places: tuple[Place, ...] = getattr(model.places, kind, ())
        for position, part in enumerate(getattr(model.table, kind)):
            found.setdefault(part, places[position] if position < len(places) else model.place)
    return found


def _united(
    declared: Mapping[Part, Place],
    made: Iterable[IndexView | ConstraintView],
    places: Mapping[int, Place],
    otherwise: Place,
) -> Iterator[TablePart]:
    """Declared parts and those of the history, each once: what differs in its name only is the same."""
    left = list(made)
    for part, place in declared.items():
        twin = next((item for item in left if _likeness(item.definition) == _likeness(part)), None)
        if twin is not None:
            left.remove(twin)
        yield TablePart(part, place, declared=True, migrated=twin is not None)
    for item in left:
        place = _step(places, item.created_at, otherwise) or otherwise
        yield TablePart(item.definition, place, declared=False, migrated=True)


def _likeness(part: Part) -> object:
    if isinstance(part, IndexDef):
        return ("index", part.elements, part.unique, part.predicate)
    if isinstance(part, ForeignKeyDef):
        return ("foreign key", part.columns, part.target)
    if isinstance(part, (PrimaryKeyDef, UniqueDef)):
        return (type(part).__name__, part.columns)
    return (type(part).__name__, part.name)

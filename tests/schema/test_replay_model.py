"""The timeline against a naive model that copies everything at each step."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    ColumnDef,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.timeline import Timeline

TABLES, COLUMNS, INDEXES, CONSTRAINTS = "abc", "xyz", "ij", "kuf"


@dataclass
class Part:
    """Something of a table: there, gone, or (None) either."""

    present: bool | None
    definition: Any
    created_in: str | None


@dataclass
class ModelTable:
    created_in: str | None
    complete: bool
    columns: dict[str, Part] = field(default_factory=dict)
    indexes: dict[str, Part] = field(default_factory=dict)
    constraints: dict[str, Part] = field(default_factory=dict)

    def parts(self) -> tuple[dict[str, Part], ...]:
        return self.columns, self.indexes, self.constraints

    def taint(self) -> None:
        self.complete = False
        for parts in self.parts():
            for name in [name for name, part in parts.items() if part.present is False]:
                del parts[name]

    def has(self, parts: dict[str, Part], name: str) -> bool | None:
        return parts[name].present if name in parts else (False if self.complete else None)


@dataclass
class Model:
    """The schema as nested dictionaries; a name that is not in them is one of which nothing is known."""

    tables: dict[str, tuple[bool | None, ModelTable]] = field(default_factory=dict)
    revision: str = ""
    guarded: bool = False
    conditional: bool = False

    def apply(self, operation: Any, revision: str, guarded: bool, conditional: bool) -> None:
        self.revision, self.guarded, self.conditional = revision, guarded, conditional
        getattr(self, operation.__struct_config__.tag)(operation)

    @property
    def made(self) -> bool | None:
        return None if self.conditional else True

    def touch(self, name: ObjectName) -> ModelTable | None:
        present, table = self.tables.get(name.name, (None, None))
        if table is not None and present is not False:
            if present is None and not self.conditional:
                table.taint()
                self.tables[name.name] = True, table
            return table
        if table is not None and self.guarded:
            return None
        table = ModelTable(None, complete=False)
        self.tables[name.name] = self.made, table
        return table

    def touch_column(self, table: ModelTable, name: str) -> Part | None:
        part = table.columns.get(name)
        if part is not None and part.present is not False:
            part.present = part.present if self.conditional else True
            return part
        if self.guarded or self.conditional:
            return None
        if table.complete:
            table.taint()
        unknown = Unknown("the history never made the column")
        table.columns[name] = Part(True, ColumnDef(name, unknown, unknown, unknown), None)
        return table.columns[name]

    def create(self, parts: dict[str, Part], name: str, definition: Any) -> bool:
        if name in parts and parts[name].present and (self.guarded or self.conditional):
            return False
        parts.pop(name, None)
        parts[name] = Part(self.made, definition, self.revision)
        return True

    def remove(self, parts: dict[str, Part], name: str) -> None:
        if not self.conditional:
            parts[name] = Part(False, None, None)
        elif name in parts and parts[name].present:
            parts[name].present = None

    def references(self, name: str) -> list[tuple[ModelTable, str, Part]]:
        return [
            (table, key, part)
            for present, table in self.tables.values()
            if present is not False
            for key, part in table.constraints.items()
            if part.present is not False
            and isinstance(part.definition, ForeignKeyDef)
            and part.definition.target == ObjectName(name)
        ]

    def create_table(self, operation: Any) -> None:
        name = operation.table.name.name
        present, _ = self.tables.get(name, (False, None))
        if present and (self.guarded or self.conditional):
            return
        table = ModelTable(self.revision, complete=not (present is None and self.guarded))
        self.tables[name] = self.made, table
        for column in operation.table.columns:
            table.columns[column.name] = Part(True, column, self.revision)
        keys = [item.columns for item in operation.table.constraints if isinstance(item, PrimaryKeyDef)]
        for constraint in operation.table.constraints:
            if isinstance(constraint, UniqueDef) and constraint.columns in keys:
                continue
            table.constraints[constraint.name] = Part(True, constraint, self.revision)
            if isinstance(constraint, PrimaryKeyDef):
                self.set_not_null(table, constraint.columns, False)

    def set_not_null(self, table: ModelTable, columns: tuple[str, ...], nullable: Any) -> None:
        for column in columns:
            part = table.columns.get(column)
            if part is not None and part.present is not False and part.definition.nullable is not False:
                part.definition = replace(part.definition, nullable=nullable)

    def drop_table(self, operation: Any) -> None:
        name = operation.name.name
        if name not in self.tables and self.guarded:
            if not self.conditional:
                self.tables[name] = False, ModelTable(None, complete=False)
            return
        table = self.touch(operation.name)
        if table is None:
            return
        self.tables[name] = (None if self.conditional else False), table
        if operation.cascade and not self.conditional:
            for holder, key, _ in self.references(name):
                self.remove(holder.constraints, key)

    def rename_table(self, operation: Any) -> None:
        old, new = operation.name.name, operation.new_name.name
        table = self.touch(operation.name)
        if table is None or old == new:
            return
        self.tables[new] = True, table
        self.tables[old] = False, ModelTable(None, complete=False)
        for _, _, part in self.references(old):
            part.definition = replace(part.definition, target=operation.new_name)

    def add_column(self, operation: Any) -> None:
        table = self.touch(operation.table)
        if table is not None:
            self.create(table.columns, operation.column.name, operation.column)

    def drop_column(self, operation: Any) -> None:
        table = self.touch(operation.table)
        if table is None:
            return
        self.remove(table.columns, operation.column)
        for parts in (table.indexes, table.constraints):
            for name, part in parts.items():
                if part.present is not False and operation.column in part.definition.columns:
                    self.remove(parts, name)

    def rename_column(self, operation: Any) -> None:
        table = self.touch(operation.table)
        part = self.touch_column(table, operation.column) if table is not None else None
        if table is None or part is None or operation.column == operation.new_name:
            return
        old, new = operation.column, operation.new_name

        def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new if column == old else column for column in columns)

        self.remove(table.columns, old)
        table.columns[new] = Part(True, replace(part.definition, name=new), part.created_in)
        for index in table.indexes.values():
            if index.present is not False:
                elements = tuple(IndexElement(column) for column in renamed(index.definition.columns))
                index.definition = replace(index.definition, elements=elements)
        for constraint in table.constraints.values():
            if constraint.present is not False:
                definition = constraint.definition
                constraint.definition = replace(definition, columns=renamed(definition.columns))
        for _, _, reference in self.references(operation.table.name):
            targets = renamed(reference.definition.target_columns)
            reference.definition = replace(reference.definition, target_columns=targets)

    def alter_column(self, operation: Any) -> None:
        table = self.touch(operation.table)
        part = self.touch_column(table, operation.column) if table is not None else None
        if part is None or (self.conditional and part.definition.nullable == operation.nullable):
            return
        nullable = Unknown("it was changed under a condition") if self.conditional else operation.nullable
        part.definition = replace(part.definition, nullable=nullable)

    def create_index(self, operation: Any) -> None:
        table = self.touch(operation.table)
        if table is not None:
            for column in operation.index.columns:
                self.touch_column(table, column)
            self.create(table.indexes, operation.index.name, operation.index)

    def drop_index(self, operation: Any) -> None:
        table = self.touch(operation.table)
        if table is not None:
            self.remove(table.indexes, operation.name)

    def add_constraint(self, operation: Any) -> None:
        table = self.touch(operation.table)
        if table is None:
            return
        for column in operation.constraint.columns:
            self.touch_column(table, column)
        created = self.create(table.constraints, operation.constraint.name, operation.constraint)
        if created and isinstance(operation.constraint, PrimaryKeyDef):
            nullable = Unknown("it was changed under a condition") if self.conditional else False
            self.set_not_null(table, operation.constraint.columns, nullable)

    def drop_constraint(self, operation: Any) -> None:
        table = self.touch(operation.table)
        if table is not None:
            self.remove(table.constraints, operation.name)

    def opaque(self, operation: Any) -> None:
        touched = list(self.tables) if operation.touches is None else [name.name for name in operation.touches]
        for name in touched:
            present, table = self.tables.get(name, (None, None))
            if present is False and operation.touches is None:
                del self.tables[name]
            elif present is False:
                self.tables[name] = None, ModelTable(None, complete=False)
            elif table is not None:
                table.taint()


names = st.sampled_from(TABLES).map(ObjectName)
column_names = st.sampled_from(COLUMNS)
some_columns = st.lists(column_names, min_size=1, max_size=2, unique=True).map(tuple)
columns = st.builds(ColumnDef, column_names, st.sampled_from([SqlType("integer"), SqlType("text")]), st.booleans())
constraints = st.one_of(
    st.builds(PrimaryKeyDef, st.just("k"), some_columns),
    st.builds(UniqueDef, st.just("u"), some_columns),
    st.builds(ForeignKeyDef, st.just("f"), column_names.map(lambda c: (c,)), names, column_names.map(lambda c: (c,))),
)
indexes = st.builds(
    IndexDef,
    st.sampled_from(INDEXES),
    some_columns.map(lambda found: tuple(IndexElement(column) for column in found)),
)
tables = st.builds(
    TableDef,
    names,
    st.lists(columns, max_size=3, unique_by=lambda column: column.name).map(tuple),
    st.lists(constraints, max_size=2, unique_by=lambda constraint: constraint.name).map(tuple),
)
operations = st.one_of(
    st.builds(ops.CreateTable, tables),
    st.builds(ops.DropTable, names, cascade=st.booleans()),
    st.builds(ops.RenameTable, names, names),
    st.builds(ops.AddColumn, names, columns),
    st.builds(ops.DropColumn, names, column_names),
    st.builds(ops.RenameColumn, names, column_names, column_names),
    st.builds(ops.AlterColumn, names, column_names, nullable=st.booleans()),
    st.builds(ops.CreateIndex, names, indexes),
    st.builds(ops.DropIndex, st.sampled_from(INDEXES), names),
    st.builds(ops.AddConstraint, names, constraints),
    st.builds(ops.DropConstraint, names, st.sampled_from(CONSTRAINTS)),
    st.builds(ops.OpaqueOperation, st.just("opaque"), st.one_of(st.none(), st.tuples(names))),
)
CERTAIN = (ops.RenameTable, ops.RenameColumn)
"""What the model only knows without a condition: it would need tables under two names."""


steps = st.tuples(operations, st.booleans(), st.integers(0, 3).map(lambda n: n == 0))


def assert_agree(timeline: Timeline, step: int, model: Model) -> None:
    view = timeline.at(step)
    assert {str(table.name) for table in view.tables()} == {
        name for name, (present, _) in model.tables.items() if present
    }
    for name in TABLES:
        present, expected = model.tables.get(name, (None, None))
        assert view.has_table(ObjectName(name)) is present
        table = view.table(ObjectName(name))
        assert (table is not None) is (present is True)
        if table is None or expected is None:
            continue
        assert table.created_in == expected.created_in
        assert table.complete == expected.complete
        for column in COLUMNS:
            assert table.has_column(column) is expected.has(expected.columns, column)
        for index in INDEXES:
            assert table.has_index(index) is expected.has(expected.indexes, index)
        for constraint in CONSTRAINTS:
            assert table.has_constraint(constraint) is expected.has(expected.constraints, constraint)
        held: tuple[Any, ...] = (table.columns(), table.indexes(), table.constraints())
        for views, parts in zip(held, expected.parts(), strict=True):
            assert {each.definition.name: (each.definition, each.created_in) for each in views} == {
                key: (part.definition, part.created_in) for key, part in parts.items() if part.present
            }


def apply(timeline: Timeline, model: Model, history: list[tuple[Any, bool, bool]]) -> list[Model]:
    """Applies a history to both. Returns the model after each step."""
    snapshots = []
    for operation, guarded, conditional in history:
        terms = (f"r{timeline.now().step}", guarded, conditional and not isinstance(operation, CERTAIN))
        timeline.apply(operation, *terms)
        model.apply(operation, *terms)
        snapshots.append(deepcopy(model))
    return snapshots


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=20))
def test_every_step_agrees_with_a_model_that_copies(history: list[tuple[Any, bool, bool]]) -> None:
    timeline = Timeline()
    snapshots = [Model(), *apply(timeline, Model(), history)]
    for step, snapshot in enumerate(snapshots):
        assert_agree(timeline, step, snapshot)


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, max_size=8), st.lists(steps, max_size=8), st.lists(steps, max_size=8))
def test_what_was_rewound_leaves_no_trace(
    before: list[tuple[Any, bool, bool]], undone: list[tuple[Any, bool, bool]], after: list[tuple[Any, bool, bool]]
) -> None:
    timeline, model = Timeline(), Model()
    snapshots = [Model(), *apply(timeline, model, before)]
    apply(timeline, deepcopy(model), undone)
    timeline.rewind(len(before))
    snapshots += apply(timeline, model, after)
    for step, snapshot in enumerate(snapshots):
        assert_agree(timeline, step, snapshot)

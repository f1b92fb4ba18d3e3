"""RunPython and RunSQL: the function is followed, and what it does to rows and by SQL is told.

Handles: `apps` is the registry that the function is given, `editor` the schema editor, `connection` and `cursor` the
database; `model`, `rows` and `record` hold the model's key, and whether the rows are restricted.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Place
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import DataChange, OpaqueOperation, RenameTable
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.folds import words
from schemalint.interpret.evaluator.machine import Flow, Machine
from schemalint.interpret.values import (
    HOLE,
    MISSING,
    Function,
    Given,
    Handle,
    Instance,
    Items,
    Made,
    Member,
    Missing,
    Symbol,
    Unsure,
    Value,
    describe,
)
from schemalint.ir import FunctionDef
from schemalint.readers.alembic.emit import Emitter
from schemalint.readers.alembic.tables import Did
from schemalint.readers.django.state_tables import Tables
from schemalint.readers.django.values import DjangoFramework, Files, method_of, vendor_of
from schemalint.readers.sqlalchemy.names import object_name
from schemalint.sql.parse import located_operations

APPS, EDITOR, CONNECTION, CURSOR = (Handle(kind) for kind in ("apps", "editor", "connection", "cursor"))
_CONNECTIONS = frozenset({"django.db.connection", "django.db.connections", "django.db.transaction.get_connection"})
_SAME_ROWS = frozenset(
    words(
        """
        all using order_by select_related prefetch_related only defer values values_list iterator annotate
        distinct reverse select_for_update alias raw complex_filter aiterator
        """
    )
)
_SOME_ROWS = frozenset({"filter", "exclude", "none", "union", "intersection", "difference"})
_ONE_ROW = frozenset({"get", "first", "last", "earliest", "latest"})
_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "all_objects"})
_DATABASE = frozenset({"editor", "connection", "cursor"})


class DataFramework(DjangoFramework):
    """What a function of RunPython does."""

    def __init__(self, files: Files, emitter: Emitter, tables: Tables) -> None:
        super().__init__(files, tables.world.dialect)
        self.emitter = emitter
        self.tables = tables
        self._set: dict[Value, list[str]] = {}
        self._read: dict[tuple[Value, Value], dict[str, None]] = {}

    def attribute(self, owner: Value, name: str) -> Value | Missing:
        """Connections, managers and the fields of records."""
        if owner == EDITOR and name == "connection":
            return CONNECTION
        if owner == CONNECTION and name == "vendor":
            return vendor_of(self.dialect) if self.dialect is not None else Unsure("the server is not known")
        if owner == CONNECTION and name == "alias":
            return "default"
        if isinstance(owner, Handle) and owner.kind == "model" and name in _MANAGERS:
            return Handle("rows", (*owner.data, False))
        if isinstance(owner, Symbol) and f"{owner.name}.{name}" in _CONNECTIONS:
            return CONNECTION
        if isinstance(owner, Handle) and owner.kind in ("model", "meta", "field"):
            return self._described(owner, name)
        if isinstance(owner, Handle) and owner.kind == "record":
            self._reads(owner, name)
        return super().attribute(owner, name)

    def _described(self, owner: Handle, name: str) -> Value | Missing:
        """`Model._meta.db_table`, `Model._meta.get_field("a").column`, `Model.__name__`."""
        model = self.tables.state.models.get((str(owner.data[0]), str(owner.data[1])))
        if owner.kind == "model" and name == "_meta":
            return Handle("meta", owner.data)
        if model is None:
            return MISSING
        if owner.kind == "meta" and name == "db_table":
            return self.tables.name(model).name
        if owner.kind == "model" and name == "__name__":
            return model.name
        if owner.kind == "field" and name == "column":
            return self.tables.column(model, str(owner.data[2])) or MISSING
        return MISSING

    def item(self, owner: Value, key: Value) -> Value | Missing:
        """`connections["default"]`, and slices of rows."""
        if isinstance(owner, Symbol) and owner.name in _CONNECTIONS:
            return CONNECTION
        if isinstance(owner, Handle) and owner.kind == "rows":
            return Handle("record", (owner.data[0], owner.data[1], True))
        return MISSING

    def rows(self, value: Value) -> Items | None:
        """The records of rows, of which one stands for all."""
        if isinstance(value, Handle) and value.kind == "rows":
            return Items("list", [Handle("record", value.data)], True)
        return None

    def assigned(self, owner: Value, name: str, value: Value, place: Place) -> None:
        """An attribute of a record is set, to be saved."""
        if isinstance(owner, Handle) and owner.kind == "record":
            self._set.setdefault(owner, []).append(name)

    def enter(self, context: Value, body: object, place: Place) -> Flow | Missing:
        """Cursors are themselves."""
        if context == CURSOR and callable(body):
            return body(CURSOR)  # type: ignore[no-any-return]
        return MISSING

    def call(self, callee: Value, args: tuple[Given, ...], place: Place) -> Value | Missing:
        """Queries and statements; what takes the database along and is not known is opaque."""
        known = super().call(callee, args, place)
        if not isinstance(known, Missing):
            return known
        if isinstance(callee, Handle) and callee.kind == "model":
            return Handle("record", (*callee.data, None))
        if isinstance(callee, Member) and isinstance(callee.owner, Handle):
            return self._handle_call(callee.owner, callee.name, args, place)
        if isinstance(callee, Symbol):
            package, _, name = callee.name.rpartition(".")
            if package in _CONNECTIONS:
                return self._handle_call(CONNECTION, name, args, place)
        if any(isinstance(arg.value, Handle) and arg.value.kind in _DATABASE for arg in args):
            self._opaque(f"{describe(callee)} is given the database", place)
        return MISSING

    def lost(self, callee: Value, args: tuple[Given, ...], reason: str, place: Place) -> None:
        """A function of the project that cannot be followed."""
        if any(isinstance(arg.value, Handle) and arg.value.kind in _DATABASE for arg in args):
            self._opaque(reason, place)

    def _opaque(self, reason: str, place: Place) -> None:
        self.emitter.take(self.machine, [Did(OpaqueOperation(reason))], "RunPython", place, ())

    def _handle_call(self, owner: Handle, name: str, args: tuple[Given, ...], place: Place) -> Value | Missing:
        if owner == APPS:
            return self._model(args) if name == "get_model" else Unsure(f"{name} of the registry")
        if owner.kind == "meta" and name == "get_field" and args:
            return Handle("field", (*owner.data, args[0].value))
        if owner.kind in ("model", "meta"):
            return Unsure(f"{name} of a model")
        if owner.kind == "rows":
            return self._query(owner, name, args, place)
        if owner.kind == "record":
            return self._record(owner, name, args, place)
        if owner.kind not in _DATABASE:
            return MISSING
        if name in ("execute", "executemany"):
            text = args[0].value if args else Unsure("no statement is given")
            run_statements(self.emitter, self.machine, text, self.tables.world.dialect, place)
            return Unsure("what a statement gives")
        if name in ("cursor", "__enter__"):
            return CURSOR
        if name == "quote_name":
            text = args[0].value if args else None
            return f'"{text}"' if isinstance(text, str) else HOLE
        if owner == EDITOR and name == "alter_db_table" and len(args) == 3:
            return self._rename(args[1].value, args[2].value, place)
        if owner == EDITOR:
            self._opaque(f"what the schema editor's {name} does is not followed", place)
        return Unsure(f"{name} of the database")

    def _rename(self, old: Value, new: Value, place: Place) -> Value:
        """`alter_db_table(model, old, new)`: the names given count, not what the state calls the model's table."""
        operation = RenameTable(object_name(old, None), object_name(new, None))
        self.emitter.take(self.machine, [Did(operation)], "alter_db_table", place, ())
        return None

    def _model(self, args: tuple[Given, ...]) -> Value:
        texts = [arg.value for arg in args if isinstance(arg.value, str)]
        if len(texts) == 1 and "." in texts[0]:
            texts = texts[0].split(".", 1)
        return Handle("model", (texts[0], texts[1].lower())) if len(texts) >= 2 else Unsure("a model that is computed")

    def _query(self, owner: Handle, name: str, args: tuple[Given, ...], place: Place) -> Value:
        app, model, bounded = owner.data[0], owner.data[1], owner.data[2] is not False
        if name in _SAME_ROWS:
            return owner
        if name in _SOME_ROWS:
            for arg in args:
                self._reads(owner, (arg.keyword or "").partition("__")[0])
            return Handle("rows", (app, model, True))
        if name in _ONE_ROW:
            return Handle("record", (app, model, True))
        if name == "update":
            columns = [arg.keyword for arg in args if arg.keyword not in (None, "*", "**")]
            for arg in args:
                if isinstance(arg.value, Made) and arg.value.callee.rpartition(".")[2] == "F":
                    self._reads(owner, str(arg.value.value("name", 0)).partition("__")[0])
            self._changed("update", owner, [str(column) for column in columns], bounded, place)
        elif name in ("delete", "_raw_delete"):
            self._changed("delete", owner, [], bounded, place)
        elif name in ("create", "bulk_create", "get_or_create", "update_or_create", "acreate"):
            self._changed("insert", owner, [], bounded=True, place=place)
            record = Handle("record", (app, model, True))
            return Items("tuple", [record, Unsure("whether it was made")]) if name.endswith("_or_create") else record
        elif name == "bulk_update":
            fields = args[1].value if len(args) > 1 else None
            names = [str(item) for item in fields.values] if isinstance(fields, Items) else []
            self._changed("update", owner, names, not self._are_all(args[0].value if args else None), place)
        return Unsure(f"what {name} of the rows gives")

    def _record(self, owner: Handle, name: str, args: tuple[Given, ...], place: Place) -> Value | Missing:
        if name == "save":
            is_new = owner.data[2] is None
            names = self._set.pop(owner, [])
            self._changed("insert" if is_new else "update", owner, names, owner.data[2] is not False, place)
            return None
        if name == "delete":
            self._changed("delete", owner, [], owner.data[2] is not False, place)
            return None
        return Unsure(f"{name} of a record")

    def _changed(self, command: str, owner: Handle, names: list[str], bounded: bool, place: Place) -> None:
        key = (str(owner.data[0]), str(owner.data[1]))
        model = self.tables.state.models.get(key)
        table: ObjectName | Unknown = Unknown(f"the table of {key[0]}.{key[1]} is not known")
        columns = tuple(names)
        if model is not None:
            table = self.tables.name(model)
            columns = tuple(self.tables.column(model, name) or name for name in names)
        read = tuple(self._columns_read()) if command != "delete" else ()
        change = DataChange(command, table, columns, read, bounded=bounded)
        self.emitter.take(self.machine, [Did(change)], command, place, ())

    def _are_all(self, given: Value) -> bool:
        """Whether what is saved in bulk is all rows of a table: rows that were not chosen by any field of theirs."""
        if isinstance(given, Handle):
            return given.kind == "rows" and given.data[2] is False
        records = [item for item in given.values if isinstance(item, Handle)] if isinstance(given, Items) else []
        return bool(records) and all(each.data[2] is False and each.data[:2] not in self._read for each in records)

    def _reads(self, owner: Handle, field: str) -> None:
        """A field of a model is asked for, of a record or in a condition."""
        if field:
            self._read.setdefault((owner.data[0], owner.data[1]), {})[field] = None

    def _columns_read(self) -> Iterator[str]:
        """The columns that the function has asked for up to here: what it writes may come from there."""
        for (app, name), fields in self._read.items():
            model = self.tables.state.models.get((str(app), str(name)))
            for field in fields if model is not None else ():
                column = self.tables.column(model, field) if model is not None else None
                if column is not None:
                    yield column


def run_statements(emitter: Emitter, machine: Machine, value: Value, dialect: str | None, place: Place) -> None:
    """What SQL does that is given as `RunSQL` takes it: a text, or a list of texts and of texts with parameters."""
    if isinstance(value, str) and value.replace(HOLE, "").strip():
        asked = Unsure("the statement asks what exists", existence=True)
        for located in located_operations(value, dialect):
            with machine.under(asked if located.guarded else True):
                did = Did(located.operation, continues=located.continues)
                emitter.take(machine, [did], "SQL", place, ())
    elif isinstance(value, Items):
        if value.kind == "tuple" and len(value.values) == 2 and not isinstance(value.values[1], str):
            run_statements(emitter, machine, value.values[0], dialect, place)
            return
        for item in value.values:
            run_statements(emitter, machine, item, dialect, place)
        if value.open:
            emitter.take(machine, [Did(OpaqueOperation("not all of the statements are known"))], "SQL", place, ())
    elif value not in ("", None) and not is_noop(value):
        reason = "the statement is computed" if isinstance(value, str) else f"the statement is {describe(value)}"
        emitter.take(machine, [Did(OpaqueOperation(reason))], "SQL", place, ())


def is_noop(value: Value) -> bool:
    """Whether it is the function that does nothing, declared as such."""
    return isinstance(value, Symbol) and value.name.endswith(".noop")


def run(framework: DataFramework, code: Value, place: Place, args: tuple[Value, ...]) -> None:
    """Runs a function of RunPython, or a method of an operation."""
    if is_noop(code):
        return
    machine = framework.machine
    if isinstance(code, Instance):
        code = method_of(machine, code, "__call__") or code
    if not isinstance(code, Function):
        reason = f"{describe(code)} is not followed"
        framework.emitter.take(machine, [Did(OpaqueOperation(reason))], "RunPython", place, ())
        return
    given = tuple(Given(None, value) for value in args)
    name = code.node.name if isinstance(code.node, FunctionDef) else ""
    try:
        machine.call(code, given, place)
    except RecursionError:
        framework.emitter.take(machine, [Did(OpaqueOperation(f"{name} is nested too deep"))], "RunPython", place, ())

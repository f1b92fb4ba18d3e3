"""Alembic as the evaluator sees it: `op`, batches, connections, sessions, inspectors, and what calling them does.

Handles: `operations` is `op` made from a context, `batch` holds table and schema, `context`, `connection`, `dialect`,
`session`, `record` (an object read through the ORM, with its model) and those of `alembic_catalog`.
"""

from __future__ import annotations

from collections.abc import Callable

from schemalint.diagnostics import Place
from schemalint.facts.operations import OpaqueOperation, TransactionControl
from schemalint.interpret.evaluator.machine import Flow, Framework, Machine
from schemalint.interpret.values import (
    HOLE,
    MISSING,
    Builtin,
    Class,
    Function,
    Given,
    Handle,
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
from schemalint.readers.alembic import catalog
from schemalint.readers.alembic.batches import batch_of, before_change
from schemalint.readers.alembic.data import execute, session_call
from schemalint.readers.alembic.emit import Emitter
from schemalint.readers.alembic.follow import named, reaches_database, stands_for
from schemalint.readers.alembic.handles import (
    APART,
    CONNECTION,
    CONTEXT,
    DIALECT,
    OP,
    SESSION,
    dialect_name,
    handle_attribute,
    is_database,
    quoted,
    tells_dialect,
)
from schemalint.readers.alembic.naming import with_names
from schemalint.readers.alembic.objects import listed_table, object_call
from schemalint.readers.alembic.operations import READERS
from schemalint.readers.alembic.sessions import Sessions
from schemalint.readers.alembic.signatures import BATCH_OPERATIONS, OBJECTS, Arguments
from schemalint.readers.alembic.tables import Call, Did
from schemalint.readers.sqlalchemy.names import FinalName, table_name
from schemalint.readers.sqlalchemy.statements import chain, queried
from schemalint.schema.view import SchemaView

_SESSIONS = frozenset({"sqlalchemy.orm.Session", "sqlmodel.Session", "sqlalchemy.ext.asyncio.AsyncSession"})
_SESSION_MAKERS = frozenset(
    {"sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.scoped_session", "sqlalchemy.ext.asyncio.async_sessionmaker"}
)
_ENGINES = frozenset({"sqlalchemy.engine_from_config", "sqlalchemy.engine.engine_from_config"})
"""What makes an engine of Alembic's own configuration: that of the database that is migrated."""
_INSPECTORS = frozenset({"sqlalchemy.inspect", "sqlalchemy.Inspector", "sqlalchemy.Inspector.from_engine"})
_FACADES = ("flask_sqlalchemy.", "flask_appbuilder.")
_HARMLESS = (
    "sqlalchemy.",
    "sqlmodel.",
    "logging.",
    "pandas.read_sql",
    "builtins.",
    "contextlib.",
    "dataclasses.",
    "functools.",
    "itertools.",
    "typing.",
    "warnings.",
    "alembic.util",
)
_TALK = frozenset(
    {"critical", "debug", "error", "exception", "info", "log", "print", "warn", "warning", "write", "echo", "reflect"}
)


class AlembicFramework(Framework):
    """What the calls in a body of a revision do. What they do is placed through the emitter."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter
        self.sessions = Sessions()
        self.machine: Machine

    # ------------------------------------------------------------------------------------------------- what it knows

    def attribute(self, owner: Value, name: str) -> Value | Missing:
        """Connections, contexts and dialects know each other; columns know their names."""
        if isinstance(owner, Handle):
            self.emitter.environment.tests_dialect |= tells_dialect(owner, name)
            return handle_attribute(self.emitter.environment.dialect, owner, name)
        if isinstance(owner, Made) and owner.callee in ("sqlalchemy.Column", "sqlalchemy.Table", "sqlalchemy.Enum"):
            if name in ("name", "key"):
                return owner.value("name", 0 if owner.callee != "sqlalchemy.Enum" else None)
            if name == "type" and owner.callee == "sqlalchemy.Column":
                return owner.value("type_", 1)
        if isinstance(owner, Member) and owner.name == "__table__" and name in ("name", "schema"):
            table = table_name(self.machine, owner)
            return getattr(table, name, Unsure("the table is not known"))
        return MISSING

    def _schema(self) -> SchemaView:
        """The schema as it stands, to answer a question about existence."""
        self.machine.questions += 1
        return self.emitter.environment.schema()

    def item(self, owner: Value, key: Value) -> Value | Missing:
        """Rows of the catalogue, tables of a metadata."""
        if isinstance(owner, Handle):
            return catalog.item(owner, key) if owner.kind in ("row", "rows") else MISSING
        return listed_table(owner, key)

    def contains(self, container: Value, item: Value) -> Value | Missing:
        """Names among those that the catalogue lists."""
        if isinstance(container, Handle) and container.kind == "rows":
            return catalog.contains(self._schema(), container, item)
        if isinstance(item, Handle) and item.kind == "cell":
            return Unsure("which names the catalogue lists is not known", True)
        return MISSING

    def equal(self, left: Value, right: Value) -> Value | Missing:
        """A name of the catalogue and a text."""
        for cell, name in ((left, right), (right, left)):
            if isinstance(cell, Handle) and cell.kind == "cell":
                return catalog.equal(self._schema(), cell, name)
        return MISSING

    def rows(self, value: Value) -> Items | None:
        """The rows of the catalogue, and objects read through the ORM."""
        if isinstance(value, Handle) and value.kind == "rows":
            return catalog.rows(self._schema(), value, self.emitter.environment.dialect)
        model = queried(value)
        return Items("list", [Handle("record", (model, value))], True) if model is not None else None

    def stands_for_all(self, row: Value) -> bool:
        """A row of the catalogue stands for all that it lists."""
        return isinstance(row, Handle) and row.kind in ("row", "cell")

    def collect(self, row: Value, element: Value) -> Value | Missing:
        """Comprehensions over the catalogue."""
        return catalog.collect(row, element) if isinstance(row, Handle) else MISSING

    def assigned(self, owner: Value, name: str, value: Value, place: Place) -> None:
        """An attribute of an object that was read through the ORM is an update of its row."""
        session_call(self.machine, self.emitter, "set", owner, (Given(name, value, place),), place)

    def enter(self, context: Value, body: Callable[[Value], Flow], place: Place) -> Flow | Missing:
        """Batches, autocommit blocks; connections and sessions are themselves."""
        if not isinstance(context, Handle):
            return MISSING
        if context.kind == "batch":
            with self.emitter.in_batch():
                return body(context)
        if context.kind == "autocommit":
            with self.emitter.outside_transaction():
                return body(CONTEXT)
        return body(context)

    # ------------------------------------------------------------------------------------------------- what calls do

    def call(self, callee: Value, args: tuple[Given, ...], place: Place) -> Value | Missing:
        """Operations, statements, questions; what takes the database along and is not known is opaque."""
        found: Value | Missing = MISSING
        if isinstance(callee, Symbol):
            found = self._symbol(callee.name, args, place)
        elif isinstance(callee, Member):
            found = self._member(callee.owner, callee.name, args, place)
        elif isinstance(callee, Builtin):
            found = self._builtin(callee.name, args, place)
        elif isinstance(callee, Made) and callee.callee in _SESSION_MAKERS:
            found = self.sessions.made(callee.callee, (*callee.args, *args), place)
        if isinstance(found, Missing) and not isinstance(callee, (Builtin, Class)):
            self._unknown_call(callee, args, place)
        return found

    def _builtin(self, name: str, args: tuple[Given, ...], place: Place) -> Value | Missing:
        if name == "exec":
            return self._opaque("it runs code that is made up from text", "exec", place)
        if name == "isinstance" and len(args) == 2 and args[0].value == DIALECT:
            kinds = args[1].value.values if isinstance(args[1].value, Items) else [args[1].value]
            known = dialect_name(self.emitter.environment.dialect)
            if known is None:
                return Unsure("the server of the target is not known")
            return any(isinstance(kind, Symbol) and f".dialects.{known}." in kind.name for kind in kinds)
        return catalog.side(name, args)

    def _symbol(self, name: str, args: tuple[Given, ...], place: Place) -> Value | Missing:
        package, _, short = name.rpartition(".")
        if package in (OP, "alembic.context"):
            return self._operation(short, args, place, None)
        if name.startswith("oslo_db.sqlalchemy."):
            return catalog.oslo(self._schema(), name, args)
        if name in _ENGINES:
            return APART
        if name in _INSPECTORS and args and isinstance(args[0].value, Handle):
            return Handle("inspector")
        if name in _SESSIONS or (short in ("Session", "session") and any(is_database(arg.value) for arg in args)):
            return self.sessions.made(name, args, place)
        if ".session." in name and name.startswith(_FACADES):
            return self._handle_call(SESSION, short, args, place)
        if name == "alembic.operations.Operations":
            return Symbol(OP)
        if name in (
            "alembic.migration.MigrationContext.configure",
            "alembic.runtime.migration.MigrationContext.configure",
        ):
            return CONTEXT
        return MISSING

    def _operation(
        self, name: str, args: tuple[Given, ...], place: Place, batch: tuple[Value, Value] | None
    ) -> Value | Missing:
        """A directive of `op` or of a batch."""
        if name in ("get_bind", "get_context", "is_offline_mode", "f", "inline_literal", "run_async", "invoke"):
            return self._service(name, args, place)
        if name == "batch_alter_table":
            arguments = Arguments(name, args, False)
            self._note_unknown(name, arguments, place)
            return batch_of(self.machine, self.emitter, arguments, place)
        if name == "execute":
            return execute(self.machine, self.emitter, args, place)
        if name in READERS and (batch is None or name in BATCH_OPERATIONS):
            return self._do(name, args, place, batch)
        if name in ("register_operation", "implementation_for", "get_x_argument", "config", "begin_transaction"):
            return Unsure(f"{name} is a matter of the environment")
        return self._opaque(f"{name} is no operation of Alembic's own", name, place)

    def _note_unknown(self, name: str, arguments: Arguments, place: Place) -> None:
        """Arguments that Alembic does not have are told: what they do is not known."""
        for keyword in arguments.strange:
            self.emitter.doubt(place, name, f"the argument `{keyword}` is not known")

    def _do(self, name: str, args: tuple[Given, ...], place: Place, batch: tuple[Value, Value] | None) -> Value:
        arguments = Arguments(name, args, batch is not None)
        self._note_unknown(name, arguments, place)
        done = READERS[name](Call(self.machine, name, arguments, self.emitter.environment.dialect, batch))
        named = with_names(done, self.emitter.environment.naming)
        self.emitter.take(self.machine, named, name, place, arguments.places())
        return Made(f"{OP}.{name}", args, None, place)

    def _service(self, name: str, args: tuple[Given, ...], place: Place) -> Value:
        first = args[0].value if args else None
        if name == "get_bind":
            return CONNECTION
        if name == "get_context":
            return CONTEXT
        if name == "is_offline_mode":
            return False
        if name == "f":
            return FinalName(first) if isinstance(first, str) and HOLE not in first else first
        if name == "run_async":
            return self.machine.call(first, (Given(None, CONNECTION), *args[1:]), place)
        if name == "invoke":
            return self._invoke(first, place)
        return Made(f"{OP}.{name}", args, None, place)

    def _invoke(self, operation: Value, place: Place) -> Value:
        if isinstance(operation, Made):
            name = OBJECTS.get(operation.callee.rpartition(".")[2])
            if name == "execute":
                return execute(self.machine, self.emitter, operation.args, place)
            if name is not None:
                return self._do(name, operation.args, place, None)
            if operation.callee.endswith(".CreateTableOp"):
                columns = operation.value("columns", 1)
                rest = [Given(None, column) for column in (columns.values if isinstance(columns, Items) else [])]
                named = [arg for arg in operation.args if arg.keyword not in (None, "columns", "table_name")]
                name_given = Given(None, operation.value("table_name", 0))
                return self._do("create_table", (name_given, *rest, *named), place, None)
        return self._opaque(f"invoke: {describe(operation)}", "invoke", place)

    def _member(self, owner: Value, name: str, args: tuple[Given, ...], place: Place) -> Value | Missing:
        if isinstance(owner, Handle):
            return self._handle_call(owner, name, args, place)
        if name in _TALK:
            return None
        if name in ("quote", "quote_identifier") and isinstance(owner, Member) and owner.owner == DIALECT:
            return quoted(args[0].value if args else None, dialect_name(self.emitter.environment.dialect))
        if name == "Session" and any(is_database(arg.value) for arg in args):
            return SESSION
        listed = listed_table(owner, args[0].value) if name == "get" and args else MISSING
        if not isinstance(listed, Missing):
            return listed
        known = object_call(self.machine, self.emitter, owner, name, args, place)
        if not isinstance(known, Missing):
            return known
        if chain(owner) and queried(owner) is not None:
            return session_call(self.machine, self.emitter, name, owner, args, place)
        return MISSING

    def _handle_call(self, owner: Handle, name: str, args: tuple[Given, ...], place: Place) -> Value | Missing:
        if owner.kind == "batch":
            before_change(self.machine, self.emitter, owner, name, place)
            return self._operation(name, args, place, (owner.data[0], owner.data[1]))
        if owner.kind == "inspector":
            return catalog.ask(self._schema(), name, args, self.emitter.environment.dialect)
        if owner.kind in ("row", "cell", "rows"):
            return catalog.method(owner, name, args)
        if owner.kind == "dialect" and name == "type_descriptor" and args:
            return args[0].value
        if owner.kind == "dialect":
            asks = name in ("has_table", "has_index", "get_columns", "get_table_names")
            answer = catalog.ask(self._schema(), name, args[1:], self.emitter.environment.dialect) if asks else None
            return answer if asks and answer is not None else Unsure(f"the dialect's {name} is not followed")
        if owner.kind == "record":
            return session_call(self.machine, self.emitter, name, owner, args, place)
        return self._connection_call(owner, name, args, place)

    def _connection_call(self, owner: Handle, name: str, args: tuple[Given, ...], place: Place) -> Value | Missing:
        if owner.kind == "session":
            self._end(owner, name, place)
        if name in ("execute", "exec", "scalar", "scalars", "exec_driver_sql", "static_output", "_exec", "stream"):
            with self.emitter.apart(owner == APART):
                return execute(self.machine, self.emitter, args, place)
        if name in ("has_table", "get_table_names", "table_names"):
            return catalog.ask(self._schema(), name, args, self.emitter.environment.dialect)
        if name == "autocommit_block":
            return Handle("autocommit")
        if name in ("commit", "rollback") and owner.kind == "connection":
            with self.emitter.apart(owner == APART):
                self._control(name, name, "connection", place)
            return None
        if name == "run_sync":
            return self.machine.call(args[0].value if args else None, (Given(None, owner), *args[1:]), place)
        if owner.kind == "session" and name not in ("begin", "connection", "get_bind"):
            return session_call(self.machine, self.emitter, name, owner, args, place)
        if name in ("begin", "begin_nested", "connect") and owner.kind == "connection":
            return APART
        if name in ("begin", "begin_nested", "begin_transaction", "connect", "execution_options"):
            return owner
        if name in ("connection", "get_bind"):
            return owner if owner == APART else CONNECTION
        return Unsure(f"{name} of a {owner.kind} is not followed")

    def _end(self, session: Handle, name: str, place: Place) -> None:
        """What a session does to the transaction of the connection that it shares."""
        if name in ("execute", "exec", "scalar", "scalars", "flush"):
            self.sessions.sent(session, not (self.machine.conditional or self.machine.guarded))
        command = self.sessions.ended(session, name)
        if command is not None:
            self._control(command, name, "session", place)

    def _control(self, command: str, name: str, by: str, place: Place) -> None:
        did = [Did(TransactionControl(command))]
        self.emitter.take(self.machine, did, name, place, ((by, place),))

    # ---------------------------------------------------------------------------------------- what is not understood

    def _opaque(self, reason: str, what: str, place: Place) -> Value:
        self.emitter.take(self.machine, [Did(OpaqueOperation(reason))], what, place, ())
        return Unsure(reason)

    def _unknown_call(self, callee: Value, args: tuple[Given, ...], place: Place) -> None:
        """A call that takes the database along may do anything to it."""
        name = callee.name if isinstance(callee, (Symbol, Member, Function)) else describe(callee)
        if name.startswith(_HARMLESS) or name in _TALK or not any(self._leads_on(arg.value) for arg in args):
            return
        self._opaque(f"{name} is not part of the project", name, place)

    def _leads_on(self, value: Value) -> bool:
        """Whether who has the value can get at the database."""
        return is_database(value) or (isinstance(value, Function) and reaches_database(self.machine, value))

    def lost(self, callee: Value, args: tuple[Given, ...], reason: str, place: Place) -> None:
        """A function that cannot be followed may do anything if it takes the database along or gets at it itself."""
        if self._leads_on(callee) or any(self._leads_on(arg.value) for arg in args):
            self._opaque(reason, describe(callee), place)

    def follow(self, callee: Value, args: tuple[Given, ...], run: Callable[[], Value], place: Place) -> Value:
        """A function of the project that bears an operation's name and fits it is that operation, if it leads to none
        by itself that is understood."""
        name = callee.name if isinstance(callee, Function) else ""
        if name not in READERS or not isinstance(callee, Function) or not stands_for(callee, name):
            return run()
        with self.emitter.holding() as (held, doubts):
            result = run()
        opaque = any(isinstance(placed.operation, OpaqueOperation) for placed in held)
        if opaque or doubts or not (held or self._asked(callee)):
            return self._do(name, named(callee, args), place, None)
        self.emitter.release(held, doubts)
        return result

    def _asked(self, callee: Function) -> bool:
        """Whether a function that led to no operation did so knowingly: its body names the operation."""
        assert isinstance(callee.node, FunctionDef)
        return callee.node.name.encode() in callee.node.body

"""The operations of Alembic 1.20 and their parameters (alembic/op.pyi), and the names these had in older releases.

With them those of alembic-postgresql-enum 1.11, which registers its own.
"""

from __future__ import annotations

from schemalint.diagnostics import Place
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import Given, Made, Unsure, Value, unknown

# Positional parameters in order; "*x" takes all that are left.
OPERATIONS: dict[str, tuple[str, ...]] = {
    "add_column": ("table_name", "column"),
    "add_enum_value": ("enum_schema", "enum_name", "new_value", "before_value"),
    "alter_column": ("table_name", "column_name"),
    "batch_alter_table": (
        "table_name",
        "schema",
        "recreate",
        "partial_reordering",
        "copy_from",
        "table_args",
        "table_kwargs",
        "reflect_args",
        "reflect_kwargs",
        "naming_convention",
    ),
    "bulk_insert": ("table", "rows"),
    "create_check_constraint": ("constraint_name", "table_name", "condition"),
    "create_exclude_constraint": ("constraint_name", "table_name", "*elements"),
    "create_foreign_key": ("constraint_name", "source_table", "referent_table", "local_cols", "remote_cols"),
    "create_index": ("index_name", "table_name", "columns"),
    "create_primary_key": ("constraint_name", "table_name", "columns"),
    "create_table": ("table_name", "*columns"),
    "create_table_comment": ("table_name", "comment", "existing_comment"),
    "create_unique_constraint": ("constraint_name", "table_name", "columns"),
    "drop_column": ("table_name", "column_name"),
    "drop_constraint": ("constraint_name", "table_name", "type_"),
    "drop_index": ("index_name", "table_name"),
    "drop_table": ("table_name",),
    "drop_table_comment": ("table_name", "existing_comment"),
    "execute": ("sqltext",),
    "rename_table": ("old_table_name", "new_table_name"),
    "sync_enum_values": (
        *("enum_schema", "enum_name", "new_values", "affected_columns", "enum_values_to_rename"),
        "indexes_to_recreate",
    ),
}
BATCH_OPERATIONS = frozenset(OPERATIONS) - {
    "add_enum_value",
    "batch_alter_table",
    "bulk_insert",
    "create_table",
    "drop_table",
    "rename_table",
    "sync_enum_values",
}
# What is given by keyword besides, options of dialects apart. "*" takes any: they are those of `sqlalchemy.Table`.
_KEYWORDS: dict[str, tuple[str, ...]] = {
    "add_column": ("if_not_exists", "inline_references", "inline_primary_key", "insert_before", "insert_after"),
    "alter_column": (
        *("nullable", "comment", "server_default", "new_column_name", "type_", "autoincrement"),
        *("existing_type", "existing_server_default", "existing_nullable", "existing_comment"),
        *("existing_autoincrement", "insert_before", "insert_after"),
    ),
    "bulk_insert": ("multiinsert",),
    "create_check_constraint": ("deferrable", "initially", "info"),
    "create_exclude_constraint": ("deferrable", "initially", "ops", "using", "where"),
    "create_foreign_key": (
        *("onupdate", "ondelete", "deferrable", "initially", "match", "source_schema", "referent_schema"),
        *("use_alter", "link_to_name", "info"),
    ),
    "create_index": ("unique", "if_not_exists", "info", "quote"),
    "create_table": ("*",),
    "create_unique_constraint": ("deferrable", "initially", "info"),
    "drop_column": ("if_exists",),
    "drop_constraint": ("if_exists",),
    "drop_index": ("if_exists",),
    "drop_table": ("*",),
    "execute": ("execution_options",),
}
_DIALECTS = ("postgresql_", "mysql_", "mariadb_", "sqlite_", "mssql_", "oracle_")
_IMPLIED = frozenset({"table_name", "source_table"})

# Before Alembic 0.8 parameters had other names; they were accepted until 1.0.
_FORMER = {
    "create_foreign_key": {"name": "constraint_name", "source": "source_table", "referent": "referent_table"},
    "create_index": {"name": "index_name", "tablename": "table_name"},
    "drop_index": {"name": "index_name", "tablename": "table_name"},
    "alter_column": {"name": "new_column_name", "type": "type_"},
    "create_table": {"name": "table_name"},
    "drop_table": {"name": "table_name"},
}
_FORMER_ANY = {
    "name": "constraint_name",
    "tablename": "table_name",
    "source": "table_name",
    "local_cols": "columns",
    "cols": "columns",
}

# Names that `AlterColumnOp` has for the parameters of `alter_column`.
OBJECT_NAMES = {
    "nullable": "modify_nullable",
    "type_": "modify_type",
    "server_default": "modify_server_default",
    "new_column_name": "modify_name",
    "comment": "modify_comment",
}
# What the constructors of operation objects take besides.
_OBJECT_KEYWORDS = (*OBJECT_NAMES.values(), "kw", "condition", "reverse", "_reverse")

# The operation objects of `alembic.operations.ops`, by the directive that makes them.
OBJECTS = {
    "AddColumnOp": "add_column",
    "AlterColumnOp": "alter_column",
    "BulkInsertOp": "bulk_insert",
    "CreateCheckConstraintOp": "create_check_constraint",
    "CreateForeignKeyOp": "create_foreign_key",
    "CreateIndexOp": "create_index",
    "CreatePrimaryKeyOp": "create_primary_key",
    "CreateUniqueConstraintOp": "create_unique_constraint",
    "DropColumnOp": "drop_column",
    "DropConstraintOp": "drop_constraint",
    "DropIndexOp": "drop_index",
    "DropTableOp": "drop_table",
    "ExecuteSQLOp": "execute",
    "RenameTableOp": "rename_table",
}


class Arguments:
    """The arguments of an operation by the names of its parameters. `strange` are those that Alembic does not have."""

    def __init__(self, name: str, args: tuple[Given, ...], batch: bool) -> None:
        self.given: dict[str, Given] = {}
        self.rest: list[Given] = []
        self.open = any(arg.keyword in ("*", "**") for arg in args)
        parameters = [p for p in OPERATIONS[name] if not (batch and p in _IMPLIED)]
        positional = [arg for arg in args if arg.keyword is None]
        for arg in positional:
            if parameters and not parameters[0].startswith("*"):
                self.given[parameters.pop(0)] = arg
            else:
                self.rest.append(arg)
        self.variable = parameters[0][1:] if parameters and parameters[0].startswith("*") else None
        former = _FORMER.get(name, {})
        for arg in args:
            if arg.keyword in (None, "*", "**"):
                continue
            keyword = former.get(arg.keyword, arg.keyword)
            if keyword not in OPERATIONS[name] and keyword in _FORMER_ANY and name not in _FORMER:
                keyword = _FORMER_ANY[keyword]
            self.given.setdefault(keyword, arg)
        known = {*OPERATIONS[name], *_KEYWORDS.get(name, ()), "schema", *_OBJECT_KEYWORDS}
        own = (keyword for keyword in self.given if keyword not in known and not keyword.startswith(_DIALECTS))
        self.strange = () if "*" in known else tuple(own)

    def value(self, name: str, default: Value = None) -> Value:
        """The value of a parameter, else the default."""
        found = self.given.get(name)
        return default if found is None else found.value

    def flag(self, name: str) -> bool | Unknown:
        """A boolean option that is off unless given."""
        value = self.value(name, Unsure("arguments that are not known") if self.open else False)
        return value if isinstance(value, bool) else False if value is None else unknown(value)

    def sure(self, name: str) -> bool:
        """Whether an option is known to be on."""
        return self.flag(name) is True

    def options(self) -> Made:
        """All arguments as those of one term, for what reads options by keyword."""
        return Made("options", tuple(Given(name, arg.value, arg.place) for name, arg in self.given.items()))

    def places(self) -> tuple[tuple[str, Place], ...]:
        """Where the arguments stand."""
        return tuple((name, arg.place) for name, arg in self.given.items() if arg.place is not None)


def fits(name: str, parameters: tuple[str, ...], flexible: bool) -> bool:
    """Whether a function of the project with these parameters can stand for the operation that bears its name."""
    wanted = [p for p in OPERATIONS[name] if not p.startswith("*")]
    former = {**_FORMER.get(name, {}), **({} if name in _FORMER else _FORMER_ANY)}
    known = {former.get(parameter, parameter) for parameter in parameters}
    return flexible or all(parameter in known for parameter in wanted[:2])


def table_of(
    arguments: Arguments, batch: tuple[Value, Value] | None, parameter: str = "table_name"
) -> tuple[Value, Value]:
    """The name and schema of the table that an operation works on."""
    if batch is not None:
        return batch
    schema = arguments.value("source_schema") if parameter == "source_table" else arguments.value("schema")
    missing = Unsure("the call names no table")
    return arguments.value(parameter, missing), schema

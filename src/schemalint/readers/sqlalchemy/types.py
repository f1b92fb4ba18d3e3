"""Types: `sa.String(50)` as a `SqlType`.

What each class of SQLAlchemy 2.0 and 2.1 renders is taken from its type compilers (sqlalchemy/sql/compiler.py and
dialects/*/base.py). A name that is upper case renders as it says; a CamelCase one as the server's nearest type.
"""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.calls import frame_of
from schemalint.interpret.evaluator.expressions import arguments
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.evaluator.names import class_attribute, enum_members, inherits, is_enum
from schemalint.interpret.resolutions import External
from schemalint.interpret.resolve import ancestry
from schemalint.interpret.values import (
    HOLE,
    Class,
    Function,
    Given,
    Handle,
    Instance,
    Items,
    Made,
    Member,
    Missing,
    Symbol,
    Value,
    unknown,
)
from schemalint.ir import Attribute, Call, ExpressionStatement, FunctionDef, statements_of

_FAMILIES = {
    "smallint": "SmallInteger SMALLINT",
    "integer": "Integer INTEGER INT",
    "bigint": "BigInteger BIGINT",
    "numeric": "Numeric NUMERIC DECIMAL",
    "real": "REAL",
    "double": "Float FLOAT Double DOUBLE DOUBLE_PRECISION",
    "boolean": "Boolean BOOLEAN",
    "text": "Text TEXT UnicodeText CLOB NCLOB",
    "varchar": "String VARCHAR Unicode NVARCHAR AutoString VARCHAR2 NVARCHAR2",
    "char": "CHAR NCHAR",
    "binary": "LargeBinary BLOB BYTEA BINARY VARBINARY PickleType",
    "date": "Date DATE",
    "time": "Time TIME",
    "timestamp": "DateTime DATETIME TIMESTAMP DATETIME2",
    "interval": "Interval INTERVAL",
    "uuid": "Uuid UUID",
    "json": "JSON",
    "jsonb": "JSONB",
    "enum": "Enum ENUM",
    "array": "ARRAY",
    "bit": "BIT",
    "inet": "INET",
    "tsvector": "TSVECTOR",
    "xml": "XML",
}
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names.split()}

# Types of one server that stand in a family, but are told apart there.
_NAMED = {
    "TINYINT": "smallint",
    "MEDIUMINT": "integer",
    "TINYTEXT": "text",
    "MEDIUMTEXT": "text",
    "LONGTEXT": "text",
    "TINYBLOB": "binary",
    "MEDIUMBLOB": "binary",
    "LONGBLOB": "binary",
    "CIDR": "inet",
    "MACADDR": "other",
    "MACADDR8": "other",
    "CITEXT": "other",
    "HSTORE": "other",
    "MONEY": "other",
    "OID": "other",
    "REGCLASS": "other",
    "REGCONFIG": "other",
    "TSQUERY": "other",
    "YEAR": "other",
    "SET": "other",
    "INT4RANGE": "other",
    "INT8RANGE": "other",
    "NUMRANGE": "other",
    "DATERANGE": "other",
    "TSRANGE": "other",
    "TSTZRANGE": "other",
    "INT4MULTIRANGE": "other",
    "INT8MULTIRANGE": "other",
    "NUMMULTIRANGE": "other",
    "DATEMULTIRANGE": "other",
    "TSMULTIRANGE": "other",
    "TSTZMULTIRANGE": "other",
    "BFLOAT16": "other",
    "LONG": "text",
    "RAW": "binary",
    "NTEXT": "text",
    "IMAGE": "binary",
    "UNIQUEIDENTIFIER": "uuid",
    "DATETIMEOFFSET": "timestamp",
    "SMALLDATETIME": "timestamp",
    "NUMBER": "numeric",
    "BINARY_DOUBLE": "double",
    "BINARY_FLOAT": "real",
    "NullType": "other",
}
_OF_LIBRARIES = {
    "sqlmodel.AutoString": "varchar",
    "sqlmodel.sql.sqltypes.GUID": "uuid",
    "sqlalchemy_utils.EmailType": "varchar",
    "sqlalchemy_utils.JSONType": "json",
    "sqlalchemy_utils.URLType": "text",
    "sqlalchemy_utils.UUIDType": "uuid",
    "sqlalchemy_utils.types.json.JSONType": "json",
    "sqlalchemy_utils.types.uuid.UUIDType": "uuid",
    "oslo_db.sqlalchemy.types.JsonEncodedDict": "text",
    "oslo_db.sqlalchemy.types.JsonEncodedList": "text",
    "oslo_db.sqlalchemy.types.SoftDeleteInteger": "integer",
    "oslo_db.sqlalchemy.types.String": "varchar",
}
_UTC = frozenset({"sqlmodel.UTCDateTime", "sqlmodel.sql.sqltypes.UTCDateTime"})
_DERIVED_FROM = frozenset({"sqlalchemy.TypeDecorator", "sqlalchemy.types.UserDefinedType", *_OF_LIBRARIES})
_LENGTHS = frozenset({"varchar", "char", "text", "binary", "bit"})
_SIZED = _LENGTHS | {"numeric", "double", "time", "timestamp", "enum", "array"}


def is_type(machine: Machine, value: Value) -> bool:
    """Whether a value is a type of SQLAlchemy's, or of a library or the project and derived from one."""
    name = _name(value)
    if name is not None:
        last = name.rpartition(".")[2]
        known = last in _FAMILY_OF or last in _NAMED
        return (name.startswith("sqlalchemy.") and known) or name in _OF_LIBRARIES or (known and last[:1].isupper())
    owner = value if isinstance(value, Class) else value.of if isinstance(value, Instance) else None
    return owner is not None and inherits(machine, owner, _DERIVED_FROM)


def type_of(machine: Machine, value: Value) -> ColumnType:
    """The type that a value stands for; Unknown where it is none that can be read."""
    if isinstance(value, Made) and value.callee == "with_variant":
        return _with_variant(machine, value)
    if isinstance(value, Made) and value.owner is not None:
        if value.callee in ("evolve", "copy", "as_generic", "as_mutable"):
            return type_of(machine, value.owner)
        return Unknown(f"the type is the result of {value.callee}()")
    if isinstance(value, Member) and value.name == "impl":
        return type_of(machine, value.owner)
    name = _name(value)
    if name is not None:
        return _named(machine, name, value if isinstance(value, Made) else Made(name))
    if isinstance(value, Class):
        return _of_class(machine, value, ())
    if isinstance(value, Instance):
        return _of_class(machine, value.of, value.args)
    return unknown(value)


def _name(value: Value) -> str | None:
    if isinstance(value, Symbol):
        return value.name
    return value.callee if isinstance(value, Made) and value.owner is None else None


def _named(machine: Machine, name: str, made: Made) -> ColumnType:
    last = name.rpartition(".")[2]
    if name in _OF_LIBRARIES:
        length = _number(made.value("length", 0)) if _OF_LIBRARIES[name] == "varchar" else None
        return SqlType(_OF_LIBRARIES[name], length=length)
    if name in _UTC:
        return SqlType("timestamp", timezone=True)
    if not name.startswith(("sqlalchemy.", "sqlmodel.")):
        if name.endswith((".as_mutable", ".Mutable")) and made.positional:
            return type_of(machine, made.positional[-1])
        return SqlType("other", name=name)
    if last == "as_mutable" and made.positional:
        return type_of(machine, made.positional[-1])
    if last in _NAMED:
        length = _number(made.value("length", 0)) if _NAMED[last] in _LENGTHS else None
        return SqlType(_NAMED[last], length=length, name=last.lower())
    family = _FAMILY_OF.get(last)
    return _of_family(machine, family, last, made) if family is not None else SqlType("other", name=name)


def _of_family(machine: Machine, family: str, last: str, made: Made) -> ColumnType:
    if family == "enum":
        return _enum(machine, made)
    if family == "array":
        item = type_of(machine, made.value("item_type", 0))
        return item if isinstance(item, Unknown) else SqlType("array", item=item)
    if family in ("numeric", "double"):
        precision, scale = made.value("precision", 0), made.value("scale", 1) if family == "numeric" else None
        doubt = _doubt(precision) or _doubt(scale)
        return doubt or SqlType(family, precision=_number(precision), scale=_number(scale))
    if family in ("timestamp", "time"):
        zone = made.value("timezone", 0, False)
        precision = _number(made.value("precision")) or _number(made.value("fsp"))
        if not isinstance(zone, bool):
            return unknown(zone)
        return SqlType(family, precision=precision, timezone=zone)
    if family in _LENGTHS:
        length = made.value("length", 0)
        doubt = _doubt(length)
        if doubt is not None:
            return doubt
        collation = made.value("collation")
        known = collation if isinstance(collation, str) and HOLE not in collation else None
        return SqlType(family, length=_number(length), collation=known)
    return SqlType(family)


def _doubt(value: Value) -> Unknown | None:
    """Why a length, precision or scale is not known; None for one that is, and for none."""
    return None if value is None or isinstance(value, (int, str)) else unknown(value)


def _number(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _with_variant(machine: Machine, made: Made) -> ColumnType:
    base = type_of(machine, made.owner)
    positional = made.positional
    if isinstance(base, Unknown) or not positional:
        return base
    variant = type_of(machine, positional[0])
    dialects = [item for item in positional[1:] if isinstance(item, str)]
    if isinstance(variant, Unknown):
        return variant
    variants = (*base.variants, *((dialect, variant) for dialect in dialects))
    return SqlType(
        **{field: getattr(base, field) for field in SqlType.__struct_fields__ if field != "variants"}, variants=variants
    )


# ------------------------------------------------------------------------------------------------------------- enums


def _enum(machine: Machine, made: Made) -> ColumnType:
    native = made.value("native_enum", None, True)
    values, class_name = enum_values(machine, made)
    name = made.value("name", None, class_name)
    schema = made.value("schema")
    if isinstance(name, Symbol):
        name = None
    if not (name is None or isinstance(name, str)) or (isinstance(name, str) and HOLE in name):
        return Unknown("the name of the enum is computed")
    known_schema = schema if isinstance(schema, str) and HOLE not in schema else None
    enum = ObjectName(name, known_schema or None) if name and native is not False else None
    length = _number(made.value("length"))
    if native is False and length is None and not isinstance(values, Unknown) and values:
        length = max(len(value) for value in values)
    return SqlType("enum", length=length, enum=enum, values=values, native=native is not False)


def enum_values(machine: Machine, made: Made) -> tuple[tuple[str, ...] | Unknown, str | None]:
    """The values of an `Enum(...)`, and the name that the type gets where none is given."""
    positional = [arg.value for arg in made.args if arg.keyword is None]
    if len(positional) == 1 and isinstance(positional[0], Class) and is_enum(machine, positional[0]):
        owner = positional[0]
        return _class_values(machine, owner, made), owner.node.name.lower()
    if any(arg.keyword == "*" for arg in made.args):
        return Unknown("the values of the enum are computed"), None
    if len(positional) == 1 and isinstance(positional[0], Items) and not positional[0].open:
        positional = positional[0].values
    if all(isinstance(value, str) and HOLE not in value for value in positional):
        return tuple(value for value in positional if isinstance(value, str)), None
    texts: list[Value] = [v.fields.get("value") if isinstance(v, Instance) else v for v in positional]
    if all(isinstance(value, str) and HOLE not in value for value in texts):
        return tuple(value for value in texts if isinstance(value, str)), None
    return Unknown("the values of the enum are computed"), None


def _class_values(machine: Machine, owner: Class, made: Made) -> tuple[str, ...] | Unknown:
    members = enum_members(machine, owner)
    chosen = made.given("values_callable")
    if chosen is None or chosen.value is None:
        return tuple(str(member.fields["name"]) for member in members)
    place = made.place or machine.home
    values = machine.call(chosen.value, (Given(None, owner),), place)
    if isinstance(values, Items) and not values.open and all(isinstance(value, str) for value in values.values):
        return tuple(str(value) for value in values.values)
    return Unknown("the values of the enum are computed")


# ---------------------------------------------------------------------------------------------- types of the project


def _of_class(machine: Machine, owner: Class, args: tuple[Given, ...]) -> ColumnType:
    """A TypeDecorator renders as its `impl`, which gets its arguments, or as what it chooses for the dialect."""
    chosen = class_attribute(machine, owner, "load_dialect_impl")
    if isinstance(chosen, Function):
        return _by_dialect(machine, owner, chosen)
    if not isinstance(class_attribute(machine, owner, "get_col_spec"), Missing):
        return SqlType("other", name=owner.node.name)
    impl = class_attribute(machine, owner, "impl")
    if not isinstance(impl, (Symbol, Made, Class, Instance)):
        return _of_library(machine, owner, args) or SqlType("other", name=owner.node.name)
    if not isinstance(impl, Symbol):
        return type_of(machine, impl)
    init = class_attribute(machine, owner, "__init__")
    passed = _passed_on(machine, owner, init, args) if isinstance(init, Function) else args
    if passed is not None:
        return type_of(machine, Made(impl.name, passed))
    kind = type_of(machine, impl)
    sized = not isinstance(kind, Unknown) and kind.family in _SIZED
    return Unknown(f"what {owner.node.name} passes on to {impl.name} is not known") if sized else kind


def _passed_on(machine: Machine, owner: Class, init: Function, args: tuple[Given, ...]) -> tuple[Given, ...] | None:
    """What the `__init__` of a type gives that of its `impl`: the arguments of `super().__init__(...)`.

    None where that call does not stand at the top of the body, or something that it is given is not known.
    """
    frame = frame_of(machine, Function(init.path, init.node, init.closure, Instance(owner, {}, args)), args)
    body = statements_of(init.node) if isinstance(init.node, FunctionDef) else ()
    for index, statement in enumerate(body):
        call = statement.value if isinstance(statement, ExpressionStatement) else None
        if not isinstance(call, Call) or not isinstance(call.func, Attribute) or call.func.attr != "__init__":
            continue
        machine.run(body[:index], frame)
        passed = arguments(machine, call, frame)
        passed = passed if isinstance(call.func.value, Call) else passed[1:]
        return None if any(arg.keyword in ("*", "**") for arg in passed) else passed
    return None


def _of_library(machine: Machine, owner: Class, args: tuple[Given, ...]) -> ColumnType | None:
    """What the type of a library renders as that a class of the project derives from, if it does."""
    bases = (base.name for base in ancestry(machine.program, owner.path, owner.node) if isinstance(base, External))
    name = next((name for name in bases if name in _OF_LIBRARIES), None)
    return _named(machine, name, Made(name, args)) if name is not None else None


def _by_dialect(machine: Machine, owner: Class, method: Function) -> ColumnType:
    """What `load_dialect_impl` gives for the server of the target, where that is known."""
    bound = Function(method.path, method.node, method.closure, Instance(owner, {}))
    value = machine.call(bound, (Given(None, Handle("dialect")),), machine.home)
    if isinstance(value, Made) and value.callee == "type_descriptor" and value.positional:
        value = value.positional[0]
    other = SqlType("other", name=owner.node.name)
    if isinstance(value, Class) or (isinstance(value, Instance) and value.of.node is owner.node):
        return other
    found = type_of(machine, value) if isinstance(value, (Symbol, Made, Instance)) else other
    return other if isinstance(found, Unknown) else found


def native_enum(machine: Machine, value: Value, dialect: str | None) -> SqlType | None:
    """The native enum of PostgreSQL that a table with a column of this type would create; None where it creates none.

    `create_type=False` of the PostgreSQL type (and of the generic one since SQLAlchemy 2.1) prevents it.
    """
    while isinstance(value, Made) and value.callee == "with_variant" and value.owner is not None:
        value = value.owner
    if dialect not in (None, "postgresql") or not isinstance(value, Made):
        return None
    if value.callee.rpartition(".")[2] == "ARRAY":
        return native_enum(machine, value.value("item_type", 0), dialect)
    kind = type_of(machine, value)
    if isinstance(kind, Unknown) or kind.family != "enum" or kind.enum is None or not kind.native:
        return None
    return None if value.value("create_type", None, True) is False else kind

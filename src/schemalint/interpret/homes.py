"""The homes of names: one name for what SQLAlchemy and its kin offer under several. Data, and three look-ups."""

from __future__ import annotations

from functools import cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The public names of `sqlalchemy` and `sqlalchemy.orm`: `dir()` of 1.4.54 and 2.0.58, without modules and the imports
# from `typing`. `join` and `outerjoin` of `sqlalchemy.orm` are left out: they differ from those of `sqlalchemy`.
_SQLALCHEMY = _words(
    """
    ARRAY AdaptedConnection Alias AliasedReturnsRows AssertionPool AsyncAdaptedQueuePool BIGINT BINARY
    BLANK_SCHEMA BLOB BOOLEAN BaseDDLElement BigInteger BinaryExpression BindParameter BindTyping Boolean
    BooleanClauseList CHAR CLOB CTE CacheKey Case Cast CheckConstraint ChunkedIteratorResult ClauseElement
    ClauseList CollectionAggregate Column ColumnClause ColumnCollection ColumnDefault ColumnElement
    ColumnExpressionArgument ColumnOperators Compiled CompoundSelect Computed Connection Constraint
    CreateEnginePlugin CursorResult DATE DATETIME DDL DDLElement DECIMAL DOUBLE DOUBLE_PRECISION Date DateTime
    DefaultClause Delete Dialect Double Engine Enum ExceptionContext Executable ExecutableDDLElement
    ExecutionContext Exists Extract FLOAT FallbackAsyncAdaptedQueuePool False_ FetchedValue Float ForeignKey
    ForeignKeyConstraint FromClause FromGrouping FrozenResult Function FunctionElement FunctionFilter
    GenerativeSelect Grouping HasCTE HasPrefixes HasSuffixes INT INTEGER Identity Index Insert Inspector Integer
    Interval IteratorResult JSON Join LABEL_STYLE_DEFAULT LABEL_STYLE_DISAMBIGUATE_ONLY LABEL_STYLE_NONE
    LABEL_STYLE_TABLENAME_PLUS_COL Label LambdaElement LargeBinary Lateral MappingResult MergedResult MetaData
    NCHAR NUMERIC NVARCHAR NestedTransaction NotNullable Null NullPool Nullable Numeric Operators Over
    PickleType Pool PoolProxiedConnection PoolResetState PrimaryKeyConstraint QueuePool REAL
    ReleaseSavepointClause Result ResultProxy ReturnsRows RollbackToSavepointClause RootTransaction Row
    RowMapping SMALLINT SQLColumnExpression SavepointClause ScalarResult ScalarSelect Select SelectBase
    SelectLabelStyle Selectable Sequence SingletonThreadPool SmallInteger StatementLambdaElement StaticPool
    String Subquery TEXT TIME TIMESTAMP Table TableClause TableSample TableValuedAlias Text TextAsFrom
    TextClause TextualSelect ThreadLocalMetaData Time Transaction True_ TryCast Tuple TupleType
    TwoPhaseTransaction TypeClause TypeCoerce TypeCompiler TypeDecorator URL UUID UnaryExpression Unicode
    UnicodeText UniqueConstraint Update UpdateBase Uuid VARBINARY VARCHAR Values ValuesBase Visitable
    WithinGroup alias all_ and_ any_ asc between bindparam bitwise_not case cast collate column create_engine
    create_mock_engine cte custom_op delete desc distinct engine_from_config except_ except_all exists extract
    false func funcfilter insert insert_sentinel inspect intersect intersect_all join label lambda_stmt lateral
    literal literal_column make_url modifier not_ null nulls_first nulls_last nullsfirst nullslast or_ outerjoin
    outparam over quoted_name select subquery table tablesample text true try_cast tuple_ type_coerce union
    union_all update values within_group
    """
)
_ORM = _words(
    """
    AliasOption AppenderQuery AttributeEvent AttributeEventToken AttributeEvents AttributeState Bundle
    CascadeOptions ClassManager ColumnProperty Composite CompositeProperty DeclarativeBase DeclarativeBaseNoMeta
    DeclarativeMeta DynamicMapped EXT_CONTINUE EXT_SKIP EXT_STOP FromStatement IdentityMap InspectionAttr
    InspectionAttrExtensionType InspectionAttrInfo InstanceEvents InstanceState InstrumentationEvents
    InstrumentedAttribute KeyFuncDict Load LoaderCallableStatus LoaderCriteriaOption MANYTOMANY MANYTOONE Mapped
    MappedAsDataclass MappedClassProtocol MappedCollection MappedColumn MappedSQLExpression Mapper MapperEvents
    MapperProperty NOT_EXTENSION NO_KEY NO_VALUE NotExtension ONETOMANY ORMDescriptor ORMExecuteState
    PassiveFlag PropComparator Query QueryContext QueryEvents QueryPropertyDescriptor QueryableAttribute
    Relationship RelationshipDirection RelationshipProperty SQLORMExpression Session SessionEvents
    SessionTransaction SessionTransactionOrigin Synonym SynonymProperty UOWTransaction UserDefinedOption
    WriteOnlyCollection WriteOnlyMapped add_mapped_attribute aliased as_declarative attribute_keyed_dict
    attribute_mapped_collection backref class_mapper clear_mappers close_all_sessions column_keyed_dict
    column_mapped_collection column_property composite configure_mappers contains_alias contains_eager
    create_session declarative_base declarative_mixin declared_attr defaultload defer deferred dynamic_loader
    eagerload foreign has_inherited_table immediateload joinedload keyfunc_mapping lazyload load_only
    make_transient make_transient_to_detached mapped_as_dataclass mapped_collection mapped_column mapper
    merge_frozen_result merge_result noload object_mapper object_session orm_insert_sentinel polymorphic_union
    query_expression raiseload reconstructor registry relation relationship remote scoped_session
    selectin_polymorphic selectinload sessionmaker subqueryload synonym synonym_for undefer undefer_group
    validates was_deleted with_expression with_loader_criteria with_parent with_polymorphic
    """
)

# A dialect package exports some types of SQLAlchemy itself: they are the same objects there (2.0.58).
_DIALECT_TYPES = {
    "postgresql": "BIGINT BOOLEAN CHAR DATE DOUBLE_PRECISION FLOAT INTEGER NUMERIC REAL SMALLINT TEXT UUID VARCHAR",
    "mysql": "BINARY BLOB BOOLEAN DATE VARBINARY",
    "sqlite": "BLOB BOOLEAN CHAR DECIMAL FLOAT INTEGER NUMERIC REAL SMALLINT TEXT TIMESTAMP VARCHAR",
    "mssql": "BIGINT BINARY CHAR DATE DATETIME DECIMAL FLOAT INTEGER NCHAR NUMERIC NVARCHAR SMALLINT TEXT VARCHAR",
    "oracle": "BLOB CHAR CLOB DOUBLE_PRECISION NCHAR NVARCHAR REAL VARCHAR",
}

_DIALECT_MODULES = _words("array base dml enumerated ext hstore json named_types ranges reserved_words types")

# `sqlalchemy.sql.functions` holds the classes behind `func.X`: called, they are the same expression.
_FUNCTIONS = _words(
    "aggregate_strings array_agg char_length coalesce concat count current_date current_time current_timestamp "
    "current_user localtime localtimestamp max min next_value now random session_user sum sysdate user"
)

# Names that stand elsewhere than the rules below say.
_MOVED = {
    "sqlalchemy.orm.mapper.Mapper": "sqlalchemy.orm.Mapper",
    "sqlalchemy.testing.schema.Column": "sqlalchemy.Column",
    "sqlalchemy.testing.schema.Table": "sqlalchemy.Table",
    "sqlalchemy.testing.schema.mapped_column": "sqlalchemy.orm.mapped_column",
    "sqlalchemy.orm.exc.NoResultFound": "sqlalchemy.exc.NoResultFound",
    "sqlalchemy.orm.exc.MultipleResultsFound": "sqlalchemy.exc.MultipleResultsFound",
    "sqlmodel.main.SQLModel": "sqlmodel.SQLModel",
    "sqlmodel.main.Field": "sqlmodel.Field",
    "sqlmodel.main.Relationship": "sqlmodel.Relationship",
    "sqlmodel.orm.session.Session": "sqlmodel.Session",
    "sqlmodel.sql.expression.select": "sqlmodel.select",
    "sqlmodel.sql.expression.col": "sqlmodel.col",
    "sqlmodel.sql.sqltypes.AutoString": "sqlmodel.AutoString",
    "flask_sqlalchemy.extension.SQLAlchemy": "flask_sqlalchemy.SQLAlchemy",
    "flask_appbuilder.models.sqla.SQLA": "flask_appbuilder.SQLA",
    "flask_appbuilder.models.sqla.Model": "flask_appbuilder.Model",
    "flask_appbuilder.models.sqla.Base": "flask_appbuilder.Model",
    "flask_appbuilder.Base": "flask_appbuilder.Model",
    "alembic.operations.base.Operations": "alembic.operations.Operations",
    "alembic.operations.base.BatchOperations": "alembic.operations.BatchOperations",
}

# (package, home, names): `package.X` and `package.anything.X` are `home.X` for these names. The first that fits counts.
_HOMES: tuple[tuple[str, str, frozenset[str] | None], ...] = (
    ("sqlalchemy.sql.functions", "sqlalchemy.func", _FUNCTIONS),
    ("sqlalchemy.schema", "sqlalchemy", _SQLALCHEMY),
    ("sqlalchemy.types", "sqlalchemy", _SQLALCHEMY),
    ("sqlalchemy.sql", "sqlalchemy", _SQLALCHEMY),
    ("sqlalchemy.engine", "sqlalchemy", _SQLALCHEMY),
    ("sqlalchemy.inspection", "sqlalchemy", _SQLALCHEMY),
    ("sqlalchemy.pool", "sqlalchemy", _SQLALCHEMY),
    ("sqlalchemy.sql.schema", "sqlalchemy.schema", None),
    ("sqlalchemy.sql.ddl", "sqlalchemy.schema", None),
    ("sqlalchemy.sql.sqltypes", "sqlalchemy.types", None),
    ("sqlalchemy.sql.type_api", "sqlalchemy.types", None),
    ("sqlalchemy.orm", "sqlalchemy.orm", _ORM),
    ("sqlalchemy.ext.declarative", "sqlalchemy.orm", _ORM),
    ("sqlalchemy.ext.asyncio.session", "sqlalchemy.ext.asyncio", None),
    ("sqlalchemy.ext.asyncio.engine", "sqlalchemy.ext.asyncio", None),
    ("sqlalchemy.ext.asyncio.scoping", "sqlalchemy.ext.asyncio", None),
    *((f"sqlalchemy.dialects.{dialect}", "sqlalchemy", _words(names)) for dialect, names in _DIALECT_TYPES.items()),
    ("sqlmodel", "sqlalchemy", _SQLALCHEMY - {"select", "Session"}),
)

_DIALECT = "sqlalchemy.dialects."

# Objects whose attributes are SQLAlchemy's names. `SQLAlchemy.__getattr__` of Flask-SQLAlchemy looks into `sqlalchemy`,
# then into `sqlalchemy.orm` (3.1.1, extension.py); `SQLA` of Flask-AppBuilder derives from it.
_FACADES = {
    "flask_sqlalchemy.SQLAlchemy": "flask_sqlalchemy.model.Model",
    "flask_appbuilder.SQLA": "flask_appbuilder.Model",
}
_FACADE_MODULES = frozenset({"dialects", "event", "exc", "schema", "sql", "types"})

_EXPORTS = {
    "sqlalchemy": _SQLALCHEMY | {"event", "exc", "schema", "sql", "types"},
    "sqlalchemy.orm": _ORM | {"join", "outerjoin"},
}

_LIBRARIES = ("sqlalchemy.", "sqlmodel.", "flask_sqlalchemy.", "flask_appbuilder.", "alembic.")


@cache
def canonical(name: str) -> str:
    """One name for what a library offers under several: `sqlalchemy.types.Integer` is `sqlalchemy.Integer`.

    What follows the name stays (`sqlalchemy.sql.func.now` is `sqlalchemy.func.now`), and so do names that have one
    home only. `sqlmodel.Field`, `select`, `Session`, `Relationship` and `SQLModel` are SQLModel's own.
    """
    if not name.startswith(_LIBRARIES):
        return name
    if name in _MOVED:
        return _MOVED[name]
    parts = name.split(".")
    for package, home, names in _HOMES:
        if name.startswith(package + "."):
            rest = parts[package.count(".") + 1 :]
            if names is None or rest[0] in names:
                return ".".join((home, *rest))
            if len(rest) > 1 and rest[0].islower() and rest[1] in names:
                return ".".join((home, *rest[1:]))
    if name.startswith("sqlalchemy.dialects.") and len(parts) > 4 and parts[3] in _DIALECT_MODULES:
        return canonical(".".join((*parts[:3], *parts[4:])))
    return name


def instance_attribute(owner: str, name: str) -> str | None:
    """What an attribute of an object of the class `owner` is called at home; None for classes without such a home."""
    model = _FACADES.get(owner)
    if model is None:
        return None
    if name == "Model":
        return model
    if name == "Query":
        return "flask_sqlalchemy.query.Query"
    if name in _SQLALCHEMY or name in _FACADE_MODULES:
        return f"sqlalchemy.{name}"
    return f"sqlalchemy.orm.{name}" if name in _ORM else f"{owner}.{name}"


def exports(module: str) -> frozenset[str]:
    """The names that `from module import *` is known to bring; empty for modules that are not in the table."""
    return _EXPORTS.get(module, frozenset())

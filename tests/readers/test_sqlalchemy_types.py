from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown

KIND = ObjectName("kind")


def type_of(upgrade, expression, **options):
    reading = upgrade(f"op.add_column('t', sa.Column('c', {expression}))", **options)
    return reading.operations[0].column.type


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("sa.Integer", SqlType("integer")),
        ("sa.Integer()", SqlType("integer")),
        ("sa.types.BigInteger()", SqlType("bigint")),
        ("sa.SMALLINT()", SqlType("smallint")),
        ("sa.String(50)", SqlType("varchar", length=50)),
        ("sa.String(length=50, collation='C')", SqlType("varchar", length=50, collation="C")),
        ("sa.Unicode()", SqlType("varchar")),
        ("sa.CHAR(2)", SqlType("char", length=2)),
        ("sa.Text()", SqlType("text")),
        ("sa.Numeric(10, 2)", SqlType("numeric", precision=10, scale=2)),
        ("sa.DECIMAL(precision=5)", SqlType("numeric", precision=5)),
        ("sa.Float()", SqlType("double")),
        ("sa.REAL()", SqlType("real")),
        ("sa.Boolean()", SqlType("boolean")),
        ("sa.DateTime()", SqlType("timestamp", timezone=False)),
        ("sa.DateTime(timezone=True)", SqlType("timestamp", timezone=True)),
        ("sa.DateTime(True)", SqlType("timestamp", timezone=True)),
        ("postgresql.TIMESTAMP(timezone=True, precision=6)", SqlType("timestamp", precision=6, timezone=True)),
        ("sa.Time()", SqlType("time", timezone=False)),
        ("sa.Date()", SqlType("date")),
        ("sa.LargeBinary()", SqlType("binary")),
        ("postgresql.UUID(as_uuid=True)", SqlType("uuid")),
        ("sa.Uuid()", SqlType("uuid")),
        ("sa.JSON()", SqlType("json")),
        ("postgresql.JSONB(astext_type=sa.Text())", SqlType("jsonb")),
        ("postgresql.INET()", SqlType("inet")),
        ("postgresql.TSVECTOR()", SqlType("tsvector")),
        ("postgresql.CITEXT()", SqlType("other", name="citext")),
        ("sa.ARRAY(sa.String(5))", SqlType("array", item=SqlType("varchar", length=5))),
        ("postgresql.ARRAY(sa.Integer)", SqlType("array", item=SqlType("integer"))),
        ("mysql.MEDIUMTEXT()", SqlType("text", name="mediumtext")),
        ("mysql.TINYINT(1)", SqlType("smallint", name="tinyint")),
        ("sa.Enum('a', 'b', name='kind')", SqlType("enum", enum=KIND, values=("a", "b"))),
        ("postgresql.ENUM('a', name='kind', schema='s')", SqlType("enum", enum=ObjectName("kind", "s"), values=("a",))),
        ("sa.Enum('a', 'bcd', name='kind', native_enum=False)",
         SqlType("enum", length=3, values=("a", "bcd"), native=False)),
        ("sa.Enum(*VALUES, name='kind')", SqlType("enum", enum=KIND, values=("x", "y"))),
        ("sa.Enum(Kind)", SqlType("enum", enum=KIND, values=("A", "B"))),
        ("sa.Enum(Kind, name='k', values_callable=lambda kinds: [k.value for k in kinds])",
         SqlType("enum", enum=ObjectName("k"), values=("a", "b"))),
        ("sa.String(5).with_variant(mysql.LONGTEXT(), 'mysql')",
         SqlType("varchar", length=5, variants=(("mysql", SqlType("text", name="longtext")),))),
        ("MutableDict.as_mutable(sa.JSON())", SqlType("json")),
        ("sqlmodel.sql.sqltypes.AutoString(length=3)", SqlType("varchar", length=3)),
        ("geo.Geometry('POINT')", SqlType("other", name="geo.Geometry")),
        ("sqlmodel.sql.sqltypes.UTCDateTime()", SqlType("timestamp", timezone=True)),
        ("Decorated(7)", SqlType("varchar", length=7)),
        ("Decorated", SqlType("varchar")),
        ("Decorated(sizes.limit())", Unknown("it is the result of sizes.limit()")),
        ("Chooses()", SqlType("char", length=32)),
        ("Chooses.impl", SqlType("char")),
        ("Bag", SqlType("json")),
        ("Mail(100)", SqlType("varchar", length=100)),
        ("sa.String(length=sizes.limit())", Unknown("it is the result of sizes.limit()")),
    ],
)  # fmt: skip
def test_types(read, expression, expected):
    source = (
        "import enum\nimport geo\nimport sizes\nimport sqlalchemy_utils\nimport sqlmodel\n"
        "from sqlalchemy.dialects import mysql\n"
        "from sqlalchemy.ext.mutable import MutableDict\nfrom sqlalchemy.types import TypeDecorator\n\n"
        "VALUES = ['x', 'y']\n\n"
        "class Kind(enum.Enum):\n    A = 'a'\n    B = 'b'\n\n"
        "class Bag(sqlalchemy_utils.JSONType):\n    def process_bind_param(self, value, dialect):\n        return 1\n\n"
        "class Mail(sqlalchemy_utils.EmailType):\n    pass\n\n"
        "class Decorated(TypeDecorator):\n    impl = sa.String\n\n"
        "class Chooses(TypeDecorator):\n    impl = sa.CHAR\n\n"
        "    def load_dialect_impl(self, dialect):\n        return dialect.type_descriptor(sa.CHAR(32))\n\n"
        f"def upgrade():\n    op.add_column('t', sa.Column('c', {expression}))\n"
    )
    found = read(source).operations[0].column.type
    assert found == expected or (isinstance(expected, Unknown) and isinstance(found, Unknown))


@pytest.mark.parametrize(
    ("init", "expected"),
    [
        (
            "def __init__(self, kind, *args, **kwargs):\n        self.kind = kind\n"
            "        super().__init__(*args, **kwargs)",
            SqlType("varchar", length=100),
        ),
        (
            "def __init__(self, kind, size, **kwargs):\n        kwargs.setdefault('length', size)\n"
            "        super(Kept, self).__init__(**kwargs)",
            SqlType("varchar", length=100),
        ),
        ("def __init__(self, *args):\n        TypeDecorator.__init__(self, 20)", SqlType("varchar", length=20)),
        ("def __init__(self, *args):\n        if args:\n            super().__init__(*args)", Unknown("")),
        ("def __init__(self, *args):\n        super().__init__(length_of(args))", Unknown("")),
    ],
)
def test_a_type_of_the_project_is_as_long_as_its_init_says(read, init, expected):
    source = (
        "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.types import TypeDecorator\n"
        "from elsewhere import length_of\n\n"
        f"class Kept(TypeDecorator):\n    impl = sa.String\n\n    {init}\n\n"
        "def upgrade():\n    op.add_column('t', sa.Column('c', Kept(int, 100)))\n"
    )
    found = read(source).operations[0].column.type
    assert found == expected or (isinstance(expected, Unknown) and isinstance(found, Unknown))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("'c', sa.Integer", {"nullable": True, "default": None, "client_default": False}),
        ("'c', sa.Integer, primary_key=True", {"nullable": False}),
        ("'c', sa.Integer, nullable=False", {"nullable": False}),
        ("name='c', type_=sa.Integer(), default=1", {"client_default": True}),
    ],
)
def test_columns(upgrade, arguments, expected):
    column = upgrade(f"op.add_column('t', sa.Column({arguments}))").operations[0].column
    assert {name: getattr(column, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("default", "sql", "literal"),
    [
        ("'0'", "0", True),
        ("sa.text('0')", "0", True),
        ("sa.text(\"'[]'\")", "[]", True),
        ("sa.text('now()')", "now()", False),
        ("sa.func.now()", "now()", False),
        ("sa.func.current_timestamp()", "CURRENT_TIMESTAMP", False),
        ("sa.true()", "true", True),
        ("sa.sql.expression.false()", "false", True),
        ("sa.text('gen_random_uuid()')", "gen_random_uuid()", False),
    ],
)
def test_server_defaults(upgrade, default, sql, literal):
    column = upgrade(f"op.add_column('t', sa.Column('c', sa.Text, server_default={default}))").only.column
    assert (column.default.sql, column.default.literal) == (sql, literal)


def test_identity_and_computed_columns(upgrade):
    reading = upgrade(
        "op.add_column('t', sa.Column('a', sa.Integer, sa.Identity(always=True)))\n"
        "op.add_column('t', sa.Column('b', sa.Integer, sa.Computed('a * 2', persisted=True)))"
    )
    first, second = (operation.column for operation in reading.operations)
    assert first.identity.always
    assert (second.generated.sql, second.generated.stored, second.default) == ("a * 2", True, None)

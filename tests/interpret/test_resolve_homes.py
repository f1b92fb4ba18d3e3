"""One name for what a library offers under several."""

from __future__ import annotations

import pytest

from schemalint.interpret.homes import canonical


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sqlalchemy.Column", "sqlalchemy.Column"),
        ("sqlalchemy.schema.Column", "sqlalchemy.Column"),
        ("sqlalchemy.sql.schema.Column", "sqlalchemy.Column"),
        ("sqlalchemy.types.Integer", "sqlalchemy.Integer"),
        ("sqlalchemy.sql.sqltypes.Integer", "sqlalchemy.Integer"),
        ("sqlalchemy.sql.sqltypes.NullType", "sqlalchemy.types.NullType"),
        ("sqlalchemy.types.UserDefinedType", "sqlalchemy.types.UserDefinedType"),
        ("sqlalchemy.sql.expression.text", "sqlalchemy.text"),
        ("sqlalchemy.sql.text", "sqlalchemy.text"),
        ("sqlalchemy.sql.func.now", "sqlalchemy.func.now"),
        ("sqlalchemy.sql.functions.now", "sqlalchemy.func.now"),
        ("sqlalchemy.engine.reflection.Inspector", "sqlalchemy.Inspector"),
        ("sqlalchemy.schema.CreateTable", "sqlalchemy.schema.CreateTable"),
        ("sqlalchemy.sql.ddl.CreateTable", "sqlalchemy.schema.CreateTable"),
        ("sqlalchemy.orm.mapper.Mapper", "sqlalchemy.orm.Mapper"),
        ("sqlalchemy.orm.session.Session", "sqlalchemy.orm.Session"),
        ("sqlalchemy.orm.session.Session.query", "sqlalchemy.orm.Session.query"),
        ("sqlalchemy.orm.decl_api.DeclarativeBase", "sqlalchemy.orm.DeclarativeBase"),
        ("sqlalchemy.ext.declarative.declarative_base", "sqlalchemy.orm.declarative_base"),
        ("sqlalchemy.ext.declarative.api.declared_attr", "sqlalchemy.orm.declared_attr"),
        ("sqlalchemy.ext.asyncio.session.AsyncSession", "sqlalchemy.ext.asyncio.AsyncSession"),
        ("sqlalchemy.orm.exc.NoResultFound", "sqlalchemy.exc.NoResultFound"),
        ("sqlalchemy.dialects.postgresql.json.JSONB", "sqlalchemy.dialects.postgresql.JSONB"),
        ("sqlalchemy.dialects.postgresql.dml.insert", "sqlalchemy.dialects.postgresql.insert"),
        ("sqlalchemy.dialects.postgresql.base.VARCHAR", "sqlalchemy.VARCHAR"),
        ("sqlalchemy.dialects.postgresql.TIMESTAMP", "sqlalchemy.dialects.postgresql.TIMESTAMP"),
        ("alembic.operations.base.Operations", "alembic.operations.Operations"),
        ("sqlmodel.Column", "sqlalchemy.Column"),
        ("sqlmodel.Field", "sqlmodel.Field"),
        ("sqlmodel.main.SQLModel", "sqlmodel.SQLModel"),
        ("sqlmodel.select", "sqlmodel.select"),
        ("sqlmodel.Session.delete", "sqlmodel.Session.delete"),
        ("django_tables2.Column", "django_tables2.Column"),
        ("sqlalchemy_utils.types.UUIDType", "sqlalchemy_utils.types.UUIDType"),
    ],
)
def test_a_name_has_one_home(name: str, expected: str) -> None:
    assert canonical(name) == expected

"""What the pages of rules on migrations claim of Alembic, asked of Alembic."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import exc

CONVENTION = {
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def emitted(dialect: str, act: Callable[[Operations], object], convention: dict[str, str] | None = None) -> str:
    """The SQL that operations become, without a database."""
    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written}
    if convention is not None:
        options["target_metadata"] = sa.MetaData(naming_convention=convention)
    act(Operations(MigrationContext.configure(dialect_name=dialect, opts=options)))
    return " ".join(written.getvalue().split())


class TestUnnamedConstraintDrop:
    @pytest.mark.parametrize("kind", [None, "unique", "foreignkey", "check", "primary"])
    def test_without_a_name_there_is_no_statement(self, kind: str | None) -> None:
        with pytest.raises(exc.CompileError, match="it has no name"):
            emitted("postgresql", lambda op: op.drop_constraint(None, "users", type_=kind))

    def test_a_naming_convention_does_not_help(self) -> None:
        with pytest.raises(IndexError):
            emitted("postgresql", lambda op: op.drop_constraint(None, "users", type_="foreignkey"), CONVENTION)
        made_up = emitted("postgresql", lambda op: op.drop_constraint(None, "users", type_="unique"), CONVENTION)
        assert made_up == "ALTER TABLE users DROP CONSTRAINT uq_users_;"

    def test_but_for_a_primary_key(self) -> None:
        drop = emitted("postgresql", lambda op: op.drop_constraint(None, "users", type_="primary"), CONVENTION)
        assert drop == "ALTER TABLE users DROP CONSTRAINT pk_users;"
        assert emitted("mysql", lambda op: op.drop_constraint(None, "users", type_="primary")) == (
            "ALTER TABLE users DROP PRIMARY KEY;"
        )


class TestUntypedConstraintDrop:
    def test_mysql_needs_the_kind(self) -> None:
        with pytest.raises(NotImplementedError, match="please specify constraint type"):
            emitted("mysql", lambda op: op.drop_constraint("fk_users_team", "users"))
        typed = emitted("mysql", lambda op: op.drop_constraint("fk_users_team", "users", type_="foreignkey"))
        assert typed == "ALTER TABLE users DROP FOREIGN KEY fk_users_team;"

    def test_postgresql_does_not(self) -> None:
        assert emitted("postgresql", lambda op: op.drop_constraint("fk_users_team", "users")) == (
            "ALTER TABLE users DROP CONSTRAINT fk_users_team;"
        )

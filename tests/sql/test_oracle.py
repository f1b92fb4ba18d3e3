"""What is read of a statement is what PostgreSQL's own parser reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemalint.facts.operations import OpaqueOperation
from schemalint.sql.parse import lower_statement
from schemalint.sql.split import Statement, statements

TEXT = (Path(__file__).parent / "statements.sql").read_text(encoding="utf-8")
STATEMENTS = statements(TEXT)


def sql_of(statement: Statement) -> str:
    return TEXT[statement.start : statement.end]


@pytest.mark.parametrize("statement", STATEMENTS, ids=sql_of)
def test_every_kind_of_statement_is_read(statement: Statement) -> None:
    found = [operation for operation, _ in lower_statement(TEXT, statement)]
    opaque = any(isinstance(operation, OpaqueOperation) for operation in found)
    assert opaque is sql_of(statement).startswith("CALL")


@pytest.mark.parametrize("statement", STATEMENTS, ids=sql_of)
def test_the_oracle_agrees(statement: Statement) -> None:
    pytest.importorskip("pglast")
    from tools.sql_oracle import judge

    found = [operation for operation, _ in lower_statement(TEXT, statement)]
    assert judge(sql_of(statement), found) == ("agrees", "")

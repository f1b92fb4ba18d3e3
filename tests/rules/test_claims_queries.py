"""What the pages on queries and sessions claim, tried with the real library."""

from __future__ import annotations

import asyncio
import gc
import warnings
from pathlib import Path
from typing import Any

import pytest

sqlalchemy = pytest.importorskip("sqlalchemy", minversion="2.0")


def user_class() -> Any:
    from sqlalchemy import orm

    base = orm.declarative_base()
    return type(
        "User",
        (base,),
        {
            "__tablename__": "users",
            "id": sqlalchemy.Column(sqlalchemy.Integer, primary_key=True),
            "tenant": sqlalchemy.Column(sqlalchemy.Integer),
            "email": sqlalchemy.Column(sqlalchemy.Text),
            "active": sqlalchemy.Column(sqlalchemy.Boolean),
        },
    )


def condition(criterion: Any) -> str:
    """The WHERE of a statement that is built with a criterion."""
    user = user_class()
    statement = sqlalchemy.select(user.id).where(criterion(user))
    return str(statement).partition("WHERE ")[2].strip()


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (lambda user: user.tenant == 1 and user.id == 2, "users.tenant = :tenant_1"),
        (lambda user: user.tenant == 1 or user.id == 2, "users.id = :id_1"),
        (lambda user: user.tenant != 1 and user.id == 2, "users.id = :id_1"),
        (lambda user: user.active and user.id == 2, "users.id = :id_1"),
        (lambda user: user.email is None, "false"),
        (lambda user: user.email is not None, "true"),
        (lambda user: not user.active, "false"),
        (lambda user: not user.id == 1, "true"),  # noqa: SIM201
        (lambda user: user.id in [1, 2], "false"),
        (lambda user: user.id not in [1, 2], "true"),
    ],
)
def test_python_decides_operators_that_are_no_sql(criterion: Any, expected: str) -> None:
    assert condition(criterion) == expected


@pytest.mark.parametrize(
    "criterion",
    [
        lambda user: user.id > 1 and user.id < 9,
        lambda user: user.email.like("a%") or user.id == 1,
        lambda user: not user.id.in_([1]),
    ],
)
def test_sqlalchemy_refuses_the_truth_of_other_comparisons(criterion: Any) -> None:
    with pytest.raises(TypeError, match="Boolean value of this clause is not defined"):
        condition(criterion)


def test_the_safe_ways_keep_every_condition() -> None:
    both = condition(lambda user: sqlalchemy.and_(user.tenant == 1, user.id == 2))
    assert both == "users.tenant = :tenant_1 AND users.id = :id_1"
    assert condition(lambda user: user.email.is_(None)) == "users.email IS NULL"
    assert condition(lambda user: ~user.id.in_([1])).startswith("(users.id NOT IN")


def test_a_commit_that_is_not_awaited_never_runs(tmp_path: Path) -> None:
    pytest.importorskip("aiosqlite")
    pytest.importorskip("greenlet")
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    user = user_class()

    async def count_after(commits: bool) -> int:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / str(commits)}.db")
        async with engine.begin() as connection:
            await connection.run_sync(user.metadata.create_all)
        async with AsyncSession(engine) as session:
            session.add(user(id=1))
            commit: Any = session.commit()
            if commits:
                await commit
            del commit
        async with AsyncSession(engine) as session:
            found = await session.scalar(sqlalchemy.select(sqlalchemy.func.count()).select_from(user))
        await engine.dispose()
        return int(found or 0)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert asyncio.run(count_after(commits=False)) == 0
        gc.collect()
    assert any("was never awaited" in str(warning.message) for warning in caught)
    assert asyncio.run(count_after(commits=True)) == 1


def test_a_result_that_is_not_awaited_has_no_attributes() -> None:
    pytest.importorskip("greenlet")
    from sqlalchemy.ext.asyncio import AsyncSession

    coroutine: Any = AsyncSession().execute(sqlalchemy.select(1))
    with pytest.raises(AttributeError, match="scalars"):
        coroutine.scalars()
    coroutine.close()

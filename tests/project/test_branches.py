"""Operations that stand in a branch for one of several servers."""

from __future__ import annotations

import pytest

from tests.project.conftest import ENV, Linked, revision

SERVERS = ("postgresql:16", "sqlite", "mysql")
USERS = "op.create_table('users', sa.Column('id', sa.Integer, primary_key=True), sa.Column('name', sa.Text))"
ADD = "op.add_column('users', sa.Column('{}', sa.Text))"


def servers_of(linked: Linked, body: str, database: tuple[str, ...] = SERVERS) -> dict[str, list[str]]:
    """The servers on which each column of a revision is added."""
    files = {
        "db/env.py": ENV,
        "db/versions/a.py": revision("a1", body=USERS),
        "db/versions/b.py": revision("b2", "a1", body=body.replace("\n", "\n    ")),
    }
    (history,) = linked(files, database=database).histories
    return {
        step.operation.column.name: [server.dialect for server in step.target.servers]  # type: ignore[union-attr]
        for step in history.ordered[1].steps
    }


@pytest.mark.parametrize(
    "condition",
    [
        "op.get_bind().dialect.name == 'postgresql'",
        "op.get_context().dialect.name not in ('sqlite', 'mysql')",
        "op.get_bind().engine.name.startswith('postgres')",
    ],
)
def test_what_stands_in_a_branch_runs_on_the_servers_of_the_branch(linked: Linked, condition: str) -> None:
    body = f"{ADD.format('a')}\nif {condition}:\n    {ADD.format('b')}\n{ADD.format('c')}"

    assert servers_of(linked, body) == {"a": [*_names()], "b": ["postgresql"], "c": [*_names()]}


def test_an_early_return_leaves_the_rest_to_the_others(linked: Linked) -> None:
    body = f"{ADD.format('a')}\nif op.get_bind().dialect.name == 'sqlite':\n    return\n{ADD.format('b')}"

    assert servers_of(linked, body) == {"a": [*_names()], "b": ["postgresql", "mysql"]}


def test_without_a_test_of_the_dialect_all_runs_on_all_servers(linked: Linked) -> None:
    assert servers_of(linked, ADD.format("a")) == {"a": [*_names()]}


def test_a_single_server_runs_what_is_read(linked: Linked) -> None:
    body = f"if op.get_bind().dialect.name == 'postgresql':\n    {ADD.format('a')}"

    assert servers_of(linked, body, ("postgresql:16",)) == {"a": ["postgresql"]}


def _names() -> tuple[str, ...]:
    return tuple(server.partition(":")[0] for server in SERVERS)


def test_what_other_servers_run_alone_is_told_where_it_stands(linked: Linked) -> None:
    body = (
        f"if op.get_bind().dialect.name == 'sqlite':\n        {ADD.format('a')}\n    else:\n        {ADD.format('b')}"
    )
    files = {
        "db/env.py": ENV,
        "db/versions/a.py": revision("a1", body=USERS),
        "db/versions/b.py": revision("b2", "a1", body=body),
    }
    ((place, what, reason),) = linked(files, database=("postgresql:16", "sqlite")).not_understood

    assert (place.path, place.span.line, what) == ("db/versions/b.py", 9, "add_column")
    assert reason == "it stands in a branch for sqlite, and revisions are read for postgresql"


def test_names_by_a_convention_are_the_same_on_all_servers(linked: Linked) -> None:
    body = "op.create_index(None, 'users', ['name'])\n    if op.get_bind().dialect.name == 'mysql':\n        pass"
    env = (
        "from alembic import context\nfrom sqlalchemy import MetaData\n"
        "metadata = MetaData(naming_convention={'ix': 'own_%(table_name)s_%(column_0_name)s'})\n"
        "context.configure(connection=connection, target_metadata=metadata)\n"
    )
    files = {
        "db/env.py": env,
        "db/versions/a.py": revision("a1", body=USERS),
        "db/versions/b.py": revision("b2", "a1", body=body),
    }
    project = linked(files, database=("postgresql:16", "mysql"))
    (step,) = project.histories[0].ordered[1].steps

    assert step.operation.index.name == "own_users_name"  # type: ignore[union-attr]
    assert [server.dialect for server in step.target.servers] == ["postgresql", "mysql"]
    assert project.not_understood == ()

"""The safe way as code in the author's own language: Alembic calls, Django operations or SQL, revision by revision.

What writes the code is imported where it is needed: most runs find nothing to write it for.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import Operation
from schemalint.project.subjects import Revision


@dataclass(frozen=True, slots=True)
class Stage:
    """What one revision of a safe sequence does.

    `alone` tells that it must run outside of any transaction (CONCURRENTLY), `apart` that it must not share the
    transaction of the stage before it (VALIDATE). `note` says what comes first, where that is not an operation; a stage
    may be a note alone. `own` tells that the author's own operation does the same to Django's models: there it stands
    beside the SQL that takes its place.
    """

    operations: tuple[Operation, ...]
    alone: bool = False
    apart: bool = False
    note: str = ""
    own: bool = False


def safe_way(revision: Revision, why: str, *stages: Stage) -> str:
    """The help of a finding: a sentence (imperative), then the code of each stage, indented."""
    framework = revision.definition.framework
    lines = [why]
    for number, stage in enumerate(stages, 1):
        lines += [f"  {line}".rstrip() for line in _stage(stage, number, len(stages), framework, revision)]
    return "\n".join(lines)


def _stage(stage: Stage, number: int, of: int, framework: str, revision: Revision) -> Iterator[str]:
    mark = "#" if framework in ("alembic", "django") else "--"
    unit = "revision" if framework == "alembic" else "migration" if framework == "django" else "file"
    if of > 1:
        yield f"{mark} {unit} {number} of {of}"
    if stage.note:
        yield f"{mark} {stage.note}"
    if framework == "alembic":
        yield from _alembic(stage, revision)
    elif framework == "django":
        yield from _django(stage, revision)
    elif stage.operations:
        from schemalint.emit.sql import statements

        if stage.alone:
            yield "-- outside of a transaction"
        for operation in stage.operations:
            for statement in statements(operation):
                yield from statement.splitlines()


def _alembic(stage: Stage, revision: Revision) -> Iterator[str]:
    """Without `transaction_per_migration`, the next revision shares the transaction: a block of its own ends it."""
    from schemalint.emit.alembic import alembic_code

    if not stage.operations:
        return
    code = "\n".join(map(alembic_code, stage.operations))
    env = revision.history.env
    shared = env is None or env.transaction_per_migration is not True
    if stage.alone or (stage.apart and shared):
        yield "with op.get_context().autocommit_block():"
        code = textwrap.indent(code, "    ")
    yield from code.splitlines()


def _django(stage: Stage, revision: Revision) -> Iterator[str]:
    from schemalint.emit.django import django_code

    if not stage.operations:
        return
    app = f"{revision.id.partition('.')[0]}_"

    def model(table: ObjectName) -> str | None:
        """The model whose table has the name that Django gives; any other, and what is not its own, is left to SQL."""
        return table.name.removeprefix(app) if table.name.startswith(app) and not stage.own else None

    code = "\n".join(f"{django_code(operation, model)}," for operation in stage.operations)
    if stage.alone:
        yield "atomic = False"
    yield "operations = ["
    yield from textwrap.indent(_beside_models(code) if stage.own else code, "    ").splitlines()
    yield "]"


def _beside_models(code: str) -> str:
    return (
        f"migrations.SeparateDatabaseAndState(\n    database_operations=[\n{textwrap.indent(code, ' ' * 8)}\n    ],\n"
        "    state_operations=[...],  # the operation that stands here now\n),"
    )

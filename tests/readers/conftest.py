"""Reads revisions from source, through the real front end, resolver, evaluator and replay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from schemalint.facts.operations import Operation
from schemalint.facts.revisions import Body, PlacedOperation
from schemalint.interpret.program import Program
from schemalint.readers.alembic.body import Environment, NotUnderstood, read_body
from schemalint.readers.alembic.revisions import body_source
from schemalint.readers.models.metadata import Metadata
from schemalint.schema.timeline import Timeline
from schemalint.source.lower import lower

HEADER = "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.dialects import postgresql\n"


@dataclass
class Reading:
    """What came of reading one body."""

    body: Body
    not_understood: list[NotUnderstood]
    text: str

    @property
    def placed(self) -> tuple[PlacedOperation, ...]:
        return self.body.operations

    @property
    def operations(self) -> list[Operation]:
        return [placed.operation for placed in self.body.operations]

    @property
    def kinds(self) -> list[str]:
        return [type(operation).__name__ for operation in self.operations]

    @property
    def only(self) -> Operation:
        (operation,) = self.operations
        return operation

    def at(self, placed: PlacedOperation, *argument: str) -> str:
        """The source that a placed operation, or one of its arguments, points to."""
        span = (placed.argument(*argument) if argument else placed.place).span
        lines = self.text.splitlines(keepends=True)[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: span.end_column - 1]
        return "".join(lines)[span.column - 1 :]


@pytest.fixture
def read() -> Callable[..., Reading]:
    """Reads a function of a revision, after the operations of `before` (the body of an earlier upgrade)."""

    def reading(
        source: str,
        name: str = "upgrade",
        dialect: str | None = "postgresql",
        before: str = "",
        files: dict[str, str] | None = None,
        header: str = HEADER,
        naming: dict[str, str] | None = None,
    ) -> Reading:
        timeline = Timeline()

        def environment(revision: str) -> Environment:
            def emit(placed: PlacedOperation) -> None:
                timeline.apply(placed.operation, revision, placed.guarded, placed.conditional)

            convention = Metadata().convention if naming is None else tuple(naming.items())
            metadata = Metadata(convention=convention, dialect=dialect)
            return Environment(dialect, timeline.now, emit, naming=metadata)

        text = header + source
        texts = {"versions/new.py": text, **(files or {})}
        if before:
            texts["versions/old.py"] = HEADER + "def upgrade():\n" + _indented(before)
        modules = {}
        for path, content in texts.items():
            module = lower(content)
            assert hasattr(module, "body"), module
            modules[path] = module
        program = Program(modules)
        if before:
            old = body_source(program, "versions/old.py", "upgrade")
            assert old is not None
            read_body(program, old.path, old.function, environment("old"))
        found = body_source(program, "versions/new.py", name)
        assert found is not None
        surroundings = environment("new")
        return Reading(read_body(program, found.path, found.function, surroundings), surroundings.not_understood, text)

    return reading


@pytest.fixture
def upgrade(read: Callable[..., Reading]) -> Callable[..., Reading]:
    """Reads statements as the body of an upgrade."""

    def reading(statements: str, **options: object) -> Reading:
        return read("def upgrade():\n" + _indented(statements), **options)

    return reading


def _indented(statements: str) -> str:
    return "".join(f"    {line}\n" for line in statements.strip("\n").split("\n"))

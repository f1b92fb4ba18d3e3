"""Bodies of revisions that were read before are read again only from the first one that a change has to do with."""

from __future__ import annotations

from schemalint.diagnostics import Place, Span
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import DropTable
from schemalint.facts.revisions import Body, PlacedOperation, RevisionDef
from schemalint.interpret.program import Program
from schemalint.project.bodies import KeptBody, Remembering
from schemalint.project.memory import Consulted
from schemalint.readers.alembic.body import Environment, NotUnderstood
from schemalint.schema.timeline import Timeline
from schemalint.source.lower import lower

FILES = ("one.py", "two.py", "three.py", "shared.py")
HASHES = dict.fromkeys(FILES, b"first")


def revision(name: str) -> RevisionDef:
    place = Place(f"{name}.py", Span(1, 1, 1, 1))
    return RevisionDef(place.path, name, (), place, place)


class Reader:
    """Reads each revision as one that drops a table of its name, looking into its file and what it shares."""

    def __init__(self, consulted: Consulted, shared: str) -> None:
        self.consulted = consulted
        self.shared = shared
        self.asked: list[str] = []

    def __call__(self, definition: RevisionDef, name: str, environment: Environment) -> Body:
        self.asked.append(definition.id)
        assert self.consulted[definition.path]
        if definition.id == self.shared:
            assert self.consulted["shared.py"]
        placed = PlacedOperation(DropTable(ObjectName(definition.id)), definition.place)
        environment.emit(placed)
        environment.not_understood.append(NotUnderstood(definition.place, definition.id, "why"))
        return Body(definition.place, (placed,))


def read(
    kept: list[KeptBody], hashes: dict[str, bytes], names: tuple[str, ...] = ("one", "two", "three")
) -> tuple[list[str], list[KeptBody], list[str], list[str]]:
    """Which bodies were read, all of them, the tables that were dropped, and what was not understood."""
    consulted = Consulted({path: lower("x = 1\n") for path in FILES})  # type: ignore[misc]
    reader = Reader(consulted, shared="two")
    remembering = Remembering(reader, consulted, hashes, list(kept))
    dropped: list[str] = []
    environment = Environment(None, Timeline().now, lambda placed: dropped.append(str(placed.operation.name)))  # type: ignore[union-attr]
    for name in names:
        remembering(revision(name), "upgrade", environment)
    return reader.asked, remembering.done, dropped, [item.what for item in environment.not_understood]


def test_what_nothing_has_changed_for_is_not_read_and_yet_done() -> None:
    asked, kept, dropped, doubts = read([], HASHES)
    assert asked == dropped == doubts == ["one", "two", "three"]

    asked, again, dropped, doubts = read(kept, HASHES)
    assert asked == []
    assert dropped == doubts == ["one", "two", "three"]
    assert again == kept


def test_all_that_follows_a_change_is_read() -> None:
    _, kept, _, _ = read([], HASHES)

    for changed, expected in (
        ("one.py", ["one", "two", "three"]),
        ("shared.py", ["two", "three"]),
        ("three.py", ["three"]),
    ):
        asked, _, dropped, doubts = read(kept, HASHES | {changed: b"second"})
        assert asked == expected
        assert dropped == doubts == ["one", "two", "three"]


def test_another_order_is_read() -> None:
    _, kept, _, _ = read([], HASHES)

    assert read(kept, HASHES, ("one", "three", "two"))[0] == ["three", "two"]


def test_a_program_over_other_modules_resolves_as_the_first() -> None:
    modules = {"app/__init__.py": lower(""), "app/a.py": lower("from app import b\n"), "app/b.py": lower("x = 1\n")}
    program = Program(modules)  # type: ignore[arg-type]
    consulted = Consulted(modules)  # type: ignore[arg-type]

    other = program.over(consulted)

    assert other.path_of("app.b", "app/a.py") == program.path_of("app.b", "app/a.py") == "app/b.py"
    assert other.scope("app/b.py").lookup("x") is not None
    assert "app/b.py" in consulted.paths
    assert "app/a.py" not in consulted.paths

"""Constructs of real revisions that are hard to read: what comes out is right or opaque, never nothing."""

from __future__ import annotations

import pytest

from schemalint.facts.operations import DropColumn, DropTable, OpaqueOperation


def dropped(reading) -> list[str]:
    """The tables and columns that are dropped, in order."""
    found = []
    for operation in reading.operations:
        if isinstance(operation, DropTable):
            found.append(getattr(operation.name, "name", "?"))
        elif isinstance(operation, DropColumn):
            found.append(f"{getattr(operation.table, 'name', '?')}.{operation.column}")
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            'd.setdefault("c", []).append("x")\nd.setdefault("c", []).append("y")\nfor x in d["c"]: op.drop_table(x)',
            "xy",
        ),
        ('op.drop_table(d.pop("a"))\nfor k in d: op.drop_table(k)', "1b"),
        ('del d["a"]\nfor k in d: op.drop_table(k)', "b"),
        ('d["a"] = "9"\nfor v in d.values(): op.drop_table(v)', "92"),
        ('d.update([("c", "3")], b="8")\nfor v in d.values(): op.drop_table(v)', "183"),
        ('d |= {"c": "3"}\nfor v in d.values(): op.drop_table(v)', "123"),
        ('op.drop_table(d.get("a", "z"))\nop.drop_table(d.get("q", "z"))', "1z"),
        ("d.clear()\nfor k in d: op.drop_table(k)", ""),
        ("[op.drop_table(k) for k in d]", "ab"),
        ("i = 0\nwhile i < 3:\n    op.drop_table(str(i))\n    i += 1", "012"),
        ("i = 0\nwhile i < 9:\n    i += 1\n    if i == 3: break\n    op.drop_table(str(i))", "12"),
    ],
)
def test_collections_are_followed_as_they_change(upgrade, source: str, expected: str) -> None:
    read = upgrade('d = {"a": "1", "b": "2"}\n' + source)

    assert dropped(read) == list(expected)
    assert not any(placed.conditional for placed in read.placed)


def test_a_dict_under_a_key_that_is_not_known_holds_what_is_not_known(upgrade) -> None:
    read = upgrade('d = {"a": "t"}\nd[load()] = "x"\nop.drop_table(d.get(load(), "z"))\nop.drop_table(d["b"])')

    assert dropped(read) == ["?", "?"]


def test_a_function_that_calls_itself_is_followed_by_what_it_is_given(read) -> None:
    source = """
def drop(n):
    op.drop_table(f"t{n}")
    if n > 0:
        drop(n - 1)
def upgrade():
    drop(2)
"""
    assert dropped(read(source)) == ["t2", "t1", "t0"]


def test_a_function_that_calls_itself_with_what_is_not_known_is_opaque(read) -> None:
    source = """
def walk(node):
    op.drop_table("t")
    for child in node.children:
        walk(child)
def upgrade():
    walk(load())
"""
    reading = read(source)

    assert reading.kinds == ["DropTable", "OpaqueOperation"]
    assert reading.not_understood[0].reason == "recursion"


def test_recursion_that_has_nothing_to_do_with_the_database_is_not_told(read) -> None:
    source = """
def flat(items):
    return [one for item in items for one in flat(item)] if isinstance(items, list) else [items]
def upgrade():
    for name in flat(load()):
        print(name)
"""
    assert read(source).operations == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('op.execute((Path(__file__).parent / "x.sql").read_text())', "the statement is the result of read_text()"),
        ("tools.run(work)", "tools.run is not part of the project"),
        ('tools.run(lambda: op.drop_table("t"))', "tools.run is not part of the project"),
        ("exec(\"op.drop_table('t')\")", "it runs code that is made up from text"),
        ("for i in range(5000): op.drop_table(str(i))", "the body takes too many steps to follow"),
    ],
)
def test_what_cannot_be_followed_is_opaque(read, source: str, reason: str) -> None:
    header = "import tools\nfrom alembic import op\nfrom pathlib import Path\ndef work():\n    op.drop_table('t')\n"
    reading = read(f"def upgrade():\n    {source}\n", header=header)

    assert [operation.reason for operation in reading.operations if isinstance(operation, OpaqueOperation)] == [reason]
    assert [doubt.reason for doubt in reading.not_understood] == [reason]


def test_what_is_handed_on_and_does_not_reach_the_database_is_not_told(upgrade) -> None:
    assert upgrade("import tools\ntools.sort([1], key=lambda v: v + 1)").operations == []


def test_operators_on_what_is_not_known_lose_no_operation(upgrade) -> None:
    read = upgrade(
        """
t = sa.table("t", sa.column("a"))
op.execute(t.update().where((t.c.a == 1) & t.c.a.is_(None) | ~(t.c.a > 3)).values(a=2))
if left() & right() | ~other():
    op.drop_table("u")
"""
    )

    assert read.kinds == ["DataChange", "DropTable"]
    assert read.operations[0].bounded
    assert read.placed[1].conditional


def test_the_body_of_a_context_manager_runs_once(read) -> None:
    source = """
from contextlib import contextmanager
from app import settings
@contextmanager
def transaction():
    if settings.fast:
        yield
    else:
        with op.get_context().begin_transaction():
            yield
def upgrade():
    with transaction():
        op.drop_table("t")
"""
    reading = read(source)

    assert dropped(reading) == ["t"]
    assert not reading.placed[0].conditional


def test_settings_are_not_known_by_their_defaults(read) -> None:
    files = {
        "conf.py": "from pydantic_settings import BaseSettings\n"
        "class Settings(BaseSettings):\n    url: str | None = None\nsettings = Settings()\n"
    }
    source = (
        "from conf import settings\ndef upgrade():\n    if not settings.url:\n        return\n    op.drop_table('t')\n"
    )
    reading = read(source, files=files)

    assert dropped(reading) == ["t"]
    assert reading.placed[0].conditional


def test_tables_of_mapped_classes_have_names(read) -> None:
    files = {"app.py": "class User(Base):\n    __tablename__ = 'users'\n"}
    source = "from app import User\ndef upgrade():\n    op.drop_table(User.__tablename__)\n"
    source += "    op.drop_table(User.__table__.name)\n"

    assert dropped(read(source, files=files)) == ["users", "users"]


def test_tables_that_are_bound_create_themselves(upgrade) -> None:
    read = upgrade('a = sa.Table("a", sa.MetaData(bind=op.get_bind()), sa.Column("id", sa.Integer))\na.create()')

    assert read.kinds == ["CreateTable"]


def test_options_that_are_not_known_are_not_taken_for_off(upgrade) -> None:
    read = upgrade('op.create_index("ix", "t", ["a"], **options())')

    assert not isinstance(read.only.concurrently, bool)

from __future__ import annotations

import pytest

from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.readers.alembic.revisions import body_source, read_revision
from schemalint.source.lower import lower

PLAIN = 'revision = "b"\ndown_revision = "a"\n'


def revision(text, **files):
    modules = {"versions/r.py": lower(text)}
    modules.update({path.replace("__", "/") + ".py": lower(content) for path, content in files.items()})
    return read_revision(Program(modules), "versions/r.py")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PLAIN, ("b", ("a",))),
        ('revision: str = "b"\ndown_revision: str | None = None\n', ("b", ())),
        ('revision = "b"\ndown_revision = ("a", "c")\n', ("b", ("a", "c"))),
        ('revision = "b"\ndown_revision = ["a"]\n', ("b", ("a",))),
        ('revision = "b"\ndown_revision = {"a"}\n', ("b", ("a",))),
        ('ID = "b"\nrevision = ID\ndown_revision = "a" + "1"\n', ("b", ("a1",))),
        ('revision, down_revision = "b", "a"\n', ("b", ("a",))),
        ('revision = "0001"\ndown_revision = ""\n', ("0001", ())),
    ],
)
def test_ids_and_parents(text, expected):
    found = revision(text)
    assert (found.id, found.parents) == expected


def test_parents_that_are_computed_are_unknown():
    assert isinstance(revision('import x\nrevision = "b"\ndown_revision = x.latest()\n').parents, Unknown)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'revision = "b"\n',
        'down_revision = "a"\n',
        'revision = "b"\ndef upgrade():\n    pass\n',
        "import os\nrevision = os.getpid()\ndown_revision = None\n",
        "revision = None\ndown_revision = None\n",
    ],
)
def test_other_files_are_no_revisions(text):
    assert revision(text) is None


def test_a_file_with_an_upgrade_that_uses_alembic_needs_no_parents():
    found = revision('from alembic import op\nrevision = "b"\ndef upgrade():\n    op.drop_table("x")\n')
    assert (found.id, found.parents) == ("b", ())


def test_labels_dependencies_and_message():
    found = revision(
        '"""Add users.\n\nRevision ID: b\n"""\n' + PLAIN + 'branch_labels = ("expand",)\ndepends_on = "x"\n'
    )
    assert (found.labels, found.depends_on, found.message) == (("expand",), ("x",), "Add users.")


def test_places_are_those_of_the_values():
    found = revision(PLAIN + "\ndef upgrade():\n    pass\n")
    assert (found.place.span.line, found.place.span.column) == (1, 12)
    assert (found.parents_place.span.line, found.parents_place.span.column) == (2, 17)
    assert (found.upgrade.span.line, found.upgrade.span.column, found.downgrade) == (4, 5, None)


def test_functions_may_be_imported_or_assigned():
    text = "from common import upgrade\nfrom common import undo\n" + PLAIN + "downgrade = undo\n"
    common = "def upgrade():\n    pass\n\ndef undo():\n    pass\n"
    program = Program({"versions/r.py": lower(text), "common.py": lower(common)})
    found = read_revision(program, "versions/r.py")
    assert (found.upgrade.path, found.upgrade.span.line) == ("versions/r.py", 1)
    assert (found.downgrade.path, found.downgrade.span.line) == ("versions/r.py", 5)
    source = body_source(program, "versions/r.py", "downgrade")
    assert (source.path, source.function.name) == ("common.py", "undo")


def test_imported_bodies_are_placed_in_the_revision(read):
    common = "from alembic import op\n\ndef upgrade():\n    op.drop_table('a')\n"
    from schemalint.readers.alembic.body import Environment, read_body
    from schemalint.schema.timeline import Timeline

    program = Program({"versions/r.py": lower("from common import upgrade\n" + PLAIN), "common.py": lower(common)})
    source = body_source(program, "versions/r.py", "upgrade")
    home = read_revision(program, "versions/r.py").upgrade
    body = read_body(program, source.path, source.function, Environment(None, Timeline().now, lambda _: None), home)
    assert [placed.place for placed in body.operations] == [home]

"""`check --add-ignore`: afterwards nothing is reported, and nothing else has changed."""

from __future__ import annotations

import codecs
import difflib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
SECOND = "migrations/versions/002_email.py"
HEAD = '"""c"""\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = "002"\ndown_revision = "001"\n\n\n'
QUIET = ("--select", "LCK001,MIG001,MIG002,MIG008,MIG009,MIG014,MIG021,SYS")
"""A few rules do: what is tested is where comments are written."""
TAIL = '\n\ndef downgrade():\n    raise RuntimeError("irreversible")\n'


def upgrade(*lines: str) -> str:
    return HEAD + "def upgrade():\n" + "".join(f"    {line}\n" for line in lines) + TAIL


def added_lines(before: str, after: str) -> list[str]:
    """The lines that are new; fails where any other has changed."""
    changes = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert all(line.startswith("+ ") for line in changes), changes
    return [line[2:] for line in changes]


def ignore(run: Run, reason: str = "known since 2019") -> Result:
    return run("check", "--add-ignore", reason, *QUIET)


def remaining(run: Run) -> list[str]:
    return [each["name"] for each in json.loads(run("check", "--output-format", "json", *QUIET).stdout)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ['op.create_index("i", "users", ["email"])'],
            ["    # schemalint: ignore[non-concurrent-index] known since 2019"],
            id="a call",
        ),
        pytest.param(
            ["op.create_index(", '    "i",', '    "users",', '    ["email"],', ")"],
            ["    # schemalint: ignore[non-concurrent-index] known since 2019"],
            id="over several lines",
        ),
        pytest.param(
            ['with op.batch_alter_table("users") as batch:', '    batch.create_index("i", ["email"])'],
            ["        # schemalint: ignore[non-concurrent-index] known since 2019"],
            id="deeper",
        ),
        pytest.param(
            ['if True: op.create_index("i", "users", ["email"])'],
            ["    # schemalint: ignore[non-concurrent-index] known since 2019"],
            id="on the line of its condition",
        ),
        pytest.param(
            ['op.create_index("i", "users", ["email"]); op.drop_column("users", "email")'],
            ["    # schemalint: ignore[non-concurrent-index, unapproved-column-drop] known since 2019"],
            id="two statements on a line",
        ),
        pytest.param(
            ['op.add_column("users", sa.Column("a", sa.Integer, nullable=False, index=True))'],
            ["    # schemalint: ignore[non-concurrent-index, required-column-without-default] known since 2019"],
            id="two findings of a statement",
        ),
        pytest.param(
            ["# schemalint: ignore[MIG014] old", 'op.create_index("i", "users", ["email"])'],
            ["    # schemalint: ignore[non-concurrent-index] known since 2019"],
            id="below another suppression",
        ),
        pytest.param(
            ['op.execute("""', "    CREATE INDEX i ON users (email)", '""")'],
            ["    # schemalint: ignore[non-concurrent-index] known since 2019"],
            id="SQL in a string",
        ),
    ],
)
def test_a_comment_is_written_above_the_statement(run: Run, shop: Path, lines: list[str], expected: list[str]) -> None:
    before = upgrade(*lines)
    (shop / SECOND).write_text(before)
    result = ignore(run)
    assert result.exit_code == 0, result.output
    assert added_lines(before, (shop / SECOND).read_text()) == expected
    assert set(remaining(run)) <= {"unused-suppression"}


def test_what_was_done_is_counted(run: Run, shop: Path) -> None:
    assert ignore(run).stdout == "Wrote suppressions for 1 finding in 1 file.\n"
    assert ignore(run).stdout == "Wrote suppressions for 0 findings in 0 files.\n"


def test_a_definition_is_silenced_above_its_decorators(run: Run, shop: Path) -> None:
    before = HEAD + "def upgrade():\n    op.drop_column('users', 'email')  # schemalint: approve[MIG009] gone\n"
    before += "\n\ndef quietly(function):\n    return function\n\n\n@quietly\ndef downgrade():\n    pass\n"
    (shop / SECOND).write_text(before)
    ignore(run)
    after = (shop / SECOND).read_text()
    assert "# schemalint: ignore[empty-downgrade] known since 2019\n@quietly\ndef downgrade" in after
    assert remaining(run) == []


@pytest.mark.parametrize(
    ("mark", "encoding", "cookie", "line_end"),
    [
        (b"", "utf-8", "", "\n"),
        (b"", "utf-8", "", "\r"),
        (codecs.BOM_UTF8, "utf-8", "", "\r\n"),
        (b"", "latin-1", "# -*- coding: latin-1 -*-\n", "\r\n"),
    ],
)
def test_line_ends_encoding_and_byte_order_mark_stay(
    run: Run, shop: Path, mark: bytes, encoding: str, cookie: str, line_end: str
) -> None:
    text = (cookie + upgrade('op.create_index("ix_é", "users", ["email"])')).replace("\n", line_end)
    before = mark + text.encode(encoding)
    (shop / SECOND).write_bytes(before)
    result = ignore(run, "seit Jänner bekannt")
    assert result.exit_code == 0, result.output
    comment = f"    # schemalint: ignore[non-concurrent-index] seit Jänner bekannt{line_end}".encode(encoding)
    after = (shop / SECOND).read_bytes()
    assert after == before.replace(b"    op.create_index", comment + b"    op.create_index")
    assert remaining(run) == []


def test_a_reason_that_the_encoding_lacks_leaves_the_file_alone(run: Run, shop: Path) -> None:
    before = ("# coding: latin-1\n" + upgrade('op.create_index("i", "users", ["email"])')).encode("latin-1")
    (shop / SECOND).write_bytes(before)
    result = ignore(run, "→ later")
    assert result.exit_code == 2
    assert f"{SECOND} is in iso-8859-1, which lacks a character of the reason" in result.stderr
    assert (shop / SECOND).read_bytes() == before


def test_the_tools_own_findings_are_left_to_be_mended(run: Run, shop: Path) -> None:
    (shop / "bad.py").write_text("def f(:\n")
    assert ignore(run).exit_code == 0
    assert (shop / "bad.py").read_text() == "def f(:\n"
    assert remaining(run) == ["syntax-error"]


def test_a_reason_stays_on_its_line(run: Run, shop: Path) -> None:
    ignore(run, "known\nsince  2019")
    assert "# schemalint: ignore[non-concurrent-index] known since 2019\n" in (shop / SECOND).read_text()


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_must_be_given(run: Run, shop: Path, reason: str) -> None:
    result = ignore(run, reason)
    assert result.exit_code == 2
    assert "needs a reason" in result.stderr


def test_standard_input_cannot_be_written_to(run: Run, shop: Path) -> None:
    result = run("check", "-", "--stdin-filename", SECOND, "--add-ignore", "x", input="x = 1\n")
    assert result.exit_code == 2
    assert "files that it can write to" in result.stderr


def test_a_file_that_has_changed_since_is_left_alone(shop: Path) -> None:
    from schemalint.cli.ignoring import add_ignores
    from schemalint.cli.recorded import RecordedTree
    from schemalint.engine.cache import Cache
    from schemalint.engine.run import Request, run
    from schemalint.settings.discovery import load
    from schemalint.source.tree import FolderTree

    tree = RecordedTree(FolderTree(shop))
    found = run(Request(tree, load(shop), Cache(None))).result.diagnostics
    (shop / SECOND).write_text("# somebody was quicker\n" + (shop / SECOND).read_text())
    added = add_ignores(tree, found, "known")
    assert added.files == 0
    assert added.problems == (f"{SECOND} has changed since it was checked; check it again",)
    assert "known" not in (shop / SECOND).read_text()


def test_only_what_is_given_is_written_to(run: Run, shop: Path) -> None:
    result = run("check", "--add-ignore", "known", "migrations/versions/001_users.py")
    assert result.stdout == "Wrote suppressions for 0 findings in 0 files.\n"

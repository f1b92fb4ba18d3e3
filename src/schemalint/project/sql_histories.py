"""Histories that are folders of `.sql` files, and SQL that is to run after a history."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from schemalint.diagnostics import Place, Span
from schemalint.facts.revisions import Body, RevisionDef
from schemalint.project.attempts import Attempts
from schemalint.project.histories import build_history
from schemalint.project.replay import Reading, replay_with, upgrade
from schemalint.project.roots import Root
from schemalint.project.subjects import History, Module, Revision, Target
from schemalint.project.targets import Targets
from schemalint.readers.alembic.emit import Environment
from schemalint.readers.sql.body import read_sql_body
from schemalint.readers.sql.revisions import Part, ScriptFolder, read_script_folders
from schemalint.schema.timeline import Timeline
from schemalint.sql.directions import Section

STDIN = "-"
"""The path and the id of SQL that is read from standard input."""
_EVIDENCE = {
    "postgresql": re.compile(
        r"::\w|\$\$|\b(?:jsonb|timestamptz|(?:big|small)?serial|bytea|plpgsql|concurrently|tsvector)\b"
        r"|\brow\s+level\s+security\b|\bcreate\s+extension\b|\bas\s+identity\b|\balter\s+column\s+\S+\s+(?:type|set)\b",
        re.IGNORECASE,
    ),
    "mysql": re.compile(r"\bengine\s*=\s*\w|\bauto_increment\b|\bmodify\s+column\b|\bunsigned\b", re.IGNORECASE),
    "sqlite": re.compile(r"\bautoincrement\b|\bwithout\s+rowid\b|^\s*pragma\s", re.IGNORECASE | re.MULTILINE),
}
"""Words that one server alone understands."""


def find_script_folders(
    paths: Iterable[str], read: Callable[[str], str | None], attempts: Attempts
) -> tuple[ScriptFolder, ...]:
    """The folders of SQL revisions among the paths."""
    return attempts.run("finding SQL revisions in", ".", (), lambda: read_script_folders(paths, read))


_WORKED_ON = re.compile(
    r"\b(?:(?:create|alter)\s+(?:\w+\s+){0,2}table\b|create\s+(?:unique\s+)?index\b[^;]*?\bon\b)"
    r"\s+(?:if\s+(?:not\s+)?exists\s+|only\s+)*(?:[`\"\[\w]+[`\"\]]?\.)?[`\"\[]?(?P<table>\w+)",
    re.IGNORECASE,
)


def scripted_tables(paths: Iterable[str], read: Callable[[str], str | None]) -> frozenset[str]:
    """The names, in small letters, of the tables that SQL makes, alters or indexes."""
    texts = (text for path in paths if (text := read(path)) is not None)
    return frozenset(match["table"].lower() for text in texts for match in _WORKED_ON.finditer(text))


def build_sql_history(folder: ScriptFolder, targets: Targets, modules: Mapping[str, Module], broken: bool) -> History:
    """The history of a folder, its revisions not yet read."""
    definitions = tuple(script.definition for script in folder.scripts)
    root = Root(folder.folder or ".", definitions, None, _dialects(folder))
    return build_history(root, targets.of(root), modules, broken)


def _dialects(folder: ScriptFolder) -> frozenset[str]:
    """The server whose words the scripts use; none where they use those of several."""
    if folder.tool == "supabase":
        return frozenset({"postgresql"})
    texts = [part.text for script in folder.scripts for part in script.upgrade]
    found = {dialect for dialect, words in _EVIDENCE.items() if any(words.search(text) for text in texts)}
    return frozenset(found if len(found) == 1 else ())


def replay_sql(folder: ScriptFolder, history: History, reading: Reading) -> None:
    """Reads the scripts of a history in order and fills in the steps of its revisions."""
    scripts = {script.definition.path: script for script in folder.scripts}

    def read(definition: RevisionDef, name: str, environment: Environment) -> Body | None:
        script = scripts[definition.path]
        parts = script.upgrade if name == "upgrade" else script.downgrade
        if not parts:
            return None
        body = partial(read_sql_body, folder.tool, parts, environment)
        return reading.attempts.run(f"reading `{name}` of", definition.path, None, body)

    replay_with(read, history, reading)


def read_change(text: str, history: History | None, target: Target, *, single_transaction: bool = False) -> Revision:
    """SQL as a revision that runs after all others of a history, or on tables of which nothing is known.

    As in psql, every statement runs by itself, but between BEGIN and COMMIT or in a single transaction. `target` is
    what it runs on where there is no history.
    """
    if history is None:
        dialect = target.servers[0].dialect if target.servers else None
        history = History(STDIN, target, timeline=Timeline(dialect=dialect))
    assert history.timeline is not None
    place = Place(STDIN, Span(1, 1, 1, 1))
    definition = RevisionDef(STDIN, STDIN, (), place, place, upgrade=place, framework="sql")
    revision = Revision(definition, Module(STDIN, None, "sql"), history)
    part = Part(STDIN, text, Section(0, len(text), single_transaction))
    history.ordered = (*history.ordered, revision)
    revision.before = history.timeline.now()
    servers = history.target.servers
    dialect = servers[0].dialect if servers else None
    upgrade(
        lambda *given: read_sql_body("", (part,), given[2]), revision, history.timeline, dialect, Reading(Attempts())
    )
    revision.after = history.timeline.now()
    return revision

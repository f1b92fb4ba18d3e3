"""Histories that are folders of `.sql` files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from schemalint.facts.revisions import Body, RevisionDef
from schemalint.project.attempts import Attempts
from schemalint.project.histories import build_history
from schemalint.project.replay import Reading, replay_with
from schemalint.project.roots import Root
from schemalint.project.subjects import History, Module
from schemalint.project.targets import Targets
from schemalint.readers.alembic.emit import Environment
from schemalint.readers.sql.body import read_sql_body
from schemalint.readers.sql.revisions import ScriptFolder, read_script_folders

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

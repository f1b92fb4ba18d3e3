"""The settings that `schemalint init` proposes, as commented TOML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemalint.settings.detect import Detected
from schemalint.settings.documents import toml_key, toml_value
from schemalint.settings.globs import folder_glob


def render_block(detected: Detected, heads: Sequence[str] = (), *, table: str = "tool.schemalint") -> str:
    """The settings for a project, every line explained.

    `heads` are the revisions that are the newest now: the project starts after them. `table` is where the settings
    stand: that of a pyproject.toml, or "" for a schemalint.toml.
    """
    lines = ["# Written by `schemalint init`. `schemalint config` lists all settings and explains them."]
    lines += [f"[{table}]"] if table else []
    lines += [*_profile(detected), *_database(detected), *_start_after(heads), *_layers(detected, table)]
    lines += _targets(detected, table)
    return "\n".join(lines) + "\n"


def _profile(detected: Detected) -> Iterator[str]:
    if detected.frameworks:
        yield f"# Found here: {', '.join(detected.frameworks)}."
    yield '# How strict: "mvp" (no users yet), "growth" (in production) or "enterprise" (audit and governance too).'
    yield 'profile = "growth"'


def _database(detected: Detected) -> Iterator[str]:
    others = [found for found in detected.databases if found.server.dialect != "sqlite"]
    chosen = others or list(detected.databases)
    if not chosen:
        yield "# The servers that the migrations run on. None was found: without them, rules on locks only advise."
        yield '# database = "postgresql:16"'
        return
    yield "# The servers that the migrations run on, with their major versions. They were found in"
    for found in chosen:
        yield f"#   {_comment(found.evidence)}"
    if any(found.server.version is None for found in chosen):
        yield "# Add the version where it is missing (`:16`): what a statement locks depends on it."
    if others and len(others) < len(detected.databases):
        yield '# SQLite was seen too; add "sqlite" if the migrations run on it.'
    names = [str(found.server) for found in chosen]
    yield f"database = {toml_value(names[0] if len(names) == 1 else names)}"


def _start_after(heads: Sequence[str]) -> Iterator[str]:
    if heads:
        yield "# These revisions and all before them are released: history, and not judged for locks and losses."
        yield f"start-after = {toml_value(heads[0] if len(heads) == 1 else list(heads))}"
    else:
        yield "# The newest released revision: it and all before it are history, and not judged for locks and losses."
        yield '# start-after = "..."'


def _layers(detected: Detected, table: str) -> Iterator[str]:
    if not detected.layers:
        return
    yield ""
    yield "# Found by the names of folders: check them. Rules may report errors where a layer is declared."
    yield f"[{_name(table, 'layers')}]"
    for layer, folders in detected.layers.items():
        yield f"{toml_key(layer)} = {toml_value([folder_glob(folder) for folder in folders])}"


def _targets(detected: Detected, table: str) -> Iterator[str]:
    histories = [found.folder for found in detected.migrations if found.kind == "alembic"]
    if len(histories) < 2:
        return
    yield ""
    yield "# There are several histories. Where they run on different servers, say which runs on what:"
    for index, folder in enumerate(histories, start=1):
        yield f"# [[{_name(table, 'target')}]]"
        yield f"# name = {toml_value(f'target-{index}')}"
        yield f"# migrations = {toml_value([folder])}"


def _name(table: str, key: str) -> str:
    return f"{table}.{key}" if table else key


def _comment(text: str) -> str:
    """A text without what may not stand in a comment."""
    return "".join(char if char.isprintable() else "?" for char in text)

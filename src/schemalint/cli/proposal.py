"""The settings that `schemalint init` proposes, and writing them without touching anything else."""

from __future__ import annotations

from pathlib import Path

from schemalint.cli.output import write_atomically
from schemalint.cli.refusal import Refusal
from schemalint.engine.cache import Cache
from schemalint.engine.loading import load
from schemalint.project.subjects import Project
from schemalint.settings.block import render_block
from schemalint.settings.detect import detect
from schemalint.settings.documents import parse, read_bytes
from schemalint.settings.layers import file_layer
from schemalint.settings.records import Settings
from schemalint.source.ignores import Ignores
from schemalint.source.tree import SourceTree


def settings_in(root: Path) -> Path | None:
    """The file in a folder that holds settings, if one does. Raises `SettingsError` for one that is no TOML."""
    own, shared = root / "schemalint.toml", root / "pyproject.toml"
    if own.is_file():
        return own
    if shared.is_file() and file_layer(parse(str(shared), read_bytes(shared)), root) is not None:
        return shared
    return None


def propose(tree: SourceTree, *, table: str) -> str:
    """Commented TOML for the project in a tree; `table` is "tool.schemalint", or "" for a file of its own."""
    ignores = Ignores(tree, ())
    paths = [path for path in tree.list("", ignores.skips_folder) if not ignores.skips_file(path)]
    detected = detect(paths, tree.read)
    project = load(tree, Settings(root=str(tree.root)), Cache(None)).project
    return render_block(detected, newest_revisions(project), table=table)


def newest_revisions(project: Project) -> list[str]:
    """The heads of all histories: what is released when a project begins to use schemalint."""
    return sorted({head.id for history in project.histories for head in history.heads})


def write(file: Path, block: str) -> None:
    """Appends the block to a file, whose content stays byte for byte, or makes the file. Raises `Refusal`."""
    try:
        before = file.read_bytes() if file.exists() else b""
        write_atomically(file, appended(before, block))
    except OSError as error:
        raise Refusal(f"cannot write {file}: {error.strerror or error}") from None


def appended(before: bytes, block: str) -> bytes:
    """A TOML document with the block after it, an empty line between, in the line ends of the document."""
    line_end = b"\r\n" if b"\r\n" in before else b"\n"
    gap = b"" if not before.strip() else line_end if before.endswith(b"\n") else line_end * 2
    return before + gap + block.encode("utf-8").replace(b"\n", line_end)

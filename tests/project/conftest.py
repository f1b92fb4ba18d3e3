"""A small project in a folder, linked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from schemalint.diagnostics import Span
from schemalint.ir import ModuleIR
from schemalint.project.link import Source, link
from schemalint.project.subjects import Problem, Project
from schemalint.settings.records import Settings
from schemalint.source.git import Released
from schemalint.source.lower import lower
from schemalint.source.tree import FolderTree

Linked = Callable[..., Project]

ENV = "from alembic import context\ncontext.configure(connection=connection, target_metadata=None)\n"


def revision(id_: str, parents: object = None, body: str = "pass", undo: str = "pass", head: str = "") -> str:
    """A revision file. `parents` is written as Python writes it."""
    return (
        f"from alembic import op\nimport sqlalchemy as sa\n{head}\nrevision = {id_!r}\ndown_revision = {parents!r}\n\n"
        f"def upgrade():\n    {body}\n\ndef downgrade():\n    {undo}\n"
    )


@pytest.fixture
def linked(tmp_path: Path) -> Linked:
    """Writes files below a fresh folder and links them; keyword arguments are settings, `released` what git says."""

    def build(files: Mapping[str, str], released: Released | None = None, **settings: object) -> Project:
        sources: dict[str, Source] = {}
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(dedent(text), encoding="utf-8")
            if path.endswith((".py", ".sql")):
                sources[path] = _source(path, dedent(text))
        return link(sources, Settings(root=str(tmp_path), **settings), FolderTree(tmp_path), released)  # type: ignore[arg-type]

    return build


def _source(path: str, text: str) -> Source:
    if path.endswith(".sql"):
        return None
    module = lower(text)
    return module if isinstance(module, ModuleIR) else Problem("syntax", "invalid syntax", Span(1, 1, 1, 2))

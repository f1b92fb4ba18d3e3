"""Lowering many files at once."""

from __future__ import annotations

from pathlib import Path

from schemalint.engine.cache import Cache
from schemalint.engine.lowering import lower_bytes, lower_files
from schemalint.engine.reading import read_files
from schemalint.ir import encode_module
from schemalint.source.tree import FolderTree


def test_workers_give_what_one_process_gives_and_tell_how_far_they_are(tmp_path: Path) -> None:
    text = "import sqlalchemy as sa\n" + "x = sa.Column('a', sa.Integer)\n" * 500
    names = [f"m{number:02}.py" for number in range(40)]
    for name in names:
        (tmp_path / name).write_text(f"{text}# {name}\n")
    (tmp_path / names[7]).write_text(text + "def broken(:\n")
    told: list[tuple[int, int]] = []

    contents = read_files(FolderTree(tmp_path), names, max_file_size=1_000_000)
    lowered = lower_files(contents, Cache(None), progress=lambda done, total: told.append((done, total)))

    assert list(lowered.problems) == [names[7]]
    assert {path: encode_module(module) for path, module in lowered.modules.items()} == {
        path: lower_bytes(path, (tmp_path / path).read_bytes()) for path in names if path != names[7]
    }
    assert told == [(number, 40) for number in range(1, 41)]

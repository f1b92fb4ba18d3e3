"""The speed budgets, as ratios measured in one run on a project of your choice.

    python benchmarks/budgets.py path/to/project

Seconds depend on the machine; ratios hardly do. Exits with 1 when a budget is exceeded.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

from schemalint.ir import decode_module, encode_module
from schemalint.source.lower import names_framework
from schemalint.source.text import UnreadableText, decode

T = TypeVar("T")

LOWERING = 2.0
"""Cold: lowering takes at most this many times `libcst.parse_module` over the same files."""
WARM = 3.0
"""Warm, nothing changed: a run takes at most this many times `--version` and decoding the IR."""
EDITED = 20.0
"""Warm, one file changed that names no framework: all is linked and judged anew, but of revisions and functions only
those are read that the change may have to do with.

This holds what was reached: 10 times on argilla's 202 files, 14 on superset's 1,176. The aim for superset, 0.6 s,
is 6 times."""
FORBIDDEN_WARM = ("libcst", "sqlglot", "pydantic")


def main() -> int:
    """Measures, prints a line a budget, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    project = parser.parse_args().project
    texts = [text for path in sorted(project.rglob("*.py")) if (text := _text(path)) is not None]
    framework = [text for text in texts if names_framework(text)]
    results = [_lowering(framework), *_warm(project, texts)]
    for name, value, limit in results:
        sys.stdout.write(f"{'ok  ' if value <= limit else 'OVER'} {name}: {value:.2f} (at most {limit:g})\n")
    return int(any(value > limit for _, value, limit in results))


def _text(path: Path) -> str | None:
    text = decode(path.read_bytes(), path.name)
    return None if isinstance(text, UnreadableText) else text


def _lowering(texts: list[str]) -> tuple[str, float, float]:
    import libcst

    from schemalint.source.lower import lower

    def parse() -> None:
        for text in texts:
            try:
                libcst.parse_module(text)
            except libcst.ParserSyntaxError:
                continue

    def lower_all() -> None:
        for text in texts:
            lower(text)

    gc.disable()
    alone = _seconds(parse)
    gc.enable()
    lines = sum(text.count("\n") for text in texts)
    return f"lowering {lines:,} lines, in times of libcst.parse_module", _seconds(lower_all) / alone, LOWERING


def _warm(project: Path, texts: list[str]) -> list[tuple[str, float, float]]:
    from schemalint.source.frontend_ast import lower

    encoded = []
    for text in texts:
        try:
            encoded.append(encode_module(lower(text)))
        except (SyntaxError, ValueError, RecursionError):
            continue
    decoding = _seconds(lambda: [decode_module(data) for data in encoded])
    start = median(_command("--version") for _ in range(5))
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(
            project, Path(folder, "project"), ignore=shutil.ignore_patterns(".git", ".schemalint_cache")
        )
        file = _plain_file(copy)
        check = ("check", str(copy), "--exit-zero", "-q")
        _command(*check)
        warm = median(_command(*check) for _ in range(5))
        edited = median(_after_edit(file, lambda: _command(*check)) for _ in range(5))
        imported = _after_edit(file, lambda: _run("-X", "importtime", "-m", "schemalint", *check).stderr.decode())
    heavy = [name for name in FORBIDDEN_WARM if f" {name}\n" in imported]
    least = start + decoding
    return [
        (f"warm check, nothing changed ({warm:.2f} s), in times of --version and decoding", warm / least, WARM),
        (f"warm check, one file changed ({edited:.2f} s), in times of --version and decoding", edited / least, EDITED),
        (f"imports of {', '.join(FORBIDDEN_WARM)} in a warm check: {heavy or 'none'}", len(heavy), 0),
    ]


def _plain_file(project: Path) -> Path:
    """A file of middling size that names no framework: one more comment costs libcst nothing."""
    texts = {path: text for path in project.rglob("*.py") if (text := _text(path)) and not names_framework(text)}
    plain = sorted(texts, key=lambda path: (len(texts[path]), path))
    if not plain:
        raise SystemExit(f"every Python file in {project} names a framework: choose another project")
    return plain[len(plain) // 2]


def _after_edit(file: Path, action: Callable[[], T]) -> T:
    with file.open("a", encoding="utf-8") as end:
        end.write("\n# edited\n")
    return action()


def _command(*arguments: str) -> float:
    return _seconds(lambda: _run("-m", "schemalint", *arguments))


def _run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return done


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())

"""Reading files and lowering them, from the cache where they were seen before, over workers where there are many."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from signal import SIG_IGN, SIGINT, signal

from schemalint import __version__
from schemalint.diagnostics import Span
from schemalint.engine.cache import Cache
from schemalint.engine.reading import Contents
from schemalint.ir import ModuleIR, decode_module, encode_module
from schemalint.project.problem import Problem
from schemalint.source.text import UnreadableText, decode

_PARALLEL_BYTES = 400_000
"""Below this much uncached source the start of workers costs more than they save (two workers start in some 60 ms)."""
_COLLECTED_EVERY = 50
"""After how many files the garbage of parsers is collected where the collector does not run: it holds circles."""
_START = Span(1, 1, 1, 1)


@dataclass(slots=True)
class Lowered:
    """What became of the files: IR by path, problems by path, and how many came from the cache."""

    modules: dict[str, ModuleIR] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    cached: int = 0


def kind_of_entry() -> str:
    """The kind under which IR is cached: another version of the lowerer starts anew."""
    from schemalint.source.lower import LOWERER_VERSION

    return f"ir:{__version__}:{LOWERER_VERSION}"


def lower_files(contents: Contents, cache: Cache, *, progress: Callable[[int, int], None]) -> Lowered:
    """Lowers every file of Python. One that cannot be decoded or parsed is a problem of its own."""
    lowered = Lowered(problems=dict(contents.problems))
    keys = {path: key for path, key in contents.keys.items() if path.endswith(".py")}
    for path in contents.data.keys() - keys.keys():
        problem = _undecodable(path, contents.data[path])
        if problem is not None:
            lowered.problems[path] = problem
    kind = kind_of_entry()
    cached = cache.get_all(kind, keys.values())
    fresh: dict[bytes, bytes] = {}
    missing = {path: contents.data[path] for path, key in keys.items() if key not in cached}
    for path, outcome in _lower_all(missing, partial(_report, progress, len(missing))).items():
        if isinstance(outcome, Problem):
            lowered.problems[path] = outcome
        else:
            fresh[keys[path]] = outcome
    cache.put_all(kind, fresh)
    for path, key in keys.items():
        encoded = cached.get(key) or fresh.get(key)
        if encoded is not None:
            lowered.modules[path] = decode_module(encoded)
    lowered.cached = len(keys) - len(missing)
    cache.mark(kind, keys.values())
    return lowered


def _report(progress: Callable[[int, int], None], total: int, done: int) -> None:
    progress(done, total)


def _undecodable(path: str, data: bytes) -> Problem | None:
    text = decode(data, path)
    return Problem("unreadable", text.reason, _START) if isinstance(text, UnreadableText) else None


def _lower_all(contents: Mapping[str, bytes], progress: Callable[[int], None]) -> dict[str, bytes | Problem]:
    """Every file as encoded IR or as a problem.

    Workers return bytes, never trees: a pickled tree has 14 times the size of its text.
    """
    workers = _workers()
    if workers > 1 and sum(map(len, contents.values())) > _PARALLEL_BYTES:
        outcomes = _lower_in_workers(contents, workers, progress)
        if outcomes is not None:
            return outcomes
    outcomes = {}
    for number, (path, data) in enumerate(contents.items(), 1):
        outcomes[path] = lower_bytes(path, data)
        progress(number)
        if number % _COLLECTED_EVERY == 0 and not gc.isenabled():
            gc.collect()
    return outcomes


def _workers() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _lower_in_workers(
    contents: Mapping[str, bytes], workers: int, progress: Callable[[int], None]
) -> dict[str, bytes | Problem] | None:
    """The same over workers; None where they cannot be had, or one of them dies."""
    # A warm run needs no workers, and their import takes as long as that of all rules.
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    outcomes: dict[str, bytes | Problem] = {}
    ordered = sorted(contents.items(), key=lambda item: -len(item[1]))
    try:
        with ProcessPoolExecutor(workers, initializer=_start_worker) as pool:
            for path, outcome in pool.map(_lower_item, ordered, chunksize=8):
                outcomes[path] = outcome
                progress(len(outcomes))
    except (BrokenProcessPool, OSError):
        return None
    return outcomes


def _start_worker() -> None:
    """An interrupt reaches every process: the parent alone answers it. Its collector may be off, and a worker's not."""
    signal(SIGINT, SIG_IGN)
    gc.enable()


def _lower_item(item: tuple[str, bytes]) -> tuple[str, bytes | Problem]:
    return item[0], lower_bytes(*item)


def lower_bytes(path: str, data: bytes) -> bytes | Problem:
    """One file's content as encoded IR, or why there is none."""
    from schemalint.source.lower import SyntaxProblem, lower

    text = decode(data, path)
    if isinstance(text, UnreadableText):
        return Problem("unreadable", text.reason, _START)
    module = lower(text)
    if isinstance(module, SyntaxProblem):
        end = module.column + 1
        return Problem("syntax", module.message, Span(module.line, module.column, module.line, end))
    return encode_module(module)

"""Where reports go: standard output and files, each in its format."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click
from msgspec.structs import replace

from schemalint.cli.refusal import Refusal
from schemalint.engine.result import RunResult
from schemalint.report import FORMATS, WITHOUT_ERRORS, RenderContext, render
from schemalint.settings.problems import did_you_mean

FOR_PEOPLE = frozenset({"full", "concise", "grouped"})
"""The formats that end in a footer and may be coloured. All others are for programs, and are written in UTF-8."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A format, and the file that it goes to; None is standard output."""

    format: str
    file: Path | None = None


def destinations(wanted: Sequence[str], folder: Path) -> tuple[Destination, ...]:
    """`FORMAT` and `FORMAT=FILE` as destinations; a relative FILE is in `folder`.

    Raises `Refusal` for an unknown format, two reports for one place, and a file that cannot be made because its folder
    is not there.
    """
    found: list[Destination] = []
    for text in wanted:
        name, equals, file = text.partition("=")
        if name not in FORMATS:
            remedy = did_you_mean(name, FORMATS) or f"there are {', '.join(FORMATS)}"
            raise Refusal(f"unknown output format `{name}`; {remedy}")
        if equals and not file:
            raise Refusal(f"`{text}` names no file: write `{name}=report.txt`, or `{name}` for standard output")
        destination = Destination(name, folder / os.path.expanduser(file) if file else None)
        if destination.file is not None and not destination.file.parent.is_dir():
            raise Refusal(f"cannot write {file}: there is no folder `{destination.file.parent}`; make it first")
        if any(other.file == destination.file for other in found):
            place = file or "standard output"
            raise Refusal(f"two reports for {place}: name a file for each but one, as in `{name}=report.txt`")
        found.append(destination)
    return tuple(found)


def write_reports(
    result: RunResult,
    context: RenderContext,
    wanted: Iterable[Destination],
    *,
    quiet: bool = False,
    statistics: bool = False,
) -> bool:
    """Writes every report. What a format has no room for goes to standard error.

    `quiet` leaves out all but diagnostics, and `statistics` counts them, on standard output alone. Returns whether all
    could be written; the reasons are said on standard error.
    """
    unsaid = result.errors
    failures = []
    for destination in wanted:
        if destination.file is not None:
            report = render(destination.format, result, replace(context, color=False))
            try:
                write_atomically(destination.file, report.encode("utf-8"))
            except OSError as error:
                failures.append(f"cannot write {destination.file}: {error.strerror or error}")
            continue
        if statistics:
            print_text(_counted(result, context, destination.format, quiet=quiet), context.color)
        elif destination.format in FOR_PEOPLE:
            report = render(destination.format, result, context)
            print_text(_without_footer(report, result, context) if quiet else report, context.color)
        else:
            print_bytes(render(destination.format, result, context))
        if not statistics and not (quiet and destination.format in FOR_PEOPLE):
            unsaid = unsaid if destination.format in WITHOUT_ERRORS else ()
    say_errors([*unsaid, *failures])
    return not failures


def _counted(result: RunResult, context: RenderContext, format_name: str, *, quiet: bool) -> str:
    """The counts of `--statistics`: an array for programs that asked for JSON, else a table with the verdict."""
    from schemalint.report.footer import remarks, verdict
    from schemalint.report.statistics import statistics_json, statistics_text

    if format_name == "json":
        return statistics_json(result.diagnostics)
    table = statistics_text(result.diagnostics, context.color)
    return table if quiet else "\n".join([table + verdict(result), *remarks(result, context)]) + "\n"


def _without_footer(report: str, result: RunResult, context: RenderContext) -> str:
    from schemalint.report.footer import footer

    return report.removesuffix(footer(result, context)).rstrip("\n") + "\n" if result.diagnostics else ""


def say_errors(errors: Iterable[str]) -> None:
    """Says on standard error what could not be done."""
    for error in errors:
        click.echo(f"schemalint: error: {error}", err=True)


def print_text(text: str, color: bool) -> None:
    """Prints text for people. What the terminal's encoding lacks becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "replace").decode(encoding), nl=False, color=color)


def print_bytes(text: str) -> None:
    """Prints text for a program: UTF-8, whatever the terminal's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()


def write_atomically(file: Path, content: bytes) -> None:
    """Writes a file so that nobody ever sees half of it; its mode stays. A device or pipe is written as it is.

    Raises `OSError`.
    """
    file = Path(os.path.realpath(file))
    if file.exists() and not file.is_file():
        file.write_bytes(content)
        return
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        if file.exists():
            part.chmod(file.stat().st_mode)
        part.replace(file)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise

"""`schemalint check`: the run, from flags to exit code."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from schemalint.cli.flags import overrides
from schemalint.cli.outcome import CLEAN, NOT_DONE, exit_code
from schemalint.cli.paths import given_in, names_of_files, tree_of
from schemalint.cli.project import Asked, open_project
from schemalint.cli.terminal import COLORS, wants_color

SEVERITIES = click.Choice(["error", "warning", "info"])
PROFILES = click.Choice(["mvp", "growth", "enterprise"])


@click.command("check", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--select", multiple=True, metavar="RULES", help="Apply these only: names, codes, prefixes, ALL.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Leave these rules out.")
@click.option("--extend-select", multiple=True, metavar="RULES", help="Apply these rules too.")
@click.option("--per-file-ignores", multiple=True, metavar="GLOB:RULES", help="Leave rules out in some files.")
@click.option("--profile", type=PROFILES, help="How strict to be.")
@click.option("--exclude", multiple=True, metavar="GLOBS", help="Do not examine these files.")
@click.option("--force-exclude", is_flag=True, help="Exclude files that are given by name, too.")
@click.option("--output-format", multiple=True, metavar="FMT[=FILE]", help="How to report; may be repeated.")
@click.option("--statistics", is_flag=True, help="Count diagnostics by rule instead of listing them.")
@click.option("--fail-on", type=SEVERITIES, help="The lowest severity that makes the exit code 1.")
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 in spite of findings.")
@click.option("--all", "show_released", is_flag=True, help="Show findings in released revisions, too.")
@click.option("--stdin-filename", metavar="FILE", help="The name of what `-` reads from standard input.")
@click.option("--add-ignore", metavar="REASON", help="Write a suppression with this reason at every finding.")
@click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A settings file, or one setting as TOML.")
@click.option("--isolated", is_flag=True, help="Read no settings file.")
@click.option("-n", "--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--show-settings", is_flag=True, help="Show all settings, where they come from, and the rules.")
@click.option("--show-files", is_flag=True, help="List the files that are examined, with their roles.")
@click.option("-q", "--quiet", is_flag=True, help="Print diagnostics only.")
@click.option("-v", "--verbose", is_flag=True, help="List what was skipped and what was not understood.")
@click.option("--color", type=COLORS, default="auto", help="Whether to colour the report.")
def command(
    paths: tuple[str, ...],
    output_format: tuple[str, ...],
    statistics: bool,
    exit_zero: bool,
    show_released: bool,
    stdin_filename: str | None,
    add_ignore: str | None,
    config: tuple[str, ...],
    isolated: bool,
    no_cache: bool,
    show_settings: bool,
    show_files: bool,
    quiet: bool,
    verbose: bool,
    color: str,
    **flags: Any,
) -> None:
    """Check the project that PATHS belong to.

    The whole project is read, for a rule may need all of it. Reported is what is found in the files and folders given,
    or has to do with them; without PATHS, everything. `-` reads a file from standard input.

    \b
    Exit codes:
      0  nothing at or above --fail-on was found
      1  something was
      2  the job could not be done: settings, paths, an internal error
    """
    names = names_of_files(paths, stdin_filename)
    asked = Asked(names, config, isolated, overrides(**flags))
    settings, cache = open_project(asked, cached=not no_cache)
    if show_settings:
        from schemalint.cli.shown import shown_settings

        click.echo(shown_settings(asked, settings), nl=False)
        return

    if add_ignore is not None and (not add_ignore.strip() or stdin_filename is not None):
        raise click.UsageError("--add-ignore needs a reason, and files that it can write to")

    from schemalint.cli.examination import examine, report_context
    from schemalint.cli.output import destinations, say_errors, write_reports
    from schemalint.cli.recorded import RecordedTree

    folder = Path.cwd() if output_format else Path(settings.root)
    wanted = destinations(output_format or settings.output_format, folder)
    with closing(RecordedTree(tree_of(Path(settings.root), stdin_filename))) as tree:
        given = given_in(tree, names)
        outcome = examine(tree, settings, cache, given, show_released=show_released, quiet=quiet)
        result, problems = outcome.result, outcome.result.errors
        for crash in outcome.crashes if verbose else ():
            click.echo(crash.traceback, err=True)
        if show_files:
            from schemalint.cli.shown import shown_files

            click.echo(shown_files(outcome.roles, given.paths), nl=False)
        elif add_ignore is not None:
            from schemalint.cli.ignoring import add_ignores

            added = add_ignores(tree, result.diagnostics, add_ignore)
            click.echo(added.summary)
            problems += added.problems
        else:
            context = report_context(tree, settings, verbose=verbose, color=wants_color(color))
            written = write_reports(result, context, wanted, quiet=quiet, statistics=statistics)
            sys.exit(exit_code(result, settings.fail_on, exit_zero=exit_zero) if written else NOT_DONE)
    say_errors(problems)
    sys.exit(NOT_DONE if problems else CLEAN)

"""The entry: `schemalint COMMAND`. Exit codes: 0 clean, 1 findings, 2 could not do the job, 130 interrupted."""

from __future__ import annotations

import gc
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from schemalint import __version__
from schemalint.cli.refusal import Refusal, refusal_of

COMMANDS = {
    "check": "Check a project, or report on the files and folders given.",
    "clean": "Delete the cache.",
    "config": "List the settings, or explain one.",
    "diff": "Compare two schemas: of the history, of models, of revisions, of git refs.",
    "effects": "Show what revisions do to a database in use: locks, rewrites, scans.",
    "history": "Show the migration histories: the graph, and what each revision does.",
    "init": "Look at a project and write its settings.",
    "rule": "Explain a rule, or list all of them.",
    "schema": "Show the schema that the history makes, or that models declare.",
}
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called; their one-line help stands here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"schemalint.cli.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            close = get_close_matches(name, COMMANDS, n=1)
            remedy = f"did you mean `{close[0]}`?" if close else f"`schemalint check {name}` checks a file or folder"
            raise click.UsageError(f"there is no command `{name}`; {remedy}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command. What the user can mend is said, not raised."""
        try:
            return super().invoke(ctx)
        except click.ClickException:
            raise
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            raise refusal from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def cli() -> None:
    """Static review of schema and data-layer code: models, migrations, SQL, routes and domain entities.

    Nothing of the project is imported or run, and no database is needed.
    """


def main() -> None:
    """Runs the command line. What nobody foresaw ends with exit code 2 and a way to report it, not with a traceback."""
    gc.disable()  # most of what a run makes lives to its end: looking for circles in it takes a sixth of the time
    try:
        sys.exit(cli.main(prog_name="schemalint", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(Refusal.exit_code)
    except click.Abort:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if not {"-v", "--verbose"}.isdisjoint(sys.argv):
            raise
        click.echo(
            f"schemalint: error: {type(error).__name__}: {error}\n"
            "This is a fault of schemalint; run again with -v and report what it prints.",
            err=True,
        )
        sys.exit(2)

"""The entry: `schemalint COMMAND`. Exit codes: 0 clean, 1 findings, 2 could not do the job."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from schemalint import __version__

COMMANDS = {
    "check": "Check a project, or report on the files and folders given.",
    "clean": "Delete the cache.",
    "config": "List the settings, or explain one.",
    "init": "Look at a project and write its settings.",
    "rule": "Explain a rule, or list all of them.",
}


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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def cli() -> None:
    """Static review of schema and data-layer code: models, migrations, SQL, routes and domain entities.

    Nothing of the project is imported or run, and no database is needed.
    """


def main() -> None:
    """Runs the command line. What was not foreseen ends with exit code 2 and a way to report it, not with a traceback."""
    try:
        cli(prog_name="schemalint")
    except BrokenPipeError:
        # The reader has closed the pipe (`| head`); Python would complain while it flushes at exit.
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        if "-v" in sys.argv or "--verbose" in sys.argv:
            raise
        click.echo(
            f"schemalint: error: {type(error).__name__}: {error}\n"
            "This is a fault of schemalint; run again with -v and report what it prints.",
            err=True,
        )
        sys.exit(2)

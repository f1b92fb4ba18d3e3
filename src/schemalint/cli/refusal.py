"""What keeps a command from doing its job: said on standard error, with exit code 2."""

from __future__ import annotations

import sys
from typing import IO, Any

import click


class Refusal(click.ClickException):
    """A command cannot do what it was asked to. The text names the cause and the remedy."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Prints the text to standard error."""
        click.echo(f"schemalint: error: {self.format_message()}", file=file or sys.stderr)


class SettingsRefusal(Refusal):
    """Settings that cannot be used. The text begins with their place, as compilers do, so that editors find it."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), file=file or sys.stderr)


def refusal_of(error: Exception) -> Refusal | None:
    """The refusal for an error that is the user's to mend; None for any other, which is a fault of schemalint."""
    from schemalint.engine.checking import OptionsError
    from schemalint.rules.registry import PluginError
    from schemalint.settings.problems import SettingsError
    from schemalint.source.tree import TreeError

    if isinstance(error, SettingsError):
        return SettingsRefusal(error.render())
    return Refusal(str(error)) if isinstance(error, (OptionsError, PluginError, TreeError)) else None

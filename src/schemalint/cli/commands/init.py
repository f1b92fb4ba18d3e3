"""`schemalint init`: settings to begin with, from what a project shows of itself."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from schemalint.cli.refusal import Refusal

SETTINGS_FILE = "schemalint.toml"
PROJECT_FILE = "pyproject.toml"


@click.command("init", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--file", "own_file", is_flag=True, help="Write a schemalint.toml, not a table in pyproject.toml.")
@click.option("--print", "only_print", is_flag=True, help="Print the settings, write nothing.")
def command(own_file: bool, only_print: bool) -> None:
    """Look at the project of this folder and write its settings.

    Frameworks, databases, layers and histories are detected; the newest revisions become `start-after`. Settings that
    are there already are never changed.
    """
    from schemalint.cli.proposal import propose, settings_in, write
    from schemalint.settings.discovery import project_root
    from schemalint.source.tree import FolderTree

    root = project_root(Path.cwd())
    file = root / (PROJECT_FILE if not own_file and (root / PROJECT_FILE).is_file() else SETTINGS_FILE)
    existing = settings_in(root)
    if existing is not None and not only_print:
        raise Refusal(f"{existing} has settings already; change them there, or see what is proposed with --print")
    with closing(FolderTree(root)) as tree:
        block = propose(tree, table="tool.schemalint" if file.name == PROJECT_FILE else "")
    if only_print:
        click.echo(block, nl=False)
        return
    write(file, block)
    click.echo(f"Wrote the settings to {file}. `schemalint check` uses them.")

"""`schemalint clean`: deletes the cache."""

from __future__ import annotations

from pathlib import Path

import click

from schemalint.cli.project import Asked, cache_folder, load_settings
from schemalint.cli.refusal import Refusal
from schemalint.engine.cache import DEFAULT_FOLDER, is_cache, remove_cache


@click.command("clean", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
def command(quiet: bool) -> None:
    """Delete the cache of this project. Only what schemalint wrote is deleted."""
    settings = load_settings(Asked())
    folders = dict.fromkeys((cache_folder(settings), Path(settings.root) / DEFAULT_FOLDER))
    present = [folder for folder in folders if folder.exists()]
    for folder in present:
        if not is_cache(folder):
            raise Refusal(f"{folder} is left alone: it has no CACHEDIR.TAG of schemalint, so it is no cache of it")
        try:
            remove_cache(folder)
        except OSError as error:
            raise Refusal(f"{error.filename or folder} cannot be deleted: {error.strerror}") from None
        if not quiet:
            click.echo(f"Deleted {folder}.")
    if not present and not quiet:
        click.echo("There is no cache.")

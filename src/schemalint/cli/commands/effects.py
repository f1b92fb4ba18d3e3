"""`schemalint effects`: what a change does to a database in use."""

from __future__ import annotations

import sys

import click

from schemalint.cli.loaded import Shown, found, history_option, project_options, show
from schemalint.facts.revisions import Server
from schemalint.project.subjects import Project, Revision, Target
from schemalint.settings.records import Settings

_FORMATS = click.Choice(["text", "json", "markdown"])
STDIN = "-"


@click.command("effects", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("revisions", nargs=-1, metavar="[REVISION|-]...")
@click.option("--diff-base", metavar="REF", help="The revisions that are not at this branch, tag or commit.")
@click.option("--database", metavar="SERVER", help="The server it will meet: `postgresql:16`. By default the target's.")
@click.option("-1", "--single-transaction", is_flag=True, help="SQL from standard input runs in one transaction.")
@click.option("--path", default=".", metavar="PATH", help="A file or folder of the project.")
@click.option("--format", "form", type=_FORMATS, default="text", help="How to show it.")
@history_option
@project_options
def command(
    revisions: tuple[str, ...],
    diff_base: str | None,
    database: str | None,
    single_transaction: bool,
    path: str,
    form: str,
    root: str | None,
    config: tuple[str, ...],
    isolated: bool,
    no_cache: bool,
) -> None:
    """Show what revisions do to a database in use: the card of a change.

    For each operation: the locks that it takes and what waits for them, whether it writes, reads or indexes whole
    tables, the transaction that it runs in and the locks that are held meanwhile, and whether there is a way back. The
    facts are measured, for the version of the server.

    \b
    REVISION is an id, the beginning of one, `head` or `base`; `-` reads SQL from standard input, to run after all
    revisions. Without one, shown are the revisions that are not released.
    """
    from schemalint.views.effects import card_of, effects_json, effects_markdown, effects_text, not_understood

    if diff_base is not None and revisions:
        raise click.UsageError("--diff-base chooses the revisions: leave out the others")
    settings = (*config, f'database = "{database}"') if database is not None else config
    shown = Shown((path,), settings, isolated, no_cache)
    project = shown.folder() if diff_base is None else shown.since(diff_base)
    if revisions == (STDIN,):
        chosen = [_from_stdin(project, shown.settings, root, single_transaction)]
    else:
        chosen = _chosen(project, revisions, root)
    cards = [card_of(revision, _server(revision.history.target)) for revision in chosen]
    emit = {"text": effects_text, "json": effects_json, "markdown": effects_markdown}[form]
    show(emit(cards), for_programs=form != "text")
    if not cards:
        _say("every revision is released: name one, or give --diff-base")
    missed = not_understood(cards)
    if missed:
        _say(f"{missed} of {sum(len(card.lines) for card in cards)} operations are not understood")


def _say(text: str) -> None:
    """Says something beside the view, which programs may read."""
    click.echo(text, err=True)


def _chosen(project: Project, names: tuple[str, ...], root: str | None) -> list[Revision]:
    """The revisions that are named; without names those that are not released, or the heads where that is not known.

    They may be of any history, unless one is chosen.
    """
    from schemalint.views.sources import histories_of, revision_among

    if STDIN in names:
        raise click.UsageError("`-` stands for itself: leave out the revisions")
    histories = found(histories_of, project, root)
    if names:
        return [found(revision_among, histories, name) for name in names]
    return [
        revision
        for history in histories
        for revision in (history.ordered if history.released_known else history.heads)
        if not (history.released_known and revision.released)
    ]


def _from_stdin(project: Project, settings: Settings, root: str | None, single_transaction: bool) -> Revision:
    from schemalint.project.sql_histories import read_change
    from schemalint.project.targets import declared_target
    from schemalint.views.sources import history_of

    text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    history = found(history_of, project, root) if project.histories else None
    target = declared_target(settings) or Target(STDIN)
    return read_change(text, history, target, single_transaction=single_transaction)


def _server(target: Target) -> Server:
    """The server to ask about: the first of the target, PostgreSQL where none is known."""
    return target.servers[0] if target.servers else Server("postgresql", how="assumed")

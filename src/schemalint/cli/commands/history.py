"""`schemalint history`: the graph of revisions, with what each does."""

from __future__ import annotations

import click

from schemalint.cli.loaded import Shown, found, history_option, project_options, show

_FORMATS = click.Choice(["text", "json", "mermaid", "dot"])


@click.command("history", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--format", "form", type=_FORMATS, default="text", help="How to show it.")
@click.option("--brief", is_flag=True, help="One line a revision.")
@history_option
@project_options
def command(
    paths: tuple[str, ...],
    form: str,
    brief: bool,
    root: str | None,
    config: tuple[str, ...],
    isolated: bool,
    no_cache: bool,
) -> None:
    """Show the migration histories of the project that PATHS belong to.

    The newest revision comes first. Shown are heads, bases, branches and merges, and for each revision its operations,
    what of it was not understood and why, and the approvals that it gives.
    """
    from schemalint.views import history as view
    from schemalint.views.sources import histories_of

    shown = Shown(paths, config, isolated, no_cache)
    project = shown.folder()
    histories = found(histories_of, project, root)
    if form == "text":
        text = view.history_text(project, histories, brief=brief)
    elif form == "json":
        text = view.history_json(project, histories)
    else:
        text = view.history_mermaid(histories) if form == "mermaid" else view.history_dot(histories)
    show(text, for_programs=form != "text")

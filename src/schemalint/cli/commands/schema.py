"""`schemalint schema`: the schema that a history makes, or that models declare."""

from __future__ import annotations

import click

from schemalint.cli.loaded import Shown, dialect_of, found, history_option, project_options, show

_FORMATS = click.Choice(["sql", "json", "mermaid", "dot"])
_SOURCES = click.Choice(["history", "models"])
_DIALECTS = click.Choice(["postgresql", "mysql", "sqlite"])


@click.command("schema", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--at", "at", metavar="REVISION", help="The schema when this revision has run; by default all have.")
@click.option("--from", "source", type=_SOURCES, default="history", help="What revisions make, or models declare.")
@click.option("--format", "form", type=_FORMATS, default="sql", help="How to show it.")
@click.option("--dialect", type=_DIALECTS, help="The server to write for; by default that of the history.")
@history_option
@project_options
def command(
    paths: tuple[str, ...],
    at: str | None,
    source: str,
    form: str,
    dialect: str | None,
    root: str | None,
    config: tuple[str, ...],
    isolated: bool,
    no_cache: bool,
) -> None:
    """Show the schema of the project that PATHS belong to, without a database.

    The SQL is a script that a server accepts. What is not known is a comment in it, with the reason.
    """
    from schemalint.views import schema as view
    from schemalint.views.sources import (
        histories_of,
        history_of,
        revision_among,
        schema_at,
        schema_of_history,
        schema_of_models,
    )

    if at is not None and source == "models":
        raise click.UsageError("--at is a revision, which models do not have: leave out `--from models`")
    project = Shown(paths, config, isolated, no_cache).folder()
    wanted: view.Schema
    if source == "models":
        history = found(history_of, project, root) if root is not None else next(iter(project.histories), None)
        wanted = found(schema_of_models, project, history if root is not None else None)
    elif at is None:
        history = found(history_of, project, root)
        wanted = schema_of_history(history)
    else:
        revision = found(revision_among, found(histories_of, project, root), at)
        history = revision.history
        wanted = schema_at(revision)
    emit = {
        "sql": view.schema_as_sql,
        "json": view.schema_as_json,
        "mermaid": view.schema_as_mermaid,
        "dot": view.schema_as_dot,
    }[form]
    show(emit(wanted, dialect_of(history, dialect)), for_programs=True)

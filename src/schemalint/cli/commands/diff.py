"""`schemalint diff`: what differs between two schemas."""

from __future__ import annotations

import sys

import click

from schemalint.cli.loaded import Shown, dialect_of, history_option, project_options, show
from schemalint.cli.outcome import CLEAN, FINDINGS


@click.command("diff", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to show it.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there are differences.")
@history_option
@project_options
def command(
    left: str,
    right: str,
    paths: tuple[str, ...],
    form: str,
    exit_code: bool,
    root: str | None,
    config: tuple[str, ...],
    isolated: bool,
    no_cache: bool,
) -> None:
    """Compare two schemas of the project that PATHS belong to.

    \b
    A and B are each one of
      history         what all revisions make
      models          what models declare
      a revision      the schema when it has run: its id, the beginning of it, `head` or `base`
      a git ref       what the history makes there: a branch, a tag, a commit
      REF:models      what models declare there

    Nothing is said of what either side does not know.
    """
    from schemalint.cli.operands import Operands
    from schemalint.schema.compare import compare
    from schemalint.views.differences import differences_json, differences_text

    operands = Operands(Shown(paths, config, isolated, no_cache), root)
    one, two = operands.schema(left), operands.schema(right)
    dialect = dialect_of(operands.history, None)
    differences = compare(one, two, dialect=dialect)
    if form == "json":
        show(differences_json(differences, left, right), for_programs=True)
    else:
        show(differences_text(differences, left, right, dialect), for_programs=False)
    sys.exit(FINDINGS if differences and exit_code else CLEAN)

"""`schemalint config`: which settings there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

import click

from schemalint.cli.refusal import Refusal
from schemalint.cli.terminal import COLORS, wants_color, width
from schemalint.report.terminal import paint
from schemalint.settings.describe import Description

_WIDEST = 100


@click.command("config", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("key", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON schema, from which editors complete the TOML.")
@click.option("--color", type=COLORS, default="auto", help="Whether to colour the text.")
def command(key: str | None, schema: bool, color: str) -> None:
    """List the settings, or explain KEY.

    `schemalint check --show-settings` shows the values that hold in a project.
    """
    from schemalint.settings.describe import describe, descriptions
    from schemalint.settings.problems import did_you_mean

    if schema:
        import msgspec

        from schemalint.settings.models import json_schema

        click.echo(msgspec.json.format(msgspec.json.encode(json_schema()), indent=2).decode())
        return
    colored = wants_color(color)
    if key is None:
        click.echo(_table(descriptions(), colored), nl=False, color=colored)
        return
    found = describe(key)
    if not found:
        known = [each.key for each in descriptions()]
        raise Refusal(f"there is no setting `{key}`; {did_you_mean(key, known) or '`schemalint config` lists them'}")
    click.echo("\n".join("\n".join(_explained(each, colored)) + "\n" for each in found), nl=False, color=colored)


def _table(described: Iterable[Description], color: bool) -> str:
    described = tuple(described)
    margin = max(len(each.key) for each in described)
    room = max(min(width(), _WIDEST) - margin - 2, 20)
    lines = []
    for each in described:
        first, *rest = wrap(each.description.partition(". ")[0].rstrip(".") + ".", room)
        lines += [f"{paint(each.key, 'strong', color)}{' ' * (margin - len(each.key))}  {first}"]
        lines += [" " * (margin + 2) + line for line in rest]
    return "\n".join(lines) + "\n"


def _explained(described: Description, color: bool) -> Iterator[str]:
    yield paint(described.key, "strong", color)
    yield from wrap(described.description, min(width(), _WIDEST), initial_indent="  ", subsequent_indent="  ")
    yield ""
    yield f"  type     {described.type}"
    yield f"  default  {described.default or ('none: it must be given' if described.required else 'not set')}"
    yield f"  example  {described.example}"

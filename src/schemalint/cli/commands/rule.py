"""`schemalint rule`: what a rule flags, why, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from schemalint.cli.refusal import Refusal
from schemalint.cli.terminal import COLORS, wants_color, width
from schemalint.rules.api import Rule
from schemalint.rules.registry import load_rules
from schemalint.settings.discovery import gather
from schemalint.settings.problems import did_you_mean

_WIDEST = 100


@click.command("rule", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[NAME|CODE]...")
@click.option("--all", "every", is_flag=True, help="Explain all rules.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="Text or JSON.")
@click.option("--color", type=COLORS, default="auto", help="Whether to colour the text.")
def command(names: tuple[str, ...], every: bool, output_format: str, color: str) -> None:
    """Explain rules: what they flag, why it hurts, and the safe way.

    Without a NAME all rules are listed. Rules of plugins that the settings of this project name are among them.
    """
    from schemalint.cli.explained import as_record, as_table, as_text

    rules = _known(names)
    chosen = [_named(name, rules) for name in names] if names and not every else list(rules.values())
    if output_format == "json":
        import msgspec

        records = msgspec.json.format(msgspec.json.encode([as_record(rule) for rule in chosen]), indent=2)
        click.echo(records)
        return
    colored = wants_color(color)
    if not names and not every:
        text = as_table(chosen, color=colored)
    else:
        text = "\n\n".join(as_text(rule, width=min(width(), _WIDEST), color=colored) for rule in chosen)
    click.echo(text, nl=False, color=colored)


def _known(names: tuple[str, ...]) -> Mapping[str, Rule]:
    """The rules there are. Settings are read only where the built-in rules do not suffice."""
    rules = load_rules()
    keys = {key for rule in rules.values() for key in (rule.name, rule.code)}
    if names and keys.issuperset(names):
        return rules
    plugins = _plugins()
    return load_rules(plugins) if plugins else rules


def _plugins() -> list[str]:
    """The plugins that the settings of the working folder name. Nothing else in them matters here, or is validated."""
    named = [layer.table["plugins"] for layer in gather(Path.cwd()).layers if "plugins" in layer.table]
    last = named[-1] if named else ()
    return [plugin for plugin in last if isinstance(plugin, str)] if isinstance(last, list) else []


def _named(name: str, rules: Mapping[str, Rule]) -> Rule:
    by_key = {key: rule for rule in rules.values() for key in (rule.name, rule.code)}
    rule = by_key.get(name) or by_key.get(name.upper()) or by_key.get(name.lower())
    if rule is None:
        remedy = did_you_mean(name, by_key) or "`schemalint rule` lists what there is"
        raise Refusal(f"there is no rule `{name}`; {remedy}")
    return rule

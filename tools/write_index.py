"""Writes the index of the catalogue, `rules/README.md`, from the rules that are registered.

python tools/write_index.py
"""

from __future__ import annotations

from itertools import groupby

from schemalint.rules.api import PROFILES
from schemalint.rules.pages import pages_folder
from schemalint.rules.registry import load_rules

HEAD = """# The catalogue

One page a rule: what it flags, why it hurts, the safe way, when it is quiet. The examples on the pages are the tests of
the rules. Written by `tools/write_index.py`.
"""
_COLUMNS = ("code", "rule", "what is wrong", *PROFILES)


def index() -> str:
    """The text of the index."""
    lines = [HEAD]
    for category, rules in groupby(
        sorted(load_rules().values(), key=lambda rule: (rule.category, rule.code)), lambda rule: rule.category
    ):
        lines += [f"## {category}", "", f"| {' | '.join(_COLUMNS)} |", f"|{' --- |' * len(_COLUMNS)}"]
        for rule in rules:
            severities = (severity.value if severity else "off" for severity in rule.severities)
            cells = (rule.code, f"[`{rule.name}`]({category}/{rule.name}.md)", rule.summary.rstrip("."), *severities)
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    (pages_folder() / "README.md").write_text(index(), encoding="utf-8")

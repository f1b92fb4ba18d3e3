"""What reports and the command line say about rules."""

from __future__ import annotations

from schemalint.diagnostics import Severity
from schemalint.engine.result import RuleInfo
from schemalint.rules.api import Rule
from schemalint.rules.pages import read_page
from schemalint.rules.registry import load_rules
from schemalint.settings.records import Settings

_LONGEST_DESCRIPTION = 1000


def rule_infos(settings: Settings) -> dict[str, RuleInfo]:
    """Every rule by code, with its page. Raises `PluginError` where a plugin does not load."""
    return {rule.code: _info(rule, settings) for rule in load_rules(settings.plugins).values()}


def _info(rule: Rule, settings: Settings) -> RuleInfo:
    page = read_page(rule)
    description = "\n\n".join(filter(None, (page.summary, page.sections.get("Why it hurts", ""))))
    if len(description) > _LONGEST_DESCRIPTION:
        description = description[: _LONGEST_DESCRIPTION - 1].rpartition(" ")[0] + "…"
    severity = rule.severity(settings.profile) or next(filter(None, rule.severities), Severity.INFO)
    return RuleInfo(
        code=rule.code,
        name=rule.name,
        category=rule.category,
        summary=rule.summary,
        description=description,
        help_markdown=page.markdown,
        severity=severity,
        tags=(rule.category,),
    )

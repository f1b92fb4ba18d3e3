"""Domains: what is demanded of one is checked in every table that has a column of it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.facts.operations import AlterObject
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.locking.common import Impact, impact_on
from schemalint.rules.locking.lasting import flagged, works
from schemalint.rules.locking.safe import Stage, safe_way

_WORK = {
    "alter-domain-add-check": "adding a CHECK to",
    "alter-domain-set-not-null": "setting NOT NULL on",
    "alter-domain-validate": "validating a constraint of",
}


@rule("LCK031", "scanning-domain-change", "W/E/E", supersedes=("statement-under-lock",), judges_change=True)
def scanning_domain_change(step: Step) -> Iterator[Finding]:
    """A domain demands more: every table with a column of it is read while it takes no writes."""
    operation = step.operation
    found = _impact(step)
    if found is None or not isinstance(operation, AlterObject) or found.effect.form not in _WORK:
        return
    tables = ", ".join(f"`{table}`" for table in found.effect.scans)
    yield flagged(
        found,
        f"{_WORK[found.effect.form]} the domain `{operation.name}` reads all rows of {tables}",
        _way(step, operation),
    )


def _impact(step: Step) -> Impact | None:
    """On the first of the tables that is in use."""
    if not isinstance(step.operation, AlterObject) or step.operation.kind != "domain":
        return None
    effect = step.effect_on("postgresql")
    for table in effect.scans if effect is not None else ():
        found = impact_on(step, table)
        if found is not None and works(found):
            return found
    return None


def _way(step: Step, operation: AlterObject) -> str:
    per_table = (
        "What it demands of the rows that are there, demand with a CHECK of each table, added NOT VALID and validated, "
        "which blocks nobody: VALIDATE of a domain reads every table under SHARE, too."
    )
    if operation.constraint is None or operation.not_valid or operation.change.upper().startswith("SET"):
        return per_table
    later = AlterObject(operation.kind, operation.name, f"{operation.change.rstrip(' ;')} NOT VALID")
    return safe_way(step.revision, f"Add it NOT VALID, for new values only. {per_table}", Stage((later,)))

"""The judgement against the cases that rivals test their own rules with.

    python -m benchmarks.rivals --language-server path/to/postgres-language-server --eugene path/to/eugene

Each path is a checkout or a bare repository of the rival; nothing of theirs is kept here. Every case is run as an SQL
history on PostgreSQL 16, with the rules alone that mean what the rival's rule means, as the rival runs it with that
rule alone. Where the two disagree, a fact that was measured on a server has to decide, or what a server answers when
it is asked now (one is started for that); else the case stands as open. Exits with 1 where a case is open, where no
rule of ours is written yet, and where a reason does not hold.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.rivals_concepts import (
    CONCEPTS,
    DISAGREEMENTS,
    GIVEN,
    IN_TRANSACTION,
    OUT_OF_SCOPE,
    Concept,
    Disagreement,
)
from benchmarks.rivals_proofs import Proof, outcome_of
from schemalint.engine.cache import Cache
from schemalint.engine.loading import load as load_project
from schemalint.engine.run import Request, run
from schemalint.rules.registry import load_rules
from schemalint.schema.effects.facts import fact
from schemalint.schema.effects.records import Fact
from schemalint.settings.discovery import load as load_settings
from schemalint.settings.records import Settings
from schemalint.source.tree import FolderTree
from tests.postgres.server import running

VERSION = 16
AGREE = "alike"
MEASURED = "measured"
OPEN = "open"
NO_RULE = "no rule of ours yet"
WRONG = "wrong reason"
_SPECS = re.compile(r"(?:^|/)specs/safety/(?P<rule>\w+)/(?P<case>\w+)\.sql$")
_EXAMPLES = re.compile(r"(?:^|/)examples/(?P<rule>[EW]\d+)/(?P<case>bad|good)\.sql$")
_SCRIPT = re.compile(r"^-- \d+\.sql$", re.MULTILINE)


class Case(NamedTuple):
    """A case of a rival's: its rule, the scripts that run one after the other, and whether the rule flags them.

    The first `given` scripts are not the case's own: they make what the others change.
    """

    rule: str
    name: str
    scripts: tuple[str, ...]
    flagged: bool
    given: int


class Verdict(NamedTuple):
    """What schemalint says of a case, and the forms of facts of its statements."""

    case: Case
    found: tuple[str, ...]
    forms: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether both flag the case, or neither does."""
        return bool(self.found) == self.case.flagged


def main(arguments: list[str] | None = None) -> int:
    """Judges all cases, prints them concept by concept, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language-server", type=Path)
    parser.add_argument("--eugene", type=Path)
    options = parser.parse_args(arguments)
    cases: list[Case] = []
    if options.language_server:
        cases += language_server_cases(sql_files(options.language_server))
    if options.eugene:
        cases += eugene_cases(sql_files(options.eugene))
    if not cases:
        parser.error("name at least one folder or repository that holds cases")
    with _asked_server(cases) as server:
        return report(cases, server)


@contextmanager
def _asked_server(cases: list[Case]) -> Iterator[str]:
    """How to connect to a server, which is only started where a disagreement is settled by asking one."""
    reasons = (DISAGREEMENTS.get(case.name) for case in cases)
    if any(reason is not None and isinstance(reason.by, Proof) for reason in reasons):
        with running() as server:
            yield server
    else:
        yield ""


def sql_files(source: Path) -> dict[str, str]:
    """The SQL files of a checkout, a bare repository or a folder, by their paths in it."""
    if not (source / "HEAD").is_file():
        found = sorted(source.rglob("*.sql"))
        return {path.relative_to(source).as_posix(): path.read_text(encoding="utf-8") for path in found}
    command = ["git", "-C", str(source), "archive", "HEAD", "--", ":(glob)**/*.sql"]
    with tarfile.open(fileobj=io.BytesIO(subprocess.run(command, check=True, capture_output=True).stdout)) as archive:
        return {
            member.name: content.read().decode("utf-8")
            for member in archive
            if member.name.endswith(".sql") and (content := archive.extractfile(member)) is not None
        }


def language_server_cases(files: Mapping[str, str]) -> Iterator[Case]:
    """Cases of postgres-language-server: a file each, one transaction, with what is expected of it in comments."""
    for path, text in files.items():
        match = _SPECS.search(path)
        if match is not None:
            name = f"{match['rule']}/{match['case']}"
            given = GIVEN.get(name, GIVEN.get(match["rule"], ""))
            scripts = (given, text) if given else (text,)
            yield Case(match["rule"], name, scripts, "expect_no_diagnostics" not in text, len(scripts) - 1)


def eugene_cases(files: Mapping[str, str]) -> Iterator[Case]:
    """Examples of eugene: each a good or a bad way, in scripts of one transaction each."""
    for path, text in files.items():
        match = _EXAMPLES.search(path)
        if match is not None:
            scripts = tuple(script.strip() for script in _SCRIPT.split(text) if script.strip())
            given = 1 if len(scripts) > 1 else 0
            yield Case(match["rule"], f"{match['rule']}/{match['case']}", scripts, match["case"] == "bad", given)


def report(cases: list[Case], server: str) -> int:
    """Prints the judgement, and returns the exit code. `server` is what proofs are asked of."""
    written = set(load_rules())
    kinds: Counter[str] = Counter()
    for concept in CONCEPTS:
        rules = [rule for rule in concept.ours if rule in written]
        own = [judge(case, rules) for case in cases if case.rule in concept.theirs]
        if not rules:
            kinds[NO_RULE] += len(own)
            _say(f"{_title(concept)}: {len(own)} cases, {NO_RULE}")
        elif own:
            kinds.update(_print_concept(concept, own, server))
    outside = Counter(case.rule for case in cases if case.rule in OUT_OF_SCOPE)
    _say("", "out of scope, not counted:")
    _say(*(f"  {rule}: {count} cases ({OUT_OF_SCOPE[rule]})" for rule, count in sorted(outside.items())))
    counted = sum(kinds.values())
    _say("", f"{counted} cases: {kinds[AGREE]} judged alike, {counted - kinds[AGREE]} not")
    _say(*(f"  {kind}: {kinds[kind]}" for kind in (MEASURED, NO_RULE, OPEN, WRONG)))
    known = {rule for concept in CONCEPTS for rule in concept.theirs}.union(OUT_OF_SCOPE)
    unknown = sorted({case.rule for case in cases} - known)
    if unknown:
        _say(f"rules of theirs that nobody has looked at: {', '.join(unknown)}")
    return int(bool(kinds[NO_RULE] or kinds[OPEN] or kinds[WRONG] or unknown))


def judge(case: Case, rules: list[str]) -> Verdict:
    """Runs rules over the scripts of a case, as a history of files that are each sent as one query.

    Those of a rule that takes for granted that a tool opens a transaction for each file are files of such a tool.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number, script in enumerate(case.scripts, 1):
            wrapped = case.rule in IN_TRANSACTION
            name = f"{number:06}_case.sql" if wrapped else f"{number:06}_case.up.sql"
            path = folder / "migrations" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"-- migrate:up\n{script}" if wrapped else script, encoding="utf-8")
        released = [f"{case.given:06}"] if case.given else []
        overrides = {"database": [f"postgresql:{VERSION}"], "select": rules, "start-after": released}
        settings = load_settings(folder, overrides=overrides)
        # Scripts that only make the tables are flagged too: a few cases are about what they make.
        request = Request(FolderTree(folder), settings, Cache(None), show_released=True)
        found = run(request).result.diagnostics if rules else ()
        forms = tuple(_forms(FolderTree(folder), settings, case.given))
        return Verdict(case, tuple(sorted({diagnostic.name for diagnostic in found})), forms)


def _forms(tree: FolderTree, settings: Settings, given: int) -> Iterator[str]:
    for history in load_project(tree, settings, Cache(None)).project.histories:
        for revision in history.ordered[given:]:
            for step in revision.steps:
                effect = step.effect_on("postgresql")
                if effect is not None:
                    yield effect.form


def _print_concept(concept: Concept, verdicts: list[Verdict], server: str) -> Iterator[str]:
    """Prints the cases of a concept. Yields how each came out."""
    agree = sum(verdict.agrees for verdict in verdicts)
    _say(f"{_title(concept)}: {len(verdicts)} cases, {agree} agree, {len(verdicts) - agree} differ")
    for verdict in verdicts:
        kind, why = outcome(verdict, DISAGREEMENTS.get(verdict.case.name), server)
        if kind != AGREE:
            by = "they flag it" if verdict.case.flagged else "they do not flag it"
            _say(f"  {verdict.case.name}: {by}, we say {', '.join(verdict.found) or 'nothing'}", f"    {kind}: {why}")
        yield kind


def outcome(verdict: Verdict, reason: Disagreement | None, server: str) -> tuple[str, str]:
    """How a case came out, and by what a disagreement is settled."""
    if verdict.agrees:
        return (AGREE, "") if reason is None else (WRONG, "a disagreement is explained that is none")
    if reason is None:
        return OPEN, f"its statements are {', '.join(verdict.forms)}"
    if isinstance(reason.by, Proof):
        answer = outcome_of(reason.by, server)
        proved = answer == reason.by.answer
        return (MEASURED, f"{reason.why} [a server says so]") if proved else (WRONG, f"the server answers {answer}")
    row = fact(reason.by, VERSION)
    if row is None or reason.by not in verdict.forms:
        return WRONG, f"{reason.by} is none of {', '.join(verdict.forms)}"
    return MEASURED, f"{reason.why} [{_row(row)}]"


def _row(row: Fact) -> str:
    locks = [f"{mode} on {role}" for role, mode in row.locks.items()]
    work = [
        f"{verb} {', '.join(roles)}"
        for verb, roles in (("rewrites", row.rewrites), ("reads all of", row.scans), ("builds indexes of", row.builds))
        if roles
    ]
    did = f"takes {', '.join(locks) or 'no lock on a table'}; {' and '.join(work) or 'works through no rows'}"
    return f"{row.form}, measured on PostgreSQL {row.since} to {row.until}: {did}"


def _title(concept: Concept) -> str:
    return f"{concept.title} ({', '.join(concept.theirs)} -> {', '.join(concept.ours)})"


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())

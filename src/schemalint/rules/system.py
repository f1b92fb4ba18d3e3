"""SYS: the tool's own: files that could not be examined, errors of its own, comments addressed to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from schemalint.diagnostics import Place, Weight
from schemalint.project.conduct import Crash, DirectiveUse
from schemalint.project.roles import is_aside
from schemalint.project.subjects import Module
from schemalint.rules.api import Finding, rule

TEMPLATE_FOLDERS = frozenset({"templates", "cookiecutter", "skeleton"})


@rule("SYS001", "syntax-error", "E/E/E")
def syntax_error(module: Module) -> Iterator[Finding]:
    """A file that is neither valid Python nor anything else that can be read was not examined."""
    if module.problem is None or module.problem.kind != "syntax":
        return
    yield Finding(
        place=Place(module.path, module.problem.span),
        message=f"{module.path} was not examined: {module.problem.message}",
        help="Correct the syntax, or exclude the file in the settings: `exclude = [...]`.",
        anchor=module.path,
        weight=_weight(module.path),
    )


def _weight(path: str) -> Weight:
    """A note for what no other rule would have judged: tests, examples, and templates, which are no Python yet."""
    is_template = "{" in path or not TEMPLATE_FOLDERS.isdisjoint(PurePosixPath(path.lower()).parts)
    return Weight.NOTE if is_template or is_aside(path) else Weight.FULL


def _way_to_read(why: str) -> str:
    if "max-file-size" in why:
        return "Raise `max-file-size` in the settings, or exclude the file: `exclude = [...]`."
    return "Save it as text in the encoding that it declares, or exclude it in the settings: `exclude = [...]`."


@rule("SYS002", "unreadable-file", "E/E/E")
def unreadable_file(module: Module) -> Iterator[Finding]:
    """A file that cannot be read, decoded or is too large was not examined."""
    if module.problem is None or module.problem.kind != "unreadable":
        return
    yield Finding(
        place=Place(module.path, module.problem.span),
        message=f"{module.path} was not examined: {module.problem.message}",
        help=_way_to_read(module.problem.message),
        anchor=module.path,
        weight=_weight(module.path),
    )


@rule("SYS003", "internal-error", "E/E/E")
def internal_error(crash: Crash) -> Iterator[Finding]:
    """An error of schemalint's own: what it was doing is not done, everything else is."""
    yield Finding(
        place=crash.place,
        message=f"schemalint failed while {crash.doing}: {crash.error}",
        help="Report this with the file that it happened on (-v shows where it broke); the rest was checked.",
        anchor=f"{crash.doing}:{crash.place.path}",
    )


@rule("SYS004", "unused-suppression", "W/W/W")
def unused_suppression(use: DirectiveUse) -> Iterator[Finding]:
    """A suppression or approval that silences nothing hides what will go wrong there next."""
    if use.directive.problem is not None or not use.known or not use.enabled or use.used:
        return
    yield Finding(
        place=use.place,
        message=f"`{use.directive.kind}[{use.name}]` silences nothing here",
        help=f"Remove `{use.name}` from the comment.",
        anchor=f"{use.directive.place.path}:{use.directive.kind}:{use.name}",
    )


@rule("SYS005", "unknown-rule-in-suppression", "W/W/W")
def unknown_rule_in_suppression(use: DirectiveUse) -> Iterator[Finding]:
    """A comment for schemalint that names no rule, or is in no form that it knows, does nothing."""
    if use.directive.problem is not None:
        yield Finding(
            place=use.directive.place,
            message=f"this comment does nothing: {use.directive.problem}",
            help="Write `# schemalint: ignore[rule-name] reason`, `ignore-file[...]` or `approve[...]`.",
            anchor=f"{use.directive.place.path}:malformed",
        )
    elif not use.known:
        hint = f"; did you mean `{use.suggestion}`?" if use.suggestion else ""
        yield Finding(
            place=use.place,
            message=f"there is no rule `{use.name}`{hint}",
            help="Name a rule by its name or code; `schemalint rule --all` lists them.",
            anchor=f"{use.directive.place.path}:unknown:{use.name}",
        )


@rule("SYS006", "unexplained-suppression", "W/W/E")
def unexplained_suppression(use: DirectiveUse) -> Iterator[Finding]:
    """A suppression or approval without a reason leaves the next reader to guess."""
    if use.directive.problem is not None or use.directive.reason or use.name != use.directive.names[0][0]:
        return
    effect = "does not count" if use.directive.kind == "approve" else "says nothing to the next reader"
    yield Finding(
        place=use.directive.place,
        message=f"`{use.directive.kind}` without a reason {effect}",
        help=f"Say why: `# schemalint: {use.directive.kind}[{use.name}] <reason>`.",
        anchor=f"{use.directive.place.path}:unexplained:{use.name}",
    )

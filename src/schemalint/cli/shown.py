"""What `check --show-settings` and `--show-files` print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemalint.cli.project import Asked
from schemalint.settings.records import Settings
from schemalint.source.tree import is_within

_NO_ROLE = "-"


def shown_settings(asked: Asked, settings: Settings) -> str:
    """Every setting as TOML with its origin, then the rules that apply. Reads the settings again, for their origins."""
    return "\n".join([*_sources(settings), "", *_values(asked, settings), "", *_rules(settings)]) + "\n"


def _sources(settings: Settings) -> Iterator[str]:
    yield f"# project: {settings.root}"
    yield from (f"# settings: {source}" for source in settings.sources or ("none were found; these are the defaults",))


def _values(asked: Asked, settings: Settings) -> Iterator[str]:
    from schemalint.settings.describe import effective
    from schemalint.settings.discovery import gather

    gathered = gather(asked.start, explicit=asked.config, isolated=asked.isolated, overrides=asked.overrides)
    for each in effective(gathered, settings):
        origin = ", ".join(each.origins)
        yield f"{each.key} = {each.value}  # {origin}" if each.value else f"# {each.key} is not set"


def _rules(settings: Settings) -> Iterator[str]:
    from schemalint.rules.registry import load_rules
    from schemalint.rules.selectors import enabled

    rules = load_rules(settings.plugins)
    applied = enabled(
        rules,
        profile=settings.profile,
        select=settings.selected,
        ignore=settings.ignore,
        overrides=settings.severity,
    )
    yield f"# {len(applied)} of {len(rules)} rules apply:"
    yield from (f"# {severity.value:<7} {rule.code} {rule.name}" for rule, severity in applied.values())


def shown_files(roles: Iterable[tuple[str, str | None]], given: tuple[str, ...]) -> str:
    """The examined files that are given, or in a given folder, each with its role."""
    shown = [
        (role or _NO_ROLE, path)
        for path, role in roles
        if not given or any(path == each or is_within(path, each) for each in given)
    ]
    margin = max((len(role) for role, _ in shown), default=0)
    return "".join(f"{role:<{margin}}  {path}\n" for role, path in sorted(shown, key=lambda item: item[1]))

"""Finding the rules: the modules and packages of the categories, and plugins that the settings name."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from importlib import import_module

import schemalint.rules
from schemalint.rules.api import BUILT_IN, Registry, Rule
from schemalint.rules.categories import CATEGORIES

_PREFIX = f"{schemalint.rules.__name__}."
ENTRY_POINT_GROUP = "schemalint.rules"


class PluginError(Exception):
    """A plugin that the settings name could not be loaded. The text names it, the cause and the remedy."""


def load_rules(plugins: Sequence[str] = ()) -> dict[str, Rule]:
    """All rules by name, in order of their codes: the built-in ones and those of the named plugins.

    A plugin is an entry point of the group `schemalint.rules` that yields a `Registry`. Raises `PluginError` where one
    is not installed or does not load. Plugins that are installed but not named are left alone.
    """
    categories = set(CATEGORIES.values())
    for found in pkgutil.walk_packages(schemalint.rules.__path__, _PREFIX):
        if found.name.removeprefix(_PREFIX).partition(".")[0] in categories:
            import_module(found.name)
    merged = Registry(dict(BUILT_IN.rules))
    for plugin in plugins:
        for rule in _load_plugin(plugin).rules.values():
            try:
                merged.add(rule)
            except ValueError as error:
                raise PluginError(f"plugin {plugin!r}: {error}") from error
    return dict(sorted(merged.rules.items(), key=lambda item: item[1].code))


def _load_plugin(name: str) -> Registry:
    from importlib.metadata import entry_points  # takes longer to import than all rules

    found = next(iter(entry_points(group=ENTRY_POINT_GROUP, name=name)), None)
    if found is None:
        raise PluginError(
            f"plugin {name!r} is not installed: no package here offers it under the entry point group "
            f"{ENTRY_POINT_GROUP!r}; install it beside schemalint, or take it out of `plugins`"
        )
    try:
        registry = found.load()
    except Exception as error:
        raise PluginError(f"plugin {name!r} does not load: {type(error).__name__}: {error}") from error
    if not isinstance(registry, Registry):
        raise PluginError(f"plugin {name!r}: {found.value} is not a schemalint.rules.api.Registry")
    return registry

"""Which project a command is about, and the settings it has there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemalint import __version__
from schemalint.cli.refusal import Refusal
from schemalint.engine.cache import DEFAULT_FOLDER, Cache, is_cache
from schemalint.settings.checks import NamedRule
from schemalint.settings.discovery import load, project_root
from schemalint.settings.records import Settings

_KIND = f"settings:{__version__}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line says of the project (the files and folders named) and of its settings."""

    paths: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    isolated: bool = False
    overrides: Mapping[str, Any] = field(default_factory=dict)

    @property
    def start(self) -> Path:
        """Where settings are looked for, and above: what all paths have in common; without paths the working folder."""
        if not self.paths:
            return Path.cwd()
        try:
            return Path(os.path.commonpath([os.path.abspath(path) for path in self.paths]))
        except ValueError:
            raise Refusal("the paths are on different drives: check them one by one") from None


def load_settings(asked: Asked, remember: MutableMapping[str, bytes] | None = None) -> Settings:
    """The settings. Raises `SettingsError`, and `PluginError` for a plugin they name in vain."""
    return load(
        asked.start,
        explicit=asked.config,
        isolated=asked.isolated,
        overrides=asked.overrides,
        known_rules=_known_rules,
        remember=remember,
    )


def open_project(asked: Asked, *, cached: bool) -> tuple[Settings, Cache]:
    """The settings and the project's cache, in which validated settings are remembered.

    Where the cache is only the settings tell. They are looked up in the closest cache at its usual place, so that they
    need not be validated to be found, and new ones are stored in the one they name.
    """
    if not cached:
        return _own_settings(asked), Cache(None)
    folder = _closest_cache(asked.start)
    cache = Cache(folder)
    remembered = {key.decode(): value for key, value in cache.everything(_KIND).items()}
    known = set(remembered)
    settings = _own_settings(asked, remembered)
    own = cache_folder(settings)
    if own != folder:
        cache = Cache(own)
    cache.put_all(_KIND, {key.encode(): value for key, value in remembered.items() if key not in known})
    return settings, cache


def _own_settings(asked: Asked, remember: MutableMapping[str, bytes] | None = None) -> Settings:
    """The settings of the project that all paths belong to.

    Raises `Refusal` for paths of projects that have nothing in common: all of the disk may lie between them.
    """
    settings = load_settings(asked, remember)
    root = Path(settings.root)
    if not settings.sources and not (root / ".git").exists():
        roots = sorted({project_root(Path(path)) for path in asked.paths})
        if len(roots) > 1 and root not in roots:
            raise Refusal(
                f"the paths belong to different projects ({', '.join(map(str, roots))}); check them one by one, "
                f"or put a schemalint.toml into {root} to check them as one"
            )
    return settings


def cache_folder(settings: Settings) -> Path:
    """Where the settings put the cache."""
    return Path(settings.root) / settings.cache_dir


def _known_rules(plugins: Sequence[str]) -> Iterable[NamedRule]:
    from schemalint.rules.registry import load_rules

    return load_rules(plugins).values()


def _closest_cache(start: Path) -> Path | None:
    """The closest cache at its usual place, in a folder or above it."""
    folder = Path(os.path.abspath(start))
    caches = (above / DEFAULT_FOLDER for above in (folder, *folder.parents))
    return next((cache for cache in caches if is_cache(cache)), None)

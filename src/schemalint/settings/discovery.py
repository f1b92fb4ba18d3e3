"""Finding the settings of a project and putting them together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from schemalint import __version__
from schemalint.settings.checks import NamedRule, rule_problems, version_problems
from schemalint.settings.documents import parse, read_bytes
from schemalint.settings.layers import Layer, command_line_layer, file_layer, inline_layer, read_layers
from schemalint.settings.merge import merged, placed
from schemalint.settings.problems import SettingsError, SettingsProblem
from schemalint.settings.records import Settings

KnownRules = Callable[[Sequence[str]], Iterable[NamedRule]]
"""Gives the rules that there are with the named plugins. `lambda plugins: load_rules(plugins).values()` is one."""

_MARKS = (".git", ".hg", "pyproject.toml", "setup.cfg", "setup.py")


class Gathered(msgspec.Struct, frozen=True):
    """What settings are made of: the root, and the layers, of which the last has the last word."""

    root: Path
    layers: tuple[Layer, ...]
    files: tuple[tuple[str, str], ...]
    """The files that were read, the closest first, each with the hash of its bytes."""


class _Found(msgspec.Struct, frozen=True):
    """The settings files that may count: that of `--config` alone, or all those upwards, the closest first."""

    root: Path
    files: tuple[tuple[Path, bytes], ...] = ()
    is_explicit: bool = False
    inline: tuple[str, ...] = ()


class _Remembered(msgspec.Struct, frozen=True):
    files: tuple[tuple[str, str], ...]
    settings: Settings


def load(
    start: Path,
    *,
    explicit: Sequence[str] = (),
    isolated: bool = False,
    overrides: Mapping[str, Any] | None = None,
    known_rules: KnownRules | None = None,
    remember: MutableMapping[str, bytes] | None = None,
) -> Settings:
    """The settings for a file or folder.

    The closest of `schemalint.toml` and a `pyproject.toml` with `[tool.schemalint]` upwards from `start` counts, alone;
    in one folder `schemalint.toml` comes first. `explicit` are the values of `--config`: at most one path of a file to
    use instead, and any number of texts `key = value`. `isolated` leaves all files out. `overrides` are keys of the
    TOML with plain values, from flags; None means that the flag was not given. Globs and paths in a file are relative
    to its folder (in an explicit file to the project of `start`), those of the command line to the working folder.

    Names of rules are checked where `known_rules` is given; what that raises passes through. `remember` keeps validated
    settings by the hash of what they are made of, so that the same again needs no tomllib, pydantic or `known_rules`.

    Raises `SettingsError` with everything that is wrong.
    """
    overrides = overrides or {}
    found = _find(start, explicit, isolated)
    key = _key(found, overrides)
    if remember is not None and (known := _recall(remember.get(key))) is not None:
        return known
    gathered = _gather(found, overrides)
    settings = resolve(gathered, known_rules)
    if remember is not None:
        _keep(remember, key, _Remembered(gathered.files, settings))
    return settings


def gather(
    start: Path, *, explicit: Sequence[str] = (), isolated: bool = False, overrides: Mapping[str, Any] | None = None
) -> Gathered:
    """The layers that `load` makes settings of, for those who want to know where a value comes from."""
    return _gather(_find(start, explicit, isolated), overrides or {})


def resolve(gathered: Gathered, known_rules: KnownRules | None = None) -> Settings:
    """The settings that layers make together. Raises `SettingsError` with everything that is wrong with them."""
    layers = gathered.layers
    if problems := [problem for layer in layers for problem in version_problems(layer)]:
        raise SettingsError(problems)
    values = []
    if any(layer.table for layer in layers):
        from schemalint.settings.validate import validate

        for layer in layers:
            valid, wrong = validate(layer)
            problems += wrong
            values.append((layer, placed(valid, layer.folder, gathered.root)))
    if problems:
        raise SettingsError(problems)
    settings = merged(values, gathered.root, tuple(path for path, _ in gathered.files))
    if known_rules is not None and any(layer.table for layer in layers):
        rules = tuple(known_rules(settings.plugins))
        if problems := [problem for layer in layers for problem in rule_problems(layer, rules)]:
            raise SettingsError(problems)
    return settings


def project_root(start: Path) -> Path:
    """The closest folder upwards that looks like a project or a checkout, else the folder of `start` itself."""
    folders = list(_upwards(start))
    return next((folder for folder in folders if any(os.path.exists(folder / mark) for mark in _MARKS)), folders[0])


def _find(start: Path, explicit: Sequence[str], isolated: bool) -> _Found:
    paths = [text for text in explicit if not _is_inline(text)]
    inline = tuple(text for text in explicit if _is_inline(text))
    if len(paths) > 1:
        raise _wrong_flag(f"more than one file: {', '.join(paths)}", "name one; `extend` in it can name another")
    if paths and isolated:
        raise _wrong_flag(f"`{paths[0]}` cannot be used with --isolated", "leave one of the two out")
    if paths:
        path = Path(os.path.abspath(os.path.expanduser(paths[0])))
        if not os.path.isfile(path):
            remedy = f"looked for {path}; a setting is written as `key = value`"
            raise _wrong_flag(f"there is no file `{paths[0]}`", remedy)
        return _Found(project_root(start), ((path, read_bytes(path)),), True, inline)
    return _Found(project_root(start), () if isolated else tuple(_candidates(start)), False, inline)


def _is_inline(text: str) -> bool:
    return "=" in text and not os.path.isfile(text)


def _candidates(start: Path) -> Iterator[tuple[Path, bytes]]:
    """The files upwards that may hold settings, up to the first that does for sure."""
    for folder in _upwards(start):
        path = folder / "schemalint.toml"
        if os.path.isfile(path):
            yield path, read_bytes(path)
            return
        path = folder / "pyproject.toml"
        if os.path.isfile(path) and b"schemalint" in (content := read_bytes(path)):
            yield path, content


def _upwards(start: Path) -> Iterator[Path]:
    path = Path(os.path.abspath(start))
    if os.path.isdir(path) or not path.name:
        yield path
    yield from path.parents


def _gather(found: _Found, overrides: Mapping[str, Any]) -> Gathered:
    root, files = found.root, []
    for path, content in found.files:
        folder = None if found.is_explicit else path.parent
        if found.is_explicit or file_layer(parse(str(path), content), folder) is not None:
            files = read_layers(path, folder, content)
            root = folder or root
            break
    hashes = tuple((layer.path, _digest(content)) for layer, content in files)
    layers = [layer for layer, _ in reversed(files)]
    layers += [inline_layer(text, Path.cwd()) for text in found.inline]
    if wrong := [layer for layer in layers[len(files) :] if "extend" in layer.table]:
        raise SettingsError([wrong[0].problem(("extend",), "`extend` can only stand in a file")])
    return Gathered(root, (*layers, command_line_layer(overrides, Path.cwd())), hashes)


def _wrong_flag(message: str, remedy: str) -> SettingsError:
    return SettingsError([SettingsProblem(path="--config", message=message, remedy=remedy)])


def _key(found: _Found, overrides: Mapping[str, Any]) -> str:
    """The hash of all that settings are made of, but for the files that others extend."""
    files = [(str(path), _digest(content)) for path, content in found.files]
    flags = sorted((key, repr(value)) for key, value in overrides.items() if value is not None)
    parts = (__version__, str(found.root), str(Path.cwd()), files, found.is_explicit, found.inline, flags)
    return _digest(repr(parts).encode("utf-8", "surrogatepass"))


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _recall(data: bytes | None) -> Settings | None:
    """The remembered settings, if every file that they were made of is as it was."""
    if data is None:
        return None
    try:
        remembered = msgspec.msgpack.decode(data, type=_Remembered)
        current = all(_digest(read_bytes(Path(path))) == digest for path, digest in remembered.files)
    except (msgspec.DecodeError, SettingsError):
        return None
    return remembered.settings if current else None


def _keep(remember: MutableMapping[str, bytes], key: str, remembered: _Remembered) -> None:
    try:
        remember[key] = msgspec.msgpack.encode(remembered)
    except UnicodeEncodeError:  # a path that is not UTF-8: such settings are read anew each time
        return

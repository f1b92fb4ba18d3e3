"""The settings of a run, as all other code sees them: validated, complete, and without pydantic."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from schemalint.diagnostics import Severity

Profile = Literal["mvp", "growth", "enterprise"]
Role = Literal["migration", "model", "route", "repository", "domain", "api-schema", "sql", "settings"]
Layer = Literal["domain", "service", "repository", "model", "route", "api-schema"]


class TargetSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A declared target. `metadata` is "module:attribute"; an empty `database` means that of the whole project."""

    name: str
    migrations: tuple[str, ...] = ()
    metadata: str | None = None
    database: tuple[str, ...] = ()


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings file, the files it extends and the command line say together.

    `root` is the folder that every path and glob here is relative to, with forward slashes; `sources` are the files
    that were read, the closest first, as absolute paths. Selectors, the keys of `severity` and those of `rules` are
    names or codes as written. `rules` holds the options of a rule as plain values: the rule's own record validates
    them. Globs are those of a `.gitignore`; a glob in `per_file_ignores` that begins with `!` means every other file.
    """

    root: str
    sources: tuple[str, ...] = ()
    profile: Profile = "growth"
    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: dict[str, Severity] = {}
    fail_on: Severity = Severity.ERROR
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    max_file_size: int = 1024 * 1024
    roles: dict[Role, tuple[str, ...]] = {}
    layers: dict[Layer, tuple[str, ...]] = {}
    database: tuple[str, ...] = ()
    targets: tuple[TargetSettings, ...] = ()
    table_sizes: dict[str, int] = {}
    lock_timeout_set_by: str | None = None
    start_after: tuple[str, ...] = ()
    default_branch: str | None = None
    plugins: tuple[str, ...] = ()
    rules: dict[str, dict[str, Any]] = {}
    output_format: tuple[str, ...] = ("full",)
    cache_dir: str = ".schemalint_cache"
    required_version: str | None = None
    extend: str | None = None

    @property
    def excluded(self) -> tuple[str, ...]:
        """The globs of what is not examined: `exclude` and `extend-exclude`."""
        return self.exclude + self.extend_exclude

    @property
    def selected(self) -> tuple[str, ...]:
        """The selectors of the rules to apply: `select` and `extend-select`."""
        return self.select + self.extend_select


_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(Settings)


def encode_settings(settings: Settings) -> bytes:
    """The settings as bytes; equal settings give equal bytes, so that a hash of them can key a cache."""
    return _encoder.encode(settings)


def decode_settings(data: bytes) -> Settings:
    """The settings of bytes that `encode_settings` made. Raises `msgspec.DecodeError` for any others."""
    return _decoder.decode(data)

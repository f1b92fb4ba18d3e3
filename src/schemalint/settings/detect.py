"""What a project is made of, for the settings that `schemalint init` proposes. Nothing is imported or run."""

from __future__ import annotations

import configparser
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from schemalint.facts.requirements import Requirement
from schemalint.settings.detect_databases import DetectedDatabase, detect_databases
from schemalint.settings.records import Layer
from schemalint.settings.requirements import Read, requirements

FRAMEWORKS = {
    "alembic": ("alembic", "flask-migrate", "flask-alembic"),
    "sqlalchemy": ("sqlalchemy", "flask-sqlalchemy", "sqlmodel"),
    "sqlmodel": ("sqlmodel",),
    "django": ("django",),
    "fastapi": ("fastapi",),
    "flask": ("flask",),
}
"""The libraries by which each framework is recognised, by their normalised names."""

_LAYER_FOLDERS: dict[str, Layer] = {
    "domain": "domain",
    "repositories": "repository",
    "repository": "repository",
    "services": "service",
    "application": "service",
    "use_cases": "service",
    "routes": "route",
    "routers": "route",
    "endpoints": "route",
    "api": "route",
}
_LAYER_ORDER: tuple[Layer, ...] = ("route", "service", "domain", "repository")
_PERSISTENT = re.compile(
    rb"\b(?:APIRouter|Depends|mapped_column|declarative_base|relationship|Column)\(|__tablename__|models\.Model\b"
)
_TEST_FOLDERS = {"test", "tests", "testing", "fixtures", "examples", "docs"}
_DJANGO_MIGRATION = re.compile(r"(?P<folder>(?:.*/)?migrations)/\d{4}_\w+\.py")


class DetectedMigrations(msgspec.Struct, frozen=True):
    """A folder of migrations, relative to the root, and what runs them."""

    folder: str
    kind: Literal["alembic", "django"]


class Detected(msgspec.Struct, frozen=True):
    """What a project seems to be made of. `layers` are folders, found by their names."""

    frameworks: tuple[str, ...] = ()
    databases: tuple[DetectedDatabase, ...] = ()
    migrations: tuple[DetectedMigrations, ...] = ()
    layers: dict[Layer, tuple[str, ...]] = {}
    requirements: tuple[Requirement, ...] = ()


def detect(paths: Collection[str], read: Read) -> Detected:
    """What the files of a project tell.

    `paths` are all files below the root but ignored and vendored ones, with those whose names begin with a dot; `read`
    gives the bytes of one. A file that it raises OSError for says nothing.
    """
    required = requirements(paths, read)
    migrations = (*_alembic_folders(paths, read), *_django_folders(paths, read))
    names = {requirement.name for requirement in required}
    kinds = {found.kind for found in migrations}
    return Detected(
        frameworks=tuple(
            framework for framework, known in FRAMEWORKS.items() if framework in kinds or names.intersection(known)
        ),
        databases=detect_databases(paths, read, required),
        migrations=migrations,
        layers=_layers(paths, read),
        requirements=required,
    )


def _alembic_folders(paths: Collection[str], read: Read) -> Iterator[DetectedMigrations]:
    """Folders of an `env.py` with revisions in `versions` beside it, or that an `alembic.ini` points to."""
    with_revisions = {
        path.rpartition("versions/")[0].rstrip("/") for path in paths if re.search(r"(?:^|/)versions/[^/]+\.py$", path)
    }
    named = {folder for path in paths if posixpath.basename(path) == "alembic.ini" for folder in _locations(path, read)}
    folders = {posixpath.dirname(path) for path in paths if posixpath.basename(path) == "env.py"}
    for folder in sorted(folders & (with_revisions | named)):
        yield DetectedMigrations(folder or ".", "alembic")


def _locations(path: str, read: Read) -> Iterator[str]:
    """The folders that an `alembic.ini` may mean: Alembic takes them from where it is started, often its own folder."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(read(path).decode("utf-8-sig", "replace"))
    except (OSError, configparser.Error):
        return
    here = posixpath.dirname(path)
    for section in parser.sections():
        location = parser.get(section, "script_location", fallback="")
        location = location.replace("%(here)s", ".").replace("\\", "/").replace(":", "/")
        if location:
            yield posixpath.normpath(location)
            yield posixpath.normpath(posixpath.join(here, location))


def _django_folders(paths: Collection[str], read: Read) -> Iterator[DetectedMigrations]:
    first: dict[str, str] = {}
    for path in sorted(paths):
        if match := _DJANGO_MIGRATION.fullmatch(path):
            first.setdefault(match["folder"], path)
    for folder, path in first.items():
        if f"{folder}/__init__.py" in paths and b"django" in _bytes(path, read):
            yield DetectedMigrations(folder, "django")


def _layers(paths: Iterable[str], read: Read) -> dict[Layer, tuple[str, ...]]:
    """The layers by the names of folders, the outermost only.

    A folder that holds one of another layer is a feature or a whole service and no layer. Only the domain may hold
    others (the interfaces of its repositories): it is no domain layer if it holds routes or mapped classes.
    """
    modules = [path for path in paths if path.endswith(".py") and not _TEST_FOLDERS.intersection(path.split("/"))]
    folders = {
        posixpath.join(*parts[:end]) for path in modules for parts in [path.split("/")] for end in range(1, len(parts))
    }
    found: dict[Layer, list[str]] = {}
    taken: list[str] = []
    for folder in sorted(folders, key=lambda folder: (folder.count("/"), folder)):
        layer = _LAYER_FOLDERS.get(posixpath.basename(folder))
        if layer is None or any(folder.startswith(f"{outer}/") for outer in taken):
            continue
        if layer == "domain":
            is_layer = not any(_PERSISTENT.search(_bytes(path, read)) for path in _within(folder, modules))
        else:
            inner = {_LAYER_FOLDERS.get(posixpath.basename(other)) for other in _within(folder, folders)}
            is_layer = inner <= {layer, None}
        if is_layer:
            found.setdefault(layer, []).append(folder)
            taken.append(folder)
    return {layer: tuple(found[layer]) for layer in _LAYER_ORDER if layer in found}


def _within(folder: str, paths: Iterable[str]) -> Sequence[str]:
    return [path for path in paths if path.startswith(f"{folder}/")]


def _bytes(path: str, read: Read) -> bytes:
    try:
        return read(path)
    except OSError:
        return b""

"""Which database servers a project runs on, as far as its drivers, URLs and container images tell."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

import msgspec

from schemalint.facts.requirements import Requirement
from schemalint.facts.revisions import Server
from schemalint.settings.database import VERSIONS, DatabaseError, parse_server
from schemalint.settings.requirements import Read

DRIVERS = {
    **dict.fromkeys(
        ("psycopg", "psycopg-binary", "psycopg2", "psycopg2-binary", "psycopg2cffi", "asyncpg", "pg8000", "aiopg"),
        "postgresql",
    ),
    **dict.fromkeys(("pymysql", "mysqlclient", "aiomysql", "asyncmy", "mysql-connector-python"), "mysql"),
    "mariadb": "mariadb",
    "aiosqlite": "sqlite",
    "oracledb": "oracle",
    "cx-oracle": "oracle",
    "pymssql": "mssql",
    "mssql-django": "mssql",
}
"""The dialect for each driver, by its normalised name."""

_IMAGES = {
    **dict.fromkeys(("postgres", "postgresql", "postgis", "pgvector", "timescaledb", "timescaledb-ha"), "postgresql"),
    **dict.fromkeys(("mysql", "mysql-server", "percona"), "mysql"),
    "mariadb": "mariadb",
    "mssql/server": "mssql",
}
_IMAGE = re.compile(
    r"""(?:^|[\s"'/=])(?P<image>[a-z][a-z0-9]*(?:-[a-z]+|/server)?):(?:(?:[\w.]+-)?pg(?P<pg>\d+)|(?P<version>\d+(?:\.\d+)*))"""
)
_URL = re.compile(r"\b(?P<dialect>postgres(?:ql)?|postgis|mysql|mariadb|sqlite|oracle|mssql)(?:\+\w+)?://")
_BACKEND = re.compile(r"""["']django\.(?:contrib\.gis\.)?db\.backends\.(?P<backend>\w+)["']""")
BACKENDS = {
    **dict.fromkeys(("postgresql", "postgresql_psycopg2", "postgis"), "postgresql"),
    "mysql": "mysql",
    **dict.fromkeys(("sqlite3", "spatialite"), "sqlite"),
    "oracle": "oracle",
}
"""The dialect for each of Django's backends."""
_COMPOSE = re.compile(r"(?:^|/)(?:docker-)?compose[\w.-]*\.ya?ml[\w.-]*$")
_CI = re.compile(
    r"(?:^|/)(?:\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/config\.yml|azure-pipelines\.ya?ml"
    r"|bitbucket-pipelines\.yml)$"
)
_EXAMPLE = re.compile(r"(?:^|/)(?:[\w.-]*\.)?env[._-](?:example|sample|template|dist|defaults?)$|(?:^|/)example\.env$")
_DJANGO_SETTINGS = re.compile(r"(?:^|/)(?:settings\.py|settings/\w+\.py)$")
_RANK = {"compose": 0, "ci": 1, "url": 2, "settings": 2, "driver": 3}


class DetectedDatabase(msgspec.Struct, frozen=True):
    """A server that a project seems to run on, and what says so: "docker-compose.yml: image postgres:16"."""

    server: Server
    evidence: str


def detect_databases(paths: Iterable[str], read: Read, required: Iterable[Requirement]) -> tuple[DetectedDatabase, ...]:
    """The servers, one a dialect, by the best evidence there is: images, then URLs and Django's settings, then drivers.

    Of several images the one in a compose file counts before those of CI, and of equals the oldest version. A project
    with images of MariaDB alone does not run on MySQL, for both are reached with the same drivers and URLs. `read`
    gives the bytes of a path; a file that it raises OSError for says nothing.
    """
    found = [*_from_files(paths, read), *_from_drivers(required)]
    best: dict[str, tuple[int, int, DetectedDatabase]] = {}
    for kind, detected in found:
        rank = (_RANK[kind], detected.server.version or 0)
        before = best.get(detected.server.dialect)
        if before is None or rank < before[:2]:
            best[detected.server.dialect] = (*rank, detected)
    mysql, mariadb = best.get("mysql"), best.get("mariadb")
    if mysql and mariadb and mariadb[0] < _RANK["url"] <= mysql[0]:
        del best["mysql"]
    return tuple(detected for _, _, detected in sorted(best.values(), key=lambda item: (item[0], _order(item[2]))))


def _from_files(paths: Iterable[str], read: Read) -> Iterator[tuple[str, DetectedDatabase]]:
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        compose, ci = _COMPOSE.search(path), _CI.search(path)
        has_urls = compose or _EXAMPLE.search(path) or posixpath.basename(path) == "alembic.ini"
        if not (compose or ci or has_urls or _DJANGO_SETTINGS.search(path)):
            continue
        try:
            text = _without_comments(read(path).decode("utf-8-sig", "replace"))
        except OSError:
            continue
        if compose or ci:
            yield from (("compose" if compose else "ci", detected) for detected in _images(path, text))
        if has_urls:
            for match in _URL.finditer(text):
                dialect = parse_server(match["dialect"].replace("postgis", "postgresql")).dialect
                yield "url", DetectedDatabase(Server(dialect, None, "url"), f"{path}: URL {match[0]}")
        elif not (compose or ci):
            for match in _BACKEND.finditer(text):
                if dialect := BACKENDS.get(match["backend"], ""):
                    yield "settings", DetectedDatabase(Server(dialect, None, "dialect"), f"{path}: {match[0][1:-1]}")


def _images(path: str, text: str) -> Iterator[DetectedDatabase]:
    for match in _IMAGE.finditer(text):
        dialect = _IMAGES.get(match["image"])
        if dialect is None:
            continue
        try:
            server = parse_server(f"{dialect}:{match['pg'] or match['version']}")
        except DatabaseError:  # a port, or the version of something else
            continue
        yield DetectedDatabase(server, f"{path}: image {match[0].strip(' /=' + chr(34) + chr(39))}")


def _from_drivers(required: Iterable[Requirement]) -> Iterator[tuple[str, DetectedDatabase]]:
    for requirement in required:
        dialect = DRIVERS.get(requirement.name)
        if dialect is not None and requirement.direct:
            server = Server(dialect, None, "driver")
            yield "driver", DetectedDatabase(server, f"{requirement.path}: driver {requirement.name}")


def _order(detected: DetectedDatabase) -> int:
    return list(VERSIONS).index(detected.server.dialect)


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))

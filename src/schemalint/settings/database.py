"""Database servers as settings name them: "postgresql:16", "mysql", "sqlite"."""

from __future__ import annotations

import re

from schemalint.facts.revisions import Server
from schemalint.settings.problems import did_you_mean, listed

DIALECTS = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "sqlite": "sqlite",
    "oracle": "oracle",
    "mssql": "mssql",
    "sqlserver": "mssql",
}
"""The dialect for each name that settings may use."""

VERSIONS = {
    "postgresql": (*range(9, 20),),
    "mysql": (5, 8, 9),
    "mariadb": (10, 11, 12),
    "sqlite": (3,),
    "oracle": (11, 12, 18, 19, 21, 23, 26),
    "mssql": (2012, 2014, 2016, 2017, 2019, 2022, 2025),
}
"""The major versions of each dialect; of mssql the years that its releases are named after."""

_NUMBER = re.compile(r"(?P<major>\d{1,4})[a-z]*(?:\.\d+)*")


class DatabaseError(ValueError):
    """A database that settings cannot mean. `remedy` says what is known."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def parse_server(text: str, how: str = "declared") -> Server:
    """The server that a text like "postgresql:16" names. Raises `DatabaseError` for an unknown database or version.

    Only the major version is kept, as everywhere in schemalint: "postgresql:13.2" is 13, "mysql:8.0" and "mysql:8.4"
    are 8, "mariadb:10.11" is 10. A database without a version stands for whatever version is deployed.
    """
    name, colon, written = text.strip().partition(":")
    dialect = DIALECTS.get(name.strip().lower())
    if dialect is None:
        remedy = did_you_mean(name, DIALECTS) or f"write one of {listed(dict.fromkeys(DIALECTS.values()))}"
        raise DatabaseError(f"unknown database `{name}`", f"{remedy}, with a version like `postgresql:16`")
    if not colon:
        return Server(dialect, None, how)
    number = _NUMBER.fullmatch(written.strip().lower())
    version = int(number["major"]) if number else None
    if version not in VERSIONS[dialect]:
        known = ", ".join(map(str, VERSIONS[dialect]))
        remedy = f"known major versions of {dialect}: {known}; leave the version out if it is none of these"
        raise DatabaseError(f"unknown version `{written}` of {dialect}", remedy)
    return Server(dialect, version, how)

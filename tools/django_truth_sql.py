"""Compares the SQL of a replayed Django history, loaded into an empty database, with what `migrate` makes.

Tables of applications outside the packages (`auth`, `contenttypes`) are in no history, so the foreign keys to them are
left out of the script, with a comment; they are counted apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from schemalint.project.subjects import Project
from schemalint.views.schema import schema_as_sql
from schemalint.views.sources import schema_of_history
from tools.history_catalogue import Facts, of_connection
from tools.history_report import report, say

if TYPE_CHECKING:
    from tools.django_truth import Server

_OF_NO_TABLE = ("enum", "function", "sequence", "view", "domain", "extension", "schema")


def compare_sql(name: str, project: Project, database: Server) -> tuple[int, int]:
    """Loads the script and prints the comparison. Returns how many facts are equal, and how many there are."""
    written = schema_as_sql(schema_of_history(project.histories[0]), "postgresql")
    database.psql("postgres", "create database written")
    real, mine = facts_of(database, "truth"), facts_of(database, "written", written)
    tables = {key[1] for key in mine if key[0] == "table"}
    ours = {key: value for key, value in real.items() if key[0] in _OF_NO_TABLE or _table(key[1], tables)}
    outside = {key for key, value in ours.items() if key[0] == "foreign key" and _target(value) not in tables}
    say(f"{name}: {len(outside)} foreign keys lead to tables of other applications")
    return report(
        f"{name}, the SQL of the history loaded", {key: ours[key] for key in ours if key not in outside}, mine
    )


def facts_of(database: Server, name: str, script: str = "") -> Facts:
    """The facts of a database, in which a script is run before."""
    conninfo = f"host={database.folder} port={database.port} user=postgres dbname={name}"
    with psycopg.connect(conninfo) as connection:
        if script:
            connection.execute(script.encode())
        return of_connection(connection)


def _table(what: str, tables: set[str]) -> bool:
    return what in tables or what.partition(".")[0] in tables


def _target(definition: str) -> str:
    return definition.partition("REFERENCES ")[2].partition("(")[0].strip('"')

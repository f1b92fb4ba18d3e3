"""Runs in the scratch environment: migrates a project of Django's migration by migration, and tells what each locked.

Usage: lock_run_django.py QUERY_FOR_TABLES QUERY_FOR_LOCKS

For each migration a line of JSON is printed: its application and name, the tables before and after it as `[oid, name,
file]`, and the locks that it held right before its transaction ended as `[oid, mode]`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.executor import MigrationExecutor

tables, locks = sys.argv[1:]
held: list[Any] = []


def rows(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def tell_locks(editor: BaseDatabaseSchemaEditor, kind: Any, *rest: Any) -> Any:
    """Runs what the editor has put off, and reads the locks, before the transaction ends."""
    if kind is None and editor.atomic_migration:
        for statement in editor.deferred_sql:
            editor.execute(statement, None)
        editor.deferred_sql = []
        held[:] = rows(locks)
    return leave(editor, kind, *rest)


leave = BaseDatabaseSchemaEditor.__exit__


def main() -> None:
    django.setup()
    BaseDatabaseSchemaEditor.__exit__ = tell_locks
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    full_plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    executor.recorder.ensure_schema()
    state = executor._create_project_state()
    for migration, _ in full_plan:
        if migration not in [each for each, _ in plan]:
            continue
        before = rows(tables)
        held.clear()
        state = executor.apply_migration(state, migration)
        told = {"app": migration.app_label, "name": migration.name, "before": before}
        sys.stdout.write(json.dumps({**told, "after": rows(tables), "locks": held}) + "\n")


if __name__ == "__main__":
    main()

"""Runs in the scratch environment: sets up Django with some applications and prints the tables of their models.

Usage: model_truth_django.py APP[,APP...] [SETTINGS]
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> None:
    apps = sys.argv[1].split(",")
    import django
    from django.conf import settings

    if len(sys.argv) > 2:
        os.environ["DJANGO_SETTINGS_MODULE"] = sys.argv[2]
    else:
        installed = ["django.contrib.contenttypes", "django.contrib.auth", *apps]
        settings.configure(
            INSTALLED_APPS=installed, DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x"}}
        )
    django.setup()
    from django.apps import apps as registry
    from django.db import connection

    found = {}
    for model in registry.get_models(include_auto_created=True):
        config = model._meta.app_config.name
        if any(config == app or config.startswith(f"{app}.") for app in apps) and not model._meta.proxy:
            found[model._meta.db_table] = dump(model, connection)
    sys.stdout.write(json.dumps(found, indent=1))


def dump(model: Any, connection: Any) -> dict[str, Any]:
    options = model._meta
    local = [field for field in options.local_concrete_fields if field.column is not None]
    unique = [["", [field.column]] for field in local if field.unique and not field.primary_key]
    unique += [["", [column(options, name) for name in names]] for names in options.unique_together]
    indexes = [["", [field.column], False, ""] for field in local if field.db_index and not field.unique]
    indexes += [[index.name, keys(options, index), False, "?"] for index in options.indexes]
    checks = []
    for constraint in options.constraints:
        kind = type(constraint).__name__
        if (
            kind == "UniqueConstraint"
            and not constraint.condition
            and not constraint.expressions
            and not constraint.include
        ):
            unique.append([constraint.name, [column(options, name) for name in constraint.fields]])
        elif kind == "UniqueConstraint":
            indexes.append([constraint.name, keys(options, constraint), True, "?"])
        elif kind == "CheckConstraint":
            checks.append([constraint.name, "?"])
    checks += [["", "?"] for field in local if field.db_check(connection)]
    return {
        "columns": {field.column: dump_field(field, connection) for field in local},
        "primary key": [options.pk.column] if getattr(options.pk, "column", None) else [],
        "unique": unique,
        "check": checks,
        "foreign key": [
            ["", [field.column], field.related_model._meta.db_table, [field.target_field.column], "", ""]
            for field in local
            if field.remote_field is not None and field.db_constraint
        ],
        "index": indexes,
    }


def column(options: Any, name: str) -> str:
    return str(options.get_field(name).column)


def keys(options: Any, index: Any) -> list[str]:
    if index.expressions:
        return ["?"]
    orders = getattr(index, "fields_orders", None) or [(name, "") for name in index.fields]
    return [f"{column(options, name)}{' DESC' if order else ''}" for name, order in orders]


def collation(field: Any, connection: Any) -> str:
    given = field.db_parameters(connection).get("collation")
    return f" COLLATE {given}" if given else ""


def dump_field(field: Any, connection: Any) -> dict[str, Any]:
    from django.db.models.fields import NOT_PROVIDED

    stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    default = getattr(field, "db_default", NOT_PROVIDED)
    return {
        "type": str(field.db_type(connection)) + collation(field, connection),
        "nullable": bool(field.null),
        "default": None if default is NOT_PROVIDED else "?",
        "client": field.has_default() or bool(stamped),
    }


if __name__ == "__main__":
    main()

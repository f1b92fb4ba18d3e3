"""Runs in the scratch environment: brings a database to a revision of a project's history, without its `env.py`.

Usage: history_upgrade.py URL SCRIPT_FOLDER REVISION [MODULE:METADATA]

What the project's `env.py` would set up is code in the variable SETUP, which may use `url` and `engine`.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

from alembic.config import Config
from alembic.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine


def main() -> None:
    url, folder, revision, *rest = sys.argv[1:]
    config = Config()
    config.set_main_option("script_location", folder)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    metadata = found(rest[0]) if rest else None
    engine = create_engine(url)
    exec(os.environ.get("SETUP", ""), {"url": url, "engine": engine})

    def upgrade(current: Any, _: Any) -> Any:
        return script._upgrade_revs(revision, current)

    with EnvironmentContext(config, script, fn=upgrade, destination_rev=revision) as context, engine.connect() as bind:
        batch = bind.dialect.name == "sqlite"
        context.configure(connection=bind, target_metadata=metadata, render_as_batch=batch)
        with context.begin_transaction():
            context.run_migrations()
        bind.commit()


def found(where: str) -> Any:
    """What stands at `module:name.name`."""
    module, _, path = where.partition(":")
    thing: Any = importlib.import_module(module)
    for part in path.split("."):
        thing = getattr(thing, part)
    return thing


if __name__ == "__main__":
    main()

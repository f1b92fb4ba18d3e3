"""Runs in the scratch environment: runs revisions of a project's history on a database, without its `env.py`.

Usage: history_run.py URL SCRIPT_FOLDER [MODULE:METADATA]

Each line of standard input is a direction and a target: `upgrade heads`, `downgrade base`; with `one` before it, that
revision alone: `one upgrade 1a2b`. For each a line is printed: `done`, or `failed: ` and why. What the project's
`env.py` would set up is code in the variable SETUP, which may use `url`, `engine`
and Alembic's `config`.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from alembic.config import Config
from alembic.environment import EnvironmentContext
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool


def main() -> None:
    url, folder, *rest = sys.argv[1:]
    config = Config()
    config.set_main_option("script_location", folder)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    metadata = found(rest[0]) if rest else None
    engine = create_engine(url, poolclass=NullPool)
    exec(os.environ.get("SETUP", ""), {"url": url, "engine": engine, "config": config})
    script = ScriptDirectory.from_config(config)
    answers = sys.stdout
    for line in sys.stdin:
        *one, direction, target = line.split()
        plan = _one(script, direction, target) if one else _all(script, direction, target)
        answer = "done"
        with contextlib.redirect_stdout(sys.stderr):
            try:
                run(config, script, engine, metadata, plan)
            except Exception as error:
                traceback.print_exc()
                answer = f"failed: {type(error).__name__}: {error}".replace("\n", " ")
        answers.write(answer + "\n")
        answers.flush()


Plan = Callable[[Any, Any], Any]


def _all(script: ScriptDirectory, direction: str, target: str) -> Plan:
    steps = script._upgrade_revs if direction == "upgrade" else script._downgrade_revs
    return lambda current, _: steps(target, current)


def _one(script: ScriptDirectory, direction: str, target: str) -> Plan:
    make = MigrationStep.upgrade_from_script if direction == "upgrade" else MigrationStep.downgrade_from_script
    revision = script.get_revision(target)
    return lambda _, __: [make(script.revision_map, revision)]


def run(config: Config, script: ScriptDirectory, engine: Engine, metadata: Any, plan: Plan) -> None:
    """Runs the planned revisions in one transaction, as `env.py` of Alembic's template does."""
    with EnvironmentContext(config, script, fn=plan) as context, engine.connect() as bind:
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

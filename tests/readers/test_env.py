"""What an `env.py` says, in the ways in which people write it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from schemalint.facts.revisions import EnvConfig
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.ir import ModuleIR
from schemalint.readers.alembic.env import read_env
from schemalint.readers.alembic.ini import AlembicIni
from schemalint.source.lower import lower

HEAD = "from alembic import context\n"


def program_of(**files: str) -> Program:
    """The files by name, a double underscore for each slash."""
    modules = {}
    for name, source in files.items():
        module = lower(dedent(source))
        assert isinstance(module, ModuleIR)
        modules[name.replace("__", "/") + ".py"] = module
    return Program(modules)


def env_of(source: str, **files: str) -> EnvConfig:
    env = read_env(program_of(db__env=HEAD + dedent(source), **files), "db/env.py")
    assert env is not None
    return env


def test_a_module_that_configures_nothing_is_no_environment() -> None:
    assert read_env(program_of(env="import os\nlogging.configure(level=1)\n"), "env.py") is None


def test_folders_and_options_are_read() -> None:
    env = env_of("context.configure(connection=c, transaction_per_migration=True, render_as_batch=False)")

    assert (env.path, env.folder, env.versions) == ("db/env.py", "db", ("db/versions",))
    assert (env.transaction_per_migration, env.render_as_batch) == (True, False)
    assert (env.compare_type, env.transactional_ddl, env.include_schemas) == (None, None, None)


@pytest.mark.parametrize(
    ("arguments", "filters"),
    [
        ("include_object=include_object", True),
        ("include_name=lambda name, kind, parents: kind != 'table'", True),
        ("**load()", True),
        ("include_object=None", False),
        ("include_schemas=True", False),
    ],
)
def test_what_filters_the_objects_is_known(arguments: str, filters: bool) -> None:
    assert env_of(f"context.configure(connection=c, {arguments})").include_object is filters


def test_only_the_online_mode_counts() -> None:
    env = env_of(
        """
        def offline():
            context.configure(url=url, literal_binds=True)

        def online():
            context.configure(connection=c, transaction_per_migration=True)
        """
    )

    assert env.transaction_per_migration is True


def test_values_are_followed_through_names_and_modules() -> None:
    env = env_of(
        """
        from app.config import PER_MIGRATION
        import app.config as config
        BATCH = True

        def online():
            batch = BATCH
            context.configure(
                connection=c,
                transaction_per_migration=PER_MIGRATION,
                render_as_batch=batch,
                compare_type=config.COMPARE,
            )
        """,
        app__config="PER_MIGRATION = True\nCOMPARE = False\n",
    )

    assert (env.transaction_per_migration, env.render_as_batch, env.compare_type) == (True, True, False)


def test_dictionaries_behind_stars_are_followed() -> None:
    env = env_of(
        """
        COMMON = {"compare_type": True}

        def online():
            arguments = {"connection": c, **COMMON}
            arguments["render_as_batch"] = True
            if connection.dialect.name == "postgresql":
                arguments["prepare_threshold"] = None
            context.configure(**arguments, **dict(transaction_per_migration=True))
        """
    )

    assert (env.compare_type, env.render_as_batch, env.transaction_per_migration) == (True, True, True)
    assert env.include_schemas is None


@pytest.mark.parametrize(
    "source",
    [
        "context.configure(connection=c, transaction_per_migration=settings.per_migration)",
        "context.configure(connection=c, **load())",
        """
        if a:
            context.configure(connection=c, transaction_per_migration=True)
        else:
            context.configure(connection=c)
        """,
        """
        def online():
            arguments = {}
            if engine.name == "sqlite":
                arguments = {"transaction_per_migration": True}
            context.configure(connection=c, **arguments)
        """,
        """
        def online():
            arguments = {"transaction_per_migration": False}
            arguments.update(more)
            arguments.setdefault("transaction_per_migration", True)
            context.configure(connection=c, **arguments)
        """,
        "context.configure(connection=c, transaction_per_migration=1.5)",
    ],
)
def test_what_is_not_evident_is_unknown(source: str) -> None:
    assert isinstance(env_of(source).transaction_per_migration, Unknown)


def test_flask_migrate_passes_on_what_it_was_given() -> None:
    source = """
        from flask import current_app
        conf_args = current_app.extensions["migrate"].configure_args
        context.configure(connection=c, **conf_args)
        """

    env = env_of(
        source,
        app__extensions="from flask_migrate import Migrate\nmigrate = Migrate()\n",
        app__main="""
        from flask_migrate import Migrate
        from app.extensions import migrate
        migrate.init_app(app, db, transaction_per_migration=True)
        """,
    )
    alone = env_of(source)

    assert env.transaction_per_migration is True
    assert env.include_schemas is None
    assert isinstance(env.render_as_batch, Unknown)
    assert isinstance(alone.transaction_per_migration, Unknown)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Base.metadata", "app.models.Base.metadata"),
        ("metadata", "app.models.metadata"),
        ("[Base.metadata, metadata]", "app.models.Base.metadata, app.models.metadata"),
        ("None", None),
        ("get_metadata()", None),
    ],
)
def test_the_metadata_is_named(expression: str, expected: str | None) -> None:
    env = env_of(
        f"""
        from app.models import Base, metadata
        target_metadata = {expression}
        context.configure(connection=c, target_metadata=target_metadata)
        """,
        app__models="""
        from sqlalchemy import MetaData
        from sqlalchemy.orm import DeclarativeBase
        metadata = MetaData()
        class Base(DeclarativeBase):
            pass
        """,
    )

    assert env.target_metadata == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('connection.execute(text("SET lock_timeout = 4000"))', "4000"),
        ("connection.exec_driver_sql(\"SET LOCAL lock_timeout TO '5s'\")", "5s"),
        ('create_engine(url, connect_args={"options": "-c statement_timeout=1min -c lock_timeout=2s"})', "2s"),
        ('create_engine(url, connect_args={"server_settings": {"lock_timeout": "3000"}})', "3000"),
        ("connection.execute(text(\"SELECT set_config('lock_timeout', '7s', false)\"))", "7s"),
    ],
)
def test_a_lock_timeout_is_found_however_it_is_set(source: str, expected: str) -> None:
    assert env_of(f"{source}\ncontext.configure(connection=c)").lock_timeout == expected


def test_a_computed_timeout_is_unknown_and_none_is_none() -> None:
    env = env_of('connection.execute(text(f"SET lock_timeout = {seconds}"))\ncontext.configure(connection=c)')

    assert isinstance(env.lock_timeout, Unknown)
    assert env.statement_timeout is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('connection.execute(text("PRAGMA foreign_keys=ON"))', True),
        ('connection.exec_driver_sql("PRAGMA foreign_keys = 0")', False),
        (
            "def run(connection):\n    if connection.dialect.name == 'sqlite':\n"
            '        connection.execute(text("PRAGMA foreign_keys=OFF;"))\n'
            "    with context.begin_transaction():\n        context.run_migrations()\n"
            '    connection.execute(text("PRAGMA foreign_keys=ON;"))\n',
            False,
        ),
    ],
)
def test_foreign_keys_are_enforced_unless_the_environment_lifts_that(source: str, expected: bool) -> None:
    assert env_of(f"{source}\ncontext.configure(connection=c)").foreign_keys is expected


def test_the_isolation_level_of_the_engine_is_read() -> None:
    env = env_of('engine = create_engine(url, isolation_level="AUTOCOMMIT")\ncontext.configure(connection=c)')

    assert env.isolation_level == "AUTOCOMMIT"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('url = "postgresql://app:secret@db/shop"', "postgresql://app@db/shop"),
        ('url = os.environ.get("DATABASE_URL", "mysql+pymysql://root:secret@db/shop")', "mysql+pymysql://root@db/shop"),
        ('url = f"postgresql+asyncpg://{user}:{password}@{host}/shop"', "postgresql+asyncpg://"),
        ("url = settings.url", "sqlite:///dev.db"),
    ],
)
def test_the_url_comes_from_the_file_before_the_ini(source: str, expected: str) -> None:
    program = program_of(db__env=f"{HEAD}{source}\ncontext.configure(connection=c)")
    ini = AlembicIni("alembic.ini", "alembic", url="sqlite:///dev.db")

    env = read_env(program, "db/env.py", ini)

    assert env is not None
    assert (env.url, env.ini_path) == (expected, "alembic.ini")


def test_version_locations_are_found_in_the_tree() -> None:
    program = program_of(db__env=HEAD + "context.configure(connection=c)")
    ini = AlembicIni("alembic.ini", "alembic", version_locations=("db/versions", "plugins/a/versions", "gone"))

    env = read_env(program, "db/env.py", ini, {"db/versions", "plugins/a/versions"})

    assert env is not None
    assert env.versions == ("db/versions", "plugins/a/versions")


@pytest.mark.parametrize(
    "source",
    [
        "connection.execute(text(\"SET lock_timeout = '4s'\"))",
        'connection.execute(text("SET LOCAL lock_timeout TO 4s"))',
        'engine = create_engine(url, connect_args={"options": "-c lock_timeout=4s -c statement_timeout=9s"})',
        'engine = create_engine(url, connect_args={"server_settings": {"lock_timeout": "4s"}})',
        'engine = create_engine("postgresql://db/shop?options=-c%20lock_timeout%3D4s")',
        "connection.execute(text(\"SELECT set_config('lock_timeout', '4s', false)\"))",
        """
@event.listens_for(engine, "connect")
def patient(dbapi_connection, record):
    with dbapi_connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '4s'")
""",
        'from app.db import patient\nevent.listen(engine, "connect", patient)',
        "from app.db import prepare\nprepare(connection)",
        "from app.db import engine\nconnection = engine.connect()",
        "import app.db\nconnection = app.db.engine.connect()",
    ],
)
def test_a_timeout_is_found_wherever_the_connection_is_told(source: str) -> None:
    database = """
    engine = create_engine(URL, connect_args={"options": "-c lock_timeout=4s"})
    def patient(connection, record):
        connection.execute("SET lock_timeout = '4s'")
    def prepare(connection):
        patient(connection, None)
    """

    assert env_of(f"{source}\ncontext.configure(connection=connection)", app__db=database).lock_timeout == "4s"


def test_a_timeout_may_stand_in_the_url_of_the_ini() -> None:
    ini = AlembicIni("alembic.ini", "alembic", url="postgresql://db/shop?options=-c+statement_timeout%3D9s")
    env = read_env(program_of(db__env=HEAD + "context.configure(connection=c)"), "db/env.py", ini)

    assert env is not None
    assert (env.lock_timeout, env.statement_timeout) == (None, "9s")


def test_the_isolation_level_of_a_helper_that_is_called_is_not_that_of_the_connection() -> None:
    source = "from app.db import create_database\ncreate_database()\ncontext.configure(connection=c)"
    database = (
        "def create_database():\n    create_engine(URL, isolation_level='AUTOCOMMIT').execute('CREATE DATABASE x')\n"
    )

    assert env_of(source, app__db=database).isolation_level is None

"""The packages that `history_truth` knows: what to install, and how to run their revisions."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Project:
    """A package of the index: its folder of revisions below the installed packages, and what its `env.py` gives.

    `package` is what schemalint reads. `setup` is code that does what `env.py` would. `variables` are of the
    environment, on PostgreSQL.
    """

    requirement: str
    package: str
    scripts: str
    metadata: str = ""
    setup: str = ""
    sqlite: bool = False
    variables: dict[str, str] = field(default_factory=dict)


PROJECTS = {
    "argilla-server": Project(
        "argilla-server[postgresql]==2.8.0",
        "argilla_server",
        "argilla_server/alembic",
        "argilla_server.models.base:DatabaseModel.metadata",
        sqlite=True,
        variables={"ARGILLA_DATABASE_URL": "postgresql+asyncpg://localhost/argilla"},
    ),
    "quetz-server": Project(
        "quetz-server==0.10.4", "quetz", "quetz/migrations", "quetz.db_models:Base.metadata", sqlite=True
    ),
    "optuna": Project("optuna==5.0.0", "optuna", "optuna/storages/_rdb/alembic", sqlite=True),
    "aodh": Project("aodh==23.0.0", "aodh", "aodh/storage/sqlalchemy/alembic"),
    "ironic": Project(
        "ironic==39.0.0",
        "ironic",
        "ironic/db/sqlalchemy/alembic",
        setup="from oslo_db.sqlalchemy import enginefacade; enginefacade.configure(connection=url)",
    ),
    "cinder": Project("cinder==29.0.0", "cinder", "cinder/db/migrations"),
    "keystone": Project(
        "keystone==30.0.0",
        "keystone",
        "keystone/common/sql/migrations",
        setup="import keystone.conf; keystone.conf.configure(); "
        "config.set_main_option('recursive_version_locations', 'true')",
    ),
    "langflow-base": Project(
        "langflow-base==0.10.3",
        "langflow",
        "langflow/alembic",
        "langflow.services.database.service:SQLModel.metadata",
        setup="""
from langflow.services.database.service import SQLModel
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
""",
        sqlite=True,
    ),
    "prefect": Project(
        "prefect==3.7.0",
        "prefect",
        "prefect/server/database/_migrations",
        setup="config.set_main_option('version_locations', "
        "config.get_main_option('script_location') + '/versions/postgresql')",
    ),
}

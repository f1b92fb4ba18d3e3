"""Revisions, the operations they hold and the environment that runs them."""

from __future__ import annotations

from typing import Union

import msgspec

from schemalint.diagnostics import Place
from schemalint.facts.operations import Operation
from schemalint.facts.unknown import Unknown


class PlacedOperation(msgspec.Struct, frozen=True, gc=False):
    """An operation where it stands in the body of a revision.

    `arguments` are the places of the call's arguments by name (`nullable`, `table_name`, ...), for what is reported on
    one of them. `region` numbers the transaction regions of the body from 0: an autocommit block or an explicit
    COMMIT ends one and begins the next; `autocommit` tells that the operation runs outside any transaction. `batch`
    is set inside `batch_alter_table`. `guarded` means that it runs only where its object exists or does not exist
    yet, `conditional` that it runs only under a condition that was not resolved. `derived` is set where the source
    did not write the operation itself (the index of `index=True`). `via` is the chain of project functions that led
    to it, outermost first. `continues` is set where it is another action of the ALTER TABLE, written in SQL, that the
    operation before it is of. `dialects` are those of the target that it runs on where the source tests the dialect;
    where there are none, it runs on all.
    """

    operation: Operation
    place: Place
    arguments: tuple[tuple[str, Place], ...] = ()
    region: int = 0
    autocommit: bool = False
    batch: bool = False
    guarded: bool = False
    conditional: bool = False
    derived: bool = False
    via: tuple[str, ...] = ()
    continues: bool = False
    dialects: tuple[str, ...] = ()

    def argument(self, *names: str) -> Place:
        """The place of the first of these arguments that was given, else of the whole operation."""
        by_name = dict(self.arguments)
        return next((by_name[name] for name in names if name in by_name), self.place)


class Body(msgspec.Struct, frozen=True, gc=False):
    """An `upgrade` or `downgrade` as it was read.

    `place` is where it is defined (the name of the function). `empty` tells that its body does nothing at all (pass,
    a docstring, a bare return); `raises` that all it does is raise: the text of the exception ("NotImplementedError:
    irreversible"). `operations` stand in the order in which they run.
    """

    place: Place
    operations: tuple[PlacedOperation, ...] = ()
    empty: bool = False
    raises: str | None = None


class RevisionDef(msgspec.Struct, frozen=True, gc=False):
    """A revision as its file declares it.

    `parents` is empty for a base. It is Unknown where `down_revision` is computed. `place` is where the id stands,
    `parents_place` where the parents do and `depends_on_place` where `depends_on` does. `upgrade` and `downgrade` are
    None where the file defines no such function.

    `framework` is what runs it: alembic, django, or a tool for SQL files (goose, dbmate, flyway, ...). Where the tool
    asks for no way back, `downgrade` is the place of the file and there is no body for it. Of Django only: `replaces`
    are the revisions that a squashed one stands for, `initial` tells that it makes tables anew, and `irreversible` is
    where operations stand that nothing takes back; `upgrade` is then the first of them, and `downgrade` None.
    """

    path: str
    id: str
    parents: Union[tuple[str, ...], Unknown]
    place: Place
    parents_place: Place
    labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    depends_on_place: Place | None = None
    message: str | None = None
    docstring: str | None = None
    upgrade: Place | None = None
    downgrade: Place | None = None
    framework: str = "alembic"
    replaces: tuple[str, ...] = ()
    initial: bool = False
    irreversible: tuple[Place, ...] = ()

    @property
    def is_merge(self) -> bool:
        """Whether the revision joins several heads."""
        return not isinstance(self.parents, Unknown) and len(self.parents) > 1


class EnvConfig(msgspec.Struct, frozen=True, gc=False):
    """What `env.py` and `alembic.ini` say of a history. Fields are None where they say nothing, Unknown where computed.

    `foreign_keys` tells that connections to SQLite enforce foreign keys, which they do not by themselves.

    `folder` is where `env.py` stands, `versions` are the folders of the revisions. `url` is the database URL with its
    password removed. `isolation_level` is that of the engine ("AUTOCOMMIT" makes every statement its own transaction).
    `include_object` tells that something filters the objects that autogenerate sees, or may: `include_object`,
    `include_name`, or arguments that cannot be seen. `naming_convention` is that of the target metadata: its templates
    by kind (pk, uq, ck, fk, ix), None for one that is computed.
    """

    path: str
    folder: str
    versions: tuple[str, ...]
    ini_path: str | None = None
    transaction_per_migration: Union[bool, Unknown, None] = None
    transactional_ddl: Union[bool, Unknown, None] = None
    render_as_batch: Union[bool, Unknown, None] = None
    compare_type: Union[bool, Unknown, None] = None
    include_schemas: Union[bool, Unknown, None] = None
    include_object: bool = False
    target_metadata: str | None = None
    naming_convention: Union[tuple[tuple[str, Union[str, None]], ...], Unknown] = (("ix", "ix_%(column_0_label)s"),)
    isolation_level: str | None = None
    url: str | None = None
    lock_timeout: Union[str, Unknown, None] = None
    statement_timeout: Union[str, Unknown, None] = None
    foreign_keys: bool = False


class Server(msgspec.Struct, frozen=True, gc=False):
    """A database server: `dialect` is postgresql, mysql, mariadb, sqlite, oracle or mssql; `version` its major version.

    `how` tells how it is known: "declared" (settings), "url", "driver" or "dialect" (what the code imports).
    """

    dialect: str
    version: int | None = None
    how: str = "declared"

    def __str__(self) -> str:
        return f"{self.dialect}:{self.version}" if self.version is not None else self.dialect

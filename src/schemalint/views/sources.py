"""Which schema a name stands for: `history`, `models`, or a revision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Union

from schemalint.facts.names import ObjectName
from schemalint.facts.tables import EnumDef, TableDef
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import History, Project, Revision
from schemalint.schema.compare_sides import SchemaDef
from schemalint.schema.view import SchemaView


class NotThereError(Exception):
    """There is no such history, revision or model. The message says what there is."""


def history_of(project: Project, root: str | None) -> History:
    """The history of a root; without one the only history. Raises `NotThereError`.

    The applications of a Django project have histories of their own and one schema: any of them stands for it.
    """
    roots = _roots(project.histories)
    if not project.histories:
        raise NotThereError("there is no migration history here: no file declares an Alembic revision")
    if root is not None:
        wanted = root.rstrip("/") or "."
        found = [history for history in project.histories if (history.root or ".") == wanted]
        if not found:
            raise NotThereError(f"there is no history `{root}`; there is {roots}")
        return found[0]
    if len({id(history.timeline) for history in project.histories}) > 1:
        raise NotThereError(f"there are several histories; choose one with --history: {roots}")
    return project.histories[0]


def histories_of(project: Project, root: str | None) -> tuple[History, ...]:
    """The history of a root; without one all histories. Raises `NotThereError`."""
    return project.histories if root is None and project.histories else (history_of(project, root),)


def revision_among(histories: Sequence[History], text: str) -> Revision:
    """The revision of an id, of the beginning of one, `head` or `base`, in any of some histories.

    Raises `NotThereError`.
    """
    if text in ("head", "base"):
        return _end(histories, text)
    revisions = [revision for history in histories for revision in history.ordered]
    exact = [revision for revision in revisions if revision.id == text]
    found = exact or [revision for revision in revisions if revision.id.startswith(text)]
    if not found:
        raise NotThereError(f"there is no revision `{text}`; `schemalint history --brief` lists them")
    if len(found) > 1:
        several = len(histories) > 1
        listed = (f"{each.id} ({each.history.root or '.'})" if several else each.id for each in found[:5])
        raise NotThereError(f"several revisions begin with `{text}`: {', '.join(listed)}")
    return found[0]


def _end(histories: Sequence[History], text: str) -> Revision:
    """The only head or base."""
    if len(histories) > 1:
        raise NotThereError(f"there are several histories; choose one with --history: {_roots(histories)}")
    ends = [each for history in histories for each in (history.heads if text == "head" else history.bases)]
    if len(ends) != 1:
        listed = ", ".join(revision.id for revision in ends) or "none"
        raise NotThereError(f"there is more than one {text}, or none: {listed}")
    return ends[0]


def _roots(histories: Iterable[History]) -> str:
    return ", ".join(f"`{history.root or '.'}`" for history in histories)


def schema_at(revision: Revision) -> SchemaView:
    """The schema when a revision and all that it follows on have run, and no others."""
    history = revision.history
    assert revision.after is not None
    earlier = history.ordered[: history.ordered.index(revision)]
    shares = revision.definition.framework == "django"  # with what ran of other applications
    if not shares and all(history.is_ancestor(other.id, revision.id) for other in earlier):
        return revision.after
    return revision.after.where(lambda id_: id_ == revision.id or history.is_ancestor(id_, revision.id))


def schema_of_history(history: History) -> SchemaView:
    """The schema when all revisions have run."""
    assert history.timeline is not None
    return history.timeline.now()


def schema_of_models(project: Project, history: History | None) -> SchemaDef:
    """What models declare; only those of a history where one is given and it has any. Raises `NotThereError`."""
    tables = project.code.tables if project.code is not None else ()
    declared = [table for table in tables if table.declared is not None]
    own = [table for table in declared if history is not None and _is_of(table.history, history)]
    chosen = own or declared
    if not chosen:
        raise NotThereError("there are no models here: no class or `Table(...)` of a known library declares a table")
    unnamed = project.code.tables.unnamed if project.code is not None else ()
    definitions = tuple(table.declared for table in chosen if table.declared is not None)
    return SchemaDef(definitions, tuple(_enums(definitions)), not unnamed and all(table.settled for table in chosen))


def _is_of(found: History | None, history: History) -> bool:
    return found is not None and found.timeline is history.timeline


def _enums(tables: Iterable[TableDef]) -> Iterable[EnumDef]:
    found: dict[ObjectName, EnumDef] = {}
    for table in tables:
        for column in table.columns:
            enum = _enum(column.type)
            if enum is not None:
                found.setdefault(enum.name, enum)
    return found.values()


def _enum(kind: ColumnType) -> Union[EnumDef, None]:
    if isinstance(kind, Unknown):
        return None
    if kind.item is not None:
        return _enum(kind.item)
    if kind.enum is None or not kind.native:
        return None
    return EnumDef(kind.enum, kind.values if kind.values is not None else Unknown("its values are not known"))

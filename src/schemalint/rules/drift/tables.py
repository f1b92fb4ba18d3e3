"""Tables that models declare and no revision makes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from schemalint.diagnostics import Basis, Weight
from schemalint.facts.operations import Reach
from schemalint.facts.tables import ForeignKeyDef
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import History, Project
from schemalint.project.tables import Table
from schemalint.rules.api import Finding, rule
from schemalint.rules.declarations import framework_of
from schemalint.rules.drift.common import mapped_class, named_metadata, others, owner_name, to_write
from schemalint.schema.view import SchemaView

_SHARE = 0.8
_CATALOGUES = frozenset({"information_schema", "pg_catalog", "performance_schema", "mysql", "sys"})


@rule("DRF001", "unmigrated-table", "E/E/E")
def unmigrated_table(project: Project) -> Iterator[Finding]:
    """A model is mapped to a table that no revision creates."""
    for table in project.code.tables if project.code is not None else ():
        basis = _basis(table)
        if basis is not None and project.code is not None:
            yield _finding(table, basis, project.code.creates_tables)


def _finding(table: Table, basis: Basis, created: bool) -> Finding:
    """`created` tells that the code creates tables itself: then only what the migrations alone make lacks it."""
    history = table.history
    assert history is not None
    made = sum(other.migrated is not None and other.history is history for other in others(table))
    query = f"the first query of `{owner_name(table)}`" if mapped_class(table) is not None else "the first query of it"
    return Finding(
        place=table.place,
        message=f"no revision creates `{table.name}`: "
        + ("only `create_all` makes it" if created else f"{query} fails in every database that the migrations made"),
        help=_help(table),
        anchor=table.anchor,
        weight=Weight.NOTE if created else Weight.FULL,
        basis=basis,
        facts=(f"the revisions of {history.root or '.'} create {made} tables of the project's models, not this one",),
    )


def _help(table: Table) -> str:
    written = to_write(table, f'`op.create_table("{table.name.name}", ...)`')
    if framework_of(table) != "alembic":
        return written
    return f"{written} It sees the models that `env.py` imports: {table.models[0].path} has to be among these."


def _basis(table: Table) -> Basis | None:
    """How it is known that the table is missing; None where it is not."""
    history = table.history
    if history is None or not _is_owned(table) or not _is_known_absent(table, history):
        return None
    return _pairing(table, history)


def _is_owned(table: Table) -> bool:
    """Whether the models are certainly ones that a history should make a table for."""
    if table.declared is None or table.migrated is not None or not table.declared.columns or not table.settled:
        return False
    if any(model.metadata is None or not model.managed for model in table.models):
        return False
    return table.name.schema not in _CATALOGUES


def _is_known_absent(table: Table, history: History) -> bool:
    """Whether the history makes nothing of this name, under another schema or as a view either."""
    env, timeline = history.env, history.timeline
    if timeline is None or (env is not None and env.include_object):
        return False
    name = table.name.name.lower()
    if any(other.migrated is not None and other.name.name.lower() == name for other in others(table)):
        return False
    view = timeline.now()
    if any(item.definition.name.name.lower() == name for item in view.objects()):
        return False
    return _lacks(table, view) and _is_among_its_kind(table)


def _lacks(table: Table, view: SchemaView) -> bool:
    """Whether the history makes no such table. The applications of Django begin on an empty database."""
    if framework_of(table) == "django":
        return view.table(table.name) is None and view.settled_since(0, Reach.ANYTHING) and _owner_is_known(table, view)
    return view.lacks_table(table.name)


def _owner_is_known(table: Table, view: SchemaView) -> bool:
    """Whether it is known what became of the models that the table joins, where a many-to-many field makes it."""
    if any(model.kind != "implicit" for model in table.models):
        return True
    targets = [part.definition.target for part in table.foreign_keys if isinstance(part.definition, ForeignKeyDef)]
    made = [view.table(target) if not isinstance(target, Unknown) else None for target in targets]
    return bool(made) and all(target is not None and target.settled_since(0, Reach.ANYTHING) for target in made)


def _is_among_its_kind(table: Table) -> bool:
    """Whether the history makes tables of the same schema, for models of the same part of the project."""
    kin = [other for other in others(table) if other.models and other.migrated is not None]
    kin = [other for other in kin if _timeline(other) is _timeline(table)]
    if not any(other.name.schema == table.name.schema for other in kin):
        return False
    if framework_of(table) == "django":
        return any(_is_of_application(table, other.history) for other in kin if other.history is not None)
    return any(_are_near(table.models[0].path, other.models[0].path) for other in kin)


def _timeline(table: Table) -> object:
    return table.history.timeline if table.history is not None else None


def _is_of_application(table: Table, history: History) -> bool:
    """Whether a model belongs to the application whose migrations these are."""
    return table.models[0].path.startswith(f"{posixpath.dirname(history.root)}/".lstrip("/"))


def _are_near(path: str, other: str) -> bool:
    """Whether two modules are of one part of a repository: services beside each other may share a metadata's name."""
    return all(one == two for one, two in zip(_folders(path), _folders(other), strict=False))


def _folders(path: str) -> list[str]:
    return posixpath.dirname(path).split("/")[:2] if "/" in path else []


def _pairing(table: Table, history: History) -> Basis | None:
    """How it is known that the history is that of the models: it says so, or it makes nearly all of their tables."""
    if framework_of(table) == "django":
        return Basis.PROVED
    metadata = {model.metadata for model in table.models}
    if metadata & named_metadata(table):
        return Basis.PROVED
    kin = [other for other in others(table) if metadata & {model.metadata for model in other.models}]
    made = sum(other.migrated is not None for other in kin)
    return Basis.INFERRED if made >= _SHARE * len(kin) else None

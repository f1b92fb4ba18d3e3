"""What foreign keys do when the row that they refer to goes, in models and in migrations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from schemalint.diagnostics import Weight
from schemalint.facts.tables import ForeignKeyDef
from schemalint.facts.unknown import Unknown
from schemalint.project.tables import Table
from schemalint.rules.api import Finding, rule
from schemalint.rules.declarations import framework_of, key_place, owner_of
from schemalint.rules.drift.pairs import Made, declared_parts, made_in, made_parts, paired, same_reference

_REFUSALS = frozenset({"NO ACTION", "RESTRICT"})
_REFUSES_AT_ONCE = frozenset({"mysql", "mariadb"})
_OUTCOMES = {
    "NO ACTION": "is refused",
    "RESTRICT": "is refused",
    "CASCADE": "goes on to the rows that refer to it",
    "SET NULL": "empties the column",
    "SET DEFAULT": "sets the column to its default",
}
_NAMES = {"on_delete": "ON DELETE", "on_update": "ON UPDATE"}


class _Acts(NamedTuple):
    """What a foreign key does, however it is written."""

    on_delete: str
    on_update: str
    deferrable: bool


@rule("DRF010", "drifted-foreign-key-action", "W/W/E")
def drifted_foreign_key_action(table: Table) -> Iterator[Finding]:
    """The model and the migrations say different things of what a foreign key does on delete or on update."""
    view = paired(table)
    if view is None or framework_of(table) == "django":
        return
    made = made_parts(view)
    for part in declared_parts(table):
        key = part.definition
        if not isinstance(key, ForeignKeyDef) or isinstance(key.target, Unknown):
            continue
        twins = [(item, _acts(table, item.definition)) for item in made if _is_twin(item, key)]
        wanted = _acts(table, key)
        if not twins or any(acts == wanted for _, acts in twins):
            continue
        twin, acts = twins[0]
        aspect = next(name for name in _Acts._fields if getattr(wanted, name) != getattr(acts, name))
        column = table.column(key.columns[0]) if len(key.columns) == 1 else None
        yield Finding(
            place=key_place(part, column),
            message=f"the foreign key from `{_subject(table, key)}` to `{key.target}` {_said(wanted, aspect)} in the "
            f"model and {_said(acts, aspect)} in the migrations: {_consequence(acts, aspect, key.target.name)}",
            help=_help(table, key, wanted),
            anchor=owner_of(column) if column is not None else _subject(table, key),
            weight=Weight.NOTE if _differs_in_time_only(wanted, acts) else Weight.FULL,
            facts=("NO ACTION and no action at all are the same",) if aspect != "deferrable" else (),
            related=made_in(table, twin),
        )


def _is_twin(item: Made, key: ForeignKeyDef) -> bool:
    return isinstance(item.definition, ForeignKeyDef) and same_reference(item.definition, key)


def _acts(table: Table, key: object) -> _Acts:
    assert isinstance(key, ForeignKeyDef)
    servers = table.target.servers if table.target is not None else ()
    alike = bool(servers) and all(server.dialect in _REFUSES_AT_ONCE for server in servers)
    return _Acts(_action(key.on_delete, alike), _action(key.on_update, alike), key.deferrable)


def _action(text: str | None, alike: bool) -> str:
    """An action as SQL; InnoDB takes RESTRICT and NO ACTION for the same."""
    words = " ".join(text.upper().replace("_", " ").split()) if text else ""
    return "NO ACTION" if not words or (alike and words == "RESTRICT") else words


def _differs_in_time_only(one: _Acts, two: _Acts) -> bool:
    """Whether both refuse the same, only at once, at the end of the statement or of the transaction."""
    return all(a == b or _REFUSALS.issuperset((a, b)) for a, b in ((one[0], two[0]), (one[1], two[1])))


def _subject(table: Table, key: ForeignKeyDef) -> str:
    columns = key.columns
    return f"{table.name}.{columns[0]}" if len(columns) == 1 else f"{table.name}({', '.join(columns)})"


def _said(acts: _Acts, aspect: str) -> str:
    if aspect == "deferrable":
        return "is deferrable" if acts.deferrable else "is not deferrable"
    action = getattr(acts, aspect)
    return f"says nothing {_NAMES[aspect]}" if action == "NO ACTION" else f"says {_NAMES[aspect]} {action}"


def _consequence(acts: _Acts, aspect: str, target: str) -> str:
    if aspect == "deferrable":
        when = "at the end of the transaction" if acts.deferrable else "at each statement"
        return f"the database checks it {when}"
    change = "a delete" if aspect == "on_delete" else "a change of the key"
    outcome = _OUTCOMES.get(getattr(acts, aspect), f"does {getattr(acts, aspect)}")
    return f"in the database {change} of a row of `{target}` {outcome}"


def _help(table: Table, key: ForeignKeyDef, wanted: _Acts) -> str:
    if framework_of(table) != "alembic":
        return "Make the key anew in a migration, or write into the model what the migrations say."
    options = "".join(
        f', {name}="{value}"'
        for name, value in (("ondelete", wanted.on_delete), ("onupdate", wanted.on_update))
        if value != "NO ACTION"
    )
    return (
        "Make the key anew in a revision, for no server changes its action in place: `op.drop_constraint(...)`, then "
        f"`op.create_foreign_key(...{options})`; or write into the model what the migrations say."
    )

"""QRY: statements, and how they are put together and run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.diagnostics import Basis, Related, Weight
from schemalint.facts.functions import Region
from schemalint.facts.queries import ColumnUse, Interpolation, PythonOperator, Query
from schemalint.project.functions import Function
from schemalint.rules.api import Finding, Options, rule
from schemalint.rules.database_work import described, entities_of, listed

_MIGRATIONS = re.compile(r"(?:^|/)(?:migrations|alembic)/")
_SCRIPT = re.compile(
    r"(?:^|/)(?:scripts?|bin|tools?|management/commands|commands?|cli|seed(?:s|ers?)?)(?:/|\.py$|_)|_seed(?:_\w+)?\.py$"
)
_IN_PROCESS = frozenset({"sqlite3", "aiosqlite", "duckdb"})
_BATCH = re.compile(r"(?:^|_)(?:chunk|batch|page|slice|offset|partition|window|bulk)")
_PARTS = re.compile(r"(?:^|_)(?:tables?|models?|columns?|cls|entity)$")
_COMMANDS = re.compile(r"(?:click|typer|flask\.cli|invoke)\b")


class QueryInLoopOptions(Options, frozen=True):
    """`rounds`: up to how many rounds of a loop over a literal are no matter."""

    rounds: int = 3


@rule("QRY001", "query-in-loop", "W/W/W")
def query_in_loop(function: Function, options: QueryInLoopOptions) -> Iterator[Finding]:
    """A query runs once for each item of a loop: a list of a thousand items makes a thousand round trips."""
    if _is_of_migrations(function):
        return
    by_loop: dict[Region, list[Query]] = {}
    for query in function.queries:
        loop = _loop_of(function, query, options.rounds)
        if loop is not None:
            by_loop.setdefault(loop, []).append(query)
    for loop, queries in by_loop.items():
        first = queries[0]
        assert first.executed is not None
        names = entities_of(queries)
        what = f"{_run(first)} {described(first)}"
        yield Finding(
            place=first.executed,
            message=f"{what} once for each `{', '.join(_dependencies(first, loop))}` of a loop in "
            f"`{function.qualified_name}`: each round waits for the database, so the time grows with the list",
            help=_loop_help(first),
            anchor=f"{function.qualified_name}:{','.join(names) or first.text}",
            weight=Weight.NOTE if _is_script(function) else Weight.FULL,
            facts=(f"the statement depends on `{', '.join(_dependencies(first, loop))}`, which the loop sets",),
            related=tuple(
                Related(query.executed, f"{described(query)} in the same loop")
                for query in queries[1:]
                if query.executed is not None
            ),
        )


def _is_of_migrations(function: Function) -> bool:
    """Whether a function runs when the schema changes: in a revision, or in what revisions share."""
    return function.role == "migration" or _MIGRATIONS.search(function.path) is not None


def _loop_of(function: Function, query: Query, rounds: int) -> Region | None:
    """The innermost loop whose variable a query depends on, where it asks the same for each item."""
    if query.executed is None or query.trivial or query.batched or not _can_be_one(query):
        return None
    if query.session is not None and query.session.library in _IN_PROCESS:
        return None
    own_session = query.session is not None and query.session.how in ("with", "use")
    for around in function.around(query.region):
        if around.kind == "handler" or (around.kind == "with" and own_session):
            return None
        depends = _dependencies(query, around) if around.repeats else ()
        if depends:
            few = around.length is not None and around.length <= rounds
            return None if few or _is_batch(depends) or _are_sessions(function, depends) else around
    return None


def _can_be_one(query: Query) -> bool:
    """Whether one statement could do what all rounds do.

    A loop over tables or statements runs another one each time, a change under several conditions takes its turn, and
    what is written in bulk is one statement already.
    """
    if "bulk_" in query.text:
        return False
    if query.verb in ("update", "delete") and query.style != "text":
        return bool(query.entities) and len(query.filters) == 1
    return bool(query.entities) or query.sql is not None


def _is_batch(names: tuple[str, ...]) -> bool:
    """Whether a round takes many items, or a whole table."""
    return any(_BATCH.search(name) or _PARTS.search(name) for name in names)


def _are_sessions(function: Function, names: tuple[str, ...]) -> bool:
    """Whether it is sessions that a loop runs over: `for session in get_session()`."""
    return any(call.text.partition(".")[0] in names for call in function.session_calls)


def _dependencies(query: Query, loop: Region) -> tuple[str, ...]:
    return tuple(name for name in query.dependencies if name in loop.variables)


def _is_script(function: Function) -> bool:
    """Whether a function is part of a command: nobody waits for it, and it may run for long."""
    commands = (name for name in function.signature.decorators if name is not None)
    return _SCRIPT.search(function.path) is not None or any(_COMMANDS.match(name) for name in commands)


def _run(query: Query) -> str:
    """What runs a query: a call, or a loop over what was built before it."""
    return f"the loop over `{query.text}`" if query.iterated else f"`{query.text}()`"


def _loop_help(query: Query) -> str:
    if query.style == "manager":
        return _MANAGER_HELP.get(query.text.rpartition(".")[2], _MANAGER_HELP[query.verb])
    if query.verb == "insert":
        return "Insert all rows at once: `session.execute(insert(Model), rows)`, or in batches."
    if query.verb in ("update", "delete"):
        verb = f"{query.verb}(Model).where(Model.id.in_(ids))"
        return f"Change all rows in one statement: `session.execute({verb})`."
    return (
        "Load what the loop needs before it in one query, `select(Model).where(Model.id.in_(ids))`, or along with its "
        "parents by `selectinload(...)`."
    )


_GROUPED = 'Ask once for all of them, in groups: `Model.objects.filter(...).values("owner").annotate(Count("pk"))`.'
_MANAGER_HELP = {
    "insert": "Collect the objects in the loop and insert them at once: `Model.objects.bulk_create(objects)`, which "
    "calls no `save()` and sends no signals.",
    "get_or_create": "Insert what is missing at once, `bulk_create(objects, ignore_conflicts=True)`, where a unique "
    "constraint tells what is there; then load all by `filter(...__in=...)`.",
    "update_or_create": "Do all of it at once where a unique constraint tells what is there: "
    "`bulk_create(objects, update_conflicts=True, unique_fields=[...], update_fields=[...])`.",
    "update": "Change all rows in one statement: `Model.objects.filter(pk__in=ids).update(...)`; where each gets a "
    "value of its own, `bulk_update(objects, fields)`.",
    "delete": "Delete all rows in one statement: `Model.objects.filter(pk__in=ids).delete()`.",
    "count": _GROUPED,
    "aggregate": _GROUPED,
    "select": "Load what the loop needs before it: `Model.objects.filter(pk__in=ids)` or `in_bulk(ids)`, or by "
    "`select_related` and `prefetch_related`.",
}


@rule("QRY012", "formatted-sql", "E/E/E")
def formatted_sql(function: Function) -> Iterator[Finding]:
    """SQL is put together from text and values: a value with a quote in it becomes part of the statement."""
    found = [(query, unsafe) for query in function.queries if (unsafe := _unsafe(function, query))]
    if _is_of_migrations(function) and found:
        yield _formatted(function, [item for _, unsafe in found for item in unsafe], found[0][0])
        return
    for query, unsafe in found:
        yield _formatted(function, unsafe, query)


def _unsafe(function: Function, query: Query) -> list[Interpolation]:
    """What makes a text dangerous: values, and whatever a request brings.

    Names of tables, and pieces of SQL that were put together elsewhere, cannot be parameters: nothing tells that they
    are wrong.
    """
    if query.verb != "raw" or not query.formatted:
        return []
    return [
        item
        for item in query.interpolations
        if not item.is_safe and (item.position != "other" or _is_from_outside(item, function))
    ]


def _formatted(function: Function, unsafe: list[Interpolation], query: Query) -> Finding:
    names = tuple(dict.fromkeys(item.text for item in unsafe if item.text.strip("….")))
    is_proved = any(item.position == "value" or _is_from_outside(item, function) for item in unsafe)
    return Finding(
        place=unsafe[0].place,
        message=f"`{function.qualified_name}` puts {listed(names) if names else 'a value'} into the text of a "
        "statement: what it holds is read as SQL, so a quote in it breaks the statement, and whoever chooses it can "
        "run their own",
        help=_parameters_help(query) if unsafe[0].position == "value" else _NAMES_HELP,
        anchor=f"{function.qualified_name}:{','.join(names)}",
        weight=Weight.NOTE if _is_of_migrations(function) else Weight.FULL,
        basis=Basis.PROVED if is_proved else Basis.INFERRED,
        facts=tuple(dict.fromkeys(f"`{item.text}` {_origin(item, function)}" for item in unsafe))[:5],
    )


_REQUEST = re.compile(r"(?:self\.)?request\.\w")
_NAMES_HELP = (
    "Names and directions cannot be parameters: take them from a fixed set, `ORDERS[name]`, or quote them with the "
    "dialect's `identifier_preparer.quote(...)`."
)


def _is_from_outside(item: Interpolation, function: Function) -> bool:
    """Whether a request evidently brings what is put into the text."""
    return _REQUEST.match(item.text) is not None or (item.kind == "parameter" and function.is_handler)


def _origin(item: Interpolation, function: Function) -> str:
    if _is_from_outside(item, function):
        return "comes with a request"
    return "is a parameter of the function" if item.kind == "parameter" else "is no constant that could be found"


def _parameters_help(query: Query) -> str:
    library = query.session.library if query.session is not None else ""
    if library in _PERCENT_STYLE:
        return 'Pass values as parameters: `execute("... WHERE id = %s", [value])`; a list as `= ANY(%s)`.'
    named = '`text("... WHERE id = :id")` with `{"id": value}`'
    is_text = query.style == "text" and library in _SQLALCHEMY
    return f"Pass values as parameters: {named if is_text else 'placeholders in the text, and the values beside it'}."


_PERCENT_STYLE = frozenset({"django", "psycopg", "psycopg2"})
_SQLALCHEMY = frozenset({"", "sqlalchemy", "sqlmodel", "flask-sqlalchemy"})


_INSTEAD = {
    "and": "Separate the conditions by commas, or use `and_(a, b)` or `(a) & (b)`",
    "or": "Use `or_(a, b)` or `(a) | (b)`",
    "not": "Use `not_(...)` or `~(...)`",
    "is": "Use `.is_(None)`",
    "is not": "Use `.is_not(None)`",
    "in": "Use `.in_([...])`",
    "not in": "Use `.not_in([...])`",
}


@rule("QRY014", "python-operator-in-filter", "E/E/E")
def python_operator_in_filter(function: Function) -> Iterator[Finding]:
    """Python's `and`, `or`, `not`, `is` and `in` never become SQL: the query silently runs without the condition."""
    for query in function.queries:
        for operator in query.python_operators:
            columns = tuple(dict.fromkeys(_column(use) for use in operator.columns))
            yield Finding(
                place=operator.place,
                message=f"`{operator.operator}` on {listed(columns)} never becomes SQL: Python decides it when the "
                f"statement is built, and {_outcome(operator, columns)}",
                help=f"{_INSTEAD[operator.operator]}.",
                anchor=f"{function.qualified_name}:{','.join(columns)}:{operator.operator}",
            )


def _outcome(operator: PythonOperator, columns: tuple[str, ...]) -> str:
    """What SQLAlchemy makes of it: an equation is true where both sides are one object, and a column always is."""
    constants = {"is": "false", "is not": "true", "in": "false", "not in": "true"}
    if operator.operator in constants:
        return f"the query runs with `WHERE {constants[operator.operator]}`"
    compared = operator.columns[0].operator
    if compared not in (None, "==", "!="):
        return "SQLAlchemy raises TypeError"
    if operator.operator == "not":
        return f"the query runs with `WHERE {'true' if compared == '==' else 'false'}`"
    kept = (compared == "==") is (operator.operator == "and")
    return f"the condition on {listed(columns[:1])} {'alone is left' if kept else 'is dropped'}"


def _column(use: ColumnUse) -> str:
    return f"{use.entity.rpartition('.')[2]}.{use.column}"

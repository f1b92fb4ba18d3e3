"""Queries as functions build and run them."""

from __future__ import annotations

import msgspec

from schemalint.diagnostics import Place
from schemalint.facts.functions import SessionOrigin


class ColumnUse(msgspec.Struct, frozen=True, gc=False):
    """A column that a query mentions.

    `entity` is the full name of the mapped class, or of the variable that holds the Core table; `column` is the
    attribute as written. For Django it is the look-up path without its comparison (`author__name`), and `operator`
    the comparison (`exact`, `icontains`). Else `operator` is the Python operator or the method that compares ("==",
    "in_", "is_"), None in an order or a join where there is none.
    """

    entity: str
    column: str
    operator: str | None = None


class PythonOperator(msgspec.Struct, frozen=True, gc=False):
    """A Python operator over column expressions, where a criterion of a query is meant.

    `operator` is "and", "or", "not", "is", "is not", "in" or "not in": none of them can give SQL, so Python decides at
    once. `columns` are the columns whose truth or identity is asked.
    """

    operator: str
    columns: tuple[ColumnUse, ...]
    place: Place


class Interpolation(msgspec.Struct, frozen=True, gc=False):
    """What is put into the text of a statement.

    `text` is the expression as far as it is a name ("" otherwise). `kind` is "constant" (a literal, a constant of a
    module or a class, one of several literals), "number", "identifier" (quoted by the driver or a dialect, or the name
    of a mapped table), "parameter" (of the function), or "value" (anything else). `position` tells what stands there:
    "value" (in quotes, after a comparison, in a list of values), "order" (what a result is ordered by) or "other" (the
    name of a table or column, a piece of SQL).
    """

    text: str
    kind: str
    place: Place
    position: str = "other"

    @property
    def is_safe(self) -> bool:
        """Whether nothing from outside can get into the text here."""
        return self.kind in ("constant", "number", "identifier")


class Query(msgspec.Struct, frozen=True, gc=False):
    """A statement that a function builds or runs.

    `verb` is "select", "insert", "update", "delete", "raw" or "unknown" (a statement that came from elsewhere). `style`
    is how it is written: "statement" (`select(...)`), "query" (`session.query`), "model-query" (`User.query`),
    "manager" (`User.objects`), "get" (`session.get`), "bulk" (`session.bulk_insert_mappings`), "text", "composed"
    (put together by the driver), "criterion" (a bare `exists(...)`) or "unknown".
    `entities` are the full names of the mapped classes and Core tables it works on; `open` tells that there may be
    more, or that some could not be resolved. `filters`, `orders` and `joins` are the columns as far as they are
    evident; `unfiltered` is set where it is certain that nothing narrows the statement, `limited` where it has a limit.
    `sql` is the text of a raw statement where it is constant; `formatted` tells that a text is put together, with
    `interpolations`. `trivial` is a statement that reads no table (`SELECT 1`).

    `place` is where the statement is built; `executed` where it is run (None: not in this function), in `region`.
    `text` is the call that runs it, else that builds it, as written; `iterated` tells that it is no call but the
    variable that a loop runs over.
    `dependencies` are the variables of the loops around the execution that the statement depends on; `batched` tells
    that a loop over such a variable asks for many rows at a time (`column.in_(...)`).
    """

    verb: str
    style: str
    text: str
    place: Place
    region: int
    entities: tuple[str, ...] = ()
    open: bool = False
    filters: tuple[ColumnUse, ...] = ()
    orders: tuple[ColumnUse, ...] = ()
    joins: tuple[ColumnUse, ...] = ()
    unfiltered: bool = False
    limited: bool = False
    sql: str | None = None
    formatted: bool = False
    interpolations: tuple[Interpolation, ...] = ()
    python_operators: tuple[PythonOperator, ...] = ()
    trivial: bool = False
    executed: Place | None = None
    session: SessionOrigin | None = None
    dependencies: tuple[str, ...] = ()
    batched: bool = False
    iterated: bool = False

"""Conditions and expressions of Django as SQL: `Q(price__gte=0)`, `F("name")`, `Lower("email")`.

The SQL says what the server would check; it is not Django's text to the letter. None where something is not known.
"""

from __future__ import annotations

from collections.abc import Callable

from schemalint.interpret.values import HOLE, Given, Items, Made, Member, Symbol, Value

Columns = Callable[[str], "str | None"]
"""The column of a field by its name; None where the model has no such field."""

_COMPARED = {"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "regex": "~", "iregex": "~*"}
_PATTERNS = {
    "contains": ("LIKE", "%{}%"),
    "icontains": ("ILIKE", "%{}%"),
    "startswith": ("LIKE", "{}%"),
    "istartswith": ("ILIKE", "{}%"),
    "endswith": ("LIKE", "%{}"),
    "iendswith": ("ILIKE", "%{}"),
}
_FUNCTIONS = {
    "Abs": "ABS",
    "Coalesce": "COALESCE",
    "Concat": "CONCAT",
    "Greatest": "GREATEST",
    "Least": "LEAST",
    "Length": "LENGTH",
    "Lower": "LOWER",
    "MD5": "MD5",
    "NullIf": "NULLIF",
    "Round": "ROUND",
    "Trim": "TRIM",
    "Upper": "UPPER",
}


def last_name(value: Value) -> str:
    """The class of what was made, by its own name; "" for anything else."""
    return value.callee.rpartition(".")[2] if isinstance(value, Made) else ""


def deferral(made: Made) -> tuple[bool, bool]:
    """Whether a constraint of `Meta` is deferrable, and whether it is deferred from the start."""
    given = made.value("deferrable")
    name = given.name.rpartition(".")[2] if isinstance(given, (Symbol, Member)) else ""
    return given is not None, name == "DEFERRED"


def quoted(name: str) -> str:
    """A name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Value) -> str | None:
    """A constant as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str) and HOLE not in value:
        return "'" + value.replace("'", "''") + "'"
    return None


def condition(value: Value, columns: Columns) -> str | None:
    """A condition: a `Q`, or what stands for a truth."""
    if last_name(value) != "Q":
        return expression(value, columns)
    assert isinstance(value, Made)
    connector = " OR " if value.value("_connector") == "OR" else " AND "
    parts = [_part(given, columns) for given in value.args if given.keyword not in ("_connector", "_negated")]
    known = [part for part in parts if part is not None]
    if not parts or len(known) != len(parts) or value.value("_connector") not in (None, "AND", "OR"):
        return None
    sql = connector.join(f"({part})" if len(known) > 1 else part for part in known)
    return f"NOT ({sql})" if value.value("_negated") is True else sql


def _part(given: Given, columns: Columns) -> str | None:
    value = given.value
    if given.keyword is not None:
        return _lookup(given.keyword, value, columns)
    if isinstance(value, Items) and len(value.values) == 2 and isinstance(value.values[0], str):
        return _lookup(value.values[0], value.values[1], columns)
    return condition(value, columns)


def _lookup(path: str, value: Value, columns: Columns) -> str | None:
    """`price__gte=0`."""
    name, _, lookup = path.partition("__")
    column = columns(path) if columns(path) is not None else columns(name)
    if column is None:
        return None
    lookup = "" if columns(path) is not None else lookup
    left = quoted(column)
    if lookup == "isnull" and isinstance(value, bool):
        return f"{left} IS NULL" if value else f"{left} IS NOT NULL"
    if value is None:
        return f"{left} IS NULL" if lookup in ("", "exact") else None
    if lookup in ("in", "range"):
        return _several(left, lookup, value, columns)
    if lookup in _PATTERNS and isinstance(value, str) and HOLE not in value:
        operator, pattern = _PATTERNS[lookup]
        return f"{left} {operator} {literal(pattern.format(value))}"
    right = expression(value, columns) if isinstance(value, Made) else literal(value)
    operator_ = _COMPARED.get(lookup or "exact")
    return f"{left} {operator_} {right}" if right is not None and operator_ is not None else None


def _several(left: str, lookup: str, value: Value, columns: Columns) -> str | None:
    if not isinstance(value, Items) or value.open:
        return None
    items = [literal(item) if not isinstance(item, Made) else expression(item, columns) for item in value.values]
    known = [item for item in items if item is not None]
    if len(known) != len(items) or not known:
        return None
    if lookup == "in":
        return f"{left} IN ({', '.join(known)})"
    return f"{left} BETWEEN {known[0]} AND {known[1]}" if len(known) == 2 else None


def expression(value: Value, columns: Columns) -> str | None:
    """An expression: a field, a constant, a function of these. A plain text names a field, as for `Lower("email")`."""
    if not isinstance(value, Made):
        column = columns(value) if isinstance(value, str) else None
        return quoted(column) if column is not None else None if isinstance(value, str) else literal(value)
    name = last_name(value)
    if name == "F":
        column = columns(str(value.value("name", 0)))
        return quoted(column) if column is not None else None
    if name == "Value":
        return literal(value.value("value", 0))
    if name in ("Now", "TransactionNow"):
        return "STATEMENT_TIMESTAMP()" if name == "Now" else "CURRENT_TIMESTAMP"
    if name == "RandomUUID":
        return "gen_random_uuid()"
    if name == "Q":
        return condition(value, columns)
    if name in ("OrderBy", "OpClass", "ExpressionWrapper", "IndexExpression"):
        return expression(value.value("expression", 0), columns)
    if name == "Collate":
        inner, collation = expression(value.value("expression", 0), columns), value.value("collation", 1)
        return f"{inner} COLLATE {quoted(collation)}" if inner is not None and isinstance(collation, str) else None
    if name in _FUNCTIONS:
        args = [expression(arg.value, columns) for arg in value.args if arg.keyword in (None, "expression")]
        known = [arg for arg in args if arg is not None]
        return f"{_FUNCTIONS[name]}({', '.join(known)})" if len(known) == len(args) and known else None
    return None

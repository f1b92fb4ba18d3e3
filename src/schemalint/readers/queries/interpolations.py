"""What is put into the text of a statement: a constant, a number, a quoted name, or something from outside."""

from __future__ import annotations

from functools import partial

from schemalint.facts.queries import Interpolation
from schemalint.interpret.events.evidence import Evidence
from schemalint.interpret.events.function import Definition, Where
from schemalint.interpret.events.records import place_of, text_of
from schemalint.interpret.events.values import Foreign, Instance, Value
from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import BoundValue, ClassAttribute, External
from schemalint.interpret.resolve import ancestry, qualified_name, resolve
from schemalint.ir import (
    Attribute,
    BinOp,
    Call,
    Comprehension,
    Constant,
    Dict,
    Expression,
    Formatted,
    FString,
    IfExp,
    Name,
    Sequence,
    Subscript,
)
from schemalint.readers.queries.methods import QUOTING, SAME_TEXT

_DEEPEST = 12
_ORDER = ("value", "parameter", "identifier", "number", "constant")
_NUMBERS = frozenset(
    {
        *(f"builtins.{name}" for name in ("int", "float", "len", "round", "bool", "abs", "id")),
        *(f"uuid.{name}" for name in ("UUID", "uuid1", "uuid4")),
        *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
        *("datetime.date.today", "time.time", "django.utils.timezone.now"),
    }
)
_OF_NUMBERS = frozenset({"-", "//", "**"})
_PARTS_OF_TIMES = frozenset({"year", "month", "day", "hour", "minute", "second", "microsecond"})
_TABLE_NAMES = frozenset({"__tablename__", "db_table", "fullname"})
_CONFIGURED = frozenset({"settings_dict"})
"""Where Django keeps what the settings say of a connection: `connection.settings_dict["NAME"]`."""
_SCHEMA_PARTS = frozenset({"__table__", "c", "columns", "_meta", "metadata", "sorted_tables", "primary_key", "tables"})
_SAFE_TYPES = frozenset(
    {
        *(f"builtins.{name}" for name in ("int", "float", "bool")),
        *("uuid.UUID", "datetime.date", "datetime.datetime", "decimal.Decimal"),
    }
)


def interpolation(evidence: Evidence, where: Where, node: Expression) -> Interpolation:
    """What is put into a text."""
    place = place_of(evidence.program, where.path, node)
    return Interpolation(text_of(node), kind_of(evidence, where, node, _DEEPEST), place)


def kind_of(evidence: Evidence, where: Where, node: Expression, depth: int) -> str:
    """The kind of an interpolation."""
    if depth == 0:
        return "value"
    if isinstance(node, Constant):
        return "constant" if isinstance(node.value, str) else "number"
    if isinstance(node, IfExp):
        return _worst([kind_of(evidence, where, arm, depth - 1) for arm in (node.body, node.orelse)])
    if isinstance(node, BinOp):
        if node.op in _OF_NUMBERS:
            return "number"
        return _worst([kind_of(evidence, where, side, depth - 1) for side in (node.left, node.right)])
    if isinstance(node, FString):
        return _worst([kind_of(evidence, where, part, depth - 1) for part in node.parts])
    if isinstance(node, Formatted):
        return kind_of(evidence, where, node.value, depth - 1)
    if isinstance(node, Call):
        return _kind_of_call(evidence, where, node, depth)
    if isinstance(node, Attribute):
        return _kind_of_attribute(evidence, where, node, depth)
    if isinstance(node, Subscript):
        return _kind_of_choice(evidence, where, node.value, depth)
    return _kind_of_name(evidence, where, node, depth) if isinstance(node, Name) else "value"


def _kind_of_choice(evidence: Evidence, where: Where, node: Expression, depth: int) -> str:
    """The kind of `ORDERS[name]`: that of what is written down to choose from."""
    if isinstance(node, Attribute) and node.attr in _CONFIGURED:
        return "identifier"
    where, node = _written(evidence, where, node)
    if isinstance(node, Dict):
        choices = tuple(item.value for item in node.items)
    else:
        choices = node.items if isinstance(node, Sequence) else ()
    return _worst([kind_of(evidence, where, choice, depth - 1) for choice in choices]) if choices else "value"


def _written(evidence: Evidence, where: Where, node: Expression) -> tuple[Where, Expression]:
    """What a name is given, where that is one thing; else the expression itself."""
    if isinstance(node, Name) and where.flow is not None:
        local = where.flow.reaching(node.id, where.region, node.start)
        if local is not None:
            one = local[0] if len(local) == 1 and local[0].how == "assigned" and not local[0].index else None
            value = None if one is None else one.value
            return (where, node) if one is None or value is None else (Where(where.path, where.flow, one.region), value)
    if isinstance(node, (Name, Attribute)):
        found = resolve(evidence.program, where.path, node, where.flow.definitions if where.flow else ())
        if isinstance(found, (BoundValue, ClassAttribute)) and found.expression is not None and not found.ambiguous:
            return Where(found.path), found.expression
    return where, node


def _worst(kinds: list[str]) -> str:
    return min(kinds, key=_ORDER.index) if kinds else "constant"


def _kind_of_call(evidence: Evidence, where: Where, node: Call, depth: int) -> str:
    called = evidence.value(where, node.func)
    if isinstance(called, Foreign) and called.name in _NUMBERS:
        return "number"
    short = node.func.attr if isinstance(node.func, Attribute) else text_of(node.func)
    if short in QUOTING:
        return "identifier"
    if short == "join" and len(node.args) == 1:
        if _are_converted(evidence, where, node.args[0].value):
            return "number"
        parts = joined_parts(node.args[0].value)
        items = _collected(evidence, where, node.args[0].value) if parts is None else [(where, part) for part in parts]
        return "value" if items is None else _worst([kind_of(evidence, at, item, depth - 1) for at, item in items])
    if isinstance(node.func, Attribute) and node.func.attr in SAME_TEXT:
        return kind_of(evidence, where, node.func.value, depth - 1)
    if isinstance(called, Foreign) and called.name == "builtins.str" and len(node.args) == 1:
        return kind_of(evidence, where, node.args[0].value, depth - 1)
    return "value"


def _collected(evidence: Evidence, where: Where, items: Expression) -> _Items | None:
    """The items of a local list: those it is written down with, and those that are appended to it."""
    at, written = _written(evidence, where, items)
    if not isinstance(items, Name) or not isinstance(written, Sequence) or at.flow is None or at.flow is not where.flow:
        return None
    found = [(at, item) for item in written.items]
    for site in at.flow.calls:
        called = site.node.func
        if isinstance(called, Attribute) and isinstance(called.value, Name) and called.value.id == items.id:
            if called.attr != "append" or len(site.node.args) != 1:
                return None
            found.append((Where(at.path, at.flow, site.region), site.node.args[0].value))
    return found


def _are_converted(evidence: Evidence, where: Where, items: Expression) -> bool:
    """Whether the items are `map(str, ids)`: nobody makes texts of what are texts already."""
    if not isinstance(items, Call) or len(items.args) != 2:
        return False
    called, function = (evidence.value(where, part) for part in (items.func, items.args[0].value))
    names = [value.name if isinstance(value, Foreign) else None for value in (called, function)]
    return names[0] == "builtins.map" and names[1] in ("builtins.str", "builtins.int", "builtins.repr")


def _kind_of_attribute(evidence: Evidence, where: Where, node: Attribute, depth: int) -> str:
    if node.attr in _TABLE_NAMES or (
        node.attr in ("name", "key", "schema") and _is_schema_part(evidence, where, node.value)
    ):
        return "identifier"
    if node.attr in ("value", "name"):  # of a member of an enumeration
        owner = resolve(evidence.program, where.path, node.value)
        if isinstance(owner, ClassAttribute) and owner.expression is not None:
            return "constant"
        if _is_member(evidence, evidence.value(where, node.value)):
            return "constant"
    value = evidence.value(where, node)
    if isinstance(value, Instance) and value.name in _SAFE_TYPES:
        return "number"
    if node.attr in _PARTS_OF_TIMES and kind_of(evidence, where, node.value, depth - 1) == "number":
        return "number"
    found = resolve(evidence.program, where.path, node, where.flow.definitions if where.flow else ())
    if isinstance(found, (BoundValue, ClassAttribute)) and found.expression is not None and not found.ambiguous:
        return kind_of(evidence, Where(found.path), found.expression, depth - 1)
    return "value"


def _is_schema_part(evidence: Evidence, where: Where, node: Expression) -> bool:
    """Whether the expression is a table or a column, as `User.__table__` or the variable of a loop over columns is."""
    if _leads_through_parts(node):
        return True
    value = evidence.value(where, node)
    if isinstance(value, Instance) and value.name in ("sqlalchemy.Table", "sqlalchemy.Column"):
        return True
    if not isinstance(node, Name) or where.flow is None:
        return False
    known = where.flow.reaching(node.id, where.region, node.start)
    return bool(known) and all(item.how == "loop" and _leads_through_parts(item.value) for item in known or ())


def _leads_through_parts(node: Expression | None) -> bool:
    while isinstance(node, (Attribute, Call)):
        if isinstance(node, Attribute) and node.attr in _SCHEMA_PARTS:
            return True
        node = node.value if isinstance(node, Attribute) else node.func
    return False


def _is_member(evidence: Evidence, value: Value | None) -> bool:
    """Whether the value is a member of an enumeration of the project."""
    if not isinstance(value, Instance) or value.defined is None:
        return False
    above = ancestry(evidence.program, value.defined.path, value.defined.node)
    return any(isinstance(base, External) and canonical(base.name).startswith("enum.") for base in above)


def _kind_of_name(evidence: Evidence, where: Where, node: Name, depth: int) -> str:
    flow = where.flow
    known = None if flow is None else flow.reaching(node.id, where.region, node.start)
    if known is None or flow is None:
        found = resolve(evidence.program, where.path, node)
        if isinstance(found, (BoundValue, ClassAttribute)) and found.expression is not None and not found.ambiguous:
            return kind_of(evidence, Where(found.path), found.expression, depth - 1)
        return "value"
    kinds = [
        evidence.once("kind", item, partial(_kind_of_definition, evidence, where, item, depth)) or "constant"
        for item in known
    ]
    return _worst(kinds) if known else "value"


def _kind_of_definition(evidence: Evidence, where: Where, definition: Definition, depth: int) -> str:
    at = Where(where.path, where.flow, definition.region)
    if definition.how == "parameter":
        if definition.annotation is not None:
            if qualified_name(evidence.program, where.path, definition.annotation) in _SAFE_TYPES:
                return "number"
            value = None if where.flow is None else evidence.definition(where.flow, definition)
            if isinstance(value, Instance) and value.name in _SAFE_TYPES:
                return "number"
            if _is_member(evidence, value):
                return "constant"
        return "parameter"
    if definition.value is None:
        return "value"
    if definition.how == "loop":
        return _kind_of_items(evidence, at, definition.value, definition.index, depth)
    return "value" if definition.index else kind_of(evidence, at, definition.value, depth - 1)


def _kind_of_items(evidence: Evidence, where: Where, node: Expression, index: tuple[int, ...], depth: int) -> str:
    """The kind of what a loop over the expression gives."""
    items = _items_of(evidence, where, node, depth)
    parts = None if items is None else [(at, _part_of(item, index)) for at, item in items]
    if parts is None:
        return "value"
    return _worst(["value" if part is None else kind_of(evidence, at, part, depth - 1) for at, part in parts])


_Items = list[tuple[Where, Expression]]


def _items_of(evidence: Evidence, where: Where, node: Expression, depth: int) -> _Items | None:
    """What a loop over the expression gives, where that is written down."""
    where, node = _written(evidence, where, node)
    if isinstance(node, Dict):
        return [(where, item.key) for item in node.items if item.key is not None]
    if isinstance(node, Sequence):
        return [(where, item) for item in node.items]
    return _items_of_rounds(evidence, where, node, depth - 1) if isinstance(node, Name) and depth else None


def _items_of_rounds(evidence: Evidence, where: Where, node: Name, depth: int) -> _Items | None:
    """The items of the variable of a loop, in all of its rounds together."""
    local = None if where.flow is None else where.flow.reaching(node.id, where.region, node.start)
    if local is None or len(local) != 1 or local[0].how != "loop" or local[0].value is None:
        return None
    rounds = _items_of(evidence, Where(where.path, where.flow, local[0].region), local[0].value, depth)
    found: _Items = []
    for place, each in rounds or ():
        part = _part_of(each, local[0].index)
        inner = None if part is None else _items_of(evidence, place, part, depth)
        if inner is None:
            return None
        found += inner
    return found if rounds else None


def _part_of(item: Expression, index: tuple[int, ...]) -> Expression | None:
    """What an unpacking takes from one item."""
    for number in index:
        if not isinstance(item, Sequence) or not 0 <= number < len(item.items):
            return None
        item = item.items[number]
    return item


def joined_parts(items: Expression) -> tuple[Expression, ...] | None:
    """What `separator.join(items)` puts together: the items, or what each of them is; None where not evident."""
    if isinstance(items, Comprehension) and items.kind != "dict":
        return (items.element,)
    if isinstance(items, BinOp) and items.op == "*" and isinstance(items.left, (Sequence, Constant)):
        return items.left.items if isinstance(items.left, Sequence) else (items.left,)
    return items.items if isinstance(items, Sequence) else None

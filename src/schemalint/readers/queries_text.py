"""The text of raw statements: constant, or put together, and of what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial

from schemalint.facts.queries import Interpolation
from schemalint.interpret.events import Definition, Where
from schemalint.interpret.events_evidence import Evidence
from schemalint.interpret.events_values import Foreign
from schemalint.interpret.resolutions import BoundValue, ClassAttribute
from schemalint.interpret.resolve import resolve
from schemalint.ir import Attribute, BinOp, Call, Constant, Dict, Expression, Formatted, FString, Name, Sequence
from schemalint.readers.queries_interpolations import interpolation, joined_parts
from schemalint.readers.queries_methods import SAME_TEXT

_DEEPEST = 40
_STATEMENT = re.compile(
    r"[\s(]*(select|insert|update|delete|with|create|alter|drop|truncate|merge|replace|call|explain|lock|copy|grant)\b",
    re.IGNORECASE,
)
_WITHOUT_TABLE = re.compile(r"\s*select\b(?!.*\bfrom\b)", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Text:
    """A text as far as it is known: its constant pieces, and what stands between them."""

    pieces: list[str] = field(default_factory=list)
    interpolations: list[Interpolation] = field(default_factory=list)

    @property
    def constant(self) -> str | None:
        """The whole text where nothing is put in."""
        return None if self.interpolations else "".join(self.pieces)

    def add(self, other: Text) -> None:
        """Appends another text."""
        self.pieces += other.pieces
        self.interpolations += other.interpolations


def is_statement(text: str) -> bool:
    """Whether a text begins like a statement: fragments of SQL do not."""
    return _STATEMENT.match(text) is not None


def reads_no_table(sql: str) -> bool:
    """Whether a statement is a SELECT without a table, as health checks send."""
    return _WITHOUT_TABLE.match(sql) is not None


def text_at(evidence: Evidence, where: Where, node: Expression, depth: int = _DEEPEST) -> Text | None:
    """The text that an expression gives; None where it is not evidently put together from texts."""
    if depth == 0:
        return None
    if isinstance(node, Constant):
        return Text([node.value]) if isinstance(node.value, str) else None
    if isinstance(node, FString):
        return _f_string(evidence, where, node, depth)
    if isinstance(node, BinOp) and node.op == "+":
        return _concatenated(evidence, where, node, depth)
    if isinstance(node, BinOp) and node.op == "%":
        text = text_at(evidence, where, node.left, depth - 1)
        return None if text is None else _with(evidence, where, text, _operands(node.right))
    if isinstance(node, Call):
        return _called(evidence, where, node, depth)
    if isinstance(node, Name):
        return _named(evidence, where, node, depth)
    if isinstance(node, Attribute):
        return _constant(evidence, where, node, depth)
    return None


def _f_string(evidence: Evidence, where: Where, node: FString, depth: int) -> Text:
    text = Text()
    for part in node.parts:
        if isinstance(part, Constant) and isinstance(part.value, str):
            text.pieces.append(part.value)
        elif isinstance(part, Formatted):
            _put(evidence, where, text, part.value, depth)
    return text


def _put(evidence: Evidence, where: Where, text: Text, node: Expression, depth: int) -> None:
    inner = text_at(evidence, where, node, depth - 1)
    if inner is not None:
        text.add(inner)
    else:
        text.interpolations.append(interpolation(evidence, where, node))


def _concatenated(evidence: Evidence, where: Where, node: BinOp, depth: int) -> Text | None:
    left, right = (text_at(evidence, where, side, depth - 1) for side in (node.left, node.right))
    if left is None and right is None:
        return None
    text = Text()
    for known, side in ((left, node.left), (right, node.right)):
        if known is None:
            text.interpolations.append(interpolation(evidence, where, side))
        else:
            text.add(known)
    return text


def _operands(node: Expression) -> list[Expression]:
    if isinstance(node, Sequence):
        return list(node.items)
    return [item.value for item in node.items] if isinstance(node, Dict) else [node]


def _with(evidence: Evidence, where: Where, text: Text, values: list[Expression]) -> Text:
    """The text with values put into its place holders."""
    found = Text(list(text.pieces), list(text.interpolations))
    for value in values:
        inner = text_at(evidence, where, value, 3)
        if inner is None:
            found.interpolations.append(interpolation(evidence, where, value))
        else:
            found.interpolations += inner.interpolations
    return found


def _called(evidence: Evidence, where: Where, node: Call, depth: int) -> Text | None:
    if isinstance(node.func, Attribute):
        method = node.func.attr
        if method == "format":
            text = text_at(evidence, where, node.func.value, depth - 1)
            return None if text is None else _with(evidence, where, text, [item.value for item in node.args])
        if method in SAME_TEXT and not node.args:
            return text_at(evidence, where, node.func.value, depth - 1)
        if method == "join" and len(node.args) == 1:
            parts = joined_parts(node.args[0].value)
            return None if parts is None else _joined(evidence, where, parts, depth)
    called = evidence.value(where, node.func)
    if isinstance(called, Foreign) and called.name.rpartition(".")[2] in SAME_TEXT and len(node.args) == 1:
        return text_at(evidence, where, node.args[0].value, depth - 1)
    return None


def _joined(evidence: Evidence, where: Where, parts: tuple[Expression, ...], depth: int) -> Text:
    """`", ".join(parts)`."""
    text = Text()
    for part in parts:
        _put(evidence, where, text, part, depth)
    return text


def _named(evidence: Evidence, where: Where, node: Name, depth: int) -> Text | None:
    known = None if where.flow is None else where.flow.reaching(node.id, where.region, node.start)
    if known is None:
        return _constant(evidence, where, node, depth)
    found = []
    for definition in known:
        at = Where(where.path, where.flow, definition.region)
        text = evidence.once("text", definition, partial(_assigned, evidence, at, definition, depth))
        if text is None:
            return None
        found.append(text)
    return max(found, key=lambda text: len(text.interpolations)) if found else None


def _assigned(evidence: Evidence, where: Where, definition: Definition, depth: int) -> Text | None:
    """The text that a variable is given."""
    if definition.how not in ("assigned", "augmented") or definition.value is None or definition.index:
        return None
    return text_at(evidence, where, definition.value, depth - 1)


def _constant(evidence: Evidence, where: Where, node: Name | Attribute, depth: int) -> Text | None:
    """The text of a constant of a module or a class."""
    found = resolve(evidence.program, where.path, node)
    if isinstance(found, (BoundValue, ClassAttribute)) and found.expression is not None and not found.ambiguous:
        return text_at(evidence, Where(found.path), found.expression, depth - 1)
    return None

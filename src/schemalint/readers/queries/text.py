"""The text of raw statements: constant, or put together, and of what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial

from msgspec.structs import replace

from schemalint.facts.queries import Interpolation
from schemalint.interpret.events.evidence import Evidence
from schemalint.interpret.events.function import Definition, Where
from schemalint.interpret.events.values import Foreign
from schemalint.interpret.resolutions import BoundValue, ClassAttribute
from schemalint.interpret.resolve import resolve
from schemalint.ir import Attribute, BinOp, Call, Constant, Dict, Expression, Formatted, FString, Name, Sequence
from schemalint.readers.queries.interpolations import interpolation, joined_parts
from schemalint.readers.queries.methods import SAME_TEXT

_DEEPEST = 40
_STATEMENT = re.compile(
    r"[\s(]*(select|insert|update|delete|with|create|alter|drop|truncate|merge|replace|call|explain|lock|copy|grant)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"%(?:\((?P<key>\w+)\))?[-+ #0]*\d*(?:\.\d+)?[sdrifx]")
_BRACES = re.compile(r"\{(?P<key>\w*)(?:![rsa])?(?::[^{}]*)?\}")
_SOMETHING = "x"
_WITHOUT_PARAMETERS = re.compile(
    r"\s*(?:alter|analyze|attach|comment|copy|create|do|drop|grant|kill|listen|lock|notify|pragma|reset|revoke|set|show|use"
    r"|vacuum)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"(?:[=<>]|\b(?:like|ilike|between|limit|offset|interval))\s*\(?\s*$", re.IGNORECASE)
_LISTED = re.compile(r"\b(?:values|in)\s*\((?!\s*(?:select|with)\b)(?:[^():]|\([^()]*\))*$", re.IGNORECASE)
_ORDERED = re.compile(r"\border\s+by\s[^();]*$", re.IGNORECASE)
_WITHOUT_TABLE = re.compile(r"\s*select\b(?!.*\bfrom\b)", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Text:
    """A text as far as it is known: its parts in order, constant ones and what is put between them."""

    parts: list[str | Interpolation] = field(default_factory=list)

    @property
    def constant(self) -> str | None:
        """The whole text where nothing is put in."""
        constant = [part for part in self.parts if isinstance(part, str)]
        return "".join(constant) if len(constant) == len(self.parts) else None

    @property
    def beginning(self) -> str:
        """The first part that is constant."""
        return next((part for part in self.parts if isinstance(part, str)), "")

    @property
    def interpolations(self) -> list[Interpolation]:
        """What is put in, each with the position it has in the whole text."""
        found = []
        before = ""
        for part in self.parts:
            if isinstance(part, str):
                before += part
            else:
                found.append(replace(part, position=position_after(before)))
                before += _SOMETHING
        return found


def is_statement(text: str) -> bool:
    """Whether a text begins like a statement: fragments of SQL do not."""
    return _STATEMENT.match(text) is not None


def reads_no_table(sql: str) -> bool:
    """Whether a statement is a SELECT without a table, as health checks send."""
    return _WITHOUT_TABLE.match(sql) is not None


def position_after(before: str) -> str:
    """The position of what follows a part of a statement: "value", "order" or "other".

    Servers take parameters in queries and changes of rows only: in PRAGMA, SET or CREATE nothing is a value.
    """
    if _WITHOUT_PARAMETERS.match(before):
        return "other"
    if before.count("'") % 2 or _COMPARED.search(before) or _LISTED.search(before):
        return "value"
    return "order" if _ORDERED.search(before) else "other"


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
        return None if text is None else _with(evidence, where, text, _PERCENT, _operands(node.right))
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
            text.parts.append(part.value)
        elif isinstance(part, Formatted):
            _put(evidence, where, text, part.value, depth)
    return text


def _put(evidence: Evidence, where: Where, text: Text, node: Expression, depth: int) -> None:
    inner = text_at(evidence, where, node, depth - 1)
    text.parts += [interpolation(evidence, where, node)] if inner is None else inner.parts


def _concatenated(evidence: Evidence, where: Where, node: BinOp, depth: int) -> Text | None:
    left, right = (text_at(evidence, where, side, depth - 1) for side in (node.left, node.right))
    if left is None and right is None:
        return None
    text = Text()
    for known, side in ((left, node.left), (right, node.right)):
        text.parts += [interpolation(evidence, where, side)] if known is None else known.parts
    return text


def _operands(node: Expression) -> list[tuple[str, Expression]]:
    """The values on the right of `%`, with their keys."""
    if isinstance(node, Dict):
        keys = (item.key.value if isinstance(item.key, Constant) else None for item in node.items)
        return [(str(key or ""), item.value) for key, item in zip(keys, node.items, strict=True)]
    return [("", item) for item in node.items] if isinstance(node, Sequence) else [("", node)]


def _with(
    evidence: Evidence, where: Where, text: Text, holes: re.Pattern[str], values: list[tuple[str, Expression]]
) -> Text:
    """The text with values put into its place holders; a value without one is put at the end."""
    given = {key or str(number): value for number, (key, value) in enumerate(values)}
    put: set[str] = set()
    found = Text()
    for part in text.parts:
        if not isinstance(part, str):
            found.parts.append(part)
            continue
        end = 0
        for hole in holes.finditer(part):
            key = hole["key"] or str(len(put))
            if key not in given:
                continue
            put.add(key)
            found.parts += [part[end : hole.start()], *_value(evidence, where, given[key])]
            end = hole.end()
        found.parts.append(part[end:])
    for key, value in given.items():
        if key not in put:
            found.parts += [part for part in _value(evidence, where, value) if not isinstance(part, str)]
    return found


def _value(evidence: Evidence, where: Where, node: Expression) -> list[str | Interpolation]:
    inner = text_at(evidence, where, node, 3)
    return [interpolation(evidence, where, node)] if inner is None else inner.parts


def _called(evidence: Evidence, where: Where, node: Call, depth: int) -> Text | None:
    if isinstance(node.func, Attribute):
        method = node.func.attr
        if method == "format":
            text = text_at(evidence, where, node.func.value, depth - 1)
            values = [(item.keyword or "", item.value) for item in node.args]
            return None if text is None else _with(evidence, where, text, _BRACES, values)
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

"""Conditions told apart without a parser: by their words, in any order."""

from __future__ import annotations

import re

_WORD = re.compile(
    r"(?P<text>[eE]?'(?:[^']|'')*')|(?P<name>[\"`\[]?[A-Za-z_]\w*[\"`\]]?)(?P<dot>\s*\.)?|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<cast>::\s*\"?\w+\"?(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?(?:\[\])?)|(?P<sign>[^\s\w'\"`()\[\],;]+)"
)
_CAST = re.compile(r"\bCAST\s*\((?P<inner>[^()]*?)\s+AS\s+[\w ]+(?:\(\s*\d+(?:\s*,\s*\d+)?\s*\))?\s*\)", re.IGNORECASE)
_NOISE = frozenset({"=", "==", "in", "any", "array", "is", "true", "varying", "precision"})
_SAME = {"!=": "<>", "false": "not", "char_length": "length", "character_length": "length"}
_LISTED = re.compile(
    r"""\(*\s*[\"`]?(?P<column>\w+)[\"`]?\)*(?:::\w+)?\s*(?:IN\s*\(|=\s*ANY\s*\(+\s*ARRAY\s*\[)
    (?P<values>(?:\s*\(*'(?:[^']|'')*'\)*(?:::[\w ]+)?\s*,?)+)[\]\)\s]*(?:::[\w \[\]]+)?[\]\)\s]*""",
    re.IGNORECASE | re.VERBOSE,
)
_TEXT = re.compile(r"'((?:[^']|'')*)'")


def alike(one: str, two: str) -> bool:
    """Whether two conditions say the same, or may: they are of the same words, whatever their order and nesting.

    How a comparison is written (`a = TRUE` or `a`, `IN` or `= ANY`), casts and quotes make no difference.
    """
    return _words(one) == _words(two)


def _words(sql: str) -> list[str]:
    plain = _CAST.sub(lambda match: match["inner"], sql)
    return sorted(word for match in _WORD.finditer(plain) if (word := _word(match)) not in _NOISE and word)


def _word(match: re.Match[str]) -> str:
    if match["dot"] is not None or match["cast"] is not None:
        return ""
    if match["text"] is not None:
        return match["text"].lstrip("eE")
    if match["number"] is not None:
        return f"{float(match['number']):g}"
    word = (match["name"] or match["sign"]).strip('"`[]').lower()
    return _SAME.get(word, word)


def listed_values(sql: str) -> tuple[str, frozenset[str]] | None:
    """The column and the texts of `column IN ('a', 'b')`, also as PostgreSQL writes it back; None for all else."""
    match = _LISTED.fullmatch(sql.strip())
    if match is None:
        return None
    return match["column"].lower(), frozenset(text.replace("''", "'") for text in _TEXT.findall(match["values"]))

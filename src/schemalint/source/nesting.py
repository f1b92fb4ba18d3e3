"""How deeply sources may nest.

libcst's parser recurses on the C stack without a check of its own, some 7 kB a level: 3,000 nested parentheses end the
process. And it takes three times as long for each level of a pattern: 15 nested mappings after `case` take minutes. So
libcst is given only text whose nesting, bounded from above by its tokens, is shallow.
"""

from __future__ import annotations

import re

MAX_DEPTH = 100
"""How deeply expressions, and blocks, may nest in the IR: more than people write, and safe for readers that recurse."""

MAX_NESTING = 80
"""How deeply text for libcst may nest. A stack of 1 MB, the smallest that CPython gives a thread, holds it."""

MAX_PATTERN_NESTING = 6
"""How deeply patterns in text for libcst may nest."""

_TOKEN = re.compile(
    r"""
    \#[^\r\n]* | \\(?:\r\n|\r|\n)
  | (?P<string> "{3}(?:[^\\]|\\.)*?"{3} | '{3}(?:[^\\]|\\.)*?'{3} | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*' )
  | (?P<open> [(\[{] )
  | (?P<close> [)\]}] )
  | (?P<comma> , )
  | (?P<line> [\r\n] )
  | (?P<operator> [^\w\s"'] | \b(?:not|and|or|if|else|for|in|is|lambda|await)\b )
    """,
    re.VERBOSE | re.DOTALL,
)
_CASE = re.compile(r"(?:\A|[\r\n])[ \t\f]*case\b")
_IN_FSTRING = re.compile(r"[(\[{+\-*/~.]|\b(?:not|and|or|if|else|for|in|is|lambda|await)\b")


def is_shallow(text: str) -> bool:
    """Whether nothing in a Python text can nest deeper than libcst may be asked to read."""
    return (
        text.count("elif") <= MAX_NESTING
        and _expressions_are_shallow(text)
        and all(_pattern_is_shallow(text, case.end()) for case in _CASE.finditer(text))
    )


def _pattern_is_shallow(text: str, start: int) -> bool:
    depth = 0
    for token in _TOKEN.finditer(text, start):
        if token.lastgroup == "open":
            depth += 1
            if depth > MAX_PATTERN_NESTING:
                return False
        elif token.lastgroup == "close":
            depth -= 1
        elif token.lastgroup == "line" and depth <= 0:
            return True
    return True


def _expressions_are_shallow(text: str) -> bool:
    level = total = 0  # operators since the last comma: of the innermost bracket, of all open brackets
    outer: list[int] = []
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "operator":
            level += 1
            total += 1
        elif kind == "open":
            outer.append(level)
            level = 0
            total += 1
        elif kind == "close" and outer:
            total -= level
            level = outer.pop() + 1  # a closed bracket may be one of a chain: `a(1)(2)[3]`
        elif kind == "comma" or (kind == "line" and not outer):
            total -= level
            level = 0
        elif kind == "string":
            level += 1
            total += 1
            is_fstring = "{" in token[0] and text[token.start() - 1] in "fFtTrR"
            if is_fstring and total + len(_IN_FSTRING.findall(token[0])) > MAX_NESTING:
                return False
        if total > MAX_NESTING:
            return False
    return True

"""How deeply sources may nest.

libcst's parser recurses on the C stack without a check of its own, some 7 kB a level: 3,000 nested parentheses end the
process. So libcst is given only text whose nesting, bounded from above by its tokens, is shallow.
"""

from __future__ import annotations

import re

MAX_DEPTH = 100
"""How deeply expressions, and blocks, may nest in the IR: more than people write, and safe for readers that recurse."""

MAX_NESTING = 80
"""How deeply text for libcst may nest. A stack of 1 MB, the smallest that CPython gives a thread, holds it."""

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
_IN_FSTRING = re.compile(r"[(\[{+\-*/~.]|\b(?:not|and|or|if|else|for|in|is|lambda|await)\b")


def is_shallow(text: str) -> bool:
    """Whether no expression of a Python text can nest deeper than `MAX_NESTING`, and no chain of `elif` is longer."""
    if text.count("elif") > MAX_NESTING:
        return False
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

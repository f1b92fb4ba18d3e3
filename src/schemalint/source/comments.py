"""The comments that matter: those that hold `schemalint:`."""

from __future__ import annotations

import re
from itertools import pairwise

from schemalint.ir import Comment

MARK = "schemalint:"

# Standard strings have no backslash escapes; E'...' of PostgreSQL has. What is not closed reaches to the end.
_SQL_TOKEN = re.compile(
    r"""
    (?P<comment> --[^\r\n]* )
  | (?P<block> /\* )
  | (?<![\w$]) (?P<dollar> \$(?:[^\W\d]\w*)?\$ )
  | (?<!\w) [eE] ' (?: [^'\\] | \\. | '' )* (?: ' | \Z )
  | ' [^']* (?: ' | \Z )
  | " [^"]* (?: " | \Z )
  | ` [^`]* (?: ` | \Z )
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK_EDGE = re.compile(r"/\*|\*/")


def comment_at(text: str, start: int, end: int) -> Comment:
    """The comment that stands at a range of the text."""
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    return Comment(text[start:end], not text[line_start:start].strip(), start, end)


def python_comments(text: str, lines: tuple[int, ...]) -> tuple[Comment, ...]:
    """The comments of a Python text that matter, in order. `lines` are its line starts.

    The running interpreter must be able to parse the text; raises `tokenize.TokenError` or SyntaxError otherwise.
    """
    if MARK not in text:
        return ()
    import tokenize

    # The tokenizer of Python 3.11 and older does not know that a lone CR ends a line.
    ends = (*lines[1:], len(text)) if lines[-1] < len(text) else lines[1:]
    rows = iter([text[start:end].rstrip("\r\n") + "\n" for start, end in pairwise((0, *ends))])
    found = []
    for token in tokenize.generate_tokens(lambda: next(rows, "")):
        if token.type == tokenize.COMMENT and MARK in token.string:
            start = lines[token.start[0] - 1] + token.start[1]
            found.append(comment_at(text, start, start + len(token.string)))
    return tuple(found)


def sql_comments(text: str) -> tuple[Comment, ...]:
    """The `--` comments of an SQL text that matter, in order.

    What stands in strings, quoted names, dollar quotes or `/* */` is no such comment.
    """
    if MARK not in text:
        return ()
    found = []
    position = 0
    while token := _SQL_TOKEN.search(text, position):
        position = token.end()
        if token["comment"] is not None:
            if MARK in token["comment"]:
                found.append(comment_at(text, token.start(), position))
        elif token["dollar"] is not None:
            closing = text.find(token["dollar"], position)
            position = closing + len(token["dollar"]) if closing >= 0 else len(text)
        elif token["block"] is not None:
            position = _end_of_block(text, position)
    return tuple(found)


def _end_of_block(text: str, position: int) -> int:
    """Where a `/*` comment that is open at a position ends. They nest, as in standard SQL."""
    depth = 1
    while depth and (edge := _BLOCK_EDGE.search(text, position)):
        depth += 1 if edge[0] == "/*" else -1
        position = edge.end()
    return len(text) if depth else position

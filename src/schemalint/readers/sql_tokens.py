"""The tokens of SQL: statements are told apart without being understood."""

from __future__ import annotations

import re
from typing import NamedTuple

from schemalint.facts.names import ObjectName
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import HOLE

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<dollar>\$\$.*?(?:\$\$|\Z)|\$(?P<tag>[A-Za-z_]\w*)\$.*?(?:\$(?P=tag)\$|\Z))
  | (?P<string>(?:[eEbBnNxX])?'(?:[^'\\]|''|\\.)*(?:'|\Z))
  | (?P<quoted>"(?:[^"]|"")*(?:"|\Z)|`[^`]*(?:`|\Z))
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<word>(?:[^\W\d]|\ufffc)[\w\ufffc]*)
  | (?P<sign>::|<=|>=|<>|!=|\|\||:=|.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One token: its kind (word, quoted, string, dollar, number, sign) and where it stands."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """A word in upper case; a sign as it is; empty for quoted names and texts, which are no keywords."""
        return self.text.upper() if self.kind in ("word", "sign", "number") else ""


def tokens(sql: str) -> list[Token]:
    """The tokens of a text, without white space and comments."""
    found = []
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup or "sign"
        kind = "dollar" if kind == "tag" else kind
        if kind != "space":
            found.append(Token(kind, match.group(), match.start(), match.end()))
    return found


def statements(sql: str) -> list[list[Token]]:
    """The statements of a text, each as its tokens. Semicolons in texts, comments and dollar quotes end none."""
    found: list[list[Token]] = [[]]
    for token in tokens(sql):
        if token.text == ";" and token.kind == "sign":
            found.append([])
        else:
            found[-1].append(token)
    return [statement for statement in found if statement]


class Cursor:
    """A place in the tokens of a statement."""

    def __init__(self, sql: str, found: list[Token]) -> None:
        self.sql = sql
        self.tokens = found
        self.at = 0

    @property
    def done(self) -> bool:
        """Whether no token is left."""
        return self.at >= len(self.tokens)

    def peek(self, ahead: int = 0) -> str:
        """The token ahead as a keyword; empty past the end."""
        index = self.at + ahead
        return self.tokens[index].upper if index < len(self.tokens) else ""

    def take(self, *words: str) -> bool:
        """Passes these words where they are next."""
        if all(self.peek(index) == word for index, word in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def one_of(self, *words: str) -> str | None:
        """Passes one of these words and tells which."""
        word = self.peek()
        if word in words and not self.done:
            self.at += 1
            return word
        return None

    def word(self) -> str | None:
        """Passes a name: folded to lower case where it is not quoted."""
        if self.done:
            return None
        token = self.tokens[self.at]
        if token.kind == "quoted":
            self.at += 1
            return token.text[1:-1].replace('""', '"')
        if token.kind == "word":
            self.at += 1
            return token.text.lower()
        return None

    def text(self) -> str | None:
        """Passes a text literal."""
        if self.done or self.tokens[self.at].kind != "string":
            return None
        token = self.tokens[self.at]
        self.at += 1
        return token.text[token.text.index("'") + 1 : -1].replace("''", "'")

    def name(self) -> ObjectName | Unknown | None:
        """Passes a name that may have a schema; Unknown where part of it is computed, None where there is none."""
        parts = [self.word()]
        while parts[-1] is not None and self.peek() == ".":
            self.at += 1
            parts.append(self.word())
        known = [part for part in parts if part is not None]
        if not known:
            return None
        if any(HOLE in part for part in known):
            return Unknown("the name is computed")
        return ObjectName(known[-1], known[-2] if len(known) > 1 else None)

    def group(self) -> list[Token] | None:
        """Passes a group in parentheses and gives what is inside."""
        if self.peek() != "(":
            return None
        depth, start = 0, self.at + 1
        while not self.done:
            sign = self.peek()
            depth += (sign == "(") - (sign == ")")
            self.at += 1
            if depth == 0:
                return self.tokens[start : self.at - 1]
        return self.tokens[start:]

    def rest(self) -> str:
        """What is left, as text."""
        return self.source(self.tokens[self.at :])

    def source(self, found: list[Token]) -> str:
        """Tokens as they were written."""
        return self.sql[found[0].start : found[-1].end] if found else ""

    def until(self, *words: str) -> list[Token]:
        """Passes everything up to one of these words outside of parentheses."""
        depth, start = 0, self.at
        while not self.done:
            sign = self.peek()
            if depth == 0 and sign in words:
                break
            depth += (sign == "(") - (sign == ")")
            self.at += 1
        return self.tokens[start : self.at]


def split(found: list[Token], separator: str = ",") -> list[list[Token]]:
    """Tokens parted at a sign outside of parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        sign = token.text if token.kind == "sign" else ""
        depth += (sign in "([" and sign != "") - (sign in ")]" and sign != "")
        if sign == separator and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]

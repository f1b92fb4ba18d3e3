"""The tokens of SQL, and a cursor over them.

A template (`{{ ... }}`, `${...}`) counts as letters of the name or text that it stands in: rendered with one setting it
is always the same. So does a variable of psql's in front of a dot (`:schema.table`). `HOLE` stands for a part of a text
that a program computes: a name with one is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from schemalint.facts.names import ObjectName
from schemalint.facts.unknown import Unknown
from schemalint.sql.dialect import Dialect

HOLE = "\ufffc"
TEMPLATE = r"\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}"
_PATTERN = r"""
    (?P<space>\s+|--[^\n]*|\{%.*?%\}|\{\#.*?\#\}HASH)
  | (?P<block>/\*)
  | (?P<psql>(?m:^)\\[^\n]*)
  | (?P<dollar>\$(?:[^\W\d]\w*)?\$)
  | (?P<string>[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)|(?:[bBnNxX]|[uU]&)?'(?:TEMPLATE|[^'BACKSLASH]ESCAPE|'')*(?:'|\Z))
  | (?P<quoted>"(?:TEMPLATE|[^"]|"")*(?:"|\Z)|`(?:[^`]|``)*(?:`|\Z)|\[(?!\s*\d*\s*\])[^\]\[,()'"\n]*\]BRACKET)
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
  | (?P<word>(?:TEMPLATE|[^\W\d]|\ufffc)(?:TEMPLATE|[\w$\ufffc])*|(?<![:\w]):[^\W\d]\w*(?=\.["\w]))
  | (?P<sign>\$\d+|::|<=|>=|<>|!=|\|\||:=|->>|->|=>|.)
"""
_EDGE = re.compile(r"/\*|\*/")
_TEMPLATES = re.compile(TEMPLATE)


class Token(NamedTuple):
    """One token: its kind (word, quoted, string, dollar, number, sign, psql) and where it stands.

    `upper` is a word in upper case and a sign as it is; empty for quoted names and texts, which are no keywords.
    """

    kind: str
    text: str
    start: int
    end: int
    upper: str


@lru_cache
def _pattern(dialect: Dialect) -> re.Pattern[str]:
    pattern = _PATTERN.replace("TEMPLATE", TEMPLATE)
    pattern = pattern.replace("HASH", r"|\#[^\n]*" if dialect.hash_comments else "")
    pattern = pattern.replace("ESCAPE", r"|\\." if dialect.backslashes else "")
    pattern = pattern.replace("BACKSLASH", r"\\" if dialect.backslashes else "")
    brackets = dialect.name in ("mssql", "sqlite")
    return re.compile(pattern.replace("BRACKET", "" if brackets else "(?!)"), re.VERBOSE | re.DOTALL)


def scan(sql: str, dialect: Dialect, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """The tokens of a part of a text, without white space and comments."""
    match_at = _pattern(dialect).match
    position = start
    last = len(sql) if end is None else end
    while position < last:
        match = match_at(sql, position, last)
        if match is None:
            return
        kind = match.lastgroup or "sign"
        position = match.end()
        if kind == "space":
            continue
        if kind == "block":
            position = _end_of_comment(sql, position, last)
            continue
        if kind == "dollar":
            closing = sql.find(match.group(), position, last)
            position = closing + len(match.group()) if closing >= 0 else last
        text = sql[match.start() : position]
        upper = text.upper() if kind in ("word", "sign", "number") else ""
        yield Token(kind, text, match.start(), position, upper)


def _end_of_comment(sql: str, position: int, last: int) -> int:
    """Where a `/*` that is open at a position ends. They nest, as in PostgreSQL."""
    depth = 1
    while depth and (edge := _EDGE.search(sql, position, last)):
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return last if depth else position


def unquoted(token: Token, dialect: Dialect) -> str:
    """The name that a token is: folded to lower case where it has no quotes and the dialect does so, and cut to the
    length that the dialect keeps."""
    if token.kind == "quoted":
        quote = token.text[0]
        inner = token.text[1:-1] if len(token.text) > 1 else ""
        return _cut(inner if quote == "[" else inner.replace(quote * 2, quote), dialect)
    if token.text.startswith(":") or _TEMPLATES.search(token.text):
        return token.text
    return _cut(token.text.lower() if dialect.folds else token.text, dialect)


def _cut(name: str, dialect: Dialect) -> str:
    """The name as the dialect keeps it; one that is computed in part is left."""
    if dialect.longest is None or len(name) * 4 <= dialect.longest or HOLE in name:
        return name
    kept = name.encode(errors="surrogatepass")[: dialect.longest]
    return kept.decode(errors="ignore") if len(kept) == dialect.longest else name


def text_of(token: Token) -> str:
    """The text that a literal is, without its quotes."""
    if token.kind == "dollar":
        tag = token.text[: token.text.index("$", 1) + 1]
        return token.text[len(tag) :].removesuffix(tag)
    start = token.text.index("'") + 1
    return token.text[start:].removesuffix("'").replace("''", "'")


class Cursor:
    """A place in the tokens of a statement."""

    def __init__(self, sql: str, tokens: Sequence[Token], dialect: Dialect) -> None:
        self.sql = sql
        self.tokens = tokens
        self.dialect = dialect
        self.at = 0

    def over(self, tokens: Sequence[Token]) -> Cursor:
        """A cursor over other tokens of the same text."""
        return Cursor(self.sql, tokens, self.dialect)

    @property
    def done(self) -> bool:
        """Whether no token is left."""
        return self.at >= len(self.tokens)

    @property
    def token(self) -> Token | None:
        """The next token."""
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def peek(self, ahead: int = 0) -> str:
        """The token ahead as a keyword; empty past the end."""
        index = self.at + ahead
        return self.tokens[index].upper if index < len(self.tokens) else ""

    def has(self, ahead: int) -> bool:
        """Whether there is a token so far ahead."""
        return self.at + ahead < len(self.tokens)

    def take(self, *words: str) -> bool:
        """Passes these words where they are next."""
        for index, word in enumerate(words):
            if self.peek(index) != word:
                return False
        self.at += len(words)
        return True

    def phrase(self, words: str) -> bool:
        """Passes a phrase (`IF NOT EXISTS`) where it is next."""
        return self.take(*words.split())

    def one_of(self, *words: str) -> str | None:
        """Passes one of these words and tells which."""
        word = self.peek()
        if word in words and not self.done:
            self.at += 1
            return word
        return None

    def skip(self, *words: str) -> None:
        """Passes any number of these words."""
        while self.one_of(*words) is not None:
            pass

    def word(self) -> str | None:
        """Passes one name; None where there is none."""
        token = self.token
        if token is None or token.kind not in ("quoted", "word"):
            return None
        self.at += 1
        return unquoted(token, self.dialect)

    def identifier(self) -> str | Unknown:
        """Passes one name; Unknown where it is computed or there is none."""
        name = self.word()
        if name is None:
            return Unknown("no name is read")
        return Unknown("the name is computed") if HOLE in name else name

    def text(self) -> str | None:
        """Passes a text literal, and those that continue it on the next lines."""
        token = self.token
        if token is None or token.kind not in ("string", "dollar"):
            return None
        self.at += 1
        found = text_of(token)
        while token.kind == "string" and self.token is not None and self.token.kind == "string":
            found += text_of(self.token)
            self.at += 1
        return found

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

    def sure_name(self) -> ObjectName | None:
        """Passes a name; None where it is not known."""
        found = self.name()
        return found if isinstance(found, ObjectName) else None

    def group(self) -> Sequence[Token] | None:
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

    def names(self) -> tuple[str, ...]:
        """Passes a group of names: `(a, b)`; what follows a name in it (a length, an order) is left out."""
        found = (self.over(part).word() for part in split(self.group() or ()))
        return tuple(name for name in found if name is not None)

    def rest(self) -> str:
        """What is left, as text."""
        return self.source(self.tokens[self.at :])

    def pass_rest(self) -> str:
        """Passes what is left, as text."""
        text = self.rest()
        self.at = len(self.tokens)
        return text

    def source(self, tokens: Sequence[Token]) -> str:
        """Tokens as they were written."""
        return self.sql[tokens[0].start : tokens[-1].end] if tokens else ""

    def until(self, *words: str) -> Sequence[Token]:
        """Passes everything up to one of these words outside of parentheses."""
        return self.until_that(lambda word: word in words)

    def until_that(self, ends: Callable[[str], bool]) -> Sequence[Token]:
        """Passes everything up to a word outside of parentheses."""
        depth, start = 0, self.at
        while not self.done:
            sign = self.peek()
            if depth == 0 and ends(sign):
                break
            depth += (sign in ("(", "[")) - (sign in (")", "]"))
            self.at += 1
        return self.tokens[start : self.at]


def split(tokens: Sequence[Token], separator: str = ",") -> list[list[Token]]:
    """Tokens parted at a sign outside of parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        sign = token.upper
        depth += (sign in ("(", "[")) - (sign in (")", "]"))
        if sign == separator and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]

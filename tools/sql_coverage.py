"""Tells how much of real SQL is read: `python tools/sql_coverage.py [--dialect NAME] [--show] FOLDER...`

Takes the `.sql` files below the folders and the texts in Python files that look like SQL, parts them into statements
and counts: lowered (also those that do nothing), opaque by kind, of these the ones with unknown tables. Where pglast is
installed (`pip install pglast`), PostgreSQL's own parser is the oracle: what it parses should not be opaque, tables
and columns should be the same, and what it refuses is counted apart.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from schemalint.facts import operations as ops
from schemalint.sql.parse import lower_statement
from schemalint.sql.split import statements
from schemalint.sql.tokens import HOLE

_SQL = re.compile(
    r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(?:(?:CREATE|ALTER|DROP)\s+(?:OR|TABLE|INDEX|UNIQUE|TYPE|VIEW|MATERIALIZED"
    r"|FUNCTION|PROCEDURE|TRIGGER|SEQUENCE|SCHEMA|EXTENSION|POLICY|RULE|DOMAIN|TEMP\w*|DATABASE|ROLE)\b"
    r"|INSERT\s+(?:INTO|IGNORE|OR)\b|UPDATE\s+\S+.*?\bSET\b|DELETE\s+FROM\b|TRUNCATE\s+\w|DO\s+\$|COMMENT\s+ON\b"
    r"|SET\s+(?:LOCAL|SESSION)?\s*\w+\s*(?:=|TO)|LOCK\s+TABLE\b|VACUUM\b|REINDEX\b|REFRESH\s+MATERIALIZED"
    r"|WITH\s+\w+\s+AS\b|SELECT\s.+\bFROM\b|GRANT\s.+\bTO\b|PRAGMA\s+\w)",
    re.IGNORECASE | re.DOTALL,
)
_UPPER = re.compile(r"\b(?:TABLE|INDEX|INTO|SET|FROM|TYPE|VIEW|FUNCTION|TRIGGER|ON|TO|AS|PRAGMA)\b")


def say(line: str) -> None:
    """Prints a line."""
    sys.stdout.write(f"{line}\n")


def texts(folder: Path) -> Iterator[tuple[Path, str]]:
    """The SQL below a folder."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
        if path.suffix == ".sql":
            yield path, path.read_text(encoding="utf-8", errors="replace")
        elif path.suffix == ".py":
            try:
                tree = ast.parse(path.read_bytes())
            except (SyntaxError, ValueError):
                continue
            yield from ((path, text) for text in _strings(tree) if _SQL.match(text) and _UPPER.search(text))


_FORMATTED = re.compile(r"%\(\w+\)s|%s|(?<!['{])\{\w*\}(?!['}])")
_BRACES = re.compile(r"(?<!['{])\{\w*\}(?!['}])")
_DEFINES = re.compile(r"\s*(?:CREATE|ALTER|DROP|TRUNCATE|LOCK|COMMENT|INSERT INTO %s|DELETE FROM %s)\b", re.IGNORECASE)


def _strings(tree: ast.AST) -> Iterator[str]:
    """The texts of a module; holes where they are formatted, which in definitions `%s` is too."""
    for text in _written(tree):
        yield (_FORMATTED if _DEFINES.match(text) else _BRACES).sub(HOLE, text)


def _written(tree: ast.AST) -> Iterator[str]:
    inside: set[int] = set()
    for node in ast.walk(tree):
        if id(node) in inside or not isinstance(node, (ast.BinOp, ast.JoinedStr, ast.Constant)):
            continue
        text = _text(node)
        if text is not None:
            inside.update(id(part) for part in ast.walk(node))
            yield text


def _text(node: ast.AST) -> str | None:
    """A text that is written there, added up or formatted; holes where it is computed."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return None if left is None and right is None else (left or HOLE) + (right or HOLE)
    return None


def kind_of(sql: str) -> str:
    """The first words of a statement that are letters."""
    words = re.findall(r"[A-Za-z]+", sql)[:2]
    return " ".join(words).upper()


def main(arguments: list[str]) -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--dialect")
    parser.add_argument("--show", action="store_true", help="print what is opaque and where the oracle disagrees")
    options = parser.parse_args(arguments)
    oracle = _oracle() if options.dialect in (None, "postgresql") else None
    counts: Counter[str] = Counter()
    opaque: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for folder in options.folders:
        for path, text in texts(folder):
            for statement in statements(text, options.dialect):
                sql = text[statement.start : statement.end]
                counts["statements"] += 1
                try:
                    found = [operation for operation, _ in lower_statement(text, statement, options.dialect)]
                except Exception as error:
                    counts["failed"] += 1
                    say(f"FAILED {path}: {error!r}: {sql[:200]!r}")
                    continue
                unread = [operation for operation in found if isinstance(operation, ops.OpaqueOperation)]
                if unread:
                    opaque[f"{kind_of(sql)}: {unread[0].reason}"] += 1
                    counts["touching unknown tables"] += unread[0].touches is None
                counts["opaque" if unread else "lowered"] += 1
                counts["with computed parts"] += HOLE in sql
                if options.show and unread:
                    say(f"OPAQUE {path}: {unread[0].reason} {unread[0].touches}: {' '.join(sql.split())[:160]}")
                if oracle is None or HOLE in sql:
                    continue
                verdict = oracle(sql, found)
                counts[f"oracle: {verdict[0]}"] += 1
                if verdict[0] == "refused":
                    refused[kind_of(sql)] += 1
                    if options.show:
                        say(f"REFUSED {path}: {verdict[1]}: {' '.join(sql.split())[:160]}")
                elif verdict[0] != "agrees":
                    say(f"{verdict[0].upper()} {path}: {verdict[1]}: {' '.join(sql.split())[:200]}")
    total = counts["statements"] or 1
    for name, count in sorted(counts.items()):
        say(f"{count:7} {100 * count / total:5.1f} %  {name}")
    for name, count in opaque.most_common(30):
        say(f"{count:7}          opaque: {name}")
    for name, count in refused.most_common(15):
        say(f"{count:7}          refused by the oracle: {name}")
    return 1 if counts["failed"] else 0


def _oracle():  # type: ignore[no-untyped-def]
    """What PostgreSQL's parser says of a statement beside the operations read; None where pglast is not installed."""
    try:
        import sql_oracle
    except ImportError:
        return None
    return sql_oracle.judge


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

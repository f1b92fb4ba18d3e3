"""Tells how much of real SQL is read: `python -m tools.sql_coverage [--dialect NAME] [--show] PROJECT...`

Takes the `.sql` files below the folder of each project and the texts in its Python files that look like SQL, parts
them into statements and counts by project: lowered (also those that do nothing), opaque, of these the ones that may
touch any table. Then the reasons. A file whose path names a server is read in that server's dialect; those for servers
that nobody reads here are left out. Where pglast is installed (`pip install pglast`), PostgreSQL's own parser is the
oracle: what it parses should not be opaque, and what is read of it should be the same.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from schemalint.facts import operations as ops
from schemalint.sql.parse import lower_statement
from schemalint.sql.split import Statement, statements
from schemalint.sql.tokens import HOLE

Oracle = Callable[[str, list[ops.Operation]], tuple[str, str]]

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
        if not path.is_file():
            continue
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


_SERVERS = (
    ("mysql", re.compile(r"(?<![a-z])(?:mysql|mariadb)", re.IGNORECASE)),
    ("sqlite", re.compile(r"(?<![a-z])sqlite", re.IGNORECASE)),
    (None, re.compile(r"(?<![a-z])(?:hsqldb|h2|mssql|sqlserver|oracle|clickhouse|cassandra|spanner)(?![a-z])", re.I)),
)


def dialect_of_file(path: Path, given: str | None) -> tuple[bool, str | None]:
    """Whether a file is read, and in which dialect: that of the server that its path names, or the one given."""
    for dialect, pattern in _SERVERS:
        if pattern.search(str(path)):
            return dialect is not None, dialect
    return True, given


class Figures:
    """What is counted of a project."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.opaque: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def add(self, other: Figures) -> None:
        """Adds the figures of another."""
        self.counts.update(other.counts)
        self.opaque.update(other.opaque)
        self.refused.update(other.refused)


COLUMNS = ("statements", "lowered", "opaque", "anywhere", "failed", "agrees", "refused", "unread", "differs")


def line(name: str, figures: Figures) -> str:
    """A row of the table."""
    counts = figures.counts
    share = 100 * counts["lowered"] / (counts["statements"] or 1)
    told = 100 * (counts["lowered"] + counts["opaque"] - counts["anywhere"]) / (counts["statements"] or 1)
    return f"{name[:28]:28}" + "".join(f"{counts[column]:11}" for column in COLUMNS) + f"{share:8.1f} %{told:8.1f} %"


def measure(folder: Path, given: str | None, show: bool, oracle: Oracle | None) -> Figures:
    """The figures of a project."""
    figures = Figures()
    for path, text in texts(folder):
        is_read, dialect = dialect_of_file(path.relative_to(folder), given)
        if not is_read:
            continue
        for statement in statements(text, dialect):
            judged = oracle if dialect in (None, "postgresql") else None
            note = _count(figures, text, statement, dialect, judged)
            if note is not None and (show or not note.startswith(("OPAQUE", "REFUSED"))):
                say(f"{note}: {path}: {' '.join(text[statement.start : statement.end].split())[:200]}")
    return figures


def _count(figures: Figures, text: str, statement: Statement, dialect: str | None, oracle: Oracle | None) -> str | None:
    """Counts a statement; what is to be said of it, if anything."""
    sql = text[statement.start : statement.end]
    counts = figures.counts
    counts["statements"] += 1
    try:
        found = [operation for operation, _ in lower_statement(text, statement, dialect)]
    except Exception as error:
        counts["failed"] += 1
        return f"FAILED {error!r}"
    unread = [operation for operation in found if isinstance(operation, ops.OpaqueOperation)]
    counts["opaque" if unread else "lowered"] += 1
    if unread:
        figures.opaque[f"{kind_of(sql)}: {unread[0].reason}"] += 1
        counts["anywhere"] += any(operation.touches is None for operation in unread)
    verdict, why = oracle(sql, found) if oracle is not None and HOLE not in sql else ("agrees", "")
    if oracle is not None and HOLE not in sql:
        counts[verdict] += 1
    if verdict == "refused":
        figures.refused[f"{kind_of(sql)}: {why}"[:80]] += 1
    if verdict != "agrees":
        return f"{verdict.upper()} {why}"
    return f"OPAQUE {unread[0].reason} {unread[0].touches}" if unread else None


def main(arguments: list[str]) -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--dialect")
    parser.add_argument("--show", action="store_true", help="print what is opaque and what the oracle refuses")
    options = parser.parse_args(arguments)
    oracle = _oracle()
    whole = Figures()
    rows = []
    for folder in options.folders:
        figures = measure(folder, options.dialect, options.show, oracle)
        rows.append(line(folder.name, figures))
        whole.add(figures)
    say(f"{'project':28}" + "".join(f"{column:>11}" for column in COLUMNS) + "   lowered  with objects")
    for row in (*rows, line("all", whole)):
        say(row)
    for title, reasons in (("opaque", whole.opaque), ("refused", whole.refused)):
        for reason, count in reasons.most_common(25):
            say(f"{count:7}  {title}: {reason}")
    return 1 if whole.counts["failed"] else 0


def _oracle() -> Oracle | None:
    """What PostgreSQL's parser says of a statement beside the operations read; None where pglast is not installed."""
    try:
        from tools.sql_oracle import judge
    except ImportError:
        return None
    return judge


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

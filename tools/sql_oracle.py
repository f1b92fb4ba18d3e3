"""PostgreSQL's own parser as the judge of what is read of a statement; needs pglast.

What it parses and what is read are both written down as the same plain items, which must be equal: the kind of the
statement, the objects, and what decides on locks, scans and rewrites.
"""

from __future__ import annotations

import re

from pglast import ast, parse_sql
from pglast.error import Error

from schemalint.facts import operations as ops
from tools.sql_oracle_parsed import parsed_items
from tools.sql_oracle_read import read_items

_BIND = re.compile(r"%\(\w+\)s|%s|(?<![:\w]):(?=[a-zA-Z_]\w*)\w+(?!')")
"""Values that a program binds."""


def _parsed(sql: str) -> tuple[ast.RawStmt, ...]:
    try:
        return parse_sql(sql)
    except Error:
        return parse_sql(_BIND.sub("NULL", sql))


def judge(sql: str, found: list[ops.Operation]) -> tuple[str, str]:
    """`agrees`, `unread`, `differs` or `refused`, and why."""
    try:
        parsed = _parsed(sql)
    except Error as error:
        return "refused", str(error)
    if any(isinstance(operation, ops.OpaqueOperation) for operation in found):
        code = all(isinstance(raw.stmt, (ast.DoStmt, ast.CallStmt, ast.SelectStmt)) for raw in parsed)
        return ("agrees", "") if code else ("unread", "it is opaque")
    expected = [item for raw in parsed for item in parsed_items(raw.stmt)]
    if not expected:
        return "agrees", ""
    got = [item for operation in found for item in read_items(operation)]
    if expected == got:
        return "agrees", ""
    index = next((i for i, (one, two) in enumerate(zip(expected, got, strict=False)) if one != two), None)
    if index is None:
        return "differs", f"expected {len(expected)} items {expected[len(got) :]}, read {got[len(expected) :]}"
    return "differs", f"expected {expected[index]}, read {got[index]}"

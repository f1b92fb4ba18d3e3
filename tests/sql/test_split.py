from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemalint.sql.parse import located_operations
from schemalint.sql.split import statements


def texts(sql: str, dialect: str | None = None) -> list[str]:
    return [sql[found.start : found.end] for found in statements(sql, dialect)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("a; b;", ["a", "b"]),
        (";;", []),
        ("a 'x;''y' ; b", ["a 'x;''y'", "b"]),
        ("a E'x\\';y'; b", ["a E'x\\';y'", "b"]),
        ("a '\\'; b", ["a '\\'", "b"]),
        ('a "x;""y"; b', ['a "x;""y"', "b"]),
        ("a $$ ; $$; b $x$ ; $$ ; $x$", ["a $$ ; $$", "b $x$ ; $$ ; $x$"]),
        ("a $1; b", ["a $1", "b"]),
        ("a /* ; /* ; */ ; */ c; b -- ;\n d", ["a /* ; /* ; */ ; */ c", "b -- ;\n d"]),
        ("\\connect db\na;\n\\set x 1\nb", ["a", "b"]),
        ("a {{ if ; }} b; c", ["a {{ if ; }} b", "c"]),
        ("a '{{ f 'x;y' }}'; b", ["a '{{ f 'x;y' }}'", "b"]),
        ("COPY t (a) FROM stdin;\n1;2\n\\.\nb;", ["COPY t (a) FROM stdin", "b"]),
        ("COPY t FROM 'file'; b", ["COPY t FROM 'file'", "b"]),
        (
            "CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN 1 THEN 2 END; DELETE FROM u; END; b",
            [
                "CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN 1 THEN 2 END; DELETE FROM u; END",
                "b",
            ],
        ),
        (
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; b",
            ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END", "b"],
        ),
        (
            "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); b",
            ["CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)", "b"],
        ),
        ("BEGIN; a; END; b", ["BEGIN", "a", "END", "b"]),
    ],
)
def test_statements(sql: str, expected: list[str]) -> None:
    assert texts(sql) == expected


def test_mysql_has_its_own_quotes_comments_and_delimiters() -> None:
    sql = (
        "a `x;`; b '\\';' # ;\n;\nDELIMITER //\n"
        "CREATE PROCEDURE p() BEGIN IF 1 THEN SELECT 1; END IF; END//\nc; d//\nDELIMITER ;\ne;"
    )
    assert texts(sql, "mysql") == [
        "a `x;`",
        "b '\\';'",
        "CREATE PROCEDURE p() BEGIN IF 1 THEN SELECT 1; END IF; END",
        "c; d",
        "e",
    ]


WORDS = """
    CREATE TABLE | ALTER TABLE t | ADD | DROP | COLUMN | a | int | ( | ) | , | ; | ' | " | $$ | $x$ | /* | */ | -- | E'
    | BEGIN | DO | END | IF | EXISTS | THEN | INSERT INTO t | SELECT | FROM | WITH | UPDATE t SET | = | VALUES | {{
    | }} | WHERE | CONSTRAINT | CHECK | REFERENCES | PRIMARY KEY | [ | ] | :: | . | DEFAULT | INDEX | ON | USING | COPY
    | stdin | SET | LOCK | COMMENT ON | GENERATED | AS | IDENTITY | EXCEPTION | WHEN | 😀 | 0 | 'x' | \\ | \ufffc
"""
PIECES = st.sampled_from(["\n", *(word.strip() for word in WORDS.split("|"))])


@given(st.lists(PIECES, max_size=25).map(" ".join), st.sampled_from([None, "postgresql", "mysql", "sqlite", "mssql"]))
def test_no_text_breaks_the_reader_and_places_lie_inside(sql: str, dialect: str | None) -> None:
    previous = 0
    for found in statements(sql, dialect):
        assert previous <= found.start < found.end <= len(sql)
        previous = found.end
    for located in located_operations(sql, dialect):
        assert 0 <= located.start < located.end <= len(sql)

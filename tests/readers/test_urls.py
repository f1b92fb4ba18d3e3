"""Database URLs: which server, and never a password."""

from __future__ import annotations

import pytest

from schemalint.readers.urls import dialect_of_url, without_password


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("postgresql+asyncpg://u:p@h/db", "postgresql"),
        ("postgres://h/db", "postgresql"),
        ("mysql+pymysql://h/db", "mysql"),
        ("mariadb+mariadbconnector://h/db", "mariadb"),
        ("sqlite:///./x.db", "sqlite"),
        ("sqlite+aiosqlite://", "sqlite"),
        ("oracle+oracledb://h/x", "oracle"),
        ("mssql+pyodbc://h/x", "mssql"),
        ("driver://user:pass@localhost/dbname", None),
        ("redis://localhost", None),
        ("https://example.com", None),
        ("postgresql", None),
    ],
)
def test_the_scheme_names_the_dialect(url: str, dialect: str | None) -> None:
    assert dialect_of_url(url) == dialect


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://app:secret@db:5432/shop", "postgresql://app@db:5432/shop"),
        ("postgresql://app:se/c@ret@db/shop", "postgresql://app@db/shop"),
        (
            "postgresql://app@db/shop?password=secret&sslmode=require",
            "postgresql://app@db/shop?password=***&sslmode=require",
        ),
        ("postgresql://db/shop", "postgresql://db/shop"),
        ("sqlite:///C:/data/x.db", "sqlite:///C:/data/x.db"),
    ],
)
def test_the_password_is_removed(url: str, shown: str) -> None:
    assert without_password(url) == shown
    assert "secret" not in without_password(url)

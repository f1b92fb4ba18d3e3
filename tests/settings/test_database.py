from __future__ import annotations

import pytest

from schemalint.facts.revisions import Server
from schemalint.settings.database import DatabaseError, parse_server


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("postgresql:16", Server("postgresql", 16)),
        ("postgres", Server("postgresql")),
        (" PostgreSQL : 13.2 ", Server("postgresql", 13)),
        ("postgresql:9.6", Server("postgresql", 9)),
        ("mysql:8.0", Server("mysql", 8)),
        ("mysql:8.4", Server("mysql", 8)),
        ("mariadb:10.11", Server("mariadb", 10)),
        ("sqlite", Server("sqlite")),
        ("sqlite:3.45.1", Server("sqlite", 3)),
        ("oracle:19c", Server("oracle", 19)),
        ("oracle:23ai", Server("oracle", 23)),
        ("sqlserver:2022", Server("mssql", 2022)),
    ],
)
def test_servers(text: str, server: Server) -> None:
    assert parse_server(text) == server


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("postgress", "unknown database `postgress`", "did you mean `postgres`?"),
        ("db2", "unknown database `db2`", "`postgresql`, `mysql`, `mariadb`, `sqlite`, `oracle` or `mssql`"),
        ("", "unknown database ``", "write one of"),
        ("postgresql:5432", "unknown version `5432` of postgresql", "9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19"),
        ("postgresql:", "unknown version `` of postgresql", "leave the version out"),
        ("mysql:latest", "unknown version `latest` of mysql", "5, 8, 9"),
        ("postgresql:" + "9" * 6000, "unknown version", "9, 10"),
    ],
)
def test_what_is_no_server(text: str, message: str, remedy: str) -> None:
    with pytest.raises(DatabaseError, match=message[:40]) as raised:
        parse_server(text)
    assert message in str(raised.value)
    assert remedy in raised.value.remedy

"""What ALTER TABLE of several actions holds while it works, asked of PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest

TABLE = """
CREATE TABLE users (id bigint PRIMARY KEY, nickname text);
INSERT INTO users VALUES (1, 'a');
CREATE FUNCTION tell_locks() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE '%', (
        SELECT string_agg(mode, ' ') FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'users'::regclass
    );
    RETURN true;
END $$;
ALTER TABLE users ADD CONSTRAINT told CHECK (tell_locks()) NOT VALID
"""


@pytest.mark.parametrize(
    ("actions", "strictest"),
    [
        ("VALIDATE CONSTRAINT told", "ShareUpdateExclusiveLock"),
        ("VALIDATE CONSTRAINT told, DROP COLUMN nickname", "AccessExclusiveLock"),
        ("VALIDATE CONSTRAINT told, ALTER COLUMN nickname SET DEFAULT ''", "AccessExclusiveLock"),
        ("VALIDATE CONSTRAINT told, ALTER COLUMN nickname SET STATISTICS 500", "ShareUpdateExclusiveLock"),
    ],
)
def test_the_strictest_lock_of_all_actions_is_held_while_the_first_reads_the_rows(
    postgres: str, actions: str, strictest: str
) -> None:
    held: list[str] = []
    with psycopg.connect(postgres, autocommit=True) as connection:
        try:
            connection.execute(TABLE)
            connection.add_notice_handler(lambda told: held.append(told.message_primary or ""))
            connection.execute(f"ALTER TABLE users {actions}".encode())
        finally:
            connection.execute("DROP TABLE IF EXISTS users; DROP FUNCTION IF EXISTS tell_locks")

    assert [strictest in modes for modes in held] == [True]
    assert ("AccessExclusiveLock" in held[0]) == (strictest == "AccessExclusiveLock")

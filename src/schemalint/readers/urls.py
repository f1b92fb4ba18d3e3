"""Database URLs as SQLAlchemy and Django's helpers write them: `postgresql+asyncpg://user:secret@host/name`."""

from __future__ import annotations

import re

from schemalint.settings.database import DIALECTS as SETTINGS_NAMES

_SCHEME = re.compile(r"(?P<dialect>[A-Za-z][A-Za-z0-9]*)(?:\+[\w.]+)?://")
_PASSWORD = re.compile(r"(?P<user>://[^:/@]*):.*@")
_SECRET_PARAMETER = re.compile(
    r"(?P<name>[?&](?:\w*pass(?:word|wd)?|pwd|\w*secret\w*|\w*token\w*)=)[^&#]*", re.IGNORECASE
)

DIALECTS = {**SETTINGS_NAMES, **dict.fromkeys(("postgis", "psql", "pgsql"), "postgresql")}
"""The dialect for the first part of a URL's scheme, and for a dialect's name in SQLAlchemy."""


def dialect_of_url(url: str) -> str | None:
    """The dialect that a URL asks for, or None where it is not the URL of a server that is known."""
    scheme = _SCHEME.match(url.strip())
    return DIALECTS.get(scheme["dialect"].lower()) if scheme else None


def without_password(url: str) -> str:
    """The URL without its password. Rather too much is taken away than too little: a password may hold `@` and `/`."""
    return _SECRET_PARAMETER.sub(r"\g<name>***", _PASSWORD.sub(r"\g<user>@", url))

"""Operations and schemas written out: as SQL that a server accepts, as Alembic code, as Django code."""

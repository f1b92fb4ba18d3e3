"""Alembic: revisions, environments, and what their functions do."""

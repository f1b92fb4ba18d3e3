"""Queries: the statements that functions build and run."""

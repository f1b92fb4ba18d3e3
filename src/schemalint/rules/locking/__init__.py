"""LCK: what a statement does to a database in use."""

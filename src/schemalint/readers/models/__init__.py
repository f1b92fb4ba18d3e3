"""Models: the tables that classes and `Table(...)` calls declare."""

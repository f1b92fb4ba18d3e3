"""SQLAlchemy's words for columns, types, constraints and statements, wherever they are used."""

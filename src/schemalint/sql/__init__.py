"""SQL: texts parted into statements, statements as operations."""

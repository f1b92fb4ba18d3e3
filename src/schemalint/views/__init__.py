"""What the tool knows, shown: histories, schemas and the differences between them."""

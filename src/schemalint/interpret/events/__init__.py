"""What functions do, as events."""

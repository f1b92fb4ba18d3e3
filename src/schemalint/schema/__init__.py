"""The virtual schema: the database as the migration history leaves it, at every point of that history."""

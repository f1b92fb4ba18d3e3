"""EVO: what breaks for code that was written for the schema before the change."""

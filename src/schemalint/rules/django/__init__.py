"""DJG: what only Django does, in migrations and in models."""

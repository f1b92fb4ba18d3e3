"""SQL files and texts as revisions and operations."""

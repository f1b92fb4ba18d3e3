"""The run: from a tree and settings to diagnostics. The one entry that the command line and the editor share."""

"""The command line. One command a file; each is imported when it is called, so that `--version` starts fast."""

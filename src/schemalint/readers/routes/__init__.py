"""Routes: what web frameworks are told to call."""

"""What frameworks mean: facts read from the IR through the resolver, one framework a module."""

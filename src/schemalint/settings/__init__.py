"""The settings: what people write, where it is found, and the record that all other code uses."""

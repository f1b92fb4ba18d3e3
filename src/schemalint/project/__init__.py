"""The linked project and the subjects that rules look at."""

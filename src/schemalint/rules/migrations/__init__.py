"""MIG: whether a revision can be taken back, what it does to the data that is there, and whether it runs."""

"""Constraints, foreign key actions, enum values and checks that models and migrations do not share."""

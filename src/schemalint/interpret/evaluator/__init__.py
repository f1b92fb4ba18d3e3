"""The symbolic evaluator."""

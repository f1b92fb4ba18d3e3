"""What a name means across files, and what an expression is worth: the resolver and the symbolic evaluator over IR."""

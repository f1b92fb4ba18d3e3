"""The rules, one module a category. A rule is one function and one page in the catalogue."""

"""What an operation does to PostgreSQL: which form of statement it is, and which tables it meets.

Nothing here says what a form does. That is measured on servers and stands in `postgresql.json`.
"""

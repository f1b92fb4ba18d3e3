"""The methods of statements, query objects, managers and drivers, by what they do. Data.

As documented for SQLAlchemy 1.4 and 2.0, Flask-SQLAlchemy 3 and Django 5.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DIALECTS = ("postgresql", "mysql", "sqlite")

MAKERS = {
    **dict.fromkeys(("sqlalchemy.select", "sqlmodel.select", "sqlalchemy.future.select"), "select"),
    **dict.fromkeys(("sqlalchemy.exists", "sqlmodel.sql.expression.select"), "select"),
    **dict.fromkeys(("sqlalchemy.union", "sqlalchemy.union_all", "sqlalchemy.intersect"), "select"),
    **dict.fromkeys(("sqlalchemy.except_", "sqlalchemy.except_all", "sqlalchemy.intersect_all"), "select"),
    "sqlalchemy.insert": "insert",
    "sqlalchemy.update": "update",
    "sqlalchemy.delete": "delete",
    "sqlalchemy.text": "raw",
    "sqlalchemy.DDL": "raw",
    **{f"sqlalchemy.dialects.{dialect}.insert": "insert" for dialect in _DIALECTS},
}
"""The functions that make a statement, and its verb."""

CRITERIA = _words("where filter having")
ORDERS = _words("order_by")
JOINS = _words("join outerjoin join_from outerjoin_from select_from add_columns with_entities")
LIMITS = _words("limit slice first one one_or_none fetch first_or_404 one_or_404 latest earliest")
LOOKUPS = _words("filter exclude get aget get_or_create aget_or_create update_or_create aupdate_or_create")
"""Methods of Django's managers whose keywords are look-ups."""

COMPARISONS = _words(
    """
    exact iexact contains icontains in gt gte lt lte startswith istartswith endswith iendswith range date year iso_year
    month day week week_day iso_week_day quarter time hour minute second isnull regex iregex search overlap contained_by
    has_key has_keys has_any_keys trigram_similar unaccent
    """
)
"""The comparisons that may end a look-up."""

BUILDING = (
    CRITERIA
    | ORDERS
    | JOINS
    | _words("filter_by group_by limit offset correlate subquery scalar_subquery as_scalar exists distinct options")
    | _words("cte alias over")
)
"""Methods that go on building a statement."""

RUNNING_QUERY = _words(
    """
    all first one one_or_none count scalar scalar_one scalars delete update get get_or_404 first_or_404 one_or_404
    paginate yield_per
    """
)
"""Methods of `Query` that run it."""

RUNNING_MANAGER = _words(
    """
    get first last count exists aggregate create get_or_create update_or_create bulk_create bulk_update update delete
    in_bulk iterator earliest latest explain contains _raw_delete
    aget afirst alast acount aexists aaggregate acreate aget_or_create aupdate_or_create abulk_create abulk_update
    aupdate adelete ain_bulk aiterator aearliest alatest acontains
    """
)
"""Methods of Django's managers and query sets that run them."""

DJANGO_VERBS = {
    **dict.fromkeys(_words("create get_or_create update_or_create bulk_create"), "insert"),
    **dict.fromkeys(_words("acreate aget_or_create aupdate_or_create abulk_create"), "insert"),
    **dict.fromkeys(_words("update aupdate bulk_update abulk_update"), "update"),
    **dict.fromkeys(_words("delete adelete _raw_delete"), "delete"),
}

TABLE_VERBS = {"select": "select", "insert": "insert", "update": "update", "delete": "delete", "count": "select"}
"""Methods of Core tables that make a statement."""

CONSUMING = _words("list tuple set len sorted bool dict sum max min any all")
"""Builtins that run over what they are given."""

SAME_TEXT = _words("strip lstrip rstrip dedent cleandoc lower upper expandtabs")
"""Functions that give the text that they are given, as far as a statement goes."""

QUOTING = _words(
    """
    quote quote_name quote_ident quote_identifier quoted_name format_table quote_schema Identifier escape_identifier
    quote_sql_identifier
    """
)
"""Functions of drivers and dialects that make a name safe inside a statement."""

"""What revisions make of the catalogue's answers."""

from __future__ import annotations

BEFORE = """
op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))
op.create_table(
    "posts",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE", name="fk_posts_user_id")),
)
"""


def test_an_answer_stays_as_it_was_when_the_database_was_asked(upgrade) -> None:
    source = """
keys = sa.inspect(op.get_bind()).get_foreign_keys("posts")
for key in keys:
    op.drop_constraint(key["name"], "posts", type_="foreignkey")
for key in keys:
    op.create_foreign_key(key["name"], "posts", key["referred_table"], key["constrained_columns"], ["id"])
"""
    read = upgrade(source, before=BEFORE)

    assert read.kinds == ["DropConstraint", "AddConstraint"]
    assert read.operations[1].constraint.name == "fk_posts_user_id"
    assert read.operations[1].constraint.columns == ("user_id",)

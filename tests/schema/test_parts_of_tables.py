"""Tables that are part of others, the demands of domains, and NOT NULL that holds for new rows only."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.facts.tables import CheckDef
from schemalint.schema.timeline import Timeline
from schemalint.schema.view import SchemaView, TableView
from schemalint.sql.parse import operations_of

LOGS = "CREATE TABLE logs (id bigint NOT NULL, note text) PARTITION BY RANGE (id);"
FIRST = "CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10);"
REST = "CREATE TABLE logs_rest PARTITION OF logs DEFAULT;"


def replay(sql: str) -> SchemaView:
    """The schema after statements."""
    timeline = Timeline()
    for operation in operations_of(sql, "postgresql"):
        timeline.apply(operation, "r1")
    return timeline.now()


def table(schema: SchemaView, name: str) -> TableView:
    found = schema.table(ObjectName(name))
    assert found is not None
    return found


def names(tables: tuple[TableView, ...]) -> list[str]:
    return [str(each.name) for each in tables]


def test_a_table_knows_its_partitions_and_they_know_it() -> None:
    schema = replay(LOGS + FIRST + REST)
    logs = table(schema, "logs")
    assert logs.partition_by == "RANGE (id)"
    assert names(logs.partitions()) == ["logs_1", "logs_rest"]
    default, parent = logs.default_partition(), table(schema, "logs_1").partition_of()
    assert default is not None
    assert parent is not None
    assert (str(default.name), str(parent.name)) == ("logs_rest", "logs")


def test_a_table_that_was_attached_is_a_partition_until_it_is_detached() -> None:
    attached = "CREATE TABLE old (id bigint NOT NULL, note text); ALTER TABLE logs ATTACH PARTITION old DEFAULT;"
    assert names(table(replay(LOGS + attached), "logs").partitions()) == ["old"]
    schema = replay(LOGS + attached + "ALTER TABLE logs DETACH PARTITION old;")
    assert table(schema, "logs").partitions() == ()
    assert table(schema, "old").partition_of() is None


def test_partitions_keep_their_place_when_either_is_renamed_and_go_with_their_table() -> None:
    renamed = LOGS + FIRST + "ALTER TABLE logs RENAME TO events; ALTER TABLE logs_1 RENAME TO events_1;"
    assert names(table(replay(renamed), "events").partitions()) == ["events_1"]
    assert replay(renamed + "DROP TABLE events;").has_table(ObjectName("events_1")) is False
    assert table(replay(renamed + "DROP TABLE events_1;"), "events").partitions() == ()


def test_a_table_that_is_partitioned_is_known_by_a_partition_alone() -> None:
    schema = replay("CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10);")
    assert table(schema, "logs").is_partitioned


def test_tables_that_inherit_are_children_and_go_with_cascade() -> None:
    inherited = "CREATE TABLE animals (id bigint); CREATE TABLE cats (lives integer) INHERITS (animals);"
    schema = replay(inherited)
    assert names(table(schema, "animals").children()) == ["cats"]
    assert names(table(schema, "cats").inherits()) == ["animals"]
    assert replay(inherited + "DROP TABLE animals CASCADE;").has_table(ObjectName("cats")) is False
    apart = replay(inherited + "ALTER TABLE cats NO INHERIT animals;")
    assert table(apart, "animals").children() == ()


def test_what_was_rewound_is_no_part_any_more() -> None:
    timeline = Timeline()
    for operation in operations_of(LOGS, "postgresql"):
        timeline.apply(operation, "r1")
    before = timeline.now().step
    for operation in operations_of(FIRST, "postgresql"):
        timeline.apply(operation, "r2")
    timeline.rewind(before)
    assert table(timeline.now(), "logs").partitions() == ()


def test_a_domain_demands_what_it_was_given_and_not_what_was_taken_back() -> None:
    made = "CREATE DOMAIN amount AS integer; ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0);"
    name = ObjectName("amount")
    domain = replay(made + "ALTER DOMAIN amount SET NOT NULL;").object("domain", name)
    assert domain is not None
    assert domain.definition.constraints == (CheckDef("positive", "VALUE > 0"), CheckDef(None, "VALUE IS NOT NULL"))
    given_and_taken = "ALTER DOMAIN amount SET NOT NULL; ALTER DOMAIN amount DROP NOT NULL;"
    taken = "ALTER DOMAIN amount DROP CONSTRAINT positive;"
    domain = replay(made + given_and_taken + taken).object("domain", name)
    assert domain is not None
    assert domain.definition.constraints == ()


def test_a_not_null_for_new_rows_only_leaves_the_column_until_it_is_validated() -> None:
    claim = "CREATE TABLE users (email text); ALTER TABLE users ADD CONSTRAINT filled NOT NULL email NOT VALID;"
    users = table(replay(claim), "users")
    column, constraint = users.column("email"), users.constraint("filled")
    assert column is not None
    assert constraint is not None
    assert column.definition.nullable is True
    assert (constraint.valid, constraint.not_null) == (False, "email")
    for then in ("ALTER TABLE users VALIDATE CONSTRAINT filled;", "ALTER TABLE users ALTER COLUMN email SET NOT NULL;"):
        users = table(replay(claim + then), "users")
        column = users.column("email")
        assert column is not None
        assert column.definition.nullable is False
        assert users.constraint("filled") is None


def test_the_foreign_keys_to_a_table_are_found_until_they_are_gone() -> None:
    made = "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE posts (author_id bigint REFERENCES users);"
    users = ObjectName("users")
    assert [str(key.table) for key in replay(made).references_to(users)] == ["posts"]
    assert replay(made + "DROP TABLE posts;").references_to(users) == ()
    assert replay(made + "ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey;").references_to(users) == ()

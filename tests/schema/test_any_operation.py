"""Whatever readers make of a history, replaying it raises nothing and every question has an answer."""

from __future__ import annotations

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import Operation, Reach
from schemalint.facts.types import SqlType
from schemalint.schema.timeline import Timeline

WORDS = ["a", "b", "x", "a > 0 AND x IS NOT NULL", "schema", "comment"]
types = st.sampled_from([SqlType("text"), SqlType("enum", enum=ObjectName("a"), values=("x",))])


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a record's field, from few words so that operations meet each other's objects."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return st.one_of(*map(values, arguments))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(values(arguments[0]), max_size=2).map(tuple)
        return st.tuples(*map(values, arguments))
    if hint is SqlType:
        return types
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        hints = get_type_hints(hint)
        return st.builds(hint, **{name: values(hints[name]) for name in hint.__struct_fields__})
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: st.sampled_from(WORDS),
        bool: st.booleans(),
        int: st.integers(0, 3),
        Reach: st.sampled_from(Reach),
        type(None): st.none(),
    }
    return plain[hint]


steps = st.tuples(values(Operation), st.booleans(), st.booleans())


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=12))
def test_any_history_can_be_replayed_and_asked(history: list[tuple[Any, bool, bool]]) -> None:
    timeline = Timeline()
    for operation, guarded, conditional in history:
        timeline.apply(operation, "r", guarded, conditional)
    for step in range(len(history) + 1):
        for view in (timeline.at(step), timeline.at(step).where(lambda revision: revision == "other")):
            for table in view.tables():
                assert view.has_table(table.name)
                assert {column.name for column in table.definition.columns} == {c.name for c in table.columns()}
                assert all(table.has_column(column.name) for column in table.columns())
                assert table.is_covered(("a",)) in (True, False, None)
            for word in WORDS:
                assert (view.index(word) is not None) is (view.has_index(word) is True)

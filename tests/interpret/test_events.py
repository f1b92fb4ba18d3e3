"""What happens in a function: events in order, the regions around them, and where values come from."""

from __future__ import annotations

import pytest

from schemalint.facts.functions import (
    AwaitEvent,
    CallEvent,
    EnterEvent,
    LeaveEvent,
    RaiseEvent,
    ReturnEvent,
    WriteEvent,
)
from schemalint.interpret.events.function import Flow, flow_of
from schemalint.interpret.program import Program
from schemalint.ir import Constant, FunctionDef, Name
from schemalint.project.functions import Function, Functions
from schemalint.source.frontend_ast import lower


def function(text: str, name: str | None = None) -> Function:
    found = Functions(Program({"main.py": lower(text)})).of("main.py")
    return found[-1] if name is None else next(item for item in found if item.name == name)


def flow(body: str, parameters: str = "") -> Flow:
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    node = lower(f"def f({parameters}):\n{lines}\n").body[0]
    assert isinstance(node, FunctionDef)
    return flow_of("main.py", node)


def values(found: Flow, name: str = "x") -> list[object]:
    """The constants that `name` may hold where the function calls `use(x)`; what is no constant is its kind."""
    site = next(item for item in found.calls if isinstance(item.node.func, Name) and item.node.func.id == "use")
    known = found.reaching(name, site.region, site.node.start)
    assert known is not None
    return [item.value.value if isinstance(item.value, Constant) else item.how for item in known]


def test_arguments_happen_before_their_call() -> None:
    calls = function("def f():\n    a(b(), c=d())\n    e().g()\n").calls
    assert [call.text for call in calls] == ["b", "d", "a", "e", "e().g"]


def test_events_stand_in_order() -> None:
    text = """
import lib
async def f(items):
    for item in items:
        await lib.send(item)
    if not items:
        raise lib.Empty
    return items
"""
    events = function(text).events
    assert [type(event).__name__ for event in events] == [
        "EnterEvent",
        "CallEvent",
        "AwaitEvent",
        "LeaveEvent",
        "EnterEvent",
        "ReadEvent",
        "RaiseEvent",
        "LeaveEvent",
        "ReturnEvent",
    ]
    calls = [event for event in events if isinstance(event, CallEvent)]
    assert [(call.callee, call.use) for call in calls] == [("lib.send", "awaited")]
    assert [event.exception for event in events if isinstance(event, RaiseEvent)] == ["lib.Empty"]
    assert [event.names for event in events if isinstance(event, ReturnEvent)] == [("items",)]


def test_every_region_that_is_entered_is_left() -> None:
    text = """
async def f(a):
    with a as b, b as c:
        try:
            while a:
                [x for x in a if (lambda: x)()]
        except E as e:
            match a:
                case 1: ...
                case _: ...
        else: ...
        finally:
            async for y in a: ...
"""
    found = function(text)
    entered = [event.entered for event in found.events if isinstance(event, EnterEvent)]
    left = [event.left for event in found.events if isinstance(event, LeaveEvent)]
    assert sorted(entered) == sorted(left) == list(range(1, len(found.regions)))
    assert {region.kind for region in found.regions} == {
        *("function", "with", "try", "while", "comprehension", "lambda", "handler", "branch", "finally", "loop")
    }


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("for a in b:\n    use()", ["loop", "function"]),
        ("for a in use(): ...", ["function"]),
        ("while use(): ...", ["while", "function"]),
        ("[use() for a in b]", ["comprehension", "function"]),
        ("[a for a in use()]", ["function"]),
        ("[a for b in c for a in use()]", ["comprehension", "function"]),
        ("with a:\n    use()", ["with", "function"]),
        ("with use(): ...", ["function"]),
        ("try:\n    use()\nfinally: ...", ["try", "function"]),
        ("try: ...\nexcept E:\n    use()", ["handler", "function"]),
        ("if a: ...\nelse:\n    use()", ["branch", "function"]),
        ("if use(): ...", ["function"]),
        ("lambda: use()", ["lambda", "function"]),
    ],
)
def test_the_regions_around_a_call(statement: str, kinds: list[str]) -> None:
    found = flow(statement)
    site = next(item for item in found.calls if isinstance(item.node.func, Name) and item.node.func.id == "use")
    assert [found.regions[number].kind for number in found.around(site.region)] == kinds


@pytest.mark.parametrize(
    ("iterable", "length"),
    [
        ("(1, 2)", 2),
        ("[]", 0),
        ("{'a': 1}", 1),
        ("range(3)", 3),
        ("enumerate(('a', 'b'))", 2),
        ("(*a, 1)", None),
        ("range(n)", None),
        ("items", None),
    ],
)
def test_the_length_of_a_loop_over_a_literal(iterable: str, length: int | None) -> None:
    assert [region.length for region in flow(f"for x in {iterable}: ...").regions[1:]] == [length]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = 1\nuse(x)", [1]),
        ("x = 1\nx = 2\nuse(x)", [2]),
        ("use(x)\nx = 1", []),
        ("x = 1\nif a:\n    x = 2\nuse(x)", [1, 2]),
        ("x = 1\nif a:\n    x = 2\n    return\nuse(x)", [1]),
        ("x = 1\nif a:\n    x = 2\nelse:\n    use(x)", [1]),
        ("if a:\n    x = 1\n    use(x)\nelse:\n    x = 2", [1]),
        ("x = 1\nwith a:\n    x = 2\nuse(x)", [2]),
        ("x = 1\ntry:\n    x = 2\nexcept E:\n    x = 3\nuse(x)", [2, 3]),
        ("x = 1\nfor a in b:\n    use(x)\n    x = 2", [1, 2]),
        ("for a in b:\n    x = 1\n    use(x)\n    x = 2", [1]),
        ("x, y = 1, 2\nuse(x)", [1]),
        ("(x, y), z = (1, 2), 3\nuse(x)", [1]),
        ("x, y = a\nuse(x)", ["assigned"]),
        ("if (x := 1):\n    use(x)", [1]),
        ("for x in a:\n    use(x)", ["loop"]),
        ("with a as x:\n    use(x)", ["with"]),
        ("x = 1\n[use(x) for x in a]", ["loop"]),
        ("x = 1\n[a for x in b]\nuse(x)", [1]),
        ("x = 1\n(lambda x=2: use(x))", [2]),
        ("def x(): ...\nuse(x)", ["function"]),
        ("import x\nuse(x)", ["imported"]),
    ],
)
def test_what_a_name_may_hold(body: str, expected: list[object]) -> None:
    assert values(flow(body)) == expected


def test_a_global_is_no_local() -> None:
    found = flow("global x\nx = 1\nuse(x)")
    assert found.reaching("x", 0, 1000) is None
    assert list(found.outside) == ["x"]


@pytest.mark.parametrize(
    ("expression", "use"),
    [
        ("await use()", "awaited"),
        ("use()", "discarded"),
        ("x = use()", "assigned"),
        ("return use()", "returned"),
        ("return [use()]", "returned"),
        ("yield use()", "yielded"),
        ("f(use())", "argument"),
        ("f(*[use() for x in y])", "argument"),
        ("use().x", "attribute"),
        ("use()[0]", "attribute"),
        ("for x in use(): ...", "iterated"),
        ("with use(): ...", "entered"),
        ("if use(): ...", "other"),
        ("x = a or use()", "assigned"),
    ],
)
def test_what_becomes_of_a_result(expression: str, use: str) -> None:
    calls = function(f"async def f():\n    {expression}\n").calls
    assert [call.use for call in calls if call.text == "use"] == [use]


def test_callees_are_named_across_files() -> None:
    files = {
        "app/__init__.py": "",
        "app/service.py": """
class Service:
    @classmethod
    def make(cls): ...
    def run(self): ...
def helper(): ...
""",
        "app/main.py": """
import time
from app import service
from app.service import Service, helper as aid
def f(given: Service, unknown):
    time.sleep(1)
    aid()
    service.helper()
    Service().run()
    given.run()
    Service.make()
    unknown.run()
    def inner(): ...
    inner()
""",
    }
    functions = Functions(Program({path: lower(text) for path, text in files.items()}))
    found = {item.qualified_name: item for item in functions.of("app/main.py")}
    assert [call.callee for call in found["f"].calls] == [
        "time.sleep",
        "app.service.helper",
        "app.service.helper",
        "app.service.Service",
        "app.service.Service.run",
        "app.service.Service.run",
        "app.service.Service.make",
        None,
        "app.main.f.<locals>.inner",
    ]
    assert "time.sleep" in found["f"].callees()


def test_functions_are_found_wherever_they_are_defined() -> None:
    text = """
def a():
    def b():
        class C:
            def d(self): ...
class E:
    class F:
        async def g(self): ...
if a:
    def h(): ...
"""
    found = Functions(Program({"main.py": lower(text)})).of("main.py")
    assert [item.qualified_name for item in found] == ["a", "a.<locals>.b", "a.<locals>.b.<locals>.C.d", "E.F.g", "h"]
    assert [item.signature.owner for item in found] == [None, None, "main.a.<locals>.b.<locals>.C", "main.E.F", None]
    assert [item.is_async for item in found] == [False, False, False, True, False]
    assert found[0].place.span.column == 5


def test_what_an_argument_depends_on_in_a_loop() -> None:
    text = """
def f(items, fixed):
    for item in items:
        key = item.key
        a(key)
        b(fixed)
        c(item, n=1)
"""
    found = function(text)
    assert [found.dependencies(call) for call in found.calls] == [("item",), (), ("item",)]
    assert [argument.constant for argument in found.calls[2].arguments] == [None, 1]


def test_awaits_are_events_of_their_own() -> None:
    found = function("async def f(a):\n    await a\n")
    assert [type(event) for event in found.events] == [AwaitEvent]
    assert found.place_of(found.events[0]).span.line == 2


def test_deep_nesting_and_strange_code_do_no_harm() -> None:
    deep = "x" + ".a()" * 40
    found = function(f"def f(x):\n    {deep}\n    def f(): ...\n    del x[0], x.a\n    x.b += 1\n    *c, d = x\n", "f")
    assert len(found.calls) == 40
    written = [(event.text, event.attribute) for event in found.events if isinstance(event, WriteEvent)]
    assert written == [("x", None), ("x", "a"), ("x", "b")]


def test_circles_end() -> None:
    text = """
def f(x):
    y = x
    for z in y:
        x = y.a()
        y = x.b()
    return g()
def g():
    return f(g())
class C:
    def __init__(self):
        self.a = self.b
        self.b = self.a
    def m(self):
        self.a.execute(self.b)
"""
    for item in Functions(Program({"main.py": lower(text)})).of("main.py"):
        assert item.queries == ()
        assert item.session_calls == ()

from __future__ import annotations

import pytest

from schemalint.diagnostics import Place, Span
from schemalint.interpret.evaluator.conditions import truth
from schemalint.interpret.evaluator.machine import Framework
from schemalint.interpret.evaluator.run import machine
from schemalint.interpret.program import Program
from schemalint.interpret.values import (
    HOLE,
    Entries,
    Found,
    Frame,
    Items,
    Made,
    Symbol,
    Unsure,
    is_scalar,
)
from schemalint.source.lower import lower

PRELUDE = """
import enum
import other
from other import LIMIT, Config, helper
import library

NAME = "users"
NAMES = ("a", "b")
TABLE = {"a": 1, "b": 2}

class Kind(enum.Enum):
    ONE = "one"
    TWO = "two"

class Model:
    __tablename__ = "models"
    alias = __tablename__

    def __init__(self, size=2):
        self.size = size

    @property
    def double(self):
        return self.size * 2

    def grown(self, by):
        return self.size + by

    @classmethod
    def sized(cls, size):
        return cls(size=size)

class Namesakes:
    NAME = NAME

class Child(Model):
    __tablename__ = "children"

    @classmethod
    def named(cls):
        return cls.__tablename__ + "_" + cls.__name__

def greet(name, *rest, sep="-", **more):
    return sep.join([name, *rest, *more])

def factorial(n):
    if n == 0:
        return 1
    return n * factorial(n - 1)
"""
OTHER = 'LIMIT = 10\n\nclass Config:\n    prefix = "x_"\n\ndef helper(value):\n    return f"<{value}>"\n'


def evaluate(expression, prelude=PRELUDE, framework=None):
    module = lower(f"{prelude}\nRESULT = {expression}\n")
    program = Program({"main.py": module, "other.py": lower(OTHER)})
    runner = machine(program, "main.py", Place("main.py", Span(1, 1, 1, 1)), framework or Framework())
    return runner.value(module.body[-1].value, Frame("main.py"))


def plain(value):
    """A value as Python has it."""
    if isinstance(value, Items):
        kinds = {"list": list, "tuple": tuple, "set": set}
        return kinds[value.kind](plain(item) for item in value.values)
    if isinstance(value, Entries):
        return {plain(key): plain(item) for key, item in value.pairs}
    return value


@pytest.mark.parametrize(
    "expression",
    [
        "1 + 2 * 3 - 4 // 3",
        "-5 % 3",
        "'a' + 'b' * 2",
        "'%s_%d%%' % ('a', 3)",
        "'%(x)s' % {'x': 1}",
        "'{} {b!r:>5} {0}'.format('x', b='y') if False else 'n'",
        "'{1}{0}'.format('x', 'y')",
        "f'{1 + 1}_{\"x\"!r}_{3.14159:.2f}'",
        "', '.join(['a', 'b'])",
        "'  Ab '.strip().lower().upper().replace('A', 'x')",
        "'a,b'.split(',')",
        "'abc'.startswith(('x', 'a'))",
        "'abc'[1:]",
        "[1, *[2, 3], 4][-1]",
        "{**{'a': 1}, 'b': 2}",
        "{'a': 1}.get('b', 7)",
        "{'a': 1}.items()",
        "[x * 2 for x in range(5) if x % 2 == 1]",
        "{k: v for k, v in {'a': 1}.items()}",
        "[(x, y) for x in 'ab' for y in (1, 2)]",
        "sorted({'b', 'a'})",
        "list(zip('ab', [1, 2]))",
        "list(enumerate(['x'], 1))",
        "len((1, 2)) == 2 and not False",
        "1 < 2 < 3",
        "'a' in ['a'] and 'b' not in ('a',)",
        "None is None",
        "(lambda x, y=2: x + y)(1)",
        "sum([1, 2]) + max(3, 4) + int('5')",
        "any(x > 1 for x in [1, 2])",
        "all([])",
        "isinstance('x', str)",
        "(y := 3) + y",
        "{1, 2} & {2, 3}",
        "{'a': 1, 'b': 2, 'a': 3}",
        "{'a': 1} | {'b': 2, 'a': 3}",
        "dict([('a', 1)], b=2)",
        "dict.fromkeys(['a', 'b'], 1)",
        "list(map(lambda x: x + 1, [1]))",
        "next(x for x in [4, 5])",
        "'yes' if 1 else 'no'",
    ],
)
def test_python_is_folded_as_python_folds_it(expression):
    expected = eval(expression)
    expected = list(expected) if isinstance(expected, type({}.items())) else expected
    assert plain(evaluate(expression)) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("NAME + '_' + NAMES[0]", "users_a"),
        ("LIMIT + 1", 11),
        ("other.LIMIT", 10),
        ("Config.prefix + NAME", "x_users"),
        ("helper(NAME)", "<users>"),
        ("Model.__tablename__", "models"),
        ("Model.alias", "models"),
        ("Namesakes.NAME", "users"),
        ("Model().double", 4),
        ("Model(size=5).grown(by=1)", 6),
        ("Model.sized(7).double", 14),
        ("Model().sized(size=7).double", 14),
        ("Child.sized(1).named()", "children_Child"),
        ("greet('a', *NAMES, sep='+', **TABLE)", "a+a+b+a+b"),
        ("Kind.ONE.value", "one"),
        ("Kind('two').name", "TWO"),
        ("[k.value for k in Kind]", ["one", "two"]),
        ("Model.__name__", "Model"),
        ("factorial(3)", 6),
        ("getattr(Model, '__tablename__')", "models"),
    ],
)
def test_names_of_the_project_are_followed(expression, expected):
    assert plain(evaluate(expression)) == expected


def test_what_belongs_to_a_library_is_a_term():
    value = evaluate("library.Thing('x', size=NAME).more(1)")
    assert isinstance(value, Made)
    assert (value.callee, value.owner.callee, value.owner.value("size")) == ("more", "library.Thing", "users")
    assert evaluate("library.constant") == Symbol("library.constant")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("f'DROP TABLE {library.name()}_x'", f"DROP TABLE {HOLE}_x"),
        ("'UPDATE ' + library.name() + ' SET'", f"UPDATE {HOLE} SET"),
        ("'a %s %d' % (library.name(), 1)", f"a {HOLE} 1"),
        ("'{} {}'.format(library.name(), 1)", f"{HOLE} 1"),
        ("','.join(['a', library.name()])", f"a,{HOLE}"),
    ],
)
def test_unknown_parts_of_a_text_are_holes(expression, expected):
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "missing",
        "factorial(library.x)",
        "factorial(-1)",
        "library.flag or missing",
        "NAMES[9]",
        "TABLE['z']",
        "1 / 0",
        "'a' < 1",
        "int('x')",
        "NAME[library.x]",
        "[1] + library.rows()",
        "Kind('three')",
    ],
)
def test_what_is_not_known_is_never_guessed(expression):
    value = evaluate(expression)
    assert isinstance(value, Unsure) or (isinstance(value, Items) and value.open)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("library.flag", None),
        ("library.flag and False", False),
        ("library.flag or True", True),
        ("not library.flag", None),
        ("library.flag == 1", None),
        ("'' or []", False),
        ("[library.x]", True),
        ("None == library.call()", None),
    ],
)
def test_truth_of_what_is_not_known(expression, expected):
    assert truth(evaluate(expression)) is expected


class Catalogue(Framework):
    """A framework that answers questions about what exists."""

    def contains(self, container, item):
        if container == Symbol("library.db.tables"):
            return Found(True) if item == "known" else Unsure("not known", True, False)
        return super().contains(container, item)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'known' in library.db.tables", Found(True)),
        ("not 'known' in library.db.tables", Found(False)),
        ("'known' in library.db.tables and True", Found(True)),
        ("'x' in library.db.tables", Unsure("not known", True, False)),
        ("'x' not in library.db.tables", Unsure("not known", True, True)),
        ("'x' in library.db.tables or 'y' in library.db.tables", Unsure("not known", True, False)),
    ],
)
def test_questions_of_existence_stay_what_they_are(expression, expected):
    assert evaluate(expression, framework=Catalogue()) == expected


def test_a_doubt_of_another_kind_outweighs_one_about_existence():
    value = evaluate("'x' in library.db.tables and library.flag == 1", framework=Catalogue())
    assert isinstance(value, Unsure)
    assert not value.existence


def test_scalars_have_no_holes():
    assert is_scalar("a")
    assert not is_scalar("a" + HOLE)

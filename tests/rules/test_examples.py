"""How examples are written on a page."""

from __future__ import annotations

import pytest

from schemalint.rules.examples import ExampleError, Expected, examples_of
from schemalint.rules.pages import parse_page

PAGE = """# a-rule

What is wrong.

## The safe way

```python
def f():  # not an example
## not a heading
```

## Examples

### Two files

Some prose.

```python title="a/b.py"
x = 1  # expect: a-rule
# kept
y = 2  # schemalint: ignore[b] why  # expect: a-rule[info], b-rule
```

```sql title="a/c.sql"
DROP TABLE t;  -- expect: a-rule
```

```toml title="schemalint.toml"
profile = "mvp"
```

### Another

```python title="d.py"
### no heading
```
"""


def test_files_settings_and_marks_are_read() -> None:
    first, second = examples_of(parse_page(PAGE))
    assert first.title == "Two files"
    assert first.files == {
        "a/b.py": "x = 1\n# kept\ny = 2  # schemalint: ignore[b] why\n",
        "a/c.sql": "DROP TABLE t;\n",
    }
    assert first.settings == 'profile = "mvp"\n'
    assert first.expected == (
        Expected("a/b.py", 1, "a-rule"),
        Expected("a/b.py", 3, "a-rule", "info"),
        Expected("a/b.py", 3, "b-rule"),
        Expected("a/c.sql", 1, "a-rule"),
    )
    assert second.files == {"d.py": "### no heading\n"}


def test_sections_are_split_at_headings_outside_of_code() -> None:
    page = parse_page(PAGE)
    assert page.name == "a-rule"
    assert page.summary == "What is wrong."
    assert list(page.sections) == ["The safe way", "Examples"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("### A\n\n```python\nx\n```\n", "no title"),
        ('### A\n\n```python title="a.py"\nx\n', "does not end"),
        ("### A\n\nprose\n", "no file"),
    ],
)
def test_a_badly_written_example_is_refused(body: str, complaint: str) -> None:
    with pytest.raises(ExampleError, match=complaint):
        examples_of(parse_page(f"# a-rule\n\n## Examples\n\n{body}"))

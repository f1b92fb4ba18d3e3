"""Adds a rule: its function to the category's module or package, and its page to the catalogue.

    python tools/new_rule.py LCK002 non-concurrent-index-drop W/E/E Step

The function yields nothing and the page is full of questions: the tests fail until both are written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from schemalint.rules.api import CODE, NAME
from schemalint.rules.categories import CATEGORIES

ROOT = Path(__file__).resolve().parent.parent
SUBJECTS = {
    "Step": "schemalint.project.subjects",
    "Revision": "schemalint.project.subjects",
    "History": "schemalint.project.subjects",
    "Target": "schemalint.project.subjects",
    "Module": "schemalint.project.subjects",
    "Project": "schemalint.project.subjects",
    "Table": "schemalint.project.tables",
    "Column": "schemalint.project.tables",
    "Function": "schemalint.project.functions",
    "RouteHandler": "schemalint.project.handlers",
    "LayeredModule": "schemalint.project.layered",
}

MODULE = '''"""{prefix}: {category}."""

from __future__ import annotations

from collections.abc import Iterator

from {subject_module} import {subject}
from schemalint.rules.api import Finding, rule
'''

FUNCTION = '''

@rule("{code}", "{name}", "{severities}")
def {function}({parameter}: {subject}) -> Iterator[Finding]:
    """<What is wrong, in one sentence: `schemalint rule --all` shows it.>"""
    yield from ()
'''

PAGE = """# {name}

<What is wrong, in one sentence.>

## What it flags

<The constructs, and the conditions under which they are flagged.>

## Why it hurts

<The fact, measured or cited: which lock, which rows, which error.>

## The safe way

<Code that does it right.>

## When it is quiet

<The guards.>

## Examples

### <What this example shows>

```python title="migrations/versions/001_example.py"
import schemalint  # expect: {name}
```

## References

- <Documentation>
"""


def main() -> int:
    """Writes both files; says so and changes nothing where the rule exists or the words are wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("code", help="three letters and three digits, as in the catalogue: LCK002")
    parser.add_argument("name", help='the problem, so that it reads right after "allow": non-concurrent-index-drop')
    parser.add_argument("severities", help="letters for mvp, growth and enterprise: I/W/E, a dash for off")
    parser.add_argument("subject", choices=sorted(SUBJECTS), help="what the rule looks at")
    given = parser.parse_args()
    category = CATEGORIES.get(given.code[:3])
    if category is None or not CODE.fullmatch(given.code) or not NAME.fullmatch(given.name):
        parser.error(f"a code begins with one of {', '.join(CATEGORIES)}, a name is lower-case words and dashes")
    package = ROOT / "src" / "schemalint" / "rules" / category
    module = package / f"{given.name.replace('-', '_')}.py" if package.is_dir() else package.with_suffix(".py")
    page = ROOT / "rules" / category / f"{given.name}.md"
    values = {
        **vars(given),
        "category": category,
        "prefix": given.code[:3],
        "subject_module": SUBJECTS[given.subject],
        "function": given.name.replace("-", "_"),
        "parameter": given.subject.lower(),
    }
    source = module.read_text(encoding="utf-8") if module.exists() else MODULE.format(**values)
    if page.exists() or f'"{given.code}"' in source or f'"{given.name}"' in source:
        parser.error(f"{given.code} or {given.name} exists already")
    module.write_text(source.rstrip("\n") + "\n" + FUNCTION.format(**values), encoding="utf-8")
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(PAGE.format(**values), encoding="utf-8")
    sys.stdout.write(f"{module.relative_to(ROOT)}\n{page.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""What a run takes from the bodies that were read before is what it would have read."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.records import Settings
from schemalint.source.tree import FolderTree

REVISION = """\
from alembic import op
import sqlalchemy as sa
from db.common import TABLE, add

revision = "{id}"
down_revision = {down}


def upgrade():
    {upgrade}


def downgrade():
    {downgrade}
"""
CREATE = 'op.create_table(TABLE, sa.Column("id", sa.Integer, primary_key=True))'
FILES = {
    "db/__init__.py": "",
    "db/common.py": 'TABLE = "users"\n\n\ndef add(op, name):\n    op.execute(f"DELETE FROM {TABLE}")\n',
    "db/env.py": "from alembic import context\n\ncontext.configure(url='postgresql://localhost/db')\n",
    "db/versions/1.py": REVISION.format(id="1", down=None, upgrade=CREATE, downgrade="op.drop_table(TABLE)"),
    "db/versions/2.py": REVISION.format(id="2", down='"1"', upgrade='add(op, "x")', downgrade="pass"),
    "db/versions/3.py": REVISION.format(id="3", down='"2"', upgrade="op.drop_table('users')", downgrade="pass"),
}
COLUMN = "    op.add_column(TABLE, sa.Column(name, sa.Text, nullable=False))\n"
EDITS = {
    "nothing of the history": {"app.py": "x = 1\n"},
    "the last revision": {"db/versions/3.py": FILES["db/versions/3.py"].replace("drop_table('users')", "f('x')")},
    "the first revision": {"db/versions/1.py": FILES["db/versions/1.py"].replace("op.drop_table(TABLE)", "pass")},
    "what revisions share": {"db/common.py": "import sqlalchemy as sa\n" + FILES["db/common.py"] + COLUMN},
    "a constant": {"db/common.py": FILES["db/common.py"].replace('"users"', '"people"')},
    "the environment": {"db/env.py": FILES["db/env.py"].replace("postgresql:", "sqlite:")},
    "a new revision": {
        "db/versions/4.py": REVISION.format(id="4", down='"3"', upgrade='op.drop_table("x")', downgrade="pass")
    },
    "another file of the name": {"db/versions/db/common.py": 'TABLE = "people"\n', "db/versions/db/__init__.py": ""},
    "no such file": {"db/common.py": ""},
}


def said(root: Path, cache: Path | None) -> list[str]:
    """What a run finds, whole."""
    outcome = run(Request(FolderTree(root), Settings(root=str(root), select=("ALL",)), Cache(cache)))
    return [str(diagnostic) for diagnostic in outcome.result.diagnostics] + [
        str(outcome.result.examined.not_understood)
    ]


@pytest.mark.parametrize("edit", EDITS)
def test_a_change_is_judged_as_without_what_was_kept(tmp_path: Path, edit: str) -> None:
    root = tmp_path / "shop"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    cache = tmp_path / "cache"
    before = said(root, cache)
    assert before == said(root, None)
    assert Cache(cache).everything("bodies")

    for path, text in EDITS[edit].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)

    after = said(root, cache)
    assert after == said(root, None)
    assert (after == before) == (edit == "nothing of the history")

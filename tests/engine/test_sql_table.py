"""SQL that was read once is not read again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REVISION = """
from alembic import op
revision = "001"
down_revision = None

def upgrade():
    op.execute("CREATE TABLE users (id int PRIMARY KEY, name text)")
    op.execute("INSERT INTO users (name) SELECT name FROM people WHERE id IN (SELECT id FROM chosen)")
    op.execute("DELETE FROM users")

def downgrade():
    op.execute("DROP TABLE users")
"""
PROGRAM = """
import sys
from schemalint.cli.main import main
sys.argv = ["schemalint", "check", "--select", "SYS"]
try:
    main()
finally:
    print("sqlglot" in sys.modules)
"""


def test_a_warm_run_does_not_import_the_parser(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions/001.py").write_text(REVISION)
    (tmp_path / "pyproject.toml").write_text('[tool.schemalint]\ndatabase = "postgresql:16"\n')
    assert imported(tmp_path) == "True"
    assert imported(tmp_path) == "False"


def imported(folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[-1]

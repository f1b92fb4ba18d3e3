"""Folders that a package puts on the search path: what lies in them is imported by its bare name."""

from __future__ import annotations

import pytest

from schemalint.interpret.program import Program
from schemalint.interpret.resolve import qualified_name
from schemalint.ir import Name
from schemalint.source.frontend_ast import lower


def name_of_helper(init: str) -> str | None:
    files = {
        "shop/__init__.py": "",
        "shop/main.py": "import shop.migrations.versions\n",
        "shop/migrations/__init__.py": init,
        "shop/migrations/tools.py": "def add(): ...\n",
        "shop/migrations/versions/a1.py": "from tools import add\n",
    }
    program = Program({path: lower(text) for path, text in files.items()})
    return qualified_name(program, "shop/migrations/versions/a1.py", Name("add", 0, 0))


@pytest.mark.parametrize(
    "init",
    [
        "import os, sys\nhere = os.path.dirname(os.path.realpath(__file__))\nsys.path.append(here)\n",
        "import os, sys\nsys.path.insert(0, os.path.dirname(__file__))\n",
        "import sys\nfrom pathlib import Path\nsys.path.append(str(Path(__file__).resolve().parent))\n",
    ],
)
def test_a_package_that_adds_its_own_folder(init: str) -> None:
    assert name_of_helper(init) == "shop.migrations.tools.add"


@pytest.mark.parametrize(
    "init",
    [
        "",
        "import os, sys\nsys.path.append(os.path.dirname(os.path.dirname(__file__)))\n",
        "import sys\nsys.path.append(settings.FOLDER)\n",
        "import os\nsys.path.append(os.path.dirname(__file__))\n",
    ],
)
def test_without_it_the_name_is_that_of_a_library(init: str) -> None:
    assert name_of_helper(init) == "tools.add"

"""What an `alembic.ini` and a `pyproject.toml` say of histories."""

from __future__ import annotations

import pytest

from schemalint.readers.alembic.ini import find_folder, read_ini, read_pyproject


def test_a_section_gives_its_locations_and_the_url_without_the_password() -> None:
    (section,), problem = read_ini(
        "db/alembic.ini",
        "[alembic]\n"
        "script_location = %(here)s/migrations\n"
        "file_template = %%(rev)s_%%(slug)s\n"
        "sqlalchemy.url = postgresql+psycopg://app:s3cr%%40t@localhost/shop\n"
        "[loggers]\nkeys = root\n",
    )

    assert problem is None
    assert section.section == "alembic"
    assert section.script_location == "db/migrations"
    assert section.file_template == "%(rev)s_%(slug)s"
    assert section.url == "postgresql+psycopg://app@localhost/shop"


def test_each_section_with_a_script_location_is_a_history_of_its_own() -> None:
    sections, _ = read_ini(
        "alembic.ini",
        "[DEFAULT]\nsqlalchemy.url = sqlite:///x.db\n"
        "[users]\nscript_location = users/migrations\n"
        "[billing]\nscript_location = billing/migrations\nsqlalchemy.url = mysql://localhost/billing\n"
        "[handlers]\nkeys = console\n",
    )

    assert [(section.section, section.script_location, section.url) for section in sections] == [
        ("users", "users/migrations", "sqlite:///x.db"),
        ("billing", "billing/migrations", "mysql://localhost/billing"),
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("version_locations = a b,c, d", ("a", "b", "c", "d")),
        ("version_locations = a:b/c\nversion_path_separator = :", ("a", "b/c")),
        ("version_locations = a;b\npath_separator = ;", ("a", "b")),
        ("version_locations = a b\npath_separator = space", ("a", "b")),
        ("version_locations =\n  one folder\n  two\npath_separator = newline", ("one folder", "two")),
        ("version_locations = a:b\nversion_path_separator = os  # Use os.pathsep.", ("a", "b")),
        ("version_locations = %(script_location)s/x", ("m/x",)),
    ],
)
def test_version_locations_are_split_as_the_section_says(options: str, expected: tuple[str, ...]) -> None:
    (section,), _ = read_ini("alembic.ini", f"[alembic]\nscript_location = m\n{options}\n")

    assert section.version_locations == expected


def test_a_value_that_refers_to_what_is_not_in_the_file_is_not_known() -> None:
    (section,), problem = read_ini("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://%(DB_HOST)s/shop\n")

    assert section.url is None
    assert problem is None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[alembic]\nscript_location = a\nscript_location = b\n", 3, "given twice"),
        ("[alembic]\nscript_location = a\n[alembic]\n", 3, "given twice"),
    ],
)
def test_a_duplicate_is_told_and_the_rest_still_read(text: str, line: int, words: str) -> None:
    sections, problem = read_ini("alembic.ini", text)

    assert problem is not None
    assert (problem.line, words in problem.message) == (line, True)
    assert [section.section for section in sections] == ["alembic"]


@pytest.mark.parametrize(
    ("text", "line"), [("script_location = a\n", 1), ("[alembic]\nscript_location = a\njust words\n", 3)]
)
def test_a_broken_file_gives_a_problem_with_its_line(text: str, line: int) -> None:
    sections, problem = read_ini("alembic.ini", text)

    assert sections == ()
    assert problem is not None
    assert problem.line == line


def test_pyproject_gives_the_table_tool_alembic() -> None:
    (section,), problem = read_pyproject(
        "pyproject.toml",
        '[tool.alembic]\nscript_location = "%(here)s/migrations"\n'
        'version_locations = ["%(here)s/a", "b"]\nrecursive_version_locations = true\n',
    )

    assert problem is None
    assert section.script_location == "./migrations"
    assert section.version_locations == ("./a", "b")
    assert section.recursive


def test_pyproject_without_the_table_gives_nothing_and_a_broken_one_a_problem() -> None:
    assert read_pyproject("pyproject.toml", "[tool.ruff]\n") == ((), None)

    sections, problem = read_pyproject("pyproject.toml", "[tool.alembic]\nx = \n")
    assert sections == ()
    assert problem is not None
    assert problem.line == 2


FOLDERS = {
    "",
    "src",
    "src/shop",
    "src/shop/db",
    "src/shop/db/migrations",
    "services/a",
    "services/a/alembic",
    "alembic",
}


@pytest.mark.parametrize(
    ("location", "here", "expected"),
    [
        ("alembic", "services/a", "services/a/alembic"),
        ("alembic", "", "alembic"),
        ("./alembic/", "", "alembic"),
        ("services/a/alembic", "services/a", "services/a/alembic"),
        ("../../alembic", "services/a", "alembic"),
        ("shop.db:migrations", "", "src/shop/db/migrations"),
        ("shop:db/migrations", "", "src/shop/db/migrations"),
        ("elsewhere", "services/a", None),
        ("/abs/alembic", "", None),
        ("other:migrations", "", None),
    ],
)
def test_a_location_is_found_in_the_tree(location: str, here: str, expected: str | None) -> None:
    assert find_folder(location, here, FOLDERS) == expected

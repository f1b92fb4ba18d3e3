from __future__ import annotations

import pytest

from schemalint.facts.requirements import Requirement


@pytest.mark.parametrize(
    ("version", "release"),
    [("2.0.36", (2, 0, 36)), ("v1.4", (1, 4)), ("2.1b1", (2, 1)), ("1!2.0", (2, 0)), ("main", None), (None, None)],
)
def test_the_numbers_of_a_version(version: str | None, release: tuple[int, ...] | None) -> None:
    assert Requirement("sqlalchemy", "uv.lock", version).release == release


@pytest.mark.parametrize(
    ("version", "specifier", "expected"),
    [
        ("2.0.1", "", True),
        ("2", "", True),
        ("1.4.54", ">=2", False),
        (None, ">=2.0,<3", True),
        (None, ">1.4", None),
        (None, ">=1.4,<2", False),
        (None, "<2.1", None),
        (None, "<=2.0", None),
        (None, "<=1.4", False),
        (None, "~=2.0", True),
        (None, "~=1.4.1", False),
        (None, "~=1.4", False),
        (None, "^2.0.3", True),
        (None, "^1.4", False),
        (None, "~1.4", False),
        (None, "==2.*", True),
        (None, "==1.4.*", False),
        (None, "^1.4 || ^2.0", None),
        (None, "!=2.0.1", None),
        (None, "", None),
        (None, "nonsense", None),
    ],
)
def test_whether_a_library_is_at_least_some_release(version: str | None, specifier: str, expected: bool | None) -> None:
    assert Requirement("sqlalchemy", "pyproject.toml", version, specifier).at_least(2) is expected


def test_a_caret_keeps_the_first_number_that_is_not_zero() -> None:
    assert Requirement("sqlmodel", "pyproject.toml", specifier="^0.0.8").at_least(0, 0, 9) is False
    assert Requirement("fastapi", "pyproject.toml", specifier="^0.100").at_least(0, 101) is False
    assert Requirement("fastapi", "pyproject.toml", specifier="^0.100").at_least(0, 100) is True

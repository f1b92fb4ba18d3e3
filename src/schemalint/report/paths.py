"""Paths as each reader of a report needs them: a person, a build server, a URI."""

from __future__ import annotations

import os.path
from pathlib import PurePath
from urllib.parse import quote

from schemalint.report.context import RenderContext
from schemalint.report.escape import printable

_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY")


def from_working_directory(path: str, context: RenderContext) -> str:
    """The path relative to where the user stands, with forward slashes."""
    whole = context.root / path
    try:
        relative = os.path.relpath(whole, context.working_directory)
    except ValueError:  # another drive
        return whole.as_posix()
    return PurePath(relative).as_posix()


def shown(path: str, context: RenderContext) -> str:
    """The path for a person. One that begins like a workflow command of GitHub (`::`) gets `./` in front."""
    path = printable(from_working_directory(path, context))
    return f"./{path}" if path.lstrip().startswith("::") else path


def from_checkout(path: str, context: RenderContext) -> str:
    """The path relative to the checkout that the build server names; relative to the root where it names none."""
    for variable in _CHECKOUTS:
        checkout = context.environment.get(variable)
        if checkout:
            try:
                return (PurePath(context.root).relative_to(checkout) / path).as_posix()
            except ValueError:
                return path
    return path


def uri_path(path: str) -> str:
    """The path as a relative URI, percent-encoded."""
    return quote(path, safe="/", errors="replace")

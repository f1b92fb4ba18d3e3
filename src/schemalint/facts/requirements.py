"""The libraries that a project requires."""

from __future__ import annotations

import re

import msgspec

_CLAUSE = re.compile(r"(?P<sign>===?|!=|>=|<=|~=|>|<|\^|~|)\s*v?(?P<release>\d{1,9}(?:\.\d{1,9})*)(?P<any>\.\*)?")
_RELEASE = re.compile(r"v?(?:\d+!)?(?P<release>\d{1,9}(?:\.\d{1,9})*)")

Release = tuple[int, ...]


class Requirement(msgspec.Struct, frozen=True, gc=False, order=True):
    """A library that a project requires, or that comes along with one it requires.

    `name` is normalised (PEP 503). `version` is the one known from a lock file or a pin, `specifier` the range as it is
    declared (">=2.0,<3", "^2.0"). Both are None and empty where files disagree. `group` is the extra or group of
    dependencies that asks for it, empty for the project itself; `direct` is False for what only a lock file names.
    `path` is the file that says so.
    """

    name: str
    path: str
    version: str | None = None
    specifier: str = ""
    group: str = ""
    direct: bool = True

    @property
    def release(self) -> Release | None:
        """The numbers of the version: (2, 0, 36) for "2.0.36rc1"."""
        found = _RELEASE.match(self.version) if self.version else None
        return _numbers(found["release"]) if found else None

    def at_least(self, *release: int) -> bool | None:
        """Whether the version is this one or later; None where neither version nor specifier decides."""
        if self.release is not None:
            return _padded(self.release) >= _padded(release)
        lower, upper = _bounds(self.specifier)
        if lower is not None and _padded(lower) >= _padded(release):
            return True
        return False if upper is not None and _padded(upper) <= _padded(release) else None


def _bounds(specifier: str) -> tuple[Release | None, Release | None]:
    """The highest lower bound and the lowest bound that is excluded above, as far as a specifier gives them."""
    lowers, uppers = [], []
    if "|" not in specifier:
        for clause in filter(None, map(_CLAUSE.fullmatch, map(str.strip, specifier.split(",")))):
            release, sign = _numbers(clause["release"]), clause["sign"]
            if sign in (">=", ">", "^", "~", "~=") or (sign == "==" and clause["any"]):
                lowers.append(release)
            if sign == "<":
                uppers.append(release)
            elif sign == "<=":
                uppers.append((*_padded(release)[:7], 1))
            elif sign in ("^", "~", "~=") or (sign == "==" and clause["any"]):
                uppers.append(_next(release, sign))
    return max(lowers, key=_padded, default=None), min(uppers, key=_padded, default=None)


def _next(release: Release, sign: str) -> Release:
    """The first release that a compatible range leaves out."""
    if sign == "^":
        at = next((index for index, number in enumerate(release) if number), len(release) - 1)
    elif sign == "~":
        at = min(1, len(release) - 1)
    elif sign == "~=":
        at = max(0, len(release) - 2)
    else:
        at = len(release) - 1
    return (*release[:at], release[at] + 1)


def _numbers(text: str) -> Release:
    return tuple(map(int, text.split(".")))


def _padded(release: Release) -> Release:
    return (*release, *(0,) * 8)[:8]

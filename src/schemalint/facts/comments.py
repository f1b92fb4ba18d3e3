"""Comments by which people answer the linter."""

from __future__ import annotations

import msgspec

from schemalint.diagnostics import Place, Span


class Directive(msgspec.Struct, frozen=True, gc=False):
    """`# schemalint: ignore[name, ...] reason`, `ignore-file[...]` or `approve[...]` (`kind`).

    `place` is the comment itself, `names` are as written with the place of each. `target` is what the comment speaks
    of: the statement it ends or stands above; None for a whole file. `problem` tells why a comment that says
    `schemalint:` is none of these.
    """

    kind: str
    names: tuple[tuple[str, Place], ...]
    reason: str
    place: Place
    target: Span | None
    problem: str | None = None

"""The JSON that is promised: its keys do not change. `json.schema.json` beside this file is its schema."""

from __future__ import annotations

from typing import Any

import msgspec

from schemalint.diagnostics import Applicability, Basis, Diagnostic, Place, Severity


class JsonRelated(msgspec.Struct, frozen=True):
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str


class JsonEdit(msgspec.Struct, frozen=True):
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    content: str


class JsonFix(msgspec.Struct, frozen=True):
    title: str
    applicability: Applicability
    edits: tuple[JsonEdit, ...]


class JsonDiagnostic(msgspec.Struct, frozen=True):
    """Lines and columns are 1-based, columns count code points, ends are exclusive; paths are relative to the root."""

    code: str
    name: str
    category: str
    severity: Severity
    basis: Basis
    message: str
    help: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    anchor: str
    fingerprint: str
    facts: tuple[str, ...]
    related: tuple[JsonRelated, ...]
    fixes: tuple[JsonFix, ...]
    url: str


def promised(diagnostic: Diagnostic) -> dict[str, Any]:
    """The diagnostic as plain values, its keys in the promised order."""
    record = JsonDiagnostic(
        code=diagnostic.code,
        name=diagnostic.name,
        category=diagnostic.category,
        severity=diagnostic.severity,
        basis=diagnostic.basis,
        message=diagnostic.message,
        help=diagnostic.help,
        **_flat(diagnostic.place),
        anchor=diagnostic.anchor,
        fingerprint=diagnostic.fingerprint,
        facts=diagnostic.facts,
        related=tuple(JsonRelated(**_flat(each.place), message=each.message) for each in diagnostic.related),
        fixes=tuple(
            JsonFix(
                fix.title,
                fix.applicability,
                tuple(JsonEdit(**_flat(edit.place), content=edit.content) for edit in fix.edits),
            )
            for fix in diagnostic.fixes
        ),
        url=diagnostic.url,
    )
    plain: dict[str, Any] = msgspec.to_builtins(record)
    return plain


def _flat(place: Place) -> dict[str, Any]:
    return {"path": place.path, **msgspec.structs.asdict(place.span)}

"""The JSON that is promised: its keys do not change. `json.schema.json` beside this file is its schema."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from schemalint.diagnostics import Applicability, Basis, Diagnostic, Place, Severity

Ordinal = Annotated[int, msgspec.Meta(ge=1)]


class JsonRelated(msgspec.Struct, frozen=True):
    path: str
    line: Ordinal
    column: Ordinal
    end_line: Ordinal
    end_column: Ordinal
    message: str


class JsonEdit(msgspec.Struct, frozen=True):
    path: str
    line: Ordinal
    column: Ordinal
    end_line: Ordinal
    end_column: Ordinal
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
    line: Ordinal
    column: Ordinal
    end_line: Ordinal
    end_column: Ordinal
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

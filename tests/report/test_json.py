from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from schemalint.diagnostics import Applicability, Edit, Fix, Place, Related, Span
from schemalint.report import render
from schemalint.report.promise import JsonDiagnostic

SCHEMA = Path(__file__).parents[2] / "src/schemalint/report/json.schema.json"


def test_the_published_schema_is_that_of_the_records() -> None:
    published = json.loads(SCHEMA.read_text("utf-8"))
    del published["$schema"], published["title"]
    assert published == msgspec.json.schema(list[JsonDiagnostic])


def test_the_promised_keys_in_their_order(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    place = Place("app/models.py", Span(4, 5, 4, 10))
    diagnostic = diagnose(
        span=(2, 3, 2, 9),
        help="Approve it.",
        facts=("a fact",),
        related=(Related(place, "declared here"),),
        fixes=(Fix("Add a default", Applicability.UNSAFE, (Edit(place, "x"),)),),
        url="https://example.org/MIG001",
    )
    (entry,) = json.loads(render("json", run(diagnostic), context()))
    there = {"path": "app/models.py", "line": 4, "column": 5, "end_line": 4, "end_column": 10}
    assert list(entry.items()) == [
        ("code", "MIG001"),
        ("name", "unapproved-column-drop"),
        ("category", "migrations"),
        ("severity", "error"),
        ("basis", "proved"),
        ("message", "dropping `users.email` loses its data"),
        ("help", "Approve it."),
        ("path", "migrations/a.py"),
        ("line", 2),
        ("column", 3),
        ("end_line", 2),
        ("end_column", 9),
        ("anchor", "ae103:drop_column:users.email"),
        ("fingerprint", "0123456789abcdef0123456789abcdef"),
        ("facts", ["a fact"]),
        ("related", [{**there, "message": "declared here"}]),
        (
            "fixes",
            [{"title": "Add a default", "applicability": "unsafe", "edits": [{**there, "content": "x"}]}],
        ),
        ("url", "https://example.org/MIG001"),
    ]


def test_a_clean_run_is_an_empty_array(run: Callable[..., Any], context: Callable[..., Any]) -> None:
    assert render("json", run(), context()) == "[]\n"
    assert render("json-lines", run(), context()) == ""

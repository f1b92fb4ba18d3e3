"""What is reported, and where: the lowest layer, which knows nothing of Python, SQL or frameworks."""

from schemalint.diagnostics.fingerprint import fingerprint
from schemalint.diagnostics.records import (
    Applicability,
    Basis,
    Diagnostic,
    Edit,
    Fix,
    Place,
    Related,
    Severity,
    Span,
    Weight,
)

__all__ = [
    "Applicability",
    "Basis",
    "Diagnostic",
    "Edit",
    "Fix",
    "Place",
    "Related",
    "Severity",
    "Span",
    "Weight",
    "fingerprint",
]

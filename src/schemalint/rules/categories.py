"""The families of rules: the prefix of a code, and the category whose module and pages hold it."""

from __future__ import annotations

CATEGORIES = {
    "MIG": "migrations",
    "HIS": "history",
    "LCK": "locking",
    "DRF": "drift",
    "EVO": "evolution",
    "CON": "constraints",
    "TYP": "types",
    "IDX": "indexes",
    "DES": "design",
    "ORM": "orm",
    "SES": "sessions",
    "QRY": "queries",
    "ARC": "architecture",
    "DOM": "domain",
    "GOV": "governance",
    "DJG": "django",
    "SYS": "system",
}

"""What could not be resolved. An unknown can only silence a rule, never make it fire."""

from __future__ import annotations

from schemalint.facts.record import Record


class Unknown(Record, frozen=True, gc=False, tag="unknown"):
    """A value that is there but not known. `reason` is shown to people: "the loop runs over rows of the database"."""

    reason: str

"""All probes, each one row: what is tried on servers to learn what a form of statement does.

To add one, write a `Probe` in the file of its family: a key for the form (or that of a form that it is another proof
of), the statement, and the setup that makes the tables it meets, named by their roles (`Probe` tells which there are).
Then `python -m tools.probe_effects --write` measures it on every major and writes the table of facts.
"""

from __future__ import annotations

from tests.postgres.effects import (
    columns,
    constraints,
    indexes,
    maintenance,
    objects,
    partitions,
    sequences,
    statements,
    tables,
    type_changes,
)

PROBES = (
    *tables.PROBES,
    *columns.PROBES,
    *type_changes.PROBES,
    *constraints.PROBES,
    *indexes.PROBES,
    *partitions.PROBES,
    *objects.PROBES,
    *maintenance.PROBES,
    *sequences.PROBES,
    *statements.PROBES,
)

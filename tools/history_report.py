"""What comparisons of facts print."""

from __future__ import annotations

import sys
from collections import Counter

from tools.history_catalogue import Facts


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def share(part: int, whole: int) -> str:
    """A share in percent; all of nothing is all."""
    return f"{part / whole:.2%}" if whole else "100.00%"


def report(name: str, real: Facts, mine: Facts) -> tuple[int, int]:
    """Prints the table of facts, then every difference. Returns how many facts are equal, and how many there are."""
    equal, different = compared(real, mine)
    by_kind = Counter(kind for kind, *_ in different)
    say(f"\n{name}")
    say(f"{'fact':<14}{'equal':>8}{'different':>11}")
    for kind in dict.fromkeys((*equal, *by_kind)):
        say(f"{kind:<14}{equal[kind]:>8}{by_kind[kind]:>11}")
    all_ = equal.total() + len(different)
    say(f"{equal.total()} of {all_} equal: {share(equal.total(), all_)}")
    for line in told(different):
        say(f"  {line}")
    return equal.total(), all_


Different = list[tuple[str, str, str]]


def compared(real: Facts, mine: Facts) -> tuple[Counter[str], Different]:
    """How many facts of each kind are equal, and the others: kind, object, and how they differ."""
    equal: Counter[str] = Counter()
    different: Different = []
    for key in dict.fromkeys((*real, *mine)):
        kind, what = key
        if key in real and key in mine and real[key] == mine[key]:
            equal[kind] += 1
        else:
            found, replayed = (repr(facts.get(key, "not there")) for facts in (real, mine))
            different.append((kind, what, f"is {found}, replayed as {replayed}"))
    return equal, different


def told(different: Different) -> list[str]:
    """The differences as lines."""
    return [f"{kind} {what}: {how}" for kind, what, how in different]

"""Fingerprints: the identity of a diagnostic across commits."""

from __future__ import annotations

from hashlib import blake2b


def fingerprint(rule: str, anchor: str, ordinal: int, path: str = "") -> str:
    """The identity of a diagnostic, as 32 hexadecimal digits.

    Made of the rule's code, the anchor and the ordinal among diagnostics that share both; of the path only where the
    anchor is not unique in the project. Never of a line number: a line that moves must not make a finding new
    (ruff issue 7159: identities made of locations turned every shifted finding into one fixed and one new).
    """
    identity = "\x00".join((rule, anchor, str(ordinal), path))
    return blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

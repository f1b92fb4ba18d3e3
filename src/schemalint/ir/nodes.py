"""The base of `expressions` and `statements`, and what holds for all of them.

Every node carries `start` and `end`: offsets in code points into the decoded text of the file (without a byte order
mark), the end exclusive. `module.span_of` turns them into lines and columns; nothing else needs those before a
diagnostic is made, and two small integers a node keep the cache small.

Parentheses, line continuations, `del` targets' contexts and the like leave no trace: two spellings of one meaning
lower to the same nodes. A node's range is that of stdlib `ast`: it excludes redundant parentheses (a tuple's own
parentheses count), and a definition starts at `def`, `async` or `class`, not at its decorators.

What has no record (bytes, `...`, a number of more than 64 bits, a string with a lone surrogate, a complex literal)
becomes `Opaque` with a reason: it must never become something else.
"""

from __future__ import annotations

import msgspec


class Node(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The base of all records here. Tags are numbers, for they are most of what the cache holds."""

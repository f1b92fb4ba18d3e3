"""The front end by libcst: where nodes stand, found in one pass that writes the tree back."""

from __future__ import annotations

from itertools import accumulate
from types import TracebackType
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from schemalint.source.comments import matters


class Positions(CodegenState):
    """The tokens of a tree, and for each node that has a syntactic position the tokens it spans.

    libcst's own `PositionProvider` rests on the same hook (`record_syntactic_position`) but counts lines and columns
    token by token and makes two objects a node. Here a position is an index into the tokens; offsets follow by summing
    their lengths.
    """

    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.ranges: dict[int, tuple[int, int]] = {}  # by identity: nodes hash in Python, and the tree outlives this
        self._open: list[tuple[int, int]] = []
        module._codegen(self)
        self.offsets = [0, *accumulate(map(len, self.tokens))]

    def record_syntactic_position(self, node: cst.CSTNode, **_: Any) -> Positions:  # type: ignore[override]
        self._open.append((id(node), len(self.tokens)))
        return self

    def pop_trailing_newline(self) -> None:
        """Empties the last token where libcst removes it, for a text without a final line end: indices stay valid."""
        if self.tokens:
            self.tokens[-1] = ""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        node, start = self._open.pop()
        self.ranges[node] = (start, len(self.tokens))

    def of(self, node: cst.CSTNode) -> tuple[int, int]:
        """A node's range, as offsets."""
        start, end = self.ranges[id(node)]
        return self.offsets[start], self.offsets[end]

    def between(self, opening: str, node: cst.CSTNode, closing: str) -> tuple[int, int]:
        """The range of a node and of the nearest pair of brackets around it."""
        start, end = self.ranges[id(node)]
        return self.offsets[self.before(opening, start)], self.offsets[self.after(closing, end)]

    def before(self, token: str, index: int) -> int:
        """The index of the last such token before an index. Between may stand white space and comments."""
        tokens = self.tokens
        index -= 1
        while tokens[index] != token:
            index -= 1
        return index

    def after(self, token: str, index: int) -> int:
        """The index behind the next such token at or after an index. Between may stand white space and comments."""
        tokens = self.tokens
        while tokens[index] != token:
            index += 1
        return index + 1

    def trimmed(self, node: cst.CSTNode) -> tuple[int, int]:
        """A node's range without white space and comments at its ends."""
        start, end = self.ranges[id(node)]
        while _is_blank(self.tokens[start]):
            start += 1
        while _is_blank(self.tokens[end - 1]):
            end -= 1
        return self.offsets[start], self.offsets[end]


class PositionsAndComments(Positions):
    """Positions, and the token indices of the comments that matter."""

    def __init__(self, module: cst.Module) -> None:
        self.comments: list[int] = []
        super().__init__(module)

    def before_codegen(self, node: cst.CSTNode) -> None:
        if type(node) is cst.Comment and matters(node.value):
            self.comments.append(len(self.tokens))


def _is_blank(token: str) -> bool:
    return not token or token.isspace() or token[0] in "#\\"

"""What the operands of `schemalint diff` stand for."""

from __future__ import annotations

from functools import cached_property
from typing import Union

from schemalint.cli.loaded import Shown, found
from schemalint.cli.refusal import Refusal
from schemalint.project.subjects import History, Project
from schemalint.schema.compare_sides import SchemaDef
from schemalint.schema.view import SchemaView
from schemalint.source.tree import TreeError
from schemalint.views.sources import (
    NotThereError,
    histories_of,
    history_of,
    revision_among,
    schema_at,
    schema_of_history,
    schema_of_models,
)

HISTORY = "history"
MODELS = "models"


class Operands:
    """The schemas of one command line. `root` is the history to look at, where there are several."""

    def __init__(self, shown: Shown, root: str | None) -> None:
        self._shown = shown
        self._root = root

    @cached_property
    def project(self) -> Project:
        """The project on disk."""
        return self._shown.folder()

    @property
    def history(self) -> History | None:
        """The history that is looked at; None where there is none."""
        return found(history_of, self.project, self._root) if self.project.histories else None

    def schema(self, text: str) -> Union[SchemaView, SchemaDef]:
        """The schema that an operand stands for. Raises `Refusal` where it stands for none."""
        if text == HISTORY:
            return schema_of_history(found(history_of, self.project, self._root))
        if text == MODELS:
            return found(schema_of_models, self.project, self.history)
        ref, colon, what = text.rpartition(":")
        if colon and what in (HISTORY, MODELS):
            return self._at(ref, what)
        if not self.project.histories:
            return self._at(text, HISTORY)
        try:
            return schema_at(revision_among(histories_of(self.project, self._root), text))
        except NotThereError as error:
            return self._at(text, HISTORY, str(error))

    def _at(self, ref: str, what: str, otherwise: str = "") -> Union[SchemaView, SchemaDef]:
        try:
            project = self._shown.at(ref)
        except TreeError as error:
            reasons = "; ".join(reason for reason in (otherwise, str(error)) if reason)
            raise Refusal(f"`{ref}` is no revision and no git ref: {reasons}") from None
        if what == MODELS:
            return found(schema_of_models, project, next(iter(project.histories), None))
        return schema_of_history(found(history_of, project, self._root))

"""Models that the environment of a history never imports: to autogenerate they do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import basename, dirname

from schemalint.facts.models import ModelDef
from schemalint.facts.revisions import EnvConfig
from schemalint.interpret.imports import TYPE_CHECKING, ImportEdge, import_edges
from schemalint.interpret.program import Program
from schemalint.ir import Attribute, Name
from schemalint.project.code import Code
from schemalint.project.subjects import Project
from schemalint.project.tables import Table
from schemalint.readers.nodes import blocks, nodes
from schemalint.rules.api import Finding, rule
from schemalint.rules.drift.pairs import listed

_OWN = frozenset({"table", "joined", "core"})
# What loads modules that no import statement names, and what is told to.
_LOADERS = frozenset({"import_module", "__import__", "walk_packages", "iter_modules", "entry_points", "import_string"})
# What runs the environment inside a program that may have loaded the models before.
_HOSTS = ("flask", "flask_migrate", "flask_alembic", "advanced_alchemy", "quart", "pyramid", "venusian", "celery")
_COMMANDS = frozenset({"revision", "check", "CommandLine"})


@rule("DRF013", "unregistered-model", "W/E/E", supersedes=("unmigrated-table",))
def unregistered_model(project: Project) -> Iterator[Finding]:
    """No import leads from env.py to a module with models, so that autogenerate drops their tables."""
    code = project.code
    envs = {history.env for history in project.histories if history.env is not None}
    if code is None or not envs or _is_hosted(code):
        return
    for name in sorted({name for env in envs for name in _metadata_of(env)}):
        owners = sorted((env for env in envs if name in _metadata_of(env)), key=lambda env: env.path)
        closure = _Closure(code.program, tuple(env.path for env in owners))
        tables = [table for table in code.tables if table.models and all(_is_of(model, name) for model in table.models)]
        lost = [table for table in tables if not any(model.path in closure.reached for model in table.models)]
        if lost and len(lost) * 2 < len(tables) and not closure.is_open:
            yield from _findings(lost, owners[0])


def _metadata_of(env: EnvConfig) -> tuple[str, ...]:
    """The names of the metadata that an environment gives to autogenerate; none where one of them is computed."""
    return tuple(env.target_metadata.split(", ")) if env.target_metadata is not None else ()


def _is_of(model: ModelDef, name: str) -> bool:
    return model.kind in _OWN and model.metadata is not None and name in (model.metadata, f"{model.metadata}.metadata")


def _is_hosted(code: Code) -> bool:
    """Whether the project writes revisions by a command of its own: then its modules are loaded before `env.py` is."""
    for path in code.paths:
        edges = import_edges(code.program, path)
        if any(edge.module.partition(".")[0] == "alembic" for edge in edges) and basename(path) != "env.py":
            named = {
                node.attr
                for block in blocks(code.program.modules[path])
                for node in nodes(block.statements)
                if isinstance(node, Attribute)
            }
            taken = {name for edge in edges if edge.module.startswith("alembic") for name in edge.names}
            if _COMMANDS & (named | taken):
                return True
    return False


@dataclass
class _Closure:
    """The modules that run when environments do, imports inside of functions included.

    `is_open` tells that others may run too: something is imported whose file is not known, or by a name that is
    computed, or the environment runs inside of an application.
    """

    program: Program
    environments: tuple[str, ...]
    _unknown: bool = field(default=False, init=False)

    @cached_property
    def reached(self) -> frozenset[str]:
        """The paths of the modules."""
        found: dict[str, None] = {}
        waiting = list(self.environments)
        while waiting:
            path = waiting.pop()
            if path in found or path not in self.program.modules:
                continue
            found[path] = None
            waiting.extend(self._around(path))
            for edge in import_edges(self.program, path):
                if edge.when != TYPE_CHECKING:
                    waiting.extend(self._led_to(path, edge))
        return frozenset(found)

    @cached_property
    def is_open(self) -> bool:
        """Whether modules may run that are not among those reached."""
        return any(_loads(self.program, path) for path in self.reached) or self._unknown

    def _around(self, path: str) -> Iterator[str]:
        """The packages around a module, which Python runs before it."""
        folder = dirname(path)
        while folder:
            package = f"{folder}/__init__.py"
            if package not in self.program.modules:
                return
            yield package
            folder = dirname(folder)

    def _led_to(self, importer: str, edge: ImportEdge) -> Iterator[str]:
        top = edge.module.partition(".")[0]
        if importer in self.environments and top in _HOSTS:
            self._unknown = True
        if edge.path is None:
            self._unknown = self._unknown or not top or top in self._tops
            return
        yield edge.path
        if "*" in edge.names and "__all__" in self.program.scope(edge.path).bindings:
            folder = dirname(edge.path)
            yield from (path for path in self.program.modules if dirname(path) == folder)

    @cached_property
    def _tops(self) -> frozenset[str]:
        """The names by which the project's own modules are imported, up to the first dot."""
        names = (self.program.module_name(path) for path in self.program.modules)
        return frozenset(name.partition(".")[0] for name in names) - {"alembic"}


def _loads(program: Program, path: str) -> bool:
    """Whether a module names something that loads others."""
    for block in blocks(program.modules[path]):
        for node in nodes(block.statements):
            if isinstance(node, Attribute) and node.attr in _LOADERS:
                return True
            if isinstance(node, Name) and node.id in _LOADERS:
                return True
    return False


def _findings(lost: list[Table], env: EnvConfig) -> Iterator[Finding]:
    """One for each module."""
    modules: dict[str, list[Table]] = {}
    for table in lost:
        modules.setdefault(table.models[0].path, []).append(table)
    for path, tables in modules.items():
        first = min(tables, key=lambda table: table.place)
        made = sorted(str(table.name) for table in tables if table.migrated is not None)
        names = made or sorted(str(table.name) for table in tables)
        outcome = f"drops {listed(names)}" if made else f"does not create {listed(names)}"
        yield Finding(
            place=first.place,
            message=f"{path} is imported neither by {env.path} nor by anything that this imports: the next `alembic "
            f"revision --autogenerate` {outcome}",
            help=f"Import the module in {env.path} (`import ...  # noqa: F401`), or in the package that it imports for "
            "the models.",
            anchor=path,
            cause=first.anchor,
            facts=(
                f"the other tables of `{env.target_metadata}` are declared in modules that {env.path} leads to",
                "a model is known to its metadata from the moment its module runs, not before",
            ),
        )

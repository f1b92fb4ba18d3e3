"""Compares the models that schemalint reads with those that the real library builds.

    python tools/model_truth.py argilla-server optuna
    python tools/model_truth.py --folder PROJECT --python PYTHON --modules a.models --metadata a.db:Base.metadata

A named project is installed with pip into an environment of its own below `--scratch`; only there it is imported.
Printed are the facts that are equal, different, and not known to schemalint, with every difference.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemalint.facts.requirements import Requirement
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    Default,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.ir import ModuleIR
from schemalint.project.merging import tables_of
from schemalint.readers.models.read import read_models
from schemalint.source.lower import lower

HERE = Path(__file__).resolve().parent
UNKNOWN = "?"


@dataclass(frozen=True)
class Project:
    """A package of the index: what to install, what to import, and where its metadata is."""

    requirements: tuple[str, ...]
    package: str
    modules: str
    metadata: str


PROJECTS = {
    "argilla-server": Project(
        ("argilla-server==2.8.0",),
        "argilla_server",
        "argilla_server.models",
        "argilla_server.models.base:DatabaseModel.metadata",
    ),
    "quetz-server": Project(("quetz-server==0.10.4",), "quetz", "quetz.db_models", "quetz.db_models:Base.metadata"),
    "optuna": Project(
        ("optuna",), "optuna", "optuna.storages._rdb.models", "optuna.storages._rdb.models:BaseModel.metadata"
    ),
    "jupyterhub": Project(("jupyterhub",), "jupyterhub", "jupyterhub.orm", "jupyterhub.orm:Base.metadata"),
    "privacyidea": Project(("privacyidea",), "privacyidea", "privacyidea.models", "privacyidea.models.db:db.metadata"),
    "meltano": Project(
        ("meltano",),
        "meltano",
        "meltano.core.job.job,meltano.core.job_state,meltano.core.setting",
        "meltano.core.models:SystemModel.metadata",
    ),
    "mlflow": Project(
        ("mlflow",),
        "mlflow",
        "mlflow.store.tracking.dbmodels.models,mlflow.store.model_registry.dbmodels.models",
        "mlflow.store.db.base_sql_model:Base.metadata",
    ),
    "procrastinate": Project(
        ("procrastinate[django]",),
        "procrastinate",
        "procrastinate.contrib.django",
        "django",
    ),
}


@dataclass
class Comparison:
    """Facts that are equal, different and not known."""

    equal: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    different: list[tuple[str, str, Any, Any]] = field(default_factory=list)

    def add(self, kind: str, what: str, real: Any, ours: Any) -> None:
        if ours == UNKNOWN or (isinstance(ours, list) and UNKNOWN in ours):
            self.unknown[kind] += 1
        elif real == ours:
            self.equal[kind] += 1
        else:
            self.different.append((kind, what, real, ours))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="*", metavar="PROJECT")
    parser.add_argument("--scratch", type=Path, default=Path("scratch"))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--package", default="")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--modules")
    parser.add_argument("--metadata")
    options = parser.parse_args()
    if options.folder is not None:
        real = dump(options.python, options.modules, options.metadata, options.folder)
        report(str(options.folder), compare(real, ours(options.folder, options.package, options.python)))
    for name in options.projects:
        project = PROJECTS[name]
        python = install(options.scratch / name, project.requirements)
        real = dump(python, project.modules, project.metadata, options.scratch)
        report(name, compare(real, ours(site_packages(python), project.package, python)))
    return 0


def install(folder: Path, requirements: tuple[str, ...]) -> str:
    """An environment with these packages; made where it is not there yet."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *requirements], check=True)
    return str(python.absolute())


def site_packages(python: str) -> Path:
    answer = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(answer.stdout.strip())


def dump(python: str, modules: str, metadata: str, folder: Path) -> dict[str, Any]:
    """The tables as the real library has them."""
    script = HERE / "model_truth_sqlalchemy.py"
    if metadata.startswith("django"):
        script, metadata = HERE / "model_truth_django.py", metadata.partition(":")[2]
    answer = subprocess.run(
        [python, str(script), modules, *([metadata] if metadata else [])],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder.absolute())},
    )
    found: dict[str, Any] = json.loads(answer.stdout[answer.stdout.index("{") :])
    return found


def ours(folder: Path, package: str, python: str) -> dict[str, Any]:
    """The tables as schemalint reads them."""
    modules: dict[str, ModuleIR] = {}
    for path in sorted((folder / package).rglob("*.py")):
        relative = path.relative_to(folder).as_posix()
        if re.search(r"(^|/)(tests?|alembic|migrations?)/", relative):
            continue
        module = lower(path.read_text(encoding="utf-8"))
        if isinstance(module, ModuleIR):
            modules[relative] = module
    models = read_models(Program(modules), requirements=versions(python))
    return {str(table.name): render(table.declared) for table in tables_of(models) if table.declared is not None}


def versions(python: str) -> tuple[Requirement, ...]:
    """The versions of the libraries that decide what models mean."""
    code = "import importlib.metadata as m; print('\\n'.join(f'{d.name} {d.version}' for d in m.distributions()))"
    answer = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    pairs = (line.rpartition(" ") for line in answer.stdout.splitlines())
    return tuple(Requirement(name.lower(), "environment", version) for name, _, version in pairs)


# ------------------------------------------------------------------------------------------------------------ compare


def compare(real: dict[str, Any], found: dict[str, Any]) -> Comparison:
    """Fact by fact. Tables that only schemalint has are no part of the metadata that was asked for."""
    result = Comparison()
    for name, table in real.items():
        mine = found.get(name)
        result.add("table", name, True, mine is not None)
        if mine is not None:
            compare_table(name, table, mine, result)
    return result


def compare_table(name: str, real: dict[str, Any], mine: dict[str, Any], result: Comparison) -> None:
    for column in dict.fromkeys((*real["columns"], *mine["columns"])):
        left, right = real["columns"].get(column), mine["columns"].get(column)
        result.add("column", f"{name}.{column}", left is not None, right is not None)
        if left is not None and right is not None:
            left["default"] = unquoted(left["default"])
            if left["default"] == UNKNOWN and right["default"] is not None:
                left["default"] = right["default"]
            for kind in ("type", "nullable", "default", "client"):
                result.add(kind, f"{name}.{column}", folded(left[kind]), folded(right[kind]))
    result.add("primary key", name, sorted(real["primary key"]), sorted(mine["primary key"]))
    for kind in ("unique", "check", "foreign key", "index"):
        left, right = [loose(item) for item in real[kind]], [loose(item) for item in mine[kind]]
        for item in left:
            twin = next((other for other in right if alike(item, other)), None) or next(
                (other for other in right if other[0] == item[0] and UNKNOWN in other), None
            )
            if twin is not None:
                right.remove(twin)
            result.add(kind, name, twin if twin is not None and alike(item, twin) else item, twin)
        for item in right:
            result.add(kind, name, None, item)


def alike(real: list[Any], mine: list[Any]) -> bool:
    """Whether two parts are the same as far as the scratch environment tells."""
    return len(real) == len(mine) and all(
        left in (right, UNKNOWN, [UNKNOWN]) for left, right in zip(real, mine, strict=True)
    )


def unquoted(default: str | None) -> str | None:
    """A default that is a literal of SQL as the text that it means."""
    quoted = default is not None and re.fullmatch(r"'[^']*'", default)
    return default[1:-1] if quoted and default is not None else default


def folded(value: Any) -> Any:
    """A type without quotes and spaces, whose writing differs between versions."""
    if not isinstance(value, str):
        return value
    plain = re.sub(r"[\s\"]", "", value).casefold()
    return {"doubleprecision": "float", "time": "timewithouttimezone"}.get(plain, plain)


def loose(part: list[Any]) -> list[Any]:
    """A part without what differs in writing only."""
    return [
        squeezed(item)
        if isinstance(item, str)
        else [squeezed(each) for each in item]
        if isinstance(item, list)
        else item
        for item in part
    ]


def squeezed(text: str) -> str:
    return text if text == UNKNOWN else re.sub(r"[\s\"()]|::\w+", "", text).lower()


# ------------------------------------------------------------------------------------------------------------- render


def render(table: TableDef) -> dict[str, Any]:
    """A table in the form that the scratch environment prints."""
    parts: dict[str, list[Any]] = {"unique": [], "check": [], "foreign key": [], "index": []}
    primary: list[str] = []
    for item in table.constraints:
        if isinstance(item, PrimaryKeyDef):
            primary = list(item.columns)
        elif isinstance(item, UniqueDef):
            parts["unique"].append([item.name or "", list(item.columns)])
        elif isinstance(item, CheckDef):
            parts["check"].append([item.name or "", text(item.sql)])
        elif isinstance(item, ForeignKeyDef):
            target = text(item.target)
            parts["foreign key"].append(
                [
                    item.name or "",
                    list(item.columns),
                    target,
                    list(item.target_columns),
                    item.on_delete or "",
                    item.on_update or "",
                ]
            )
    parts["index"] = [render_index(index) for index in table.indexes]
    columns = {column.name: render_column(column) for column in table.columns}
    return {"columns": columns, "primary key": primary, **parts}


def text(value: object) -> str:
    return UNKNOWN if isinstance(value, Unknown) else "" if value is None else str(value)


def render_index(index: IndexDef) -> list[Any]:
    elements: Any = UNKNOWN
    if not isinstance(index.elements, Unknown):
        elements = [render_element(element) for element in index.elements]
    return [
        text(index.name),
        elements,
        index.unique if isinstance(index.unique, bool) else UNKNOWN,
        text(index.predicate),
    ]


def render_element(element: IndexElement) -> str:
    nulls = f" NULLS {element.nulls.upper()}" if element.nulls else ""
    return f"{element.column or element.expression}{' DESC' if element.descending else ''}{nulls}"


def render_column(column: ColumnDef) -> dict[str, Any]:
    default: Any = None
    if isinstance(column.default, Default):
        default = column.default.sql
    elif column.default is not None:
        default = UNKNOWN
    return {
        "type": render_type(column.type),
        "nullable": column.nullable if isinstance(column.nullable, bool) else UNKNOWN,
        "default": default,
        "client": column.client_default,
    }


_SIMPLE = {
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "REAL",
    "double": "FLOAT",
    "boolean": "BOOLEAN",
    "text": "TEXT",
    "binary": "BYTEA",
    "date": "DATE",
    "interval": "INTERVAL",
    "uuid": "UUID",
    "json": "JSON",
    "jsonb": "JSONB",
    "inet": "INET",
    "tsvector": "TSVECTOR",
}


def render_type(kind: SqlType | Unknown) -> str:
    if isinstance(kind, Unknown):
        return UNKNOWN
    for dialect, variant in kind.variants:
        if dialect == "postgresql":
            return render_type(variant)
    if kind.family == "enum":
        if isinstance(kind.values, Unknown):
            return UNKNOWN
        if not kind.native:
            return f"VARCHAR({kind.length})"
        return f"ENUM {kind.enum.name if kind.enum else None} {','.join(kind.values or ())}"
    if kind.family == "array":
        return f"{render_type(kind.item)}[]" if kind.item is not None else UNKNOWN
    if kind.family in ("varchar", "char"):
        plain = f"{kind.family.upper()}({kind.length})" if kind.length else kind.family.upper()
        return f"{plain} COLLATE {kind.collation}" if kind.collation else plain
    if kind.family == "double" and kind.precision is not None:
        return f"FLOAT({kind.precision})"
    if kind.family in ("timestamp", "time"):
        return f"{kind.family.upper()} {'WITH' if kind.timezone else 'WITHOUT'} TIME ZONE"
    if kind.family == "numeric":
        if kind.precision is None:
            return "NUMERIC"
        return f"NUMERIC({kind.precision})" if kind.scale is None else f"NUMERIC({kind.precision}, {kind.scale})"
    if kind.family == "other":
        return UNKNOWN
    if kind.family == "inet" and kind.name:
        return kind.name
    return _SIMPLE.get(kind.family, kind.family.upper())


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def report(name: str, result: Comparison) -> None:
    """The table of facts, then every difference."""
    differing = Counter(kind for kind, *_ in result.different)
    say(f"\n{name}")
    say(f"{'fact':<14}{'equal':>8}{'different':>11}{'not known':>11}")
    for kind in dict.fromkeys((*result.equal, *differing, *result.unknown)):
        say(f"{kind:<14}{result.equal[kind]:>8}{differing[kind]:>11}{result.unknown[kind]:>11}")
    equal, all_ = result.equal.total(), result.equal.total() + len(result.different) + result.unknown.total()
    say(f"{equal} of {all_} equal: {equal / all_:.2%}; of those known {equal / (equal + len(result.different)):.2%}")
    for kind, what, real, mine in result.different:
        say(f"  {kind} {what}: is {real!r}, read as {mine!r}")


if __name__ == "__main__":
    sys.exit(main())

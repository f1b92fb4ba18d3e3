"""Compares the schema that schemalint replays from Django's migrations with the one that `migrate` makes.

    python -m tools.django_truth procrastinate pulpcore
    python -m tools.django_truth --sql pulpcore

A named project is installed with pip into an environment of its own below `--scratch`; only there it is imported. A
PostgreSQL server of its own is started there too (`--postgresql` is where its programs are). Printed are the facts
that are equal, different and not known to schemalint, with every difference. With `--sql` the script that `schemalint
schema --format sql` gives is loaded into an empty database too, and the two catalogues are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ConstraintDef,
    ForeignKeyDef,
    IndexDef,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.ir import ModuleIR
from schemalint.project.link import Source, link
from schemalint.project.subjects import Project
from schemalint.schema.definitions import default_constraint_name
from schemalint.schema.view import SchemaView, TableView
from schemalint.settings.records import Settings
from schemalint.source.git import Released
from schemalint.source.lower import lower
from schemalint.source.tree import FolderTree
from tools.django_truth_packages import PACKAGES, Package
from tools.django_truth_sql import compare_sql

UNKNOWN = "?"
Facts = dict[tuple[str, ...], Any]


_COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       coalesce(pg_get_expr(d.adbin, d.adrelid), ''), a.attidentity::text, a.attgenerated::text
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where n.nspname = 'public' and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
"""
_CONSTRAINTS = """
select c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid), k.convalidated,
       (select json_agg(a.attname order by o.i) from unnest(k.conkey) with ordinality o(n, i)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = o.n),
       coalesce(f.relname, ''),
       (select json_agg(a.attname order by o.i) from unnest(k.confkey) with ordinality o(n, i)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = o.n)
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_class f on f.oid = k.confrelid
where n.nspname = 'public' and k.contype in ('p', 'u', 'f', 'c', 'x')
"""
_INDEXES = """
select c.relname, i.relname, x.indisunique, am.amname, x.indpred is not null,
       (select json_agg(pg_get_indexdef(i.oid, p, true) order by p) from generate_series(1, x.indnkeyatts) p),
       (select json_agg(oc.opcname order by o.i) from unnest(x.indclass) with ordinality o(n, i)
        join pg_opclass oc on oc.oid = o.n and not oc.opcdefault)
from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
join pg_am am on am.oid = i.relam join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and not exists (select from pg_constraint k where k.conindid = i.oid and k.contype <> 'f')
"""


# ------------------------------------------------------------------------------------------------------- the database


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server that listens on a socket in a folder."""

    programs: Path
    folder: Path
    port: int = 55431

    def rows(self, database: str, sql: str) -> list[list[Any]]:
        """The rows that a query gives."""
        lines = self.psql(database, f"select row_to_json(found) from ({sql}) found").splitlines()
        return [json.loads(line, object_pairs_hook=lambda pairs: [value for _, value in pairs]) for line in lines]

    def psql(self, database: str, sql: str) -> str:
        """What psql prints."""
        command = [str(self.programs / "psql"), "-X", "-q", "-At", "-U", "postgres", "-d", database, "-c", sql]
        return _run(command, {**os.environ, **self.environment(database)})

    def environment(self, database: str) -> dict[str, str]:
        """How a client finds the database."""
        return {"PGHOST": str(self.folder), "PGPORT": str(self.port), "PGDATABASE": database, "PGUSER": "postgres"}


@contextmanager
def server(programs: Path) -> Iterator[Server]:
    """A server that lives as long as the block. Started by root, it runs as the user `postgres`."""
    folder = Path(tempfile.mkdtemp(prefix="truth-"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    found = Server(programs, folder)
    data = str(folder / "data")
    options = f"-p {found.port} -k {folder} -c listen_addresses= -c fsync=off"
    _run([*as_user, str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"])
    _run([*as_user, str(programs / "pg_ctl"), "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start"])
    try:
        yield found
    finally:
        _run([*as_user, str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], environment: Mapping[str, str] | None = None, folder: Path | None = None) -> str:
    done = subprocess.run(command, env=environment, cwd=folder or "/", capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:6])} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


# ------------------------------------------------------------------------------------------------------------- facts


def in_database(database: Server, name: str, tables: frozenset[str]) -> Facts:
    """The facts of these tables of a database, as PostgreSQL tells them."""
    facts: Facts = {}
    for table, column, type_, required, default, identity, generated in database.rows(name, _COLUMNS):
        facts["table", table] = True
        facts["column", table, column] = True
        facts["type", table, column] = type_
        facts["nullable", table, column] = not required
        serial = default.startswith("nextval(")
        facts["default", table, column] = bool(default) and not serial and not generated
        facts["identity", table, column] = bool(identity) or serial
    for table, key, kind, definition, valid, columns, target, targets in database.rows(name, _CONSTRAINTS):
        label = {"p": "primary key", "u": "unique", "f": "foreign key", "c": "check", "x": "exclude"}[kind]
        found: Any = (tuple(columns or ()), target, tuple(targets or ())) if kind == "f" else tuple(columns or ())
        facts[label, table, key] = _condition(definition) if kind == "c" else True if kind == "x" else found
        facts["valid", table, key] = valid
    for table, index, unique, method, partial, keys, classes in database.rows(name, _INDEXES):
        facts["index", table, index] = (unique, method, partial, tuple(map(_plain, keys)), tuple(classes or ()))
    return {key: value for key, value in facts.items() if key[1] in tables}


def in_replay(project: Project, apps: frozenset[str]) -> Facts:
    """The facts of the tables that the histories of these applications made."""
    facts: Facts = {}
    timeline = project.histories[0].timeline
    assert timeline is not None
    schema = timeline.now()
    for table in schema.tables():
        if table.created_in is not None and table.created_in.partition(".")[0] in apps:
            facts.update(_of_table(schema, table))
            for key in table.constraints():
                facts["valid", table.name.name, _name(table, key.definition)] = _known(key.valid)
    return facts


def _of_table(schema: SchemaView, view: TableView) -> Facts:
    table, facts = view.name.name, Facts()
    facts["table", table] = True if view.complete else UNKNOWN
    for column in (each.definition for each in view.columns()):
        facts["column", table, column.name] = True
        facts["type", table, column.name] = _type(column.type)
        facts["nullable", table, column.name] = _known(column.nullable)
        facts["default", table, column.name] = UNKNOWN if isinstance(column.default, Unknown) else bool(column.default)
        facts["identity", table, column.name] = column.identity is not None
    for key in (each.definition for each in view.constraints()):
        name = _name(view, key)
        if isinstance(key, ForeignKeyDef):
            target = UNKNOWN if isinstance(key.target, Unknown) else key.target.name
            facts["foreign key", table, name] = (key.columns, target, key.target_columns or _key_of(schema, key))
        elif isinstance(key, (PrimaryKeyDef, UniqueDef)):
            facts[str(key.__struct_config__.tag), table, name] = key.columns
        elif isinstance(key, CheckDef):
            facts["check", table, name] = _condition(key.sql) if isinstance(key.sql, str) else UNKNOWN
        else:
            facts["exclude", table, name] = True
    for index in (each.definition for each in view.indexes()):
        facts["index", table, str(index.name)] = _index(index)
    return facts


def _key_of(schema: SchemaView, key: ForeignKeyDef) -> tuple[str, ...]:
    """The primary key of the table that a foreign key without columns refers to."""
    target = schema.table(key.target) if isinstance(key.target, ObjectName) else None
    keys = (each.definition for each in (target.constraints() if target is not None else ()))
    return next((each.columns for each in keys if isinstance(each, PrimaryKeyDef)), ())


def _name(view: TableView, key: ConstraintDef) -> str:
    return key.name or default_constraint_name(view.name.name, key, [column.name for column in view.columns()])


_DEFAULT_CLASSES = frozenset({"text_ops", "array_ops", "jsonb_ops"})


def _index(index: IndexDef) -> Any:
    if isinstance(index.elements, Unknown):
        return UNKNOWN
    keys = tuple(_plain(element.column or element.expression or "") for element in index.elements)
    written = (element.operator_class for element in index.elements if element.operator_class)
    classes = tuple(name for name in written if name not in _DEFAULT_CLASSES)
    return (index.unique, index.method or "btree", index.predicate is not None, keys, classes)


def _known(value: object) -> Any:
    return UNKNOWN if value is None or isinstance(value, Unknown) else value


_TYPES = {
    "binary": "bytea",
    "char": "character",
    "double": "double precision",
    "interval": "interval",
    "time": "time without time zone",
    "varchar": "character varying",
}


def _type(type_: ColumnType) -> str:
    """A type as `format_type` writes it."""
    if isinstance(type_, Unknown):
        return UNKNOWN
    if type_.family == "array" and isinstance(type_.item, SqlType):
        return _type(type_.item) if type_.item.family == "array" else f"{_type(type_.item)}[]"
    if type_.family == "timestamp":
        return f"timestamp {'with' if type_.timezone else 'without'} time zone"
    if type_.family == "numeric" and type_.precision is not None:
        return f"numeric({type_.precision},{type_.scale or 0})"
    if type_.family == "enum":
        return type_.enum.name if type_.enum is not None else UNKNOWN
    named = type_.family == "other" or (type_.family == "inet" and type_.name is not None)
    name = (type_.name or "other").lower() if named else _TYPES.get(type_.family, type_.family)
    return f"{name}({type_.length})" if type_.length is not None else name


def _plain(sql: str) -> str:
    """An expression without what PostgreSQL adds to it: casts, parentheses, quotes."""
    return re.sub(r"::\w+( varying)?|[\s\"()]", "", sql).lower()


def _condition(sql: str) -> str:
    """A condition in a form in which those that mean the same look the same."""
    text = _plain(re.sub(r"^CHECK |NOT VALID$", "", sql))
    return text if "anyarray" in text else re.sub(r"in([^a-z_].*)$", r"=anyarray[\1]", text)


# ----------------------------------------------------------------------------------------------------------- the tool


def replayed(root: Path, folders: tuple[str, ...], settings_module: str = "") -> Project:
    """The project that the folders below `root` make up with a module of settings, linked."""
    sources: dict[str, Source] = {}
    module = lower(settings_module)
    if isinstance(module, ModuleIR):
        sources["truth_settings.py"] = module
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix == ".sql":
                sources[name] = None
            elif path.suffix == ".py" and "__pycache__" not in name:
                module = lower(path.read_text(encoding="utf-8"))
                if isinstance(module, ModuleIR):
                    sources[name] = module
    settings = Settings(root=str(root), database=("postgresql:15",))
    return link(sources, settings, FolderTree(root), Released(reason="it is not asked"))


def compare(found: Facts, truth: Facts) -> tuple[Counter[str], list[str]]:
    """How many facts of each kind are equal, different and not known, and the differences in words."""
    counts: Counter[str] = Counter()
    differences = []
    found, truth = _without_unknown_targets(found, truth)
    for key in sorted(found.keys() | truth.keys()):
        mine, real = found.get(key, "absent"), truth.get(key, "absent")
        if mine == UNKNOWN or (isinstance(mine, tuple) and UNKNOWN in mine):
            counts["not known"] += 1
        elif mine == real:
            counts["equal"] += 1
        else:
            counts["different"] += 1
            differences.append(f"{' '.join(key)}: replayed {mine}, in the database {real}")
    return counts, differences


def _without_unknown_targets(found: Facts, truth: Facts) -> tuple[Facts, Facts]:
    """The facts without foreign keys of which it is not known what they refer to, for their names tell it."""
    unknown = {(key[1], value[0]) for key, value in found.items() if key[0] == "foreign key" and value[1] == UNKNOWN}

    def left(facts: Facts) -> Facts:
        gone = {key[1:] for key, value in facts.items() if key[0] == "foreign key" and (key[1], value[0]) in unknown}
        return {key: value for key, value in facts.items() if key[1:] not in gone}

    return left(found), left(truth)


def install(package: Package, scratch: Path) -> tuple[Path, Path]:
    """The Python of an environment that holds the package, and the folder of its libraries."""
    python = scratch / "venv" / "bin" / "python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(scratch / "venv")])
        _run([str(python), "-m", "pip", "install", "-q", *package.requirements, "psycopg[binary]"])
    printed = _run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    return python, Path(printed.strip())


def examine(name: str, package: Package, scratch: Path, programs: Path, sql: bool) -> Counter[str]:
    """Migrates, replays and compares one package, with the SQL too where asked, and prints what came of it."""
    scratch.mkdir(parents=True, exist_ok=True)
    python, libraries = install(package, scratch)
    (scratch / "truth_settings.py").write_text(package.settings, encoding="utf-8")
    (scratch / "key").write_text("aF3t5mXSCC8kXZdPFN_SQ8Xun7CHWzqTZ4oZVm5tkuM=\n", encoding="utf-8")
    project = replayed(libraries, package.folders, package.settings)
    with server(programs) as database:
        database.psql("postgres", "create database truth")
        values = {key: value.format(scratch=scratch) for key, value in package.environment.items()}
        environment = {
            **os.environ,
            **values,
            **database.environment("truth"),
            "DJANGO_SETTINGS_MODULE": "truth_settings",
            "PYTHONPATH": str(scratch),
        }
        _run([str(python), "-m", "django", "migrate", "-v", "0"], environment, scratch)
        apps = database.psql("truth", "select distinct app from django_migrations").split()
        found = in_replay(project, frozenset(apps))
        truth = in_database(database, "truth", _tables_of(found, database))
        if sql:
            compare_sql(name, project, database)
    counts, differences = compare(found, truth)
    known = counts["equal"] + counts["different"]
    share = 100 * counts["equal"] / known if known else 0.0
    print(
        f"{name}: {len(project.histories)} applications, {project.operations} operations, "
        f"{len(project.not_understood)} not understood"
    )
    told = ", ".join(f"{counts[kind]} {kind}" for kind in ("equal", "different", "not known"))
    print(f"  facts: {told}: {share:.2f} %")
    for line in differences:
        print(f"  {line}")
    return counts


def _tables_of(found: Facts, database: Server) -> frozenset[str]:
    """The tables to compare: those that were replayed, and those of the database that no app outside made."""
    mine = {key[1] for key in found}
    outside = {"django_migrations", "django_content_type", "django_session"} | {
        f"auth_{name}" for name in ("user", "group", "permission")
    }
    outside |= {"auth_group_permissions", "auth_user_groups", "auth_user_user_permissions"}
    real = {row[0] for row in database.rows("truth", _COLUMNS)}
    return frozenset(mine | (real - outside))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="+", choices=sorted(PACKAGES))
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "django-truth")
    parser.add_argument("--postgresql", type=Path, default=Path("/usr/lib/postgresql/15/bin"))
    parser.add_argument("--sql", action="store_true", help="load the SQL of the schema and compare the catalogues")
    given = parser.parse_args()
    total: Counter[str] = Counter()
    for name in given.names:
        total += examine(name, PACKAGES[name], given.scratch / name, given.postgresql, given.sql)
    known = total["equal"] + total["different"]
    print(f"{total['equal']} of {known} known facts are equal ({100 * total['equal'] / max(known, 1):.2f} %)")


if __name__ == "__main__":
    main()

"""What an `env.py` says: how `context.configure` is called, what it says of its targets and locations.

The file is read, never run. Only what the online mode is told counts, since that is how a database is migrated: where
some call of `configure` is given a connection, those without one are the offline mode's. Values that differ between
calls, that are set under a condition or come from where nothing can be seen are Unknown.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from typing import Union

from schemalint.facts.revisions import EnvConfig
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.interpret.resolve import qualified_name
from schemalint.interpret.scopes import Assigned
from schemalint.interpret.values import HOLE
from schemalint.ir import Attribute, Call, Expression, Name, Sequence
from schemalint.readers.alembic.connection import (
    calls_in,
    enforces_foreign_keys,
    isolation_level,
    reached,
    strings_in,
    timeout,
)
from schemalint.readers.alembic.ini import AlembicIni, find_folder
from schemalint.readers.alembic.target import naming_convention
from schemalint.readers.keywords import Keywords, keywords_of
from schemalint.readers.nodes import Block, blocks
from schemalint.readers.urls import dialect_of_url, without_password

_CONFIGURE = "alembic.context.configure"
_SIGNS = frozenset({"connection", "target_metadata", "url"})
_FILTERS = ("include_object", "include_name", "include_symbol")


def read_env(
    program: Program, path: str, ini: AlembicIni | None = None, folders: Collection[str] = ()
) -> EnvConfig | None:
    """The environment that the module at `path` sets up, with what its section of the ini file says.

    None where the module calls no `context.configure`. `folders` are the folders of the tree, among which locations
    are looked for. What both files say is taken from `env.py`, which has the last word.
    """
    found = list(blocks(program.modules[path]))
    calls = _configure_calls(program, path, found)
    if not calls:
        return None
    strings = strings_in(found)
    told = list(reached(program, path, found))
    folder = posixpath.dirname(path)
    online = [call for call in calls if "connection" in call.values] or calls
    url = next((url for url in map(_url, strings) if url), None)
    return EnvConfig(
        path=path,
        folder=folder,
        versions=_versions(program, path, found, ini, folder, folders),
        ini_path=ini.path if ini else None,
        transaction_per_migration=_flag(online, "transaction_per_migration"),
        transactional_ddl=_flag(online, "transactional_ddl"),
        render_as_batch=_flag(online, "render_as_batch"),
        compare_type=_flag(online, "compare_type"),
        include_schemas=_flag(online, "include_schemas"),
        include_object=any(call.constant(name) is not None for call in online for name in _FILTERS),
        target_metadata=_metadata(program, path, online),
        naming_convention=naming_convention(program, path, online),
        isolation_level=isolation_level(
            program, [each for each in told if each.path == path or each.block.function is None]
        ),
        url=url or (ini.url if ini else None),
        lock_timeout=timeout("lock_timeout", program, told, ini.url if ini else None),
        statement_timeout=timeout("statement_timeout", program, told, ini.url if ini else None),
        foreign_keys=enforces_foreign_keys(program, path, told),
    )


def _configure_calls(program: Program, path: str, found: list[Block]) -> list[Keywords]:
    calls = []
    for block, call in calls_in(found):
        if _called(call) != "configure":
            continue
        keywords = keywords_of(program, path, block, call)
        named = qualified_name(program, path, call.func, block.scope or frozenset()) == _CONFIGURE
        if named or _SIGNS & keywords.values.keys():
            calls.append(keywords)
    return calls


def _called(call: Call) -> str:
    """The last part of the name that is called."""
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _flag(calls: list[Keywords], name: str) -> Union[bool, Unknown, None]:
    """What the calls say of a boolean option, where they agree."""
    values = [call.constant(name) for call in calls]
    first = values[0]
    if any(value != first for value in values):
        return Unknown(f"the calls of `context.configure` differ in `{name}`")
    if first is None or isinstance(first, (bool, Unknown)):
        return first
    return Unknown(f"`{name}` is not a boolean")


def _metadata(program: Program, path: str, calls: list[Keywords]) -> str | None:
    """The qualified name of the metadata, several joined by commas; None where it is not a name."""
    for call in calls:
        expression = call.expression("target_metadata")
        if expression is None:
            continue
        expression = _followed(program, path, expression)
        parts = expression.items if isinstance(expression, Sequence) else (expression,)
        names = [_name_of_metadata(program, path, part) for part in parts]
        known = [name for name in names if name is not None]
        if known and len(known) == len(names):
            return ", ".join(known)
    return None


def _followed(program: Program, path: str, expression: Expression) -> Expression:
    """What a name of the module's own stands for: `target_metadata = Base.metadata`."""
    binding = program.scope(path).lookup(expression.id) if isinstance(expression, Name) else None
    return binding.value if isinstance(binding, Assigned) and binding.value is not None else expression


def _name_of_metadata(program: Program, path: str, expression: Expression) -> str | None:
    """The qualified name; for an attribute that cannot be followed, its owner's and the attribute."""
    if not isinstance(expression, (Name, Attribute)):
        return None
    name = qualified_name(program, path, expression)
    if name is not None or isinstance(expression, Name):
        return name
    owner = _name_of_metadata(program, path, expression.value)
    return f"{owner}.{expression.attr}" if owner else None


def _versions(
    program: Program,
    path: str,
    found: list[Block],
    ini: AlembicIni | None,
    folder: str,
    folders: Collection[str],
) -> tuple[str, ...]:
    """The folders of the revisions: those that are configured and exist in the tree, else `versions`."""
    written: list[str] = list(ini.version_locations) if ini else []
    for block, call in calls_in(found):
        if _called(call) in ("set_main_option", "set_section_option"):
            values = [keywords_of(program, path, block, call).value_of(arg.value) for arg in call.args]
            if len(values) > 1 and values[-2] == "version_locations" and isinstance(values[-1], str):
                written = re.split(r"[,;\s]+|:(?![\\/])", values[-1])
    here = ini.here if ini else folder
    located = (find_folder(location, here, folders) for location in written)
    known = tuple(dict.fromkeys(location for location in located if location is not None))
    return known or (posixpath.join(folder, "versions"),)


def _url(text: str) -> str | None:
    """The text as a URL without its password, cut where it is not known any more; None where it is no URL."""
    if dialect_of_url(text) is None:
        return None
    return text.partition("://")[0] + "://" if HOLE in text else without_password(text)

"""The settings as people write them. The descriptions are the documentation that `schemalint config` shows.

Importing this module imports pydantic: import it only inside functions.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from schemalint.settings.database import DatabaseError, parse_server
from schemalint.settings.globs import is_glob
from schemalint.settings.records import Layer, Profile, Role, Settings

_DEFAULTS = Settings(root="")
_METADATA = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_ONE_OR_MANY = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _database(text: str) -> str:
    try:
        parse_server(text)
    except DatabaseError as error:
        raise PydanticCustomError("settings", "{message}", {"message": str(error), "remedy": error.remedy}) from None
    return text.strip()


def _glob(text: str) -> str:
    if not is_glob(text):
        raise PydanticCustomError(
            "settings",
            "{message}",
            {"message": f"`{text}` is not a glob", "remedy": "write it as in a .gitignore file: `app/models/**`"},
        )
    return text


def _metadata(text: str) -> str:
    if not _METADATA.fullmatch(text):
        raise PydanticCustomError(
            "settings",
            "{message}",
            {"message": f"`{text}` does not name an object", "remedy": "write `module:attribute`: `app.db:metadata`"},
        )
    return text


def _path(text: str) -> str:
    if "\0" in text:
        message = "a path cannot hold a NUL character"
        raise PydanticCustomError("settings", "{message}", {"message": message, "remedy": ""})
    return text


def _plain(value: Any) -> Any:
    """An option's value, if a cache can hold it."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _plain(item)
    if isinstance(value, (dict, list, str, bool, float)):
        return value
    if isinstance(value, int) and abs(value) < 2**63:
        return value
    shown = "a number of more than 64 bits" if isinstance(value, int) else "a date or time"
    raise PydanticCustomError(
        "settings", "{message}", {"message": f"{shown} is no value of an option", "remedy": "write it as a string"}
    )


Text = Annotated[str, Field(min_length=1)]
PathText = Annotated[Text, AfterValidator(_path)]
Glob = Annotated[str, AfterValidator(_glob)]
Globs = list[Glob]
Selectors = list[Text]
SeverityName = Literal["error", "warning", "info"]
OneOrMany = Annotated[list[Text], BeforeValidator(_as_list), WithJsonSchema(_ONE_OR_MANY)]
Databases = Annotated[
    list[Annotated[str, AfterValidator(_database)]], BeforeValidator(_as_list), WithJsonSchema(_ONE_OR_MANY)
]
Option = Annotated[Any, AfterValidator(_plain)]


def _kebab(name: str) -> str:
    return "target" if name == "targets" else name.replace("_", "-")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=_kebab, allow_inf_nan=True)


class TargetModel(_Table):
    """A target: migrations, metadata and servers that belong together."""

    name: Text = Field(description="The name by which reports call the target.", examples=["orders"])
    migrations: list[PathText] = Field(
        [], description="The folders of its migrations.", examples=[["services/orders/migrations"]]
    )
    metadata: Annotated[str, AfterValidator(_metadata)] | None = Field(
        None,
        description="The metadata of its models, as `module:attribute`. The module is read, never imported.",
        examples=["orders.db:metadata"],
    )
    database: Databases = Field(
        [], description="The servers it runs on. Without this, those of the whole project.", examples=["postgresql:16"]
    )


class SettingsModel(_Table):
    """The settings of schemalint: `[tool.schemalint]` in a pyproject.toml, or a whole schemalint.toml."""

    profile: Profile = Field(
        _DEFAULTS.profile,
        description="How strict the review is: `mvp` for a product without users yet, `growth` for one in production, "
        "`enterprise` where audit, compatibility and governance matter too.",
        examples=["enterprise"],
    )
    select: Selectors = Field(
        list(_DEFAULTS.select),
        description="The rules to apply: names, codes, categories, prefixes of codes, or `ALL`. What the profile "
        "switches off is on only if named. Of two selectors that match, the more exact one decides.",
        examples=[["locking", "MIG", "missing-foreign-key-index"]],
    )
    ignore: Selectors = Field(
        list(_DEFAULTS.ignore),
        description="The rules not to apply. On the command line these add to those of the file.",
        examples=[["DES", "non-concurrent-index"]],
    )
    extend_select: Selectors = Field(
        list(_DEFAULTS.extend_select),
        description="Rules to apply beside those of `select`; adds to the list of an extended file.",
        examples=[["GOV"]],
    )
    per_file_ignores: dict[Glob, Selectors] = Field(
        {},
        description="Rules not to apply in files that match a glob. One that begins with `!` means every other file.",
        examples=[{"legacy/**": ["TYP", "missing-foreign-key-index"]}],
    )
    severity: dict[Text, SeverityName] = Field(
        {},
        description="The severity of single rules, by name or code, in place of the profile's.",
        examples=[{"non-concurrent-index": "warning"}],
    )
    fail_on: SeverityName = Field(
        _DEFAULTS.fail_on.value,
        description="The lowest severity that makes a run fail (exit code 1).",
        examples=["warning"],
    )
    exclude: Globs = Field(
        list(_DEFAULTS.exclude),
        description="Globs, as in a .gitignore, of files and folders not to examine. Folders of tools (`.venv`, "
        "`node_modules`, `build`) are left out anyway; `!build/` takes one back.",
        examples=[["scripts/", "*_generated.py"]],
    )
    extend_exclude: Globs = Field(
        list(_DEFAULTS.extend_exclude),
        description="Globs beside those of `exclude`; adds to the list of an extended file.",
        examples=[["sandbox/"]],
    )
    force_exclude: bool = Field(
        _DEFAULTS.force_exclude,
        description="Whether `exclude` also holds for files named on the command line. The pre-commit hooks pass "
        "`--force-exclude`.",
        examples=[True],
    )
    respect_gitignore: bool = Field(
        _DEFAULTS.respect_gitignore,
        description="Whether files that git ignores are left out.",
        examples=[False],
    )
    max_file_size: Annotated[int, Field(ge=1, le=2**40)] = Field(
        _DEFAULTS.max_file_size,
        description="The size in bytes above which a file is reported as too large and not read.",
        examples=[2 * 1024 * 1024],
    )
    roles: dict[Role, Globs] = Field(
        {},
        description="Globs of the files that have a role, where it is not evident from what they import.",
        examples=[{"sql": ["db/queries/**"]}],
        json_schema_extra={"propertyNames": {"enum": list(get_args(Role))}},
    )
    layers: dict[Layer, Globs] = Field(
        {},
        description="Globs of the files that make up each layer. The rules on layers may report errors only where the "
        "layer is declared.",
        examples=[{"domain": ["app/domain/**"], "repository": ["app/repositories/**"]}],
        json_schema_extra={"propertyNames": {"enum": list(get_args(Layer))}},
    )
    database: Databases = Field(
        list(_DEFAULTS.database),
        description="The servers that the migrations run on, with their major version: one or a list. Without this "
        "they are inferred from URLs, drivers and imports.",
        examples=[["postgresql:16", "sqlite"]],
    )
    targets: list[TargetModel] = Field(
        [],
        description="Which migrations, metadata and servers belong together, where a project has several. Without "
        "this it is derived from each env.py and from Django's settings.",
        examples=[[{"name": "orders", "migrations": ["orders/migrations"], "database": "postgresql:16"}]],
    )
    table_sizes: dict[Text, Annotated[int, Field(ge=0)]] = Field(
        {},
        description="About how many rows tables have in production, by name. What locks a table of few rows is advice "
        "only; a table that is not named here may have any number.",
        examples=[{"users": 5_000_000, "countries": 250}],
    )
    lock_timeout_set_by: Text | None = Field(
        _DEFAULTS.lock_timeout_set_by,
        description="What sets a lock_timeout for migrations where their code does not show it: the role they run as, "
        "the database, the tool that runs them.",
        examples=["ALTER ROLE migrator SET lock_timeout = '5s'"],
    )
    start_after: OneOrMany = Field(
        list(_DEFAULTS.start_after),
        description="The newest released revisions: one id or a list. These and all before them are history, in which "
        "locks and destruction are counted and not shown.",
        examples=["ae1027a6acf4"],
    )
    default_branch: Text | None = Field(
        _DEFAULTS.default_branch,
        description="The branch whose merge base with HEAD tells what is released. Without this: the remote's default "
        "branch, `main` or `master`.",
        examples=["develop"],
    )
    plugins: list[Text] = Field(
        list(_DEFAULTS.plugins),
        description="Installed plugins to load, by the name of their entry point in the group `schemalint.rules`. "
        "A plugin is code that runs: name only what you trust.",
        examples=[["acme-rules"]],
    )
    rules: dict[Text, dict[str, Option]] = Field(
        {},
        description="Options of single rules, one table a rule, by name or code. `schemalint rule NAME` shows which "
        "options a rule has.",
        examples=[{"oversized-pool": {"workers": 8}}],
    )
    output_format: OneOrMany = Field(
        list(_DEFAULTS.output_format),
        description="The format of the report, or a list of formats: `FORMAT` is printed, `FORMAT=FILE` written to a "
        "file.",
        examples=["concise"],
    )
    cache_dir: PathText = Field(
        _DEFAULTS.cache_dir,
        description="The folder of the cache.",
        examples=[".cache/schemalint"],
    )
    required_version: Text | None = Field(
        _DEFAULTS.required_version,
        description="The versions of schemalint that may use these settings; another one refuses to run.",
        examples=[">=1.2,<2"],
    )
    extend: PathText | None = Field(
        _DEFAULTS.extend,
        description="Another settings file to build on, relative to this one. What this file says wins, table by "
        "table and key by key; the lists `extend-select` and `extend-exclude` add up.",
        examples=["../schemalint.toml"],
    )


def json_schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of the settings, from which editors complete and check the TOML."""
    schema = SettingsModel.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "schemalint"}

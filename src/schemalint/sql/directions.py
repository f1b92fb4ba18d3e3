"""Which part of an SQL file leads forwards and which back, as the tools that run such files read them.

Inside of a file, by comments: goose, dbmate, sql-migrate. Between files, by their names:

| tool | forwards | back |
| --- | --- | --- |
| golang-migrate, and others that pair files | `1_name.up.sql`, `1_name.postgres.up.sql` | `1_name.down.sql` |
| diesel | `<name>/up.sql` | `<name>/down.sql` |
| flyway | `V1.2__name.sql`, `R__name.sql` | `U1.2__name.sql` |
| yoyo | `0001.name.sql` | `0001.name.rollback.sql` |
| sqitch | `deploy/name.sql` | `revert/name.sql` |
| prisma | `<digits>_name/migration.sql` | |
| supabase | `supabase/migrations/<digits>_name.sql` | |
| numbered files | `001_name.sql`, in a folder of migrations | `001_name.down.sql` or `.rollback.sql` |

Sources: the documentation of each tool.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Section(NamedTuple):
    """A range of a text that is run as one. `transactional` is False where it is said that no transaction is opened."""

    start: int
    end: int
    transactional: bool = True


class Directed(NamedTuple):
    """A text with directions inside: the tool, and the parts for each direction."""

    tool: str
    upgrade: tuple[Section, ...]
    downgrade: tuple[Section, ...]

    @property
    def goes_back(self) -> bool:
        """Whether the text has a part that leads back."""
        return bool(self.downgrade)


class ScriptName(NamedTuple):
    """What a path says of a file: the tool, the folder of the history, the version and name, and the direction.

    `direction` is up, down, again (run whenever it changes) or verify. `certain` is False for a name that other files
    have too: it takes several of them, in a folder of migrations, to make a history. `server` is the one that a file
    is for where others of its version are for others. `transactional` is False where the name says that no
    transaction is opened.
    """

    tool: str
    folder: str
    version: str
    name: str
    direction: str = "up"
    certain: bool = True
    server: str | None = None
    transactional: bool = True


SENT_AT_ONCE = frozenset({"golang-migrate", "prisma", "supabase"})
"""Tools that send a file at once and open no transaction for it: the server makes one of it, and a BEGIN that stands
there opens one."""

_DIRECTIVE = re.compile(
    r"^[ \t]*--[ \t]*(?:\+(?P<tool>goose|migrate)[ \t]+(?P<word>Up|Down|NO TRANSACTION)|(?P<dbmate>migrate):"
    r"(?P<side>up|down))\b(?P<rest>[^\n]*)$",
    re.MULTILINE | re.IGNORECASE,
)
_MARKS = ("+goose", "+migrate", "migrate:")
_NO_TRANSACTION = re.compile(r"transaction:\s*false|notransaction", re.IGNORECASE)


def directed(text: str) -> Directed | None:
    """The directions that comments inside of a text give; None where there are none."""
    if not any(mark in text for mark in _MARKS):
        return None
    tool = ""
    found: dict[str, list[Section]] = {"up": [], "down": []}
    wrapped = True
    matches = list(_DIRECTIVE.finditer(text))
    for index, match in enumerate(matches):
        word = (match["word"] or match["side"]).lower()
        if word == "no transaction":
            wrapped = False
            continue
        following = (
            later.start() for later in matches[index + 1 :] if (later["word"] or "").upper() != "NO TRANSACTION"
        )
        end = next(following, len(text))
        named = "dbmate" if match["dbmate"] else "goose" if match["tool"].lower() == "goose" else "sql-migrate"
        tool = tool or named
        found[word].append(Section(match.end(), end, not _NO_TRANSACTION.search(match["rest"])))
    if not tool:
        return None
    if not wrapped:
        found = {side: [section._replace(transactional=False) for section in parts] for side, parts in found.items()}
    return Directed(tool, tuple(found["up"]), tuple(found["down"]))


_PATHS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (tool, re.compile(pattern), direction)
    for tool, direction, pattern in (
        ("golang-migrate", "up", r"(?P<folder>.*/|)(?P<version>\d+)[_-](?P<name>[^/]+)\.up\.sql"),
        ("golang-migrate", "down", r"(?P<folder>.*/|)(?P<version>\d+)[_-](?P<name>[^/]+)\.down\.sql"),
        ("diesel", "up", r"(?P<folder>.*/|)(?P<version>[\d-]+)_(?P<name>[^/]+)/up\.sql"),
        ("diesel", "down", r"(?P<folder>.*/|)(?P<version>[\d-]+)_(?P<name>[^/]+)/down\.sql"),
        ("prisma", "up", r"(?P<folder>.*/|)(?P<version>\d{14}_(?P<name>[^/]+))/migration\.sql"),
        ("flyway", "up", r"(?P<folder>.*/|)V(?P<version>\d+(?:[._]\d+)*)__(?P<name>[^/]+)\.sql"),
        ("flyway", "down", r"(?P<folder>.*/|)U(?P<version>\d+(?:[._]\d+)*)__(?P<name>[^/]+)\.sql"),
        ("flyway", "again", r"(?P<folder>.*/|)R__(?P<version>(?P<name>[^/]+))\.sql"),
        ("sqitch", "up", r"(?P<folder>.*/|)deploy/(?P<version>(?P<name>.+))\.sql"),
        ("sqitch", "down", r"(?P<folder>.*/|)revert/(?P<version>(?P<name>.+))\.sql"),
        ("sqitch", "verify", r"(?P<folder>.*/|)verify/(?P<version>(?P<name>.+))\.sql"),
        ("supabase", "up", r"(?P<folder>.*\bsupabase/migrations/)(?P<version>\d+)_(?P<name>[^/]+)\.sql"),
        ("yoyo", "down", r"(?P<folder>.*/|)(?P<version>(?P<name>[^/]+))\.rollback\.sql"),
        ("numbered", "down", r"(?P<folder>.*/|)(?P<version>(?P<name>[a-z_]*\d[^/]*))\.(?:down|undo)\.sql"),
        ("numbered", "up", r"(?P<folder>.*/|)(?P<version>(?P<name>(?:[Vv]|migration[_-])?\d[^/]*))\.sql"),
    )
)
_MIGRATIONS = re.compile(
    r"(?:^|[/_-])(?:migrations?|migrate|versions|changelogs?|patches|upgrades?|deltas?)(?:[/_-]|$)"
)


_SERVER = re.compile(r"\.(?P<server>[a-z]+)3?(?P<alone>\.autocommit)?$|(?P<only>\.autocommit)$")
_SERVERS = {
    "postgres": "postgresql", "postgresql": "postgresql", "pg": "postgresql", "mysql": "mysql", "mariadb": "mysql",
    "sqlite": "sqlite", "cockroach": "cockroachdb", "cockroachdb": "cockroachdb", "mssql": "mssql",
}  # fmt: skip


def script_name(path: str) -> ScriptName | None:
    """What a path says; None for one that has no name of this kind."""
    for tool, pattern, direction in _PATHS:
        match = pattern.fullmatch(path)
        if match is None:
            continue
        certain = tool not in ("numbered", "sqitch") or direction == "down"
        version = match["version"].replace("-", "") if tool == "diesel" else match["version"]
        name = ScriptName(tool, match["folder"].rstrip("/"), version, match["name"], direction, certain)
        if tool == "golang-migrate":
            name = _of_server(name)
        return name._replace(name=name.name.replace("_", " "))
    return None


def _of_server(name: ScriptName) -> ScriptName:
    """A name that ends in a server (`add_users.postgres`), or in what Ory's tool has for "without a transaction"."""
    match = _SERVER.search(name.name)
    if match is None or not (match["only"] or match["server"] in _SERVERS):
        return name
    return name._replace(
        name=name.name[: match.start()],
        server=_SERVERS[match["server"]] if match["server"] else None,
        transactional=not (match["only"] or match["alone"]),
    )


def is_folder_of_migrations(folder: str) -> bool:
    """Whether the last two names of a folder's path say that it holds migrations."""
    return _MIGRATIONS.search("/".join(folder.split("/")[-2:])) is not None


_PARTS = re.compile(r"\d+|[^\d._-]+")
_AS_TEXTS = frozenset({"diesel", "prisma", "supabase"})
"""Tools that sort versions as texts."""

VersionKey = tuple[tuple[tuple[int, int, str], ...], ...]


def version_key(version: str, tool: str = "") -> VersionKey:
    """A version for sorting: its numbers count as numbers, `10` comes behind `9`, but with tools that sort texts."""
    if tool in _AS_TEXTS:
        return (((1, 0, version),),)
    return tuple(
        tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in _PARTS.findall(folder))
        for folder in version.split("/")
    )


_DEPENDS = re.compile(r"^[ \t]*--[ \t]*depends:(?P<names>[^\n]*)$", re.MULTILINE)
_WITHOUT_TRANSACTION = re.compile(
    r"^[ \t]*--+[ \t]*(?:transactional:[ \t]*(?:false|no|0|off)|no-transaction"
    r"|postgres-migrations[ \t]+disable-transaction|atlas:txmode[ \t]+none|tern:[ \t]*disable-tx)\b",
    re.MULTILINE | re.IGNORECASE,
)
"""What scripts of yoyo, sqlx, postgres-migrations, Atlas and tern say that are to run without a transaction."""
_METADATA = re.compile(
    r"^[ \t]*(?:run_in_transaction|executeInTransaction)[ \t]*=[ \t]*false\b", re.MULTILINE | re.IGNORECASE
)


def yoyo_depends(text: str) -> tuple[str, ...] | None:
    """The migrations that `-- depends:` of yoyo names; None where there is no such line."""
    found = [name for match in _DEPENDS.finditer(text) for name in match["names"].split()]
    return tuple(found) if _DEPENDS.search(text) else None


def is_transactional(text: str, metadata: str | None = None) -> bool:
    """Whether a script runs in a transaction: a comment may say otherwise, or a file beside it (`metadata.toml` of
    Diesel, `<script>.conf` of Flyway)."""
    return _WITHOUT_TRANSACTION.search(text) is None and (metadata is None or _METADATA.search(metadata) is None)


def sqitch_plan(text: str) -> tuple[str, ...]:
    """The names of the changes in a `sqitch.plan`, in order; tags and pragmas aside."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(line.split()[0] for line in lines if line and line[0] not in "%@#")

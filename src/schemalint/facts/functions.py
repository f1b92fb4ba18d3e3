"""What a function does, in order: its events, the circumstances they happen in, and the sessions it works with.

Offsets are code points into the decoded text of the file, as in the IR. Names are full dotted names in canonical form
("sqlalchemy.select", "app.crud.users.get_user"); a method is named after the class that its object evidently has
("sqlalchemy.orm.Session.execute"). What is not evident is None.
"""

from __future__ import annotations

from typing import Union

import msgspec

from schemalint.diagnostics import Place
from schemalint.facts.record import Record


class ParameterDef(msgspec.Struct, frozen=True, gc=False):
    """A parameter. `kind` is that of the IR.

    `type` is the class that the annotation evidently stands for, whatever aliases it leads through; `default` is what
    the default names or calls ("fastapi.Depends"); `has_default` tells that there is one. `provider` is the function
    that a framework calls for the value (`Depends(get_session)`).
    """

    name: str
    kind: str
    type: str | None = None
    default: str | None = None
    has_default: bool = False
    provider: str | None = None


class Signature(msgspec.Struct, frozen=True, gc=False):
    """What a function is.

    `qualifier` names the classes and functions around it ("Users", "make.<locals>"); `owner` is the full name of the
    class whose method it is. `decorators` are what they resolve to, None for those that do not. `nested` is set for a
    function inside a function.
    """

    path: str
    name: str
    qualifier: str
    owner: str | None
    is_async: bool
    is_generator: bool
    nested: bool
    decorators: tuple[str | None, ...]
    parameters: tuple[ParameterDef, ...]
    place: Place

    @property
    def qualified_name(self) -> str:
        """The name inside the module: "Users.get", "make.<locals>.inner"."""
        return f"{self.qualifier}.{self.name}" if self.qualifier else self.name


class Region(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a function whose code runs under one circumstance.

    `kind` is "function" (number 0, the whole), "loop" (for), "while", "comprehension", "with", "try", "handler",
    "finally", "branch" or "lambda". `parent` numbers the region around it, -1 for the function. `group` tells the
    branches of one decision: of regions with the same group only one runs. `variables` are what a loop binds.
    `length` is the number of rounds of a loop over a literal. `leaves` tells that the region ends in return or raise.
    `is_async` is set for `async for` and `async with`.
    """

    kind: str
    parent: int
    start: int
    end: int
    group: int = -1
    variables: tuple[str, ...] = ()
    length: int | None = None
    is_async: bool = False
    leaves: bool = False

    @property
    def repeats(self) -> bool:
        """Whether what stands here may run more than once."""
        return self.kind in ("loop", "while", "comprehension")


class Event(Record, frozen=True, gc=False):
    """The base of events. `region` numbers the innermost region around."""

    region: int
    start: int
    end: int


class Argument(msgspec.Struct, frozen=True, gc=False):
    """An argument of a call. `names` are the names that it mentions; `constant` its value where it is a literal."""

    keyword: str | None
    star: int
    names: tuple[str, ...]
    constant: Union[bool, int, float, str, None]
    start: int
    end: int


class CallEvent(Event, frozen=True, gc=False, tag="call"):
    """A call. `text` is the callee as written (`self.session.execute`), `callee` what it stands for.

    `use` tells what becomes of the result: "awaited", "discarded" (a statement of its own), "returned", "assigned",
    "argument", "iterated" (a for loop or comprehension runs over it), "entered" (by `with`), "attribute" (the chain
    goes on), "yielded" or "other".
    """

    text: str
    callee: str | None
    arguments: tuple[Argument, ...]
    use: str

    @property
    def awaited(self) -> bool:
        """Whether the result is awaited where it is made."""
        return self.use == "awaited"


class ReadEvent(Event, frozen=True, gc=False, tag="read"):
    """An attribute is read: `text` is the object as written, `attribute` the last name of the chain."""

    text: str
    attribute: str


class WriteEvent(Event, frozen=True, gc=False, tag="write"):
    """An attribute or an item (`attribute` is None) is written or deleted."""

    text: str
    attribute: str | None


class AwaitEvent(Event, frozen=True, gc=False, tag="await"):
    """An `await`."""


class EnterEvent(Event, frozen=True, gc=False, tag="enter"):
    """The region `entered` begins."""

    entered: int


class LeaveEvent(Event, frozen=True, gc=False, tag="leave"):
    """The region `left` ends."""

    left: int


class ReturnEvent(Event, frozen=True, gc=False, tag="return"):
    """The function returns; `names` are the names in what it returns."""

    names: tuple[str, ...]


class RaiseEvent(Event, frozen=True, gc=False, tag="raise"):
    """An exception is raised; `exception` is its class, None for a bare `raise` and for what does not resolve."""

    exception: str | None


class YieldEvent(Event, frozen=True, gc=False, tag="yield"):
    """A value is yielded."""


AnyEvent = Union[
    CallEvent, ReadEvent, WriteEvent, AwaitEvent, EnterEvent, LeaveEvent, ReturnEvent, RaiseEvent, YieldEvent
]


class SessionOrigin(msgspec.Struct, frozen=True, gc=False):
    """A session or connection as it is used somewhere.

    `kind` is "sync", "async" or "unknown"; `library` is "sqlalchemy", "sqlmodel", "flask-sqlalchemy", "django",
    "asyncpg", "databases", "dbapi", ... or "unknown"; `type` its class. `level` is "session" (a unit of work),
    "connection", "cursor", "engine" or "pool". `how` tells how it got here: "parameter", "dependency" (a
    framework calls a provider), "with", "call", "attribute" (of self or of another object), "global", "request" (an
    attribute that the project registers on requests), "manager" (what `Model.objects` and `Model.query` work on), or
    "use" (nothing but the statement that it is given tells).
    """

    kind: str
    library: str
    type: str | None
    level: str
    how: str


class SessionCall(msgspec.Struct, frozen=True, gc=False):
    """A call of a method of a session or connection.

    `text` is the receiver as written. `use` is that of the call event; `inside` names the functions that the result is
    handed to at once (`asyncio.gather`).
    """

    method: str
    text: str
    session: SessionOrigin
    use: str
    region: int
    place: Place
    inside: tuple[str, ...] = ()

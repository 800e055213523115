"""The table of operations.

An operation has a name, a request, a response, a least role, and says whether it is
audited. The local graph, the HTTP endpoint, the client and the OpenAPI document are all
made from the table; adding a row is all there is to adding an operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict

from ..domain.people import Role
from ..errors import KgError, NotFound
from ..policy import ScopeFilter, Visitor
from ..store.protocol import GraphStore


class Request(BaseModel):
    """Base of all requests: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Response(BaseModel):
    """Base of all responses: a client passes over fields it does not know yet."""

    model_config = ConfigDict(extra="ignore")


@dataclass
class Context:
    """What a handler works with.

    Attributes:
        store: The graph.
        visitor: Who asks.
        now: The instant of the call.
        services: What else the process owns, by name (`search`: the warm index; `blobs`).
        audit: Filled by a handler with what it changed: subject and digests.
        ahead: What the operation's `ahead` found before the transaction began.
    """

    store: GraphStore
    visitor: Visitor
    now: datetime
    services: dict[str, Any] = field(default_factory=dict)
    audit: dict[str, str | None] = field(default_factory=dict)
    ahead: Any = None

    @property
    def scope(self) -> ScopeFilter:
        """The records the visitor may see."""
        return self.visitor.scope()

    def service(self, name: str) -> Any:
        """A service of this process.

        Raises:
            KgError: This process does not offer it.
        """
        try:
            return self.services[name]
        except KeyError:
            raise KgError(f"This process offers no {name}.", service=name) from None


Q = TypeVar("Q", bound=BaseModel)
A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True)
class Operation(Generic[Q, A]):
    """A row of the table; calling it runs its handler."""

    name: str
    request: type[Q]
    response: type[A]
    least: Role
    audited: bool
    reading: bool
    summary: str
    handler: Callable[[Context, Q], A]
    ahead: Callable[[Context, Q], Any] | None = None

    def __call__(self, context: Context, request: Q) -> A:
        return self.handler(context, request)


class Registry:
    """Operations by name; a lookup that fails names the nearest."""

    def __init__(self) -> None:
        self._rows: dict[str, Operation[Any, Any]] = {}

    def register(self, row: Operation[Any, Any]) -> None:
        """Add a row; a name is given once."""
        if row.name in self._rows:
            raise ValueError(f"there is an operation {row.name} already")
        self._rows[row.name] = row

    def __getitem__(self, name: str) -> Operation[Any, Any]:
        try:
            return self._rows[name]
        except KeyError:
            raise NotFound.among("operation", name, self._rows) from None

    def __iter__(self) -> Iterator[Operation[Any, Any]]:
        return iter(sorted(self._rows.values(), key=lambda row: row.name))

    def __contains__(self, name: object) -> bool:
        return name in self._rows


OPERATIONS = Registry()
"""All operations that have been imported; `kg.graph` imports those of `kg`."""


def operation(
    least: Role,
    *,
    audited: bool = False,
    reading: bool = False,
    ahead: Callable[[Context, Any], Any] | None = None,
    registry: Registry = OPERATIONS,
) -> Callable[[Callable[[Context, Q], A]], Operation[Q, A]]:
    """Make a handler a row of the table; name, models and summary come from its signature.

    Args:
        least: The least role that may call it.
        audited: Calls are recorded: those that write, and reads that must be accounted for.
        reading: An audited one writes nothing itself: writers do not wait for it, and a
            refused call is recorded too.
        ahead: Done before the transaction of an audited one begins, for what takes time (files,
            other servers), so that no writer waits for it; the handler finds its answer in
            `context.ahead`.
        registry: The table to add it to.
    """

    def register(handler: Callable[[Context, Q], A]) -> Operation[Q, A]:
        hints = get_type_hints(handler)
        response = hints.pop("return")
        request = next(hint for name, hint in hints.items() if hint is not Context)
        row: Operation[Q, A] = Operation(
            name=handler.__name__,
            request=request,
            response=response,
            least=least,
            audited=audited,
            reading=reading,
            summary=(handler.__doc__ or "").strip().splitlines()[0] if handler.__doc__ else "",
            handler=handler,
            ahead=ahead,
        )
        registry.register(row)
        return row

    return register

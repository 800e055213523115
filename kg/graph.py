"""The operations, run in this process on a store that it owns."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol, Self, TypeVar

from pydantic import BaseModel, ValidationError

from . import audit
from .operations import catalogue as _catalogue  # noqa: F401  (fills the table)
from .operations.refusals import refusal
from .operations.table import OPERATIONS, Context, Operation
from .policy import Visitor, allow, local_owner
from .store.protocol import GraphStore

Q = TypeVar("Q", bound=BaseModel)
A = TypeVar("A", bound=BaseModel)


class Graph(Protocol):
    """Somewhere operations can be called: in this process or at a server."""

    def call(self, operation: Operation[Q, A], request: Q) -> A:
        """The response to a checked request."""
        ...


class OperationMethods:
    """Operations as methods: `graph.search_lessons(text="...")` builds the request and calls."""

    def call(self, operation: Operation[Q, A], request: Q) -> A:
        raise NotImplementedError

    def frame(self, operation: str, *, part: str | None = None, **values: Any) -> Any:
        """What an operation answers, as a pandas DataFrame: `graph.frame("list_projects")`.

        Args:
            operation: Its name.
            part: Which of the answer's lists, when it has several; the first when not given.
            **values: Its request.

        Raises:
            NotFound: There is no such operation; names the nearest.
        """
        from .frames import to_frame

        row = OPERATIONS[operation]
        return to_frame(self.call(row, parse_request(row, values)), part)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in OPERATIONS:
            raise AttributeError(name)
        row = OPERATIONS[name]

        def method(**values: Any) -> Any:
            return self.call(row, parse_request(row, values))

        method.__name__ = name
        method.__doc__ = row.summary
        return method


def parse_request(row: Operation[Q, A], values: dict[str, Any]) -> Q:
    """A checked request.

    Raises:
        InvalidRequest: Names the operation, the field and the reason.
    """
    try:
        return row.request.model_validate(values)
    except ValidationError as error:
        raise refusal(row.name, error) from error


class KnowledgeGraph(OperationMethods):
    """The knowledge graph as one visitor may use it.

    Args:
        store: An open store with its schema in place.
        visitor: Who asks; the local owner when not given.
        clock: Where the time comes from.
        services: What the process offers to handlers (`search`, `blobs` ...).
        server: Name of the audit chain of this process.
    """

    def __init__(
        self,
        store: GraphStore,
        visitor: Visitor | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        services: dict[str, Any] | None = None,
        server: str = "local",
    ) -> None:
        self.store = store
        self.visitor = visitor or local_owner()
        self.services = services if services is not None else {}
        self._clock = clock
        self._server = server

    def now(self) -> datetime:
        """The instant by this graph's clock."""
        return self._clock()

    def as_visitor(self, visitor: Visitor) -> KnowledgeGraph:
        """The same graph, asked by somebody else."""
        return KnowledgeGraph(self.store, visitor, clock=self._clock, services=self.services, server=self._server)

    def call(self, operation: Operation[Q, A], request: Q) -> A:
        """Check, run and, where the table says so, record a call.

        An audited call runs in one transaction with its audit entry: neither exists
        without the other.

        Raises:
            Forbidden: The visitor's role does not reach.
            KgError: As the operation documents.
        """
        allow(self.visitor, operation.name, operation.least)
        now = self._clock()
        context = Context(self.store, self.visitor, now, self.services)
        if operation.ahead is not None:
            context.ahead = operation.ahead(context, request)
        if not operation.audited:
            return operation(context, request)
        if operation.reading:
            return self._audited_read(operation, context, request)
        with self.store.transaction() as tx:
            context.store = _InTransaction(self.store, tx)
            response = operation(context, request)
            audit.append_entry(tx, self._server, self.visitor, operation.name, now, **context.audit)
        return response

    def _audited_read(self, operation: Operation[Q, A], context: Context, request: Q) -> A:
        """Read, then record it: nobody waits for the reading, and a refusal is recorded too."""
        failed = True
        try:
            response = operation(context, request)
            failed = False
        finally:
            if failed:
                context.audit["subject"] = f"not answered: {context.audit.get('subject')}"
            with self.store.transaction() as tx:
                audit.append_entry(tx, self._server, self.visitor, operation.name, context.now, **context.audit)
        return response

    def close(self) -> None:
        """Release the services and the store."""
        for service in self.services.values():
            close = getattr(service, "close", None)
            if close is not None:
                close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _InTransaction:
    """A store whose reads, writes and transactions all join one transaction."""

    def __init__(self, store: GraphStore, tx: Any) -> None:
        self._store = store
        self._tx = tx
        self.read = tx.read
        self.write = tx.write

    @contextmanager
    def transaction(self) -> Any:
        yield self._tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

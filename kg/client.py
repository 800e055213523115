"""The operations, called at a running server."""

from __future__ import annotations

from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel

from .errors import KgError, StoreUnavailable, by_code
from .graph import OperationMethods
from .operations.table import Operation

Q = TypeVar("Q", bound=BaseModel)
A = TypeVar("A", bound=BaseModel)


class RemoteGraph(OperationMethods):
    """The knowledge graph behind a server's endpoint.

    Args:
        url: The server's base URL, such as `http://127.0.0.1:8866/`, or
            `unix:///path/to/socket` for a private endpoint.
        token: Bearer token or kernel handle; says who asks.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 60.0) -> None:
        self.url = url
        self._token = token
        transport = httpx.HTTPTransport(uds=url.removeprefix("unix://")) if url.startswith("unix://") else None
        self._http = httpx.Client(
            base_url="http://retrobook/" if transport else url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            transport=transport,
            trust_env=False,
        )

    def call(self, operation: Operation[Q, A], request: Q) -> A:
        """The server's answer; raises what the server raised.

        Raises:
            StoreUnavailable: The server cannot be reached.
            KgError: The server refused or failed, with its own code and fields.
        """
        try:
            answer = self._http.post(
                f"api/operations/{operation.name}",
                content=request.model_dump_json(exclude_unset=True),
                headers={"Content-Type": "application/json"},
            )
        except httpx.HTTPError as error:
            raise StoreUnavailable(
                f"The server at {self.url} did not answer ({type(error).__name__}). Is it running?", url=self.url
            ) from error
        if answer.is_success:
            return operation.response.model_validate_json(answer.content)
        raise _error_of(answer)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _error_of(answer: httpx.Response) -> KgError:
    try:
        said: dict[str, Any] = answer.json()
        kind = by_code().get(said["code"], KgError)
        return kind(said["message"], **said.get("fields", {}))
    except (ValueError, KeyError, TypeError):
        return KgError(f"The server answered {answer.status_code} without saying why.", status=answer.status_code)

"""The operations endpoint without a web server: a body in, a status and a body out.

The server's handler and the private endpoint of the command line both answer with it.
"""

from __future__ import annotations

import json
import logging

from kg.errors import InvalidRequest, KgError, QueryFailed
from kg.graph import Graph, parse_request
from kg.operations.table import OPERATIONS

log = logging.getLogger(__name__)


def answer(graph: Graph, name: str, body: bytes) -> tuple[int, bytes]:
    """Call an operation as the graph's visitor may.

    Args:
        graph: The graph as one visitor may use it.
        name: The operation.
        body: The request as a JSON object; empty for one without values.

    Returns:
        The HTTP status and a JSON document: the response, or `code`, `message` and `fields` of
        what went wrong. An error that is not ours is logged and told without its details.
    """
    try:
        row = OPERATIONS[name]
        return 200, graph.call(row, parse_request(row, _values(name, body))).model_dump_json().encode()
    except KgError as error:
        if not isinstance(error, QueryFailed):  # its words hold the statement: for the log alone
            return error.status, json.dumps(error.as_dict(), ensure_ascii=False, default=str).encode()
        log.exception("operation %s failed", name)
    except Exception:
        log.exception("operation %s failed", name)
    broken = KgError(f"{name} failed for a reason that is not yours; the server's log has it.", operation=name)
    return broken.status, json.dumps(broken.as_dict(), ensure_ascii=False).encode()


def _values(name: str, body: bytes) -> dict[str, object]:
    try:
        values = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"{name}: the request is not JSON: {error}.", operation=name) from error
    if not isinstance(values, dict):
        raise InvalidRequest(f"{name}: the request must be a JSON object.", operation=name)
    return values

"""An outcome as it was before its last revision."""

from __future__ import annotations

import json

from ..domain import Outcome
from ..domain.record import BOOKKEEPING
from ..errors import NotFound
from ..queries import statement
from ..store.protocol import GraphStore


def before_edit(store: GraphStore, outcome: Outcome) -> Outcome:
    """The outcome with what the revision before it said; it stays where it is drawn.

    Raises:
        NotFound: That revision is not kept any more.
    """
    rows = store.read(statement("records.revisions_of"), id=outcome.id)
    body = next((row["body"] for row in rows if row["revision"] == outcome.revision - 1), None)
    if body is None:
        raise NotFound("The revision before is not kept any more.", kind="revision", name=str(outcome.revision - 1))
    earlier = Outcome.from_properties(json.loads(body))
    return Outcome.parse(
        earlier.model_dump(exclude=set(BOOKKEEPING))
        | {"bulk_edit": None, "revision": outcome.revision, "map_x": outcome.map_x, "map_y": outcome.map_y}
    )

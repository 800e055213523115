"""Ids of new objectives and key results: sent twice, a form makes one."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from ..domain import KeyResult, Objective, derive_id
from ..errors import Conflict
from ..queries import statement
from .table import Context


def new_id(context: Context, kind: str, key: str | None, values: dict[str, Any]) -> str:
    """An id: any without a key; with one always the same for the same person saying the same."""
    if key is None:
        return derive_id(kind, "retrobook", secrets.token_hex(5))
    said = json.dumps([context.visitor.name, key, values], sort_keys=True, ensure_ascii=False, default=str)
    return derive_id(kind, "retrobook", hashlib.sha256(said.encode()).hexdigest()[:16])


def made_before(context: Context, kind: type[Objective | KeyResult], key: str) -> bool:
    """True when a record with this id is in use already.

    Raises:
        Conflict: It was, and was retired.
    """
    rows = context.store.read(statement("records.get", kind.label), id=key)
    if rows and rows[0]["record"].get("retired_at"):
        raise Conflict(
            "This was set before and retired since. Open the page anew to set it again.", id=key, field="key",
            name=rows[0]["record"]["title"],
        )  # fmt: skip
    return bool(rows)

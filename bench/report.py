"""How a bench speaks: one line of JSON, exit code 1 when its gate does not hold."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn


def finish(name: str, *, ok: bool, limit: str, figures: dict[str, Any], ratio: float | None = None) -> NoReturn:
    """Print the result line and end the process.

    Args:
        name: The bench.
        ok: Whether the gate holds.
        limit: The gate in words, such as "<= 2x a bare UNWIND loader".
        figures: What was measured, with units in the names.
        ratio: The measured ratio, where the gate is one.
    """
    shown = round(ratio, 3) if ratio is not None else None
    print(json.dumps({"bench": name, "ratio": shown, "limit": limit, "ok": ok, "figures": figures}, ensure_ascii=False))
    sys.exit(0 if ok else 1)

"""Cells that no spreadsheet runs, and such cells read back.

A cell that begins as a formula does gets an apostrophe in front; one that has an apostrophe
there already gets another, so that reading a table back loses nothing.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠\t\r\n]")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """A cell as it was before it was guarded."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell

"""What the cells of a column show: whether they are numbers, dates, names or prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .values import BadValue, Shape, as_date, as_number

DATE_FORMS = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%Y-%m", "%m/%d/%y")


@dataclass
class Column:
    """What a sample of a column's cells shows."""

    name: str
    cells: list[str]
    share: float
    """Which part of the cells holds a value."""
    unique: bool
    numeric: bool
    date_forms: list[str] | None
    """Forms that read every cell as a date; empty for year-first dates, None for no dates."""
    words: float
    negative: bool = False

    def has(self, shape: Shape) -> bool:
        """True when a field of this shape could hold the cells."""
        match shape:
            case Shape.NUMBER | Shape.DECIMAL:
                return self.numeric
            case Shape.INTEGER:
                return self.numeric and all("." not in cell for cell in self.cells)
            case Shape.DATE | Shape.INSTANT:
                return self.date_forms is not None
            case Shape.YES_NO | Shape.MAPPING:
                return False
            case _:
                return True


def column_of(name: str, cells: list[str], rows: int) -> Column:
    """What the cells of a column show; `rows` is how many rows were looked at."""
    return Column(
        name=name,
        cells=cells,
        share=len(cells) / rows if rows else 0.0,
        unique=len(cells) == rows > 0 and len(set(cells)) == rows,
        numeric=bool(cells) and all(_is_number(cell) for cell in cells),
        date_forms=_date_forms(cells),
        negative=any(cell.startswith(("-", "(", "−")) for cell in cells),
        words=sum(len(cell.split()) for cell in cells) / len(cells) if cells else 0.0,
    )


def plain(text: str) -> str:
    """Words without case and punctuation: `Planned_Cost` and `plannedCost` are `planned cost`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.findall(r"[^\W_]+", spaced.casefold()))


def called(column: str, word: str, *, exact: bool) -> bool:
    """True when a column is called by a word, or (not exact) when its name contains it."""
    name, wanted = plain(column), plain(word)
    if exact:
        return name == wanted or name.replace(" ", "") == wanted.replace(" ", "")
    if re.search(r"[\u3400-\u9fff]", wanted):
        return len(wanted) > 1 and wanted in name
    return len(wanted) > 3 and re.search(rf"\b{re.escape(wanted)}\b", name) is not None


def _is_number(text: str) -> bool:
    try:
        as_number(text)
    except BadValue:
        return False
    return True


def _date_forms(cells: Sequence[str]) -> list[str] | None:
    if not cells:
        return None

    def reads(forms: list[str]) -> bool:
        try:
            for cell in cells:
                as_date(cell, forms)
        except BadValue:
            return False
        return True

    if reads([]):
        return []
    return [form for form in DATE_FORMS if reads([form])] or None

"""The values of an outcome as its page lists them: the newest first, each with what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from kg.operations.measurement_views import MeasurementView


@dataclass(frozen=True)
class Struck:
    """A value that counts no more, or its withdrawal, and what came after it.

    Attributes:
        view: What was recorded.
        by: What stands for it, or says that nothing does.
    """

    view: MeasurementView
    by: MeasurementView


@dataclass(frozen=True)
class Entry:
    """A value of a series.

    Attributes:
        view: What stands by now; withdrawn when nothing does.
        struck: What stood before, the newest first.
    """

    view: MeasurementView
    struck: tuple[Struck, ...]

    @property
    def withdrawn(self) -> bool:
        """True when nothing stands any more."""
        return self.view.measurement.withdrawn


def series_entries(views: Iterable[MeasurementView]) -> list[Entry]:
    """Values, the newest first; each correction stands with what it corrects.

    Args:
        views: All measurements of a subject, the oldest first.
    """
    by_id = {view.measurement.id: view for view in views}
    found = []
    for view in reversed(by_id.values()):
        if view.corrected_by in by_id:
            continue
        chain = [by_id[key] for key in view.before if key in by_id] + [view]
        found.append(Entry(view, tuple(Struck(*pair) for pair in reversed(list(pairwise(chain))))))
    return found


def correction(text: Callable[[str], str | None]) -> dict[str, Any]:
    """What the form of a correction says; a day or source that stayed as it was shown is not said again.

    Args:
        text: A field of the form by name, None when it is empty.
    """
    given: dict[str, Any] = {"id": text("measurement") or "", "note": text("reason") or ""}
    if text("do") == "withdraw":
        return given | {"withdraw": True}
    for name in ("value", "date", "source"):
        value = text(name)
        if value is not None and value != text(f"{name}_before"):
            given[name] = value
    return given

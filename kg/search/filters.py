"""Which rows a question may find: the asker's scope and the filters, before any arm looks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..domain import LessonState
from ..operations.lessons import LessonFilters
from ..policy import ScopeFilter
from .columns import MASK, UNKNOWN_DAY, Columns

KEPT = 64


@dataclass(frozen=True)
class Selection:
    """Rows as masks.

    Attributes:
        visible: What the asker may see; all statistics come from these rows.
        wanted: What this question may find, a part of `visible`.
        count: How many are wanted.
    """

    visible: MASK
    wanted: MASK
    count: int

    def without(self, row: int | None) -> Selection:
        """The same but for one row."""
        if row is None or not self.wanted[row]:
            return self
        wanted = self.wanted.copy()
        wanted[row] = False
        return Selection(self.visible, wanted, self.count - 1)


class Selector:
    """Selections of an index; the latest are kept until the index changes."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._kept: OrderedDict[tuple[ScopeFilter, str, float | None], Selection] = OrderedDict()
        self._version = -1

    def select(self, scope: ScopeFilter, filters: LessonFilters, at: float | None = None) -> Selection:
        """The rows for a scope and filters, in use now or at an instant."""
        if self._version != self._columns.version:
            self._kept.clear()
            self._version = self._columns.version
        key = (scope, filters.model_dump_json(exclude_defaults=True), at)
        found = self._kept.get(key)
        if found is None:
            visible = visible_rows(self._columns, scope, at)
            wanted = visible & wanted_rows(self._columns, filters)
            found = Selection(visible, wanted, int(np.count_nonzero(wanted)))
            self._kept[key] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


def visible_rows(columns: Columns, scope: ScopeFilter, at: float | None = None) -> MASK:
    """Rows that the scope covers; says the same as `ScopeFilter.covers` for each.

    For an earlier instant the record's newest version must be covered too: what has become
    confidential since is not shown as it was.
    """
    named = columns.coded["project"].where(lambda project: project in scope.projects)
    if scope.everything:
        seen = np.ones(len(columns), np.bool_)
    else:
        seen = named | columns.coded["unit"].where(lambda unit: scope.covers(None, unit))
    if not scope.confidential:
        seen &= ~columns.confidential.view | named
    if at is not None:
        seen &= seen[columns.newest()]
    seen &= columns.in_use(at)
    return seen


def wanted_rows(columns: Columns, filters: LessonFilters) -> MASK:
    """Rows that pass the filters; an unknown value passes nothing."""
    rows = np.ones(len(columns), np.bool_)
    if filters.project:
        rows &= columns.coded["project"].where(_is_project(filters.project))
    if filters.unit:
        rows &= columns.coded["unit"].where(_is_within(filters.unit))
    for name in ("sector", "phase", "polarity", "language", "source"):
        if values := getattr(filters, name):
            rows &= columns.coded[name].where(_is_one_of(values))
    if filters.topic:
        rows &= columns.with_topic(_is_one_of(filters.topic))
    if filters.state:
        rows &= columns.coded["state"].where(_is_one_of(filters.state))
    else:
        rows &= columns.coded["state"].where(lambda state: state != LessonState.RETIRED)
    days = columns.day.view
    if filters.learnt_from:
        rows &= days >= filters.learnt_from.toordinal()
    if filters.learnt_to:
        rows &= (days < filters.learnt_to.toordinal()) & (days != UNKNOWN_DAY)
    return rows


def _is_one_of(values: Sequence[str]) -> Callable[[str | None], bool]:
    folded = {str(value).casefold() for value in values}
    return lambda value: value is not None and value.casefold() in folded


def _is_project(values: Sequence[str]) -> Callable[[str | None], bool]:
    """By id, or by the id's last part: what the source calls the project."""
    return lambda value: value is not None and (value in values or value.rsplit(":", 1)[-1] in values)


def _is_within(units: Sequence[str]) -> Callable[[str | None], bool]:
    return lambda value: value is not None and any(value == u or value.startswith(u + "/") for u in units)

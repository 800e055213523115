"""What a lesson's state takes from its score: shown as a part of its own, never silently.

The unit is the spread of an arm over the records (see `fusion`): one unit lets a lesson fall
behind those that fit about equally, and leaves it above those that fit clearly less.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from ..domain import LessonState
from ..operations.lessons import Notice
from .columns import UNKNOWN_DAY, Columns
from .vectors import FLOATS

STANDING = "standing"
LOSS = {Notice.DRAFT: 0.25, Notice.REVIEW_DUE: 0.5, Notice.SUPERSEDED: 1.0, Notice.NOT_EFFECTIVE: 0.75}


def losses(columns: Columns, today: date | None, failed: Sequence[int] = ()) -> FLOATS:
    """What each row loses, as numbers of 0 and below.

    Args:
        columns: Of the index.
        today: The day that `review_by` is held against; None asks nothing of it.
        failed: Kin numbers of lessons that came again although they were heeded.
    """
    lost = np.zeros(len(columns), np.float32)
    state = columns.coded["state"]
    lost -= np.float32(LOSS[Notice.DRAFT]) * state.is_value(LessonState.DRAFT)
    lost -= np.float32(LOSS[Notice.SUPERSEDED]) * state.is_value(LessonState.SUPERSEDED)
    if today is not None:
        days = columns.review_day.view
        lost -= np.float32(LOSS[Notice.REVIEW_DUE]) * ((days != UNKNOWN_DAY) & (days < today.toordinal()))
    if failed:
        lost -= np.float32(LOSS[Notice.NOT_EFFECTIVE]) * np.isin(columns.kin.view, failed)
    return lost


def notices(columns: Columns, row: int, today: date | None, failed: Sequence[int] = ()) -> list[Notice]:
    """What a reader must know of a row."""
    state = columns.coded["state"]
    value = state.values[state.codes.view[row]]
    told = []
    if value == LessonState.DRAFT:
        told.append(Notice.DRAFT)
    if value == LessonState.SUPERSEDED:
        told.append(Notice.SUPERSEDED)
    day = int(columns.review_day.view[row])
    if today is not None and day != UNKNOWN_DAY and day < today.toordinal():
        told.append(Notice.REVIEW_DUE)
    if int(columns.kin.view[row]) in failed:
        told.append(Notice.NOT_EFFECTIVE)
    return told

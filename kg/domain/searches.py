"""Questions that people keep to ask again."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..schema import Label
from .record import Instant, Record, nested


class SavedSearch(Record):
    """A search one person keeps; nobody else sees it.

    It belongs to a person and to no project, so `project` stays empty: the asker's own
    project is `asking_project`. `seen_at` is when its answer was last looked at.
    """

    label: ClassVar[Label] = Label.SAVED_SEARCH

    person: str
    name: Annotated[str, Field(min_length=1, max_length=100)]
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    filters: dict[str, Any] = nested(dict)
    asking_project: str | None = None
    as_of: date | None = None
    saved_at: Instant | None = None
    seen_at: Instant | None = None

"""A hit as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..operations.lessons import LessonHit, ScorePart
from ..policy import ScopeFilter
from .explain import passages, shown_terms
from .lexical import QueryTerm

_SHOWN = (
    "id", "external_id", "source_system", "title", "project", "unit", "sector", "language", "polarity", "state",
    "learnt_on",
)  # fmt: skip


def build_hit(
    detail: dict[str, Any], parts: list[ScorePart], matched: Sequence[QueryTerm], scope: ScopeFilter
) -> LessonHit:
    """A hit from its record's details; its score is the sum of its parts.

    Args:
        detail: A row of `search.lesson_details`.
        parts: What each arm contributed.
        matched: The question's terms that the record holds.
        scope: What the asker may see: a hidden project keeps its name to itself.
    """
    named = detail["project"] and scope.covers(
        detail["project"], detail["project_unit"], bool(detail["project_confidential"])
    )
    return LessonHit(
        **{name: detail[name] for name in _SHOWN},
        title_derived=bool(detail["title_derived"]),
        project_name=detail["project_name"] if named else None,
        score=sum(part.score for part in parts),
        parts=parts,
        matched_terms=shown_terms(matched),
        passages=passages(detail, [item.term for item in matched]),
    )

"""What came of a theme: actions and lessons of its topics, or of its retrospectives."""

from __future__ import annotations

from collections.abc import Sequence

from ..queries import statement
from .table import Context
from .theme_material import Item
from .theme_views import ThemeAction, ThemeLesson

_ORDER = {"learnt": 0, "recurred": 1, "around": 2}


def theme_outcomes(context: Context, items: Sequence[Item]) -> tuple[list[ThemeAction], list[ThemeLesson]]:
    """Actions and lessons that the visitor may see.

    Where a retrospective has no topics, as in imported reports, nothing is linked to one; then
    all of that retrospective are told, marked as not direct.
    """
    held = {item.held.id: item.held for item in items}
    keys = {(item.held.id, item.key) for item in items}
    topics = [item.topic for item in items if item.topic is not None]
    linked = {action for topic in topics for action in topic.actions}
    bare = {key for key, each in held.items() if not each.topics}
    actions = []
    for row in context.store.read(statement("themes.actions"), ids=sorted(held), **context.scope.parameters()):
        direct = row["id"] in linked or (row["retrospective"], row["topic"]) in keys
        if direct or row["retrospective"] in bare:
            actions.append(ThemeAction(**{k: v for k, v in row.items() if k != "topic"}, direct=direct))
    learnt = {key for topic in topics for key in topic.lessons}
    again = {key for topic in topics for key in topic.recurrences}
    lessons = [
        ThemeLesson(
            id=row["id"],
            title=row["title"],
            how="recurred" if row["id"] in again else "learnt" if row["id"] in learnt else "around",
        )
        for row in context.store.read(
            statement("themes.lessons"), ids=sorted(bare), lessons=sorted(learnt | again), **context.scope.parameters()
        )
    ]
    return actions, sorted(lessons, key=lambda lesson: (_ORDER[lesson.how], lesson.title))

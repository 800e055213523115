"""What past lessons have to do with a topic of a retrospective: those that resemble it, and those that came again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ..domain import Lesson, LessonEvent, LessonState
from ..domain.board.items import BoardItem, TopicItem
from ..domain.topic_lessons import recurrence_of
from ..store.records import get_record
from .lessons import original_of
from .table import Context


def recurrences_of(
    context: Context, board: BoardItem, topics: Iterable[tuple[TopicItem, str]], on: date
) -> list[LessonEvent]:
    """The recurrences that a group marked, as records to keep: proposed, each once, of the original lesson.

    A lesson that is gone, retired, hidden from who closes, or learnt later than it is said
    to have come again is passed over: closing a retrospective never fails for it.

    Args:
        context: Who closes.
        board: The board that closes.
        topics: What was said of each topic, with the topic's title.
        on: The day it closes.
    """
    found: dict[str, LessonEvent] = {}
    for topic, title in topics:
        for key in topic.recurrences:
            lesson = get_record(context.store, Lesson, key)
            if lesson is None or not context.scope.covers(lesson.project, lesson.unit, lesson.confidential):
                continue
            lesson = original_of(context, lesson)
            if lesson.state is LessonState.RETIRED or (lesson.learnt_on and on < lesson.learnt_on):
                continue
            event = recurrence_of(board, topic.topic, lesson, title=title, person=context.visitor.name, on=on)
            found[event.id] = event
    return list(found.values())

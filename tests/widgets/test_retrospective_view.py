"""A finished retrospective as its page shows it."""

from __future__ import annotations

from datetime import date

from kg.domain import ActionItem, Lesson, Retrospective
from widgets.rendering.retrospective import RetrospectiveView

RECORD = Retrospective.parse(
    {
        "id": "r", "project": "p", "title": "Spring",
        "columns": [{"key": "stop", "en": "Stop", "zh": "停止", "tone": "bad"},
                    {"key": "start", "en": "Start", "zh": "开始", "tone": "idea"}],
        "notes": [{"key": "n1", "column": "start", "text": "one"},
                  {"key": "n2", "column": "start", "text": "two", "votes": 3},
                  {"key": "n3", "column": "elsewhere", "text": "three", "group": "g"},
                  {"key": "n4", "column": "went_wrong", "text": "four"}],
        "topics": [{"key": "n2", "title": "two", "votes": 3},
                   {"key": "n1", "title": "one"},
                   {"key": "g", "title": "Group", "votes": 5, "recurrences": ["seen", "hidden"], "lessons": ["l"]}],
        "mood": {"question": "mood", "count": 4},
        "closing": {"question": "roti", "count": 5, "counts": [0, 0, 1, 2, 2], "mean": 4.2},
    }
)  # fmt: skip
LESSON = Lesson.parse({"id": "l", "title": "Learnt", "lesson": "x", "project": "p"})


def test_topics_come_in_the_order_of_their_votes_with_their_notes():
    topics = RetrospectiveView(RECORD).topics()
    assert [topic.key for topic in topics] == ["g", "n2", "n1"]
    assert [note.key for note in topics[0].notes] == ["n3"] and [note.key for note in topics[1].notes] == ["n2"]


def test_columns_keep_the_order_of_the_wall_and_lose_no_note():
    columns = RetrospectiveView(RECORD, language="zh").columns()
    assert [(column.key, column.title) for column in columns] == [
        ("stop", "停止"), ("start", "开始"), ("went_wrong", ""), ("elsewhere", ""),
    ]  # fmt: skip
    assert [note.key for note in columns[1].notes] == ["n2", "n1"]
    assert sum(len(column.notes) for column in columns) == len(RECORD.notes)


def test_lessons_that_may_not_be_seen_are_counted_and_not_named():
    group = RetrospectiveView(RECORD, lessons=[LESSON], others={"seen": "Before"}).topics()[0]
    assert [mention.title for mention in group.recurrences] == ["Before"] and group.hidden == 1
    assert [mention.title for mention in group.lessons] == ["Learnt"]


def test_an_action_belongs_to_its_topic_and_is_overdue_only_while_open():
    said = {"project": "p", "title": "x", "topic": "g", "due": "2026-03-01"}
    late, done = ActionItem.parse({"id": "a", **said}), ActionItem.parse({"id": "b", "status": "effective", **said})
    view = RetrospectiveView(RECORD, [late, done], today=date(2026, 3, 2))
    assert [action.id for action in view.topics()[0].actions] == ["a", "b"]
    assert [view.is_overdue(action) for action in view.actions] == [True, False]


def test_mood_of_four_has_no_figures_and_worth_of_five_has():
    moments = dict(RetrospectiveView(RECORD).moments())
    assert not moments["mood"].shown and moments["closing"].shown
    assert moments["closing"].shares == [0, 0, 50, 100, 100]

"""A finished retrospective as its page shows it: topics by votes, notes by column, what followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kg.domain import ActionItem, Lesson, Retrospective
from kg.domain.retrospectives import FEWEST_ANSWERS, OPEN_STATUSES, Answers, Note, Topic

ORDER = ("went_well", "went_wrong", "got_lucky", "lessons", "action", "conclusion", "other")
"""Columns of imported notes in the order that people read them; any other stands between the two last."""
TONES = {"went_well": "good", "went_wrong": "bad", "got_lucky": "lucky", "action": "action"}
LEVELS = range(1, 6)


@dataclass(frozen=True)
class ColumnView:
    """A column with its notes; `title` is empty where the catalogue has words for the key."""

    key: str
    title: str
    tone: str
    notes: list[Note]


@dataclass(frozen=True)
class LessonMention:
    """A lesson that a topic names: one that came of it, or an earlier one that it repeats."""

    id: str
    title: str


@dataclass
class TopicView:
    """A topic with everything that belongs to it; `hidden` earlier lessons may not be seen."""

    key: str
    title: str
    votes: int
    discussion: str
    discussed: bool
    notes: list[Note]
    actions: list[ActionItem]
    lessons: list[LessonMention]
    recurrences: list[LessonMention]
    hidden: int = 0


@dataclass(frozen=True)
class AnswersView:
    """Answers to one question.

    `shares` are the heights of the five levels in percent of the tallest, `change` that of the
    mean since the question was asked before.
    """

    title: str
    answers: Answers
    shares: list[int] = field(default_factory=list)
    change: float | None = None

    @property
    def shown(self) -> bool:
        """True when there are enough of them to show figures."""
        return self.answers.mean is not None


class RetrospectiveView:
    """What the template `retrospective.html` reads of a closed retrospective.

    Args:
        record: The retrospective.
        actions: Its actions.
        lessons: Its lessons.
        others: Titles of further lessons that the visitor may see, by id: those its topics repeat.
        changes: How much means changed since the time before, by question.
        language: Of the page.
        today: What makes an action overdue.
    """

    fewest = FEWEST_ANSWERS

    def __init__(
        self,
        record: Retrospective,
        actions: Sequence[ActionItem] = (),
        lessons: Sequence[Lesson] = (),
        *,
        others: Mapping[str, str] | None = None,
        changes: Mapping[str, float] | None = None,
        language: str = "en",
        today: date | None = None,
    ) -> None:
        self.record = record
        self.actions = list(actions)
        self.lessons = list(lessons)
        self.language = language
        self._today = today
        self._changes = dict(changes or {})
        self._titles = dict(others or {}) | {lesson.id: lesson.title for lesson in lessons}
        self._topic_names = {topic.key: topic.title for topic in record.topics}

    def topics(self) -> list[TopicView]:
        """Topics in the order of their votes; as the group left them where votes are equal."""
        return sorted((self._topic(topic) for topic in self.record.topics), key=lambda topic: -topic.votes)

    def columns(self) -> list[ColumnView]:
        """Columns in the order of the wall, with all notes, most votes first; unnamed ones only if they hold any."""
        named = {column.key: column for column in self.record.columns}
        found = sorted({note.column for note in self.record.notes} - set(named), key=_place)
        made = []
        for key in [*named, *found]:
            column = named.get(key)
            title = "" if column is None else column.zh if self.language == "zh" else column.en
            tone = column.tone if column else TONES.get(key, "neutral")
            notes = [note for note in self.record.notes if note.column == key]
            made.append(ColumnView(key, title, tone, sorted(notes, key=lambda note: -note.votes)))
        return made

    def topic_of(self, note: Note) -> str | None:
        """The name of the topic that a note was put into, unless it is the topic itself."""
        return self._topic_names.get(note.group) if note.group else None

    def is_overdue(self, action: ActionItem) -> bool:
        """True for what should be done by now and is not."""
        return bool(self._today and action.due and action.due < self._today and action.status in OPEN_STATUSES)

    def health(self) -> list[AnswersView]:
        """The questions of the health check in their order."""
        return [self._answers(answers) for answers in self.record.health]

    def moments(self) -> list[tuple[str, AnswersView]]:
        """Mood and return on the time, as far as anybody answered, by the key of their words."""
        both = (("mood", self.record.mood), ("closing", self.record.closing))
        return [(key, self._answers(answers)) for key, answers in both if answers is not None and answers.count]

    @property
    def bare(self) -> bool:
        """True when nothing came of it."""
        kept = self.record
        return not (kept.notes or kept.topics or kept.summary or kept.timeline or self.actions or self.lessons)

    def _topic(self, topic: Topic) -> TopicView:
        actions = [a for a in self.actions if a.id in topic.actions or (a.topic and a.topic == topic.key)]
        return TopicView(
            topic.key,
            topic.title,
            topic.votes,
            topic.discussion,
            topic.discussed,
            [note for note in self.record.notes if topic.key in (note.group, note.key)],
            actions,
            self._mentions(topic.lessons),
            self._mentions(topic.recurrences),
            sum(key not in self._titles for key in topic.recurrences),
        )

    def _mentions(self, keys: Sequence[str]) -> list[LessonMention]:
        return [LessonMention(key, self._titles[key]) for key in keys if key in self._titles]

    def _answers(self, answers: Answers) -> AnswersView:
        words = answers.zh if self.language == "zh" else answers.en
        tallest = max(answers.counts or [0]) or 1
        return AnswersView(
            words or answers.question.replace("_", " "),
            answers,
            [round(100 * count / tallest) for count in answers.counts or []],
            self._changes.get(answers.question),
        )


def _place(key: str) -> tuple[int, str]:
    return (ORDER.index(key), key) if key in ORDER else (len(ORDER) - 2, key)

"""Retrospective formats and health question sets, as people write them in data files."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A key in a data file: lower-case letters, digits and underscores."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _misfit(reason: str, *place: str | int) -> PydanticCustomError:
    """A broken rule of a whole file, with the part that breaks it."""
    return PydanticCustomError("misfit", "{reason}", {"reason": reason, "place": place})


_HAN, _MARK = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef“”‘’]", r"[、。，；：？！（）《》]"
_FOLDED = re.compile(rf"(?<={_HAN})\s+(?={_HAN})|(?<={_MARK})\s+|\s+(?={_MARK})")
"""Blanks that folded lines of a data file leave in Chinese, which is written without."""


class Bilingual(_Data):
    """The same words in English and in Chinese."""

    en: Annotated[str, Field(min_length=1, max_length=600)]
    zh: Annotated[str, Field(min_length=1, max_length=600)]

    @field_validator("zh")
    @classmethod
    def _unfolded(cls, text: str) -> str:
        return _FOLDED.sub("", text)

    def __call__(self, language: str) -> str:
        """The words in a language; English for any other than Chinese."""
        return self.zh if language == "zh" else self.en


class PhaseKind(StrEnum):
    """What a group does in a phase of a retrospective."""

    CHECK_IN = "check_in"
    PREVIOUS = "previous"
    FACTS = "facts"
    HEALTH = "health"
    WRITE = "write"
    GROUP = "group"
    VOTE = "vote"
    DISCUSS = "discuss"
    ACTIONS = "actions"
    CLOSE = "close"


ALONE = frozenset(
    {PhaseKind.CHECK_IN, PhaseKind.PREVIOUS, PhaseKind.FACTS, PhaseKind.HEALTH, PhaseKind.WRITE, PhaseKind.VOTE}
)
"""Phases that everyone can do alone, and so asynchronously."""


_IN_ORDER = (PhaseKind.WRITE, PhaseKind.GROUP, PhaseKind.VOTE, PhaseKind.DISCUSS)


class Tone(StrEnum):
    """What kind of note a column collects; reports colour and count by it."""

    GOOD = "good"
    BAD = "bad"
    LUCKY = "lucky"
    IDEA = "idea"
    ACTION = "action"
    NEUTRAL = "neutral"


class Column(_Data):
    """A column of the wall, with the question that its notes answer."""

    key: Key
    title: Bilingual
    prompt: Bilingual
    tone: Tone = Tone.NEUTRAL


class PhasePlan(_Data):
    """A phase of a format: how long it lasts and whether everyone does it in their own time.

    `prompt` replaces the phase's usual instruction.
    """

    kind: PhaseKind
    minutes: Annotated[int, Field(ge=1, le=480)] | None = None
    asynchronous: bool = False
    prompt: Bilingual | None = None

    @model_validator(mode="after")
    def _can_be_done_alone(self) -> Self:
        if self.asynchronous and self.kind not in ALONE:
            raise ValueError(f"the phase {self.kind} needs everyone at once: it cannot be asynchronous")
        return self


class Format(_Data):
    """How a retrospective runs: its columns and its phases in order.

    `votes` is the number of dots a person has, `per_topic` how many of them may go to one topic;
    `health` names the question set of the health phase.
    """

    key: Key
    name: Bilingual
    description: Bilingual
    columns: Annotated[list[Column], Field(min_length=1, max_length=8)]
    phases: Annotated[list[PhasePlan], Field(min_length=1, max_length=20)]
    votes: Annotated[int, Field(ge=1, le=20)] = 5
    per_topic: Annotated[int, Field(ge=1, le=20)] = 3
    health: Key | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        kinds = [phase.kind for phase in self.phases]
        for what, part, keys in (("column", "key", [c.key for c in self.columns]), ("phase", "kind", kinds)):
            for number, key in enumerate(keys):
                if key in keys[:number]:
                    raise _misfit(f"the {what} {str(key)!r} stands twice", f"{what}s", number, part)
        if PhaseKind.WRITE not in kinds:
            raise _misfit("a format needs the phase 'write'", "phases")
        order = [(number, _IN_ORDER.index(kind)) for number, kind in enumerate(kinds) if kind in _IN_ORDER]
        for (_, before), (number, after) in pairwise(order):
            if after < before:
                reason = "write, group, vote and discuss come in this order; the other phases may stand anywhere"
                raise _misfit(reason, "phases", number, "kind")
        if PhaseKind.HEALTH in kinds and self.health is None:
            reason = "the phase 'health' needs a question set: name it as health"
            raise _misfit(reason, "phases", kinds.index(PhaseKind.HEALTH), "kind")
        return self


class Question(_Data):
    """A question of a health check, answered from 1 (as `low` says) to 5 (as `high` says)."""

    key: Key
    title: Bilingual
    low: Bilingual
    high: Bilingual


class QuestionSet(_Data):
    """The questions of a health check."""

    key: Key
    name: Bilingual
    questions: Annotated[list[Question], Field(min_length=3, max_length=16)]

    @model_validator(mode="after")
    def _asks_once(self) -> Self:
        keys = [question.key for question in self.questions]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                raise _misfit(f"the question {key!r} stands twice", "questions", number, "key")
        return self

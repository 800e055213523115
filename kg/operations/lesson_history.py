"""Who wrote a lesson, which states it went through, and what that lets a visitor do with it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from ..domain import Lesson, LessonState, Role
from ..domain.standing import ACCEPTED, ENDED, FROM, LessonStep
from ..policy import Visitor
from ..queries import statement
from ..store.protocol import GraphStore


class HistoryStep(BaseModel):
    """A step in a lesson's life: the state it led to, when, by whom and why."""

    state: str
    at: datetime | None = None
    by: str | None = None
    reason: str | None = None


def writers_of(store: GraphStore, lesson: Lesson) -> set[str]:
    """Everybody who wrote a lesson before it was accepted: its author and who recorded a draft of it."""
    writers = {lesson.author} if lesson.author else set()
    if lesson.state is LessonState.DRAFT and lesson.recorded_by:
        writers.add(lesson.recorded_by)
    for row in store.read(statement("lifecycle.writers_of_drafts"), id=lesson.id):
        body = json.loads(row["body"])
        if body.get("state", LessonState.DRAFT.value) == LessonState.DRAFT.value and body.get("recorded_by"):
            writers.add(str(body["recorded_by"]))
    return writers


def permitted(visitor: Visitor, lesson: Lesson, writers: set[str]) -> list[str]:
    """What a visitor may do with a lesson in the state it is in."""
    leads, wrote = visitor.has(Role.FACILITATOR), visitor.name in writers
    accepted, draft = lesson.state in ACCEPTED, lesson.state is LessonState.DRAFT
    usable = visitor.has(Role.MEMBER) and lesson.state not in ENDED
    rules = {
        "edit": (draft and (wrote or leads)) or (accepted and leads and not wrote),
        "review": draft and leads and not wrote,
        "publish": leads and lesson.state in FROM[LessonStep.PUBLISH],
        "supersede": leads and accepted,
        "retire": lesson.state in FROM[LessonStep.RETIRE] and (leads or (draft and wrote)),
        "helped": usable and not wrote,
        "applied": usable,
        "recurred": usable,
        "distil": leads and accepted,
        "contradict": leads and accepted,
    }
    return [name for name, true in rules.items() if true]


def history_of(store: GraphStore, lesson: Lesson) -> list[HistoryStep]:
    """The states a lesson went through, and the reviews that returned or retired it, the oldest first."""
    rows = store.read(statement("lifecycle.writers_of_drafts"), id=lesson.id)
    versions = [json.loads(row["body"]) for row in rows] + [lesson.to_properties()]
    steps: list[HistoryStep] = []
    for version in versions:
        state = version.get("state", LessonState.DRAFT.value)
        if not steps or steps[-1].state != state:
            steps.append(HistoryStep(state=state, at=version.get("recorded_at"), by=version.get("recorded_by")))
    for row in store.read(statement("lifecycle.reviews_of"), ids=[lesson.id]):
        if row["decision"] == "returned":
            steps.append(HistoryStep(state="returned", at=row["recorded_at"], by=row["reviewer"], reason=row["reason"]))
        elif row["reason"]:
            _give_reason(steps, row)
    return sorted(steps, key=lambda step: step.at.isoformat() if step.at else "")


def _give_reason(steps: list[HistoryStep], row: dict[str, Any]) -> None:
    led_to = {"approved": LessonState.REVIEWED.value, "retired": LessonState.RETIRED.value}.get(row["decision"])
    for step in steps:
        if step.state == led_to and step.by == row["reviewer"]:
            step.reason = row["reason"]

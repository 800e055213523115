"""A retrospective's facts in words: the lead, the key figures, and what happened in its period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from kg.domain import Retrospective, Topic
from kg.operations.projects import ProjectFacts
from kg.operations.retrospective_facts import RetrospectiveFacts

from .narrative import Tile
from .retrospective_wording import RetrospectiveWording


@dataclass(frozen=True)
class Happening:
    """Something of the period: `tone` is `good`, `bad` or nothing."""

    day: date
    kind: str
    title: str
    note: str = ""
    tone: str = ""


def votes_in_all(held: Retrospective) -> int:
    """How many votes were given: on topics, and on notes that belong to none."""
    grouped = sum(topic.votes for topic in held.topics)
    keys = {topic.key for topic in held.topics}
    return grouped + sum(note.votes for note in held.notes if note.key not in keys and note.group not in keys)


def topics_of(held: Retrospective) -> list[Topic]:
    """The topics that were: groups, and single notes that somebody voted for or spoke of."""
    alone = {note.key for note in held.notes}
    return [t for t in held.topics if t.key not in alone or t.votes or t.discussed or t.discussion]


def lead(facts: RetrospectiveFacts, say: RetrospectiveWording) -> str:
    """What a reader with half a minute should know."""
    held = facts.retrospective
    votes = votes_in_all(held)
    parts = []
    if held.attended:
        parts.append(say("lead.wrote", count=held.attended, notes=len(held.notes)))
    elif held.notes:
        parts.append(say("lead.notes", count=len(held.notes)))
    if votes:
        parts.append(say("lead.voted", count=votes))
    if topics := topics_of(held):
        talked = sum(topic.discussed or bool(topic.discussion) for topic in topics)
        parts.append(say("lead.discussed", talked=talked, count=len(topics)))
    made = (len(facts.made), len(facts.lessons))
    parts.append(say("lead.came_of_it", actions=made[0], lessons=made[1]) if any(made) else say("lead.nothing"))
    return ("" if say.language == "zh" else " ").join(parts)


def tiles(facts: RetrospectiveFacts, say: RetrospectiveWording) -> list[Tile]:
    """The key figures that this retrospective has."""
    held = facts.retrospective
    found = [Tile(say("tile.attended"), held.attended)] if held.attended else []
    found.append(Tile(say("tile.notes"), len(held.notes)))
    if topics := topics_of(held):
        talked = sum(topic.discussed or bool(topic.discussion) for topic in topics)
        found.append(Tile(say("tile.topics"), talked, say("tile.of", count=len(topics))))
    if votes := votes_in_all(held):
        found.append(Tile(say("tile.votes"), votes))
    found.append(Tile(say("tile.actions"), len(facts.made)))
    found.append(Tile(say("tile.lessons"), len(facts.lessons)))
    for name, answers in (("mood", held.mood), ("closing", held.closing)):
        if answers is not None and answers.mean is not None:
            found.append(Tile(say(f"tile.{name}"), say.number(answers.mean), say("tile.of_five")))
    return found


def period_of(held: Retrospective, say: RetrospectiveWording) -> str:
    """The period looked back on; its last day, not the day after it."""
    end = held.period_end - timedelta(days=1) if held.period_end else None
    return say.span(held.period_start, end) if held.period_start or end else ""


def happenings(held: Retrospective, period: ProjectFacts | None, say: RetrospectiveWording) -> list[Happening]:
    """What happened between the period's start and end, oldest first."""
    start, end = held.period_start, held.period_end or held.held_on
    if period is None or start is None or end is None:
        return []
    found: list[Happening] = []

    def within(day: date | None) -> bool:
        return day is not None and start <= day < end

    for milestone in period.milestones:
        if milestone.reached and within(milestone.reached):
            late = bool(milestone.due and milestone.reached > milestone.due)
            note = say("period.milestone_late" if late else "period.milestone")
            found.append(Happening(milestone.reached, "milestone", milestone.title, note, "bad" if late else "good"))
        elif milestone.due and within(milestone.due) and not milestone.reached:
            found.append(Happening(milestone.due, "milestone", milestone.title, say("period.milestone_missed"), "bad"))
    for outcome in period.outcomes:
        unit = f" {outcome.outcome.unit_of_measure}" if outcome.outcome.unit_of_measure else ""
        for value in outcome.measurements:
            if within(value.date):
                note = say("period.measured", value=say.number(value.value) + unit)
                found.append(Happening(value.date, "measurement", outcome.outcome.title, note))
    found += _of_actions(period, held, within, say)
    for other in period.retrospectives:
        if other.id != held.id and other.held_on and within(other.held_on):
            found.append(Happening(other.held_on, "retrospective", other.title, say("period.retrospective")))
    return sorted(found, key=lambda h: (h.day, h.kind, h.title))


def _of_actions(
    period: ProjectFacts, held: Retrospective, within: Callable[[date | None], bool], say: RetrospectiveWording
) -> list[Happening]:
    found = []
    for action in period.actions:
        if action.retrospective == held.id:
            continue
        if action.done_on and within(action.done_on):
            found.append(Happening(action.done_on, "action", action.title, say.status(action)))
        elif action.opened_on and within(action.opened_on):
            found.append(Happening(action.opened_on, "action", action.title, say("period.action_opened")))
    return found

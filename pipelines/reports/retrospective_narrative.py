"""A retrospective's facts in words: the lead, the key figures, and what happened in its period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kg.domain import Retrospective, Topic
from kg.domain.wall import FactTone
from kg.operations.retrospective_facts import RetrospectiveFacts
from kg.operations.wall import Wall

from ..wall_words import days_of, sentence
from .narrative import Tile
from .retrospective_wording import RetrospectiveWording


@dataclass(frozen=True)
class Happening:
    """Something of the period: `days` says when in words, `tone` is `good`, `bad` or nothing."""

    day: date
    days: str
    kind: str
    text: str
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


def happenings(wall: Wall | None, say: RetrospectiveWording) -> list[Happening]:
    """What happened in the period, as it stood on the wall: oldest first."""
    if wall is None:
        return []
    tones = {FactTone.GOOD: "good", FactTone.BAD: "bad"}
    return [
        Happening(
            fact.day,
            days_of(fact, say.messages),
            fact.kind.value,
            sentence(fact, say.messages),
            tones.get(fact.tone, ""),
        )
        for fact in wall.facts
    ]


def unrecorded(wall: Wall | None, say: RetrospectiveWording) -> list[str]:
    """What the project has no record of at all, so that nobody reads its absence as good news."""
    return [say.messages(f"wall.missing.{name}") for name in wall.missing] if wall else []


def cut_off(wall: Wall | None, say: RetrospectiveWording) -> list[str]:
    """How many facts of a kind the wall left out."""
    if wall is None:
        return []
    return [
        f"{say.messages(f'wall.kinds.{kind.value}')}: {say.messages('wall.left_out', count=count)}"
        for kind, count in wall.left_out.items()
    ]

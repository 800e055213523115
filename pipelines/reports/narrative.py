"""Facts into words: the lead, the key figures, and what to call things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from kg.domain import OPEN_STATUSES, ActionItem, detect_language
from kg.domain.attainment import attainment
from kg.operations.projects import OutcomeFacts, ProjectFacts

from .wording import Wording

WRONG, WELL, LUCKY = "went_wrong", "went_well", "got_lucky"
COLUMNS: Mapping[str, str] = {
    WELL: WELL, "well": WELL, "good": WELL, "glad": WELL, "keep": WELL, "liked": WELL, "start_doing": "other",
    WRONG: WRONG, "wrong": WRONG, "bad": WRONG, "mad": WRONG, "sad": WRONG, "problem": WRONG, "lacked": WRONG,
    LUCKY: LUCKY, "lucky": LUCKY, "luck": LUCKY, "action": "action", "actions": "action",
}  # fmt: skip
"""Columns of retrospective formats, by what they say; any other is `other`.

What is an `action` stands among the actions."""


@dataclass(frozen=True)
class Tile:
    """A key figure: `tone` is `good`, `bad`, `warn` or nothing."""

    label: str
    value: Any
    note: str = ""
    tone: str = ""


def said(facts: ProjectFacts, column: str) -> int:
    """How many notes of the retrospectives say something of this kind."""
    return sum(1 for held in facts.retrospectives for note in held.notes if COLUMNS.get(note.column, "other") == column)


def is_open(action: ActionItem) -> bool:
    """True when somebody still has to do something."""
    return action.status in OPEN_STATUSES


def age_of(action: ActionItem, today: date) -> int | None:
    """Days since an action was opened, or None when nobody knows."""
    return max((today - action.opened_on).days, 0) if action.opened_on else None


def open_ages(facts: ProjectFacts, today: date) -> list[int]:
    """Known ages of the open actions, oldest first."""
    ages = [age_of(action, today) for action in facts.actions if is_open(action)]
    return sorted((age for age in ages if age is not None), reverse=True)


def lead(facts: ProjectFacts, say: Wording, today: date) -> str:
    """What a reader with half a minute should know."""
    parts = [*_looked_back(facts, say), *_acted(facts, say, today), *_brought(facts, say)]
    if facts.lessons:
        parts.append(say("lead.lessons", count=len(facts.lessons)))
    if not parts:
        return say("lead.empty")
    return ("" if say.language == "zh" else " ").join(parts)


def tiles(facts: ProjectFacts, say: Wording, today: date) -> list[Tile]:
    """The key figures that this project has; what it lacks gets no zero of its own."""
    found: list[Tile] = []
    if facts.retrospectives:
        found.append(Tile(say("tile.retrospectives"), len(facts.retrospectives)))
        found.append(Tile(say("tile.wrong"), said(facts, WRONG), tone="bad"))
        found.append(Tile(say("tile.well"), said(facts, WELL), tone="good"))
    if facts.actions:
        count = sum(map(is_open, facts.actions))
        found.append(
            Tile(say("tile.open_actions"), count, say("tile.of", count=len(facts.actions)), "warn" if count else "")
        )
        ages = open_ages(facts, today)
        if ages:
            found.append(Tile(say("tile.oldest"), say.duration(ages[0])))
    found += _outcome_tiles(facts, say)
    if facts.project.start and facts.project.end and len(found) < 3:
        days = (facts.project.end - facts.project.start).days
        found.append(
            Tile(say("tile.ran"), say.duration(days), f"{facts.project.start.year} – {facts.project.end.year}")
        )
    if facts.milestones:
        reached = sum(1 for milestone in facts.milestones if milestone.reached)
        found.append(Tile(say("tile.milestones"), reached, say("tile.of", count=len(facts.milestones))))
    if facts.lessons:
        found.append(Tile(say("tile.lessons"), len(facts.lessons)))
    return found


def key_facts(facts: ProjectFacts, say: Wording) -> list[tuple[str, Any]]:
    """What is known of the project itself."""
    project = facts.project
    found: list[tuple[str, Any]] = []
    if project.sector:
        found.append((say("facts.sector"), say.data(project.sector)))
    if project.start or project.end:
        found.append((say("facts.dates"), say.span(project.start, project.end)))
    for label, amount in ((say("tile.budget"), project.budget), (say("tile.spent"), project.cost)):
        if amount is not None:
            found.append((label, f"{say.number(float(amount))} {project.currency}"))
    wanted = ("country", "region", "instrument", "agreement_type", "approval_fy")
    attributes = {slug(name): value for name, value in project.attributes.items()}
    shown = [name for name in wanted if name in attributes] or list(attributes)[:6]
    found += [(attribute(name, say), say.data(attributes[name])) for name in shown]
    if project.tags:
        found.append((say("facts.tags"), say.data(", ".join(project.tags))))
    return found


def attribute(name: str, say: Wording) -> str:
    """What an attribute of a source is called; its own name where the catalogue has none."""
    key = f"attribute.{slug(name)}"
    return say(key) if say.knows(key) else name.replace("_", " ").capitalize()


def scheme_name(scheme: str, say: Wording) -> str:
    """What a rating scheme is called."""
    return say(f"scheme.{scheme}") if say.knows(f"scheme.{scheme}") else scheme


def rating_name(scheme: str, value: str, say: Wording) -> str:
    """A rating in the reader's language where the catalogue has it."""
    key = f"scale.{scheme}.{slug(value)}"
    return say(key) if say.knows(key) else value


def slug(text: str) -> str:
    """A source's own name as a catalogue key."""
    return "_".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def foreign_language(facts: ProjectFacts, say: Wording) -> str | None:
    """The language that most records are in, if it is not the report's."""
    texts = [facts.project.name, *(r.title for r in facts.retrospectives), *(x.title for x in facts.lessons)]
    texts += [o.outcome.title for o in facts.outcomes]
    spoken = [detect_language(text) for text in texts]
    most = max(set(spoken), key=spoken.count)
    return most if most != say.language else None


def actions_intro(facts: ProjectFacts, say: Wording, today: date) -> str:
    """How the open actions stand, in sentences."""
    still = [action for action in facts.actions if is_open(action)]
    ages = open_ages(facts, today)
    parts = []
    if ages:
        middle = say.duration(int(median(ages)))
        parts.append(say("actions.lead", open=len(still), count=len(facts.actions), median=middle))
    unowned = sum(1 for action in still if not action.owner)
    undated = sum(1 for action in still if not action.due)
    parts += [say("actions.unowned", count=unowned)] if unowned else []
    parts += [say("actions.undated", count=undated)] if undated else []
    parts.append(say("actions.as_of", day=say.day(today)))
    return ("" if say.language == "zh" else " ").join(parts)


def _looked_back(facts: ProjectFacts, say: Wording) -> list[str]:
    days = [held.held_on for held in facts.retrospectives if held.held_on]
    parts = []
    if days:
        first, last = say.day(min(days)), say.day(max(days))
        parts.append(say("lead.looked_back", count=len(facts.retrospectives), first=first, last=last))
    counts = {"wrong": said(facts, WRONG), "well": said(facts, WELL), "lucky": said(facts, LUCKY)}
    if any(counts.values()):
        parts.append(say("lead.noted", **counts))
    return parts


def _acted(facts: ProjectFacts, say: Wording, today: date) -> list[str]:
    if not facts.actions:
        return []
    still = sum(map(is_open, facts.actions))
    ages = open_ages(facts, today)
    if not still or not ages:
        return [] if still else [say("lead.actions_done", count=len(facts.actions))]
    return [say("lead.actions", count=len(facts.actions), open=still, age=say.duration(ages[0]))]


def _brought(facts: ProjectFacts, say: Wording) -> list[str]:
    if not facts.outcomes:
        return []
    parts = [say("lead.outcome", count=len(facts.outcomes))]
    ratings = [(a.scheme, a.value) for outcome in facts.outcomes for a in outcome.assessments]
    for scheme, value in list(dict.fromkeys(ratings))[:2]:
        parts.append(say("lead.rated", scheme=scheme_name(scheme, say), value=rating_name(scheme, value, say)))
    if facts.outcomes and measured(facts):
        reached = sum(1 for outcome in measured(facts) if _attained(outcome))
        parts.append(say("lead.measured", count=len(measured(facts)), attained=reached))
    elif not ratings:
        parts.append(say("lead.unmeasured"))
    return parts


def measured(facts: ProjectFacts) -> list[OutcomeFacts]:
    """The outcomes that have a measured value."""
    return [outcome for outcome in facts.outcomes if outcome.measurements]


def _attained(facts: OutcomeFacts) -> bool:
    state = attainment(facts.outcome, facts.measurements)
    return bool(state and state.attained)


def _outcome_tiles(facts: ProjectFacts, say: Wording) -> list[Tile]:
    found = []
    for outcome in facts.outcomes[:1]:
        for rating in outcome.assessments[:1]:
            tone = {True: "good", False: "bad", None: ""}[rating.attained]
            value = rating_name(rating.scheme, rating.value, say)
            found.append(Tile(say("tile.rating"), value, scheme_name(rating.scheme, say), tone))
    if measured(facts):
        reached = sum(1 for outcome in measured(facts) if _attained(outcome))
        found.append(Tile(say("tile.attained"), reached, say("tile.of", count=len(facts.outcomes))))
    elif facts.outcomes and not found:
        found.append(Tile(say("tile.outcomes"), len(facts.outcomes)))
    return found

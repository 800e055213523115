"""The sections of a project retrospective: each takes facts and gives a piece of the report."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from kg.domain import Assessment, Retrospective
from kg.errors import KgError
from kg.operations.projects import ProjectFacts

from . import narrative
from .blocks import Block, section
from .outcomes import outcome_cards, sources_of
from .wording import Wording, first_words, untimed

FIRST_EVENTS, FIRST_NOTES, FIRST_ACTIONS, FIRST_LESSONS = 8, 6, 12, 6
LONG_TEXT = 600
"""A lesson's text longer than this is folded behind its first words."""
MOST_LOOKUPS = 60
"""How many lessons are compared with those of other projects."""


def header(facts: ProjectFacts, say: Wording, today: date, period: tuple[Any, Any] = (None, None)) -> Block:
    """Title, half a minute's summary and key figures."""
    start, end = (date.fromisoformat(day) if isinstance(day, str) and day else day or None for day in period)
    block = section(
        "_header.html.j2", say, project=facts.project,
        period=say.span(start, end - timedelta(days=1) if end and start else end),
        lead=narrative.lead(facts, say, today), tiles=narrative.tiles(facts, say, today),
        facts=narrative.key_facts(facts, say), foreign=narrative.foreign_language(facts, say),
    )  # fmt: skip
    return Block(block.html, {"title": facts.project.name, "kind": say("kind"), "language": say.language})


def heading(name: str, say: Wording) -> Block:
    """The heading of a section, which is also its place in the table of contents."""
    return Block(section("_heading.html.j2", say, anchor=name).html, {"section": name, "heading": say(f"{name}.title")})


def timeline(facts: ProjectFacts, say: Wording, today: date) -> Block:
    """What happened, newest first; each look back opens to its own course of events."""
    actions = Counter(action.retrospective for action in facts.actions)
    events = [_held(held, actions[held.id], say) for held in facts.retrospectives]
    events += [_milestone(milestone, say, today) for milestone in facts.milestones]
    ratings = {rating.id: rating for outcome in facts.outcomes for rating in outcome.assessments if rating.date}
    events += [_assessed(rating, say) for rating in ratings.values()]
    project = facts.project
    for day, words in ((project.start, "timeline.starts"), (project.end, "timeline.ends")):
        if day:
            events.append({"kind": "edge", "day": day, "title": say(words), "note": "", "tone": ""})
    events.sort(key=lambda e: e["day"] or date.min, reverse=True)
    return section("_timeline.html.j2", say, events=events, shown=FIRST_EVENTS)


def outcomes(facts: ProjectFacts, say: Wording) -> Block:
    """What was promised, and what is known of it."""
    return section("_outcomes.html.j2", say, outcomes=outcome_cards(facts, say))


def notes(facts: ProjectFacts, say: Wording) -> Block:
    """What the retrospectives noted, side by side, each note with where it comes from."""
    columns: dict[str, list[dict[str, Any]]] = {}
    for held in sorted(facts.retrospectives, key=lambda r: r.held_on or date.min, reverse=True):
        for note in (n for n in held.notes if narrative.COLUMNS.get(n.column) != "action"):
            said = {"text": note.text, "votes": note.votes, "day": held.held_on, "anchor": anchor(held.id)}
            columns.setdefault(narrative.COLUMNS.get(note.column, "other"), []).append(said)
    order = [narrative.WELL, narrative.WRONG, narrative.LUCKY, *(["other"] if "other" in columns else [])]
    shown: list[dict[str, Any]] = [
        {"key": k, "title": say(f"notes.{k}"), "notes": sorted(columns.get(k, []), key=lambda n: -n["votes"])}
        for k in order
    ]
    return section(
        "_notes.html.j2", say, columns=shown if columns else [], count=len(facts.retrospectives), shown=FIRST_NOTES
    )


def actions(facts: ProjectFacts, say: Wording, today: date) -> Block:
    """What is still to do, longest waiting first."""
    held = {retrospective.id for retrospective in facts.retrospectives}
    oldest = max(narrative.open_ages(facts, today), default=0)
    rows = []
    still = [action for action in facts.actions if narrative.is_open(action)]
    for action in sorted(still, key=lambda a: (a.opened_on or date.max, a.id)):
        age = narrative.age_of(action, today)
        rows.append(
            {
                "title": action.title, "area": action.area, "owner": action.owner, "due": action.due,
                "opened": action.opened_on, "overdue": bool(action.due and action.due < today),
                "anchor": anchor(action.retrospective) if action.retrospective in held else None,
                "age": say("actions.unknown_age") if age is None else say.duration(age),
                "share": None if age is None or not oldest else round(100 * age / oldest),
                "carried": say("actions.carried", count=action.carry_count) if action.carry_count else "",
                "in_progress": action.status.value == "in_progress",
            }
        )  # fmt: skip
    return section(
        "_actions.html.j2", say, actions=rows, count=len(facts.actions), shown=FIRST_ACTIONS,
        intro=narrative.actions_intro(facts, say, today),
        areas=any(row["area"] for row in rows), owners=any(row["owner"] for row in rows),
        dues=any(row["due"] for row in rows),
    )  # fmt: skip


def lessons(graph: Any, facts: ProjectFacts, say: Wording) -> Block:
    """What was learnt, with the nearest lessons of other projects."""
    found, state, held = [], "none", {retrospective.id for retrospective in facts.retrospectives}
    newest = sorted(facts.lessons, key=lambda x: (x.learnt_on or date.min, x.id), reverse=True)
    for number, lesson in enumerate(newest):
        similar = _similar(graph, lesson.id, facts.project.id) if number < MOST_LOOKUPS and state != "off" else []
        state = "off" if similar is None else "found" if similar else state
        said = lesson.lesson if not lesson.title_derived or _says_more(lesson.lesson, lesson.title) else None
        found.append(
            {
                "anchor": anchor(lesson.id), "title": lesson.title, "derived": lesson.title_derived,
                "day": lesson.learnt_on, "polarity": lesson.polarity and lesson.polarity.value,
                "state": lesson.state.value, "event": lesson.driving_event, "lesson": said,
                "recommendation": lesson.recommendation, "conditions": lesson.conditions, "topics": lesson.topics,
                "retrospective": anchor(lesson.retrospective) if lesson.retrospective in held else None,
                "similar": similar or [],
            }
        )  # fmt: skip
    return section(
        "_lessons.html.j2",
        say,
        lessons=found,
        state=state,
        shown=FIRST_LESSONS,
        long=LONG_TEXT,
        first_words=first_words,
    )


def provenance(facts: ProjectFacts, say: Wording) -> Block:
    """Where the records come from, and under which licence."""
    revision = say("provenance.revision", revision=facts.revision)
    return section("_provenance.html.j2", say, sources=sources_of(facts, say), revision=revision)


def anchor(record_id: str) -> str:
    """A record's place in the page."""
    return "r-" + "".join(c if c.isalnum() else "-" for c in record_id)


def _held(held: Retrospective, actions: int, say: Wording) -> dict[str, Any]:
    columns = Counter(narrative.COLUMNS.get(note.column, "other") for note in held.notes)
    tones = {narrative.WRONG: "bad", narrative.WELL: "good", narrative.LUCKY: "warn"}
    counts = [
        {"text": f"{say(f'notes.{key}')} {columns[key]}", "tone": tone} for key, tone in tones.items() if columns[key]
    ]
    counts += [{"text": say("timeline.actions", count=actions), "tone": ""}] if actions else []
    return {
        "kind": "retrospective", "day": held.held_on, "title": untimed(held.title), "anchor": anchor(held.id),
        "teaser": first_words(held.summary), "summary": held.summary, "counts": counts, "course": held.timeline,
        "links": [link for link in held.links if link.startswith(("http://", "https://"))],
    }  # fmt: skip


def _assessed(rating: Assessment, say: Wording) -> dict[str, Any]:
    value = narrative.rating_name(rating.scheme, rating.value, say)
    note = f"{narrative.scheme_name(rating.scheme, say)}: {value}"
    tone = {True: "good", False: "bad", None: ""}[rating.attained]
    return {"kind": "milestone", "day": rating.date, "title": say("timeline.assessed"), "note": note, "tone": tone}


def _milestone(milestone: Any, say: Wording, today: date) -> dict[str, Any]:
    due, reached = milestone.due, milestone.reached
    parts, tone = [say("timeline.due", day=say.day(due))] if due else [], ""
    if reached:
        parts.append(say("timeline.reached", day=say.day(reached)))
        if due and reached != due:
            tone = "bad" if reached > due else "good"
            parts.append(
                say("timeline.late" if tone == "bad" else "timeline.early", age=say.duration(abs((reached - due).days)))
            )
    else:
        late = due is not None and due < today
        tone = "bad" if late else ""
        parts.append(
            say("timeline.overdue", age=say.duration((today - due).days)) if late else say("timeline.not_reached")
        )
    note = say.listed(parts) if say.language == "zh" else ", ".join(parts)
    return {"kind": "milestone", "day": reached or due, "title": milestone.title, "note": note, "tone": tone}


def _similar(graph: Any, lesson: str, project: str) -> list[dict[str, Any]] | None:
    """The nearest lessons of other projects; None when they cannot be looked up."""
    try:
        hits = graph.similar_lessons(id=lesson, limit=20).hits
    except KgError:
        return None
    elsewhere = [hit for hit in hits if hit.project != project]
    return [{"title": hit.title, "project": hit.project_name or hit.project or ""} for hit in elsewhere[:2]]


def _says_more(text: str | None, title: str) -> bool:
    return bool(text) and " ".join(str(text).split()).rstrip(".。") != title

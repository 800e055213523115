"""The sections of a retrospective's report: each takes facts and gives pieces, none when there is nothing to say."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from kg.domain import ActionItem, ActionStatus, Answers, Note, Topic
from kg.operations.retrospective_facts import FROM_ELSEWHERE, RetrospectiveFacts
from kg.operations.wall import Wall

from . import retrospective_figures as figures
from . import retrospective_narrative as narrative
from .blocks import Block, section
from .outcomes import sources_of_records
from .retrospective_wording import TONES, RetrospectiveWording, columns_of, title_of, votes_of
from .sections import anchor
from .wording import untimed

FOLDED_NOTES, FOLDED_ACTIONS = 40, 12
"""A page folds what comes after so many; an export folds nothing."""
STATUS_TONES = {
    ActionStatus.EFFECTIVE: "good", ActionStatus.NOT_EFFECTIVE: "bad", ActionStatus.DONE_UNVERIFIED: "warn",
}  # fmt: skip

Say = RetrospectiveWording


def header(facts: RetrospectiveFacts, say: Say) -> Block:
    """Title, what kind of retrospective it was, half a minute's summary and key figures."""
    held = facts.retrospective
    block = section(
        "_retro_header.html.j2", say, held=held, project=facts.project, title=untimed(held.title),
        format=say.format(facts), period=narrative.period_of(held, say),
        lead=narrative.lead(facts, say), tiles=narrative.tiles(facts, say), previous=facts.previous,
        asked=held.format not in FROM_ELSEWHERE,
    )  # fmt: skip
    return Block(block.html, {"title": held.title, "kind": say("kind"), "language": say.language})


def period(facts: RetrospectiveFacts, wall: Wall | None, say: Say) -> list[Block]:
    """What stood on the wall, and the course of events that the record itself keeps."""
    held = facts.retrospective
    events = narrative.happenings(wall, say)
    missing = narrative.unrecorded(wall, say)
    if not events and not missing and not held.timeline and not held.summary:
        return []
    body = section(
        "_retro_period.html.j2", say, events=events, course=held.timeline, summary=held.summary, missing=missing,
        cut_off=narrative.cut_off(wall, say), work=_work(wall, say),
    )  # fmt: skip
    return [_heading("period", say), body]


def _work(wall: Wall | None, say: Say) -> Markup | None:
    """The tracker's weeks as bars; None where no tracker feeds the project."""
    weeks = list(wall.weeks) if wall else []
    if len(weeks) < 2 or not any(week.opened or week.closed for week in weeks):
        return None
    opened, closed = sum(week.opened for week in weeks), sum(week.closed for week in weeks)
    alt = say("period.work_alt", weeks=len(weeks), opened=opened, closed=closed)
    return figures.weeks([(say.day(week.start), week.opened, week.closed) for week in weeks], alt)


def topics(facts: RetrospectiveFacts, say: Say) -> list[Block]:
    """Every topic in order of votes, those nobody voted for too, with what was said and what came of it."""
    held = facts.retrospective
    if not held.topics:
        return []
    order = sorted(enumerate(held.topics), key=lambda item: (-item[1].votes, item[0]))
    most = max((topic.votes for topic in held.topics), default=0)
    cards = [_topic(topic, facts, most, say) for _, topic in order]
    loud = [card for card in cards if not _is_quiet(card)]
    quiet = [card for card in cards if _is_quiet(card)]
    return [_heading("topics", say), section("_retro_topics.html.j2", say, topics=loud, quiet=quiet)]


def notes(facts: RetrospectiveFacts, say: Say, *, whole: bool = False) -> list[Block]:
    """Every note by column, with votes, topic and, in a named retrospective, who wrote it."""
    held = facts.retrospective
    titles = {topic.key: topic.title for topic in held.topics}
    columns = []
    for column in columns_of(held):
        mine = [note for note in held.notes if note.column == column.key]
        mine.sort(key=lambda note: -votes_of(note, held))
        cards = [_note(note, facts, titles, say) for note in mine]
        columns.append({"title": say.column(column), "tone": TONES.get(column.tone, "plain"), "notes": cards})
    shown = 10**6 if whole else FOLDED_NOTES
    body = section("_retro_notes.html.j2", say, columns=columns, count=len(held.notes), shown=shown)
    return [_heading("all_notes", say), body]


def actions(facts: RetrospectiveFacts, say: Say, *, whole: bool = False) -> list[Block]:
    """What was decided here, and how earlier actions stand."""
    rows = [_action(action, facts, say) for action in facts.made]
    earlier = [_action(action, facts, say) for action in facts.earlier]
    body = section("_retro_actions.html.j2", say, made=rows, earlier=earlier, shown=10**6 if whole else FOLDED_ACTIONS)
    return [_heading("decided", say), body]


def lessons(facts: RetrospectiveFacts, say: Say) -> list[Block]:
    """What was learnt, and which earlier lessons came up again."""
    if not facts.lessons and not facts.recurrences:
        return []
    titles = {topic.key: topic.title for topic in facts.retrospective.topics}
    again = [
        {
            "topic": titles.get(r.topic, r.topic), "anchor": anchor(f"topic-{r.topic}"), "title": r.title,
            "project": r.project_name, "day": r.learnt_on,
        }
        for r in facts.recurrences
    ]  # fmt: skip
    body = section("_retro_lessons.html.j2", say, lessons=facts.lessons, again=again, anchor=anchor)
    return [_heading("learnt", say), body]


def health(facts: RetrospectiveFacts, say: Say) -> list[Block]:
    """The health check with its history; questions that fewer than five answered have no figures."""
    held = facts.retrospective
    if not held.health:
        return []
    shown = [answers for answers in held.health if answers.mean is not None]
    means = [{a.question: a.mean for a in round_.answers} for round_ in facts.health]
    before = means[-2] if len(means) > 1 else {}
    rows = [_question(answers, [mean.get(answers.question) for mean in means], say) for answers in held.health]
    wheel = None
    if len(shown) >= 3:
        names = [_asked(answers, say) for answers in shown]
        values = [answers.mean or 0.0 for answers in shown]
        told = ", ".join(f"{name} {say.number(value)}" for name, value in zip(names, values, strict=True))
        alt = say("health.alt", values=told)
        wheel = figures.radar(names, values, [before.get(answers.question) for answers in shown], alt)
    earlier = facts.health[-2] if len(facts.health) > 1 and any(v is not None for v in before.values()) else None
    body = section(
        "_retro_health.html.j2", say, rows=rows, wheel=wheel, earlier=earlier, rounds=len(facts.health),
        hidden=len(held.health) - len(shown), everything_hidden=not shown,
        past=any(row["trend"] for row in rows),
    )  # fmt: skip
    return [_heading("health", say), body]


def voices(facts: RetrospectiveFacts, say: Say) -> list[Block]:
    """Mood at the beginning and the return on the time invested."""
    held = facts.retrospective
    asked = [(name, answers) for name, answers in (("mood", held.mood), ("closing", held.closing)) if answers]
    if not asked:
        return []
    cards = [
        {
            "title": say(f"voices.{name}"), "low": say(f"voices.{name}_low"), "high": say(f"voices.{name}_high"),
            "answers": answers, "figure": figures.spread(answers, _told(answers, say)),
        }
        for name, answers in asked
    ]  # fmt: skip
    return [_heading("voices", say), section("_retro_voices.html.j2", say, cards=cards)]


def provenance(facts: RetrospectiveFacts, say: Say) -> list[Block]:
    """Where the records come from, and how names were treated."""
    held = facts.retrospective
    records = [held, *facts.made, *facts.lessons]
    names = "anonymous" if held.anonymity else "named"
    own = held.format not in FROM_ELSEWHERE
    body = section(
        "_retro_provenance.html.j2", say, sources=sources_of_records(records, say),
        revision=say("provenance.revision", revision=facts.revision),
        names=say(f"names.{names}") if own or held.anonymity else "",
        hides=bool(held.health or held.mood or held.closing),
        links=[link for link in held.links if link.startswith(("http://", "https://"))],
    )  # fmt: skip
    return [_heading("provenance", say), body]


def everything(facts: RetrospectiveFacts, wall: Wall | None, say: Say) -> list[Block]:
    """The whole report in its order, nothing folded: what exported pages are made of."""
    return [
        header(facts, say), *period(facts, wall, say), *topics(facts, say), *notes(facts, say, whole=True),
        *actions(facts, say, whole=True), *lessons(facts, say), *health(facts, say), *voices(facts, say),
        *provenance(facts, say),
    ]  # fmt: skip


def _heading(name: str, say: Say) -> Block:
    block = section("_heading.html.j2", say, anchor=name)
    return Block(block.html, {"section": name, "heading": say(f"{name}.title")})


def _topic(topic: Topic, facts: RetrospectiveFacts, most: int, say: Say) -> dict[str, Any]:
    held = facts.retrospective
    columns = columns_of(held)
    inside = [note for note in held.notes if topic.key in (note.group, note.key)]
    return {
        "anchor": anchor(f"topic-{topic.key}"), "title": topic.title, "votes": topic.votes,
        "share": round(100 * topic.votes / most) if most else 0,
        "discussed": topic.discussed or bool(topic.discussion), "discussion": topic.discussion,
        "notes": [
            {"text": say.said(note.text, held), "column": title_of(note.column, columns, say)}
            for note in inside
            if note.key != topic.key or note.text.strip() != topic.title.strip()
        ],
        "column": title_of(inside[0].column, columns, say) if len(inside) == 1 else "",
        "actions": [a.title for a in facts.made if a.id in topic.actions or a.topic == topic.key],
        "lessons": [
            {"title": lesson.title, "anchor": anchor(lesson.id)}
            for lesson in facts.lessons
            if lesson.id in topic.lessons
        ],
        "again": [r for r in facts.recurrences if r.topic == topic.key],
    }  # fmt: skip


def _is_quiet(card: dict[str, Any]) -> bool:
    """True for a note that stood alone and that nobody voted for or spoke of: one line is enough."""
    came = card["votes"], card["discussed"], card["actions"], card["lessons"], card["again"]
    return not any(came) and not card["notes"]


def _note(note: Note, facts: RetrospectiveFacts, titles: dict[str, str], say: Say) -> dict[str, Any]:
    held = facts.retrospective
    group = note.group if note.group in titles else None
    return {
        "text": say.said(note.text, held), "votes": votes_of(note, held), "pinned": bool(note.fact),
        "topic": titles.get(group or ""), "anchor": anchor(f"topic-{group}") if group else None,
        "author": None if held.anonymity else note.author,
    }  # fmt: skip


def _action(action: ActionItem, facts: RetrospectiveFacts, say: Say) -> dict[str, Any]:
    return {
        "title": action.title, "owner": action.owner, "due": action.due, "opened": action.opened_on,
        "metric": metric_of(action, facts), "status": say.status(action), "tone": STATUS_TONES.get(action.status, ""),
        "carried": say("actions.carried", count=action.carry_count) if action.carry_count else "",
        "effect": effect_of(action, say), "reason": action.reason, "done": action.done_on,
    }  # fmt: skip


def metric_of(action: ActionItem, facts: RetrospectiveFacts) -> str:
    """What an action is measured by, in the words of who decided on it, else by the series' name."""
    return action.success_metric or facts.metric_names.get(action.metric or "", "")


def effect_of(action: ActionItem, say: Say) -> str:
    """What was measured before and after, with the interval of the difference; empty when nothing was."""
    if action.before is None or action.after is None:
        return ""
    said = say("effect.change", before=say.measured(action.before), after=say.measured(action.after))
    if action.effect_low is not None and action.effect_high is not None:
        low, high = (f"{'+' if v > 0 else ''}{say.measured(v)}" for v in (action.effect_low, action.effect_high))
        said += ("；" if say.language == "zh" else "; ") + say("effect.interval", low=low, high=high)
    return said


def _question(answers: Answers, course: list[float | None], say: Say) -> dict[str, Any]:
    before = course[-2] if len(course) > 1 else None
    change = None if before is None or answers.mean is None else round(answers.mean - before, 2)
    rounds = say("health.course", values=" → ".join("–" if mean is None else say.number(mean) for mean in course))
    return {
        "title": _asked(answers, say), "count": answers.count, "mean": answers.mean, "change": change,
        "tone": "" if not change else "good" if change > 0 else "bad",
        "bar": figures.distribution(answers, _told(answers, say)), "trend": figures.trend(course, rounds),
        "told": _told(answers, say),
    }  # fmt: skip


def _asked(answers: Answers, say: Say) -> str:
    return (answers.zh if say.language == "zh" else answers.en) or answers.question


def _told(answers: Answers, say: Say) -> str:
    """The answers in words."""
    if answers.counts is None:
        return say("hidden", count=answers.count)
    return say("told", values=", ".join(f"{n + 1}: {count}" for n, count in enumerate(answers.counts)))

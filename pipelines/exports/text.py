"""A retrospective as Markdown: everything in it, and readable by the import of notes."""

from __future__ import annotations

from collections.abc import Iterator

from kg.domain import ActionItem, Answers, Topic
from kg.operations.retrospective_facts import RetrospectiveFacts
from kg.operations.wall import Wall

from ..reports import retrospective_narrative as narrative
from ..reports.retrospective_sections import effect_of, metric_of
from ..reports.retrospective_wording import RetrospectiveWording, columns_of, votes_of
from .escaping import escaped, paragraph
from .tables import topic_titles

Say = RetrospectiveWording


def markdown_of(facts: RetrospectiveFacts, wall: Wall | None, say: Say) -> str:
    """The whole retrospective as one document."""
    parts = [
        _head(facts, say), _period(facts, wall, say), _topics(facts, say), _notes(facts, say), _actions(facts, say),
        _lessons(facts, say), _health(facts, say), _voices(facts, say), _end(facts, say),
    ]  # fmt: skip
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _pair(label: str, value: object, say: Say) -> str:
    """`Votes: 3`, `票数：3`."""
    return f"{label}{'：' if say.language == 'zh' else ': '}{value}"


def _head(facts: RetrospectiveFacts, say: Say) -> list[str]:
    held = facts.retrospective
    said = [
        (say("kind"), facts.project.name), (say("header.held"), say.day(held.held_on) if held.held_on else ""),
        (say("period.label"), narrative.period_of(held, say)), (say("header.format"), say.format(facts)),
        (say("tile.attended"), str(held.attended or "")), (say("header.facilitators"), say.listed(held.facilitators)),
        (say("header.previous"), facts.previous.title if facts.previous else ""),
    ]  # fmt: skip
    lines = [f"# {escaped(held.title)}", ""]
    lines += [f"- {_pair(label, escaped(value), say)}" for label, value in said if value]
    if held.anonymity:
        lines.append(f"- {say('anonymity.anonymous')}")
    return [*lines, "", escaped(narrative.lead(facts, say))]


def _period(facts: RetrospectiveFacts, wall: Wall | None, say: Say) -> list[str]:
    held = facts.retrospective
    lines = []
    for event in narrative.happenings(wall, say):
        lines.append(f"- {_pair(event.days, escaped(event.text), say)}")
    lines += [f"- {escaped(words)}" for words in (*narrative.cut_off(wall, say), *narrative.unrecorded(wall, say))]
    if held.summary:
        lines = [paragraph(held.summary), "", *lines]
    if held.timeline:
        lines += ["", f"### {say('timeline.course')}", ""]
        lines += [f"- {_pair(escaped(step.when), paragraph(step.text, '  '), say)}" for step in held.timeline]
    return [f"## {say('period.title')}", "", *lines] if lines else []


def _topics(facts: RetrospectiveFacts, say: Say) -> list[str]:
    held, titles = facts.retrospective, topic_titles(facts)
    if not held.topics:
        return []
    lines = [f"## {say('topics.title')}"]
    for topic in sorted(held.topics, key=lambda topic: -topic.votes):
        lines += ["", f"### {escaped(titles[topic.key])}", "", *_topic(topic, facts, say)]
    return lines


def _topic(topic: Topic, facts: RetrospectiveFacts, say: Say) -> Iterator[str]:
    yield f"- {_pair(say('export.votes'), topic.votes, say)}"
    talked = say("export.yes" if topic.discussed or topic.discussion else "export.no")
    yield f"- {_pair(say('export.discussed'), talked, say)}"
    for action in facts.made:
        if action.id in topic.actions or action.topic == topic.key:
            yield f"- {_pair(say('topics.actions'), escaped(action.title), say)}"
    for lesson in facts.lessons:
        if lesson.id in topic.lessons:
            yield f"- {_pair(say('topics.lessons'), escaped(lesson.title), say)}"
    for again in facts.recurrences:
        if again.topic == topic.key:
            yield f"- {_pair(say('topics.again'), escaped(again.title or say('learnt.hidden')), say)}"
    if topic.discussion:
        yield ""
        yield paragraph(topic.discussion)


def _notes(facts: RetrospectiveFacts, say: Say) -> list[str]:
    held, titles = facts.retrospective, topic_titles(facts)
    lines = [f"## {say('all_notes.title')}"]
    for column in columns_of(held):
        lines += ["", f"### {escaped(say.column(column))}", ""]
        for note in (note for note in held.notes if note.column == column.key):
            lines.append(f"- {paragraph(note.text, '  ')}")
            votes = votes_of(note, held)
            said = [
                ("votes", str(votes) if votes else ""), ("topic", titles.get(note.group or "", "")),
                ("fact", note.fact or ""), ("author", "" if held.anonymity else note.author or ""),
            ]  # fmt: skip
            lines += [f"  - {_pair(say(f'export.{name}'), escaped(value), say)}" for name, value in said if value]
    return lines


def _actions(facts: RetrospectiveFacts, say: Say) -> list[str]:
    lines = [f"## {say('decided.title')}", ""]
    lines += [line for action in facts.made for line in _action(action, facts, say)] or [say("decided.none")]
    if facts.earlier:
        lines += ["", f"### {say('decided.earlier', count=len(facts.earlier))}", ""]
        lines += [line for action in facts.earlier for line in _action(action, facts, say)]
    return lines


def _action(action: ActionItem, facts: RetrospectiveFacts, say: Say) -> Iterator[str]:
    yield f"- {paragraph(action.title, '  ')}"
    said = [
        ("owner", action.owner), ("due", action.due), ("status", say.status(action)),
        ("metric", metric_of(action, facts)),
        ("opened", action.opened_on), ("done", action.done_on), ("carried", action.carry_count or None),
        ("after", effect_of(action, say)), ("reason", action.reason),
    ]  # fmt: skip
    for name, value in said:
        if value:
            yield f"  - {_pair(say(f'export.{name}'), escaped(str(value)), say)}"


def _lessons(facts: RetrospectiveFacts, say: Say) -> list[str]:
    lines: list[str] = []
    for lesson in facts.lessons:
        lines += ["", f"### {escaped(lesson.title)}", ""]
        for name, words in (
            ("event", lesson.driving_event), ("lesson", lesson.lesson),
            ("recommendation", lesson.recommendation), ("conditions", lesson.conditions),
        ):  # fmt: skip
            if words:
                lines.append(f"- {_pair(say(f'lessons.{name}'), paragraph(words, '  '), say)}")
    again = [
        f"- {escaped(r.title or say('learnt.hidden'))}{f' ({escaped(r.project_name)})' if r.project_name else ''}"
        for r in facts.recurrences
    ]
    if again:
        lines += ["", f"### {say('learnt.again')}", "", *again]
    return [f"## {say('learnt.title')}", *lines] if lines else []


def _health(facts: RetrospectiveFacts, say: Say) -> list[str]:
    held = facts.retrospective
    if not held.health:
        return []
    lines = [f"## {say('health.title')}", ""]
    for answers in held.health:
        asked = (answers.zh if say.language == "zh" else answers.en) or answers.question
        course = [
            say.number(mean)
            for past in facts.health[:-1]
            for mean in (a.mean for a in past.answers if a.question == answers.question)
            if mean is not None
        ]
        before = f" ({say('health.course', values=' → '.join(course))})" if course and answers.mean is not None else ""
        lines.append(f"- {_pair(escaped(asked), _told(answers, say) + before, say)}")
    return lines


def _voices(facts: RetrospectiveFacts, say: Say) -> list[str]:
    held = facts.retrospective
    asked = [(name, answers) for name, answers in (("mood", held.mood), ("closing", held.closing)) if answers]
    lines = [f"- {_pair(say(f'voices.{name}'), _told(answers, say), say)}" for name, answers in asked]
    return [f"## {say('voices.title')}", "", *lines] if lines else []


def _told(answers: Answers, say: Say) -> str:
    if answers.counts is None or answers.mean is None:
        return say("hidden", count=answers.count)
    told = say("told", values=", ".join(f"{n + 1}: {count}" for n, count in enumerate(answers.counts)))
    return f"{say.number(answers.mean)} {say('tile.of_five')} ({say('health.n', count=answers.count)}). {told}"


def _end(facts: RetrospectiveFacts, say: Say) -> list[str]:
    held = facts.retrospective
    lines = [f"## {say('provenance.title')}", "", say("provenance.revision", revision=facts.revision)]
    lines += ["", say("names.anonymous")] if held.anonymity else []
    return lines + [f"- <{link}>" for link in held.links if link.startswith(("http://", "https://"))]

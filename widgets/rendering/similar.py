"""Past lessons beside a topic as people read them: that it happened before, where, and what was advised then."""

from __future__ import annotations

from typing import Any

from kg.operations.topic_lessons import SimilarLesson, Why
from pipelines.messages import Messages

from .text import civil, plain


def similar_told(one: SimilarLesson, messages: Messages) -> dict[str, Any]:
    """A past lesson for a widget: plain text throughout, whoever shows it escapes it.

    `facts` are short remarks to show in a row: when it was learnt, how often it came again.
    """
    key = "here" if one.same_project else "there" if one.project_name else "somewhere"
    terms = ("、" if messages.language == "zh" else ", ").join(one.terms)
    why = one.why if terms else Why.MEANING
    facts = []
    if one.learnt_on:
        facts.append(messages("wall.similar.learnt", day=civil(one.learnt_on, messages.language)))
    if one.recurred:
        facts.append(messages("wall.similar.recurred", count=one.recurred))
    if one.here_before and one.here_before < one.recurred:
        facts.append(messages("wall.similar.here_again", count=one.here_before))
    return {
        "lesson": one.lesson,
        "title": plain(one.title),
        "before": messages(f"wall.similar.{key}", project=one.project_name or ""),
        "same_project": one.same_project,
        "facts": facts,
        "advice": plain(one.recommendation),
        "advice_title": messages("wall.similar.advice"),
        "why": messages(f"wall.similar.why.{why.value}", terms=terms),
        "strength": one.strength,
        "language": one.language,
        "state": one.state,
        "mark": messages("wall.similar.mark"),
        "unmark": messages("wall.similar.unmark"),
    }

"""What the outcome cards and the table of sources show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import yaml

from kg.domain import Assessment, Origin, Record
from kg.domain.attainment import attainment
from kg.domain.unit_names import unit_word
from kg.operations.projects import OutcomeFacts, ProjectFacts

from ..resources import template_path
from .narrative import attribute, rating_name, scheme_name
from .wording import Wording

TONES = {True: "good", False: "bad", None: ""}


def outcome_cards(facts: ProjectFacts, say: Wording) -> list[dict[str, Any]]:
    """One card an outcome: how it was rated, what was measured, or plainly that nothing was."""
    return [_card(outcome, say) for outcome in facts.outcomes]


def steps_of(scheme: str) -> list[str]:
    """The steps of a rating scheme, lowest first; none where nobody wrote them down."""
    return list(_table("schemes").get(scheme, []))


def sources_of(facts: ProjectFacts, say: Wording) -> list[dict[str, Any]]:
    """Each source with its licence and how many of the shown records came from it."""
    records = [
        facts.project, *(o.outcome for o in facts.outcomes), *facts.retrospectives, *facts.actions, *facts.lessons,
        *facts.milestones, *(m for o in facts.outcomes for m in o.measurements),
        *{a.id: a for o in facts.outcomes for a in o.assessments}.values(),
    ]  # fmt: skip
    return sources_of_records(records, say)


def sources_of_records(records: Sequence[Record], say: Wording) -> list[dict[str, Any]]:
    """Each source of some records with its licence and how many of them came from it."""
    known = _table("sources")
    rows = []
    for system, count in Counter(record.source_system for record in records).most_common():
        said = known.get(system or "", {})
        name = said.get("name") or system or say("provenance.own")
        rows.append({"name": name, "licence": said.get("licence"), "link": said.get("link"), "records": count})
    return rows


def _card(facts: OutcomeFacts, say: Wording) -> dict[str, Any]:
    outcome = facts.outcome
    state = attainment(outcome, facts.measurements)
    unit = f" {unit_word(outcome.unit_of_measure, say.language)}".rstrip()
    shown: list[tuple[str, Any]] = [(say("outcomes.metric"), say.data(outcome.metric))] if outcome.metric else []
    for key, value in (("baseline", outcome.baseline), ("target", outcome.target)):
        if value is not None:
            shown.append((say(f"outcomes.{key}"), say.number(value) + unit))
    if outcome.due:
        shown.append((say("outcomes.due"), say.day(outcome.due)))
    plainly = ""
    if state is None:
        plainly = say("outcomes.not_measured_rated" if facts.assessments else "outcomes.not_measured")
    elif outcome.target is None:
        plainly = say("outcomes.no_target")
    kind = (facts.type.name_zh if say.language == "zh" else facts.type.name_en) if facts.type else None
    card: dict[str, Any] = {
        "title": outcome.title, "statement": outcome.statement, "horizon": outcome.horizon.value, "type": kind,
        "imported": outcome.origin is Origin.IMPORTED, "facts": shown, "plainly": plainly, "measured": bool(state),
        "ratings": [_rating(rating, say) for rating in facts.assessments], "progress": None,
    }  # fmt: skip
    if state is not None:
        reached = {True: say("outcomes.reached"), False: say("outcomes.not_reached"), None: ""}[state.attained]
        card |= {"current": say.number(state.current) + unit, "measured_on": say.day(state.measured_on)}
        card |= {"tone": TONES[state.attained], "verdict": reached}
        if state.progress is not None:
            card["progress"] = round(100 * min(max(state.progress, 0.0), 1.0))
            card["progress_text"] = say("outcomes.progress", share=say.share(state.progress, 1))
    return card


def _rating(rating: Assessment, say: Wording) -> dict[str, Any]:
    steps = steps_of(rating.scheme)
    own = steps.index(rating.value) if rating.value in steps else None
    name = rating_name(rating.scheme, rating.value, say)
    said: list[tuple[str, Any]] = [(say("outcomes.assessor"), say.data(rating.assessor))] if rating.assessor else []
    said += [(say("figure.date"), say.day(rating.date))] if rating.date else []
    details = {key: value for key, value in rating.details.items() if value and value != rating.value}
    kind = next((value for key, value in rating.details.items() if "type" in key.casefold()), None)
    attained = {True: say("outcomes.attained"), False: say("outcomes.not_attained"), None: ""}[rating.attained]
    position = say("outcomes.of_scale", step=own + 1, count=len(steps)) if own is not None else ""
    return {
        "scheme": scheme_name(rating.scheme, say), "kind": kind, "value": name, "tone": TONES[rating.attained],
        "original": rating.value if name != rating.value else "", "facts": said,
        "position": " · ".join(part for part in (position, attained) if part),
        "steps": [
            {"label": rating_name(rating.scheme, step, say), "own": i == own, "below": own is not None and i < own}
            for i, step in enumerate(steps)
        ],
        "details": [(attribute(key, say), say.data(value)) for key, value in details.items()],
    }  # fmt: skip


@cache
def _table(name: str) -> dict[str, Any]:
    """What `templates/reports/<name>.yaml` says."""
    found = yaml.safe_load(template_path(f"reports/{name}.yaml").read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}

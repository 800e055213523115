"""What to do and what to avoid: practices by effect, and where plans like this one failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import beta

from ..search.lexical import query_terms
from .effects import PracticeEffect, jeffreys
from .precedents import Plan, Precedent
from .similarity import Likeness

FEWEST = 20
"""Judged precedents that share an attribute before its failures are spoken of."""

DOUBT = 0.05
"""Chance of calling a share high that is not, over all attributes of a plan together."""

SAME_WORDS = 2
"""Distinct terms that a text must share with a plan to be about the same thing."""


@dataclass(frozen=True)
class NearPractice:
    """A practice with the grounds for naming it here: shared words, or near projects that applied it."""

    effect: PracticeEffect
    terms: tuple[str, ...]
    projects: tuple[str, ...]


@dataclass(frozen=True)
class FailureShare:
    """An attribute of the plan with which projects failed clearly more often than the rest.

    Attributes:
        share: Share not attained among judged precedents with this value, 90 % interval `low` to `high`.
        base: Share not attained among all.
        projects: Near ones among them.
    """

    attribute: str
    value: str
    failed: int
    n: int
    share: float
    low: float
    high: float
    base: float
    projects: tuple[str, ...]


def shared_terms(plan_terms: dict[str, str], text: str) -> tuple[str, ...]:
    """The plan's words that a text holds too, as the plan spells them."""
    return tuple(plan_terms[term.term] for term in query_terms(text) if term.term in plan_terms)


def terms_of(text: str) -> dict[str, str]:
    """The distinct terms of a text, and how each is spelt there."""
    return {term.term: term.surface for term in query_terms(text)}


def practices_near(
    effects: Sequence[PracticeEffect], plan: Plan, near: Sequence[Likeness], limit: int
) -> list[NearPractice]:
    """Practices that concern a plan, the best proven first."""
    words = terms_of(plan.text)
    close = {like.precedent.project for like in near}
    found = []
    for effect in effects:
        terms = shared_terms(words, f"{effect.statement}\n{effect.conditions or ''}")
        projects = tuple(project for project in effect.projects if project in close)
        if len(terms) >= SAME_WORDS or projects:
            found.append(NearPractice(effect, terms, projects))
    found.sort(key=lambda p: (not p.effect.enough, -(p.effect.low or 0.0), -len(p.projects), p.effect.id))
    return found[:limit]


def failure_shares(past: Sequence[Precedent], plan: Plan, near: Sequence[Likeness], limit: int) -> list[FailureShare]:
    """Attributes of the plan with which failure is clearly above the base rate, the worst first.

    Clearly: even the lowest plausible share lies above the base rate, with the doubt of one
    look in twenty divided among all attributes that are looked at.
    """
    if not past:
        return []
    base = sum(not p.attained for p in past) / len(past)
    looked = [
        (key, value, [p for p in past if p.plan.attributes.get(key) == value]) for key, value in plan.attributes.items()
    ]
    looked = [item for item in looked if FEWEST <= len(item[2]) < len(past)]
    found = []
    for key, value, same in looked:
        failed = sum(not p.attained for p in same)
        lowest = float(beta.ppf(DOUBT / len(looked), failed + 0.5, len(same) - failed + 0.5))
        if lowest <= base:
            continue
        low, high = jeffreys(failed, len(same))
        projects = tuple(
            like.precedent.project
            for like in near
            if like.precedent.attained is False and like.precedent.plan.attributes.get(key) == value
        )
        found.append(FailureShare(key, value, failed, len(same), failed / len(same), low, high, base, projects[:3]))
    found.sort(key=lambda f: (-f.low, f.attribute))
    return found[:limit]

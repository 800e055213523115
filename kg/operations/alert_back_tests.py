"""How good an alarm rule would have been on the past outcomes of a scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from statistics import quantiles

from pydantic import BaseModel

from ..analysis.back_test import DRAWS, Past, Proportion, null_model, past_of, replay, simulate
from ..domain.alarms import AlarmRule
from ..errors import InvalidRequest
from ..policy import ScopeFilter
from .alert_material import Material
from .table import Response


class Share(BaseModel):
    """A proportion with its 95 % interval (Wilson); no value where there is nothing to take a share of."""

    hits: int
    of: int
    value: float | None = None
    low: float = 0.0
    high: float = 1.0

    @classmethod
    def made_of(cls, found: Proportion) -> Share:
        """The share as it is told."""
        low, high = found.interval
        return cls(hits=found.hits, of=found.of, value=found.value, low=low, high=high)


class BackTest(Response):
    """What a rule would have done.

    A case is an outcome with baseline, target and due day, due in the window, with a value before
    that day and one that tells how it ended. It is a miss when the target was not reached. `left_out`
    counts outcomes that are no case. `stated` is the false alarm rate that is promised for a series
    on course: see `kg.analysis.back_test`.
    """

    rule: AlarmRule
    as_of: date
    start: date | None = None
    end: date | None = None
    cases: int
    left_out: int
    missed: int
    reached: int
    alarmed: int
    precision: Share
    recall: Share
    lead_days: int | None = None
    lead_low: int | None = None
    lead_high: int | None = None
    null_alarms: Share
    stated: float
    noise: float
    memory: float
    designs: int
    from_history: bool


@dataclass(frozen=True)
class PastOutcomes:
    """Outcomes that were due: those that a rule can be tested on, and how many others."""

    cases: list[Past]
    left_out: int
    start: date | None = None
    end: date | None = None


def past_outcomes(
    material: Material,
    now: datetime,
    start: date | None = None,
    end: date | None = None,
    scope: ScopeFilter | None = None,
) -> PastOutcomes:
    """The cases of a window.

    Args:
        material: What there is.
        now: Tells what is past.
        start: Outcomes due on that day or later.
        end: Outcomes due before that day.
        scope: Whoever reads the result may see no more than this; all of the material when not given.

    Raises:
        InvalidRequest: The window ends before it starts.
    """
    if start and end and end <= start:
        raise InvalidRequest(f"end: {end} is not after the start ({start}).", field="end", operation="back_test")
    cases, left_out = [], 0
    for outcome in material.outcomes.values():
        due = outcome.due
        if due is not None and ((start and due < start) or (end and due >= end)):
            continue
        if scope is not None and not scope.covers(outcome.project, outcome.unit, outcome.confidential):
            continue
        as_of = material.day(outcome.project, now)
        case = past_of(outcome, material.values[outcome.id], material.milestones_of(outcome), as_of)
        if case is None:
            left_out += 1
        else:
            cases.append(case)
    return PastOutcomes(cases, left_out, start, end)


def back_tested(rule: AlarmRule, past: PastOutcomes, today: date) -> BackTest:
    """What a rule would have done on past outcomes, and how often it errs by chance."""
    history = replay(rule, past.cases)
    model = null_model(past.cases)
    chance = simulate(rule, model, DRAWS)
    leads = history.leads
    spread = quantiles(leads, n=4, method="inclusive") if len(leads) > 1 else []
    return BackTest(
        rule=rule,
        as_of=today,
        start=past.start,
        end=past.end,
        cases=len(past.cases),
        left_out=past.left_out,
        missed=history.true_alarms + history.unwarned,
        reached=history.false_alarms + history.quiet,
        alarmed=history.true_alarms + history.false_alarms,
        precision=Share.made_of(history.precision),
        recall=Share.made_of(history.recall),
        lead_days=round(spread[1]) if spread else leads[0] if leads else None,
        lead_low=round(spread[0]) if spread else None,
        lead_high=round(spread[2]) if spread else None,
        null_alarms=Share.made_of(chance.proportion),
        stated=chance.stated,
        noise=model.noise,
        memory=model.memory,
        designs=len(model.designs),
        from_history=model.observed,
    )


def in_figures(found: BackTest) -> dict[str, str]:
    """A back-test as a message carries it: counts, days and percent."""
    return {
        "tested_missed": str(found.missed),
        "tested_caught": str(found.recall.hits),
        "tested_alarmed": str(found.alarmed),
        "tested_right": str(found.precision.hits),
        "tested_lead": "" if found.lead_days is None else str(found.lead_days),
        "tested_stated": f"{100 * found.stated:.3g}",
    }

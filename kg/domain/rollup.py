"""How far objectives have come, rolled up from key results and outcomes, part by part.

A key result counts by measurements of its own; without any, by the outcomes that are aligned with
it. An objective counts by its key results, the outcomes aligned with it directly, and the
objectives below it. Weights say how much a part counts among its siblings. An outcome that is
aligned with several of them is shared out among them by the weights of its alignments, so that all
its shares sum to one and it is never counted twice.

What was never measured is not guessed: the attainment is that of what is known (`coverage` says how
much that is), and `cautious` is the same with everything unknown at nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel

from .objectives import KeyResult, Objective
from .outcomes import Direction, Outcome
from .trajectory import staying, strayed

How = Literal["measured", "rolled_up", "unknown"]
Kind = Literal["objective", "key_result", "outcome"]


class Reading(BaseModel):
    """The last measured value of a key result or an outcome, and the share of the way to its target."""

    value: float
    on: date
    attainment: float | None = None


class Part(BaseModel):
    """What an objective's attainment is made of.

    `share` is what part of its parent it is; `contributes` how much of the parent's attainment it
    brings (these sum to it). Of an aligned outcome, `alignment` is the share of the outcome that is
    given to this place. What hangs on a key result that is measured itself is shown but not counted.
    """

    kind: Kind
    id: str
    title: str
    project: str | None = None
    weight: float = 1.0
    share: float = 1.0
    alignment: float | None = None
    attainment: float | None = None
    coverage: float = 0.0
    cautious: float = 0.0
    contributes: float | None = None
    counted: bool = True
    how: How = "unknown"
    baseline: float | None = None
    target: float | None = None
    unit_of_measure: str | None = None
    reading: Reading | None = None
    parts: list[Part] = []


@dataclass(frozen=True)
class Alignment:
    """An outcome's alignment with a key result or an objective."""

    outcome: str
    target: str
    weight: float


@dataclass(frozen=True)
class Strategy:
    """What objectives are rolled up from.

    Attributes:
        objectives: All that may be seen.
        key_results: Theirs.
        outcomes: Outcomes by id; aligned ones that are not here are passed over.
        alignments: All alignments, those of hidden ends too: shares are of the whole outcome.
        readings: Last values by the id of a key result or an outcome.
    """

    objectives: Sequence[Objective]
    key_results: Sequence[KeyResult]
    outcomes: Mapping[str, Outcome]
    alignments: Sequence[Alignment]
    readings: Mapping[str, Reading]

    def roll_up(self, objective: Objective) -> Part:
        """An objective with all its parts."""
        shares = alignment_shares(self.alignments)
        return self._objective(objective, shares, frozenset())

    def _objective(self, objective: Objective, shares: Mapping[tuple[str, str], float], above: frozenset[str]) -> Part:
        own = [k for k in self.key_results if k.objective == objective.id]
        below = [o for o in self.objectives if o.parent == objective.id and o.id not in above | {objective.id}]
        parts = [self._key_result(key_result, shares) for key_result in own]
        parts += self._aligned(objective.id, shares)
        parts += [self._objective(child, shares, above | {objective.id}) for child in below]
        return combine(Part(kind="objective", id=objective.id, title=objective.title), parts)

    def _key_result(self, key_result: KeyResult, shares: Mapping[tuple[str, str], float]) -> Part:
        part = Part(
            kind="key_result", id=key_result.id, title=key_result.title, weight=key_result.weight,
            baseline=key_result.baseline, target=key_result.target, unit_of_measure=key_result.unit_of_measure,
        )  # fmt: skip
        aligned = self._aligned(key_result.id, shares)
        reading = self.readings.get(key_result.id)
        if reading is None or reading.attainment is None:
            return combine(part, aligned).model_copy(update={"reading": reading})
        shown = [child.model_copy(update={"counted": False}) for child in combine(part, aligned).parts]
        return _measured(part, reading).model_copy(update={"parts": shown})

    def _aligned(self, target: str, shares: Mapping[tuple[str, str], float]) -> list[Part]:
        found = []
        for (key, aligned_with), share in shares.items():
            outcome = self.outcomes.get(key)
            if aligned_with != target or outcome is None:
                continue
            part = Part(
                kind="outcome", id=key, title=outcome.title, project=outcome.project, weight=outcome.weight * share,
                alignment=share, baseline=outcome.baseline, target=outcome.target,
                unit_of_measure=outcome.unit_of_measure,
            )  # fmt: skip
            found.append(_measured(part, self.readings.get(key)))
        return found


def reached(baseline: float | None, target: float | None, direction: Direction, value: float) -> float | None:
    """The share of the way from baseline to target, from 0 to 1; None without a target.

    Without a way to go (no baseline, or one at the target) it is 1 or 0: reached or not. What should
    stay counts by its distance, as it does in a project's health: all of it within the tolerance
    (10 % of the target's size), nothing at twice as far.
    """
    if target is None:
        return None
    if direction is Direction.MAINTAIN:
        return staying(strayed(baseline, target, value))
    if baseline is not None and baseline != target:
        return min(max((value - baseline) / (target - baseline), 0.0), 1.0)
    if direction is Direction.DECREASE:
        return float(value <= target)
    return float(value >= target)


def alignment_shares(alignments: Iterable[Alignment]) -> dict[tuple[str, str], float]:
    """The share of each outcome that goes to each of its places; an outcome's shares sum to 1."""
    known = list(alignments)
    whole: dict[str, float] = {}
    for alignment in known:
        whole[alignment.outcome] = whole.get(alignment.outcome, 0.0) + alignment.weight
    return {(a.outcome, a.target): a.weight / whole[a.outcome] for a in known}


def combine(part: Part, parts: Sequence[Part]) -> Part:
    """A whole from its parts: the weighted mean of what is known."""
    whole = sum(child.weight for child in parts)
    if not whole:
        return part
    known = sum(child.weight for child in parts if child.attainment is not None)
    shown = [
        child.model_copy(
            update={
                "share": child.weight / whole,
                "contributes": None if child.attainment is None else child.attainment * child.weight / known,
            }
        )
        for child in parts
    ]
    found = {
        "parts": shown,
        "coverage": sum(child.share * child.coverage for child in shown),
        "cautious": sum(child.share * child.cautious for child in shown),
        "attainment": sum(child.contributes or 0.0 for child in shown) if known else None,
        "how": "rolled_up" if known else "unknown",
    }
    return part.model_copy(update=found)


def ring(objective: str, parent: str | None, parents: Mapping[str, str | None]) -> list[str]:
    """The objectives from one up to itself if it stood below a parent; empty when that closes no ring."""
    path, above = [objective], parent
    while above is not None and above not in path[1:]:
        path.append(above)
        if above == objective:
            return path
        above = parents.get(above)
    return []


def _measured(part: Part, reading: Reading | None) -> Part:
    if reading is None or reading.attainment is None:
        return part.model_copy(update={"reading": reading})
    share = reading.attainment
    return part.model_copy(
        update={"reading": reading, "attainment": share, "coverage": 1.0, "cautious": share, "how": "measured"}
    )

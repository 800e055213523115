"""A plan and its recommendation as a page or widget shows them: form, types, picture, drafts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from kg.errors import KgError
from kg.operations.plan_choices import PlanChoices
from kg.operations.recommendation_views import NearPoint, Recommendations, TypeRecommendation

OWN = ("text", "sector", "unit", "budget", "currency", "years", "project", "as_of")
"""Fields of the form that have a place of their own; any other name in an address is an attribute."""

NOT_ASKED = frozenset({*OWN, "lang", "token", "theme", "page", "q", ""})
FIRST = ("country", "instrument", "region")
"""Attributes that stand in the open where precedents have them."""

SHOWN_FIRST = 2
WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 16, 16, 8, 44


@dataclass(frozen=True)
class PlanQuery:
    """What an address asks for: the plan's words and facts."""

    text: str = ""
    own: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> bool:
        """True when there is anything to recommend from."""
        facts = {name for name in self.own if name in ("sector", "unit", "budget", "project")}
        return bool(self.text or self.attributes or facts)

    def facts(self) -> dict[str, Any]:
        """The plan as operations take it, without project and day."""
        values: dict[str, Any] = {"text": self.text, "attributes": dict(self.attributes)}
        values |= {name: self.own[name] for name in ("sector", "unit", "currency") if self.own.get(name)}
        if (budget := _number(self.own.get("budget"))) is not None:
            values["budget"] = budget
        return values

    def request(self) -> dict[str, Any]:
        """Values for the operation `recommend_outcomes`."""
        more = {name: self.own[name] for name in ("project", "as_of") if self.own.get(name)}
        return self.facts() | more | {"limit": 6, "precedents": 6}

    def link(self) -> str:
        """The query string of this plan."""
        pairs = [("text", self.text)] if self.text else []
        pairs += [(name, self.own[name]) for name in OWN[1:] if self.own.get(name)]
        pairs += sorted(self.attributes.items())
        return "?" + urlencode(pairs)


def parse_plan(query_string: str) -> PlanQuery:
    """The plan of an address; what makes no sense there is passed over."""
    given = dict(parse_qsl(query_string.removeprefix("?"), max_num_fields=200))
    own = {name: " ".join(given[name].split())[:300] for name in OWN[1:] if given.get(name, "").strip()}
    attributes = {
        name[:100]: " ".join(value.split())[:300]
        for name, value in given.items()
        if name not in NOT_ASKED and not name.startswith("_") and value.strip()
    }
    return PlanQuery(" ".join(given.get("text", "").split())[:5000], own, dict(list(attributes.items())[:50]))


@dataclass(frozen=True)
class Dot:
    """A precedent in the picture."""

    x: float
    y: float
    point: NearPoint


class PlanView:
    """What the templates `parts/start_*.html` read.

    Args:
        query: What was asked.
        choices: Values that precedents have.
        found: The answer; None when nothing was asked or it failed.
        error: What went wrong, if something did.
        action: Address that the form leads to.
        projects: Projects that drafts can be adopted into, by id.
    """

    def __init__(
        self,
        query: PlanQuery,
        choices: PlanChoices | None = None,
        found: Recommendations | None = None,
        *,
        error: KgError | None = None,
        action: str = "/apps/start_project",
        projects: Mapping[str, str] | None = None,
    ) -> None:
        self.query = query
        self.choices = choices
        self.found = found
        self.error = error
        self.action = action
        self.projects = dict(projects or {})

    @property
    def state(self) -> str:
        """`start`, `error`, `nothing` (no type to show) or `results`."""
        if self.error is not None:
            return "error"
        if self.found is None:
            return "start"
        return "results" if self.found.types else "nothing"

    def attributes(self) -> tuple[list[Any], list[Any]]:
        """Attributes to ask for in the open, and those that fold away."""
        known = [item for item in (self.choices.attributes if self.choices else []) if item.name not in OWN]
        order = [*FIRST, *(item.name for item in known)]
        known.sort(key=lambda item: order.index(item.name))
        return known[:SHOWN_FIRST], known[SHOWN_FIRST:]

    def values(self, name: str) -> list[str]:
        """Values of an attribute that precedents have."""
        found = next((item for item in (self.choices.attributes if self.choices else []) if item.name == name), None)
        return [value.value for value in found.values] if found else []

    def units(self) -> list[str]:
        """Units that a new project may go to."""
        return (self.choices.units if self.choices else []) or self.values("unit")

    def name(self, kind: TypeRecommendation, language: str) -> str:
        """A type in the visitor's language."""
        return kind.name_zh if language == "zh" else kind.name_en

    def description(self, kind: TypeRecommendation, language: str) -> str | None:
        """What a type means."""
        return kind.description_zh if language == "zh" else kind.description_en

    def dots(self) -> list[Dot]:
        """Precedents by likeness (to the right) and verdict (attained above), apart as far as their ids are."""
        points = self.found.near if self.found else []
        widest = self.widest
        half = (HEIGHT - TOP - BOTTOM) / 2
        made = []
        for point in points:
            across = LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, point.similarity / widest)
            spread = int(hashlib.sha256(point.project.encode()).hexdigest()[:4], 16) / 65535
            down = TOP + (0 if point.attained else half) + half * (0.14 + 0.72 * spread)
            made.append(Dot(round(across, 1), round(down, 1), point))
        return made

    @property
    def widest(self) -> float:
        """The likeness at the right end of the picture."""
        most = max((point.similarity for point in self.found.near), default=0.0) if self.found else 0.0
        return min(1.0, max(0.2, most * 1.05))

    def ticks(self) -> list[tuple[float, int]]:
        """Places of the picture's lower edge and the likeness there in percent."""
        step = 0.1 if self.widest <= 0.6 else 0.2
        count = int(self.widest / step + 1e-9)
        across = WIDTH - LEFT - RIGHT
        return [(round(LEFT + across * n * step / self.widest, 1), round(100 * n * step)) for n in range(count + 1)]

    @property
    def frame(self) -> dict[str, int]:
        """Measures of the picture."""
        middle = TOP + (HEIGHT - TOP - BOTTOM) // 2
        return {
            "width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT, "top": TOP,
            "middle": middle, "bottom": HEIGHT - BOTTOM,
        }  # fmt: skip

    def counted(self) -> tuple[int, int]:
        """How many of the precedents shown were attained, and of how many."""
        points = self.found.near if self.found else []
        return sum(point.attained for point in points), len(points)

    def experience(self, kind: TypeRecommendation) -> Any:
        """How earlier chances of about this size fared, where enough were checked."""
        bins = self.found.calibration.bins if self.found and self.found.calibration else []
        return next((b for b in bins if b.low <= kind.probability < b.high and b.n >= 20), None)


def _number(text: str | None) -> float | None:
    try:
        value = float((text or "").replace(",", "").replace("，", ""))
    except ValueError:
        return None
    return value if 0 <= value < 1e18 else None

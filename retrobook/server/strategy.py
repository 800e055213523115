"""Pages of objectives: by period, each down to the outcomes that it is made of."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from kg.errors import InvalidRequest, NotFound

from .lesson_acts import ActingPage

SAID = frozenset({"defined", "added", "aligned", "unaligned"})


class StrategyPage(ActingPage):
    """Base of these pages."""

    done_words = "value.strategy.said"
    may_say = SAID

    def number(self, name: str) -> float | None:
        """A field of the form that holds a number.

        Raises:
            InvalidRequest: It holds something else.
        """
        text = self.text(name)
        if text is None:
            return None
        try:
            return float(text)
        except ValueError:
            raise InvalidRequest(f"{name}: {text!r} is no number.", field=name) from None


class Strategy(StrategyPage):
    """`/strategy`: objectives of a period, each below its parent."""

    async def get(self) -> None:
        """The list; the latest period first."""
        period = self.get_query_argument("period", "").strip() or None
        found = await self.ask("list_objectives", period=period)
        self.show("strategy.html", found=found, period=period, said=self.said())

    async def post(self) -> None:
        """Set an objective."""
        values = self.given("title", "period", "period_start", "period_end", "parent", "unit", "description")
        made = await self.ask("define_objective", **values)
        self.done(f"/strategy/{quote(made.objective.id, safe=':')}", "defined")


class ObjectivePage(StrategyPage):
    """`/strategy/<id>`: an objective and how its attainment is made up."""

    async def get(self, key: str) -> None:
        """The objective."""
        found = await self.ask("objective_view", id=unquote(key))
        self.show("objective.html", found=found, objective=found.objective, rollup=found.rollup, said=self.said())


class ActOnObjective(StrategyPage):
    """`POST /strategy/<id>/<act>`: a key result or an alignment."""

    async def post(self, key: str, act: str) -> None:
        """Do it, then show the objective."""
        key = unquote(key)
        if act == "key-result":
            values: dict[str, Any] = self.given("title", "unit_of_measure", "direction", "due")
            numbers = {name: self.number(name) for name in ("baseline", "target", "weight")}
            await self.ask("define_key_result", objective=key, **values, **numbers)
            word = "added"
        elif act in ("align", "unalign"):
            given = {"outcome": self.text("outcome") or "", "target": self.text("target") or key}
            if act == "align":
                await self.ask(
                    "align_outcome", **given, weight=1.0 if (weight := self.number("weight")) is None else weight
                )
            else:
                await self.ask("unalign_outcome", **given)
            word = f"{act}ed"
        else:
            raise NotFound.among("page", act, ["key-result", "align", "unalign"])
        self.done(f"/strategy/{quote(key, safe=':')}", word)


ROUTES = [
    (r"/strategy", Strategy),
    (r"/strategy/([^/]+)", ObjectivePage),
    (r"/strategy/([^/]+)/([a-z-]+)", ActOnObjective),
]

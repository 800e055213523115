"""Pages of objectives: by period, each down to the outcomes that it is made of."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from kg.errors import KgError, NotFound
from kg.operations.objective_rights import STEERING
from kg.operations.objective_views import ObjectiveView

from .lesson_acts import ActingPage
from .project_picker import outcome_choices
from .revisions import revision_read
from .steering_form import SteeringForm

SAID = frozenset(
    {"defined", "changed", "added", "result_changed", "aligned", "unaligned", "retired", "result_retired"}
)  # fmt: skip
ACTS = ("change", "key-result", "align", "unalign", "retire")


class StrategyPage(ActingPage):
    """Base of these pages."""

    done_words = "value.strategy.said"
    may_say = SAID

    def page_context(self) -> dict[str, Any]:
        """What every template may use, and for which units the visitor may set objectives."""
        return super().page_context() | {"whole": self.whole, "units": self.units}

    @property
    def whole(self) -> bool:
        """The visitor may set objectives of the whole organisation."""
        return bool(self.known.visitor.scope().everything)

    @property
    def units(self) -> list[str]:
        """Units of the visitor, whose objectives they may set."""
        return sorted(self.known.visitor.scope().units)

    def sent(self, act: str) -> SteeringForm:
        """The form that was sent."""
        fields = {name: self.text(name) or "" for name in self.request.body_arguments}
        return SteeringForm.sent(act, fields, self.t, whole=self.whole)

    async def tried(self, form: SteeringForm, operation: str, /, **values: Any) -> tuple[Any, int]:
        """An operation's answer; without one, the status to show the refused form with."""
        if form.problems:
            return None, 422
        try:
            return await self.ask(operation, **values), 200
        except KgError as error:
            if error.status >= 500 or self._asked_by_script():
                raise
            form.refuse(error, self.t)
            return None, error.status if error.status in (403, 409) else 422


class Strategy(StrategyPage):
    """`/strategy`: objectives of a period, each below its parent."""

    async def get(self) -> None:
        """The list; the latest period first."""
        await self.listed()

    async def listed(self, status: int = 200, form: SteeringForm | None = None) -> None:
        """Show the list; after a refused form with what was typed and why it was refused."""
        period = self.get_query_argument("period", "").strip() or None
        found = await self.ask("list_objectives", period=period)
        own = self.units[0] if not self.whole and len(self.units) == 1 else ""
        fresh = SteeringForm.fresh("define", period=period or "", unit=own, key=self.nonce)
        self.show(
            "strategy.html",
            status,
            found=found,
            period=period,
            said=self.said(),
            adding=form or fresh,
            parents=[(row.objective.id, row.objective.title) for row in found.objectives],
        )

    async def post(self) -> None:
        """Set an objective; what is refused keeps what was typed."""
        form = self.sent("define")
        made, status = await self.tried(form, "define_objective", **form.values)
        if made is None:
            await self.listed(status, form)
            return
        self.done(f"/strategy/{quote(made.objective.id, safe=':')}", "defined")


class ObjectivePage(StrategyPage):
    """`/strategy/<id>`: an objective and how its attainment is made up."""

    async def get(self, key: str) -> None:
        """The objective."""
        await self.objective(unquote(key))

    async def objective(self, key: str, status: int = 200, form: SteeringForm | None = None) -> None:
        """Show an objective; after a refused form with what was typed and why it was refused."""
        found: ObjectiveView = await self.ask("objective_view", id=key)
        listed = await self.ask("list_objectives") if found.may_define else None
        parents = (
            [row.objective for row in listed.objectives if row.objective.id != found.objective.id] if listed else []
        )
        steers = any(self.known.visitor.has(role) for role in STEERING)
        shown = [
            SteeringForm.of(found.objective, {parent.id for parent in parents}),
            SteeringForm.fresh("key-result", direction="increase", weight="1", key=self.nonce),
            SteeringForm.fresh("align", weight="1", target=found.objective.id),
            SteeringForm.fresh("retire", revision=str(found.objective.revision)),
            *(SteeringForm.of(result) for result in found.key_results),
            *(SteeringForm.fresh("retire", result.id, revision=str(result.revision)) for result in found.key_results),
        ]
        self.show(
            "objective.html",
            status,
            found=found,
            objective=found.objective,
            rollup=found.rollup,
            said=self.said(),
            parents=[(parent.id, parent.title) for parent in parents],
            targets=[(one.id, one.title) for one in (found.objective, *found.key_results)],
            outcomes=await outcome_choices(self, mine=not steers),
            forms={one.slot: one for one in [*shown, *([form] if form else [])]},
            results={result.id: result for result in found.key_results},
        )


class ActOnObjective(ObjectivePage):
    """`POST /strategy/<id>/<act>`: a change, a key result, an alignment, or the end of one of them."""

    async def get(self, key: str, act: str = "") -> None:
        """The page itself: an act is no place to come back to."""
        self.redirect(f"/strategy/{quote(unquote(key), safe=':')}")

    async def post(self, key: str, act: str) -> None:
        """Do it, then show the objective; what is refused keeps what was typed."""
        key = unquote(key)
        if act not in ACTS:
            raise NotFound.among("page", act, ACTS)
        if act == "unalign":
            await self.ask("unalign_outcome", outcome=self.text("outcome") or "", target=self.text("target") or key)
            self.done(f"/strategy/{quote(key, safe=':')}", "unaligned")
            return
        form = self.sent(act)
        operation, values, word = await self._asked_for(key, form)
        made, status = await self.tried(form, operation, **values)
        if made is None:
            await self.objective(key, status, form)
            return
        self.done("/strategy" if word == "retired" else f"/strategy/{quote(key, safe=':')}", word)

    async def _asked_for(self, key: str, form: SteeringForm) -> tuple[str, dict[str, Any], str]:
        """The operation of a form, its values, and what is said when it is done."""
        read = revision_read(form.typed.get("revision"))
        if form.act == "align":
            return "align_outcome", {"target": key} | form.values, "aligned"
        if form.act == "retire":
            reason = {"reason": form.typed["reason"]} | read
            if form.record:
                return "retire_key_result", {"id": form.record} | reason, "result_retired"
            return "retire_objective", {"id": key} | reason, "retired"
        if form.act == "key-result" and not form.record:
            return "define_key_result", {"objective": key} | form.values, "added"
        found = await self.ask("objective_view", id=key)
        if form.act == "key-result":
            held = next((one for one in found.key_results if one.id == form.record), None)
            if held is None:
                raise NotFound.among("key result", form.record, [])
            return "define_key_result", {"id": held.id} | form.changed(SteeringForm.of(held)), "result_changed"
        listed = await self.ask("list_objectives")
        before = SteeringForm.of(found.objective, {row.objective.id for row in listed.objectives})
        return "define_objective", {"id": found.objective.id} | form.changed(before), "changed"


ROUTES = [
    (r"/strategy", Strategy),
    (r"/strategy/([^/]+)", ObjectivePage),
    (r"/strategy/([^/]+)/([a-z-]+)", ActOnObjective),
]

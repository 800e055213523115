"""Pages of outcomes: whose they are, how each stands, and all that waits for somebody."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from kg.domain import EvidenceKind, Horizon, OutcomeState, Role
from kg.domain.units import Unit
from kg.errors import KgError
from pipelines.messages import Messages
from widgets.rendering.progress_figure import progress_view, told

from .lesson_acts import ActingPage, project_key
from .outcome_bulk_form import BulkForm
from .outcome_series import series_entries
from .project_picker import project_choices

PER_PAGE = 40
SHOWN_VALUES = 30
"""How many values of a series a page shows before it is asked for all."""
KINDS = ("kpi", "milestone", "work_item")
PROPOSED = 200
"""How many of a kind a field proposes; any other is found by what is written into it."""
SAID = frozenset(
    {
        "defined", "changed", "measured", "evidence_added", "evidence_removed", "submitted", "withdrawn", "reopened",
        "approved", "returned", "retired", "linked", "unlinked", "corrected", "value_withdrawn", "undone",
    }
)  # fmt: skip
"""What a page may say was done; the words are `outcome_pages.said.<word>`."""
STATE_BADGES = {
    OutcomeState.ACCEPTED: "good", OutcomeState.RETURNED: "bad", OutcomeState.IN_QUESTION: "bad",
    OutcomeState.DRAFT: "warn",
}  # fmt: skip


class OutcomePages(ActingPage):
    """Base of these pages."""

    done_words = "outcome_pages.said"
    may_say = SAID

    def page_context(self) -> dict[str, Any]:
        """What every template may use, and how states of outcomes are coloured."""
        return super().page_context() | {"state_badge": lambda state: STATE_BADGES.get(state, "")}


LEADS = (Role.FACILITATOR, Role.MANAGER, Role.PMO)
"""Roles that may change outcomes of others; the operation decides, the page only spares boxes that lead nowhere."""


class Outcomes(OutcomePages):
    """`/outcomes`: one's own, or all of a project or a state."""

    async def get(self) -> None:
        """The list, the latest first."""
        await self.listed()

    async def listed(self, status: int = 200, bulk: BulkForm | None = None) -> None:
        """Show the list, and what became of an edit of several."""
        asked = self._asked()
        page = self.page_number()
        found, choices = await asyncio.gather(
            self.ask(
                "list_outcomes",
                project=project_key(asked.project),
                mine=asked.who == "mine",
                states=[asked.state] if asked.state else [],
                text=asked.text or None,
                limit=PER_PAGE,
                offset=(page - 1) * PER_PAGE,
            ),
            project_choices(self),
        )
        self.show(
            "outcomes.html",
            status,
            found=found,
            bulk=bulk or BulkForm.of(self),
            changeable=self._changeable(found.outcomes),
            horizons=list(Horizon),
            asked=asked,
            said=self.said(),
            **self.paged("/outcomes", vars(asked), found.total, PER_PAGE),
            choices=choices,
            states=list(OutcomeState),
            value=lambda outcome, value: value_of(outcome, value, self.language),
        )

    def _changeable(self, rows: list[Any]) -> set[str]:
        """Ids of those that the visitor may change: their own, or all."""
        leads = any(self.known.visitor.has(role) for role in LEADS)
        return {row.outcome.id for row in rows if leads or row.mine}

    def _asked(self) -> SimpleNamespace:
        project = self.get_query_argument("project", "").strip()[:300]
        who = self.get_query_argument("who", "all" if project else "mine")
        state = self.get_query_argument("state", "")
        return SimpleNamespace(
            who=who if who in ("mine", "all") else "mine",
            project=project,
            state=state if state in set(OutcomeState) else "",
            text=self.get_query_argument("text", "").strip()[:300],
        )


class OutcomePage(OutcomePages):
    """`/outcomes/<id>`: where an outcome stands, what shows it, and what can be done with it."""

    async def get(self, key: str) -> None:
        """The outcome."""
        await self.outcome(unquote(key))

    async def outcome(self, key: str, act: str = "", problem: KgError | None = None) -> None:
        """Show an outcome; after a refused act with what was typed and why it was refused."""
        found, review, rules, measured = await asyncio.gather(
            self.ask("get_outcome", id=key),
            self.ask("outcome_review", id=key),
            self.ask("review_rules"),
            self.ask("list_measurements", subject=key),
        )
        progress, alerts, alignment = await asyncio.gather(
            self.ask("outcome_progress", outcome=key),
            self.ask("list_alerts", subject=key, project=found.outcome.project if found.project_name else None),
            self.ask("outcome_alignment", outcome=key),
        )
        unit = Unit.of(found.outcome)
        choices = await self._choices(key) if "link" in found.permitted else {}
        entries = series_entries(measured.measurements)
        everything = self.get_query_argument("values", "") == "all" or act == "correct"
        t = self.t
        self.show(
            "outcome.html",
            problem.status if problem else 200,
            found=found,
            outcome=review.outcome,
            review=review,
            rules=rules.rules,
            path_steps=steps_of(review, rules.rules, t),
            accepted=rules.accepted,
            largest_mb=rules.largest_file // (1 << 20),
            measured=measured.measurements,
            open_alerts=alerts.alerts,
            aligned=alignment.aligned,
            entries=entries if everything else entries[:SHOWN_VALUES],
            more_values=0 if everything else max(0, len(entries) - SHOWN_VALUES),
            choices=choices,
            names=names_of(found, choices),
            undo_word=self.get_query_argument("done", "") if found.undoable else "",
            view=progress_view(progress, t),
            value=lambda outcome, value: value_of(outcome, value, self.language),
            measured_value=lambda view: unit.show(
                view.measurement.value, self.language, currency=view.measurement.currency
            ),
            titles={step.review: step.title(self.language) for step in rules.rules.steps}
            | ({"third": rules.rules.third.title(self.language)} if rules.rules.third else {}),
            kinds=[kind.value for kind in EvidenceKind if kind is not EvidenceKind.LINK],
            waits=[name if review.waits_for_person else t(f"pages.roles.{name}") for name in review.waits_for],
            today=datetime.now(UTC).date(),
            act=act,
            problem=t.error(problem) if problem else None,
            typed=self.get_body_argument if problem else lambda name, default="": default,
            said=self.said(),
        )

    async def _choices(self, key: str) -> dict[str, Any]:
        """What the outcome can be tied to, by kind."""
        found = await asyncio.gather(
            *(self.ask("outcome_choices", id=key, kind=kind, limit=PROPOSED) for kind in KINDS)
        )  # fmt: skip
        return dict(zip(KINDS, found, strict=True))


class OutcomeInbox(OutcomePages):
    """`/outcomes/inbox`: all that waits for the visitor."""

    async def get(self) -> None:
        """What waits, reviews first."""
        self.show("outcome_inbox.html", inbox=await self.ask("my_inbox"), said=self.said())


def names_of(found: Any, choices: dict[str, Any]) -> dict[str, str]:
    """Titles of what an outcome is or can be tied to, by id."""
    things = [*found.kpis, *found.milestones, *found.work_items]
    return {one.id: one.title for one in [*things, *(one for offer in choices.values() for one in offer.choices)]}


def value_of(outcome: Any, value: float | None, language: str) -> str:
    """A value of an outcome with its unit."""
    return told(Unit.of(outcome), value, language)


def steps_of(review: Any, rules: Any, t: Messages) -> list[tuple[str, str]]:
    """The way of an outcome from draft to accepted: each step's name, and whether it is done, current or to come."""
    order = ["draft", *rules.order, *(["third"] if review.third_asked else []), "accepted"]
    names = {step.review: step.title(t.language) for step in rules.steps}
    if rules.third:
        names["third"] = rules.third.title(t.language)
    names |= {key: t(f"outcomes.states.{key}") for key in ("draft", "accepted")}
    state = review.outcome.state
    if state is OutcomeState.ACCEPTED:
        here = len(order)
    elif review.awaits in order:
        here = order.index(review.awaits)
    else:
        here = 0
    marks = ["done" if n < here else "current" if n == here else "todo" for n in range(len(order))]
    return [(names[key], mark) for key, mark in zip(order, marks, strict=True)]


ROUTES = [
    (r"/outcomes", Outcomes),
    (r"/outcomes/inbox", OutcomeInbox),
    (r"/outcomes/([^/]+)", OutcomePage),
]

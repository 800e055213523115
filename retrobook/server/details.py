"""Pages of single records: a lesson, a project; and the list of projects."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlencode

from kg.domain import OPEN_STATUSES
from kg.domain.money import COMMON
from kg.errors import KgError, NotFound
from kg.operations.lessons import LessonHits
from kg.operations.money_views import MoneyRow
from kg.operations.project_health import ProjectHealth
from kg.operations.projects import ProjectFacts
from widgets.rendering import Query, ResultsView
from widgets.rendering.alert_words import found_words
from widgets.rendering.health_words import health_view

from .lesson_acts import ActingPage
from .money_form import MoneyForm
from .pages import Page
from .project_picker import project_choices
from .steering_form import SteeringForm
from .value_parts import effect_parts, ledger_parts, value_parts

log = logging.getLogger(__name__)

LISTED = 12
PER_PAGE = 40
SIMILAR = 4
LEDGER = 300
"""Money entries that a project's page lists."""


class LessonPage(ActingPage):
    """`/lessons/<id>`: a lesson, what became of it, where it comes from, and what is like it."""

    async def get(self, key: str) -> None:
        """The lesson."""
        found = await self.ask("get_lesson", id=unquote(key))
        standing, similar, choices = await asyncio.gather(
            self.ask("lesson_standing", id=found.lesson.id),
            self._similar(found.lesson.id),
            project_choices(self),
        )
        self.show(
            "lesson.html",
            lesson=found.lesson,
            standing=standing,
            said=self.said(),
            choices=choices,
            today=datetime.now(UTC).date(),
            project=found.project,
            retrospective=found.retrospective,
            similar=similar,
            similar_view=ResultsView(Query(), similar),
        )

    async def _similar(self, key: str) -> LessonHits | None:
        """Lessons like this one; a search that is not ready leaves the page whole."""
        try:
            found: LessonHits = await self.ask("similar_lessons", id=key, limit=SIMILAR)
        except KgError:
            return None
        return found if found.hits else None


class ProjectPage(ActingPage):
    """`/projects/<id>`: what is known of a project, its money, and its reports."""

    done_words = "value.money.said"
    may_say = frozenset({"cost_entered", "benefit_entered", "corrected", "taken_back"})

    async def get(self, key: str) -> None:
        """The project; an id from its source leads here too."""
        await self.project(unquote(key))

    async def project(
        self, key: str, status: int = 200, form: MoneyForm | None = None, *, deciding: SteeringForm | None = None
    ) -> None:
        """Show a project; after a refused form with what was typed and why it was refused."""
        facts = await self.ask("project_facts", project=key)
        listed = await self.ask("list_runs", project=facts.project.id, limit=6)
        heeded = await self.ask("lessons_to_heed", project=facts.project.id)
        health = await self._health(facts.project.id)
        decided = await self.ask("list_decisions", project=facts.project.id, limit=LISTED)
        alerts = await self.ask("list_alerts", project=facts.project.id, limit=LISTED)
        open_first = sorted(facts.actions, key=lambda a: (a.status not in OPEN_STATUSES, a.opened_on or date.min))
        self.show(
            "project.html",
            status,
            project=facts.project,
            runs=listed.runs,
            outcomes=facts.outcomes,
            retrospectives=list(reversed(facts.retrospectives)),
            actions=open_first,
            open_actions=sum(action.status in OPEN_STATUSES for action in facts.actions),
            lessons=facts.lessons,
            heeded=heeded.lessons,
            health=health,
            health_words=health_view(health, self.t) if health else None,
            decided=decided,
            deciding=deciding or SteeringForm.fresh("decide", decision="continue"),
            alerts=alerts,
            alert_words={row.alert.id: found_words(row.alert, self.t) for row in alerts.alerts},
            limit=LISTED,
            **await self._money(facts, form),
        )

    async def entry(self, project: str, key: str) -> MoneyRow:
        """An entry of a project.

        Raises:
            NotFound: It has none of this id.
        """
        listed = await self.ask("list_money", subject=project, corrected=True, limit=5000)
        found = next((row for row in listed.entries if row.id == key), None)
        if found is None:
            raise NotFound.among("money entry", key, [])
        return found

    async def _money(self, facts: ProjectFacts, form: MoneyForm | None) -> dict[str, Any]:
        """What the page shows of the project's money, and its forms: whoever sees the page may enter some."""
        project = facts.project
        worth = await self.ask("project_value", project=project.id)
        listed = await self.ask("list_money", subject=project.id, corrected=True, newest_first=True, limit=LEDGER)
        fresh = MoneyForm.fresh(project.id, worth.on, worth.currency or project.currency, self.nonce)
        wanted = self.get_query_argument("correct", "")
        if form is None and wanted:
            entry = await self.entry(project.id, wanted)
            form = MoneyForm.of(entry) if entry.may_correct else None
        entered = [row for row in listed.entries if row.id in self.get_query_arguments("entry")]
        effect = []
        if entered and self.said():
            ids = [row.id for row in entered]
            before = await self.ask("project_value", project=project.id, without=ids, forecast=False)
            effect = effect_parts(before, worth, entered, self.t)
        named = [(project.id, self.t("value.money.whole_project"))]
        return (
            value_parts(worth, self.t)
            | ledger_parts(listed, self.t)
            | {
                "said": self.said(),
                "effect": effect,
                "currencies": COMMON,
                "adding": form if form and form.act == "add" else fresh,
                "correcting": form if form and form.act == "correct" else None,
                "subjects": named + [(one.outcome.id, one.outcome.title) for one in facts.outcomes],
            }
        )

    async def _health(self, project: str) -> ProjectHealth | None:
        """The project's health; a formula that is wrong leaves the page whole."""
        try:
            found: ProjectHealth = await self.ask("project_health", project=project)
        except KgError as error:
            log.warning("no health of %s: %s", project, error.message)
            return None
        return found


class Projects(Page):
    """`/projects`: all projects that the visitor may see, by words, unit and sector."""

    async def get(self) -> None:
        """The list."""
        words = " ".join(self.get_query_argument("words", "").split())[:200]
        unit, sector = self.get_query_argument("unit", ""), self.get_query_argument("sector", "")
        page = self.page_number()
        found, everything = await asyncio.gather(
            self.ask(
                "list_projects",
                text=words or None,
                unit=unit or None,
                sector=sector or None,
                limit=PER_PAGE,
                offset=(page - 1) * PER_PAGE,
            ),
            self.ask("list_projects", limit=1),
        )
        given = {name: value for name, value in (("words", words), ("unit", unit), ("sector", sector)) if value}

        def link(number: int) -> str:
            return "/projects?" + urlencode(given | ({"page": str(number)} if number > 1 else {}))

        self.show(
            "projects.html",
            asked=SimpleNamespace(words=words, unit=unit, sector=sector),
            units=_by_count(everything.units),
            sectors=_by_count(everything.sectors),
            projects=found.projects,
            total=found.total,
            page=page,
            pages=max(1, -(-found.total // PER_PAGE)),
            link=link,
        )


def _by_count(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


ROUTES = [
    (r"/lessons/([^/]+)", LessonPage),
    (r"/projects", Projects),
    (r"/projects/([^/]+)", ProjectPage),
]

"""Pages of alerts: what is off course, what is done about it, and how good the rules are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from kg.domain import AlertState
from kg.domain.alarms import RuleKind
from kg.errors import Forbidden, InvalidRequest, KgError, NotFound
from pipelines.messages import Messages
from widgets.rendering.action_effect import figure
from widgets.rendering.alert_words import formula_words, found_words, measure_text, percent, share_text
from widgets.rendering.attribution_figure import attribution_figure, attribution_words
from widgets.rendering.course_figure import CourseFigure, course_figure
from widgets.rendering.text import civil

from .details import ProjectPage
from .lesson_acts import SEPARATOR, ActingPage, project_key
from .project_picker import outcome_choices, project_choices
from .revisions import revision_read
from .steering_form import SteeringForm

PER_PAGE = 40
SAID = frozenset({"acknowledged", "snoozed", "closed", "set"})
"""What a page may say was done; the words are `alerts.said.<word>`."""
CHOSEN = frozenset({"who", "project", "rule", "state", "page"})
"""What of a list is kept when something is done in it."""
UNCLOSED, EVERY = "unclosed", "every"


class AlertPages(ActingPage):
    """Base of these pages."""

    done_words = "alerts.said"
    may_say = SAID


class Alerts(AlertPages):
    """`/alerts`: one's own, or all of a project, a state or a rule."""

    async def get(self) -> None:
        """The list, those that wait for somebody first."""
        asked = self._asked()
        page = self.page_number()
        states = {UNCLOSED: [], EVERY: [state.value for state in AlertState]}
        found, choices = await asyncio.gather(
            self.ask(
                "list_alerts",
                project=project_key(asked.project),
                rule=asked.rule or None,
                mine=asked.who == "mine",
                states=states.get(asked.state, [asked.state]),
                limit=PER_PAGE,
                offset=(page - 1) * PER_PAGE,
            ),
            project_choices(self),
        )
        self.show(
            "alerts.html",
            found=found,
            asked=asked,
            filtered=bool(asked.project or asked.rule or asked.state != UNCLOSED),
            said=self.said(),
            **self.paged("/alerts", vars(asked), found.total, PER_PAGE),
            choices=choices,
            states=[UNCLOSED, *(state.value for state in AlertState), EVERY],
            words={row.alert.id: found_words(row.alert, self.t) for row in found.alerts},
            tomorrow=_today() + timedelta(days=1),
            in_a_week=_today() + timedelta(days=7),
        )

    def _asked(self) -> SimpleNamespace:
        project = self.get_query_argument("project", "").strip()
        who = self.get_query_argument("who", "all" if project else "mine")
        state = self.get_query_argument("state", UNCLOSED)
        return SimpleNamespace(
            who=who if who in ("mine", "all") else "mine",
            project=project,
            rule=self.get_query_argument("rule", "").strip()[:60],
            state=state if state in {*AlertState, EVERY} else UNCLOSED,
        )


class AlertPage(AlertPages):
    """`/alerts/<id>`: expected against measured, what helped others, what can be done, and the history."""

    async def get(self, key: str) -> None:
        """The alert."""
        found = await self.ask("get_alert", id=unquote(key))
        rule = found.rule
        charted = rule is not None and rule.kind in (RuleKind.DEVIATION, RuleKind.ANOMALY)
        language = self.language
        self.show(
            "alert.html",
            found=found,
            alert=found.alert,
            said=self.said(),
            words=found_words(found.alert, self.t),
            formula=formula_words(rule, language) if rule else "",
            charted=charted,
            threshold=measure_text(rule, found.alert.details.get("threshold"), language) if rule else "",
            now=measure_text(rule, max(0.0, found.now), language) if rule and found.now is not None else None,
            closes=measure_text(rule, rule.closes_below, language) if rule else "",
            figure=_course(found, self.t),
            off={n: measure_text(rule, r.deviation, language) for n, r in enumerate(found.alert.remedies)}
            if rule
            else {},
            tomorrow=_today() + timedelta(days=1),
            in_a_week=_today() + timedelta(days=7),
        )


class ActOnAlert(AlertPages):
    """`POST /alerts/<id>/<act>`: one thing done to an alert as its visitor."""

    async def get(self, key: str, act: str = "") -> None:
        """The page itself: an act is no place to come back to."""
        self.redirect(f"/alerts/{quote(unquote(key), safe=':')}")

    async def post(self, key: str, act: str) -> None:
        """Do it, then show the alert, or the list it was done in."""
        acts: dict[str, Callable[[], tuple[str, dict[str, Any], str]]] = {
            "acknowledge": lambda: ("acknowledge_alert", {}, "acknowledged"),
            "snooze": lambda: ("snooze_alert", {"until": self.text("until") or ""} | self.given("reason"), "snoozed"),
            "close": lambda: ("close_alert", {"reason": self.text("reason") or ""}, "closed"),
        }
        if act not in acts:
            raise NotFound.among("page", act, acts)
        operation, values, word = acts[act]()
        key = unquote(key)
        await self.ask(operation, id=key, **values | revision_read(self.text("revision")))
        back = self.text("back")
        if back is None:
            self.done(f"/alerts/{quote(key, safe=':')}", word)
            return
        chosen = {name: value for name, value in parse_qsl(urlsplit(back).query) if name in CHOSEN}
        self.done("/alerts", word, **chosen)


class AlarmRulesPage(AlertPages):
    """`/alerts/rules`: the rules in words, each with its back-test beside the switch."""

    async def get(self) -> None:
        """The rules."""
        listed, alerts, tested = await asyncio.gather(
            self.ask("list_alarm_rules"), self.ask("list_alerts", limit=1000), self.ask("back_tests")
        )
        tests = {test.rule.key: test for test in tested.tests}
        language = self.language
        self.show(
            "alarm_rules.html",
            views=[(view, tests[view.rule.key]) for view in listed.rules if view.rule.key in tests],
            may_change=listed.may_change and self.known.visitor.scope().everything,
            problems=listed.problems,
            said=self.said(),
            open_of={v.rule.key: sum(r.alert.rule == v.rule.key for r in alerts.alerts) for v in listed.rules},
            formula=lambda rule: formula_words(rule, language),
            measure=lambda rule, value=None: measure_text(rule, value, language),
            share=lambda share: share_text(share, self.t),
            percent=lambda value, places=1: percent(value, language, places),
            chance=lambda rule: rule.kind in (RuleKind.DEVIATION, RuleKind.ANOMALY),
            shared=lambda rule: rule.kind is RuleKind.DEVIATION,
        )


class SetAlarmRulePage(AlertPages):
    """`POST /alerts/rules/<key>`: turn a rule on or off, or move its threshold."""

    async def get(self, key: str) -> None:
        """The page itself: an act is no place to come back to."""
        self.redirect(f"/alerts/rules#{quote(unquote(key))}")

    async def post(self, key: str) -> None:
        """Set it, then show the rules."""
        values: dict[str, Any] = {"on": self.text("on") == "1"}
        threshold = self.text("threshold")
        if threshold:
            try:
                values["threshold"] = float(threshold) / (100 if self.text("percent") else 1)
            except ValueError:
                raise InvalidRequest(
                    f"threshold: {threshold!r} is no figure. Write one such as 15.", field="threshold"
                ) from None
        await self.ask("set_alarm_rule", rule=unquote(key), **values)
        self.done("/alerts/rules", "set")


class AttributionPage(AlertPages):
    """`/alerts/attribution`: whether a release moved an outcome's metric."""

    async def get(self) -> None:
        """The form, and what was found where it is filled in."""
        outcome = self.get_query_argument("outcome", "").strip()[:300]
        release = self.get_query_argument("release", "").strip()[:300]
        found, problems = None, dict[str, str]()
        if outcome and release:
            try:
                found = await self.ask("attribution_test", outcome=outcome, release=release)
            except KgError as error:
                if error.status >= 500:
                    raise
                beside = {error.fields.get("field"), error.fields.get("kind")}
                problems["outcome" if "outcome" in beside else "release"] = self.t.error(error)
        self.show(
            "attribution.html",
            found=found,
            form=SteeringForm("attribution", {"outcome": outcome, "release": release}, problems=problems),
            outcomes=await outcome_choices(self),
            milestones=await self._milestones(found.outcome.id if found else outcome),
            words=attribution_words(found, self.t) if found else [],
            figure=attribution_figure(found, self.t) if found else None,
        )

    async def _milestones(self, outcome: str) -> list[str]:
        """Titles with ids of the milestones of an outcome's project, once it is known which outcome."""
        key = outcome.rsplit(SEPARATOR, 1)[-1].strip()
        if not key:
            return []
        try:
            tied = (await self.ask("get_outcome", id=key)).milestones
            free = (await self.ask("outcome_choices", id=key, kind="milestone")).choices
        except KgError as error:
            if error.status >= 500:
                raise
            return []
        return [f"{one.title}{SEPARATOR}{one.source_id or one.id}" for one in (*tied, *free)]


class DecidePage(ProjectPage):
    """`POST /decisions`: keep a decision on a project."""

    async def get(self, key: str = "") -> None:
        """The project itself: an act is no place to come back to."""
        project = self.get_query_argument("project", "").strip()[:300]
        self.redirect(f"/projects/{quote(project, safe=':')}#decisions" if project else "/projects")

    async def post(self) -> None:
        """Keep it, then show the project; what is refused keeps what was typed."""
        project = self.text("project") or ""
        form = SteeringForm.sent(
            "decide", {name: self.text(name) or "" for name in self.request.body_arguments}, self.t
        )
        if not form.problems:
            try:
                await self.ask("decide", project=project, **form.values)
            except KgError as error:
                if error.status >= 500 or isinstance(error, Forbidden):
                    raise
                form.refuse(error, self.t)
        if form.problems:
            await self.project(project, 422, deciding=form)
            return
        self.redirect(f"/projects/{quote(project, safe=':')}#decisions", status=303)


def _course(found: Any, t: Messages) -> CourseFigure | None:
    """Expected against measured; None where nothing was measured."""
    if found.outcome is None or not found.points:
        return None
    points, language = found.points, t.language
    values = {
        "name": found.outcome.title, "count": len(points), "first": civil(points[0].date, language),
        "last": civil(points[-1].date, language),
    }  # fmt: skip
    alert = found.alert
    since = alert.details.get("since", "")
    if found.course and alert.expected is not None and alert.observed is not None:
        label = t(
            "alerts.figure.label", observed=figure(alert.observed), expected=figure(alert.expected), **values
        )  # fmt: skip
    else:
        label = t("alerts.figure.label_bare", **values)
    return course_figure(
        label,
        [(p.date, p.value) for p in points],
        [("expected", [(p.date, p.value) for p in found.course]), ("measured", [(p.date, p.value) for p in points])],
        kinds=["off" if p.date.isoformat() >= since else "" for p in points],
        beside=[(p.date, p.value) for p in found.expected_then],
    )


def _today() -> Any:
    return datetime.now(UTC).date()


ROUTES = [
    (r"/alerts", Alerts),
    (r"/alerts/rules", AlarmRulesPage),
    (r"/alerts/rules/([^/]+)", SetAlarmRulePage),
    (r"/alerts/attribution", AttributionPage),
    (r"/alerts/([^/]+)", AlertPage),
    (r"/alerts/([^/]+)/([a-z-]+)", ActOnAlert),
    (r"/decisions", DecidePage),
]

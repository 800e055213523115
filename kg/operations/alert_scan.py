"""A look at everything that alarm rules watch: what to raise, wake, close, hand on, and whom to tell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..analysis.deviations import Finding, find, find_stalled, is_back, is_watched
from ..domain import Alert, AlertState, Milestone, Origin, OutboxMessage, Outcome, Relationship, derive_id
from ..domain.alarms import UNCLOSED, AlarmRule, RuleKind
from ..policy import ScopeFilter
from ..schema import Label, Rel
from ..store.records import list_records
from .action_reading import WHOLE
from .alert_back_tests import PastOutcomes, back_tested, in_figures, past_outcomes
from .alert_material import Material, Readers, rules_in_use
from .alert_remedies import Remedies, visible_remedies
from .table import Context

OPENED, WOKEN, ESCALATED, RECOVERED = "alert_opened", "alert_woken", "alert_escalated", "alert_recovered"


@dataclass
class Scan:
    """What a look found: alerts as they should be now, by what became of them."""

    opened: list[Alert] = field(default_factory=list)
    recovered: list[Alert] = field(default_factory=list)
    woken: list[Alert] = field(default_factory=list)
    escalated: list[Alert] = field(default_factory=list)
    messages: list[OutboxMessage] = field(default_factory=list)
    standing: int = 0
    watched: int = 0
    without_owner: int = 0
    unreached: int = 0

    @property
    def changed(self) -> list[Alert]:
        """Everything to write, each alert once."""
        return list({a.id: a for a in (*self.opened, *self.recovered, *self.woken, *self.escalated)}.values())

    @property
    def edges(self) -> list[Relationship]:
        """New alerts joined to their outcomes."""
        return [
            Relationship(
                type=Rel.ABOUT, start_label=Label.ALERT, start=alert.id, end_label=Label.OUTCOME, end=alert.subject
            )
            for alert in self.opened
            if alert.details.get("kind") == Label.OUTCOME.value
        ]


class Scanner:
    """One look.

    Args:
        context: The call.
        today: A day that stands in for that of every project.
    """

    def __init__(self, context: Context, today: date | None = None) -> None:
        self._now, self._today = context.now, today
        self._rules = {rule.key: rule for rule in rules_in_use(context)}
        self._material = Material(context.store)
        self._readers = Readers(context.store)
        self._remedies = Remedies(self._material)
        self._known = [self._as_its_subject(alert) for alert in list_records(context.store, Alert, WHOLE)]
        self._past: dict[ScopeFilter, PastOutcomes] = {}
        self._figures: dict[tuple[str, ScopeFilter], dict[str, str]] = {}

    def look(self) -> Scan:
        """What to do now."""
        scan = Scan()
        held: set[tuple[str, str]] = set()
        for alert in self._known:
            if alert.state in UNCLOSED and self._go_on(scan, alert):
                held.add((alert.rule, alert.subject))
                scan.standing += 1
        seen = {alert.fingerprint for alert in self._known}
        for rule, subject, finding in self._findings(scan):
            if (rule.key, subject.id) not in held and finding.fingerprint not in seen:
                self._open(scan, rule, subject, finding)
        return scan

    def _findings(self, scan: Scan) -> Iterator[tuple[AlarmRule, Outcome | Milestone, Finding]]:
        on = [rule for rule in self._rules.values() if rule.on]
        material = self._material
        for outcome in material.outcomes.values():
            day = self._day(outcome.project)
            measured = bool(material.values[outcome.id])
            promised = outcome.origin is Origin.DEFINED or measured
            if not (material.running(outcome.project) and promised and is_watched(outcome, day)):
                continue
            scan.watched += 1
            for rule in on:
                if rule.kind is RuleKind.MISSED_MEASUREMENT and outcome.origin is not Origin.DEFINED:
                    continue  # nobody promised to go on measuring what was read from elsewhere
                finding = find(rule, outcome, material.values[outcome.id], day)
                if finding:
                    yield rule, outcome, finding
        for milestone in material.milestones.values():
            if material.running(milestone.project):
                for rule in (rule for rule in on if rule.kind is RuleKind.STALLED_MILESTONE):
                    late = find_stalled(rule, milestone, self._day(milestone.project))
                    if late:
                        yield rule, milestone, late

    def _open(self, scan: Scan, rule: AlarmRule, subject: Outcome | Milestone, finding: Finding) -> None:
        outcome = subject if isinstance(subject, Outcome) else None
        owner = outcome.owner if outcome else self._material.owner_of(subject)  # type: ignore[arg-type]
        to = owner if self._readers.sees(owner, subject) else self._readers.above(owner, subject)
        if owner is None:
            scan.without_owner += 1
        elif to != owner:
            scan.unreached += 1
        remedies = self._remedies.of(rule, outcome, finding.measure, self._readers.scope(to)) if outcome and to else []
        alert = Alert.parse(
            {
                "id": derive_id("alert", rule.key, finding.fingerprint),
                "project": subject.project,
                "unit": subject.unit,
                "confidential": subject.confidential,
                "subject": subject.id,
                "rule": rule.key,
                "fingerprint": finding.fingerprint,
                "title": subject.title,
                "owner": owner,
                "expected": finding.expected,
                "observed": finding.observed,
                "deviation": finding.deviation,
                "observed_on": finding.observed_on,
                "remedies": remedies,
                "opened_at": self._now,
                "details": {
                    **finding.details,
                    "kind": subject.label.value,
                    "since": finding.since.isoformat(),
                    "measure": round(finding.measure, 4),
                    "threshold": rule.threshold,
                    "told": to,
                },
            }
        )
        scan.opened.append(alert)
        self._tell(scan, alert, OPENED, to, "")

    def _go_on(self, scan: Scan, alert: Alert) -> bool:
        """What becomes of an alert that is there; False when it is closed by this."""
        ended = self._ended(alert)
        if ended:
            closed = _with(
                alert, state=AlertState.CLOSED, closed_at=self._now, details=alert.details | {"ended": ended}
            )
            scan.recovered.append(closed)
            self._tell(scan, closed, RECOVERED, alert.escalated_to or alert.details.get("told"), "")
            return False
        day = self._day(alert.project)
        if alert.state is AlertState.SNOOZED:
            until = alert.snoozed_until
            if until is not None and until <= day:
                woken = _with(
                    alert,
                    state=AlertState.OPEN,
                    snoozed_until=None,
                    details=alert.details | {"woken": day.isoformat()},
                )
                scan.woken.append(woken)
                self._tell(scan, woken, WOKEN, alert.details.get("told"), until.isoformat())
            return True
        rule = self._rules.get(alert.rule)
        if alert.state is AlertState.OPEN and alert.escalated_at is None and rule is not None:
            came = alert.details.get("woken")  # who put it off had a reason to: the days count from when it came back
            waited = (day - (date.fromisoformat(came) if came else alert.opened_at.date())).days
            to = self._readers.above(alert.owner, alert) if waited >= rule.escalate_after else None
            if to is not None and to != alert.details.get("told"):
                handed = _with(alert, escalated_at=self._now, escalated_to=to)
                scan.escalated.append(handed)
                self._tell(scan, handed, ESCALATED, to, "", days=str(waited))
        return True

    def _as_its_subject(self, alert: Alert) -> Alert:
        """An alert as hidden as what it tells of is by now."""
        material = self._material
        subject = material.outcomes.get(alert.subject) or material.milestones.get(alert.subject)
        hidden = subject is not None and subject.confidential and not alert.confidential
        return _with(alert, confidential=True) if hidden else alert

    def _ended(self, alert: Alert) -> str | None:
        """Why an alert is over: what it told of is back on course or is no more, or nobody can act on it any more."""
        material, rule = self._material, self._rules.get(alert.rule)
        if alert.project in material.projects and not material.running(alert.project):
            return "project_over"
        if alert.details.get("kind") == Label.MILESTONE.value:
            milestone = material.milestones.get(alert.subject)
            if milestone is None:
                return "gone"
            moved = milestone.due is None or milestone.due.isoformat() != alert.details.get("since")
            return "recovered" if moved or milestone.reached is not None else None
        outcome = material.outcomes.get(alert.subject)
        if outcome is None:
            return "gone"
        if rule is None:
            return None
        values, day = material.values[outcome.id], self._day(outcome.project)
        return "recovered" if is_back(rule, outcome, values, day, alert.observed_on) else None

    def _tell(self, scan: Scan, alert: Alert, kind: str, to: Any, occasion: str, **values: str) -> None:
        if not isinstance(to, str) or not self._readers.sees(to, alert):
            return
        rule = self._rules.get(alert.rule)
        project = self._material.projects.get(alert.project or "")
        told = {
            "title": alert.title or alert.subject,
            "project": project.name if project else "",
            "rule_en": rule.name.en if rule else alert.rule,
            "rule_zh": rule.name.zh if rule else alert.rule,
            "owner": alert.owner or "",
            "what": "milestone" if alert.details.get("kind") == Label.MILESTONE.value else _spoken(rule),
            "day": alert.observed_on.isoformat() if alert.observed_on else "",
            "ended": str(alert.details.get("ended", "")),
            **values,
        }
        for name in ("expected", "observed"):
            value = getattr(alert, name)
            told[name] = "" if value is None else f"{value:.6g}"
        told["deviation"] = "" if alert.deviation is None else f"{100 * alert.deviation:.0f}"
        for name in ("late", "days"):
            told.setdefault(name, str(alert.details.get(name, "")))
        scope = self._readers.scope(to)
        shown = alert.remedies if to == alert.details.get("told") else self._shown(alert, scope)
        if kind in (OPENED, ESCALATED) and rule is not None:
            told |= self._tested(rule, to)
        for number, remedy in enumerate(shown if kind != RECOVERED else [], start=1):
            told[f"remedy_{number}"] = remedy.text
            told[f"precedent_{number}"] = remedy.project_name or ""
        person = hashlib.sha256(to.encode()).hexdigest()[:12]
        parts = [kind, alert.fingerprint or alert.id, person, *([occasion] if occasion else [])]
        scan.messages.append(
            OutboxMessage.parse(
                {
                    "id": derive_id("message", *parts),
                    "project": alert.project,
                    "unit": alert.unit,
                    "confidential": alert.confidential,
                    "to": to,
                    "kind": kind,
                    "subject": alert.id,
                    "values": told,
                }
            )
        )

    def _tested(self, rule: AlarmRule, to: str) -> dict[str, str]:
        """How good the rule was on the past outcomes that a reader may see."""
        scope = self._readers.scope(to)
        if scope not in self._past:
            self._past[scope] = past_outcomes(self._material, self._now, scope=scope)
        if (rule.key, scope) not in self._figures:
            self._figures[rule.key, scope] = in_figures(back_tested(rule, self._past[scope], self._now.date()))
        return self._figures[rule.key, scope]

    def _shown(self, alert: Alert, scope: Any) -> list[Any]:
        return visible_remedies(alert.remedies, scope, self._material.store)

    def _day(self, project: str | None) -> date:
        return self._today or self._material.day(project or "", self._now)


def _spoken(rule: AlarmRule | None) -> str:
    return rule.kind.value if rule else RuleKind.DEVIATION.value


def _with(alert: Alert, **values: Any) -> Alert:
    return Alert.parse(alert.model_dump() | values)

"""Alarm rules: what they say, whether they are on, and how good each would have been."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from statistics import quantiles
from typing import Any

from pydantic import BaseModel, Field

from ..analysis.back_test import DRAWS, Past, Proportion, null_model, past_of, replay, simulate
from ..domain import AlarmSetting, Role, derive_id
from ..domain.alarms import AlarmRule
from ..errors import Forbidden, InvalidRequest
from ..store.records import get_record, put_records
from .alert_material import Material, rule_named, rules_in_use
from .formats import FormatProblem
from .table import Context, Request, Response, operation


class ListAlarmRules(Request):
    """No limits: an installation has a few."""


class SetAlarmRule(Request):
    """Which rule to turn on or off, and from which threshold it raises; without one the file's counts."""

    rule: str
    on: bool
    threshold: float | None = Field(default=None, gt=0, le=1000)


class AlarmRuleView(BaseModel):
    """A rule as it is used here, and what its file says."""

    rule: AlarmRule
    threshold_of_file: float
    on_in_file: bool
    changed_by: str | None = None


class AlarmRuleList(Response):
    """Rules in the order of the files; leads also learn which file is broken."""

    rules: list[AlarmRuleView]
    may_change: bool = False
    problems: list[FormatProblem] = []


class BackTestRequest(Request):
    """Which rule, with which threshold, on outcomes due in `[start, end)`; all that were due when not given."""

    rule: str
    threshold: float | None = Field(default=None, gt=0, le=1000)
    start: date | None = None
    end: date | None = None


class BackTestsRequest(Request):
    """Every rule on outcomes due in `[start, end)`; all that were due when not given."""

    start: date | None = None
    end: date | None = None


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


class BackTests(Response):
    """What each rule would have done, in the order of the files."""

    tests: list[BackTest]


@operation(Role.MEMBER)
def list_alarm_rules(context: Context, request: ListAlarmRules) -> AlarmRuleList:
    """The alarm rules there are, how each counts, and whether it is on."""
    book = context.service("alarm_rules")
    files = {rule.key: rule for rule in book.all()}
    may = context.visitor.has(Role.LEAD)
    views = []
    for rule in rules_in_use(context):
        setting = get_record(context.store, AlarmSetting, _setting_id(rule.key))
        views.append(
            AlarmRuleView(
                rule=rule,
                threshold_of_file=files[rule.key].threshold,
                on_in_file=files[rule.key].on,
                changed_by=setting.recorded_by if setting else None,
            )
        )
    return AlarmRuleList(rules=views, may_change=may, problems=[_problem(e) for e in book.problems()] if may else [])


@operation(Role.LEAD, audited=True)
def set_alarm_rule(context: Context, request: SetAlarmRule) -> AlarmRuleView:
    """Turn a rule on or off for the whole organisation, or move its threshold."""
    if not context.scope.everything:
        raise Forbidden(
            "A rule counts for all units; whoever sees only some of them cannot set it. Ask an administrator.",
            operation="set_alarm_rule", needed=Role.ADMIN.value,
        )  # fmt: skip
    rule_named(context, request.rule)
    key = _setting_id(request.rule)
    before = get_record(context.store, AlarmSetting, key)
    setting = AlarmSetting.parse({"id": key, "rule": request.rule, "on": request.on, "threshold": request.threshold})
    with context.store.transaction() as tx:
        put_records(tx, [setting], at=context.now, by=context.visitor.name)
    context.audit.update(
        subject=key, before_hash=before.content_hash() if before else None, after_hash=setting.content_hash()
    )
    file = context.service("alarm_rules").get(request.rule)
    return AlarmRuleView(
        rule=setting.applied(file), threshold_of_file=file.threshold, on_in_file=file.on,
        changed_by=context.visitor.name,
    )  # fmt: skip


@operation(Role.MEMBER)
def back_test(context: Context, request: BackTestRequest) -> BackTest:
    """How good a rule would have been on the outcomes that the visitor may see, and how often it errs by chance."""
    rule = rule_named(context, request.rule)
    if request.threshold is not None:
        rule = AlarmSetting(id="-", rule=rule.key, on=rule.on, threshold=request.threshold).applied(rule)
    return _tested(context, rule, _past(context, request.start, request.end))


@operation(Role.MEMBER)
def back_tests(context: Context, request: BackTestsRequest) -> BackTests:
    """The back-test of every rule as it is set here, in the order of the files."""
    past = _past(context, request.start, request.end)
    return BackTests(tests=[_tested(context, rule, past) for rule in rules_in_use(context)])


@dataclass(frozen=True)
class _PastOutcomes:
    cases: list[Past]
    left_out: int
    start: date | None
    end: date | None


def _past(context: Context, start: date | None, end: date | None) -> _PastOutcomes:
    """The cases that the visitor may see of a window, and how many outcomes are none."""
    if start and end and end <= start:
        raise InvalidRequest(f"end: {end} is not after the start ({start}).", field="end", operation="back_test")
    material = Material(context.store, context.scope)
    cases, left_out = [], 0
    for outcome in material.outcomes.values():
        due = outcome.due
        if due is not None and ((start and due < start) or (end and due >= end)):
            continue
        as_of = material.day(outcome.project, context.now)
        case = past_of(outcome, material.values[outcome.id], material.milestones_of(outcome), as_of)
        if case is None:
            left_out += 1
        else:
            cases.append(case)
    return _PastOutcomes(cases, left_out, start, end)


def _tested(context: Context, rule: AlarmRule, past: _PastOutcomes) -> BackTest:
    history = replay(rule, past.cases)
    model = null_model(past.cases)
    chance = simulate(rule, model, DRAWS)
    leads = history.leads
    spread = quantiles(leads, n=4, method="inclusive") if len(leads) > 1 else []
    return BackTest(
        rule=rule,
        as_of=context.now.date(),
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


def _setting_id(rule: str) -> str:
    return derive_id("alarm_setting", rule)


def _problem(error: Any) -> FormatProblem:
    told = error.fields
    return FormatProblem(
        file=PurePath(told["file"]).name, line=told.get("line", 1), field=told.get("field", ""),
        reason=told.get("reason", error.message), nearest=told.get("nearest"),
    )  # fmt: skip

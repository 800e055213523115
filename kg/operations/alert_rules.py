"""Alarm rules: what they say, whether they are on, and how good each would have been."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel, Field

from ..domain import AlarmSetting, Role, derive_id
from ..domain.alarms import AlarmRule
from ..errors import Forbidden
from ..store.records import get_record, put_records
from .alert_back_tests import BackTest, PastOutcomes, back_tested, past_outcomes
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
    return back_tested(rule, _past(context, request.start, request.end), context.now.date())


@operation(Role.MEMBER)
def back_tests(context: Context, request: BackTestsRequest) -> BackTests:
    """The back-test of every rule as it is set here, in the order of the files."""
    past, today = _past(context, request.start, request.end), context.now.date()
    return BackTests(tests=[back_tested(rule, past, today) for rule in rules_in_use(context)])


def _past(context: Context, start: date | None, end: date | None) -> PastOutcomes:
    return past_outcomes(Material(context.store, context.scope), context.now, start, end)


def _setting_id(rule: str) -> str:
    return derive_id("alarm_setting", rule)


def _problem(error: Any) -> FormatProblem:
    told = error.fields
    return FormatProblem(
        file=PurePath(told["file"]).name, line=told.get("line", 1), field=told.get("field", ""),
        reason=told.get("reason", error.message), nearest=told.get("nearest"),
    )  # fmt: skip

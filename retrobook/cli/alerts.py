"""`retrobook alerts`: what is off course, and how good the rules are that say so."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from kg.domain import AlertState
from pipelines.messages import Messages
from widgets.rendering.alert_words import found_words, measure_text, share_text

from ..assembly import reach_graph
from ..settings import read_settings
from .lesson_filters import Day
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say


@click.group()
def alerts() -> None:
    """Scan for what is off course, act on alerts, and test the rules on history."""


@alerts.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be raised and closed.")
@home_option
@json_option
@reports_errors
def scan(dry_run: bool, home: str | None, as_json: bool) -> None:
    """Look at everything that rules watch; each occasion raises one alert. A running server does so every day."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.due_alerts() if dry_run else graph.scan_alerts()
    if as_json:
        print_json(found)
        return
    rows = [(what, alert) for what in ("opened", "woken", "escalated", "recovered") for alert in getattr(found, what)]
    print_table(
        ("what", "alert", "title", "owner", "remedies"),
        ((what, a.id, a.title, a.owner, len(a.remedies) or "") for what, a in rows),
    )
    say(
        f"{len(found.opened)} raised, {len(found.woken)} back from snooze, {len(found.escalated)} handed on, "
        f"{len(found.recovered)} closed by themselves; {found.standing} stand, {found.watched} outcomes watched, "
        f"{found.messages} messages; {found.without_owner} without owner, {found.unreached} whose owner does not sign "
        "in or may not see it"
    )


@alerts.command("list")
@click.option("--project", metavar="ID", help="Only alerts of this project.")
@click.option("--rule", help="Only alerts of this rule.")
@click.option(
    "--state", "states", multiple=True, type=click.Choice([s.value for s in AlertState]),
    help="Only alerts in this state; may be given again. Without it those that are not closed are listed.",
)  # fmt: skip
@click.option("--mine", is_flag=True, help="Only alerts that one owns or that were handed to one.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@home_option
@json_option
@reports_errors
def list_(
    project: str | None, rule: str | None, states: tuple[str, ...], mine: bool, limit: int, home: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """List alerts, those that wait for somebody first."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.list_alerts(project=project, rule=rule, states=list(states), mine=mine, limit=limit)
    if as_json:
        print_json(found)
        return
    t = Messages("en")
    print_table(
        ("alert", "title", "project", "owner", "state", "found"),
        (
            (r.alert.id, r.alert.title, r.project_name, r.alert.owner, r.alert.state.value, found_words(r.alert, t))
            for r in found.alerts
        ),
    )
    say(f"{len(found.alerts)} of {found.total} alerts; {found.unclosed} not closed")


@alerts.command()
@click.argument("alert")
@home_option
@json_option
@reports_errors
def show(alert: str, home: str | None, as_json: bool) -> None:
    """Show ALERT: what was found, what helped others, and what was done."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.get_alert(id=alert)
    print_json(found) if as_json else _tell(found)


@alerts.command()
@click.argument("alert")
@home_option
@json_option
@reports_errors
def ack(alert: str, home: str | None, as_json: bool) -> None:
    """Acknowledge ALERT: somebody looks after it, so it is not handed on."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.acknowledge_alert(id=alert)
    print_json(found) if as_json else _tell(found)


@alerts.command()
@click.argument("alert")
@click.option("--until", type=Day(), metavar="DAY", required=True, help="The day on which it comes back.")
@click.option("--reason", help="A note.")
@home_option
@json_option
@reports_errors
def snooze(alert: str, until: date, reason: str | None, home: str | None, as_json: bool) -> None:
    """Put ALERT off until a day."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.snooze_alert(id=alert, until=until, reason=reason)
    print_json(found) if as_json else _tell(found)


@alerts.command()
@click.argument("alert")
@click.option("--reason", required=True, help="Why it needs no more attention.")
@home_option
@json_option
@reports_errors
def close(alert: str, reason: str, home: str | None, as_json: bool) -> None:
    """Close ALERT with a reason; the same occasion raises no other."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.close_alert(id=alert, reason=reason)
    print_json(found) if as_json else _tell(found)


@alerts.command()
@home_option
@json_option
@reports_errors
def rules(home: str | None, as_json: bool) -> None:
    """List the alarm rules: on or off, and how each counts."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.list_alarm_rules()
    if as_json:
        print_json(found)
        return
    print_table(
        ("rule", "on", "threshold", "name"),
        ((v.rule.key, "on" if v.rule.on else "off", measure_text(v.rule), v.rule.name.en) for v in found.rules),
    )
    for problem in found.problems:
        say(f"{problem.file} line {problem.line} is left out: {problem.field} {problem.reason}")


@alerts.command("set")
@click.argument("rule")
@click.option("--on/--off", "on", required=True, help="Turn it on or off.")
@click.option("--threshold", type=float, help="From where on it raises; what the file says when not given.")
@home_option
@json_option
@reports_errors
def set_(rule: str, on: bool, threshold: float | None, home: str | None, as_json: bool) -> None:
    """Turn RULE on or off, or move its threshold."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.set_alarm_rule(rule=rule, on=on, threshold=threshold)
    if as_json:
        print_json(found)
    else:
        say(f"{found.rule.key} is {'on' if found.rule.on else 'off'}, threshold {measure_text(found.rule)}")


@alerts.command()
@click.argument("rule")
@click.option("--threshold", type=float, help="Another threshold to try.")
@click.option("--from", "start", type=Day(), metavar="DAY", help="Only outcomes due on this day or later.")
@click.option("--to", "end", type=Day(), metavar="DAY", help="Only outcomes due before this day.")
@home_option
@json_option
@reports_errors
def backtest(
    rule: str, threshold: float | None, start: date | None, end: date | None, home: str | None, as_json: bool
) -> None:
    """Say how good RULE would have been on outcomes that are over, and how often it errs by chance."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.back_test(rule=rule, threshold=threshold, start=start, end=end)
    if as_json:
        print_json(found)
        return
    t = Messages("en")
    lead = (
        ""
        if found.lead_days is None
        else f"{found.lead_days} days (half of them {found.lead_low} to {found.lead_high})"
    )
    print_table(
        (found.rule.key, measure_text(found.rule)),
        (
            ("cases", f"{found.cases} ({found.missed} missed, {found.reached} reached; {found.left_out} left out)"),
            ("precision", share_text(found.precision, t)),
            ("recall", share_text(found.recall, t)),
            ("lead time", lead),
            ("false alarms, simulated", share_text(found.null_alarms, t)),
            ("false alarms, stated", f"at most {100 * found.stated:.1f} % of series on course"),
        ),
    )


@alerts.command()
@click.argument("outcome")
@click.argument("release")
@home_option
@json_option
@reports_errors
def attribution(outcome: str, release: str, home: str | None, as_json: bool) -> None:
    """Test whether RELEASE (a day, or a milestone's id) moved the metric of OUTCOME."""
    from widgets.rendering.attribution_figure import attribution_words

    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.attribution_test(outcome=outcome, release=release)
    if as_json:
        print_json(found)
        return
    t = Messages("en")
    click.echo(t(f"alerts.attribution.verdicts.{found.verdict.value}"))
    for sentence in attribution_words(found, t):
        click.echo(sentence)


def _tell(found: Any) -> None:
    alert, t = found.alert, Messages("en")
    facts = [
        ("title", alert.title), ("state", alert.state.value), ("found", found_words(alert, t)), ("owner", alert.owner),
        ("project", found.project_name), ("rule", found.rule.name.en if found.rule else alert.rule),
        ("off course since", alert.details.get("since")), ("snoozed until", alert.snoozed_until),
        ("handed to", alert.escalated_to), ("reason", alert.reason), ("ended", alert.details.get("ended")),
    ]  # fmt: skip
    print_table(("", alert.id), [(name, value) for name, value in facts if value is not None])
    if not alert.remedies:
        click.echo(t("alerts.letters.no_remedies"))
    for number, remedy in enumerate(alert.remedies, start=1):
        click.echo(f"{number}. {remedy.text} ({remedy.project_name}: {t(f'alerts.why.{remedy.why}')})")

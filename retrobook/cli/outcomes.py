"""`retrobook outcome`: promise something, see whether it can be checked, change it, tie it, list it."""

from __future__ import annotations

from typing import Any

import click

from kg.domain import OutcomeState
from kg.errors import InvalidRequest
from pipelines.messages import Messages
from widgets.rendering.outcome_check import check_letters, check_line, verdict

from ..assembly import reach_graph
from ..settings import read_settings
from .options import home_option
from .outcome_lines import tell_outcome, value
from .outcome_map import outcome_map
from .outcome_options import outcome_options, said_of
from .output import json_option, print_json, print_table, reports_errors, say


@click.group("outcome")
def outcome() -> None:
    """What projects promise: templates, drafts, the SMART check, lists, the map."""


outcome.add_command(outcome_map)


@outcome.command()
@home_option
@json_option
@reports_errors
def templates(home: str | None, as_json: bool) -> None:
    """List the outcome templates there are, and what is wrong with own ones."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.outcome_templates()
    if as_json:
        print_json(found)
        return
    print_table(
        ("key", "name", "名称", "metric", "blanks"),
        (
            (o.template.key, o.template.name.en, o.template.name.zh, o.template.metric,
             ", ".join(blank.key for blank in o.template.blanks))
            for o in found.templates
        ),
    )  # fmt: skip
    for problem in found.problems:
        near = f" Did you mean {problem.nearest!r}?" if problem.nearest else ""
        say(f"Wrong: {problem.file} line {problem.line}: {problem.field}: {problem.reason}{near}")


@outcome.command()
@click.option("--project", required=True, metavar="ID", help="Whose outcome: the project's id or external id.")
@click.option("--template", metavar="KEY", help="What it is made from; see `retrobook outcome templates`.")
@click.option("--key", metavar="TEXT", help="The same key again makes nothing twice.")
@outcome_options
@home_option
@json_option
@reports_errors
def define(
    project: str, template: str | None, key: str | None, home: str | None, as_json: bool, **given: Any
) -> None:  # fmt: skip
    """Make a draft outcome of a project; prints its id and what it still lacks."""
    said = said_of(given)
    with reach_graph(read_settings({"home": home})) as graph:
        made: Any = graph.define_outcome(project=project, template=template, key=key, **said)
    _show(made, as_json, given["language"])


@outcome.command()
@click.argument("outcome_id", metavar="OUTCOME")
@click.option("--revision", type=int, help="Refuse when somebody changed it since this revision.")
@click.option("--clear", multiple=True, metavar="FIELD", help="Empty this field; may be given again.")
@outcome_options
@home_option
@json_option
@reports_errors
def change(
    outcome_id: str, revision: int | None, clear: tuple[str, ...], home: str | None, as_json: bool, **given: Any
) -> None:  # fmt: skip
    """Say something of OUTCOME differently, while it is a draft or was returned."""
    said = said_of(given)
    with reach_graph(read_settings({"home": home})) as graph:
        made: Any = graph.change_outcome(id=outcome_id, revision=revision, clear=list(clear), **said)
    _show(made, as_json, given["language"])


@outcome.command()
@click.argument("outcome_id", metavar="OUTCOME")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@home_option
@json_option
@reports_errors
def check(outcome_id: str, language: str, home: str | None, as_json: bool) -> None:
    """Name each letter of SMART that OUTCOME lacks, with what to do; exit code 2 while one is missing."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.check_outcome(id=outcome_id, language=language)
    print_json(found) if as_json else _tell_check(found, language)
    if not found.ready:
        raise SystemExit(2)


@outcome.command("list")
@click.option("--project", metavar="ID", help="Only outcomes of this project.")
@click.option("--owner", help="Only outcomes of this owner.")
@click.option("--type", "kind", metavar="NAME", help="Only outcomes of this kind.")
@click.option("--state", "states", multiple=True, type=click.Choice([s.value for s in OutcomeState]))
@click.option("--text", help="Only outcomes whose words hold these.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@home_option
@json_option
@reports_errors
def list_(
    project: str | None, owner: str | None, kind: str | None, states: tuple[str, ...], text: str | None, limit: int,
    home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """List outcomes, the latest first."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.list_outcomes(
            project=project, owner=owner, type=kind, states=list(states), text=text, limit=limit
        )
    if as_json:
        print_json(found)
        return
    print_table(
        ("outcome", "title", "project", "kind", "state", "owner", "due", "now", "target"),
        (
            (r.outcome.id, r.outcome.title, r.project_name, r.type_name_en, r.outcome.state.value, r.outcome.owner,
             r.outcome.due, value(r.outcome, r.standing.current), value(r.outcome, r.outcome.target))
            for r in found.outcomes
        ),
    )  # fmt: skip
    say(f"{len(found.outcomes)} of {found.total} outcomes")


@outcome.command()
@click.argument("outcome_id", metavar="OUTCOME")
@home_option
@json_option
@reports_errors
def show(outcome_id: str, home: str | None, as_json: bool) -> None:
    """Show OUTCOME: where it stands, what it hangs on, what became of it."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.get_outcome(id=outcome_id)
    print_json(found) if as_json else tell_outcome(found)


@outcome.command()
@click.argument("outcome_id", metavar="OUTCOME")
@click.option("--kpi", multiple=True, metavar="NAME", help="A KPI: id or name; may be given again.")
@click.option("--milestone", multiple=True, metavar="NAME", help="A milestone: id or title; may be given again.")
@click.option("--work-item", multiple=True, metavar="NAME", help="A work item: id or title; may be given again.")
@click.option("--remove", is_flag=True, help="Untie instead.")
@home_option
@json_option
@reports_errors
def link(
    outcome_id: str, kpi: tuple[str, ...], milestone: tuple[str, ...], work_item: tuple[str, ...], remove: bool,
    home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Tie OUTCOME to KPIs, milestones and work items."""
    wanted = [(kind, list(ids)) for kind, ids in (("kpi", kpi), ("milestone", milestone), ("work_item", work_item))]
    if not any(ids for _, ids in wanted):
        raise InvalidRequest("Name what to tie it to: --kpi, --milestone or --work-item.", field="targets")
    found: Any = None
    with reach_graph(read_settings({"home": home})) as graph:
        for kind, ids in wanted:
            if ids:
                act = graph.unlink_outcome if remove else graph.link_outcome
                found = act(id=outcome_id, kind=kind, targets=ids)
    print_json(found) if as_json else tell_outcome(found)


@outcome.command()
@click.argument("outcome_id", metavar="OUTCOME")
@click.option("--reason", help="Why it is taken out of use.")
@click.option("--undo", is_flag=True, help="Take it into use again.")
@home_option
@json_option
@reports_errors
def retire(outcome_id: str, reason: str | None, undo: bool, home: str | None, as_json: bool) -> None:
    """Take OUTCOME out of use, or with --undo into use again."""
    if not undo and not reason:
        raise InvalidRequest("Say why it is taken out of use: --reason.", field="reason")
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any
        found = graph.restore_outcome(id=outcome_id) if undo else graph.retire_outcome(id=outcome_id, reason=reason)
    print_json(found) if as_json else tell_outcome(found)


@outcome.command()
@click.argument("outcome_id", metavar="OUTCOME")
@click.option("--revision", type=int, help="The revision that was read; without it the present one.")
@home_option
@json_option
@reports_errors
def undo(outcome_id: str, revision: int | None, home: str | None, as_json: bool) -> None:
    """Take the last change of OUTCOME's definition or links back; a second time it stands again."""
    with reach_graph(read_settings({"home": home})) as graph:
        read = revision if revision is not None else graph.get_outcome(id=outcome_id).outcome.revision
        found: Any = graph.undo_outcome_change(id=outcome_id, revision=read)
    print_json(found) if as_json else tell_outcome(found)


def _show(made: Any, as_json: bool, language: str | None) -> None:
    if as_json:
        print_json(made)
        return
    click.echo(made.outcome.id)
    if made.outcome.statement:
        click.echo(made.outcome.statement)
    _tell_check(made.check, language or "en")


def _tell_check(found: Any, language: str) -> None:
    t = Messages(language)
    for letter in check_letters(found, t):
        click.echo(f"{letter.letter}  {letter.name}: {letter.state_name}")
        for line in letter.lines:
            click.echo(f"   - {line.problem} {line.mend}")
            if line.suggestion:
                click.echo(f"     {t('outcomes.take', text=line.suggestion)}")
        hint = next((line.hint for line in letter.lines if line.hint), None)
        if hint:
            click.echo(f"     {t('outcomes.hint', text=hint)}")
    for finding in found.others:
        line = check_line(finding, t)
        click.echo(f"   - {line.problem} {line.mend}")
    say(verdict(found, t))

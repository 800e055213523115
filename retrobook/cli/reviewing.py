"""`retrobook review`: what waits for a review, submitting, approving, returning, evidence and agreement."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ..assembly import reach_graph
from ..settings import read_settings
from .evidence import evidence
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say

DAY = click.DateTime(["%Y-%m-%d"])
SCORE = click.IntRange(1, 5)


@click.group()
def review() -> None:
    """Reviews of outcomes: what waits, submitting, approving, returning, evidence, agreement."""


review.add_command(evidence)


@review.command("list")
@home_option
@json_option
@reports_errors
def list_(home: str | None, as_json: bool) -> None:
    """List all that waits for you: reviews to give, outcomes to mend, evidence that fails."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.my_inbox()
    if as_json:
        print_json(found)
        return
    print_table(
        ("waits for", "outcome", "revision", "title", "project", "owner", "more"),
        ((i.review or i.kind, i.outcome, i.revision, i.title, i.project_name, i.owner, _more(i)) for i in found.items),
    )
    say(f"{found.total} waiting.")


@review.command()
@click.argument("outcome")
@home_option
@json_option
@reports_errors
def score(outcome: str, home: str | None, as_json: bool) -> None:
    """Show OUTCOME's scorecard: evidence, scores as far as you may see them, and what each score means."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.outcome_review(id=outcome)
        rules: Any = graph.review_rules().rules
    if as_json:
        print_json({"review": found.model_dump(mode="json"), "rules": rules.model_dump(mode="json")})
        return
    _tell(found)
    print_table(
        ("evidence", "id", "kind", "counts", "expires", "also supports"),
        (
            (
                v.evidence.title, v.evidence.id, v.evidence.kind, "yes" if v.live else f"no: {v.finding}",
                v.evidence.expires_on, ", ".join(o.title for o in v.also_supports),
            )
            for v in found.evidence
        ),
    )  # fmt: skip
    print_table(
        ("review", "round", "by", "decision", "scores", "reason"),
        (
            (r.role, r.round, r.reviewer, r.decision, "hidden" if r.hidden else _scores(r.scores), r.reason)
            for r in found.reviews
        ),
    )
    for axis in rules.axes:
        print_table((axis.name.en, axis.question.en), ((n, words.en) for n, words in enumerate(axis.anchors, 1)))


@review.command()
@click.argument("outcome")
@click.option("--revision", type=int, help="Submit only if this is still its revision.")
@home_option
@json_option
@reports_errors
def submit(outcome: str, revision: int | None, home: str | None, as_json: bool) -> None:
    """Hand OUTCOME in for review; says what is missing when it cannot be checked yet."""
    _act(home, as_json, "submit_outcome", id=outcome, revision=revision)


@review.command()
@click.argument("outcome")
@home_option
@json_option
@reports_errors
def withdraw(outcome: str, home: str | None, as_json: bool) -> None:
    """Take OUTCOME back from review to work on it."""
    _act(home, as_json, "withdraw_outcome", id=outcome)


@review.command()
@click.argument("outcome")
@home_option
@json_option
@reports_errors
def reopen(outcome: str, home: str | None, as_json: bool) -> None:
    """Open an accepted OUTCOME for changes; it is reviewed again in a new round."""
    _act(home, as_json, "reopen_outcome", id=outcome)


@review.command()
@click.argument("outcome")
@click.option("--impact", type=SCORE, required=True, help="1 to 5; `review score` says what each means.")
@click.option("--difficulty", type=SCORE, required=True, help="1 to 5.")
@click.option("--innovation", type=SCORE, required=True, help="1 to 5.")
@click.option("--reason", help="What the owner should know.")
@click.option("--revision", type=int, help="The revision you read; the present one when not given.")
@home_option
@json_option
@reports_errors
def approve(
    outcome: str, impact: int, difficulty: int, innovation: int, reason: str | None, revision: int | None,
    home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Approve OUTCOME with a score on every axis, when it is your turn."""
    scores = {"impact": impact, "difficulty": difficulty, "innovation": innovation}
    with reach_graph(read_settings({"home": home})) as graph:
        read = revision or graph.outcome_review(id=outcome).outcome.revision
        found: Any = graph.review_outcome(id=outcome, revision=read, decision="approved", scores=scores, reason=reason)
    print_json(found) if as_json else _tell(found)


@review.command("return")
@click.argument("outcome")
@click.option("--reason", required=True, help="What its owner should change.")
@click.option("--revision", type=int, help="The revision you read.")
@home_option
@json_option
@reports_errors
def return_(outcome: str, reason: str, revision: int | None, home: str | None, as_json: bool) -> None:
    """Return OUTCOME to its owner with a reason."""
    _act(home, as_json, "return_outcome", id=outcome, reason=reason, revision=revision)


@review.command()
@click.option("--project", help="Of this project only.")
@click.option("--unit", help="Of this unit and those below it.")
@click.option("--since", type=DAY, help="Reviewed on this day or later.")
@home_option
@json_option
@reports_errors
def agreement(project: str | None, unit: str | None, since: datetime | None, home: str | None, as_json: bool) -> None:
    """Say how far managers and the PMO agree beyond chance, axis by axis (weighted kappa)."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.review_agreement(project=project, unit=unit, since=since.date() if since else None)
    if as_json:
        print_json(found)
        return
    if found.axes:
        print_table(
            ("axis", "kappa", "same score", "within one", "PMO higher by"),
            ((a.axis, _number(a.kappa), _share(a.exact), _share(a.within_one), _number(a.bias)) for a in found.axes),
        )
    else:
        say(f"Figures are given from {found.fewest} rounds on: of fewer they would tell what single people scored.")
    say(f"{found.pairs} rounds of {found.outcomes} outcomes; {found.third} asked a third person.")


@review.command()
@click.argument("outcomes", nargs=-1, required=True)
@click.option("--owner", help="Who owns them from now on.")
@click.option("--due", type=DAY, help="When they are due.")
@click.option("--add-tag", "add_tags", multiple=True, help="May be given again.")
@click.option("--remove-tag", "remove_tags", multiple=True, help="May be given again.")
@click.option("--new-round", is_flag=True, help="Change accepted ones, too: they start a new round of reviews.")
@click.option("--skip-refused", is_flag=True, help="Change the others when some are refused.")
@home_option
@json_option
@reports_errors
def bulk(
    outcomes: tuple[str, ...], owner: str | None, due: datetime | None, add_tags: tuple[str, ...],
    remove_tags: tuple[str, ...], new_round: bool, skip_refused: bool, home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Change many OUTCOMES at once, all or none; `review undo` takes it back."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.bulk_edit_outcomes(
            ids=list(outcomes), owner=owner, due=due.date() if due else None, add_tags=list(add_tags),
            remove_tags=list(remove_tags), new_round=new_round, skip_refused=skip_refused,
        )  # fmt: skip
    _tell_bulk(found, as_json)


@review.command()
@click.option("--skip-refused", is_flag=True, help="Leave those that somebody changed since.")
@home_option
@json_option
@reports_errors
def undo(skip_refused: bool, home: str | None, as_json: bool) -> None:
    """Take your last bulk edit back."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.undo_bulk_edit(skip_refused=skip_refused)
    _tell_bulk(found, as_json)


@review.command("clean-uploads")
@click.option("--days", type=click.IntRange(1, 3_650), help="Uploaded so long ago; unused_upload_days when not given.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@home_option
@json_option
@reports_errors
def clean_uploads(days: int | None, dry_run: bool, home: str | None, as_json: bool) -> None:
    """Remove uploads that never became evidence; a running server does so every day."""
    settings = read_settings({"home": home})
    with reach_graph(settings) as graph:
        ask = graph.unused_uploads if dry_run else graph.clean_uploads
        found: Any = ask(days=days or settings.unused_upload_days)
    if as_json:
        print_json(found)
        return
    print_table(("file", "bytes"), ((file.sha256, file.size) for file in found.files))
    say(f"{found.total} unused upload(s), {found.bytes} bytes, {'found' if dry_run else 'removed'}.")


@review.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@home_option
@json_option
@reports_errors
def rules(file: Path | None, home: str | None, as_json: bool) -> None:
    """Show the rules of reviews in force, or check FILE: a mistake is named with its line."""
    from pipelines.outcomes.review_rules import ReviewRulesFile

    held = ReviewRulesFile(read_settings({"home": home}).home)
    found = held.check(file) if file is not None else held.rules()
    if as_json:
        print_json(found)
        return
    say(f"{file or held.path} is good.")
    print_table(
        ("step", "reviewed by", "roles"),
        ((s.title.en, s.reviewer.replace("_", " "), ", ".join(s.roles)) for s in found.steps),
    )
    if found.third is not None:
        say(f"Scores {found.third.gap} apart ask a third person: {', '.join(found.third.roles)}.")
    say(f"At least {found.evidence.least} live piece(s) of evidence.")


def _act(home: str | None, as_json: bool, operation: str, **values: Any) -> None:
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = getattr(graph, operation)(**values)
    print_json(found) if as_json else _tell(found)


def _tell(found: Any) -> None:
    outcome = found.outcome
    waits = f"; waits for {found.awaits}: {', '.join(found.waits_for)}" if found.awaits else ""
    say(f"{outcome.title} ({outcome.id}, revision {outcome.revision}, round {outcome.round}): {outcome.state}{waits}.")
    if found.scores:
        say(f"Scores that count: {_scores(found.scores)}.")


def _tell_bulk(found: Any, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_table(("refused", "why"), ((row.title or row.id, row.message) for row in found.refused))
    say(f"{len(found.changed)} changed, {len(found.unchanged)} as they were, {len(found.refused)} refused.")


def _more(item: Any) -> str | None:
    parts = [item.evidence_title, item.finding, item.reason, f"due {item.due}" if item.due else None]
    return "; ".join(part for part in parts if part) or None


def _scores(scores: dict[str, float]) -> str:
    return ", ".join(f"{axis} {score:g}" for axis, score in scores.items())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"

"""`retrobook recommend`: what a plan may expect, for one plan or a file of them."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import click

from kg.errors import InvalidRequest

from ..assembly import reach_graph
from ..settings import read_settings
from .options import home_option
from .output import BAD_INPUT, json_option, print_json, print_table, reports_errors, say
from .plan_lines import PlanFile, as_line
from .progress import progress_bar


@click.command()
@click.argument("text", required=False, default="")
@click.option(
    "--attr",
    "attributes",
    multiple=True,
    metavar="NAME=VALUE",
    help="A fact of the plan, named as past projects name theirs; may be given again.",
)
@click.option("--sector", help="Its sector.")
@click.option("--unit", help="Its unit.")
@click.option("--budget", type=click.FloatRange(0), help="Its budget.")
@click.option("--currency", help="The budget's currency, such as USD.")
@click.option("--project", help="An existing project instead of TEXT, or beside it.")
@click.option("--type", "outcome_type", help="A type of outcome to be told of: id, key or name.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Only what was known that day.")
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="Types to tell of.")
@click.option("--precedents", type=click.IntRange(0, 50), default=5, show_default=True, help="Precedents of each type.")
@click.option(
    "--plans",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON Lines file of plans: {id, text, attributes, outcome_type?}.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the answers to --plans go, one line each."
)
@home_option
@json_option
@reports_errors
def recommend(
    text: str, attributes: tuple[str, ...], sector: str | None, unit: str | None, budget: float | None,
    currency: str | None, project: str | None, outcome_type: str | None, as_of: Any, limit: int, precedents: int,
    plans: Path | None, out: Path | None, home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Tell what a plan may expect: types of outcome with their chance, and on what grounds.

    TEXT describes the plan. With --plans and --out a whole file is answered; lines that
    cannot be used are kept beside OUT in a `.rejected.jsonl`, and the exit code is then 2.
    """
    day: date | None = as_of.date() if as_of else None
    asked = {"limit": limit, "precedents": precedents} | ({"as_of": day} if day else {})
    if (plans is None) != (out is None):
        raise InvalidRequest("--plans and --out belong together.", field="plans")
    if plans is not None and out is not None:
        _batch(plans, out, asked, home, as_json)
        return
    facts = {"sector": sector, "unit": unit, "budget": budget, "currency": currency, "project": project}
    facts |= {"outcome_type": outcome_type}
    values = {name: value for name, value in facts.items() if value is not None}
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.recommend_outcomes(text=text, attributes=_pairs(attributes), **values, **asked)
    if as_json:
        print_json(found)
        return
    _print(found)


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in given:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise InvalidRequest(f"--attr {pair!r}: write it as NAME=VALUE.", field="attr", value=pair)
        found[name.strip()] = value.strip()
    return found


def _print(found: Any) -> None:
    types = list(found.types)
    if found.asked is not None and all(item.outcome_type != found.asked.outcome_type for item in types):
        types.append(found.asked)
    print_table(
        ("type", "chance", "90 % interval", "n", "fit", "lean on it"),
        (
            (
                item.name_en, f"{item.probability:.0%}", f"{item.low:.0%} to {item.high:.0%}",
                item.n, f"{item.fit:.0%}", "yes" if item.enough else "too little known",
            )
            for item in types
        ),
    )  # fmt: skip
    for item in types[:1]:
        for past in item.precedents:
            verdict = past.verdict or ("attained" if past.attained else "not attained")
            click.echo(f"  {past.similarity:.2f}  {past.external_id or past.project}  {past.name}: {verdict}")
    for practice in found.practices:
        share = f"better in {practice.better} of {practice.n}" if practice.n else "effect not known yet"
        click.echo(f"Practice: {practice.statement} ({share})")
    for risk in found.avoid.shares:
        click.echo(
            f"Avoid: {risk.attribute} {risk.value}: {risk.share:.0%} not attained "
            f"({risk.low:.0%} to {risk.high:.0%}), n = {risk.n}, base {risk.base:.0%}"
        )
    for lesson in found.avoid.lessons:
        click.echo(f"Avoid: {lesson.title} [{lesson.id}]")
    if found.reason:
        say(f"Too little is known ({found.reason.value.replace('_', ' ')}).")
    if found.passed_over:
        say(f"No precedent has these attributes, so they were passed over: {', '.join(found.passed_over)}.")
    say(f"{found.precedents_known} judged precedents, as known on {found.as_of}.")


def _batch(plans: Path, out: Path, asked: dict[str, Any], home: str | None, as_json: bool) -> None:
    file = PlanFile(plans, out)
    started = time.perf_counter()
    with reach_graph(read_settings({"home": home})) as graph, progress_bar() as bar, file.writing() as keep:
        for portion in file.portions():
            answers: Any = graph.recommend_many(plans=[plan.values for plan in portion], **asked)
            file.passed_over.update(answers.passed_over)
            for plan, answer in zip(portion, answers.answers, strict=True):
                if answer.problem:
                    file.reject(plan.line, answer.problem, plan.raw)
                else:
                    keep(as_line(plan.id, answer))
            bar(plans.name, portion[-1].line, file.lines)
    seconds = time.perf_counter() - started
    rate = file.answered / seconds if seconds else 0.0
    told = {
        "out": str(out), "answered": file.answered, "rejected": len(file.rejections), "seconds": round(seconds, 2),
        "plans_per_second": round(rate, 1), "rejections": [r.message() for r in file.rejections[:20]],
        "rejected_file": str(file.rejected_file) if file.rejections else None,
    }  # fmt: skip
    if as_json:
        print_json(told)
    for message in told["rejections"]:
        say(f"Rejected: {message}")
    if file.passed_over:
        say(f"No precedent has these attributes, so they were passed over: {', '.join(sorted(file.passed_over))}.")
    if file.unknown:
        say(f"Fields that mean nothing here were passed over: {', '.join(sorted(file.unknown))}.")
    say(f"{file.answered} plans answered in {seconds:.1f} s ({rate:.0f} a second): {out}")
    if file.rejections:
        say(f"{len(file.rejections)} lines rejected; they are kept in {file.rejected_file}.")
        sys.exit(BAD_INPUT)

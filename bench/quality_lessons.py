"""How well lessons are found, by arm, by fusion and as people get it: nDCG@10, one right record a question.

Gates: the default is on no set below its best arm, nor below a plain mix of z-scores of the same arms,
by more than the paired bootstrap margin; it finds NASA's events at .945 (the mix that was measured
before there was a product) and Chinese questions at .97. Across
languages, on halves and among two thousand other texts it is reported. Vectors are kept in
`$TMPDIR/retrobook-bench-<user>`, so that a second run takes seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from bench.report import finish
from bench.retrieval.measure import DEFAULT, Ranks, bench_cache, interval, margin, measure, ndcg, recall
from bench.retrieval.tasks import (
    Task,
    among,
    cmrc_task,
    data_folder,
    halves,
    issue_texts,
    language_tasks,
    nasa_tasks,
)
from kg.encoders import Encoder, VectorCache, named_encoders
from retrobook.settings import Settings

OTHERS = 2000
LEAST = {"nasa_event_to_lesson": 0.945, "cmrc": 0.97}
MIXES = ("z-scores", "english + half of words")
FUSIONS = ("rrf", "largest of normalised", "z-scores")


def arms_of(ranks: Ranks) -> list[str]:
    """The arms among what was measured."""
    return [name for name in ranks if name not in (DEFAULT, *FUSIONS) and not name.endswith("half of words")]


def told(ranks: Ranks) -> dict[str, Any]:
    """nDCG@10 of everything, the default's interval, and its distance to the best arm."""
    values = {name: ndcg(places) for name, places in ranks.items()}
    best = max(arms_of(ranks), key=lambda name: float(values[name].mean()))
    return {
        **{name: round(float(each.mean()), 4) for name, each in values.items()},
        "default, 95 %": interval(values[DEFAULT]),
        f"default minus {best}, 95 %": margin(values[DEFAULT], values[best]),
        **{f"default minus {mix}, 95 %": margin(values[DEFAULT], values[mix]) for mix in MIXES if mix in values},
    }


def complaints(name: str, ranks: Ranks) -> list[str]:
    """What is wrong with the default in a task."""
    values = {each: ndcg(places) for each, places in ranks.items()}
    best = max(arms_of(ranks), key=lambda arm: float(values[arm].mean()))
    beside = [best, *(mix for mix in MIXES if mix in values)]
    found = [f"below {other}" for other in beside if margin(values[DEFAULT], values[other])[1] < 0]
    mean = float(values[DEFAULT].mean())
    return [*found, f"{mean:.4f} is below {LEAST[name]}"] if mean < LEAST.get(name, 0.0) else found


def run(tasks: Sequence[Task], encoders: Mapping[str, Encoder], cache: VectorCache) -> dict[str, Ranks]:
    """What was found in each task."""
    found = {}
    for task in tasks:
        print(f"{task.name}: {len(task.questions)} questions, {len(task.records)} records", file=sys.stderr, flush=True)
        found[task.name] = measure(task, encoders, cache)
        means = {name: round(float(ndcg(places).mean()), 4) for name, places in found[task.name].items()}
        print(f"  nDCG@10 {means}", file=sys.stderr, flush=True)
    return found


def main() -> None:
    encoders = named_encoders(Settings().encoders)
    cache = bench_cache()
    nasa, cmrc, issues = (data_folder(n) for n in ("nasa_llis", "retrieval_zh_cmrc_trial", "jira_story_points"))
    events = nasa_tasks(nasa / "lessons.jsonl" if nasa else None)
    gated = run([*events, *([cmrc_task(cmrc)] if cmrc else [])], encoders, cache)
    figures: dict[str, Any] = {name: told(ranks) for name, ranks in gated.items()}
    failed = [f"{name}: {why}" for name, ranks in gated.items() for why in complaints(name, ranks)]
    figures["across languages, recall@5"] = {
        name: {arm: round(float(recall(places).mean()), 4) for arm, places in ranks.items()}
        for name, ranks in run(language_tasks(), encoders, cache).items()
    }
    figures["halves"] = {
        name: {arm: round(float(ndcg(places).mean()), 4) for arm, places in ranks.items()}
        for name, ranks in run(halves(events[0], 3), encoders, cache).items()
    }
    if issues:
        crowd = run([among(events[0], issue_texts(issues, OTHERS))], encoders, cache)
        figures.update({name: told(ranks) for name, ranks in crowd.items()})
    for encoder in encoders.values():
        getattr(encoder, "close", lambda: None)()
    if not (nasa and cmrc and issues):
        figures["not measured"] = "RETROBOOK_DATA names no folder with all of the sets"
    figures["failed"] = failed
    finish(
        "quality_lessons",
        ok=not failed,
        limit="default >= best arm and mixes less chance; NASA >= .945, CMRC >= .97",
        figures=figures,
    )


if __name__ == "__main__":
    main()

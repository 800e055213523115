"""Whether a plan gets the right types: `Global Practice` hidden, told from name, country and instrument.

The practice stands in for an outcome type. Beside the model: the most frequent types, BM25
neighbours that vote, and a linear classifier of words. The gate: neither top-3 hit rate nor
nDCG@5 below the best of them by more than the paired bootstrap margin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.svm import LinearSVC

from bench.ratings import chosen, folds, margin, ratings_file, read_ratings
from bench.report import finish
from kg.recommend.precedents import Plan, Precedent
from kg.recommend.types import TypeModel

SHOWN = ("country", "instrument")
K1, B, NEIGHBOURS = 1.2, 0.75, 30


def hidden(past: Sequence[Precedent]) -> list[Precedent]:
    """Projects whose practice is known: it becomes the type, and is taken out of the plan."""
    found = []
    for precedent in past:
        kind = precedent.plan.attributes.get("sector")
        if kind:
            facts = {key: value for key, value in precedent.plan.attributes.items() if key in SHOWN}
            plan = Plan(precedent.plan.text, facts, precedent.plan.began)
            found.append(replace(precedent, plan=plan, outcome_type=kind))
    return found


def told(precedent: Precedent) -> str:
    """All that a rival may read, as text."""
    return " ".join([precedent.plan.text, *precedent.plan.attributes.values()])


def majority(known: Sequence[Precedent], asked: Sequence[Precedent], kinds: Sequence[str]) -> Any:
    """The same shares for everybody."""
    counts = Counter(p.outcome_type for p in known)
    return np.tile([counts[kind] / len(known) for kind in kinds], (len(asked), 1))


def neighbours(known: Sequence[Precedent], asked: Sequence[Precedent], kinds: Sequence[str]) -> Any:
    """The votes of the nearest by BM25, by their scores."""
    reader = CountVectorizer(stop_words="english")
    counts = reader.fit_transform([told(p) for p in known]).tocsr().astype(float)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log(1 + (len(known) - held + 0.5) / (held + 0.5))
    rows = np.repeat(np.arange(len(known)), np.diff(counts.indptr))
    damp = K1 * (1 - B + B * lengths[rows] / lengths.mean())
    weights = csr_matrix(
        (counts.data * (K1 + 1) / (counts.data + damp) * idf[counts.indices], counts.indices, counts.indptr),
        counts.shape,
    )
    scores = (reader.transform([told(p) for p in asked]).astype(bool).astype(float) @ weights.T).toarray()
    places = np.array([kinds.index(p.outcome_type) for p in known])
    votes = np.zeros((len(asked), len(kinds)))
    for row, near in enumerate(np.argsort(-scores, axis=1, kind="stable")[:, :NEIGHBOURS]):
        np.add.at(votes[row], places[near], scores[row, near])
    return votes


def linear(known: Sequence[Precedent], asked: Sequence[Precedent], kinds: Sequence[str]) -> Any:
    """A linear classifier (support vectors) of words and pairs of words."""
    reader = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    rows = reader.fit_transform([told(p) for p in known])
    made = LinearSVC(C=0.3).fit(rows, [p.outcome_type for p in known])
    said = made.decision_function(reader.transform([told(p) for p in asked]))
    found = np.full((len(asked), len(kinds)), -np.inf)
    found[:, [kinds.index(kind) for kind in made.classes_]] = said
    return found


def model(known: Sequence[Precedent], asked: Sequence[Precedent], kinds: Sequence[str]) -> Any:
    """What the product says."""
    made = TypeModel(known)
    plans = [p.plan for p in asked]
    found = np.zeros((len(asked), len(kinds)))
    found[:, [kinds.index(kind) for kind in made.types]] = made.shares(plans)
    return found


RIVALS = {"majority": majority, "BM25 neighbours": neighbours, "linear words": linear}


def measure(past: Sequence[Precedent], parts: Sequence[tuple[Any, Any]]) -> dict[str, dict[str, Any]]:
    """Hits among the first three and nDCG@5 of each project, for the model and its rivals."""
    kinds = sorted({p.outcome_type for p in past})
    found: dict[str, dict[str, list[float]]] = {}
    for learnt, asked in parts:
        known, hidden_ones = chosen(past, learnt), chosen(past, asked)
        wanted = np.array([kinds.index(p.outcome_type) for p in hidden_ones])
        for name, say in {"model": model, **RIVALS}.items():
            scores = say(known, hidden_ones, kinds)
            ranks = 1 + (scores > scores[np.arange(len(wanted)), wanted][:, None]).sum(axis=1)
            kept = found.setdefault(name, {"top3": [], "ndcg5": []})
            kept["top3"] += (ranks <= 3).astype(float).tolist()
            kept["ndcg5"] += np.where(ranks <= 5, 1 / np.log2(ranks + 1), 0.0).tolist()
    return {name: {key: np.array(values) for key, values in kept.items()} for name, kept in found.items()}


def figures_of(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Means by measure, and the model's paired margin to the best rival."""
    figures: dict[str, Any] = {"n": len(found["model"]["top3"])}
    for measure_ in ("top3", "ndcg5"):
        figures[measure_] = {name: round(float(values[measure_].mean()), 4) for name, values in found.items()}
        best = max(RIVALS, key=lambda name: float(found[name][measure_].mean()))
        figures[f"{measure_} minus {best}, 95 %"] = margin(found["model"][measure_], found[best][measure_])
    return figures


def holds(figures: dict[str, Any]) -> bool:
    """True when the model is nowhere clearly below the best rival."""
    return all(value[1] >= 0 for name, value in figures.items() if name.endswith("95 %"))


def main() -> None:
    file = ratings_file()
    if file is None:
        finish("quality_types", ok=True, limit="not measured: RETROBOOK_DATA is not set", figures={})
    past = hidden(read_ratings(file))
    figures = figures_of(measure(past, folds(len(past))))
    finish(
        "quality_types",
        ok=holds(figures),
        limit="top-3 and nDCG@5 at least those of the best rival",
        figures={"types": len({p.outcome_type for p in past}), **figures},
    )


if __name__ == "__main__":
    main()

"""How honest chances of attainment are: Brier score and calibration on the World Bank's ratings.

'Moderately Satisfactory or better', known at approval only. Two questions: random parts in
five, and projects approved after 2010 by those approved until then. Beside the model: the
base rate, and a gradient-boosted model of scikit-learn tuned by inner cross-validation.
The gate: on random parts no worse than the boosted model, on later projects no worse than
it or the base rate, by more than the paired bootstrap margin; the calibration error within
what a perfectly calibrated model of that size shows in 95 of 100 cases.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from bench.ratings import chosen, folds, margin, ratings_file, read_ratings
from bench.report import finish
from kg.recommend.attainment import AttainmentModel
from kg.recommend.calibration import calibration_error, calibration_noise
from kg.recommend.precedents import Precedent

LAST_YEAR = 2010
GRID = {
    "learning_rate": [0.03, 0.1],
    "max_iter": [60, 150],
    "max_leaf_nodes": [8, 31],
    "l2_regularization": [0.0, 10.0],
}


class Boosted:
    """The rival: attributes as categories, the year, and the name as a few dimensions of its words."""

    def __init__(self, past: Sequence[Precedent]) -> None:
        self._keys = sorted({key for p in past for key in p.plan.attributes})
        self._codes = OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=-1, min_frequency=10, encoded_missing_value=-1
        )
        self._words = make_pipeline(TfidfVectorizer(min_df=5, sublinear_tf=True), TruncatedSVD(20, random_state=0))
        self._codes.fit([self._facts(p) for p in past])
        self._words.fit([p.plan.text for p in past])
        verdicts = np.array([bool(p.attained) for p in past])
        search = GridSearchCV(
            HistGradientBoostingClassifier(random_state=0), GRID, scoring="neg_brier_score", cv=3, refit=True
        )
        self._model = search.fit(self._rows(past), verdicts)

    def chances(self, asked: Sequence[Precedent]) -> Any:
        """The chance of each."""
        return self._model.predict_proba(self._rows(asked))[:, 1]

    def _facts(self, precedent: Precedent) -> list[str]:
        return [precedent.plan.attributes.get(key, "") for key in self._keys]

    def _rows(self, precedents: Sequence[Precedent]) -> Any:
        years = [[p.plan.began.year if p.plan.began else np.nan] for p in precedents]
        codes = self._codes.transform([self._facts(p) for p in precedents])
        return np.hstack([codes, np.array(years), self._words.transform([p.plan.text for p in precedents])])


def measure(past: Sequence[Precedent], parts: Sequence[tuple[Any, Any]], *, rival: bool = True) -> dict[str, Any]:
    """Chances of the model, the base rate and the rival for every part asked about, with the verdicts."""
    said: dict[str, list[float]] = {"model": [], "base": []} | ({"boosted": []} if rival else {})
    came: list[float] = []
    for learnt, asked in parts:
        known, later = chosen(past, learnt), chosen(past, asked)
        model = AttainmentModel(known)
        said["model"] += model.chances([model.typed(p.plan, p.outcome_type) for p in later]).tolist()
        said["base"] += [model.rate] * len(later)
        if rival:
            said["boosted"] += Boosted(known).chances(later).tolist()
        came += [float(bool(p.attained)) for p in later]
    return {name: np.array(values) for name, values in said.items()} | {"came": np.array(came)}


def figures_of(found: dict[str, Any]) -> dict[str, Any]:
    """Brier scores, paired margins and calibration."""
    losses = {name: (values - found["came"]) ** 2 for name, values in found.items() if name != "came"}
    figures: dict[str, Any] = {"n": len(found["came"])}
    figures |= {f"brier {name}": round(float(values.mean()), 4) for name, values in losses.items()}
    for other in set(losses) - {"model"}:
        figures[f"model minus {other}, 95 %"] = margin(losses["model"], losses[other])
    figures["calibration error"] = round(calibration_error(found["model"], found["came"]), 4)
    figures["calibration noise, 95 %"] = round(calibration_noise(found["model"]), 4)
    return figures


def by_year(past: Sequence[Precedent], last: int = LAST_YEAR) -> list[tuple[Any, Any]]:
    """Projects approved until a year, and those approved later."""
    years = np.array([int(p.plan.attributes.get("approval_fy", 0)) for p in past])
    return [(np.flatnonzero((years > 0) & (years <= last)), np.flatnonzero(years > last))]


def main() -> None:
    file = ratings_file()
    if file is None:
        finish("quality_attainment", ok=True, limit="not measured: RETROBOOK_DATA is not set", figures={})
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    past = read_ratings(file)
    random = figures_of(measure(past, folds(len(past))))
    later = figures_of(measure(past, by_year(past)))
    ok = random["model minus boosted, 95 %"][0] <= 0
    ok = ok and later["model minus boosted, 95 %"][0] <= 0 and later["model minus base, 95 %"][0] <= 0
    ok = ok and all(f["calibration error"] <= f["calibration noise, 95 %"] for f in (random, later))
    finish(
        "quality_attainment",
        ok=ok,
        limit="no worse than the tuned boosted model (later: nor the base rate); calibration within its noise",
        figures={"projects": len(past), "random parts": random, f"approved after {LAST_YEAR}": later},
    )


if __name__ == "__main__":
    main()

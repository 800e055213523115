"""Figures below which a default must not fall, on the World Bank rows that come with the sample.

Four hundred rows say little about the model's quality; they say when something broke. The
whole set is measured by `python -m bench quality_attainment quality_types`.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from bench.quality_attainment import by_year, figures_of
from bench.quality_attainment import measure as measure_attainment
from bench.quality_types import figures_of as types_figures
from bench.quality_types import hidden, holds
from bench.quality_types import measure as measure_types
from bench.ratings import folds, read_ratings
from pipelines.resources import TEMPLATES

WORST_BRIER, WORST_LATER = 0.246, 0.232
TOP3, NDCG5 = 0.75, 0.70


@pytest.fixture(scope="module")
def past():
    return read_ratings(TEMPLATES / "sample" / "worldbank.csv")


def test_chances_stay_honest_on_random_parts_and_on_later_projects(past):
    random = figures_of(measure_attainment(past, folds(len(past)), rival=False))
    later = figures_of(measure_attainment(past, by_year(past), rival=False))
    assert random["brier model"] <= WORST_BRIER and random["model minus base, 95 %"][0] <= 0
    assert later["brier model"] <= WORST_LATER and later["model minus base, 95 %"][0] <= 0
    assert random["calibration error"] <= random["calibration noise, 95 %"]


def test_types_are_told_no_worse_than_by_the_best_rival(past):
    counts = Counter(p.plan.attributes.get("sector") for p in past)
    known = [p for p in hidden(past) if counts[p.outcome_type] >= 5]
    figures = types_figures(measure_types(known, folds(len(known))))
    assert holds(figures)
    assert figures["top3"]["model"] >= TOP3 and figures["ndcg5"]["model"] >= NDCG5


def test_only_what_was_known_at_approval_enters(past):
    names = {name for p in past for name in p.plan.attributes}
    assert not any(word in name for name in names for word in ("performance", "supervision", "evaluation", "closing"))
    assert np.mean([p.attained for p in past]) > 0.5

"""Facts in words: every sentence in both languages, with nothing left unfilled."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from kg.domain.wall import Fact
from kg.operations.topic_lessons import SimilarLesson
from kg.operations.wall import Wall
from pipelines.messages import Messages
from widgets.rendering.similar import similar_told
from widgets.rendering.wall import told, wall_told

VALUES = {
    "name": "Pump `v2`", "reached": "2026-02-01", "due": "2026-01-01", "since": "2025-12-01", "days": 3, "opened": 4,
    "closed": 2, "count": 2, "usual": 2.5, "before": 9.0312, "after": 5.118, "value": 4.0, "target": 4.0, "baseline": 10.0,
    "earlier": 6.25, "unit": "days", "rule": "trajectory", "notes": 1,
}  # fmt: skip
TITLES = sorted(
    {key.split(".")[2] for key in sorted(Messages("en").keys()) if key.startswith("wall.facts.")}
    - {"outcome_measured_only"}
)


def fact(title: str, kind: str = "work", **more: object) -> Fact:
    return Fact(id="r#x", kind=kind, day=date(2026, 2, 3), title=title, values=VALUES | more)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", TITLES)
def test_every_sentence_is_told_whole(title, language):
    found = told(fact(title), Messages(language))
    assert not re.search(r"[{}\[\]]|None|nan", found["pin"])
    if title not in ("project_started", "project_ends", "work_flow", "work_opened"):
        assert "Pump v2" in found["text"]
    assert found["pin"].endswith({"en": "(3 Feb 2026)", "zh": "（2026年2月3日）"}[language])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_plural_goes_by_what_is_counted(language):
    say = Messages(language)
    for title in ("milestone_late", "action_overdue"):
        one, many = (told(fact(title, days=days), say)["text"] for days in (1, 3))
        assert one != many and "3" in many
    assert "2" in told(fact("work_reopened", count=2), say)["text"]


def test_figures_are_as_exact_as_they_can_be_meant():
    found = told(fact("metric_fell", "metric"), Messages("en"))
    assert found["text"] == "Pump v2 fell from about 9.03 days to about 5.12 days"
    assert told(fact("metric_rose", before=0.1, after=12345.678, unit="%"), Messages("en"))["text"].endswith("12,346%")


def test_a_rating_is_told_in_the_words_of_its_scheme():
    rated = fact("assessed", "assessment", scheme="ieg_six_point", value="Moderately Satisfactory")
    assert "Moderately Satisfactory" in told(rated, Messages("en"))["text"]
    assert "Moderately" not in told(rated, Messages("zh"))["text"]


def test_a_stretch_names_both_its_days_and_a_long_name_is_cut():
    long = fact("work_waiting", name="x" * 500).model_copy(update={"until": date(2026, 3, 1)})
    found = told(long, Messages("en"))
    assert found["day_words"] == "3 Feb 2026 to 1 Mar 2026" and len(found["pin"]) < 300


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_wall_says_so_and_what_is_missing(language):
    names = ["milestones", "work", "measurements", "outcomes", "actions", "retrospectives", "lessons"]
    wall = Wall(project="p", period_start=date(2026, 1, 1), period_end=date(2026, 4, 1), facts=[], missing=names)
    found = wall_told(wall, Messages(language))
    assert ("31 Mar 2026" if language == "en" else "2026年3月31日") in found["empty"]
    assert len(set(found["missing"])) == len(names) and not any("[" in words for words in found["missing"])


def test_every_title_that_the_facts_use_has_words():
    source = "".join(path.read_text("utf-8") for path in (Path(__file__).parents[2] / "kg").rglob("wall*.py"))
    used = {
        name for name in re.findall(r'"([a-z]+_[a-z_]+)"', source)
        if name.split("_")[0] in {"milestone", "work", "metric", "outcome", "action", "actions", "alert", "lesson", "project"}
    }  # fmt: skip
    known = {key.split(".")[2] for key in sorted(Messages("en").keys()) if key.startswith("wall.facts.")}
    assert {name for name in used if name not in known} <= {"work_items", "work_facts"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_past_lesson_says_where_it_happened_how_often_and_why_it_is_shown(language):
    say = Messages(language)
    one = SimilarLesson(
        lesson="l", title="Old `soil`", project="p", project_name="Bridge", why="both", terms=["soil", "survey"],
        recommendation="Drill.", recurred=2, here_before=1, learnt_on=date(2025, 1, 1),
    )  # fmt: skip
    found = similar_told(one, say)
    assert "Bridge" in found["before"] and found["title"] == "Old soil" and len(found["facts"]) == 3
    assert "soil" in found["why"] and "survey" in found["why"]
    here = similar_told(one.model_copy(update={"same_project": True, "terms": [], "recurred": 0}), say)
    assert "Bridge" not in here["before"] and len(here["facts"]) == 1 and "{" not in here["why"]

"""What stands beside a chance: metrics, practices, risks, benchmarks; and what may not enter it."""

from __future__ import annotations

import pytest

from kg.operations.lessons import LessonHit, LessonHits, ScorePart
from tests.conftest import visitor

PLAN = {"text": "Automation of the support desk", "attributes": {"instrument": "in-house"}}


def best(graph, **more):
    return graph.recommend_outcomes(**(PLAN | more)).types[0]


def test_metrics_that_precedents_used_come_with_what_they_aimed_at_and_reached(portfolio):
    kind = best(portfolio.graph)
    assert kind.metrics_from == "precedents" and kind.default_metrics == ["hours per week"]
    (use,) = kind.metrics
    assert (use.metric, use.unit, use.direction, use.n) == ("hours per week", "h", "increase", 15)
    assert (use.target.low, use.target.median, use.target.high) == (13.5, 17.0, 20.5)
    assert use.reached.n == 15 and use.reached.low == 2.0


def test_precedents_that_were_only_rated_leave_metrics_to_the_catalogue(portfolio):
    portfolio.graph.retire_record(label="Project", id="p:0")
    for n in range(15):
        portfolio.graph.retire_record(label="Outcome", id=f"o:{n}")
    kind = best(portfolio.graph)
    assert kind.metrics == [] and kind.metrics_from == "catalogue" and kind.n == 15


def test_a_measured_outcome_is_judged_by_its_target_once_it_is_due(portfolio):
    graph = portfolio.graph
    assert graph.recommend_outcomes(**PLAN).precedents_known == 30
    early = graph.recommend_outcomes(**PLAN, as_of="2012-12-31")
    shown = {p.project: p for p in early.types[0].precedents}
    assert early.precedents_known == 2  # those due by then; none was rated yet
    assert all(p.decided.year <= 2012 for p in shown.values())
    assert {p.attained for p in graph.recommend_outcomes(**PLAN, precedents=50).types[0].precedents} == {True, False}


def test_a_draft_is_no_precedent(portfolio):
    graph = portfolio.graph
    before = graph.recommend_outcomes(text="Sell more in the web shop")
    portfolio.project("p:wish", "Sell more in the web shop", 2020)
    portfolio.add("Outcome", id="o:wish", project="p:wish", title="w", outcome_type="outcome_type:revenue")
    portfolio.join("HAS_OUTCOME", "Project", "p:wish", "Outcome", "o:wish")
    portfolio.write()
    assert graph.recommend_outcomes(text="Sell more in the web shop") == before


def test_failure_clearly_above_the_base_rate_is_told_with_its_interval(portfolio):
    for n in range(40):
        portfolio.project(f"q:{n}", f"Billing renewal {n}", 2015, attributes={"instrument": "outsourced"})
        portfolio.outcome(f"oq:{n}", f"q:{n}", "outcome_type:revenue")
        portfolio.rated(f"oq:{n}", f"q:{n}", n % 10 == 0, 2018)
    graph = portfolio.write()
    risky = graph.recommend_outcomes(text="Automation of the support desk", attributes={"instrument": "outsourced"})
    (risk,) = risky.avoid.shares
    assert (risk.attribute, risk.value, risk.n, risk.failed) == ("instrument", "outsourced", 50, 46)
    assert risk.base < risk.low < risk.share < risk.high
    assert graph.recommend_outcomes(**PLAN).avoid.shares == []


def test_near_precedents_that_failed_are_named(portfolio):
    answer = portfolio.graph.recommend_outcomes(text="Support desk automation", attributes={"instrument": "outsourced"})
    assert answer.avoid.precedents and not any(p.attained for p in answer.avoid.precedents)


def test_practices_come_by_measured_effect_and_only_where_they_concern_the_plan(portfolio):
    for key, statement in (
        ("good", "Automation of the support desk begins with the five most frequent requests"),
        ("bad", "Automation of the support desk in one step"),
        ("far", "Weld pipes in dry weather"),
    ):
        portfolio.add("Practice", id=f"practice:{key}", statement=statement, unit="Ops")
    for n in range(8):
        for key, result in (("good", "better"), ("bad", "worse"), ("far", "better")):
            project = f"p:{n}" if key != "far" else "p:elsewhere"
            portfolio.add("LessonEvent", id=f"e:{key}:{n}", subject=f"practice:{key}", kind="applied", person="x",
                          project=project, unit="Ops", result=result, happened_on="2015-01-01")  # fmt: skip
    portfolio.project("p:elsewhere", "Pipeline", 2015, unit="Ops")
    graph = portfolio.write()
    found = graph.recommend_outcomes(**PLAN).practices
    assert [p.id for p in found] == ["practice:good", "practice:bad"]
    assert (found[0].better, found[0].n, found[0].enough) == (8, 8, True)
    assert found[0].low > 0.7 > found[1].high and found[0].near


def test_a_record_of_the_future_changes_nothing_known_before(portfolio):
    graph = portfolio.graph
    day = {"as_of": "2020-01-01"}
    before = graph.recommend_outcomes(**PLAN, **day)
    for n in range(15, 30):  # every verdict is turned round, but later
        portfolio.rated(f"o:{n}", f"p:{n}", n % 3 == 0, 2024)
    for n in range(15):
        portfolio.add("Measurement", id=f"later:{n}", subject=f"o:{n}", project=f"p:{n}", date="2024-01-01", value=-99)
    portfolio.project("p:future", "Support desk automation of the future", 2023, attributes=PLAN["attributes"])
    portfolio.outcome("o:future", "p:future", "outcome_type:hours")
    portfolio.rated("o:future", "p:future", False, 2024)
    portfolio.add("Practice", id="practice:later", statement="Automation of the support desk by night", unit="Ops")
    portfolio.add("LessonEvent", id="e:later", subject="practice:later", kind="applied", person="x", project="p:1",
                  unit="Ops", result="better", happened_on="2024-01-01")  # fmt: skip
    portfolio.add("Benchmark", id="benchmark:later", outcome_type="hours", measure="attainment", value=0.9,
                  source="s", date="2024-01-01")  # fmt: skip
    portfolio.write()
    after = graph.recommend_outcomes(**PLAN, **day)
    assert after == before
    assert graph.recommend_outcomes(**PLAN).types[0].probability != before.types[0].probability


def test_a_benchmark_stands_beside_and_changes_no_chance(portfolio):
    graph = portfolio.graph
    before = graph.recommend_outcomes(**PLAN, outcome_type="revenue")
    for kind in ("hours", "Revenue"):
        portfolio.add("Benchmark", id=f"benchmark:{kind}", outcome_type=kind, measure="attainment", value=0.99,
                      n=10_000, source="Trade survey", date="2024-01-01", url="https://example.org/survey")  # fmt: skip
    portfolio.write()
    after = graph.recommend_outcomes(**PLAN, outcome_type="revenue")
    (mark,) = after.types[0].benchmarks
    assert (mark.value, mark.source, mark.date.year) == (0.99, "Trade survey", 2024)
    assert after.asked.benchmarks[0].id == "benchmark:Revenue"
    for old, new in zip([*before.types, before.asked], [*after.types, after.asked], strict=True):
        assert old == new.model_copy(update={"benchmarks": []})


def test_a_benchmark_of_a_hidden_unit_is_not_shown(portfolio):
    portfolio.add("Benchmark", id="benchmark:x", outcome_type="hours", measure="attainment", value=0.5, unit="Secret",
                  source="s", date="2024-01-01")  # fmt: skip
    graph = portfolio.write()
    assert best(graph.as_visitor(visitor("a", "unit:Ops"))).benchmarks == []
    assert best(graph).benchmarks


class Index:
    """A search that finds what it was given."""

    def __init__(self, *hits: LessonHit) -> None:
        self.hits = hits
        self.asked = []

    def search(self, request, scope):
        self.asked.append(request)
        return LessonHits(hits=list(self.hits), total=len(self.hits))


def hit(key: str, **more):
    values = {"id": key, "title": key, "score": 1.0, "language": "en", "parts": [ScorePart(arm="words", score=1.0)]}
    return LessonHit.model_validate(values | more)


@pytest.fixture
def warned(portfolio):
    for key, learnt in (("lesson:near", "2014-01-01"), ("lesson:late", "2024-01-01"), ("lesson:odd", "2014-01-01")):
        portfolio.add("Lesson", id=key, lesson="It broke.", recommendation="Test it first.", learnt_on=learnt,
                      polarity="failure", unit="Ops")  # fmt: skip
    terms = ["automation", "support", "desk"]
    graph = portfolio.write()
    graph.services["search"] = Index(
        hit("lesson:near", matched_terms=terms), hit("lesson:late", matched_terms=terms),
        hit("lesson:odd", matched_terms=["desk"]),
    )  # fmt: skip
    return graph


def test_lessons_from_failures_warn_where_they_share_enough_with_the_plan(warned):
    found = warned.recommend_outcomes(**PLAN).avoid.lessons
    assert [(x.id, x.why, x.recommendation) for x in found] == [
        ("lesson:near", "words", "Test it first."), ("lesson:late", "words", "Test it first."),
    ]  # fmt: skip
    assert [p.value for p in warned.services["search"].asked[-1].filters.polarity] == ["failure"]
    then = warned.recommend_outcomes(**PLAN, as_of="2020-01-01").avoid.lessons
    assert [x.id for x in then] == ["lesson:near"]


def test_too_little_is_said_with_its_reason(graph, portfolio):
    odd = portfolio.graph.recommend_outcomes(text="zzqx wvvk")
    assert (odd.known, odd.reason) == ("too_little", "nothing_like_it") and not odd.types[0].enough
    asked = portfolio.graph.recommend_outcomes(**PLAN, outcome_type="revenue").asked
    assert asked.n == 0 and not asked.enough and asked.high - asked.low > 0.6
    nobody = graph.as_visitor(visitor("n", "unit:Nowhere")).recommend_outcomes(**PLAN)
    assert (nobody.known, nobody.reason, nobody.precedents_known) == ("too_little", "no_precedents", 0)


def test_a_type_the_plan_speaks_of_is_told_though_nobody_tried_it(portfolio):
    found = portfolio.graph.recommend_outcomes(text="提高季度收入 and more revenue per quarter")
    spoken = next(item for item in found.types if item.outcome_type == "outcome_type:revenue")
    assert (spoken.n, spoken.fit, spoken.enough) == (0, 0.0, False)


def test_calibration_is_measured_on_later_precedents(portfolio):
    for n in range(200):
        portfolio.project(f"c:{n}", f"Desk {n}", 2000 + n % 20, attributes={"instrument": "in-house"})
        portfolio.outcome(f"oc:{n}", f"c:{n}", "outcome_type:hours")
        portfolio.rated(f"oc:{n}", f"c:{n}", n % 4 > 0, 2021)
    found = portfolio.write().recommend_outcomes(**PLAN).calibration
    assert found.n == pytest.approx(92, abs=2)  # the later 40 % of 230
    assert sum(b.n for b in found.bins) == found.n
    assert 0 <= found.error < 0.25 and found.noise > 0


def test_attributes_that_no_precedent_has_are_named(portfolio):
    answer = portfolio.graph.recommend_outcomes(text="Support desk", attributes={"instrumnet": "x", "instrument": "y"})
    assert answer.passed_over == ["instrumnet"]


def test_the_nearest_lesson_is_no_warning_without_grounds(warned):
    near = ScorePart(arm="multilingual", rank=1, raw=0.83, score=1.0)
    warned.services["search"] = Index(hit("lesson:near", parts=[near], sector="Service", unit="Ops"))
    plan = {"text": "客服自动化", "attributes": {}}
    assert warned.recommend_outcomes(**plan).avoid.lessons == []
    (kept,) = warned.recommend_outcomes(**plan, sector="Service").avoid.lessons
    assert kept.why == "sector"

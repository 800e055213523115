"""Outcomes on each engine: promised from a template or freely, checked, changed, tied, out of use and back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest

from kg.domain import KPI, Evidence, ExchangeRate, Measurement, Milestone, Outcome, OutcomeState, OutcomeType, WorkItem
from kg.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    KgError,
    NotFound,
    NothingToUndo,
    OutOfBounds,
    WrongOutcomeState,
)
from kg.graph import KnowledgeGraph
from kg.operations.metric_lookup import Metrics
from kg.operations.table import Context
from kg.search import SearchIndex
from pipelines.messages import Messages
from pipelines.outcomes.templates import OutcomeTemplates
from pipelines.sources.outcome_types import outcome_types
from tests.conftest import NOON, Role, visitor

from .conftest import ROAD, WATER, put, two_units


@pytest.fixture
def promises(store) -> KnowledgeGraph:
    """The graph of two units with the taxonomy, asked by its owner."""
    records, edges = two_units()
    put(store, *records, *outcome_types(), edges=edges)
    services = {"search": SearchIndex(store, {}), "outcome_templates": OutcomeTemplates()}
    return KnowledgeGraph(store, clock=lambda: NOON, services=services)


@pytest.fixture
def jo(promises) -> KnowledgeGraph:
    return promises.as_visitor(visitor("jo", "unit:A"))


def findings(check) -> dict[str, list[str]]:
    return {letter.letter: [f.code for f in letter.findings] for letter in check.letters if letter.findings}


def test_a_template_makes_a_draft_and_the_check_complains_until_it_is_satisfied(jo):
    made = jo.define_outcome(project=WATER, template="retention")
    outcome = made.outcome
    assert (outcome.state, outcome.owner, outcome.unit) == (OutcomeState.DRAFT, "jo", "A/Water")
    assert (outcome.metric_key, outcome.unit_kind, outcome.unit_of_measure) == ("retention_rate", "percent", "%")
    assert outcome.outcome_type == "outcome_type:retention" and made.type.name_zh == "留存"
    assert not made.check.ready
    assert findings(made.check) == {
        "S": ["no_statement"], "M": ["no_baseline", "no_target"], "A": ["no_achievability"], "R": ["no_relevance"],
        "T": ["no_due"],
    }  # fmt: skip
    assert all(f.hint for letter in made.check.letters for f in letter.findings)
    mend = {f.field: f.suggestion for letter in made.check.letters for f in letter.findings}
    assert mend["statement"].startswith("Retention rate of [who stays") and mend["due"] == "2027-03-02"

    told = jo.change_outcome(
        id=outcome.id, revision=1, baseline=70, target=80, due="2027-03-02", words={"group": "paying households"},
        relevance="Households that stay pay for the pipes.", achievability="Two precedents reached 82 % in a year.",
    )  # fmt: skip
    assert told.check.ready and told.missing == {} and findings(told.check) == {}
    assert told.outcome.statement == "Retention rate of paying households rises from 70 % to 80 % by 2027-03-02."
    assert [(step.by, len(step.changes)) for step in told.history] == [("jo", 0), ("jo", 6)]
    assert told.permitted == ["change", "link", "retire"] and told.mine


def test_an_outcome_in_chinese_speaks_chinese(jo):
    made = jo.define_outcome(
        project=WATER, template="satisfaction", language="zh", baseline=10, target=30, due=date(2027, 1, 31),
        words={"group": "村民", "answers": "100"},
    )  # fmt: skip
    assert made.outcome.title == "满意度（NPS）" and made.outcome.metric == "净推荐值"
    assert made.outcome.statement == "到 2027-01-31，村民的净推荐值从 10 分提高到 30 分，有效答卷不少于 100 份。"


def test_the_same_key_makes_one_outcome_and_another_promise_under_it_is_refused(jo, store):
    first = jo.define_outcome(project=WATER, template="quality", key="form-1")
    again = jo.define_outcome(project=WATER, template="quality", key="form-1")
    assert (first.created, again.created) == (True, False) and first.outcome == again.outcome
    jo.change_outcome(id=first.outcome.id, target=3)
    assert jo.define_outcome(project=WATER, template="quality", key="form-1").outcome.target == 3
    with pytest.raises(Conflict, match="key of its own"):
        jo.define_outcome(project=WATER, template="safety", key="form-1")
    other = jo.as_visitor(visitor("mei", "unit:A")).define_outcome(project=WATER, template="safety", key="form-1")
    assert other.outcome.id != first.outcome.id
    rows = store.read("MATCH (p:Project)-[:HAS_OUTCOME]->(o:Outcome) WHERE o.template IS NOT NULL RETURN o.id AS id")
    assert {row["id"] for row in rows} == {first.outcome.id, other.outcome.id}


def test_a_change_of_what_somebody_changed_meanwhile_is_a_conflict_and_writes_nothing(jo):
    made = jo.define_outcome(project=WATER, title="Pipes", statement="Pipes hold.")
    jo.change_outcome(id=made.outcome.id, revision=1, target=5)
    with pytest.raises(Conflict, match="revision 2, not 1"):
        jo.change_outcome(id=made.outcome.id, revision=1, target=6)
    assert jo.get_outcome(id=made.outcome.id).outcome.target == 5


def test_of_two_who_change_at_once_one_is_told(jo):
    made = jo.define_outcome(project=WATER, template="quality").outcome
    start = Barrier(4)

    def press(target: int) -> str:
        start.wait()
        try:
            jo.change_outcome(id=made.id, revision=made.revision, target=target)
        except Conflict:
            return "told"
        return str(target)

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(press, [1, 2, 3, 4]))
    kept = jo.get_outcome(id=made.id).outcome
    assert said.count("told") == 3 and str(int(kept.target)) in said and kept.revision == made.revision + 1


def test_another_metric_or_kind_of_value_takes_unit_and_currency_along(jo):
    made = jo.define_outcome(project=WATER, template="revenue", currency="EUR", baseline=1000, target=2000).outcome
    assert (made.unit_of_measure, made.currency) == ("EUR", "EUR")
    share = jo.change_outcome(id=made.id, metric="留存率", baseline=70, target=80).outcome
    assert (share.unit_kind, share.unit_of_measure, share.currency) == ("percent", "%", None)
    back = jo.change_outcome(id=made.id, metric_key="cost_per_month", currency="CNY").outcome
    assert (back.unit_kind, back.unit_of_measure, back.currency, back.direction) == (
        "currency", "CNY", "CNY", "decrease",
    )  # fmt: skip
    plain = jo.change_outcome(id=made.id, unit_kind="number", unit_of_measure="cups").outcome
    assert (plain.unit_of_measure, plain.currency) == ("cups", None)


def test_nobody_hides_an_outcome_from_themselves(jo, promises):
    with pytest.raises(InvalidRequest, match="may not see confidential"):
        jo.define_outcome(project=WATER, title="T", confidential=True)
    made = promises.define_outcome(project=WATER, title="T", confidential=True).outcome
    with pytest.raises(NotFound):
        jo.get_outcome(id=made.id)
    assert promises.change_outcome(id=made.id, confidential=False).outcome.confidential is False


def test_an_import_is_nobodys_until_somebody_owns_it(promises, store):
    put(store, Outcome(id="outcome:i", project=WATER, unit="A/Water", title="I", origin="imported"))
    test = promises.as_visitor(visitor("test", "*"))  # who recorded it
    assert not test.get_outcome(id="outcome:i").mine
    assert "outcome:i" not in [r.outcome.id for r in test.list_outcomes(mine=True).outcomes]


def test_only_its_owner_and_reviewing_roles_change_an_outcome_and_hidden_ones_are_missing(promises, jo):
    made = jo.define_outcome(project=WATER, template="learning")
    mei = promises.as_visitor(visitor("mei", "unit:A"))
    with pytest.raises(Forbidden, match="belongs to jo"):
        mei.change_outcome(id=made.outcome.id, target=5)
    assert mei.get_outcome(id=made.outcome.id).permitted == []
    pmo = promises.as_visitor(visitor("pia", "unit:A", role=Role.PMO))
    assert pmo.change_outcome(id=made.outcome.id, target=5).outcome.owner == "jo"
    road = promises.as_visitor(visitor("li", "unit:B"))
    for call in (road.get_outcome, road.restore_outcome):
        with pytest.raises(NotFound):
            call(id=made.outcome.id)
    with pytest.raises(NotFound):
        jo.define_outcome(project=ROAD, template="learning")


@pytest.mark.parametrize("state", [s for s in OutcomeState if s not in ("draft", "returned")])
def test_only_a_draft_or_a_returned_outcome_is_changed(promises, store, state):
    put(store, Outcome(id="outcome:w", project=WATER, unit="A/Water", title="W", state=state, revision=1))
    with pytest.raises(WrongOutcomeState, match=f"is {state.value}"):
        promises.change_outcome(id="outcome:w", target=5)


def test_a_retired_outcome_is_gone_from_lists_and_comes_back_as_it_was(jo):
    made = jo.define_outcome(project=WATER, template="adoption", key="k").outcome
    gone = jo.retire_outcome(id=made.id, reason="Nobody asked for it.")
    assert gone.outcome.retired_reason == "Nobody asked for it." and gone.permitted == ["restore"]
    assert jo.list_outcomes(mine=True).total == 0
    with pytest.raises(NotFound):
        jo.get_outcome(id=made.id)
    with pytest.raises(Conflict, match="Restore it"):
        jo.define_outcome(project=WATER, template="adoption", key="k")
    back = jo.restore_outcome(id=made.id)
    assert back.outcome.title == made.title and back.outcome.retired_at is None
    assert [c.field for step in back.history[1:] for c in step.changes].count("retired_reason") == 2
    assert jo.list_outcomes(mine=True).total == 1


def test_lists_are_narrowed_and_counted(promises, jo):
    for template, owner in (("revenue", "jo"), ("retention", "jo"), ("safety", "mei")):
        jo.define_outcome(project=WATER, template=template, owner=owner)
    found = jo.list_outcomes()
    assert found.total == 4 and found.states == {"draft": 4}
    assert found.owners == {"jo": 2, "mei": 1}
    assert jo.list_outcomes(mine=True).total == 2
    assert [r.outcome.template for r in jo.list_outcomes(type="留存").outcomes] == ["retention"]
    assert jo.list_outcomes(text="recordable incident").total == 1
    narrowed = jo.list_outcomes(owner="mei", type="safety", states=["draft"])
    assert (narrowed.total, narrowed.types["outcome_type:safety"]) == (1, 1)
    assert jo.list_outcomes(states=["accepted"]).total == 0
    assert promises.list_outcomes().total == 5  # the road's, too
    page = jo.list_outcomes(limit=2, offset=3)
    assert (len(page.outcomes), page.total) == (1, 4)
    assert page.outcomes[0].project_name == "Water for all"


def test_an_outcome_shows_where_it_stands_and_where_it_should(jo, store):
    made = jo.define_outcome(
        project=WATER, template="quality", baseline=100, target=0, start=date(2026, 1, 1), due=date(2026, 5, 1)
    ).outcome
    values = [
        ("m1", date(2026, 1, 31), 90, None),
        ("m2", date(2026, 3, 2), 80, None),
        ("m3", date(2026, 3, 2), 60, "m2"),
    ]
    put(
        store,
        *(
            Measurement(id=key, project=WATER, unit="A/Water", subject=made.id, date=day, value=value, corrects=of)
            for key, day, value, of in values
        ),
        Evidence(id="e", project=WATER, unit="A/Water", subject=made.id, kind="link", title="Board", link="https://x"),
    )
    found = jo.get_outcome(id=made.id)
    assert (found.standing.current, found.standing.progress) == (60, pytest.approx(0.4))
    assert found.standing.expected == pytest.approx(50) == found.standing.expected_then
    assert found.standing.shortfall == pytest.approx(0.2) and not found.standing.attained
    assert [m.id for m in found.measurements] == ["m1", "m2", "m3"] and [e.id for e in found.evidence] == ["e"]
    assert jo.list_outcomes(mine=True).outcomes[0].standing == found.standing


def test_an_outcome_hangs_on_kpis_milestones_and_work_items_that_exist_and_are_visible(promises, jo, store):
    put(
        store,
        KPI(id="kpi:all", name="Households served"),
        KPI(id="kpi:b", name="Roads built", unit="B"),
        Milestone(id="ms:1", project=WATER, unit="A/Water", title="Pump runs", reached=date(2026, 2, 1)),
        WorkItem(id="wi:1", project=WATER, unit="A/Water", title="Dig", state="open"),
        WorkItem(id="wi:2", project=ROAD, unit="B", title="Pave"),
    )
    made = jo.define_outcome(project=WATER, template="adoption", milestones=["ms:1"]).outcome
    jo.link_outcome(id=made.id, kind="kpi", targets=["households served"])
    tied = jo.link_outcome(id=made.id, kind="work_item", targets=["wi:1", "wi:1"])
    assert [(k.id, k.title) for k in tied.kpis] == [("kpi:all", "Households served")]
    assert [(k.id, k.state) for k in (*tied.milestones, *tied.work_items)] == [("ms:1", "reached"), ("wi:1", "open")]
    edges = "MATCH (o:Outcome)-[:MEASURED_BY]->(k:KPI) RETURN o.id AS outcome, k.id AS kpi"
    assert store.read(edges) == [{"outcome": made.id, "kpi": "kpi:all"}]
    for kind, target in (("kpi", "kpi:b"), ("work_item", "wi:2"), ("milestone", "ms:9")):
        with pytest.raises(NotFound):
            jo.link_outcome(id=made.id, kind=kind, targets=[target])
    with pytest.raises(InvalidRequest, match="another project"):
        promises.link_outcome(id=made.id, kind="work_item", targets=["wi:2"])
    loose = jo.unlink_outcome(id=made.id, kind="kpi", targets=["kpi:all"])
    assert loose.kpis == [] and store.read(edges) == []
    with pytest.raises(NotFound):
        jo.unlink_outcome(id=made.id, kind="milestone", targets=["ms:2"])


def test_milestones_and_work_items_are_tied_by_title_or_source_id_and_a_miss_names_the_nearest(promises, jo, store):
    inside = {"project": WATER, "unit": "A/Water"}
    put(
        store,
        Milestone(id="ms:1", title="Pump runs", due=date(2026, 5, 1), **inside),
        Milestone(id="ms:2", title="Old plan", retired_at=NOON, **inside),
        Milestone(id="ms:3", title="Pump paid", confidential=True, **inside),
        WorkItem(id="wi:1", title="Dig", source_system="t", external_id="T-1", **inside),
        WorkItem(id="wi:2", title="Fill", source_system="t", external_id="T-2", **inside),
        WorkItem(id="wi:3", title="Fill", **inside),
        WorkItem(id="wi:4", project=ROAD, unit="B", title="Pave"),
    )
    key = jo.define_outcome(project=WATER, template="adoption").outcome.id
    offer = jo.outcome_choices(id=key, kind="milestone")
    assert ([one.title for one in offer.choices], offer.total) == (["Pump runs"], 1)
    cut = jo.outcome_choices(id=key, kind="work_item", text="FILL", limit=1)
    assert (len(cut.choices), cut.total) == (1, 2)
    jo.link_outcome(id=key, kind="milestone", targets=["PUMP  runs"])
    tied = jo.link_outcome(id=key, kind="work_item", targets=["t-1", "Fill · T-2"]).outcome
    assert (tied.milestones, tied.work_items) == (["ms:1"], ["wi:1", "wi:2"])
    assert [one.id for one in jo.outcome_choices(id=key, kind="work_item").choices] == ["wi:3"]
    assert jo.unlink_outcome(id=key, kind="work_item", targets=["dig"]).outcome.work_items == ["wi:2"]
    for kind, name, near in (("milestone", "Pump run", "Pump runs"), ("work_item", "Pave", None)):
        with pytest.raises(NotFound) as missed:
            jo.link_outcome(id=key, kind=kind, targets=[name])
        assert missed.value.fields["nearest"] == near
    with pytest.raises(NotFound):
        jo.link_outcome(id=key, kind="milestone", targets=["Pump paid"])
    with pytest.raises(InvalidRequest, match="2 of the project's work items are called 'fill'"):
        jo.link_outcome(id=key, kind="work_item", targets=["fill"])


def test_the_last_change_is_taken_back_and_stands_again_when_taken_back_twice(promises, jo, store):
    put(store, KPI(id="kpi:all", name="Households served"))
    made = jo.define_outcome(project=WATER, template="quality", target=4).outcome
    assert not jo.get_outcome(id=made.id).undoable
    with pytest.raises(NothingToUndo):
        jo.undo_outcome_change(id=made.id, revision=1)
    changed = jo.change_outcome(id=made.id, target=5, outcome_type="revenue", title="Leaks")
    assert changed.undoable
    with pytest.raises(Conflict):
        jo.undo_outcome_change(id=made.id, revision=1)
    with pytest.raises(Forbidden):
        promises.as_visitor(visitor("mo", "unit:A")).undo_outcome_change(id=made.id, revision=2)
    undone = jo.undo_outcome_change(id=made.id, revision=2)
    assert (undone.outcome.target, undone.outcome.title) == (4, made.title)
    kinds = "MATCH (o:Outcome)-[:OF_TYPE]->(t:OutcomeType) WHERE o.id = $id RETURN t.id AS kind"
    assert store.read(kinds, id=made.id) == [{"kind": made.outcome_type}]
    assert jo.undo_outcome_change(id=made.id, revision=3).outcome.title == "Leaks"
    jo.link_outcome(id=made.id, kind="kpi", targets=["kpi:all"])
    assert jo.undo_outcome_change(id=made.id, revision=5).kpis == []
    assert store.read("MATCH (o:Outcome)-[r:MEASURED_BY]->(k:KPI) RETURN k.id AS id") == []


def test_a_step_of_its_way_is_no_change_to_take_back(jo, store):
    made = jo.define_outcome(project=WATER, template="quality", target=4).outcome
    jo.change_outcome(id=made.id, target=5)
    put(store, Outcome.parse(made.model_dump() | {"state": "returned", "returned_reason": "why"}))
    assert not jo.get_outcome(id=made.id).undoable
    with pytest.raises(NothingToUndo):
        jo.undo_outcome_change(id=made.id, revision=3)


def test_kpis_belong_to_a_project_a_unit_or_everybody(promises, jo):
    head = promises.as_visitor(visitor("fay", "unit:A", role=Role.FACILITATOR))
    own = head.define_kpi(name="Leaks a week", project=WATER, direction="decrease").kpi
    assert (own.project, own.unit) == (WATER, "A/Water")
    assert head.define_kpi(name="leaks  A Week", project=WATER, unit_of_measure="leaks").kpi.id == own.id
    head.define_kpi(name="Water losses", unit="A")
    for bad in ({"unit": "B"}, {}):
        with pytest.raises(InvalidRequest, match="unit"):
            head.define_kpi(name="Roads", **bad)
    promises.define_kpi(name="Roads built", unit="B")
    assert [k.name for k in jo.list_kpis(project=WATER).kpis] == ["leaks  A Week", "Water losses"]
    assert [k.name for k in promises.list_kpis(text="road").kpis] == ["Roads built"]
    with pytest.raises(Forbidden):
        jo.define_kpi(name="Mine", project=WATER)


@pytest.mark.parametrize(
    ("bad", "error", "said"),
    [
        ({"weight": -1}, InvalidRequest, "weight"),
        ({"metric_key": "retension_rate"}, NotFound, "Did you mean 'retention_rate'"),
        ({"metric_key": "净推荐"}, NotFound, "Did you mean '净推荐值'"),
        ({"outcome_type": "revenu"}, NotFound, "Did you mean 'revenue'"),
        ({"template": "retenton"}, NotFound, "Did you mean 'retention'"),
        ({"unit_kind": "yes_no", "target": 2}, InvalidRequest, "1 for yes or 0 for no"),
        ({"unit_kind": "currency", "target": 2}, InvalidRequest, "three letters"),
        ({"currency": "EUR"}, InvalidRequest, "has no currency"),
        ({"currency": "euro", "unit_kind": "currency"}, InvalidRequest, "currency"),
        ({"start": date(2026, 5, 1), "due": date(2026, 4, 1)}, InvalidRequest, "before the start"),
        (
            {"shape": "points", "expected": [{"date": "2026-05-01", "value": n} for n in (1, 2)]},
            InvalidRequest,
            "twice",
        ),
        ({"target": float("nan")}, InvalidRequest, "finite"),
        ({"title": None}, InvalidRequest, "needs a title"),
        ({"words": {"group": "all"}}, InvalidRequest, "no placeholder"),
        ({"nonsense": 1}, InvalidRequest, "nonsense"),
    ],
)
def test_bad_input_is_refused_with_what_to_do(jo, bad, error, said):
    with pytest.raises(error, match=said):
        jo.define_outcome(**({"project": WATER, "title": "T"} | bad))
    assert jo.list_outcomes(mine=True).total == 0


def test_a_clear_of_an_unknown_field_names_the_nearest(jo):
    made = jo.define_outcome(project=WATER, template="quality", target=4).outcome
    with pytest.raises(InvalidRequest, match="Did you mean 'target'"):
        jo.change_outcome(id=made.id, clear=["targett"])
    emptied = jo.change_outcome(id=made.id, clear=["target", "metric", "outcome_type"]).outcome
    assert (emptied.target, emptied.metric, emptied.metric_key, emptied.outcome_type) == (None, None, None, None)


def test_an_unsaved_form_is_checked_without_being_kept(jo):
    found = jo.check_outcome(
        project=WATER, title="Better water", statement="Improve the water supply", metric="customer churn rate",
        baseline=5, target=5, unit_of_measure="%",
    )  # fmt: skip
    told = findings(found)
    assert told["S"] == ["vague"] and "target_is_baseline" in told["M"] and "near_metric" in told["M"]
    near = next(f for letter in found.letters for f in letter.findings if f.code == "near_metric")
    assert (near.values["key"], near.suggestion) == ("churn_rate", "Churn rate")
    assert jo.list_outcomes(mine=True).total == 0
    with pytest.raises(InvalidRequest, match="project"):
        jo.check_outcome(title="Nowhere")


def test_a_metric_found_by_any_name_brings_its_unit_and_direction(jo):
    made = jo.define_outcome(project=WATER, title="Fewer leave", metric="客户流失率").outcome
    assert (made.metric_key, made.metric, made.unit_kind, made.direction) == (
        "churn_rate", "流失率", "percent", "decrease",
    )  # fmt: skip
    own = jo.define_outcome(project=WATER, title="Wells", metric="wells dug by hand").outcome
    assert (own.metric_key, own.metric) == (None, "wells dug by hand")


def test_a_metric_of_the_seed_is_kept_in_the_graph_once_it_is_used(jo, store):
    assert Metrics(Context(store, jo.visitor, NOON, jo.services)).named("NPS").key == "net_promoter_score"
    assert store.read("MATCH (m:Metric) RETURN count(m) AS n") == [{"n": 0}]
    jo.define_outcome(project=WATER, template="satisfaction")
    assert store.read("MATCH (m:Metric) RETURN m.key AS key") == [{"key": "net_promoter_score"}]


def test_templates_are_offered_with_their_type_and_metrics(jo, promises, tmp_path, store):
    offered = {o.template.key: o for o in jo.outcome_templates().templates}
    assert len(offered) == 12 and all(o.type and o.metric and o.process_metrics for o in offered.values())
    assert offered["revenue"].metric.name_zh == "季度收入"
    own = tmp_path / "templates" / "outcomes"
    own.mkdir(parents=True)
    text = (OutcomeTemplates()._folder.path("quality")).read_text(encoding="utf-8")
    (own / "ours.yaml").write_text(text.replace("outcome_type: quality", "outcome_type: qualty"), encoding="utf-8")
    services = promises.services | {"outcome_templates": OutcomeTemplates(tmp_path)}
    told = KnowledgeGraph(store, clock=lambda: NOON, services=services).outcome_templates().problems
    assert [(p.file, p.field, p.nearest) for p in told] == [("ours.yaml", "outcome_type", "quality")]


def test_an_outcome_made_from_a_template_that_is_gone_still_opens_and_changes(jo, promises, store):
    made = jo.define_outcome(project=WATER, template="safety").outcome
    put(store, Outcome.parse(made.model_dump() | {"template": "gone"}))
    assert promises.change_outcome(id=made.id, target=1).outcome.template == "gone"
    assert promises.get_outcome(id=made.id).type is not None


def test_every_step_is_audited(promises, jo):
    made = jo.define_outcome(project=WATER, template="learning").outcome
    jo.change_outcome(id=made.id, target=50)
    jo.retire_outcome(id=made.id, reason="Over.")
    jo.restore_outcome(id=made.id)
    entries = promises.store.read(
        "MATCH (a:AuditEntry) WHERE a.subject = $id RETURN a.operation AS operation, a.person AS person ORDER BY a.id",
        id=made.id,
    )
    assert [row["operation"] for row in entries] == [
        "define_outcome", "change_outcome", "retire_outcome", "restore_outcome",
    ]  # fmt: skip


def test_errors_are_of_the_tree_and_name_their_code():
    assert issubclass(WrongOutcomeState, KgError) and WrongOutcomeState.code == "wrong_outcome_state"
    assert OutcomeType.model_fields["moved"].default_factory is list


def test_where_an_outcome_stands_is_told_in_its_own_currency_over_a_third_one_if_need_be(promises, jo, store):
    key = jo.define_outcome(
        project=WATER, title="Less spent", unit_kind="currency", currency="EUR", baseline=0, target=100,
        start="2025-01-01", due="2030-01-01",
    ).outcome.id  # fmt: skip
    values = {"subject": key, "project": WATER, "unit": "A/Water"}
    put(
        store,
        Measurement(id="m:usd", date=date(2025, 6, 1), value=80, currency="USD", **values),
        Measurement(id="m:chf", date=date(2025, 7, 1), value=90, currency="CHF", **values),  # without a rate
        ExchangeRate(id="rate:1", base="USD", quote="CNY", date=date(2025, 5, 1), rate=Decimal(7)),
        ExchangeRate(id="rate:2", base="EUR", quote="CNY", date=date(2025, 5, 1), rate=Decimal(8)),
    )
    (row,) = jo.list_outcomes(text="Less spent").outcomes
    assert (row.standing.current, row.standing.progress) == (70, 0.7)
    assert jo.get_outcome(id=key).standing.measured_on == date(2025, 6, 1)
    decided = promises.decide(project=WATER, question="Go on?", decision="continue", reason="It saves.")
    (known,) = [one for one in decided.decision.known["outcomes"] if one["id"] == key]
    assert (known["measured"], known["measured_on"]) == (70, "2025-06-01")


@pytest.mark.parametrize(
    "bad",
    [
        {"due": date(9999, 12, 31)}, {"start": date(1, 1, 1)}, {"target": 1e200}, {"baseline": -2e15},
        {"expected": [{"date": "9999-01-01", "value": 1}]}, {"expected": [{"date": "2026-01-01", "value": 1e300}]},
    ],
)  # fmt: skip
def test_days_and_figures_beyond_all_bounds_are_refused_with_the_bounds(jo, bad):
    field = next(iter(bad))
    with pytest.raises(OutOfBounds, match=f"{field}: .* out of bounds: give a value from") as caught:
        jo.define_outcome(project=WATER, title="Far away", **bad)
    said = Messages("zh").error(caught.value)
    assert caught.value.fields["least"] in said and caught.value.fields["most"] in said
    assert field not in said  # it has a name in Chinese
    made = jo.define_outcome(project=WATER, title="Near").outcome
    with pytest.raises(OutOfBounds):
        jo.change_outcome(id=made.id, **bad)


def test_an_outcome_kept_with_an_odd_day_can_be_read_changed_and_mended(jo, store):
    put(store, Outcome(id="outcome:odd", project=WATER, unit="A/Water", title="Odd", due=date.min, shape="step",
                       baseline=1, target=2, owner="jo"))  # fmt: skip
    assert jo.outcome_progress(outcome="outcome:odd").expected
    assert jo.change_outcome(id="outcome:odd", title="Still odd").outcome.title == "Still odd"
    assert jo.change_outcome(id="outcome:odd", due=date(2026, 12, 31)).outcome.due == date(2026, 12, 31)

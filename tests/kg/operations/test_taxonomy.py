"""The taxonomy and the metric dictionary, on each engine: one language of outcomes, and the way back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kg.domain import Assessment, Lesson, Outcome, OutcomeType, Relationship
from kg.errors import Conflict, Forbidden, InvalidRequest, NotFound, UnknownCurrency
from kg.graph import KnowledgeGraph
from kg.opening import open_graph
from kg.policy import ScopeFilter
from kg.recommend.precedents import read_precedents
from kg.schema import Label, Rel
from kg.search.closeness import Neighbourhood
from kg.store.merges import ends_of_merges
from kg.store.records import put_records, put_relationships
from pipelines.outcomes.templates import OutcomeTemplates
from tests.conftest import NOON, Role, visitor

from .conftest import WATER, put, two_units
from .test_outcomes import promises

__all__ = ["promises"]
EVERYTHING = ScopeFilter(everything=True, confidential=True)
OF_TYPE = "MATCH (o:Outcome)-[r:OF_TYPE]->(t:OutcomeType) RETURN o.id AS o, t.id AS t ORDER BY o, t"


def test_merged_types_move_their_outcomes_and_a_split_brings_them_back(promises, store):
    before = store.read(OF_TYPE)
    promises.define_type(key="pipes", name_en="Pipes", name_zh="管道")
    later = promises.define_outcome(project=WATER, title="Pipes hold", outcome_type="管道").outcome
    merged = promises.merge_types(source="Supply", target="pipes")
    assert (merged.changed, merged.outcomes, merged.type.moved) == (True, 2, [])
    assert {row["t"] for row in store.read(OF_TYPE)} == {"outcome_type:pipes"}
    assert promises.get_outcome(id="outcome:water").type.key == "pipes"
    assert promises.list_outcomes(type="supply").total == 3  # the old name leads to the new type
    assert [t.leads_to for t in promises.list_outcome_types(all=True).types if t.type.key == "supply"] == ["pipes"]
    revisions = [o.outcome.revision for o in promises.list_outcomes().outcomes]
    again = promises.merge_types(source="供应", target="管道")
    assert not again.changed and [o.outcome.revision for o in promises.list_outcomes().outcomes] == revisions

    promises.change_outcome(id=later.id, outcome_type="retention")
    promises.change_outcome(id="outcome:water", outcome_type="retention")
    split = promises.split_type(type="supply")
    assert split.outcomes == 1  # the water's was given another type since
    types = {row["o"]: row["t"] for row in store.read(OF_TYPE)}
    assert types["outcome:road"] == "outcome_type:supply" and types["outcome:water"] == "outcome_type:retention"
    promises.change_outcome(id="outcome:water", outcome_type="supply")
    assert [row for row in store.read(OF_TYPE) if row["o"] != later.id] == before
    with pytest.raises(InvalidRequest, match="was not merged"):
        promises.split_type(type="supply")


def test_a_type_is_not_merged_into_itself_twice_or_in_a_circle(promises):
    promises.merge_types(source="quality", target="reliability")
    for source, target, error in (
        ("reliability", "reliability", InvalidRequest), ("reliability", "quality", InvalidRequest),
        ("quality", "safety", Conflict), ("nosuch", "safety", NotFound), ("safety", "relability", NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            promises.merge_types(source=source, target=target)
    promises.merge_types(source="reliability", target="compliance")
    assert promises.list_outcomes(type="quality").total == 0  # through both merges
    assert not promises.merge_types(source="quality", target="compliance").changed


def test_recommendations_and_search_follow_a_merge(promises, store):
    rated = Assessment(
        id="a", subject="outcome:road", scheme="s", value="good", attained=True, project="project:road", unit="B"
    )
    lesson = Lesson(id="lesson:supply", project="project:road", unit="B", lesson="Ask about supply.")
    about = Relationship(
        type=Rel.ABOUT,
        start_label=Label.LESSON,
        start=lesson.id,
        end_label=Label.OUTCOME_TYPE,
        end="outcome_type:supply",
    )
    judges = Relationship(
        type=Rel.ASSESSES, start_label=Label.ASSESSMENT, start="a", end_label=Label.OUTCOME, end="outcome:road"
    )
    put(store, rated, lesson, edges=[about, judges])
    before = {p.outcome: p.outcome_type for p in read_precedents(store, EVERYTHING)}
    assert before["outcome:road"] == "outcome_type:supply"
    near = Neighbourhood(store).of(WATER, EVERYTHING, "en", 0)
    promises.merge_types(source="supply", target="compliance")
    imported = Outcome(
        id="outcome:late", project=WATER, unit="A/Water", title="Late", outcome_type="outcome_type:supply"
    )
    put(store, imported, edges=[
        Relationship(type=Rel.OF_TYPE, start_label=Label.OUTCOME, start=imported.id, end_label=Label.OUTCOME_TYPE,
                     end="outcome_type:supply"),
        Relationship(type=Rel.HAS_OUTCOME, start_label=Label.PROJECT, start=WATER, end_label=Label.OUTCOME,
                     end=imported.id),
    ])  # fmt: skip
    found = {p.outcome: p.outcome_type for p in read_precedents(store, EVERYTHING)}
    assert found["outcome:road"] == "outcome_type:compliance"
    merged = Neighbourhood(store).of(WATER, EVERYTHING, "en", 1)
    assert merged.strength == near.strength
    assert merged.paths["lesson:supply"][0].name == "Compliance"
    facts = {f.outcome.id: f.type.key for f in promises.project_facts(project=WATER).outcomes}
    assert facts["outcome:late"] == "compliance"
    old = Neighbourhood(store).of(WATER, EVERYTHING, "en", 2, until="2026-03-02T12:00:01Z")
    assert "lesson:supply" in old.strength  # the day the types were joined is not the day of the merge


def test_a_renamed_type_keeps_key_and_outcomes_and_no_name_is_given_twice(promises):
    told = promises.rename_type(type="supply", name_zh="供水", revision=1)
    assert (told.type.key, told.type.name_en, told.type.name_zh) == ("supply", "Supply", "供水")
    assert not promises.rename_type(type="supply", name_zh="供水").changed
    with pytest.raises(Conflict, match="revision 2"):
        promises.rename_type(type="supply", name_en="Water", revision=1)
    with pytest.raises(Conflict, match="called already"):
        promises.rename_type(type="supply", name_en="retention")
    with pytest.raises(Conflict, match="called already"):
        promises.define_type(key="stay", name_en="Staying", name_zh="留存")
    with pytest.raises(Conflict, match="already"):
        promises.define_type(key="quality", name_en="Other quality", name_zh="其他质量")


def test_a_retired_type_is_offered_no_more_and_comes_back(promises):
    promises.retire_type(type="supply")
    assert "supply" not in [t.type.key for t in promises.list_outcome_types().types]
    with pytest.raises(NotFound):
        promises.define_outcome(project=WATER, title="T", outcome_type="supply")
    assert promises.get_outcome(id="outcome:water").type.key == "supply"  # what is of it stays so
    assert promises.restore_type(type="Supply").type.retired_at is None
    assert promises.define_outcome(project=WATER, title="T", outcome_type="supply").outcome.outcome_type


def test_only_the_pmo_edits_the_taxonomy_and_counts_only_what_it_may_see(promises):
    jo = promises.as_visitor(visitor("jo", "unit:A"))
    for call, values in (
        (jo.merge_types, {"source": "supply", "target": "quality"}), (jo.rename_type, {"type": "supply"}),
        (jo.retire_metric, {"metric": "nps"}), (jo.merge_metrics, {"source": "nps", "target": "nps"}),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            call(**values)
    pmo = promises.as_visitor(visitor("pia", "unit:A", role=Role.PMO))
    assert pmo.merge_types(source="supply", target="quality").outcomes == 1  # the road's moved, too: hidden
    assert promises.get_outcome(id="outcome:road").type.key == "quality"
    audited = promises.store.read("MATCH (a:AuditEntry) WHERE a.subject = 'outcome_type:supply' RETURN a.person AS p")
    assert [row["p"] for row in audited] == ["pia"]


def test_merged_metrics_take_their_outcomes_along_and_speak_one_language(promises, store):
    promises.define_metric(
        key="staying", name_en="Staying power", name_zh="持续率", unit_of_measure="%", unit_kind="percent",
        aliases=["loyalty"],
    )  # fmt: skip
    english = promises.define_outcome(project=WATER, title="A", metric="loyalty", target=80).outcome
    chinese = promises.define_outcome(project=WATER, title="B", metric="持续率").outcome
    assert (english.metric_key, english.metric, chinese.metric) == ("staying", "Staying power", "持续率")
    done = promises.merge_metrics(source="loyalty", target="留存率")
    assert (done.outcomes, done.into.key) == (2, "retention_rate")
    now = promises.get_outcome(id=chinese.id)
    assert (now.outcome.metric_key, now.outcome.metric, now.metric.key) == (
        "retention_rate",
        "留存率",
        "retention_rate",
    )
    assert promises.find_metric(name="Loyalty").metric.key == "retention_rate"
    assert not promises.merge_metrics(source="staying", target="retention rate").changed
    counted = {m.metric.key: m.outcomes for m in promises.list_metrics(text="留存").metrics}
    assert counted["retention_rate"] == 2
    split = promises.split_metric(metric="staying")
    assert split.outcomes == 2 and promises.get_outcome(id=english.id).outcome.metric == "Staying power"
    put(store, Assessment(id="a", subject=chinese.id, scheme="s", value="good", attained=True, project=WATER),
        edges=[Relationship(type=Rel.ASSESSES, start_label=Label.ASSESSMENT, start="a", end_label=Label.OUTCOME,
                            end=chinese.id)])  # fmt: skip
    names = {p.outcome: p.metric for p in read_precedents(store, EVERYTHING)}
    assert names[chinese.id] == "Staying power"  # precedents count one metric, whatever the language


def test_metrics_whose_figures_mean_different_things_are_not_merged(promises):
    for source, target, said in (
        ("churn_rate", "retention_rate", "direction"), ("cycle_time", "first_response_time", "unit"),
        ("cost_per_month", "hours_per_week", "kind"),
    ):  # fmt: skip
        with pytest.raises(InvalidRequest, match=f"the {said}"):
            promises.merge_metrics(source=source, target=target)
    with pytest.raises(NotFound, match="Did you mean 'churn"):
        promises.merge_metrics(source="chrun_rate", target="retention_rate")


def test_a_renamed_metric_is_still_found_by_its_old_names(promises):
    told = promises.rename_metric(metric="NPS", name_en="Recommendation score", add_aliases=["would recommend"])
    assert "Net promoter score" in told.metric.aliases and told.metric.key == "net_promoter_score"
    for name in ("net promoter score", "Recommendation score", "would recommend", "净推荐值", "nps"):
        assert promises.find_metric(name=name).metric.key == "net_promoter_score"
    back = promises.rename_metric(
        metric="nps", name_en="Net promoter score", drop_aliases=["would recommend", "Recommendation score"]
    )
    assert back.metric.name_en not in back.metric.aliases
    assert promises.find_metric(name="would recommend").metric is None
    with pytest.raises(Conflict, match="called already"):
        promises.rename_metric(metric="nps", name_en="Churn rate")


def test_a_metric_is_changed_by_who_read_it_and_keeps_its_unit_once_it_measures(promises):
    asked = {"key": "wells", "name_en": "Wells", "name_zh": "水井数", "unit_of_measure": "wells"}
    assert promises.define_metric(**asked).changed
    assert not promises.define_metric(**asked).changed
    with pytest.raises(Conflict, match="revision that you read"):
        promises.define_metric(**asked | {"unit_of_measure": "pumps"})
    assert promises.define_metric(**asked | {"unit_of_measure": "pumps"}, revision=1).metric.unit_of_measure == "pumps"
    promises.define_outcome(project=WATER, title="T", metric_key="wells")
    with pytest.raises(InvalidRequest, match="key of its own"):
        promises.define_metric(**asked, revision=2)
    assert promises.define_metric(**asked | {"unit_of_measure": "pumps", "formula": "count"}, revision=2).changed


def test_the_unit_of_an_amount_is_a_currency_in_use(promises):
    asked = {"key": "turnover_x", "name_en": "Turnover X", "name_zh": "某营业额", "unit_kind": "currency"}
    with pytest.raises(UnknownCurrency, match="EUR"):
        promises.define_metric(**asked, unit_of_measure="EUX")
    assert promises.define_metric(**asked, unit_of_measure="eur").metric.unit_of_measure == "EUR"


def test_a_retired_metric_is_neither_found_nor_suggested_and_comes_back(promises):
    measured = promises.define_outcome(project=WATER, title="T", metric="nps").outcome.id
    promises.retire_metric(metric="nps")
    found = promises.find_metric(name="NPS")
    assert promises.get_outcome(id=measured).metric.key == "net_promoter_score"  # what is measured by it stays so
    assert found.metric is None and "net_promoter_score" not in [n.metric.key for n in found.near]
    assert promises.list_metrics(text="promoter").total == 0
    assert promises.list_metrics(text="promoter", all=True).total == 1
    assert promises.restore_metric(metric="nps").metric.retired_at is None
    assert promises.find_metric(name="净推荐值").metric is not None


class Merging(RuleBasedStateMachine):
    """Any run of merges and splits: no outcome is lost, and undoing all of them restores what was."""

    keys = [f"kind_{n}" for n in range(4)]

    @initialize()
    def begin(self):
        self.folder = TemporaryDirectory()
        self.graph: KnowledgeGraph = open_graph(Path(self.folder.name) / "home", create=True)
        self.graph.services["outcome_templates"] = OutcomeTemplates()
        records, edges = two_units()
        kinds = [OutcomeType(id=f"outcome_type:{k}", key=k, name_en=k, name_zh=k) for k in self.keys]
        own = [
            Outcome(id=f"o:{n}", project=WATER, unit="A/Water", title=str(n), outcome_type=kinds[n % 4].id)
            for n in range(8)
        ]
        joined = [
            Relationship(type=Rel.OF_TYPE, start_label=Label.OUTCOME, start=o.id, end_label=Label.OUTCOME_TYPE,
                         end=o.outcome_type)
            for o in own
        ]  # fmt: skip
        with self.graph.store.transaction() as tx:
            put_records(tx, [*records, *kinds, *own], at=NOON)
            put_relationships(tx, [*edges, *joined], at=NOON)
        self.first = self.said()

    def said(self):
        rows = self.graph.store.read("MATCH (o:Outcome) RETURN o.id AS o, o.outcome_type AS t ORDER BY o")
        return {row["o"]: row["t"] for row in rows}

    @rule(source=st.sampled_from(keys), into=st.sampled_from(keys))
    def merge(self, source, into):
        try:
            self.graph.merge_types(source=source, target=into)
        except (InvalidRequest, Conflict):
            return
        moved = self.said()
        assert not self.graph.merge_types(source=source, target=into).changed and self.said() == moved

    @rule(key=st.sampled_from(keys))
    def split(self, key):
        try:
            self.graph.split_type(type=key)
        except InvalidRequest:
            return

    @invariant()
    def every_outcome_is_of_the_type_that_its_first_one_leads_to(self):
        if not hasattr(self, "first"):
            return
        ends = ends_of_merges(self.graph.store, Label.OUTCOME_TYPE)
        assert self.said() == {o: ends.get(t, t) for o, t in self.first.items()}
        rows = self.graph.store.read(OF_TYPE)
        assert {row["o"]: row["t"] for row in rows} == self.said() and len(rows) == len(self.first)

    def teardown(self):
        if hasattr(self, "graph"):
            for key in self.keys:
                try:
                    self.graph.split_type(type=key)
                except InvalidRequest:
                    continue
            assert self.said() == self.first
            self.graph.close()
            self.folder.cleanup()


TestMerging = Merging.TestCase
TestMerging.settings = settings(max_examples=12, stateful_step_count=10, deadline=None)

"""What an answer says of its hits beyond words and meaning: closeness, state, duplicates, successors, counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kg.domain import LessonEvent, Outcome, OutcomeType, Project, Relationship
from kg.graph import KnowledgeGraph
from kg.operations.lessons import LessonHit, LessonHits, Notice, SearchLessons
from kg.policy import ScopeFilter
from kg.queries import statement
from kg.schema import Label, Rel
from kg.search import SearchIndex
from kg.store.records import put_relationships
from tests.conftest import NOON
from tests.kg.search.conftest import EVERYTHING, ToyEncoder, ask, ids, lesson, put

TODAY = date(2026, 1, 1)


@pytest.fixture
def bare(graph: KnowledgeGraph) -> SearchIndex:
    return SearchIndex(graph.store, {"toy": ToyEncoder()}, None)


def join(graph: KnowledgeGraph, *edges: tuple[Rel, Label, str, Label, str]) -> None:
    made = [Relationship(type=rel, start_label=a, start=start, end_label=b, end=end) for rel, a, start, b, end in edges]
    with graph.store.transaction() as tx:
        put_relationships(tx, made, at=NOON, by="test")


def today(index: SearchIndex, text: str, **more: Any) -> LessonHits:
    return index.search(SearchLessons.model_validate({"text": text, **more}), EVERYTHING, TODAY)


def part(hit: LessonHit, arm: str) -> float:
    return sum(part.score for part in hit.parts if part.arm == arm)


@pytest.fixture
def two_projects(graph: KnowledgeGraph) -> KnowledgeGraph:
    """The asker's project and another that share a type of outcome; each of three lessons lies elsewhere."""
    put(
        graph,
        *[Project(id=f"project:{key}", name=f"Project {key}", unit="A") for key in "abc"],
        OutcomeType(id="type:water", key="water", name_en="Clean water", name_zh="洁净用水"),
        *[Outcome(id=f"outcome:{key}", project=f"project:{key}", unit="A", title="Water") for key in "ab"],
        *[lesson(key, "Renew certificates in time.", project=f"project:{key}", polarity=p)
          for key, p in (("b", "success"), ("c", "failure"))],
    )  # fmt: skip
    join(
        graph,
        *[(Rel.HAS_OUTCOME, Label.PROJECT, f"project:{k}", Label.OUTCOME, f"outcome:{k}") for k in "ab"],
        *[(Rel.OF_TYPE, Label.OUTCOME, f"outcome:{k}", Label.OUTCOME_TYPE, "type:water") for k in "ab"],
        *[(Rel.LEARNED_IN, Label.LESSON, f"lesson:{k}", Label.PROJECT, f"project:{k}") for k in "bc"],
    )
    return graph


def test_a_lesson_near_the_askers_project_comes_first_and_tells_its_path(
    two_projects: KnowledgeGraph, bare: SearchIndex
) -> None:
    without = ask(bare, "certificates", fold=False)
    assert [part(hit, "graph") for hit in without.hits] == [0.0, 0.0]
    found = ask(bare, "certificates", project="project:a", fold=False)
    assert ids(found) == ["b", "c"]
    near = found.hits[0]
    assert part(near, "graph") > 0 == part(found.hits[1], "graph")
    assert near.score == pytest.approx(sum(p.score for p in near.parts))
    assert [(s.relation, s.forward, s.name) for s in near.path] == [
        ("OF_TYPE", True, "Clean water"), ("OF_TYPE", False, "Project b"),
        ("LEARNED_IN", False, "Renew certificates in time"),
    ]  # fmt: skip
    assert ask(bare, "证书", project="project:a").hits[0].path[0].name == "洁净用水"


@pytest.mark.parametrize(
    ("rel", "start", "end", "start_label", "end_label"),
    [
        (Rel.OF_TYPE, "outcome:a", "type:water", Label.OUTCOME, Label.OUTCOME_TYPE),
        (Rel.HAS_OUTCOME, "project:b", "outcome:b", Label.PROJECT, Label.OUTCOME),
        (Rel.LEARNED_IN, "lesson:b", "project:b", Label.LESSON, Label.PROJECT),
    ],
)
def test_without_one_edge_of_its_path_a_lesson_scores_less(
    two_projects: KnowledgeGraph,
    bare: SearchIndex,
    rel: Rel,
    start: str,
    end: str,
    start_label: Label,
    end_label: Label,
) -> None:
    before = next(h for h in ask(bare, "certificates", project="project:a", fold=False).hits if h.id == "lesson:b")
    remove = statement("relationships.remove", rel=rel, start=start_label, end=end_label)
    two_projects.store.write(remove, rows=[{"start_id": start, "end_id": end}])
    put(two_projects, lesson("other", "Something else."))  # a change, so that nothing is answered from memory
    after = next(h for h in ask(bare, "certificates", project="project:a", fold=False).hits if h.id == "lesson:b")
    assert part(after, "graph") < part(before, "graph")
    assert after.path == []


def test_no_path_leads_through_a_hidden_project(two_projects: KnowledgeGraph, bare: SearchIndex) -> None:
    scope = ScopeFilter(projects=frozenset({"project:a"}))
    put(two_projects, lesson("mine", "Renew certificates.", project="project:a"))
    join(two_projects, (Rel.APPLIED, Label.PROJECT, "project:b", Label.LESSON, "lesson:mine"))
    assert ask(bare, "certificates", scope, project="project:a").hits[0].path == []
    assert ask(bare, "certificates", scope, project="project:b").hits[0].path == []
    assert ask(bare, "certificates", project="project:a", fold=False).hits[0].path != []


def test_lessons_that_say_the_same_are_shown_once(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    text = "Renew every certificate thirty days before it expires and let a second person confirm the date. "
    put(
        graph,
        lesson("one", text * 2), lesson("two", text * 2 + "Always."), lesson("not", text + "Do not renew it earlier."),
        lesson("other", "The storage of a node was full."),
    )  # fmt: skip
    found = ask(bare, "renew certificate expires date")
    assert ids(found)[0] in {"one", "two"}
    assert len(found.hits[0].folded) == 1
    assert {"one", "two"} == {found.hits[0].id.split(":")[1], found.hits[0].folded[0].id.split(":")[1]}
    assert "not" in ids(found), "what denies is never folded into what demands"
    assert found.total == 3
    assert set(ids(ask(bare, "renew certificate expires date", fold=False))) == {"one", "two", "not", "other"}


def test_a_translation_is_folded_and_the_askers_language_leads(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(
        graph,
        lesson("en", "Renew each certificate in time.", language="en"),
        lesson("zh", "及时更新每一张证书。", language="zh", translation_of="lesson:en"),
    )
    assert (ids(ask(bare, "更新证书")), ids(ask(bare, "renew the certificate"))) == (["zh"], ["en"])
    assert [link.id for link in ask(bare, "renew the certificate").hits[0].folded] == ["lesson:zh"]


def test_pages_of_folded_hits_follow_each_other(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    words = ["valve", "pump", "cable", "tank", "motor", "panel", "sensor", "battery", "wheel", "engine"]
    for n, word in enumerate(words):
        text = f"The {word} needs a certificate of its maker, and the {word} shall be tested twice by the team."
        put(graph, *[lesson(f"{word}{copy}", text, title=f"{word} {n}") for copy in range(8)])
    whole = ids(ask(bare, "certificate", limit=10))
    assert len({key.rstrip("0123456789") for key in whole}) == 10
    assert ids(ask(bare, "certificate", limit=4)) + ids(ask(bare, "certificate", limit=6, offset=4)) == whole


def test_a_newer_lesson_stands_in_for_the_one_it_supersedes(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(
        graph,
        lesson("old", "Renew certificates by hand.", state="superseded"),
        lesson("new", "Let a machine do it.", driving_event="A renewal was forgotten."),
        lesson("other", "A certificate is a file."),
    )
    join(graph, (Rel.SUPERSEDES, Label.LESSON, "lesson:new", Label.LESSON, "lesson:old"))
    found = ask(bare, "renew certificates by hand")
    assert ids(found)[0] == "new" and "old" not in ids(found)
    hit = found.hits[0]
    assert [link.id for link in hit.replaces] == ["lesson:old"]
    assert part(hit, "replaces") > 0 and hit.score == pytest.approx(sum(p.score for p in hit.parts))
    asked_for = ask(bare, "renew certificates by hand", filters={"state": ["superseded"]})
    assert ids(asked_for) == ["old"] and asked_for.hits[0].notices == [Notice.SUPERSEDED]


def test_a_superseded_lesson_whose_successor_is_hidden_is_shown_lower(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(
        graph,
        lesson("old", "Renew certificates by hand.", state="superseded"),
        lesson("peer", "Renew certificates by hand!", polarity="failure"),
        lesson("new", "Let a machine do it.", project="project:z", unit="Z"),
    )
    join(graph, (Rel.SUPERSEDES, Label.LESSON, "lesson:new", Label.LESSON, "lesson:old"))
    found = ask(bare, "certificates by hand", ScopeFilter(units=frozenset({"A"})))
    assert ids(found) == ["peer", "old"]
    assert (found.hits[1].notices, part(found.hits[1], "standing")) == ([Notice.SUPERSEDED], -1.0)


def test_a_lesson_past_its_review_is_shown_lower_and_says_so(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(
        graph,
        lesson("due", "Renew certificates by hand.", review_by="2025-12-31"),
        lesson("fresh", "Renew certificates by hand.", review_by="2026-01-01", polarity="success"),
    )
    found = today(bare, "certificates")
    assert ids(found) == ["fresh", "due"]
    assert [hit.notices for hit in found.hits] == [[], [Notice.REVIEW_DUE]]
    assert part(found.hits[1], "standing") < 0


def test_a_draft_says_that_it_is_one(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(graph, lesson("draft", "Renew certificates.", state="draft"))
    assert ask(bare, "certificates").hits[0].notices == [Notice.DRAFT]


def test_what_came_again_twice_is_shown_lower(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(graph, lesson("a", "Renew certificates."), lesson("b", "Renew certificates.", polarity="success"))
    assert ids(ask(bare, "certificates")) == ["a", "b"]

    def again(number: int, state: str) -> None:
        put(graph, LessonEvent.parse({
            "id": f"event:{number}", "subject": "lesson:a", "kind": "recurred", "person": "eva", "state": state,
            "project": "project:a", "unit": "A", "happened_on": f"2025-01-0{number}",
        }))  # fmt: skip

    again(1, "accepted")
    again(2, "proposed")
    assert ids(ask(bare, "certificates")) == ["a", "b"]
    again(2, "accepted")
    found = ask(bare, "certificates")
    assert ids(found) == ["b", "a"] and found.hits[1].notices == [Notice.NOT_EFFECTIVE]


def test_counts_beside_values_say_what_a_filter_will_list(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    sectors = ["Water", "Roads", "Health", "Energy"]
    put(
        graph,
        *[
            lesson(f"n{n}", f"Lesson {n} tells of {'certificates' if n % 3 == 0 else 'budgets'} and more {n * 7919}.",
                   sector=sectors[n % 4], topics=[f"topic {n % 7}"], title=f"Title {n}")
            for n in range(200)
        ],
    )  # fmt: skip
    bare.refresh()
    bare.encode_pending()
    found = ask(bare, "certificates", fold=False)
    for name in ("sector", "topic"):
        for value, count in found.facets[name].items():
            assert ask(bare, "certificates", filters={name: [value]}, fold=False).total == count, (name, value)


def test_a_filter_by_source(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(
        graph,
        lesson("x", "Renew certificates.", source_system="nasa_llis", external_id="1"),
        lesson("y", "Certificates."),
    )
    assert ids(ask(bare, "certificates", filters={"source": ["nasa_llis"]})) == ["x"]
    assert ask(bare, "certificates").facets["source"] == {"nasa_llis": 1}


def test_a_rare_value_still_gets_the_nearest_ones(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(
        graph, *[lesson(f"n{n}", f"certificate number {n}") for n in range(80)], lesson("far", "storage", sector="Rare")
    )
    bare.refresh()
    bare.encode_pending()
    assert ids(ask(bare, "证书", filters={"sector": ["Rare"]})) == ["far"]


def test_a_hit_counts_what_became_of_it_where_the_asker_may_see(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(graph, lesson("a", "Renew certificates."))
    events = [("helped", "eva", "a"), ("helped", "tom", "a"), ("applied", "eva", "a"), ("applied", "eva", "z"),
              ("recurred", "eva", "a")]  # fmt: skip
    for number, (kind, person, project) in enumerate(events):
        values = {"id": f"event:{number}", "subject": "lesson:a", "kind": kind, "person": person,
                  "project": f"project:{project}", "unit": project.upper()}  # fmt: skip
        put(graph, LessonEvent.parse(values))
    hit = ask(bare, "certificates").hits[0]
    assert (hit.helped, hit.applied, hit.recurred) == (2, 2, 1)
    hit = ask(bare, "certificates", ScopeFilter(units=frozenset({"A"}))).hits[0]
    assert (hit.helped, hit.applied) == (2, 1)


def test_a_conflict_is_shown_to_those_who_see_both_sides(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(
        graph,
        lesson("by", "Renew certificates by hand."), lesson("not", "Never renew certificates by hand.", unit="B",
                                                            project="project:b"),
    )  # fmt: skip
    join(graph, (Rel.CONTRADICTS, Label.LESSON, "lesson:not", Label.LESSON, "lesson:by"))
    hit = ask(bare, "renew certificates by hand", filters={"project": ["a"]}).hits[0]
    assert ([link.id for link in hit.conflicts], hit.notices) == (["lesson:not"], [Notice.CONFLICT])
    hit = ask(bare, "renew certificates by hand", ScopeFilter(units=frozenset({"A"}))).hits[0]
    assert (hit.conflicts, hit.notices) == ([], [])


def test_a_translation_shown_for_its_original_keeps_its_place_and_its_parts_add_up(
    graph: KnowledgeGraph, bare: SearchIndex
) -> None:
    put(
        graph,
        lesson("zh", "certificate certificate certificate 证书", language="zh"),
        lesson("en", "Let a machine do the renewing.", language="en", translation_of="lesson:zh"),
        lesson("other", "The certificate and the storage.", language="en"),
    )
    found = ask(bare, "which certificate is the certificate of what")
    assert set(ids(found)) == {"en", "other"}
    hit = next(hit for hit in found.hits if hit.id == "lesson:en")
    assert [link.id for link in hit.folded] == ["lesson:zh"]
    assert hit.score == pytest.approx(sum(p.score for p in hit.parts))
    assert [h.score for h in found.hits] == sorted((h.score for h in found.hits), reverse=True)


def test_questions_read_ahead_are_answered_alike_without_the_model(graph: KnowledgeGraph) -> None:
    put(graph, lesson("tls", "Renew certificates."))
    encoder = ToyEncoder()
    index = SearchIndex(graph.store, {"toy": encoder}, None)
    index.refresh()
    index.encode_pending()
    index.prepare(["证书", "tls", "证书"])
    encoder.encode_queries = lambda texts: (_ for _ in ()).throw(AssertionError("asked again"))  # type: ignore[method-assign]
    assert ids(ask(index, "证书")) == ids(ask(index, "tls")) == ["tls"]


def test_what_became_of_a_lesson_is_told_in_each_of_its_languages(graph: KnowledgeGraph, bare: SearchIndex) -> None:
    put(
        graph,
        lesson("en", "Renew each certificate in time.", language="en"),
        lesson("zh", "及时更新每一张证书。", language="zh", translation_of="lesson:en"),
        LessonEvent(id="event:1", subject="lesson:en", kind="applied", person="eva", project="project:a", unit="A"),
    )
    for text in ("更新证书", "renew the certificate"):
        assert ask(bare, text).hits[0].applied == 1

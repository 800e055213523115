"""What is found, by whom, and how soon."""

from __future__ import annotations

import threading
import time

import pytest

from kg.encoders import ProcessEncoder, VectorCache
from kg.errors import EncoderError
from kg.graph import KnowledgeGraph
from kg.policy import ScopeFilter
from kg.search import SearchIndex
from tests.kg.search.conftest import EVERYTHING, LESSONS, ToyEncoder, ask, ids, lesson, put, retire


def test_words_and_meaning_find_a_lesson(index: SearchIndex) -> None:
    found = ask(index, "what happens when certificates expire")
    assert ids(found)[0] == "tls"
    assert found.hits[0].project_name == "Project A"
    assert {part.arm for part in found.hits[0].parts} == {"words", "toy"}


def test_a_question_in_the_other_language_is_answered_by_meaning(index: SearchIndex) -> None:
    best = ask(index, "证书过期怎么办", limit=2)
    assert "tls" in ids(best)
    words = next(part for part in best.hits[ids(best).index("tls")].parts if part.arm == "words")
    assert (words.rank, words.score) == (None, 0.0)


def test_the_parts_add_up_to_the_score_exactly_and_order_the_hits(index: SearchIndex) -> None:
    for text in ("certificate storage budget", "磁盘", "the reserve"):
        hits = ask(index, text).hits
        assert hits
        assert [hit.score for hit in hits] == [sum(part.score for part in hit.parts) for hit in hits]
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_another_scope_sees_no_hit_no_count_and_no_facet(index: SearchIndex) -> None:
    stranger = ScopeFilter(projects=frozenset({"project:elsewhere"}))
    found = ask(index, "certificate", stranger)
    assert (found.hits, found.total, found.facets) == ([], 0, {})
    assert all(arm.records == 0 and arm.pending == 0 for arm in found.arms)


def test_hidden_records_change_nothing_about_an_answer(index: SearchIndex, graph: KnowledgeGraph) -> None:
    own = ScopeFilter(units=frozenset({"A"}))
    before = ask(index, "certificate", own)
    put(graph, *[lesson(f"hidden{n}", "certificate certificate", project="project:z", unit="Z") for n in range(30)])
    after = ask(index, "certificate", own)
    assert [hit.model_dump() for hit in before.hits] == [hit.model_dump() for hit in after.hits]
    assert before.facets == after.facets
    assert before.arms == after.arms


def test_confidential_lessons_are_for_those_who_are_named(index: SearchIndex) -> None:
    assert "secret" not in ids(ask(index, "certificate", ScopeFilter(units=frozenset({"A"}))))
    assert "secret" in ids(ask(index, "certificate", ScopeFilter(projects=frozenset({"project:c"}))))
    assert "secret" in ids(ask(index, "certificate", ScopeFilter(units=frozenset({"A"}), confidential=True)))


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"project": ["project:a"]}, {"tls", "disk"}),
        ({"project": ["b"]}, {"budget", "zh"}),
        ({"unit": ["B"]}, {"budget", "zh"}),
        ({"sector": ["finance"]}, {"budget"}),
        ({"topic": ["capacity"]}, {"disk"}),
        ({"phase": ["operation"]}, {"disk"}),
        ({"language": ["zh"]}, {"zh"}),
        ({"state": ["draft"]}, set()),
        ({"project": ["nowhere"]}, set()),
        ({"learnt_from": "2020-01-01"}, set()),
    ],
)
def test_filters_hold_before_retrieval(index: SearchIndex, filters: dict[str, object], left: set[str]) -> None:
    found = ask(index, "certificate storage budget 磁盘", filters=filters)
    assert set(ids(found)) == left
    assert found.total == len(left)
    assert sum(found.facets.get("state", {}).values()) == len(left)


def test_a_new_lesson_is_found_by_words_at_once_and_by_meaning_soon(
    graph: KnowledgeGraph, index: SearchIndex, encoder: ToyEncoder
) -> None:
    index.start()
    wait_for(lambda: index.pending() == 0 and len(encoder.texts) >= len(LESSONS))
    put(graph, lesson("new", "The xylophone needs a TLS handshake."))
    assert "new" in ids(ask(index, "xylophone"))
    wait_for(lambda: index.pending() == 0)
    hit = next(hit for hit in ask(index, "证书").hits if hit.id == "lesson:new")
    assert next(part for part in hit.parts if part.arm == "toy").rank is not None


def test_vectors_reach_the_nodes_without_becoming_changes(graph: KnowledgeGraph, index: SearchIndex) -> None:
    before = graph.store.revision()
    index.start()
    query = "MATCH (n:Lesson) WHERE n.vector_toy IS NOT NULL RETURN count(n) AS n"
    wait_for(lambda: graph.store.read(query)[0]["n"] == len(LESSONS))
    assert graph.store.revision() == before


def test_a_changed_lesson_is_found_by_its_new_words_only(graph: KnowledgeGraph, index: SearchIndex) -> None:
    ask(index, "warm up")
    put(graph, lesson("disk", "Count the inodes as well."))
    found = ask(index, "inodes")
    assert ids(found)[0] == "disk"
    assert found.hits[0].matched_terms == ["inodes"]
    assert all("storage" not in hit.matched_terms for hit in ask(index, "storage").hits)


def test_a_retired_lesson_vanishes(graph: KnowledgeGraph, index: SearchIndex) -> None:
    assert "tls" in ids(ask(index, "certificate"))
    retire(graph, LESSONS[0])
    assert "tls" not in ids(ask(index, "certificate"))


def test_many_changes_leave_the_same_index_as_a_fresh_one(graph: KnowledgeGraph, index: SearchIndex) -> None:
    ask(index, "warm up")
    for round_ in range(40):
        put(graph, *[lesson(f"n{n}", f"Round {round_} of storage {n}") for n in range(40)])
        index.refresh()
    retire(graph, lesson("n3", "x"))
    index.encode_pending()
    with_history = ask(index, "storage round 39", limit=20)
    fresh = SearchIndex(graph.store, {"toy": ToyEncoder()}, None)
    fresh.refresh()
    fresh.encode_pending()
    without = ask(fresh, "storage round 39", limit=20)
    assert [(h.id, h.score) for h in with_history.hits] == [(h.id, h.score) for h in without.hits]
    assert index.nbytes()["words"] < 40 * fresh.nbytes()["words"]


def test_similar_lessons_leave_out_the_lesson_itself(graph: KnowledgeGraph, index: SearchIndex) -> None:
    put(graph, lesson("tls2", "Certificates expire unseen; renew them by a machine.", title="TLS outage"))
    found = index.similar(LESSONS[0], EVERYTHING, 3)
    assert ids(found)[0] == "tls2"
    assert "tls" not in ids(found)


def test_pages_follow_each_other(index: SearchIndex) -> None:
    every = ids(ask(index, "certificate storage budget"))
    assert ids(ask(index, "certificate storage budget", limit=2)) == every[:2]
    assert ids(ask(index, "certificate storage budget", limit=2, offset=2)) == every[2:4]
    assert ids(ask(index, "certificate", offset=500)) == []


@pytest.mark.parametrize(
    "text",
    [
        "?", "x", "😀🔥", "'; DROP TABLE lessons; --", "MATCH (n) DETACH DELETE n", 't:"a" AND (b OR -c~2)^3 [a TO z]',
        "certificate " * 333, "证" * 4000, "a\x00b", "ＣＥＲＴＩＦＩＣＡＴＥ", "the of and", "e\u0301" * 50, "ﷺ",
    ],
)  # fmt: skip
def test_odd_questions_are_answered(index: SearchIndex, text: str) -> None:
    found = ask(index, text, ScopeFilter(units=frozenset({"A"})))
    assert all(hit.project == "project:a" for hit in found.hits)


def test_an_empty_index_answers(graph: KnowledgeGraph) -> None:
    empty = SearchIndex(graph.store, {"toy": ToyEncoder()}, None)
    found = ask(empty, "anything")
    assert (found.hits, found.total) == ([], 0)


def test_words_go_on_when_a_model_is_unusable(graph: KnowledgeGraph) -> None:
    class Broken(ToyEncoder):
        def encode_documents(self, texts: object) -> object:
            raise EncoderError("The model is gone.")

    put(graph, *LESSONS)
    found = ask(SearchIndex(graph.store, {"toy": Broken()}, None), "certificate")
    assert ids(found)[0] == "tls"
    assert found.arms[1].problem == "The model is gone."


def test_kept_vectors_need_no_model(graph: KnowledgeGraph, index: SearchIndex, cache: VectorCache) -> None:
    ask(index, "certificate")
    again = SearchIndex(graph.store, {"toy": (other := ToyEncoder())}, cache)
    again.refresh()
    assert again.pending() == 0
    assert other.texts == []


def test_questions_and_changes_at_the_same_time(graph: KnowledgeGraph, index: SearchIndex) -> None:
    index.start()
    failures: list[BaseException] = []

    def keep_asking() -> None:
        try:
            for _ in range(60):
                ask(index, "storage certificate")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(30):
        put(graph, lesson(f"t{n % 7}", f"storage {n}"))
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_packaged_model_answers_across_languages(graph: KnowledgeGraph, e5: ProcessEncoder) -> None:
    put(
        graph,
        lesson("tls", "A warning said that the SSL certificate was going to expire; renew it in time."),
        lesson("pump", "Inspect the valves of the pump before every test."),
        lesson("people", "Plan holidays of the team before the release."),
        lesson("zh1", "会议应当有明确的议程和记录。"),
        lesson("zh2", "磁盘空间不足时服务会停止。"),
        lesson("zh3", "供应商延迟交货导致成本上升。"),
    )
    index = SearchIndex(graph.store, {"multilingual": e5}, None)
    for question in ("what happens when certificates expire", "证书过期怎么办"):
        assert ids(ask(index, question))[0] == "tls"


def wait_for(condition: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)

"""The search panel shows all that a hit says of itself, and its whole state is its address."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest

from kg.errors import Conflict, NotFound
from kg.graph import KnowledgeGraph
from kg.operations.lessons import ArmState, LessonHit, LessonHits, LessonLink, PathStep, ScorePart
from kg.operations.reading import HeededLesson, ReadingList
from kg.operations.searches import SavedSearchView
from kg.search import SearchIndex
from tests.kg.operations.conftest import WATER, put, two_units
from widgets.components.lesson_search import LessonSearch
from widgets.components.surroundings import SurroundingsWalk
from widgets.rendering import Query, ResultsView, SearchDesk, parse_query, render
from widgets.rendering.query import FACETS, TRAIL

FULL = "?" + "&".join(
    ["q=%E8%AF%81%E4%B9%A6", *(f"{facet}={value}" for facet, value in zip(
        FACETS, ["project%3Aa", "zh", "failure", "reviewed", "Water", "alerts", "design", "nasa", "A%2FB"], strict=True)),
     "from=2020-01-01", "to=2021-01-01", "as_of=2022-02-02", "for=project%3Ab"]
)  # fmt: skip


def hit(**values: object) -> LessonHit:
    parts = [ScorePart(arm="words", rank=1, raw=2, score=0.6), ScorePart(arm="e5", rank=2, raw=0.8, score=0.4)]
    return LessonHit.model_validate({"id": "lesson:one", "title": "One", "score": 1.0, "parts": parts} | values)


def panel(*hits: LessonHit, language: str = "en", query: str = "?q=x", **view: object) -> str:
    found = LessonHits(hits=list(hits), total=len(hits), arms=[ArmState(name="words", records=1)])
    shown = ResultsView(parse_query(query), found, **({"saved": []} | view))
    return render("parts/search_panel.html", language=language, view=shown)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_whole_state_is_in_the_address_and_comes_back():
    query = parse_query(FULL)
    assert query.link() == FULL
    assert parse_query(query.here()) == query
    asked = query.request()
    assert asked["filters"]["unit"] == ["A/B"]
    assert (asked["filters"]["learnt_from"], asked["filters"]["learnt_to"]) == (date(2020, 1, 1), date(2021, 1, 1))
    assert (asked["as_of"], asked["project"]) == (date(2022, 2, 2), "project:b")
    assert query.filtered == len(FACETS) + 2
    assert parse_query("?q=x&from=soon&as_of=2022-13-01&to=").request()["filters"] == {}


def test_an_address_of_nonsense_is_an_empty_search():
    assert parse_query("&".join(f"q{n}=x" for n in range(500))) == Query()
    assert parse_query("?q=" + "x" * 100_000).text == "x" * 1000
    assert parse_query("?around=&like=&via=x&page=9" + "9" * 400) == Query(page=100)


def test_a_view_is_part_of_the_address_and_any_new_search_leaves_it():
    query = parse_query("?q=x&around=b&via=a&page=2")
    assert parse_query(query.here()) == query
    assert query.link() == "?q=x"
    wide = parse_query(query.widened())
    assert (wide.wide, parse_query(wide.here()), parse_query(wide.walk("c")).wide) == (True, wide, False)
    assert query.toggle("language", "zh") == "?q=x&language=zh"
    assert parse_query("?like=lesson%3Aone").here() == "?like=lesson%3Aone"


def test_a_walk_remembers_the_last_steps_and_shortens_when_it_returns():
    query = Query(around="a")
    for key in "bcdefgh":
        query = parse_query(query.walk(key))
    assert (query.around, query.via) == ("h", tuple("cdefg"))
    assert len(query.via) == TRAIL
    back = parse_query(query.walk("e"))
    assert (back.around, back.via) == ("e", ("c", "d"))


def test_notices_counts_and_states_are_words_in_both_languages():
    known = hit(state="published", notices=["review_due", "not_effective", "superseded", "draft", "conflict"],
                helped=3, applied=1, recurred=2)  # fmt: skip
    en, zh = words(panel(known)), words(panel(known, language="zh"))
    for text in ("Review overdue", "Not effective", "Superseded", "Draft", "Disputed", "Published"):
        assert text in en
    for text in ("helped 3 people", "applied once", "happened again 2 times"):
        assert text in en
    for text in ("逾期未复审", "实践证明无效", "已被取代", "对 3 人有帮助", "已应用一次", "再次发生 2 次"):
        assert text in zh
    assert "helped" not in words(panel(hit()))


def test_what_is_folded_replaced_or_contradicted_is_linked():
    other = LessonLink(id="lesson:other/1", title="Other `one`")
    html = panel(hit(folded=[other, LessonLink(id="lesson:2", title="Two")], replaces=[other], conflicts=[other]))
    assert html.count('href="/lessons/lesson:other%2F1"') == 3
    for text in ("2 more say the same", "Stands in for the superseded", "Accepted lessons recommend the opposite:"):
        assert text in words(html)
    assert "`" not in words(html)


def test_the_way_from_the_askers_project_is_told_in_words():
    path = [
        PathStep(relation="HAS_OUTCOME", forward=True, label="Outcome", id="o", name="Pipes for all"),
        PathStep(relation="OF_TYPE", forward=True, label="OutcomeType", id="t", name="Water supply"),
        PathStep(relation="OF_TYPE", forward=False, label="Outcome", id="o2", name="Wells"),
        PathStep(relation="HAS_OUTCOME", forward=False, label="Project", id="p2", name="Project X"),
        PathStep(relation="LEARNED_IN", forward=False, label="Lesson", id="lesson:one", name="One"),
    ]
    en, zh = words(panel(hit(path=path))), words(panel(hit(path=path), language="zh"))
    assert (
        "Your project → has the outcome Pipes for all → is of the type Water supply ← is the type of Wells "
        "← is an outcome of Project X ← taught this lesson"
    ) in en
    assert "您的项目 → 预期成果 Pipes for all → 成果类型 Water supply ← 同类成果 Wells ← 所属项目 Project X" in zh
    assert "本条经验" in zh
    unknown = hit(path=[PathStep(relation="NEW_REL", forward=True, label="Thing", id="x", name="<b>")])
    assert "NEW_REL Thing &lt;b&gt;" in words(panel(unknown))


@pytest.mark.parametrize(
    ("ranks", "sure"),
    [({"words": 1, "e5": 3}, "agree"), ({"words": 4, "e5": 40}, "words"), ({"minilm": 90, "e5": 10}, "meaning"),
     ({"words": 11, "e5": 12}, "weak"), ({"graph": 1, "reranker": 1}, "weak"), ({"words": None, "e5": 2}, "meaning")],
)  # fmt: skip
def test_how_sure_a_hit_is_compares_ranks_of_words_and_meaning(ranks, sure):
    found = hit(parts=[ScorePart(arm=arm, rank=rank, score=0.1) for arm, rank in ranks.items()])
    assert ResultsView.sureness(found) == sure


def test_every_arm_is_named_and_the_shown_parts_add_up():
    scores = {"words": 0.5, "e5": 0.2, "graph": 0.1, "reranker": 0.3, "standing": -0.15}
    found = hit(score=sum(scores.values()), parts=[ScorePart(arm=a, rank=1, raw=1, score=s) for a, s in scores.items()])
    html = panel(found)
    shown = [float(text) for text in re.findall(r"<td>(?:<strong>)?(-?\d+\.\d{4})", html)]
    assert sum(shown[:-1]) == pytest.approx(shown[-1])
    for text in (
        "Same words",
        "Same meaning",
        "Close to your project",
        "Read again side by side",
        "Standing of the lesson",
    ):
        assert text in words(html)
    assert sum(percent for _, percent in ResultsView.reasons(found)) in (99, 100, 101)


def test_a_lesson_on_the_list_says_so_and_leads_to_marking_it_applied():
    reading = ReadingList(project="p", project_name="Mine", lessons=[HeededLesson(id="lesson:one", title="One")])
    html = panel(hit(), hit(id="lesson:two", title="Two"), reading=reading)
    assert html.count('aria-pressed="true"') == 1
    assert 'href="/lessons/lesson:one#applied"' in html
    assert 'href="/lessons/lesson:two#applied"' not in html
    assert "data-choose-project" in panel(hit())


def test_saved_searches_lead_back_to_all_they_ask():
    kept = SavedSearchView.model_validate(
        {"id": "search:1", "name": "<b>证书</b>", "text": "证书", "filters": {"unit": ["A"], "learnt_to": "2021-01-01"},
         "project": "p", "as_of": "2022-02-02", "new": 2}
    )  # fmt: skip
    html = panel(hit(), saved=[kept])
    link = "?q=%E8%AF%81%E4%B9%A6&amp;unit=A&amp;to=2021-01-01&amp;as_of=2022-02-02&amp;for=p&amp;saved=search:1"
    assert f'data-query="{link}"' in html
    assert "&lt;b&gt;证书&lt;/b&gt;" in html
    assert "2 new" in words(html)
    assert "Saved searches" not in words(panel(hit(), saved=None))  # where nobody can be asked


def test_everything_chosen_is_a_token_that_can_be_dropped():
    html = panel(hit(), query=FULL, names={"project:a": "Project A"})
    assert html.count('rb-token"') == len(FACETS) + 3
    assert "learnt from 1 Jan 2020" in words(html)
    assert "as of 2 Feb 2022" in words(html)


@pytest.fixture
def graph(graph: KnowledgeGraph) -> KnowledgeGraph:
    records, edges = two_units()
    put(graph.store, *records, edges=edges)
    graph.services["search"] = SearchIndex(graph.store, {})
    return graph


def test_the_desk_finds_the_askers_project_by_id_number_or_name(graph):
    for own in (WATER, "W1", "water for all"):
        view = SearchDesk(graph).answer(Query("people", own=own))
        assert (view.query.own, view.problem, view.state) == (WATER, None, "results")
    view = SearchDesk(graph).answer(Query("people", own="no such project"))
    assert isinstance(view.problem, NotFound)
    assert view.query.own == ""
    assert view.state == "results"  # the question is answered all the same


def test_the_widget_adds_saves_forgets_and_says_so(graph):
    app = LessonSearch(graph, language="zh")
    here = f"?q=people&for={WATER}"
    app.asked = {"number": 1, "query": here, "deed": {"do": "heed", "lesson": "lesson:water", "project": WATER}}
    assert "已加入项目清单" in app.shown["html"]
    assert [x.id for x in graph.lessons_to_heed(project=WATER).lessons] == ["lesson:water"]
    app.asked = {"number": 2, "query": here, "deed": {"do": "save", "name": "人", "query": here}}
    (kept,) = graph.list_saved_searches().searches
    assert (kept.name, kept.text, kept.project) == ("人", "people", WATER)
    app.asked = {"number": 3, "query": here, "deed": {"do": "forget", "id": kept.id}}
    assert graph.list_saved_searches().searches == []
    app.asked = {"number": 4, "query": here, "deed": {"do": "burn"}}
    assert 'role="alert"' in app.shown["html"]
    assert "data-hit-link" in app.shown["html"]


def test_what_cannot_be_done_is_told_beside_the_answer():
    def refuse(**_: object) -> None:
        raise Conflict("You keep 100 searches already. Forget one first.", most=100)

    empty = SimpleNamespace(save_search=refuse, list_saved_searches=lambda: SimpleNamespace(searches=[]))
    view = SearchDesk(empty).act({"do": "save", "query": "?q=x", "name": "x"}, Query())
    assert isinstance(view.problem, Conflict)
    assert view.said == ""


def test_the_surroundings_are_links_that_walk_and_say_the_relation_in_words(graph):
    app = LessonSearch(graph)
    html = app.panel(f"?q=people&around={WATER}")
    for text in ("taught", "held", "has the outcome", "Water for all", "Retrospective"):
        assert text in words(html)
    assert 'data-query="?q=people&amp;around=outcome%3Awater&amp;via=project%3Awater"' in html
    zh = LessonSearch(graph, language="zh").panel("?around=outcome_type:supply&via=outcome:water")
    assert "供应" in zh
    assert "同类成果" in words(zh)
    assert 'href="/apps/lesson_search?around=outcome%3Awater"' in zh  # the way back
    assert "There is no such record" in LessonSearch(graph).panel("?around=nowhere")


def test_similar_lessons_open_in_place_with_a_way_back(graph):
    html = LessonSearch(graph).panel("?q=people&like=lesson:water")
    assert "Lessons like this one" in words(html)
    assert 'data-query="?q=people" data-back' in html
    assert 'data-hit="lesson:road"' in html
    assert 'data-hit="lesson:water"' not in html


def test_in_a_notebook_a_walk_asks_the_kernel_for_every_step(graph):
    walk = SurroundingsWalk(graph, WATER)
    assert "Water for all" in words(walk.html)
    walk.walked = Query(around=WATER).walk("outcome:water")
    assert "Serve the water" in words(walk.html)
    assert "Water for all" in words(walk.html)  # the trail
    walk.walked = "?around=nowhere"
    assert "There is no such record" in words(walk.html)

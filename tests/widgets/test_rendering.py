"""Records into HTML: escaping, marks, prose, and queries as addresses."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kg.errors import StoreUnavailable
from kg.operations.lessons import ArmState, LessonHit, LessonHits, Passage, ScorePart
from widgets.components.lesson_search import LessonSearch
from widgets.rendering import Query, ResultsView, SearchDesk, parse_query, render
from widgets.rendering.text import marked, plain, prose

ATTACK = "<img src=x onerror=alert(1)>"


def hit(**values: object) -> LessonHit:
    base = {
        "id": "lesson:a/b?c",
        "title": "A title",
        "score": 1.0,
        "parts": [ScorePart(arm="words", rank=1, raw=2, score=1.0)],
    }
    return LessonHit.model_validate(base | values)


class Answers:
    """A graph whose search answers what it was given."""

    def __init__(self, *hits: LessonHit, error: Exception | None = None) -> None:
        self.found = LessonHits(hits=list(hits), total=len(hits), arms=[ArmState(name="words", records=1)])
        self.error = error
        self.asked: list[dict] = []

    def search_lessons(self, **values: object) -> LessonHits:
        self.asked.append(values)
        if self.error:
            raise self.error
        return self.found

    def name_projects(self, **_: object) -> SimpleNamespace:
        return SimpleNamespace(names={})

    def list_saved_searches(self) -> SimpleNamespace:
        return SimpleNamespace(searches=[])


def look_up(graph: Answers, query: Query, *, action: str) -> ResultsView:
    return SearchDesk(graph, action=action).answer(query)


def test_marks_are_spans_of_escaped_text():
    assert str(marked("a<b>c", [(1, 4)])) == "a<mark>&lt;b&gt;</mark>c"
    assert str(marked("abcdef", [(2, 4), (0, 3), (5, 99)])) == "<mark>abc</mark><mark>d</mark>e<mark>f</mark>"
    assert str(marked("abc", [(2, 1), (7, 9)])) == "abc"


def test_prose_is_markdown_without_html_images_or_script_links():
    made = str(prose(f"{ATTACK}\n\n[x](javascript:alert(1)) ![y](https://example.org/y.png) **b**"))
    assert "<img" not in made
    assert 'href="javascript' not in made
    assert "<strong>b</strong>" in made


def test_prose_links_bare_addresses_once():
    assert str(prose("see https://example.org/a.")).count("<a ") == 1
    assert str(prose("[a](https://example.org/a)")).count("<a ") == 1


def test_plain_drops_the_signs_of_markdown():
    assert plain("Use `kube-lego` and [this](https://example.org) **now**") == "Use kube-lego and this now"


@pytest.mark.parametrize(
    ("address", "text", "page"),
    [
        ("?q=a+b&page=3", "a b", 3),
        ("q=证书", "证书", 1),
        ("", "", 1),
        ("?q=x&page=-1", "x", 1),
        ("?q=x&page=zz", "x", 1),
    ],
)
def test_an_address_is_a_query(address: str, text: str, page: int):
    query = parse_query(address)
    assert (query.text, query.page) == (text, page)
    assert parse_query(query.link(page=query.page)) == query


def test_filters_toggle_and_begin_again_at_the_first_page():
    query = parse_query("?q=x&language=en&page=2")
    assert query.toggle("language", "en") == "?q=x"
    assert query.toggle("language", "zh") == "?q=x&language=en&language=zh"
    assert query.request()["offset"] == 10
    assert parse_query("?q=x&polarity=neither&state=asleep").request()["filters"] == {}


def test_whatever_a_lesson_says_is_shown_as_text():
    found = hit(title=ATTACK, project="p", project_name=ATTACK, matched_terms=[ATTACK], external_id=ATTACK,
                passages=[Passage(field="lesson", text=ATTACK, marks=[(0, 4)])])  # fmt: skip
    html = LessonSearch(Answers(found), language="zh").panel(f"?q={ATTACK}")
    assert "<img" not in html
    assert 'href="/lessons/lesson:a%2Fb%3Fc"' in html


def test_an_error_is_part_of_the_panel_in_the_visitors_language():
    graph = Answers(error=StoreUnavailable("The server did not answer."))
    assert "无法连接知识图谱" in LessonSearch(graph, language="zh").panel("?q=x")
    assert look_up(graph, parse_query("?q=x"), action="/search").state == "error"


def test_states_of_a_search():
    assert look_up(Answers(), parse_query(""), action="/search").state == "start"
    assert look_up(Answers(), parse_query("?q=x"), action="/search").state == "empty"
    assert look_up(Answers(hit()), parse_query("?q=x"), action="/search").state == "results"


def test_the_widget_answers_with_the_number_it_was_asked_with():
    app = LessonSearch(Answers(hit()), query="?q=first")
    app.asked = {"number": 7, "query": "?q=second"}
    assert app.shown["number"] == 7
    assert "A title" in app.shown["html"]


def test_shares_of_a_score_are_percent():
    found = hit(
        parts=[
            ScorePart(arm="words", score=3.0),
            ScorePart(arm="multilingual", score=0.5),
            ScorePart(arm="english", score=0.5),
        ]
    )
    assert ResultsView.reasons(found) == [("words", 75), ("meaning", 25)]


def test_page_and_widget_draw_the_same_hits():
    graph = Answers(hit())
    query = parse_query("?q=x")
    page = render(
        "parts/search_panel.html", language="en", view=look_up(graph, query, action="/apps/lesson_search"), live=True
    )
    assert page == LessonSearch(graph).panel("?q=x")

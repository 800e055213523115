"""Past lessons beside a topic: those that are about the same, in either language, and otherwise none."""

from __future__ import annotations

from datetime import date

import pytest

from kg.domain import LessonEvent, Project, Role
from kg.errors import Forbidden, NotFound
from kg.graph import KnowledgeGraph
from kg.search import SearchIndex
from tests.conftest import NOON, visitor
from tests.kg.search.conftest import ToyEncoder, lesson, put

OTHERS = [
    "Speak with the neighbours first.", "Order steel early.", "Walk the site each morning.", "Name one owner.",
    "Keep minutes short.", "Paint in dry weather.", "Count the bolts twice.", "Label every cable.",
    "Train the night shift.", "Ask for a second quote.", "Close the gate at night.", "Test pumps under load.",
    "Store cement under a roof.", "Plan for the rainy season.", "Survey the river bed.", "Invite the mayor.",
]  # fmt: skip
CHINESE = [
    "先与邻居沟通。", "尽早订购钢材。", "每天早晨巡视工地。", "指定一名负责人。", "会议纪要要简短。", "晴天刷漆。",
    "螺栓要数两遍。", "给电缆贴标签。", "培训夜班。", "多要一份报价。", "晚上关好大门。", "带载测试水泵。",
]  # fmt: skip


@pytest.fixture
def asking(graph):
    put(
        graph,
        Project(id="project:a", name="Project A", unit="A"),
        Project(id="project:b", name="Project B", unit="B"),
        lesson("tls", "Renew every certificate early.", title="Expired", driving_event="A tls certificate expired.",
               recommendation="Let a machine renew certificates.", learnt_on=date(2025, 1, 1)),
        lesson("zh", "磁盘空间不足，服务停止。", title="磁盘已满", recommendation="磁盘要监控。", project="project:b", unit="B"),
        lesson("secret", "The tls certificate of the secret service.", confidential=True),
        *(lesson(f"o{n}", text) for n, text in enumerate(OTHERS)),
        *(lesson(f"z{n}", text, language="zh") for n, text in enumerate(CHINESE)),
    )  # fmt: skip
    index = SearchIndex(graph.store, {"toy": ToyEncoder()})
    index.refresh()
    index.encode_pending()
    made = KnowledgeGraph(graph.store, clock=lambda: NOON, services={"search": index})
    yield made.as_visitor(visitor("ada", "unit:A", "unit:B"))
    index.close()


def keys(found) -> list[str]:
    return [one.lesson.removeprefix("lesson:") for one in found.lessons]


def test_this_happened_before_in_the_same_project_and_what_was_advised_then(asking):
    found = asking.similar_to_text(
        text="Certificate expired\nBrowsers refused our tls certificate", project="project:a"
    )
    assert keys(found) == ["tls"]
    one = found.lessons[0]
    assert (one.project_name, one.same_project, one.recommendation) == (
        "Project A", True, "Let a machine renew certificates.",
    )  # fmt: skip
    assert one.why == "both" and {"Certificate", "expired"} <= set(one.terms) and 0 < one.strength <= 1


def test_a_topic_in_one_language_finds_a_lesson_in_the_other(asking):
    found = asking.similar_to_text(text="The disk was full and everything stood still: disk, disk", project="project:a")
    assert keys(found) == ["zh"]
    assert (found.lessons[0].why, found.lessons[0].same_project, found.lessons[0].language) == ("meaning", False, "zh")


@pytest.mark.parametrize("text", ["The new coffee machine is excellent", "空调坏了", "Lunch came late twice", "the"])
def test_nothing_is_shown_where_nothing_is_about_the_same(asking, text):
    assert asking.similar_to_text(text=text).lessons == []


def test_how_often_it_came_again_is_told_for_everywhere_and_for_here(asking):
    for n, (project, unit) in enumerate([("project:a", "A"), ("project:b", "B"), ("project:a", "A")]):
        event = LessonEvent.parse(
            {"id": f"event:{n}", "project": project, "unit": unit, "subject": "lesson:tls", "kind": "recurred",
             "person": "ben", "happened_on": date(2026, 1, 1 + n), "state": "accepted"}
        )  # fmt: skip
        put(asking, event)
    found = asking.similar_to_text(text="tls certificate expired", project="project:a").lessons[0]
    assert (found.recurred, found.here_before) == (3, 2)


def test_confidential_and_foreign_lessons_stay_hidden(asking):
    everybody = asking.similar_to_text(text="tls certificate of the secret service")
    assert "secret" not in keys(everybody)
    foreign = asking.as_visitor(visitor("far", "unit:B"))
    assert keys(foreign.similar_to_text(text="tls certificate expired")) == []
    with pytest.raises(NotFound):
        foreign.similar_to_text(text="tls", project="project:a")
    top = asking.as_visitor(visitor("top", "*", role=Role.LEAD))
    assert "secret" in keys(top.similar_to_text(text="tls certificate of the secret service"))


def test_without_a_model_only_a_text_that_shares_most_of_its_words_finds_something(asking):
    alone = KnowledgeGraph(asking.store, clock=lambda: NOON, services={"search": SearchIndex(asking.store, {})})
    assert keys(alone.similar_to_text(text="A tls certificate expired, renew every certificate early"))[0] == "tls"
    assert alone.similar_to_text(text="Browsers refused to open the page").lessons == []


def test_guests_ask_through_their_board_only(asking):
    with pytest.raises(Forbidden):
        asking.as_visitor(visitor("guest", "unit:A", role=Role.GUEST)).similar_to_text(text="tls")

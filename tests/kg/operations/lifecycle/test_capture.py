"""A thought becomes a draft in one step, once; an inbox token makes drafts and nothing else."""

from __future__ import annotations

import pytest

from kg.domain import Person
from kg.errors import Conflict, Forbidden, InvalidRequest, NotFound
from kg.operations.capture import person_of_inbox
from tests.kg.operations.lifecycle.conftest import PEOPLE


@pytest.fixture
def ada(portfolio):
    portfolio.graph.add_person(name="ada", scopes=["unit:Works"])
    return portfolio.as_("ada")


def test_a_thought_is_a_draft_of_its_author_in_its_own_language(portfolio, ada):
    made = ada.capture_thought(text="摆渡船员最了解水流。", project="B1", url="https://example.org/a")
    lesson = made.lesson
    assert made.created and (lesson.state, lesson.language, lesson.author) == ("draft", "zh", "ada")
    assert (lesson.source_system, lesson.unit, lesson.title_derived) == ("inbox", "Works", True)
    assert ada.capture_thought(text="摆渡船员最了解水流。", project="B1").created is False
    assert [link.title for link in ada.lesson_standing(id=lesson.id).links] == ["example.org"]
    assert [draft.id for draft in portfolio.as_("fay").review_queue().drafts] == [lesson.id]


def test_a_key_stands_for_one_thought(ada):
    ada.capture_thought(text="Dig first.", project="B1", key="k")
    with pytest.raises(Conflict, match="another thought"):
        ada.capture_thought(text="Build first.", project="B1", key="k")


def test_a_token_opens_the_inbox_of_its_person_until_it_is_closed(portfolio, ada):
    token = ada.open_inbox(project="B1").token
    assert person_of_inbox(portfolio.store, token).name == "ada"
    assert token not in str(portfolio.store.read("MATCH (n:Person) RETURN properties(n) AS p"))
    assert ada.inbox_state().project_name == "Bridge"
    assert ada.capture_thought(text="Dig first.").lesson.project == "project:bridge"
    renewed = ada.open_inbox().token
    assert person_of_inbox(portfolio.store, token) is None
    ada.close_inbox()
    assert person_of_inbox(portfolio.store, renewed) is None and ada.inbox_state().open is False


def test_a_disabled_person_has_no_inbox_and_a_new_password_closes_it(portfolio, ada):
    token = ada.open_inbox().token
    portfolio.graph.add_person(name="ada", scopes=["unit:Works"], replace=True)
    assert person_of_inbox(portfolio.store, token) is not None
    portfolio.graph.add_person(name="ada", scopes=["unit:Works"], replace=True, disabled=True)
    assert person_of_inbox(portfolio.store, token) is None
    portfolio.graph.add_person(name="ada", scopes=["unit:Works"], replace=True, password_hash="new")
    assert person_of_inbox(portfolio.store, token) is None


@pytest.mark.parametrize("token", ["", "rbi_", "rbi_' OR 1=1", "x" * 10_000])
def test_a_wrong_token_is_nobodys(portfolio, token):
    portfolio.put(Person(id="person:none", name="none", display_name="none"))
    assert person_of_inbox(portfolio.store, token) is None


def test_a_thought_needs_a_project_its_author_may_see(local_portfolio):
    ben = local_portfolio.as_("ben")
    with pytest.raises(InvalidRequest, match="say which project"):
        ben.capture_thought(text="x")
    with pytest.raises(NotFound):
        ben.capture_thought(text="x", project="project:far")
    with pytest.raises(InvalidRequest, match="http"):
        ben.capture_thought(text="x", project="B1", url="file:///etc/passwd")
    with pytest.raises(InvalidRequest, match="text"):
        ben.capture_thought(text="   ", project="B1")
    with pytest.raises(Forbidden):
        local_portfolio.as_("guest").capture_thought(text="x", project="B1")


def test_a_kernel_and_somebody_without_an_account_open_no_inbox(local_portfolio):
    with pytest.raises(InvalidRequest, match="people add"):
        local_portfolio.as_("ben").open_inbox()
    from dataclasses import replace

    kernel = local_portfolio.graph.as_visitor(replace(PEOPLE["ben"], via="kernel"))
    with pytest.raises(Forbidden, match="from a page"):
        kernel.open_inbox()


HOSTILE = [
    "🙂",
    "' OR 1=1 //",
    "`}) DETACH DELETE n //",
    "$id {id: 'x'}",
    "a\\b\tc\nd",
    "<script>alert(1)</script>",
    "\u202eevil",
    "a\x00b",
    "漢字 and English 混在",
    "x",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_kept_as_it_is(local_portfolio, text):
    ben = local_portfolio.as_("ben")
    kept = ben.capture_thought(text=text, title=text, project="B1", key=text).lesson
    assert ben.get_lesson(id=kept.id).lesson.lesson == text
    marked = ben.mark_lesson(id="lesson:soil", kind="applied", project="B1", note=text, key=text)
    assert marked.event.note == text and local_portfolio.counts("lesson:soil") == (0, 1, 0)


@pytest.mark.parametrize("text", ["x" * 50_001, "\ud800"], ids=["too long", "half a character"])
def test_a_text_that_no_store_keeps_is_refused(portfolio, text):
    with pytest.raises(InvalidRequest):
        portfolio.as_("ben").capture_thought(text=text, project="B1")

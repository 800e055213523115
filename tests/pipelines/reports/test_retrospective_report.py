"""The report of one retrospective, run for real: nothing of the wall is missing, and no more is told than may be."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kg.errors import NotFound
from pipelines.errors import StillOpen
from pipelines.messages import Messages
from pipelines.runs import run_report
from retrobook.server.private import host
from tests.conftest import visitor
from tests.pipelines import retrospective_factory as factory
from tests.pipelines.reports.test_report import Resources, words

NAMED, ANONYMOUS, FEW = (f"retrospective:permits:{name}" for name in ("named", "anonymous", "few"))


def said(page: Any, key: str, language: str = "en") -> str:
    return words(page(key, language)).replace("&#x27;", "'").replace("&lt;", "<").replace("&gt;", ">")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("key", [NAMED, ANONYMOUS, FEW])
def test_a_page_fetches_nothing_and_its_links_lead_somewhere(retro_page: Any, key: str, language: str) -> None:
    text = retro_page(key, language)
    found = Resources(text)
    assert found.fetched == []
    assert found.language == {"en": "en", "zh": "zh-Hans"}[language]
    assert set(found.targets) <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))
    assert found.tags.count("h1") == 1
    assert not {"iframe", "img", "object", "embed", "form"} & set(found.tags)
    assert "report." not in re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert 'id="plotly"' not in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_note_and_every_topic_is_in_it_unvoted_ones_too(retro_page: Any, language: str) -> None:
    shown = said(retro_page, NAMED, language)
    for texts in factory.TEXTS.values():
        for text in texts:
            for line in text.splitlines():
                assert line in shown
    for topic in factory.topics():
        assert " ".join(topic["title"].split()) in " ".join(shown.split())
    assert "The vendor is silent" in shown
    assert factory.TOPICS[0][4].splitlines()[0] in shown


def test_topics_stand_in_order_of_votes(retro_page: Any) -> None:
    text = retro_page(NAMED)
    places = [text.index(f'id="r-topic-{key}"') for key in ("t-cert", "t-review", "t-import", "t-tests", "glad-5")]
    assert places == sorted(places)
    assert text.index('id="r-topic-t-scope"') < text.index('id="r-topic-t-vendor"')


def test_actions_stand_with_owner_due_metric_and_status_and_earlier_ones_with_their_carries(retro_page: Any) -> None:
    shown = said(retro_page, NAMED)
    for fact in (
        "Watch certificates by monitoring, not by mail", "Ana Ortiz", "31 Oct 2026", "Certificates that ran out",
        "2 actions from before", "Restore drill every month", "carried over 2 times", "In progress",
        "52.4 before, 31.25 after", "difference -28.1 to -14.2 (90% interval)", "Effective",
    ):  # fmt: skip
        assert fact in shown, fact


def test_facts_of_the_period_lessons_and_recurrences_are_in_it(retro_page: Any) -> None:
    shown = said(retro_page, NAMED)
    for fact in (
        "Milestone “Form 2.0 live” reached 13 days late", "26 days", "Milestone “Vendor contract” was due",
        "Work opened and closed, week by week",
        "A mail to one person is no alarm", "Let monitoring watch the dates", "Certificates expire unseen", "Tax portal",
        "12 people took part and left 40 notes", "41 votes were given", "Mira Stein", "1 Jul 2026 – 30 Sep 2026",
    ):  # fmt: skip
        assert fact in shown, fact


def test_a_report_holds_health_with_its_history_mood_and_return_on_time(retro_page: Any) -> None:
    text = retro_page(NAMED)
    assert text.count('class="fig radar"') == 1 and text.count('class="fig trend"') == 6
    assert 'class="fig-before"' in text
    shown = words(text)
    assert "Speed of delivery 3.75 +0.5" in shown and "n = 12" in shown
    assert "4.08 of 5" in shown and text.count('class="fig spread"') == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_answers_of_four_people_have_no_figure_anywhere(retro_page: Any, language: str) -> None:
    text = retro_page(FEW, language)
    body = re.sub(r"<style\b.*?</style>", "", text, flags=re.DOTALL)
    assert not re.search(r'class="fig (radar|spread|distribution|trend)', body)
    shown = words(body)
    hidden = {"en": "4 people answered. Figures are shown from five answers on.", "zh": "4 人回答。满五人才显示数据。"}
    assert shown.count(hidden[language]) == 2
    assert not re.search(r"\b[1-5]\.\d+ of 5|\b1\.75\b|\b4\.0?\b of", shown)


def test_a_named_report_says_who_wrote_and_an_anonymous_one_has_no_name_of_a_participant(retro_page: Any) -> None:
    named = retro_page(NAMED)
    assert all(person in named for person in factory.PEOPLE)
    for language in ("en", "zh"):
        anonymous = retro_page(ANONYMOUS, language)
        decided_by = {"Ben Okafor", "Chen Wei"}  # owners of earlier actions; nobody else is named
        assert not [person for person in factory.PEOPLE if person in anonymous and person not in decided_by]
    assert "who wrote or voted what was never recorded" in words(retro_page(ANONYMOUS))


def test_markup_in_notes_is_shown_as_typed(retro_page: Any) -> None:
    text = retro_page(NAMED)
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; showed up" in text
    assert "<script>alert(" not in text
    assert "*Nobody* reads the `#alerts` channel" in text


def test_an_open_retrospective_has_no_report_yet_and_a_hidden_one_is_not_there(looked_back: Any, tmp_path: Any) -> None:
    with host(looked_back) as (url, handle):

        def run(key: str, scope: Any) -> None:
            run_report(
                looked_back,
                tmp_path,
                "retrospective",
                {"retrospective": key},
                url=url,
                handle=handle,
                visitor_scope=scope,
            )

        with pytest.raises(StillOpen):
            run("retrospective:permits:open", looked_back.visitor.scope())
        outsider = visitor("tess", "unit:City/Tax").scope()
        with pytest.raises(NotFound) as refused:
            run(NAMED, outsider)
        assert "permits" not in refused.value.message.replace(NAMED, "")
        with pytest.raises(NotFound, match="Did you mean"):
            run("retrospective:permits:nmed", looked_back.visitor.scope())


def test_an_imported_incident_is_reported_too(graph: Any, home: Any) -> None:
    with host(graph) as (url, handle):
        made = run_report(
            graph, home, "retrospective", {"retrospective": "retrospective:a:1"},
            url=url, handle=handle, visitor_scope=graph.visitor.scope(),
        )  # fmt: skip
    assert made.project == "project:a"
    shown = words((home / str(made.page)).read_text(encoding="utf-8"))
    for fact in (
        "certificate ran out",
        "Imported notes",
        "**ten** minutes",
        "Mail arrives",
        "Share the mailbox",
        "Went well",
    ):
        assert fact in shown, fact
    assert "Anonymous" not in shown and "With names" not in shown


def test_both_catalogues_hold_the_same_keys() -> None:
    english, chinese = (Messages(language).section("retro_report").keys() for language in ("en", "zh"))
    assert english == chinese

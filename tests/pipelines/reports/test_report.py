"""The project retrospective, run for real: what its page says, in both languages, and what it never fetches."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from kg.domain import detect_language
from pipelines.messages import Messages

FETCHING = {"src", "srcset", "data", "poster", "action", "background", "xlink:href"}


class Resources(HTMLParser):
    """What a page would fetch, which ids it has, and which it links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.tags: list[str] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.language = self.language or said.get("lang", "")
        self.fetched += [said[name] for name in FETCHING & set(said) if not said[name].startswith("data:")]
        if tag == "link" or (tag in ("image", "use") and "href" in said):
            self.fetched.append(said.get("href", ""))
        if "id" in said:
            self.ids.append(said["id"])
        if tag == "a" and said.get("href", "").startswith("#"):
            self.targets.append(said["href"][1:])


def words(text: str) -> str:
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("project", ["project:a", "project:empty", "project:m", "P1"])
def test_a_page_fetches_nothing_and_its_links_lead_somewhere(page: Any, project: str, language: str) -> None:
    text = page(project, language)
    found = Resources(text)
    assert found.fetched == []
    assert found.language == {"en": "en", "zh": "zh-Hans"}[language]
    assert set(found.targets) <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))
    assert found.tags.count("h1") == 1
    assert not {"iframe", "img", "object", "embed", "form"} & set(found.tags)
    assert "url(" not in text.split("</style>")[0] and "@import" not in text.split("</style>")[0]
    assert "[report." not in text
    for input_cell in ("kg.connect()", "Wording.of"):
        assert input_cell not in text


def test_plotly_is_packed_once_and_only_where_there_is_a_figure(page: Any) -> None:
    assert page("project:a").count('id="plotly"') == 1
    assert 'id="plotly"' not in page("project:empty")


def test_the_facts_are_there_in_english(page: Any) -> None:
    said = words(page("project:a"))
    for fact in (
        "Project retrospective", "A service &lt;b&gt;", "looked back 2 times between 18 Jan 2018 and 1 May 2019",
        "Of 3 actions that followed, 2 are still open", "ten minutes", "Nobody read the mail", "It was a quiet Sunday",
        "Share the mailbox", "Mail to one person is mail to nobody", "BSD 3-Clause", "No outcome is on record",
        "certificate ran out",
    ):  # fmt: skip
        assert fact in re.sub(r"\s+", " ", said), fact
    assert "Buy cake" not in said


def test_a_chinese_report_is_chinese_and_marks_data_in_other_languages(page: Any) -> None:
    text = page("project:a", "zh")
    said = words(text)
    for fact in (
        "项目复盘",
        "团队在2018年1月18日至2019年5月1日之间复盘了 2 次",
        "做得不好",
        "未完成的行动项及其时长",
        "以原文（英文）显示",
    ):
        assert fact in said, fact
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", text)
    assert len(headings) == 7
    assert all(detect_language(heading) == "zh" for heading in headings)
    assert re.search(r'<span lang="en">[^<]*Nobody read the mail', text)


def test_open_actions_stand_oldest_first_and_lead_to_their_incident(page: Any) -> None:
    text = page("project:a")
    actions = text[text.index('id="actions"') : text.index('id="lessons"')]
    assert actions.index("Share the mailbox") < actions.index("Alert on memory")
    assert 'href="#r-retrospective-a-1"' in actions


def test_a_lesson_stands_with_similar_ones_of_other_projects_only(page: Any) -> None:
    said = words(page("project:a"))
    assert "Check the dates of certificates Zeta" in said
    assert "One of its own" not in said


def test_without_a_search_the_lessons_still_stand(graph: Any, page: Any) -> None:
    search = graph.services.pop("search")
    try:
        said = words(page("project:a", period_start="2018-01-01"))
    finally:
        graph.services["search"] = search
    assert "Mail to one person is mail to nobody" in said
    assert "cannot be looked up at the moment" in said


def test_a_rating_is_shown_with_its_scheme_and_its_sector(page: Any) -> None:
    said = words(page("P1"))
    assert "Moderately Satisfactory" in said and "World Bank IEG six-point rating" in said
    assert "step 4 of 6" in said and "Energy (n = 4)" in said
    assert "75% of the projects in Energy were rated as high or higher" in said
    assert "No measured value is on record" in said
    assert "CC BY 4.0" in said
    assert "较满意" in words(page("P1", "zh"))


def test_measured_outcomes_stand_against_their_target_and_unmeasured_ones_say_so(page: Any) -> None:
    said = words(page("project:m"))
    assert "75% of the way from baseline to target" in said and "Target not reached" in said
    assert "Not measured. No value has ever been recorded" in said
    assert "1 months late" not in said and "30 days late" in said


def test_an_empty_project_says_so_plainly(page: Any) -> None:
    said = words(page("project:empty"))
    assert "Nothing is recorded of this project in this period yet" in said
    assert "None" not in said.replace("None of", "")


def test_a_period_cuts_what_is_shown(page: Any) -> None:
    text = page("project:a", period_start="2019-01-01", period_end="2020-01-01")
    assert "Out of memory" in text and "certificate ran out" not in text.replace("A certificate ran out", "")
    assert "1 Jan 2019 – 31 Dec 2019" in words(text)


def test_both_catalogues_hold_the_same_keys() -> None:
    english, chinese = (Messages(language).section("report").keys() for language in ("en", "zh"))
    assert english == chinese

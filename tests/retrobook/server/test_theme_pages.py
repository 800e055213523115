"""Pages of themes and of health over time: what they show in both languages, and to whom."""

from __future__ import annotations

import re
from datetime import date

import pytest

from kg.domain import Note, Project, Retrospective
from kg.domain.retrospectives import Answers, ColumnName, Topic
from kg.store.records import put_records
from pipelines.retrospectives import Formats
from tests.conftest import NOON

from .conftest import RunningServer

LATE = "The alert came <b>too</b> late"


def held(key, day, *texts, **more):
    columns = [ColumnName(key="bad", en="Stop", zh="停止做", tone="bad")]
    notes = [Note(key=f"n{n}", column="bad", text=text) for n, text in enumerate(texts)]
    values = {
        "id": f"retrospective:{key}",
        "project": "project:a",
        "unit": "Works",
        "title": f"Sprint {key}",
        "team": "Blue",
    }
    return Retrospective(**(values | {"held_on": date.fromisoformat(day), "columns": columns, "notes": notes, "attended": 6} | more))  # fmt: skip


def answered(**levels):
    titles = {each.key: each.title for each in Formats().questions("team_health").questions}
    return [Answers.of(key, given, titles[key].en, titles[key].zh) for key, given in levels.items()]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = RunningServer(tmp_path_factory.mktemp("themes") / "home")
    checks = [
        answered(speed=[2] * 6, fun=[3] * 6, mission=[4] * 4, value=[5] * 6),
        answered(speed=[3] * 6, fun=[2] * 6, mission=[4] * 6, value=[5] * 6),
    ]
    records = [
        Project(id="project:a", name="Alpha", unit="Works"),
        held("x1", "2026-01-05", LATE, health=checks[0], health_set="team_health", closing=Answers.of("roti", [4] * 6)),
        held("x2", "2026-02-05", "Late alert again", health=checks[1], health_set="team_health", closing=Answers.of("roti", [3] * 6)),
        held("x3", "2026-03-05", "alert late: who wrote this", anonymity=True, attended=5,
             topics=[Topic(key="n0", title="alert late: who wrote this", votes=2)], team="Red"),
    ]  # fmt: skip

    def fill(graph):
        with graph.store.transaction() as tx:
            put_records(tx, records, at=NOON, by="test")

    made.fill(fill)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def member(server):
    with server.sign_in("mona", server.add_person("mona", ["unit:Works"])) as browser:
        yield browser


def drill(browser, query=""):
    page = browser.get(f"/retrospectives/themes{query}")
    assert page.status_code == 200, page.text
    return page.text, re.findall(r'href="(/retrospectives/themes/[0-9a-f]{12}[^"]*)"', page.text)


def test_themes_lead_down_to_retrospectives_and_notes(member):
    text, (link,) = drill(member)
    assert "3 of 3 retrospectives" in text and "words alone" in text and "went wrong: 2" in text
    detail = member.get(link).text
    assert (
        "Sprint x1" in detail and "Late alert again" in detail and 'href="/retrospectives/retrospective:x1"' in detail
    )


def test_words_of_people_stay_words(member):
    _, (link,) = drill(member)
    assert "<b>too</b>" not in member.get(link).text and "&lt;b&gt;" in member.get(link).text


def test_an_anonymous_note_stands_on_no_page(member):
    text, (link,) = drill(member)
    detail = member.get(link).text
    assert "who wrote this" not in text + detail
    assert "Its notes are not shown here" in detail


def test_the_pages_speak_chinese(member):
    text, (link,) = drill(member, "?lang=zh")
    assert "复盘中反复提到的事" in text and "3 次复盘中有 3 次提到" in text and "做得不好 2 张" in text
    assert "停止做" in member.get(link, params={"lang": "zh"}).text
    assert "推进速度" in member.get("/retrospectives/health?lang=zh").text
    assert not re.search(r"\[themes\.", text)
    member.get("/retrospectives/themes?lang=en")


def test_the_form_limits_and_says_what_makes_no_sense(member):
    text, links = drill(member, "?team=Blue&project=Alpha · project:a&from=2026-01-01&to=2026-02-06")
    assert "2 of 2 retrospectives" in text and "team=Blue" in links[0]
    assert member.get(links[0].replace("&amp;", "&")).status_code == 200
    for query in ("?from=yesterday", "?from=2026-02-01&to=2026-01-01", "?project=nowhere", "?team=Nobody"):
        text, links = drill(member, query)
        assert 'role="alert"' in text and links == []
    assert "No themes here" in drill(member, "?from=2030-01-01")[0]
    assert member.get("/retrospectives/themes/000000000000").status_code == 404


def test_health_shows_now_and_before_and_hides_the_few(member):
    text = member.get("/retrospectives/health?of=team:Blue").text
    assert 'class="radar"' in text and "5 Feb 2026: Speed" not in text
    assert re.search(r'aria-label="Health check\. 5 Feb 2026: [^"]*Speed 3[^"]*5 Jan 2026: [^"]*Mission hidden', text)
    assert "hidden: fewer than 5 answers" in text and "+1" in text and "▼" in text
    assert member.get("/retrospectives/health?of=team:Blue&set=none").status_code == 404
    assert member.get("/retrospectives/health?of=planet:Blue").status_code == 404


def test_a_stranger_to_the_unit_finds_nothing(server, member):
    _, (link,) = drill(member)
    with server.sign_in("otto", server.add_person("otto", ["unit:Other"])) as browser:
        assert "No retrospective has been closed yet" in drill(browser)[0]
        assert "No health check yet" in browser.get("/retrospectives/health").text
        assert browser.get(link).status_code == 404
        assert browser.get("/retrospectives/health?of=team:Blue").status_code == 404
    with server.client() as nobody:
        assert nobody.get("/retrospectives/themes").status_code == 302

"""Pages of retrospectives: opening one by its form, finding it, what came out of it, and who sees what."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from kg.domain import ActionItem, Lesson, Retrospective
from kg.store.records import put_records
from pipelines.resources import TEMPLATES
from tests.conftest import NOON

from .conftest import two_projects

ATTACK = "<img src=x onerror=alert(1)>"
IMPORTED = "retrospective:test:flood.md"


def imported(graph):
    """The two projects, and a retrospective of one that was written elsewhere."""
    two_projects(graph)
    about = {"project": "project:test:tunnel", "unit": "Works/tunnel"}
    notes = [
        {"key": "a", "column": "went_wrong", "text": f"Water came in {ATTACK}"},
        {"key": "b", "column": "went_well", "text": "The pump held"},
        {"key": "c", "column": "our_own_heading", "text": "Ask the miners"},
    ]
    health = [
        {"question": "pace", "en": "Pace", "zh": "节奏", "count": 6, "counts": [0, 1, 2, 2, 1], "mean": 3.5},
        {"question": "trust", "en": "Trust", "zh": "信任", "count": 4},
    ]
    records = [
        Retrospective.parse(
            {
                "id": IMPORTED, "title": "Flood of the tunnel", "format": "incident_report", "held_on": "2025-06-01",
                "summary": "The pit filled **overnight**.", "notes": notes, "health": health,
                "timeline": [{"when": "03:00", "text": "The alarm rang"}],
                "links": ["https://example.org/flood", "javascript:alert(2)"], **about,
            }
        ),
        ActionItem.parse(
            {
                "id": "action:test:pump", "title": "Buy a second pump", "retrospective": IMPORTED, "owner": "mia",
                "status": "effective", "success_metric": "hours without a pump", "before": 9.0, "after": 1.5,
                "effect_low": -9.0, "effect_high": -4.0, **about,
            }
        ),
        Lesson.parse(
            {"id": "lesson:test:flood", "title": "Two pumps", "lesson": "One is none.", "retrospective": IMPORTED, **about}
        ),
    ]  # fmt: skip
    for key, day, mean, counts in (
        ("before", "2025-01-10", 3.0, [0, 1, 3, 1]),
        ("after", "2025-03-10", 3.8, [0, 0, 1, 4]),
    ):
        pace = {"question": "pace", "en": "Our pace", "zh": "节奏", "count": 5, "counts": [*counts, 0], "mean": mean}
        told = {"title": f"Health {key}", "held_on": day, "health_set": "team_health", "health": [pace]}
        about = {"project": "project:test:bridge", "unit": "Works/bridge"}
        records.append(Retrospective.parse({"id": f"retrospective:test:{key}", **told, **about}))
    with graph.store.transaction() as tx:
        put_records(tx, records, at=NOON, by="test")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from .conftest import RunningServer

    found = RunningServer(tmp_path_factory.mktemp("installation") / "home")
    found.fill(imported)
    found.start()
    yield found
    if found.process is not None:
        found.stop()


@pytest.fixture(scope="module")
def facilitator(server):
    with server.sign_in("fred", server.add_person("fred", ["unit:Works"], roles=["facilitator"])) as browser:
        yield browser


@pytest.fixture(scope="module")
def member(server):
    with server.sign_in("mona", server.add_person("mona", ["unit:Works"])) as browser:
        yield browser


def filled(page, **changes):
    """The form as a browser would send it, with some fields changed; None leaves one out."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", page.text[page.text.index("data-retro-form") :]):
        read = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if read.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if "name" in read:
            fields[read["name"]] = unescape(read.get("value", ""))
    return {name: value for name, value in (fields | changes).items() if value is not None and name != "_xsrf"}


def opened(browser, **changes):
    """Open a retrospective by its form; the page that follows."""
    page = browser.get("/retrospectives/new", params={"project": "bridge"})
    return browser.submit("/retrospectives/new", **filled(page, **changes))


def key_of(page):
    return page.url.path.rsplit("/", 1)[-1]


def join_path(page):
    return re.search(r'value="(?:http[^"]*)(/join/[\w-]+)"', page.text)[1]


@pytest.fixture(scope="module")
def board(facilitator):
    """The page of one that stays open."""
    return opened(facilitator, title="Spring on the bridge", anonymous="yes")


def test_the_form_opens_a_retrospective_and_shows_the_link_to_send(server, facilitator, board):
    assert board.url.path.startswith("/retrospectives/retrospective:") and "Send the link" in board.text
    assert f'value="{server.url}join/' in board.text and "Anonymous" in board.text
    assert f"/apps/retro_board?retrospective={quote(key_of(board), safe='')}" in board.text
    record = facilitator.call("get_retrospective", id=key_of(board)).json()["retrospective"]
    assert (record["title"], record["anonymity"], record["state"]) == ("Spring on the bridge", True, "open")


def test_phases_that_were_moved_skipped_and_timed_are_those_of_the_board(facilitator):
    page = opened(
        facilitator,
        **{
            "phase-close-place": "0", "phase-facts-on": None, "phase-write-minutes": "17", "phase-write-own": "1",
            "votes": "4", "per_topic": "2", "guests": None,
        },
    )  # fmt: skip
    view = facilitator.call("board_view", retrospective=key_of(page)).json()["view"]
    item = next(item for item in view["items"] if item["kind"] == "board")
    phases = {phase["kind"]: phase for phase in item["phases"]}
    assert item["phases"][0]["kind"] == "close" and phases["facts"]["skipped"]
    assert (phases["write"]["minutes"], phases["write"]["asynchronous"]) == (17, True)
    assert (item["votes"], item["per_topic"], item["guests"]) == (4, 2, False)
    assert "Guests are not invited" in page.text and "4, at most 2" in page.text


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(facilitator):
    page = opened(facilitator, project="brigde", title=ATTACK, votes="5")
    assert page.status_code == 422 and "Did you mean “bridge”?" in page.text
    assert 'aria-describedby="problem-project"' in page.text
    assert unescape(filled(page)["title"]) == ATTACK and ATTACK not in page.text
    page = opened(facilitator, period_end="2001-01-01", **{"phase-write-on": None, "anonymous": "yes"})
    assert "The period ends before it begins." in page.text and "“Write” cannot be left out" in page.text
    assert filled(page)["anonymous"] == "yes" and "phase-write-on" not in filled(page)


def test_without_a_script_a_button_brings_the_phases_of_another_format(facilitator):
    page = facilitator.get("/retrospectives/new")
    page = facilitator.submit("/retrospectives/new", **filled(page, format="five_whys", refill="1"))
    assert page.status_code == 200 and filled(page)["phases_of"] == "five_whys"


def test_a_format_of_ones_own_is_offered_and_a_broken_one_says_where(server, facilitator):
    folder = server.home / "templates" / "retrospectives"
    folder.mkdir(parents=True)
    good = (TEMPLATES / "retrospectives" / "kpt.yaml").read_text("utf-8")
    (folder / "ours.yaml").write_text(good.replace("en: Keep, Problem, Try", "en: Our own way"), "utf-8")
    (folder / "broken.yaml").write_text("name: {en: x}\n", "utf-8")
    try:
        page = facilitator.get("/retrospectives/new").text
        assert "Our own way" in page and "broken.yaml is wrong in line" in page
        assert opened(facilitator, format="ours").url.path.startswith("/retrospectives/retrospective:")
    finally:
        (folder / "broken.yaml").unlink()


def test_members_take_part_and_only_facilitators_open(member, facilitator, board):
    assert "/retrospectives/new" in facilitator.get("/retrospectives").text
    assert "/retrospectives/new" not in member.get("/retrospectives").text
    assert member.get("/retrospectives/new").status_code == 403
    seen = member.get(f"/retrospectives/{key_of(board)}").text
    assert "/join/" not in seen and "Spring on the bridge" in seen and "/apps/retro_board" in seen
    assert "Hold a retrospective" in facilitator.get("/projects/bridge").text
    assert "Hold a retrospective" not in member.get("/projects/bridge").text
    assert f"/retrospectives/{key_of(board)}" in member.get("/projects/bridge").text


def test_whoever_sees_nothing_of_a_project_finds_nothing_of_its_retrospectives(server, board):
    with server.sign_in("otto", server.add_person("otto", ["unit:Other"])) as browser:
        page = browser.get("/retrospectives")
        assert "No retrospectives yet" in page.text and "Spring" not in page.text
        assert "Spring" not in browser.get("/retrospectives", params={"project": "bridge"}).text
        for key in (key_of(board), IMPORTED):
            assert browser.get(f"/retrospectives/{key}").status_code == 404


def test_open_ones_come_first_with_their_phase_and_held_ones_with_what_they_brought(member, board):
    page = member.get("/retrospectives").text
    assert page.index("Open now") < page.index("Spring on the bridge") < page.index("Flood of the tunnel")
    assert "Now: " in page and "3 notes" in page and "1 action" in page and "Incident report" in page
    one = member.get("/retrospectives", params={"project": "The tunnel · tunnel"}).text
    assert "Flood of the tunnel" in one and "Spring on the bridge" not in one
    none = member.get("/retrospectives", params={"project": "nowhere"})
    assert none.status_code == 200 and "No retrospective of this project" in none.text


def test_one_that_was_imported_reads_like_any_other(member):
    page = member.get(f"/retrospectives/{IMPORTED}").text
    assert "The pit filled <strong>overnight</strong>" in page and "The alarm rang" in page
    assert page.index("Went well") < page.index("Went wrong") < page.index("our own heading")
    assert ATTACK not in page and "Water came in" in page
    assert 'href="https://example.org/flood"' in page and 'href="javascript:' not in page
    assert "9 before, 1.5 after" in page and "-9 to -4" in page
    assert "/lessons/lesson:test:flood" in page and "/projects/project:test:tunnel" in page
    chinese = member.get(f"/retrospectives/{IMPORTED}", params={"lang": "zh"}).text
    assert "做得好" in chinese and "节奏" in chinese


def test_health_has_figures_only_where_five_answered(member):
    page = member.get(f"/retrospectives/{IMPORTED}").text
    rows = page[page.index("Health check</h3>") :]
    assert "3.5" in rows[: rows.index("Trust")]
    assert "4 answered; figures are shown from 5 answers on" in rows[rows.index("Trust") :]


def test_health_says_how_it_changed_since_last_time(member):
    assert "+0.8 since last time" in member.get("/retrospectives/retrospective:test:after").text
    first = member.get("/retrospectives/retrospective:test:before").text
    assert "Our pace" in first and "since last time" not in first
    assert "/retrospectives/health?of=project%3Aproject%3Atest%3Abridge" in first


def test_what_came_out_is_on_its_page_in_the_order_of_the_votes(server, facilitator):
    page = opened(facilitator, title="Autumn", format="start_stop_continue")
    key = key_of(page)

    def play(**move):
        answer = facilitator.call("play_move", retrospective=key, move=move)
        assert answer.status_code == 200, answer.text

    def go(kind):
        items = facilitator.call("board_view", retrospective=key).json()["view"]["items"]
        board = next(item for item in items if item["kind"] == "board")
        place = next(n for n, phase in enumerate(board["phases"]) if phase["kind"] == kind)
        play(move="go_to_phase", phase=place, seen=board["phase"])

    go("write")
    for note, column in (("n1", "stop"), ("n2", "stop"), ("n3", "start")):
        play(move="add_note", note=note, column=column, text=f"Text of {note} {ATTACK}")
    go("group")
    play(move="group_notes", group="g1", notes=["n1", "n2"], title="Late deploys")
    go("vote")
    play(move="vote", topic="g1", dots=2)
    go("discuss")
    play(move="write_discussion", topic="g1", text="Nobody *watched*.", base=0)
    play(move="put_action", action="a1", title="Deploy before lunch", owner="mona", topic="g1")
    play(move="put_lesson", lesson_key="l1", topic="g1", lesson="Watch what you deploy.", polarity="failure")
    assert facilitator.call("close_retrospective", id=key).status_code == 200
    shown = facilitator.get(f"/retrospectives/{key}").text
    topics = shown[shown.index("What mattered") : shown.index('id="actions"')]
    assert topics.index("Late deploys") < topics.index("Text of n3")
    assert "<em>watched</em>" in topics and "Deploy before lunch" in topics and "Watch what you deploy" in topics
    assert "Not discussed" in topics[topics.index("Text of n3") :]
    assert shown.count("Text of n1") >= 2 and ATTACK not in shown and "fred" in shown
    for kind in ("csv", "md", "html", "pdf"):
        assert f"/retrospectives/{key}/export.{kind}" in shown
    after = server.client(follow_redirects=True).get(join_path(page))
    assert after.status_code == 410 and "is over" in after.text and f"/retrospectives/{key}" in after.text


def test_a_link_asks_strangers_for_a_name_and_takes_members_to_the_board(server, member, board):
    link = join_path(board)
    with server.client() as stranger:
        page = stranger.get(link)
        assert "fred invites you" in page.text and "Nobody can tell who wrote a note" in page.text
        assert f"/login?next={quote(link, safe='')}" in page.text or f"/login?next={link}" in page.text
        refused = stranger.submit(link, name=" ")
        assert refused.status_code == 400 and 'role="alert"' in refused.text
        come = stranger.submit(link, name="Gus")
        assert come.status_code == 303 and come.headers["location"].startswith("/apps/retro_board")
        own = stranger.get(f"/retrospectives/{key_of(board)}")
        assert own.status_code == 404 or own.headers["location"].startswith("/apps/retro_board")
        assert stranger.get("/retrospectives").status_code == 403
    answer = member.get(link, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/apps/retro_board")

"""Screenshots of a retrospective, phase by phase: in both languages, on a desktop and on a phone.

    python docs/board_screenshots.py --home HOME

A retrospective of mybinder.org is held by a facilitator and six guests, who write in English and
Chinese; the server of an installation with the sample portfolio runs already.
"""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import sync_playwright
from screenshots import FLAGS, VIEWS, arguments, link_of, shrink

from kg.client import RemoteGraph
from kg.connect import live_server

NAMES = ("Ana", "Bo Lindqvist", "王伟", "Chidi", "李娜", "Fatima")
NOTES = {
    "island": ["Launches under ten seconds for everyone", "一年内零次计划外停机"],
    "wind": [
        "The on-call handover note works well",
        "新来的同事第一周就能发布",
        "Grafana shows trouble before users do",
    ],
    "anchor": [
        "The certificate expired again and nobody was told",
        "SSL renewal was done by hand, by one person",
        "证书续期没有负责人",
        "Deploys take an hour because staging is slow",
        "预发布环境太慢，大家都绕过它",
    ],
    "rocks": ["A single cloud region", "社区活动时流量会突然暴涨", "Two of us know how the proxy works"],
}
SAID = """Renewal has to run by itself, and the whole team has to hear of it before it fails.
续期要自动化，失败前全组都要收到提醒。"""


class Guest:
    """Somebody who came by the link, and moves by the operations as a page does."""

    def __init__(self, site: str, code: str, name: str, retrospective: str) -> None:
        self._http = httpx.Client(base_url=site, trust_env=False, timeout=60)
        self._retrospective = retrospective
        self._http.get(f"/join/{code}")
        origin = {"Origin": site}
        self._http.post(f"/join/{code}", data={"_xsrf": self._http.cookies["_xsrf"], "name": name}, headers=origin)
        self._origin = origin

    def play(self, **move: Any) -> None:
        """Make a move."""
        answer = self._http.post(
            "/api/operations/play_move",
            json={"retrospective": self._retrospective, "move": move},
            headers=self._origin,
        )
        answer.raise_for_status()


def hold(graph: RemoteGraph, site: str) -> tuple[str, list[Guest], Any]:
    """Open the retrospective, let six guests in; its id, them, and how the facilitator moves."""
    opened = graph.create_retrospective(
        project="project:mybinder", format="sailboat", title="mybinder.org: the first half of 2018",
        period_start="2018-01-01", period_end="2018-07-01",
    )  # fmt: skip
    key = opened.retrospective.id
    guests = [Guest(site, opened.join_code, name, key) for name in NAMES]
    for item in graph.board_view(retrospective=key).view["items"]:
        if item["kind"] == "seat" and item["waiting"]:
            graph.play_move(retrospective=key, move={"move": "admit", "seat": item["id"]})

    def lead(**move: Any) -> None:
        graph.play_move(retrospective=key, move=move)

    return key, guests, lead


def act(kind: str, graph: RemoteGraph, key: str, guests: list[Guest], lead: Any) -> None:
    """What people do in a phase before its picture is taken."""
    if kind == "check_in":
        for guest, value in zip(guests, (4, 3, 5, 4, 2, 4), strict=True):
            guest.play(move="answer", phase=kind, question="mood", value=value)
    elif kind == "health":
        questions = _board(graph, key)["questions"]["questions"]
        for place, guest in enumerate(guests):
            for number, question in enumerate(questions):
                value = 1 + (place * 2 + number * 3) % 4 + (number % 2)
                guest.play(move="answer", phase=kind, question=question["key"], value=min(5, value))
    elif kind == "write":
        number = 0
        for column, texts in NOTES.items():
            for text in texts:
                guests[number % len(guests)].play(move="add_note", note=f"note-{number}", column=column, text=text)
                number += 1
        lead(move="add_note", note="note-lead", column="wind", text="Incident reports are written within a week")
    elif kind == "group":
        lead(
            move="group_notes", group="certificates", notes=["note-5", "note-6", "note-7"], title="Certificates / 证书"
        )
        lead(move="group_notes", group="staging", notes=["note-8", "note-9"], title="Slow staging / 预发布太慢")
    elif kind == "vote":
        for place, guest in enumerate(guests):
            guest.play(move="vote", topic="certificates", dots=2 + place % 2)
            guest.play(move="vote", topic="staging", dots=1)
            guest.play(move="vote", topic=("note-10", "note-11", "note-12")[place % 3], dots=1)
        lead(move="vote", topic="certificates", dots=2)
    elif kind == "discuss":
        lead(move="write_discussion", topic="certificates", text=SAID, base=0)
        past = graph.topic_lessons(retrospective=key, topic="certificates").lessons
        if past:
            lead(move="mark_recurrence", topic="certificates", lesson=past[0].lesson, title=past[0].title)
        lead(
            move="put_lesson", lesson_key="lesson-renewal", topic="certificates",
            title="Certificates renew themselves, and the team hears of it when they do not",
            driving_event="The certificate expired while the one person who renews it was away.",
            lesson="A renewal that one person remembers will be forgotten.",
            recommendation="Automate the renewal and alert a shared address 30 days before expiry.",
            polarity="failure",
        )  # fmt: skip
        lead(move="discuss", topic="certificates", seconds=480)
    elif kind == "actions":
        lead(
            move="put_action", action="action-renew", title="Renew certificates with cert-manager", owner="local",
            due="2026-12-18", success_metric="Days before expiry when renewed", topic="certificates",
        )  # fmt: skip
        lead(
            move="put_action", action="action-staging", title="预发布环境部署时间降到 15 分钟以内", owner="local",
            due="2027-01-15", success_metric="Minutes a staging deploy takes", topic="staging",
        )  # fmt: skip
    elif kind == "close":
        for guest, value in zip(guests, (5, 4, 4, 5, 3, 4), strict=True):
            guest.play(move="answer", phase=kind, question="roti", value=value)


def _board(graph: RemoteGraph, key: str) -> dict[str, Any]:
    items = graph.board_view(retrospective=key).view["items"]
    return next(item for item in items if item["kind"] == "board")


def main() -> None:
    """Hold the retrospective and take its pictures."""
    asked = arguments(__doc__).parse_args()
    link, live = link_of(asked.home), live_server(asked.home)
    assert live is not None
    site = str(live["url"]).rstrip("/")
    with RemoteGraph(live["url"], live["token"]) as graph, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=asked.chromium, args=FLAGS)
        key, guests, lead = hold(graph, site)
        pages = {}
        for language, theme, device, width, height in VIEWS:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme,
                locale="zh-CN" if language == "zh" else "en-GB",
            )  # fmt: skip
            pages[language, theme, device] = page = context.new_page()
            page.goto(link)
            page.goto(f"{site}/apps/retro_board?retrospective={key}")
        kinds = [phase["kind"] for phase in _board(graph, key)["phases"]]
        for place, kind in enumerate(kinds):
            if place:
                lead(move="go_to_phase", phase=place, seen=place - 1)
            act(kind, graph, key, guests, lead)
            for (language, theme, device), page in pages.items():
                page.wait_for_selector(f"[data-screen=board][data-phase={kind}]")
                page.wait_for_timeout(2500 if kind in ("facts", "discuss", "previous", "group") else 900)
                path = asked.to / f"board-{kind}-{language}-{theme}-{device}.png"
                page.screenshot(path=path)
                shrink(path)
        graph.close_retrospective(id=key)
        browser.close()


if __name__ == "__main__":
    main()

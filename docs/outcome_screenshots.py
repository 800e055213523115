"""Screenshots of outcomes, from promise to proof: in both languages, on a desktop and on a phone.

    python docs/outcome_screenshots.py --home HOME

Outcomes of mybinder.org are promised, measured, reviewed and mapped; the server of an installation
with the sample portfolio runs already. People of the sample play the owner, the manager and the PMO.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
from playwright.sync_api import Page, sync_playwright
from screenshots import FLAGS, VIEWS, arguments, link_of, shrink

from kg.client import RemoteGraph
from kg.connect import live_server

PROJECT, UNIT = "project:mybinder", "Jupyter/mybinder.org"
TODAY = datetime.now(UTC).date()
SCORES = {"impact": 5, "difficulty": 3, "innovation": 3}
LOGS = b"date,launches,failed\n2018-06-01,100412,903\n2018-06-02,98120,611\n2018-06-03,97655,588\n"
RELEVANCE = "Teachers give up after one failed launch; it serves the objective of binders that people trust."


def day(before: int) -> str:
    """A day that is so many days ago."""
    return str(TODAY - timedelta(days=before))


def promise(graph: RemoteGraph) -> dict[str, str]:
    """Define the outcomes with their values; their ids by what they are about."""
    said = {"project": PROJECT, "owner": "mei", "relevance": RELEVANCE, "start": day(240), "due": day(-120)}
    given: dict[str, dict[str, Any]] = {
        "launches": {
            "template": "quality", "title": "Launches that succeed", "metric": "Successful launches",
            "unit_of_measure": "%", "unit_kind": "percent", "direction": "increase", "baseline": 92, "target": 99,
            "statement": "99% of all launches succeed by the end of the term, up from 92%.",
            "achievability": "Retrying image pulls alone saved 3 points in the trial.",
        },
        "hours": {
            "template": "hours_saved", "title": "值班交接省下的工时", "language": "zh", "metric": "每周节省工时",
            "unit_of_measure": "hours", "unit_kind": "number", "direction": "increase", "baseline": 0, "target": 12,
            "statement": "值班工程师每周节省 12 小时的人工巡检。",
            "achievability": "试点两周已节省 3 小时；其余来自自动告警。",
        },
        "teachers": {
            "template": "retention", "title": "Teachers come back next term", "horizon": "indirect",
            "metric": "Courses taught again", "unit_of_measure": "%", "unit_kind": "percent",
            "direction": "increase", "baseline": 40, "target": 65,
            "statement": "65% of the courses of last term are taught on mybinder.org again.",
            "achievability": "58% of those asked say that failing launches were why they left.",
        },
        "learning": {
            "template": "learning", "title": "更多学校用交互式笔记本上课", "horizon": "long_term", "language": "zh",
            "metric": "学校数", "unit_of_measure": "schools", "unit_kind": "number", "direction": "increase",
            "baseline": 30, "target": 80, "statement": "80 所学校的课程使用交互式笔记本。",
            "achievability": "过去一年增加了 18 所。",
        },
    }  # fmt: skip
    series = {
        "launches": [92.4, 93.5, 94.6, 95.6, 96.4, 97.1],
        "hours": [1.6, 3.1, 4.4, 5.3, 5.4, 5.5],
        "teachers": [44, 48, 51, 55],
        "learning": [33, 38],
    }
    made = {}
    for name, values in given.items():
        key = graph.define_outcome(**said, **values, key=f"shots-{name}").outcome.id
        for place, value in enumerate(series[name]):
            graph.add_measurement(subject=key, value=value, date=day(200 - 36 * place), key=f"shots-{name}-{place}")
        made[name] = key
    return made


def past(graph: RemoteGraph) -> None:
    """An outcome of last year that fell alike and recovered, and what brought it back."""

    def record(label: str, **values: Any) -> dict[str, Any]:
        return {"label": label, "values": {"project": PROJECT, "unit": UNIT, **values}}

    key = "outcome:shots:past"
    factors = (1, 1, 0.75, 0.8, 1, 1, 1.02, 1, 0.99, 1)
    graph.put_records_batch(
        records=[
            record(
                "Outcome", id=key, title="Builds that are cached", outcome_type="hours_saved", baseline=0, target=100,
                start=day(600), due=day(190),
            ),
            *(
                record(
                    "Measurement", id=f"{key}:{n}", subject=key, date=day(600 - 40 * n), value=round(10 * n * factor, 1)
                )
                for n, factor in enumerate(factors, start=1)
            ),
            record(
                "ActionItem", id="action:shots:cache", title="Warm the image cache every night", status="effective",
                metric=key,
            ),
        ]
    )  # fmt: skip


def lead_on(graph: RemoteGraph, made: dict[str, str]) -> str:
    """Draw the map, set an objective and enter money; the objective's id."""
    graph.link_outcomes(project=PROJECT, start=made["launches"], end=made["teachers"], weight=3)
    graph.link_outcomes(project=PROJECT, start=made["hours"], end=made["teachers"], weight=1)
    graph.link_outcomes(project=PROJECT, start=made["teachers"], end=made["learning"], weight=2)
    goal = graph.define_objective(
        title="Binders that people trust", period=str(TODAY.year), period_start=f"{TODAY.year}-01-01"
    ).objective.id
    graph.define_key_result(objective=goal, title="Launches succeed", baseline=92, target=99)
    graph.align_outcome(outcome=made["launches"], target="Launches succeed", weight=2)
    graph.align_outcome(outcome=made["teachers"], target=goal, weight=1)
    for place in range(5):
        for expected in (True, False):
            said = {"currency": "USD", "expected": expected, "date": day(230 - 40 * place)}
            graph.add_cost(subject=PROJECT, amount=str(4000 + 350 * (not expected)), **said)
            graph.add_benefit(
                subject=made["launches"], amount=str(1500 + 1600 * place - 300 * (not expected)), **said
            )  # fmt: skip
    return str(goal)


def act_as(page: Page, site: str, person: str, language: str = "en") -> None:
    """Look at the product as a person of the sample, in a language."""
    page.goto(f"{site}/")
    page.evaluate(
        """async ([person, language]) => {
        const _xsrf = document.querySelector("[name=_xsrf]").value;
        for (const [address, said] of [["/act-as", {person}], ["/language", {language}]])
          await fetch(address, {method: "POST", body: new URLSearchParams({...said, next: "/", _xsrf})}); }""",
        [person, language],
    )


def hand_in(graph: RemoteGraph, http: httpx.Client, page: Page, site: str, key: str) -> None:
    """Bring the evidence of an outcome, submit it, and let the manager give the first scores."""
    sent = http.post(
        "evidence/upload", params={"filename": "launches-2018-06.csv"}, content=LOGS,
        headers={"Content-Type": "application/octet-stream"},
    )  # fmt: skip
    sent.raise_for_status()
    act_as(page, site, "mei")
    called(page, "add_evidence", outcome=key, sha256=sent.json()["sha256"], filename="launches-2018-06.csv")
    called(page, "submit_outcome", id=key, revision=called(page, "outcome_review", id=key)["outcome"]["revision"])
    act_as(page, site, "lin")
    seen = called(page, "outcome_review", id=key)["outcome"]["revision"]
    called(page, "review_outcome", id=key, revision=seen, decision="approved", scores=SCORES,
           reason="The log shows it; the retry came from this team.")  # fmt: skip
    act_as(page, site, "ola")


def called(page: Page, operation: str, **values: Any) -> dict[str, Any]:
    """An operation as whom the page looks."""
    answer: dict[str, Any] = page.evaluate(
        """async ([operation, values]) => { const answer = await fetch(`/api/operations/${operation}`, {method: "POST",
        headers: {"Content-Type": "application/json"}, body: JSON.stringify(values)});
        const said = await answer.json(); if (!answer.ok) throw new Error(JSON.stringify(said)); return said; }""",
        [operation, values],
    )
    return answer


def pictures(made: dict[str, str], goal: str, alert: str) -> dict[str, tuple[str, str]]:
    """Address and the part to scroll to, by the picture's name."""
    at = {name: f"/outcomes/{quote(key, safe=':')}" for name, key in made.items()}
    released = day(130)
    return {
        "list": ("/outcomes?who=all&project=" + PROJECT, ""),
        "templates": (f"/outcomes/new?project={PROJECT}", ""),
        "check": (f"/outcomes/new?project={PROJECT}&template=hours_saved", ""),
        "progress": (at["launches"], ""),
        "review": (at["launches"], "[data-part=review]"),
        "inbox": ("/outcomes/inbox", ""),
        "map": (f"/apps/outcome_map?project={PROJECT}", ""),
        "alerts": ("/alerts?who=all", ""),
        "alert": (f"/alerts/{quote(alert, safe=':')}", ""),
        "rules": ("/alerts/rules", ""),
        "attribution": (f"/alerts/attribution?outcome={quote(made['launches'], safe=':')}&release={released}", ""),
        "strategy": (f"/strategy/{quote(goal, safe=':')}", ""),
        "value": (f"/projects/{PROJECT}", "#value"),
        "vocabulary": ("/vocabulary", ""),
    }


def main() -> None:
    """Tell the story and take its pictures."""
    asked = arguments(__doc__).parse_args()
    link, live = link_of(asked.home), live_server(asked.home)
    assert live is not None
    site = str(live["url"]).rstrip("/")
    headers = {"Authorization": f"Bearer {live['token']}"}
    with (
        RemoteGraph(live["url"], live["token"]) as graph,
        httpx.Client(base_url=site, headers=headers, trust_env=False, timeout=60) as http,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=asked.chromium, args=FLAGS)
        made = promise(graph)
        past(graph)
        goal = lead_on(graph, made)
        graph.set_manager(person="mei", manager="lin")
        opened = graph.scan_alerts().opened
        alert = next(one.id for one in opened if one.subject == made["hours"])
        stage = browser.new_page()
        stage.goto(link)
        hand_in(graph, http, stage, site, made["launches"])
        for language, theme, device, width, height in VIEWS:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme,
                locale="zh-CN" if language == "zh" else "en-GB",
            )  # fmt: skip
            page = context.new_page()
            page.goto(link)
            for name, (address, part) in pictures(made, goal, alert).items():
                act_as(page, site, "ola" if name in ("review", "inbox") else "", language)
                page.goto(site + address)
                if name == "map":
                    page.locator("[data-node]").first.wait_for(timeout=90_000)
                    page.wait_for_timeout(1500)
                if part:
                    page.locator(part).first.scroll_into_view_if_needed()
                    page.eval_on_selector(part, "found => found.scrollIntoView({block: 'start'})")
                path = asked.to / f"outcome-{name}-{language}-{theme}-{device}.png"
                page.screenshot(path=path)
                shrink(path)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()

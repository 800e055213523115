"""The MCP server as the official client uses it: over standard input and output, in a process of its own."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from kg.domain import Assessment, Lesson, Outcome, Project, Relationship
from kg.errors import Forbidden, NotSignedIn, StoreUnavailable
from kg.graph import KnowledgeGraph
from kg.schema import Label, Rel
from kg.store.records import put_records, put_relationships
from retrobook.assistant.reach import Reach, Who, connect
from retrobook.assistant.signed_in import SignedInGraph
from retrobook.settings import Settings
from tests.conftest import NOON
from tests.retrobook.server.channel import in_a_loop_of_its_own
from tests.retrobook.server.conftest import RunningServer, environment, installation, two_projects  # noqa: F401

T = TypeVar("T")
READING = {"search_lessons", "get_lesson", "recommend_outcomes", "list_projects"}


def fill(graph: KnowledgeGraph) -> None:
    two_projects(graph)
    records: list[Any] = [
        Lesson.parse(
            {"id": "lesson:test:zh", "title": "证书过期", "lesson": "证书过期之前要更新。", "recommendation": "设置提醒。",
             "project": "project:test:bridge", "unit": "Works/bridge", "state": "published"}
        ),
        Lesson.parse(
            {"id": "lesson:test:secret", "lesson": "Dig where nobody looks.", "project": "project:test:bridge",
             "unit": "Works/bridge", "confidential": True}
        ),
    ]  # fmt: skip
    for n in range(12):
        project = f"project:test:past{n}"
        records += [
            Project(id=project, name=f"Water supply {n}", unit="Works/bridge", project=project, sector="Water"),
            Outcome.parse({"id": f"outcome:{n}", "project": project, "title": "Water", "outcome_type": "outcometype:water"}),
            Assessment.parse(
                {"id": f"assessment:{n}", "project": project, "subject": f"outcome:{n}", "scheme": "x", "value": "ok",
                 "attained": n % 3 != 0, "date": "2020-01-01"}
            ),
        ]  # fmt: skip
    edges = [
        Relationship(type=kind, start_label=label, start=f"{start}{n}", end_label=Label.OUTCOME, end=f"outcome:{n}")
        for n in range(12)
        for kind, label, start in (
            (Rel.HAS_OUTCOME, Label.PROJECT, "project:test:past"),
            (Rel.ASSESSES, Label.ASSESSMENT, "assessment:"),
        )
    ]
    with graph.store.transaction() as tx:
        put_records(tx, records, at=NOON, by="test")
        put_relationships(tx, edges, at=NOON, by="test")
    graph.add_person(name="bea", scopes=["unit:Works/bridge"])
    graph.add_person(name="tim", scopes=["unit:Works/tunnel"], sample=True)


@pytest.fixture
def works(installation: RunningServer) -> RunningServer:  # noqa: F811
    installation.fill(fill)
    return installation


def client(home: Path, *arguments: str) -> AbstractAsyncContextManager[Client]:
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "retrobook", "mcp", "--home", str(home), *arguments],
        env=environment(),
        cwd=home,
    )
    return Client(stdio_client(parameters))


def talk(home: Path, work: Callable[[Client], Awaitable[T]], *arguments: str) -> T:
    async def whole() -> T:
        async with client(home, *arguments) as session:
            return await work(session)

    return in_a_loop_of_its_own(whole())


def ask(home: Path, tool: str, *arguments: str, **values: Any) -> Any:
    """The structured answer of a tool, or the words of its error."""

    async def call(session: Client) -> Any:
        answer = await session.call_tool(tool, values)
        return answer.content[0].text if answer.is_error else answer.structured_content

    return talk(home, call, *arguments)


def names(home: Path, *arguments: str) -> dict[str, bool]:
    async def look(session: Client) -> dict[str, bool]:
        return {tool.name: tool.annotations.read_only_hint for tool in (await session.list_tools()).tools}

    return talk(home, look, *arguments)


def test_only_reading_tools_are_offered_unless_drafts_are_allowed(works: RunningServer) -> None:
    assert names(works.home) == dict.fromkeys(READING, True)
    assert names(works.home, "--allow-drafts") == {**dict.fromkeys(READING, True), "draft_lesson": False}
    refused = ask(works.home, "draft_lesson", project="project:test:bridge", title="x", lesson="y")
    assert "draft_lesson" in refused


def test_a_question_finds_lessons_with_advice_and_reasons_in_its_language(works: RunningServer) -> None:
    async def both(session: Client) -> tuple[Any, Any]:
        chinese = await session.call_tool("search_lessons", {"text": "證書過期怎么办"})
        english = await session.call_tool("search_lessons", {"text": "dig before the bridge", "limit": 1})
        return chinese.structured_content, english.structured_content

    chinese, english = talk(works.home, both)
    (hit,) = chinese["lessons"]
    assert (hit["id"], hit["recommendation"], hit["language"]) == ("lesson:test:zh", "设置提醒。", "zh")
    assert "命中" in hit["why"]
    (hit,) = english["lessons"]
    assert (hit["title"], hit["recommendation"]) == ("Ask about the bridge", "Dig before the bridge.")
    assert "matched: bridge" in hit["why"] or "bridge" in hit["why"]
    assert english["total"] > 1
    assert hit["link"] is None  # no server runs


def test_a_lesson_is_given_in_full(works: RunningServer) -> None:
    found = ask(works.home, "get_lesson", id="lesson:test:bridge")
    assert (found["lesson"], found["project_name"], found["learnt_on"]) == (
        "Dig before the bridge.", "The bridge", "2025-05-05",
    )  # fmt: skip


def test_a_plan_gets_types_with_a_chance_in_words_and_figures(works: RunningServer) -> None:
    found = ask(works.home, "recommend_outcomes", text="Water supply for a village", sector="Water")
    (kind,) = [k for k in found["types"] if k["outcome_type"] == "outcometype:water"]
    assert 0 < kind["low"] < kind["probability"] < kind["high"] < 1
    assert kind["n"] == 12
    assert "12 precedents" in kind["chance"]
    assert len(kind["precedents"]) == 3
    assert ask(works.home, "list_projects", text="water", limit=2)["total"] == 12


BAD = [
    ("search_lessons", {"text": ""}, "“text” is missing"),
    ("search_lessons", {}, "text: Field required"),
    ("search_lessons", {"text": "x" * 100_001}, "at most 100000"),
    ("search_lessons", {"text": "bridge", "units": ["Works"]}, "Did you mean 'unit'"),
    ("search_lessons", {"text": "bridge", "polarity": ["good"]}, "success"),
    ("search_lessons", {"text": "bridge", "limit": 1000}, "less than or equal to 20"),
    ("search_lessons", {"text": "bridge", "as_of": "soon"}, "as_of"),
    ("get_lesson", {"id": "lesson:none"}, "There is no lesson"),
    ("get_lesson", {"id": "x' OR 1=1 //"}, "There is no lesson"),
    ("recommend_outcomes", {}, "Describe the plan"),
    ("recommend_outcomes", {"project": "none"}, "There is no project"),
    ("list_projects", {"text": "x" * 1000}, "at most 500"),
]


def test_bad_input_is_an_error_in_words_and_never_an_unfiltered_answer(works: RunningServer) -> None:
    async def all_of_them(session: Client) -> list[tuple[bool, str]]:
        answers = [await session.call_tool(tool, values) for tool, values, _ in BAD]
        return [(answer.is_error, answer.content[0].text) for answer in answers]

    for (failed, said), (tool, values, words) in zip(talk(works.home, all_of_them), BAD, strict=True):
        assert failed, (tool, values)
        assert words in said, said
        assert "Traceback" not in said
        assert "pydantic" not in said
    nothing = ask(works.home, "search_lessons", text="bridge", unit=["Nowhere"])
    assert (nothing["lessons"], nothing["total"]) == ([], 0)


def test_a_person_finds_what_they_may_see_and_nothing_else(works: RunningServer) -> None:
    everything = ask(works.home, "search_lessons", text="dig")
    assert {hit["id"] for hit in everything["lessons"]} >= {
        "lesson:test:bridge",
        "lesson:test:tunnel",
        "lesson:test:secret",
    }
    seen = ask(works.home, "search_lessons", "--as", "bea", text="dig")
    assert {hit["id"] for hit in seen["lessons"]} == {"lesson:test:bridge"}
    assert "There is no lesson" in ask(works.home, "get_lesson", "--as", "bea", id="lesson:test:tunnel")
    assert "There is no lesson" in ask(works.home, "get_lesson", "--as", "bea", id="lesson:test:secret")
    assert "Nobody is called" in ask(works.home, "search_lessons", "--as", "nobody", text="dig")


def test_a_draft_belongs_to_the_person_and_the_same_key_keeps_one(works: RunningServer) -> None:
    values = {"project": "project:test:bridge", "title": "Ask first", "lesson": "Ask the owner.", "key": "k1"}
    first = ask(works.home, "draft_lesson", "--as", "bea", "--allow-drafts", **values)
    assert first["state"] == "draft"
    assert ask(works.home, "draft_lesson", "--as", "bea", "--allow-drafts", **values)["id"] == first["id"]
    elsewhere = {**values, "project": "project:test:tunnel", "key": "k2"}
    assert "There is no project" in ask(works.home, "draft_lesson", "--as", "bea", "--allow-drafts", **elsewhere)


def test_with_a_running_server_the_same_policy_holds_and_links_lead_to_pages(
    works: RunningServer, tmp_path: Path
) -> None:
    works.start()
    password = works.add_person("carl", ["unit:Works/tunnel"])
    secret = tmp_path / "password"
    secret.write_text(f"{password}\n", encoding="utf-8")
    owner = ask(works.home, "search_lessons", text="dig before the bridge", limit=1)["lessons"][0]
    assert owner["link"] == f"{works.url}lessons/lesson:test:bridge"
    seen = ask(works.home, "search_lessons", "--as", "carl", "--password-file", str(secret), text="dig")
    assert {hit["id"] for hit in seen["lessons"]} == {"lesson:test:tunnel"}
    stood_in = ask(works.home, "search_lessons", "--as", "tim", text="dig")
    assert {hit["id"] for hit in stood_in["lessons"]} == {"lesson:test:tunnel"}
    assert "people of the sample" in ask(works.home, "search_lessons", "--as", "bea", text="dig")
    elsewhere = ask(
        tmp_path, "search_lessons", "--url", works.url, "--as", "carl", "--password-file", str(secret), text="dig"
    )
    assert {hit["id"] for hit in elsewhere["lessons"]} == {"lesson:test:tunnel"}
    with pytest.raises(NotSignedIn, match="refused"):
        SignedInGraph(works.url, "carl", password="wrong")
    with pytest.raises(Forbidden):
        SignedInGraph(works.url, "bea", token=works.token)
    with pytest.raises(StoreUnavailable):
        SignedInGraph("http://127.0.0.1:9/", "carl", password="x")
    with pytest.raises(NotSignedIn, match="--password-file"):
        connect(Settings(home=works.home), Who(url=works.url))


def test_the_graph_is_let_go_when_idle_and_reached_again(works: RunningServer) -> None:
    opened = []

    def reached() -> Any:
        opened.append(1)
        return connect(Settings(home=works.home, encoders=[]), Who())

    reach = Reach(reached, idle=0.1)
    assert reach.ask(lambda graph: graph.list_projects().total) == 14
    time.sleep(0.5)
    works.start()  # the file is free: a server can own it
    assert reach.ask(lambda graph: graph.list_projects().total) == 14
    works.stop()
    assert reach.ask(lambda graph: graph.list_projects().total) == 14  # the server is gone: the store itself
    assert len(opened) == 3
    reach.close()


def test_without_an_installation_it_says_what_to_do(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from retrobook.cli import main

    result = CliRunner().invoke(main, ["mcp", "--home", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert "retrobook init" in result.output

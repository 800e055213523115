"""Questions that nobody should ask: a helpful answer or a clear error, never a wider one than was asked for.

Each goes through the operation, over HTTP and through the command line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kg.errors import InvalidRequest, KgError
from kg.operations.lessons import LessonFilters
from retrobook.assembly import own_graph
from retrobook.cli import main
from retrobook.settings import Settings
from tests.retrobook.server.conftest import RunningServer, server, two_projects  # noqa: F401  (a fixture)

EVERYTHING = {"lesson:test:bridge", "lesson:test:tunnel"}

ANSWERED = {
    "one letter": "b",
    "one character": "桥",
    "punctuation": "?!…",
    "emoji": "🌉 bridge 👷🏽‍♀️",
    "emoji alone": "👩‍👩‍👧‍👦🏳️‍🌈",
    "mixed scripts": "bridge 桥梁 мост γέφυρα جسر สะพาน 橋",
    "right to left": "\u202ebridge\u202c",
    "combining": "b̷̢r̸i̵d̶g̴e̷" * 50,
    "lucene": "+bridge -tunnel && || ! (dig) {dig} [dig TO tunnel] ^2 \"dig\"~3 *:* title:dig \\/ bri?ge br*",
    "lucene broken": "bridge AND (",
    "lucene regular expression": "/.*/",
    "cypher": "bridge' RETURN n // ` \" $id {id: 1} MATCH (n) DETACH DELETE n",
    "cypher quote": "bridge\\' OR 1=1 --",
    "cypher parameter": "$text $everything",
    "sql": "'; DROP TABLE lessons; --",
    "template": "{{7*7}} ${7*7} <script>alert(1)</script> %(x)s {0.__class__}",
    "nul": "bridge\x00tunnel",
    "control": "bridge\x07\x1b[31m\r\n\ttunnel",
    "path": "../../../../etc/passwd",
    "nearly too long": ("bridge " * 14_000)[:99_999],
    "one long word": "b" * 90_000,
    "long chinese": "桥梁" * 20_000,
}  # fmt: skip

REFUSED = {
    "empty": ({"text": ""}, "text"),
    "blank": ({"text": " \t\n "}, "text"),
    "100 kB and more": ({"text": "bridge " * 15_000}, "text"),
    "half a character": ({"text": "bridge \ud800"}, "text"),
    "no text": ({}, "text"),
    "a number": ({"text": 5}, "text"),
    "a list": ({"text": ["bridge"]}, "text"),
    "unknown limit": ({"text": "bridge", "filters": {"units": ["Works/bridge"]}}, "filters.units"),
    "unknown field": ({"text": "bridge", "filter": {"unit": ["Works/bridge"]}}, "filter"),
    "unknown polarity": ({"text": "bridge", "filters": {"polarity": ["good"]}}, "filters.polarity.0"),
    "unknown state": ({"text": "bridge", "filters": {"state": ["gone"]}}, "filters.state.0"),
    "no day": ({"text": "bridge", "filters": {"learnt_from": "soon"}}, "filters.learnt_from"),
    "a text for a list": ({"text": "bridge", "filters": {"unit": "Works/bridge"}}, "filters.unit"),
    "too many": ({"text": "bridge", "limit": 101}, "limit"),
    "none": ({"text": "bridge", "limit": 0}, "limit"),
    "before the first": ({"text": "bridge", "offset": -1}, "offset"),
}

NOTHING = {
    "project": ["none"], "unit": ["Nowhere"], "sector": ["none"], "topic": ["none"], "phase": ["none"],
    "polarity": ["success"], "state": ["superseded"], "language": ["xx"], "source": ["none"],
    "learnt_from": "2099-01-01", "learnt_to": "1900-01-01",
}  # fmt: skip


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = tmp_path_factory.mktemp("alone")
    with own_graph(Settings(home=home, encoders=[]), create=True) as graph:
        two_projects(graph)
        yield graph


@pytest.fixture(params=["operation", "http"])
def ask(request: pytest.FixtureRequest) -> Any:
    """Asks and gives back the answer as a dict, or raises what came instead."""
    if request.param == "operation":
        graph = request.getfixturevalue("alone")
        return lambda **values: graph.search_lessons(**values).model_dump(mode="json")
    running: RunningServer = request.getfixturevalue("server")

    def over_http(**values: Any) -> Any:
        import httpx

        address = f"{running.url}api/operations/search_lessons"
        headers = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/json"}
        answer = httpx.post(address, content=json.dumps(values), headers=headers, timeout=60, trust_env=False)
        assert "Traceback" not in answer.text
        if answer.status_code == 200:
            return answer.json()
        assert answer.status_code == 400, answer.text
        said = answer.json()
        raise InvalidRequest(said["message"], **said["fields"])

    return over_http


def ids(found: dict[str, Any]) -> set[str]:
    return {hit["id"] for hit in found["hits"]}


@pytest.mark.parametrize("name", ANSWERED)
def test_strange_questions_are_answered_within_their_limits(ask: Any, name: str) -> None:
    text = ANSWERED[name]
    assert ids(ask(text=text)) <= EVERYTHING
    within = ask(text=text, filters={"unit": ["Works/tunnel"]})
    assert ids(within) <= {"lesson:test:tunnel"}
    if "bridge" in text.lower() and name not in ("combining",):
        assert "lesson:test:bridge" in ids(ask(text=text))


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_a_question_is_refused_by_field(ask: Any, name: str) -> None:
    values, field = REFUSED[name]
    with pytest.raises(KgError) as raised:
        ask(**values)
    assert raised.value.status == 400
    assert raised.value.fields["field"] in (field, "request")
    assert len(raised.value.message) < 500


NOT_YET = {"source": [pytest.mark.xfail(reason="the index does not hold sources yet")]}


@pytest.mark.parametrize("limit", [pytest.param(name, marks=NOT_YET.get(name, [])) for name in NOTHING])
def test_a_limit_that_nothing_satisfies_finds_nothing(ask: Any, limit: str) -> None:
    found = ask(text="dig before the bridge and the tunnel", filters={limit: NOTHING[limit]})
    assert (found["hits"], found["total"]) == ([], 0)


def test_every_limit_is_tried() -> None:
    assert set(NOTHING) == set(LessonFilters.model_fields)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("cli") / "home"
    RunningServer(found).fill(two_projects)
    return found


@pytest.mark.parametrize("name", sorted(set(ANSWERED) - {"nul"}))  # a shell cannot pass a NUL on
def test_the_command_answers_strange_questions_too(home: Path, name: str) -> None:
    result = CliRunner().invoke(
        main, ["search", "--json", "--home", str(home), "--unit", "Works/tunnel", "--", ANSWERED[name]]
    )
    assert result.exit_code == 0, result.output
    assert ids(json.loads(result.stdout)) <= {"lesson:test:tunnel"}


@pytest.mark.parametrize("text", ["", "  ", "bridge " * 15_000])
def test_the_command_says_what_is_wrong_with_a_question(home: Path, text: str) -> None:
    result = CliRunner().invoke(main, ["search", "--home", str(home), "--", text])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "text" in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr) < 1000

"""`retrobook search --queries`: a file of questions in, a line of hits for each out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg.domain import Lesson, Project
from kg.opening import open_graph
from kg.store.records import put_records
from retrobook.batch import answer_file
from retrobook.cli import main
from tests.retrobook.server.conftest import RunningServer, installation  # noqa: F401  (a fixture)

LESSONS = [
    ("1", {"lesson": "Renew certificates before they expire.", "topics": ["security"], "polarity": "failure",
           "learnt_on": date(2020, 1, 1), "state": "published", "phase": "operation"}),
    ("2", {"lesson": "证书过期之前要更新。", "sector": "Rail", "polarity": "success", "state": "draft"}),
    ("3", {"lesson": "Certificates of suppliers differ.", "project": "project:x:P2", "unit": "Road/North"}),
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RETROBOOK_ENCODERS", "multilingual=nobody/has-this-model")
    folder = tmp_path / "home"
    records: list[Any] = [Project(id="project:x:P1", external_id="P1", name="Trains", unit="Rail")]
    for key, values in LESSONS:
        own = {
            "id": f"lesson:{key}",
            "external_id": key,
            "source_system": "x",
            "project": "project:x:P1",
            "unit": "Rail",
        }
        records.append(Lesson.parse(own | values))
    with open_graph(folder, create=True) as graph, graph.store.transaction() as tx:
        put_records(tx, records, at=datetime(2026, 1, 1, tzinfo=UTC))
    return folder


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["search", *arguments, "--home", str(home)])


def batch(home: Path, lines: list[Any], *more: str) -> tuple[Result, list[dict[str, Any]], Path]:
    questions, out = home.parent / "q.jsonl", home.parent / "hits.jsonl"
    texts = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
    questions.write_bytes(b"\n".join(texts) + b"\n")
    result = run(home, "--queries", str(questions), "--out", str(out), *more)
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if out.exists() else []
    return result, answers, Path(f"{out}.rejected.jsonl")


def test_each_question_gets_a_line_in_order_and_the_parts_add_up(home: Path) -> None:
    asked = [{"id": "b", "text": "certificates"}, {"id": 7, "text": "xylophone"}, {"id": "a", "text": "證書過期"}]
    result, answers, rejected = batch(home, asked)
    assert result.exit_code == 0, result.output
    assert [answer["id"] for answer in answers] == ["b", 7, "a"]
    assert {hit["external_id"] for hit in answers[0]["hits"]} == {"1", "3"}
    scores = [hit["score"] for hit in answers[0]["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert answers[1]["hits"] == []
    (hit,) = answers[2]["hits"]
    assert (hit["external_id"], hit["id"]) == ("2", "lesson:2")
    for answer in answers:
        for hit in answer["hits"]:
            assert sum(hit["parts"].values()) == pytest.approx(hit["score"], abs=1e-6)
    assert not rejected.exists()


def test_limits_hold_for_a_line_and_options_are_the_default_of_all(home: Path) -> None:
    asked = [
        {"id": 1, "text": "certificates", "filters": {"topic": ["security"]}},
        {"id": 2, "text": "certificates", "filters": {"unit": "Road"}},
        {"id": 3, "text": "certificates", "filters": {"project": ["nobody's"]}},
        {"id": 4, "text": "certificates", "filters": {"learnt_from": "2019-01-01", "learnt_to": "2021-01-01"}},
        {"id": 5, "text": "certificates", "filters": None, "limit": 1},
    ]
    _, answers, _ = batch(home, asked)
    assert [[hit["external_id"] for hit in a["hits"]] for a in answers] == [["1"], ["3"], [], ["1"], ["3"]]
    _, answers, _ = batch(home, [{"id": 1, "text": "certificates"}], "--unit", "Road", "--limit", "1")
    assert [hit["external_id"] for hit in answers[0]["hits"]] == ["3"]


BAD = [
    (b"{broken", "not JSON"),
    (b"[1]", "not an object"),
    (b'{"text": "x"}', '"id"'),
    (b'{"id": true, "text": "x"}', '"id"'),
    (b'{"id": 1}', '"text"'),
    (b'{"id": 1, "text": "  "}', '"text"'),
    (b'{"id": 1, "text": 5}', '"text"'),
    (b'{"id": 1, "text": "x", "filter": {}}', "Did you mean 'filters'"),
    (b'{"id": 1, "text": "x", "filters": []}', '"filters" must be an object'),
    (b'{"id": 1, "text": "x", "filters": {"projects": ["P1"]}}', "Did you mean 'project'"),
    (b'{"id": 1, "text": "x", "filters": {"polarity": ["good"]}}', "polarity"),
    (b'{"id": 1, "text": "x", "filters": {"learnt_from": "soon"}}', "learnt_from"),
    (b'{"id": 1, "text": "x", "limit": 1000}', "limit"),
    (b'{"id": 1, "text": "x\xff"}', "not UTF-8"),
    (b'{"id": 1, "text": "\\ud800"}', "surrogate"),
    (b'{"id": 1, "text": "' + b"x" * 200_000 + b'"}', "100000"),
    (b"[" * 100_000, "not JSON"),
]


@pytest.mark.parametrize(("line", "reason"), BAD, ids=range(len(BAD)))
def test_a_line_that_is_no_question_is_kept_with_number_and_reason(home: Path, line: bytes, reason: str) -> None:
    result, answers, rejected = batch(home, [{"id": 1, "text": "certificates"}, line, {"id": 2, "text": "证书"}])
    assert result.exit_code == 2
    assert [answer["id"] for answer in answers] == [1, 2]
    (kept,) = [json.loads(said) for said in rejected.read_text(encoding="utf-8").splitlines()]
    assert kept["line"] == 2
    assert reason in kept["reason"]
    assert "line 2" in result.stderr
    assert "Traceback" not in result.output
    again, _, rejected = batch(home, [{"id": 1, "text": "certificates"}])
    assert again.exit_code == 0
    assert not rejected.exists()  # nothing of an earlier run is left lying


def test_the_answers_appear_whole_or_not_at_all(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "hits.jsonl"
    out.write_text("earlier\n", encoding="utf-8")
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n', encoding="utf-8")

    class Failing:
        asked = 0

        def search_lessons(self, **values: Any) -> Any:
            self.asked += 1
            if self.asked == 2:
                raise OSError("gone")
            from kg.operations.lessons import LessonHits

            return LessonHits(hits=[], total=0)

    with pytest.raises(OSError, match="gone"):
        answer_file(Failing(), questions, out, {})
    assert out.read_text(encoding="utf-8") == "earlier\n"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["hits.jsonl", "q.jsonl"]


def test_files_that_cannot_be_used_are_told(home: Path, tmp_path: Path) -> None:
    questions = tmp_path / "q.jsonl"
    missing = run(home, "--queries", str(questions), "--out", str(tmp_path / "o.jsonl"))
    assert (missing.exit_code, "There is no file" in missing.stderr) == (2, True)
    questions.write_text('{"id": 1, "text": "a"}\n', encoding="utf-8")
    same = run(home, "--queries", str(questions), "--out", str(questions))
    assert (same.exit_code, "cannot hold both" in same.stderr) == (2, True)
    assert questions.read_text(encoding="utf-8").startswith('{"id"')
    folder = run(home, "--queries", str(tmp_path), "--out", str(tmp_path / "o.jsonl"))
    assert (folder.exit_code, "folder" in folder.stderr) == (2, True)


@pytest.mark.parametrize("given", [(), ("x", "--queries", "q", "--out", "o"), ("--queries", "q"), ("x", "--out", "o")])
def test_a_question_or_a_file_of_them_is_wanted(home: Path, given: tuple[str, ...]) -> None:
    assert run(home, *given).exit_code == 2


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        (("--project", "P1"), {"1"}),
        (("--project", "P1", "--project", "P2"), {"1", "3"}),
        (("--unit", "Road"), {"3"}),
        (("--topic", "security"), {"1"}),
        (("--phase", "operation"), {"1"}),
        (("--polarity", "failure"), {"1"}),
        (("--state", "published"), {"1"}),
        (("--language", "en"), {"1", "3"}),
        (("--from", "2019-01-01", "--to", "2021-01-01"), {"1"}),
        (("--unit", "Nowhere"), set()),
        (("--sector", "Rail"), set()),
    ],
)
def test_every_limit_is_an_option(home: Path, limits: tuple[str, ...], found: set[str]) -> None:
    result = run(home, "certificates", "--json", *limits)
    assert result.exit_code == 0, result.output
    assert {hit["external_id"] for hit in json.loads(result.stdout)["hits"]} == found


@pytest.mark.parametrize("limits", [("--polarity", "good"), ("--state", "x"), ("--from", "soon"), ("--as-of", "1/2/3")])
def test_a_limit_that_cannot_be_is_refused(home: Path, limits: tuple[str, ...]) -> None:
    result = run(home, "certificates", *limits)
    assert (result.exit_code, result.stdout) == (2, "")


def test_an_unknown_value_finds_nothing_and_names_the_nearest(home: Path) -> None:
    result = run(home, "certificates", "--unit", "Rails")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No lesson with unit Rails" in result.stderr
    assert "'Rail'" in result.stderr


def test_a_running_server_answers_a_batch_as_the_store_does(installation: RunningServer) -> None:  # noqa: F811
    home = installation.home
    asked = [
        {"id": 1, "text": "Dig before the bridge"},
        {"id": 2, "text": "tunnel", "filters": {"unit": ["Works/bridge"]}},
    ]
    _, alone, _ = batch(home, asked)
    installation.start()
    result, served, _ = batch(home, asked)
    assert result.exit_code == 0, result.output
    assert served == alone
    assert next(hit["id"] for hit in served[0]["hits"]) == "lesson:test:bridge"
    assert {hit["id"] for hit in served[1]["hits"]} <= {"lesson:test:bridge"}

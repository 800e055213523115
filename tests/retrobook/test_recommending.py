"""`retrobook recommend`: one plan, or a file of plans whose answers appear whole."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipelines.resources import TEMPLATES
from retrobook.cli import main


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the 400 World Bank ratings of the sample."""
    folder = tmp_path_factory.mktemp("recommending") / "home"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RETROBOOK_ENCODERS", "multilingual=nobody/has-this-model")
        assert run(folder, "init").exit_code == 0
        file = str(TEMPLATES / "sample" / "worldbank.csv")
        assert run(folder, "import", "projects", file, "--mapping", "worldbank_ratings").exit_code == 0
    return folder


@pytest.fixture(autouse=True)
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETROBOOK_ENCODERS", "multilingual=nobody/has-this-model")


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--home", str(home)])


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def written(folder: Path, *plans: Any) -> Path:
    path = folder / "plans.jsonl"
    path.write_text("".join((p if isinstance(p, str) else json.dumps(p)) + "\n" for p in plans), encoding="utf-8")
    return path


def test_a_plan_gets_a_table_and_a_document(home: Path) -> None:
    plan = ("recommend", "Rural water supply", "--sector", "Water", "--attr", "instrument=IPF")
    shown = run(home, *plan)
    assert shown.exit_code == 0 and "Development objective" in shown.stdout and "90 % interval" in shown.stdout
    found = json.loads(run(home, *plan, "--json", "--type", "hours_saved").stdout)
    best = found["types"][0]
    assert best["low"] < best["probability"] < best["high"] and best["n"] > 350 and best["precedents"][0]["path"]
    assert found["asked"]["outcome_type"] == "outcome_type:hours_saved" and found["asked"]["enough"] is False


def test_only_what_was_known_that_day_enters(home: Path) -> None:
    found = json.loads(run(home, "recommend", "Roads", "--as-of", "2000-01-01", "--json").stdout)
    assert found["as_of"] == "2000-01-01" and 0 < found["precedents_known"] < 150
    assert all(p["decided"] <= "2000-01-01" for p in found["types"][0]["precedents"])


def test_a_slip_of_the_hand_is_answered_with_what_to_do(home: Path) -> None:
    assert "NAME=VALUE" in run(home, "recommend", "Roads", "--attr", "country").stderr
    assert "Did you mean" in run(home, "recommend", "Roads", "--type", "hour_saved").stderr
    assert "belong together" in run(home, "recommend", "--out", "x.jsonl").stderr
    assert "describe the plan" in run(home, "recommend").stderr


def test_a_file_of_plans_is_answered_line_by_line_with_probability_interval_n_and_precedents(
    home: Path, tmp_path: Path
) -> None:
    plans = written(
        tmp_path,
        {"id": "a", "text": "Rural roads", "attributes": {"country": "Republic of India", "instrument": "IPF"}},
        {"id": 7, "text": "供水", "outcome_type": "hours_saved"},
    )
    done = run(home, "recommend", "--plans", str(plans), "--out", str(tmp_path / "recs.jsonl"), "--json")
    assert done.exit_code == 0, done.output
    first, second = lines(tmp_path / "recs.jsonl")
    kind = first["types"][0]
    assert set(kind) >= {"outcome_type", "probability", "interval", "n", "enough", "fit", "precedents"}
    assert kind["interval"][0] < kind["probability"] < kind["interval"][1]
    assert set(kind["precedents"][0]) == {"external_id", "name", "attained", "similarity"}
    assert first["id"] == "a" and first["asked"] is None
    assert second["id"] == 7 and second["asked"]["n"] == 0
    assert json.loads(done.stdout)["answered"] == 2
    assert not (tmp_path / "recs.rejected.jsonl").exists()


def test_bad_lines_are_told_with_number_and_reason_and_kept_aside(home: Path, tmp_path: Path) -> None:
    good = {"id": "good", "text": "Rural roads"}
    plans = written(
        tmp_path, '{"id": "torn"', [], {"id": "empty"}, good, good, {"id": "t", "text": "x", "outcome_type": "hour saved"},
        "", {"id": "long", "text": "x" * 200_000}, {"text": "no id"}, {"id": "n", "text": "x", "attributes": {"a": [1]}},
    )  # fmt: skip
    out = tmp_path / "recs.jsonl"
    done = run(home, "recommend", "--plans", str(plans), "--out", str(out))
    assert done.exit_code == 2 and [line["id"] for line in lines(out)] == ["good"]
    kept = {line["line"]: line["reason"] for line in lines(tmp_path / "recs.rejected.jsonl")}
    assert sorted(kept) == [1, 2, 3, 5, 6, 8, 9, 10]
    assert "not JSON" in kept[1] and "line 4" in kept[5] and "Did you mean 'Hours saved'" in kept[6]
    assert "plans.jsonl line 6" in done.stderr and "Traceback" not in done.output
    mended = written(tmp_path, good)
    assert run(home, "recommend", "--plans", str(mended), "--out", str(out)).exit_code == 0
    assert not (tmp_path / "recs.rejected.jsonl").exists()


def test_a_batch_says_what_each_of_its_plans_alone_is_told(home: Path, tmp_path: Path) -> None:
    plans = written(
        tmp_path, *({"id": n, "text": f"Rural roads {n}", "attributes": {"sector": "Water"}} for n in range(70))
    )
    run(home, "recommend", "--plans", str(plans), "--out", str(tmp_path / "recs.jsonl"))
    last = lines(tmp_path / "recs.jsonl")[69]["types"][0]
    alone = json.loads(run(home, "recommend", "Rural roads 69", "--sector", "Water", "--json").stdout)["types"][0]
    assert last["probability"] == round(alone["probability"], 4)
    assert [p["name"] for p in last["precedents"]] == [p["name"] for p in alone["precedents"]]


def test_a_thousand_plans_take_seconds(home: Path, tmp_path: Path) -> None:
    plans = written(tmp_path, *({"id": n, "text": f"Road {n % 50} and water {n}"} for n in range(1000)))
    begun = time.perf_counter()
    done = run(home, "recommend", "--plans", str(plans), "--out", str(tmp_path / "recs.jsonl"))
    assert done.exit_code == 0 and "a second" in done.stderr
    assert time.perf_counter() - begun < 60


def test_benchmarks_are_imported_row_by_row_and_again_without_doubling(home: Path, tmp_path: Path) -> None:
    before = json.loads(run(home, "recommend", "Rural roads", "--json").stdout)["types"]
    table = tmp_path / "benchmarks.csv"
    table.write_text(
        "outcome_type,measure,value,low,high,n,source,date,url\n"
        "development_objective,attainment,0.74,0.70,0.78,900,Yearly report,2024-10-01,https://example.org/r\n"
        "development_objective,attainment,1.74,,,,Yearly report,2023-10-01,\n"
        "hours_saved,hours per week,4,5,6,,Survey,2023-10-01,\n",
        encoding="utf-8",
    )
    command = ("import", "benchmarks", str(table), "--mapping", "benchmarks", "--json")
    first, again = (run(home, *command) for _ in range(2))
    assert (first.exit_code, again.exit_code) == (2, 2)
    told = json.loads(first.stdout)
    assert (told["created"], told["rejected"]) == (1, 2) and json.loads(again.stdout)["unchanged"] == 1
    assert "between 0 and 1" in told["rejections"][0] and "lies above the value" in told["rejections"][1]
    after = json.loads(run(home, "recommend", "Rural roads", "--json").stdout)["types"]
    assert after[0]["benchmarks"][0]["source"] == "Yearly report"
    assert [t["probability"] for t in after] == [t["probability"] for t in before]


def test_a_benchmark_of_an_unknown_type_is_told_with_the_nearest(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "benchmarks.csv"
    table.write_text(
        "outcome_type,measure,value,source,date\n"
        "Developement objective,attainment,0.7,Report,2024-10-01\nDevelopment objective,attainment,0.7,Report,2024-10-01\n",
        encoding="utf-8",
    )
    done = run(home, "import", "benchmarks", str(table), "--mapping", "benchmarks", "--json")
    (notice,) = json.loads(done.stdout)["notices"]
    assert "1 figures are for the outcome type 'Developement objective'" in notice
    assert "Did you mean 'Development objective'?" in notice


def test_benchmarks_come_as_json_lines_too(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    said = {"outcome_type": "hours_saved", "measure": "hours per week", "value": 4, "source": "S", "date": "2020-01-01"}
    file.write_text(json.dumps(said) + "\n", encoding="utf-8")
    done = run(home, "import", "benchmarks", str(file), "--mapping", "benchmarks_json", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(run(home, "recommend", "x y", "--type", "hours_saved", "--json").stdout)["asked"]
    assert found["benchmarks"][0]["value"] == 4

"""`retrobook formats`: what there is, and what is wrong with one's own."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from retrobook.cli.main import main


def run(home: Path, *words: str):
    return CliRunner().invoke(main, ["formats", *words, "--home", str(home)])


def test_formats_are_listed_with_their_names_in_both_languages(tmp_path):
    found = run(tmp_path, "list", "--json")
    assert found.exit_code == 0, found.output
    listed = json.loads(found.stdout)
    assert {"en": "Sailboat", "zh": "帆船"} in [each["name"] for each in listed["formats"]]
    assert listed["problems"] == []
    assert "team_health" in run(tmp_path, "list").stdout


def test_a_wrong_file_ends_the_check_with_line_and_exit_code(tmp_path):
    assert run(tmp_path, "check").exit_code == 0
    own = tmp_path / "templates" / "retrospectives"
    own.mkdir(parents=True)
    file = own / "ours.yaml"
    file.write_text("name:\n  en: Ours\n  zh: 我们的\nphasen: []\n", encoding="utf-8")
    for words in (["check"], ["check", str(file)]):
        done = run(tmp_path, *words)
        assert done.exit_code == 2
        assert f"{file} line 4: phasen: there is no 'phasen' here. Did you mean 'phases'?" in done.output
    assert json.loads(run(tmp_path, "check", "--json").stdout)["problems"][0]["line"] == 4
    assert "Left out: " in run(tmp_path, "list").output


def test_a_good_file_is_said_to_be_good(tmp_path):
    from pipelines.resources import TEMPLATES

    done = run(tmp_path, "check", str(TEMPLATES / "health" / "team_health.yaml"))
    assert done.exit_code == 0 and "is a good question set: Team health" in done.output

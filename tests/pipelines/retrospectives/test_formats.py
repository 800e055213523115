"""Formats and question sets: the packaged ones, one's own, and what is said of a mistake."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from kg.domain import Role
from kg.domain.formats import ALONE, Format, PhaseKind, QuestionSet, Tone
from kg.errors import NotFound
from kg.graph import KnowledgeGraph
from pipelines.errors import FormatError
from pipelines.resources import TEMPLATES
from pipelines.retrospectives import Formats
from tests.conftest import visitor

HAN = re.compile(r"[\u4e00-\u9fff]")
PACKAGED = {
    "start_stop_continue", "four_ls", "mad_sad_glad", "sailboat", "kpt", "timeline", "after_action_review",
    "outcome_review", "project_close", "five_whys",
}  # fmt: skip
GOOD = """\
name:
  en: Ours
  zh: 我们的
description:
  en: How we do it.
  zh: 我们的做法。
columns:
  - key: good
    title: {en: Good, zh: 好}
    prompt: {en: What was good, zh: 什么好}
    tone: good
  - key: bad
    title: {en: Bad, zh: 不好}
    prompt: {en: What was bad, zh: 什么不好}
phases:
  - {kind: health, asynchronous: true}
  - {kind: write, minutes: 8}
  - {kind: vote}
  - {kind: close}
votes: 4
health: team_health
"""
ASKED = """\
name: {en: Ours, zh: 我们的}
questions:
""" + "".join(
    f"  - {{key: q{n}, title: {{en: Q, zh: 问}}, low: {{en: l, zh: 低}}, high: {{en: h, zh: 高}}}}\n" for n in range(3)
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("retrospectives", "health"):
        (tmp_path / "home" / "templates" / folder).mkdir(parents=True)
    return tmp_path / "home"


def put(home: Path, name: str, text: str, folder: str = "retrospectives") -> Path:
    path = home / "templates" / folder / name
    path.write_text(text, encoding="utf-8")
    return path


def wrong(home: Path, old: str, new: str) -> FormatError:
    assert old in GOOD
    put(home, "ours.yaml", GOOD.replace(old, new, 1))
    with pytest.raises(FormatError) as caught:
        Formats(home).get("ours")
    return caught.value


def test_every_packaged_format_and_question_set_is_good() -> None:
    formats = Formats()
    assert formats.problems() == []
    assert {each.key for each in formats.all()} == PACKAGED
    assert {each.key for each in formats.question_sets()} == {"team_health", "project_health", "psychological_safety"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("retrospectives/*")) + sorted(TEMPLATES.glob("health/*")))
def test_packaged_files_say_everything_in_english_and_in_chinese(path: Path) -> None:
    pairs = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            if "en" in value or "zh" in value:
                pairs.append(value)
            for item in value.values():
                look(item)
        elif isinstance(value, list):
            for item in value:
                look(item)

    look(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert len(pairs) > 5
    for pair in pairs:
        assert pair.keys() == {"en", "zh"}
        assert HAN.search(pair["zh"]) and not HAN.search(pair["en"])


def test_the_formats_ask_what_their_names_promise() -> None:
    columns = {each.key: [column.key for column in each.columns] for each in Formats().all()}
    assert columns["after_action_review"] == ["intended", "happened", "why", "next"]
    assert columns["outcome_review"] == ["promised", "delivered", "evidence", "why"]
    assert columns["start_stop_continue"] == ["start", "stop", "continue"]
    assert columns["four_ls"] == ["liked", "learned", "lacked", "longed_for"]
    assert columns["kpt"] == ["keep", "problem", "try"]
    assert [key for key in columns["five_whys"] if key.startswith("why")] == [f"why_{n}" for n in range(1, 6)]


def test_phases_may_be_left_out_timed_asynchronous_and_in_another_order(home: Path) -> None:
    put(home, "ours.yaml", GOOD)
    found = Formats(home).get("ours")
    assert [phase.kind for phase in found.phases] == ["health", "write", "vote", "close"]
    assert found.phases[0].asynchronous and found.phases[1].minutes == 8
    moved = GOOD.replace("  - {kind: close}\n", "").replace("phases:\n", "phases:\n  - {kind: close}\n")
    put(home, "ours.yaml", moved)
    assert Formats(home).get("ours").phases[0].kind is PhaseKind.CLOSE


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("  zh: 我们的\n", "", 1, r"name, zh: is missing. Add `zh: ...`"),
        ("    prompt: {en: What was bad, zh: 什么不好}\n", "", 12, r"columns 2, prompt: is missing. .*`en` and `zh`"),
        ("votes: 4", "vots: 4", 20, r"there is no 'vots' here. Did you mean 'votes'\?"),
        ("tone: good", "tone: god", 11, r"columns 1, tone: 'god' is not known. Did you mean 'good'\?"),
        ("tone: good", "tune: good", 11, r"columns 1, tune: there is no 'tune' here. Did you mean 'tone'\?"),
        ("kind: vote", "kind: voting", 18, r"phases 3, kind: 'voting' is not known. Did you mean 'vote'\?"),
        ("kind: vote", "kind: zzz", 18, r"'zzz' is not known. Known are check_in, previous"),
        ("votes: 4", "votes: 99", 20, r"votes: .*less than or equal to 20, found 99: write 20 or less"),
        ("votes: 4", "votes: many", 20, r"votes: .*'many': write a whole number"),
        ("minutes: 8", "minutes: 0", 17, r"phases 2, minutes: .*: write 1 or more"),
        ("health: team_health", "health: team_heath", 21, r"no question set 'team_heath'. Did you mean 'team_health'"),
        ("health: team_health\n", "", 16, r"the phase 'health' needs a question set"),
        ("  - {kind: write, minutes: 8}\n", "", 15, r"a format needs the phase 'write'"),
        ("kind: vote", "kind: group", 18, None),
        ("{kind: vote}", "{kind: vote}\n  - {kind: group}", 19, r"write, group, vote and discuss come in this order"),
        ("{kind: vote}", "{kind: discuss, asynchronous: true}", 18, r"discuss needs everyone at once"),
        ("{kind: vote}", "{kind: write}", 18, r"the phase 'write' stands twice"),
        ("key: bad", "key: good", 12, r"columns 2, key: the column 'good' stands twice"),
        ("key: bad", "key: Bad Things", 12, r"columns 2, key: .*'Bad Things': use lower-case letters"),
        ("  en: Ours", "  en: 5", 2, r"name, en: .*found 5: write words; put figures in quotes"),
        ("  en: Ours", "  en:", 2, r"name, en: is empty"),
        ("name:\n  en: Ours\n  zh: 我们的\n", "name: Ours\n", 1, r"name: found 'Ours'. Write `en:`, `zh:` below it"),
        ("votes: 4", "votes: 4\nvotes: 5", 21, r"votes: stands in line 20 already"),
        ("votes: 4", "votes: [4", 21, r"not YAML"),
        ("name:\n", "key: theirs\nname:\n", 1, r"key: the file is called 'ours'. Rename the file"),
        ("{kind: health, asynchronous: true}", "{kind: health, asynchronous: maybe}", 16, r"write true or false"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_line_field_and_what_to_do(
    home: Path, old: str, new: str, line: int, message: str | None
) -> None:
    if message is None:  # group without vote is fine
        put(home, "ours.yaml", GOOD.replace(old, new, 1))
        assert Formats(home).get("ours").phases[2].kind is PhaseKind.GROUP
        return
    error = wrong(home, old, new)
    assert re.search(message, error.message), error.message
    assert error.fields["line"] == line, error.message
    assert error.message.startswith(f"{home}/templates/retrospectives/ours.yaml line {line}: ")


def test_a_phase_needs_everyone_unless_it_can_be_done_alone(home: Path) -> None:
    for kind in PhaseKind:
        phases = [{"kind": kind, "asynchronous": True}] + ([] if kind is PhaseKind.WRITE else [{"kind": "write"}])
        text = yaml.safe_dump({**yaml.safe_load(GOOD), "phases": [{**p, "kind": str(p["kind"])} for p in phases]})
        put(home, "ours.yaml", text)
        if kind in ALONE and kind is not PhaseKind.VOTE:  # voting before writing is refused for its order
            assert Formats(home).get("ours").phases[0].asynchronous
        else:
            with pytest.raises(FormatError):
                Formats(home).get("ours")


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n", "a: &x [*x]\n", "? [a]\n: b\n", "\x00"])
def test_what_is_no_format_at_all_is_refused_with_a_line(home: Path, text: str) -> None:
    put(home, "ours.yaml", text)
    with pytest.raises(FormatError, match=r"ours\.yaml line \d+: "):
        Formats(home).get("ours")


def test_a_file_that_is_not_text_or_too_large_is_refused(home: Path) -> None:
    put(home, "ours.yaml", "").write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(FormatError, match="Save it as UTF-8"):
        Formats(home).get("ours")
    put(home, "ours.yaml", "#" * 300_000)
    with pytest.raises(FormatError, match="larger than 256 kB"):
        Formats(home).get("ours")


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(NotFound, match="Did you mean 'sailboat'") as caught:
        Formats().get("sailbot")
    assert caught.value.fields["nearest"] == "sailboat"
    with pytest.raises(NotFound, match="Did you mean 'team_health'"):
        Formats().questions("teamhealth")


def test_ones_own_files_add_to_the_packaged_ones_and_win_over_them(home: Path) -> None:
    put(home, "ours.yaml", GOOD)
    put(home, "kpt.yaml", GOOD)
    put(home, "mood.yml", ASKED, "health")
    formats = Formats(home)
    assert {each.key for each in formats.all()} == PACKAGED | {"ours"}
    assert formats.get("kpt").name.en == "Ours" and formats.get("kpt").key == "kpt"
    assert formats.questions("mood").questions[2].key == "q2"
    put(home, "ours.yaml", GOOD.replace("team_health", "mood"))
    assert formats.get("ours").health == "mood"


def test_a_broken_file_of_ones_own_does_not_touch_the_others(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    put(home, "ours.yaml", GOOD)
    put(home, "broken.yaml", GOOD.replace("votes: 4", "votes: 0"))
    put(home, "sailboat.yaml", "no: format")
    put(home, "Strange Name.yaml", GOOD)
    put(home, "mood.yaml", ASKED.replace("questions", "question"), "health")
    formats = Formats(home)
    assert {each.key for each in formats.all()} == PACKAGED - {"sailboat"} | {"ours"}
    assert len(formats.question_sets()) == 3
    for key in ("broken", "sailboat", "Strange Name"):
        with pytest.raises(FormatError):
            formats.get(key)
    said = [error.message for error in formats.problems()]
    assert len(said) == 4
    assert any("Strange Name.yaml line 1: key: the file's name is its key" in message for message in said)
    assert sum("broken.yaml" in record.message for record in caplog.records) == 1  # told once, not at each look


def test_a_changed_file_is_read_again(home: Path) -> None:
    formats = Formats(home)
    path = put(home, "ours.yaml", GOOD.replace("votes: 4", "votes: 0"))
    with pytest.raises(FormatError):
        formats.get("ours")
    put(home, "ours.yaml", GOOD)
    os.utime(path, ns=(1, 1))
    assert formats.get("ours").votes == 4
    put(home, "ours.yaml", GOOD.replace("votes: 4", "votes: 6"))
    assert formats.get("ours").votes == 6
    path.unlink()
    with pytest.raises(NotFound):
        formats.get("ours")


def test_a_file_anywhere_can_be_checked(tmp_path: Path) -> None:
    (tmp_path / "any.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "asked.yaml").write_text(ASKED, encoding="utf-8")
    assert isinstance(Formats().check(tmp_path / "any.yaml"), Format)
    assert isinstance(Formats().check(tmp_path / "asked.yaml"), QuestionSet)
    (tmp_path / "asked.yaml").write_text(ASKED.replace("key: q1", "key: q0"), encoding="utf-8")
    with pytest.raises(FormatError, match="the question 'q0' stands twice"):
        Formats().check(tmp_path / "asked.yaml")


def test_everyone_may_list_formats_and_facilitators_learn_of_broken_ones(graph: KnowledgeGraph, home: Path) -> None:
    put(home, "broken.yaml", GOOD.replace("tone: good", "tone: god"))
    graph.services["formats"] = Formats(home)
    guest = graph.as_visitor(visitor("guest", role=Role.GUEST))
    assert len(guest.list_formats().formats) == 10 and guest.list_formats().problems == []
    assert {each.key for each in guest.list_question_sets().question_sets} >= {"team_health"}
    (problem,) = graph.as_visitor(visitor("f", role=Role.FACILITATOR)).list_formats().problems
    assert (problem.file, problem.line, problem.nearest) == ("broken.yaml", 11, "good")


def test_every_tone_is_one_that_reports_know() -> None:
    used = {column.tone for each in Formats().all() for column in each.columns}
    assert used <= set(Tone) and {Tone.GOOD, Tone.BAD} <= used

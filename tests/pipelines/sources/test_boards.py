"""Boards of other tools become closed retrospectives: as their exports look, nothing dropped silently."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kg.errors import NotFound
from kg.graph import KnowledgeGraph
from pipelines.errors import SourceUnreadable
from pipelines.sources.board_import import import_board, read_board

ROWS = """Column,Text,Votes,Group,Author,Discussion
Went well,Pairing worked,3,Ways of working,Ana,
Went well,"Two lines
of text",0,,Ben,
To improve,Slow reviews,5,Reviews,Chen,We agreed on a rota
To improve,=HYPERLINK("x"),1,Reviews,Ana,
"""
PARABOL = """Reflection Group,Author,Votes,Type,Created At,Discussion Thread,Prompt,Content
Deploys,Ana,4,Reflection,2026-05-01,,What went well?,Deploys are quick
Deploys,Ben,4,Reflection,2026-05-01,,What could be improved?,Rollbacks are slow
Deploys,Ana,,Comment,2026-05-01,,,Let us measure it
Deploys,Chen,,Task,2026-05-01,,,Measure rollbacks
"""
WIDE = """Went well,Votes,To improve,Votes,Action items
Quick deploys,2,Slow tests,3,Speed up tests
Nice office,,Noise,1,
"""
CHINESE = """栏目,内容,票数,分组,作者
做得好,上线很顺利,3,发布,小王
待改进,评审太慢,2,评审,小李
"""
TEAM_NOTES = """# Sprint 12 retro (2026-04-03)

Everybody was there.

## Went well
- Pairing (+3)
- The demo (2 votes)
  with two pilots

## To improve
### Reviews (5 votes)
- Reviews wait
- Nobody reviews on Fridays

## Action items
- [ ] Review rota @ana
- [x] Fix the printer
"""


@pytest.fixture
def board(graph: KnowledgeGraph, tmp_path: Path) -> Any:
    graph.put_records_batch(
        records=[{"label": "Project", "values": {"id": "project:p", "name": "P", "unit": "A", "external_id": "P1"}}]
    )

    def run(text: str | bytes, name: str = "board.csv", **values: Any) -> tuple[Any, Any]:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        report = import_board(graph, tmp_path / "home", path, values.pop("project", "P1"), **values)
        facts = None if values.get("check") else graph.retrospective_facts(id=report.retrospective)
        return report, facts

    return run


def notes(facts: Any) -> list[tuple[str, str, int]]:
    titles = {column.key: column.en for column in facts.retrospective.columns}
    return [(titles[note.column], note.text, note.votes) for note in facts.retrospective.notes]


def test_a_row_a_card_becomes_a_note_with_votes_topic_and_author(board: Any) -> None:
    report, facts = board(ROWS, title="Sprint 9", held_on=date(2026, 3, 1))
    held = facts.retrospective
    assert (report.state, report.rejected, held.state.value, held.unit) == ("new", 0, "closed", "A")
    assert notes(facts) == [
        ("Went well", "Pairing worked", 3), ("Went well", "Two lines\nof text", 0),
        ("To improve", "Slow reviews", 5), ("To improve", '=HYPERLINK("x")', 1),
    ]  # fmt: skip
    assert [note.author for note in held.notes] == ["Ana", "Ben", "Chen", "Ana"]
    assert [(t.title, t.votes, t.discussion) for t in held.topics] == [
        ("Ways of working", 3, ""), ("Reviews", 6, "We agreed on a rota"),
    ]  # fmt: skip
    assert [column.tone for column in held.columns] == ["good", "bad"]


def test_importing_again_makes_nothing_twice_and_a_changed_file_updates(board: Any, graph: KnowledgeGraph) -> None:
    first, _ = board(PARABOL, "parabol-2026-05-01.csv")
    again, _ = board(PARABOL, "parabol-2026-05-01.csv")
    assert (first.state, again.state, first.retrospective) == ("new", "unchanged", again.retrospective)
    changed, facts = board(PARABOL.replace("Deploys are quick", "Deploys are very quick"), "parabol-2026-05-01.csv")
    assert changed.state == "changed" and "very quick" in facts.retrospective.notes[0].text
    counts = graph.overview().counts
    assert (counts["Retrospective"], counts["ActionItem"]) == (1, 1)


def test_types_of_rows_make_notes_discussion_and_actions(board: Any) -> None:
    _, facts = board(PARABOL, "parabol-2026-05-01.csv")
    held = facts.retrospective
    assert held.held_on == date(2026, 5, 1)
    assert notes(facts) == [
        ("What went well?", "Deploys are quick", 4),
        ("What could be improved?", "Rollbacks are slow", 4),
    ]
    assert [(t.title, t.discussion, t.discussed) for t in held.topics] == [("Deploys", "Let us measure it", True)]
    assert [(a.title, a.topic) for a in facts.made] == [("Measure rollbacks", held.topics[0].key)]


def test_a_table_with_a_column_a_column_is_read_with_the_votes_beside_it(board: Any) -> None:
    report, facts = board(WIDE)
    assert notes(facts) == [
        ("Went well", "Quick deploys", 2), ("To improve", "Slow tests", 3), ("Went well", "Nice office", 0),
        ("To improve", "Noise", 1),
    ]  # fmt: skip
    assert [action.title for action in facts.made] == ["Speed up tests"]
    assert any("each of its columns" in notice for notice in report.notices)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_boards_are_read_in_the_encodings_they_come_in(board: Any, encoding: str) -> None:
    _, facts = board(CHINESE.encode(encoding), "回顾.csv", title="回顾")
    assert notes(facts) == [("做得好", "上线很顺利", 3), ("待改进", "评审太慢", 2)]
    assert facts.retrospective.notes[0].author == "小王"
    assert [topic.title for topic in facts.retrospective.topics] == ["发布", "评审"]


def test_markdown_of_headings_and_lists_is_read_with_votes_groups_and_ticked_actions(board: Any) -> None:
    _, facts = board(TEAM_NOTES, "notes.md")
    held = facts.retrospective
    assert (held.title, held.held_on, held.summary) == (
        "Sprint 12 retro (2026-04-03)", date(2026, 4, 3), "Everybody was there.",
    )  # fmt: skip
    assert notes(facts) == [
        ("Went well", "Pairing", 3), ("Went well", "The demo (2 votes) with two pilots", 0),
        ("To improve", "Reviews wait", 0), ("To improve", "Nobody reviews on Fridays", 0),
    ]  # fmt: skip
    assert [(topic.title, topic.votes) for topic in held.topics] == [("Reviews", 5)]
    assert [(a.title, a.owner, a.status.value) for a in facts.made] == [
        ("Fix the printer", None, "done_unverified"), ("Review rota", "ana", "open"),
    ]  # fmt: skip


def test_anonymous_drops_authors_everywhere_even_from_rejected_rows(board: Any, tmp_path: Path) -> None:
    report, facts = board(ROWS + "Went well,,1,,Dana Secret,\n", anonymous=True)
    assert facts.retrospective.anonymity
    assert not any(note.author for note in facts.retrospective.notes)
    kept = Path(report.rejected_file).read_text(encoding="utf-8")
    assert "the card has no text" in kept and "Dana Secret" not in kept


def test_rows_that_cannot_be_used_are_kept_whole_with_the_reason(board: Any) -> None:
    report, facts = board(ROWS + "Went well,Good,many,,Ana,\nWent well,,1,,Ana,\nToo,many,1,,cells,x,y\n")
    assert (report.rejected, len(facts.retrospective.notes), report.rows) == (3, 4, 7)
    kept = [json.loads(line) for line in Path(report.rejected_file).read_text(encoding="utf-8").splitlines()]
    assert ["number of votes" in kept[0]["reason"], kept[1]["reason"]] == [True, "the card has no text"]
    assert kept[0]["values"]["Text"] == "Good" and kept[0]["line"] == 7
    assert "7 cells" in kept[2]["reason"]


def test_a_check_writes_nothing(board: Any, graph: KnowledgeGraph, tmp_path: Path) -> None:
    report, _ = board(ROWS, check=True)
    assert (report.state, report.notes) == ("checked", 4)
    assert "Retrospective" not in graph.overview().counts or graph.overview().counts["Retrospective"] == 0
    assert not (tmp_path / "home" / "rejected").exists()


def test_what_people_settled_on_an_action_stays_when_the_file_comes_again(board: Any, graph: KnowledgeGraph) -> None:
    done = TEAM_NOTES
    _, facts = board(done, "notes.md")
    printer = next(action for action in facts.made if action.title == "Fix the printer")
    values = {**printer.model_dump(mode="json"), "status": "effective", "owner": "Ben"}
    values = {k: v for k, v in values.items() if k not in {"recorded_at", "recorded_by", "revision", "retired_at"}}
    graph.put_records_batch(records=[{"label": "ActionItem", "values": values}])
    report, facts = board(done, "notes.md")
    again = next(action for action in facts.made if action.id == printer.id)
    assert (report.state, again.status.value, again.owner) == ("unchanged", "effective", "Ben")


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (b"PK\x03\x04rest", "board.csv", "Excel"),
        (b"x", "board.docx", "export the board as CSV or Markdown"),
        (b"Column,Text\n", "board.csv", "no rows"),
        (b"", "board.csv", "empty"),
        (b"nothing here\n", "board.md", "a heading for each column"),
        (b"Column,Text\n\xff\xfe\xfa,\xc3\x28\n", "board.csv", "line"),
    ],
)
def test_a_file_that_is_no_board_is_refused_with_what_to_do(board: Any, text: bytes, name: str, said: str) -> None:
    with pytest.raises(SourceUnreadable, match=said):
        board(text, name)


def test_an_unknown_project_names_the_nearest(board: Any) -> None:
    with pytest.raises(NotFound, match="Did you mean"):
        board(ROWS, project="project:q")


def test_our_own_export_comes_back_with_actions_and_without_votes_counted_twice(board: Any, tmp_path: Path) -> None:
    from kg.domain import Project, Retrospective
    from kg.operations.retrospective_facts import RetrospectiveFacts
    from pipelines.exports import export_retrospective
    from pipelines.reports.retrospective_narrative import votes_in_all
    from tests.pipelines import retrospective_factory as factory

    held = Retrospective.model_validate(factory.retrospective("retrospective:x", named=True))
    facts = RetrospectiveFacts(retrospective=held, project=Project(id="p", name="P"))
    for language in ("en", "zh"):
        text = export_retrospective(facts, "md", language)
        _, back = board(text, f"{language}.md", title=language)
        assert votes_in_all(back.retrospective) == votes_in_all(held) == 41
        assert len(back.retrospective.notes) == 40 and back.retrospective.attended == 12
        assert back.retrospective.held_on == held.held_on and not back.retrospective.anonymity
        said = {topic.title: (topic.votes, topic.discussed) for topic in back.retrospective.topics}
        assert said["Reviews wait too long"] == (11, True) and said["The vendor is silent"] == (0, False)
        hidden = RetrospectiveFacts(
            retrospective=Retrospective.model_validate(factory.retrospective("retrospective:y", named=False)),
            project=facts.project,
        )
        _, back = board(export_retrospective(hidden, "md", language), f"{language}-a.md", title=f"{language}-a")
        assert back.retrospective.anonymity


def test_our_own_table_of_actions_adds_them_and_leaves_the_notes(board: Any, tmp_path: Path) -> None:
    table = (
        "Action,Owner,Due,Status,Measured by,From\n"
        "Rota,Ana,2026-05-01,In progress,Hours to a review,this retrospective\n"
        "Old one,Ben,,Open,,earlier retrospective\n"
    )
    board(ROWS, title="T")
    report, facts = board(table, "actions.csv", title="T")
    assert [(a.title, a.owner, str(a.due), a.status.value) for a in facts.made] == [
        ("Rota", "Ana", "2026-05-01", "in_progress")
    ]
    assert len(facts.retrospective.notes) == 4
    assert report.rejected == 1 and "earlier retrospective" in report.rejections[0]


def test_a_board_is_read_without_a_graph(tmp_path: Path) -> None:
    path = tmp_path / "b.txt"
    path.write_text("Went well\n=========\n* one\n* two\n", encoding="utf-8")
    assert [(note.column, note.text) for note in read_board(path).notes] == [("Went well", "one"), ("Went well", "two")]

"""Themes over many retrospectives: what they count, what they lead to, and what they never tell."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kg.domain import ActionItem, Lesson, Note, Project, Retrospective
from kg.domain.retrospectives import Answers, ColumnName, RetrospectiveState, Topic
from kg.errors import InvalidRequest, NotFound
from kg.graph import KnowledgeGraph
from kg.store.protocol import GraphStore
from pipelines.retrospectives import Formats
from tests.conftest import NOON, visitor

from .conftest import put

COLUMNS = [
    ColumnName(key="good", en="Good", zh="好", tone="good"),
    ColumnName(key="bad", en="Bad", zh="不好", tone="bad"),
]
LATE = "The alert came too late"


def held(key: str, day: str, *texts: str, **more: Any) -> Retrospective:
    """A named retrospective whose notes stand in the column of bad things, ungrouped."""
    notes = [Note(key=f"n{number}", column="bad", text=text) for number, text in enumerate(texts)]
    values = {
        "id": f"retrospective:{key}", "project": "project:a", "unit": "A", "title": f"Sprint {key}",
        "held_on": date.fromisoformat(day), "columns": COLUMNS, "notes": notes, "attended": 6, "team": key[0].upper(),
    }  # fmt: skip
    return Retrospective(**(values | more))


def grouped(title: str, *texts: str, votes: int = 3, **more: Any) -> dict[str, Any]:
    """Notes in one group that was talked about."""
    notes = [Note(key=f"g{number}", column="bad", text=text, group="g") for number, text in enumerate(texts)]
    return {"notes": notes, "topics": [Topic(key="g", title=title, votes=votes, discussed=True, **more)]}


def graph_of(store: GraphStore, *records: Any) -> KnowledgeGraph:
    put(
        store, Project(id="project:a", name="Alpha", unit="A"), Project(id="project:b", name="Beta", unit="B"), *records
    )
    return KnowledgeGraph(store, clock=lambda: NOON, services={"formats": Formats()})


def everything(graph: KnowledgeGraph) -> str:
    """All that themes tell, to look for what they must not."""
    found = graph.retro_themes()
    details = [graph.retro_theme(theme=theme.key) for theme in found.themes]
    return "\n".join([found.model_dump_json(), *(detail.model_dump_json() for detail in details)])


def test_what_several_retrospectives_speak_of_is_a_theme_down_to_the_notes(store) -> None:
    graph = graph_of(
        store,
        held("x1", "2026-01-05", f"{LATE} for us", "Lunch was cold"),
        held("y1", "2026-02-05", "Late alert, it came in the night"),
        held("x2", "2026-03-05", "The alert was late again", project="project:b", unit="B"),
    )
    found = graph.retro_themes()
    (theme,) = found.themes
    assert (theme.retrospectives, theme.teams, theme.projects, theme.notes) == (3, 2, 2, 3)
    assert theme.tones == {"bad": 3} and {"alert", "late"} <= set(theme.words)
    assert (found.method, found.alone, found.silent) == ("words", 1, 0)
    detail = graph.retro_theme(theme=theme.key)
    assert [(part.title, [note.text for note in part.notes]) for part in detail.retrospectives] == [
        ("Sprint x2", ["The alert was late again"]),
        ("Sprint y1", ["Late alert, it came in the night"]),
        ("Sprint x1", [f"{LATE} for us"]),
    ]
    assert (detail.retrospectives[0].notes[0].en, detail.retrospectives[0].notes[0].zh) == ("Bad", "不好")


def test_topics_bring_their_votes_actions_and_lessons(store) -> None:
    graph = graph_of(
        store,
        held("x1", "2026-01-05", **grouped("Late alerts", LATE, "Alerts are late", votes=4, lessons=["lesson:new"])),
        held("y1", "2026-02-05", **grouped("Alerts come late", "So late", votes=5, recurrences=["lesson:old"])),
        ActionItem(id="action:1", project="project:a", unit="A", retrospective="retrospective:x1", topic="g", title="Page"),
        ActionItem(id="action:2", project="project:a", unit="A", retrospective="retrospective:x1", topic="z", title="Other"),
        Lesson(id="lesson:new", project="project:a", unit="A", lesson="Watch the alerts.", title="Watch"),
        Lesson(id="lesson:old", project="project:a", unit="A", lesson="Alert early.", title="Early"),
    )  # fmt: skip
    (theme,) = graph.retro_themes().themes
    assert (theme.votes, theme.topics, theme.actions, theme.around) == (9, 2, {"open": 1}, False)
    assert (theme.lessons, theme.recurrences) == (1, 1)
    detail = graph.retro_theme(theme=theme.key)
    assert [(action.title, action.direct) for action in detail.actions] == [("Page", True)]
    assert [(lesson.title, lesson.how) for lesson in detail.lessons] == [("Watch", "learnt"), ("Early", "recurred")]


def test_topics_that_are_one_lesson_come_together_in_whatever_words(store) -> None:
    graph = graph_of(
        store,
        held("x1", "2026-01-05", **grouped("Pager silent", "Pager", recurrences=["lesson:old"])),
        held("y1", "2026-02-05", **grouped("无人值守", "没人值班", recurrences=["lesson:old"])),
        Lesson(id="lesson:old", project="project:a", unit="A", lesson="Somebody must be on call."),
    )
    (theme,) = graph.retro_themes().themes
    assert theme.retrospectives == 2 and theme.recurrences == 1


def test_of_imported_reports_actions_and_lessons_are_told_as_of_the_same_retrospective(store) -> None:
    bare = {"columns": [], "team": None, "attended": None, "format": "incident_report"}
    notes = [
        Note(key="w1", column="went_wrong", text=LATE),
        Note(key="o1", column="other", text="The alert late, a log"),
    ]
    graph = graph_of(
        store,
        held("x1", "2026-01-05", **bare, notes=notes),
        held("x2", "2026-02-05", **bare, notes=[Note(key="w1", column="got_lucky", text="A late alert, by luck")]),
        ActionItem(id="action:1", project="project:a", unit="A", retrospective="retrospective:x1", title="Page"),
        Lesson(id="lesson:x", project="project:a", unit="A", retrospective="retrospective:x1", lesson="Watch."),
    )  # fmt: skip
    (theme,) = graph.retro_themes().themes
    assert theme.tones == {"bad": 1, "lucky": 1} and theme.around and theme.actions == {"open": 1}
    assert [lesson.how for lesson in graph.retro_theme(theme=theme.key).lessons] == ["around"]


# What must never be told


def test_a_theme_of_one_anonymous_team_is_not_broken_down_below_its_retrospectives(store) -> None:
    graph = graph_of(
        store,
        *(
            held(f"x{n}", f"2026-0{n}-05", anonymity=True, **grouped("Late alerts", f"{LATE} secret{n}", "alert late"))
            for n in (1, 2, 3)
        ),
    )
    (theme,) = graph.retro_themes().themes
    assert theme.withheld and theme.title == "Late alerts"
    assert (theme.notes, theme.tones, theme.votes, theme.topics, theme.words) == (0, {}, None, 0, [])
    detail = graph.retro_theme(theme=theme.key)
    assert [part.title for part in detail.retrospectives] == ["Sprint x3", "Sprint x2", "Sprint x1"]
    assert all(part.kept_back and not part.notes and not part.topics for part in detail.retrospectives)
    assert detail.pooled == [] and "secret" not in everything(graph)


def test_a_note_of_an_anonymous_team_beside_named_ones_is_neither_shown_nor_counted(store) -> None:
    graph = graph_of(
        store,
        held("x1", "2026-01-05", f"{LATE} secret", anonymity=True),
        held("y1", "2026-02-05", "Late alert, it came in the night"),
    )
    (theme,) = graph.retro_themes().themes
    assert (theme.retrospectives, theme.notes, theme.tones) == (2, 1, {"bad": 1})  # one less than there are
    assert theme.title == "Late alert, it came in the night"
    assert "secret" not in everything(graph)


def test_notes_of_several_anonymous_teams_are_shown_without_their_retrospective(store) -> None:
    graph = graph_of(
        store,
        held("x1", "2026-01-05", f"{LATE} zebra", anonymity=True),
        held("y1", "2026-02-05", f"{LATE} apple", anonymity=True),
        held("z1", "2026-03-05", "Late alert, it came in the night"),
    )
    (theme,) = graph.retro_themes().themes
    detail = graph.retro_theme(theme=theme.key)
    assert [note.text for note in detail.pooled] == [f"{LATE} apple", f"{LATE} zebra"]  # not in the order of days
    assert theme.notes == 3 and theme.title == "Late alert, it came in the night"
    assert not ({"zebra", "apple"} & set(theme.words))
    assert all(not part.notes for part in detail.retrospectives if part.anonymous)


@pytest.mark.parametrize("attended", [None, 0, 4])
def test_an_anonymous_retrospective_of_too_few_gives_no_note_and_no_vote(store, attended) -> None:
    few = {"anonymity": True, "attended": attended}
    graph = graph_of(
        store,
        held("x1", "2026-01-05", **few, **grouped("Late alerts", f"{LATE} secret", "alert late", votes=4)),
        held("y1", "2026-02-05", f"{LATE} secret", **few),
        held("z1", "2026-03-05", **grouped("Alerts are late", "Late alert", votes=2)),
        held("z2", "2026-03-06", **few, notes=[Note(key="n", column="bad", text="alert late secret")],
             topics=[Topic(key="n", title="alert late secret", votes=3)]),
    )  # fmt: skip
    found = graph.retro_themes()
    (theme,) = found.themes
    assert theme.retrospectives == 2 and theme.votes == 2  # agreed topics alone, and votes of the large group
    assert (found.guarded, found.silent) == (3, 2)
    assert "secret" not in everything(graph)


def test_votes_of_a_named_group_of_too_few_are_hidden_too(store) -> None:
    graph = graph_of(
        store,
        held("x1", "2026-01-05", **grouped("Late alerts", LATE, votes=3), attended=2),
        held("y1", "2026-02-05", **grouped("Alerts are late", "Late alert", votes=1), attended=4),
    )
    (theme,) = graph.retro_themes().themes
    assert theme.votes is None
    assert all(
        topic.votes is None for part in graph.retro_theme(theme=theme.key).retrospectives for topic in part.topics
    )


def test_ratings_of_fewer_than_five_people_are_left_out_of_the_trend(store) -> None:
    graph = graph_of(
        store,
        held("x1", "2026-01-05", closing=Answers.of("roti", [4] * 5), mood=Answers.of("mood", [1] * 4)),
        held("y1", "2026-02-05", closing=Answers.of("roti", [1] * 4), health=[Answers.of("fun", [2] * 4)]),
        held("z1", "2026-03-05", health=[Answers.of("fun", [2] * 4), Answers.of("speed", [5] * 5)], closing_rating=1.0),
    )
    pulse = graph.retro_themes().pulse
    assert [(each.title, each.closing, each.mood, each.health) for each in pulse] == [
        ("Sprint x1", 4, None, None), ("Sprint z1", None, None, 5),
    ]  # fmt: skip


def test_only_what_the_visitor_may_see_is_in_a_theme(store) -> None:
    graph = graph_of(
        store,
        held("x1", "2026-01-05", LATE),
        held("y1", "2026-02-05", "Late alert, it came"),
        held("z1", "2026-03-05", "The alert was late hidden", project="project:b", unit="B"),
        held("z2", "2026-03-06", "The alert was late hidden", confidential=True),
    )
    member = graph.as_visitor(visitor("m", "unit:A"))
    (theme,) = member.retro_themes().themes
    assert theme.retrospectives == 2 and "hidden" not in everything(member)
    assert member.retro_themes().choices.projects == {"project:a": "Alpha"}
    with pytest.raises(NotFound):
        member.retro_themes(projects=["project:b"])
    (whole,) = [each for each in graph.retro_themes().themes if each.retrospectives == 4]
    assert graph.retro_theme(theme=whole.key).retrospectives[0].title == "Sprint z2"  # the owner sees all


def test_an_open_retrospective_gives_nothing_to_themes(store) -> None:
    graph = graph_of(
        store,
        held("x1", "2026-01-05", LATE, state=RetrospectiveState.OPEN),
        held("y1", "2026-02-05", "Late alert, it came"),
        held("z1", "2026-03-05", "The alert was late"),
    )
    assert graph.retro_themes().retrospectives == 2


# Limits and trends


def many(first: int, **more: Any) -> list[Retrospective]:
    """Ten retrospectives, a month apart; the first so many speak of late alerts."""
    texts = [LATE if number < first else f"word{number}" for number in range(10)]
    return [held(f"x{n}", f"2025-{n + 1:02d}-10", text, **more) for n, text in enumerate(texts)]


def test_the_trend_says_whether_later_retrospectives_speak_of_it_less(store) -> None:
    (theme,) = graph_of(store, *many(4)).retro_themes().themes
    assert theme.direction == "less"
    assert [(each.held, each.touched) for each in theme.periods] == [(1, 1)] * 4 + [(1, 0)] * 6
    assert (theme.periods[0].start, theme.periods[0].end) == (date(2025, 1, 1), date(2025, 2, 1))


def test_limits_of_team_project_and_period_hold(store) -> None:
    graph = graph_of(store, *many(6), held("y1", "2025-03-20", "Late alert came", project="project:b", unit="B"))
    assert graph.retro_themes(teams=["X"]).retrospectives == 10
    assert graph.retro_themes(projects=["project:b"]).themes == []
    inside = graph.retro_themes(period_start=date(2025, 2, 10), period_end=date(2025, 4, 10))
    assert inside.retrospectives == 3 and inside.themes[0].retrospectives == 3  # half-open: not that of 10 April
    with pytest.raises(NotFound, match="Did you mean 'X'"):
        graph.retro_themes(teams=["x"])
    with pytest.raises(InvalidRequest, match="not after its start"):
        graph.retro_themes(period_start=date(2025, 4, 1), period_end=date(2025, 4, 1))


def test_a_theme_keeps_its_key_while_nothing_changes(store) -> None:
    graph = graph_of(store, *many(5))
    first = [theme.key for theme in graph.retro_themes().themes]
    assert first == [theme.key for theme in graph.retro_themes().themes]
    with pytest.raises(NotFound):
        graph.retro_theme(theme="0" * 12)

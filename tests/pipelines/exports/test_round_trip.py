"""What an export holds, an import reads back: the same notes, whatever people type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.domain import Project, Retrospective
from kg.operations.retrospective_facts import RetrospectiveFacts
from pipelines.exports import export_retrospective
from pipelines.sources.board_import import read_board
from tests.pipelines.retrospective_factory import retrospective

TYPED = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("=+-@'\"*_#`[]()<>|~&!\\/.,;: \n\t1２证书é😀＝\u3000\u2028")),
        st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"),
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: bool(flat(text)))


def flat(text: str) -> str:
    """A text as both ways keep it: lines without blanks around, no more than one empty line."""
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    return "\n".join(line for number, line in enumerate(lines) if line or (number and lines[number - 1])).strip()


def line(text: str | None) -> str:
    """A title or a name: one line."""
    return " ".join((text or "").split())


def facts_of(values: dict[str, Any]) -> RetrospectiveFacts:
    return RetrospectiveFacts(
        retrospective=Retrospective.model_validate(values), project=Project(id="project:permits", name="Faster permits")
    )


def said(record: Retrospective, language: str) -> list[tuple[Any, ...]]:
    columns = {c.key: c.zh if language == "zh" else c.en for c in record.columns}
    topics = {topic.key: line(topic.title) for topic in record.topics}
    return [
        (columns[n.column], flat(n.text), n.votes, topics.get(n.group or "", ""), line(n.author)) for n in record.notes
    ]


def read_back(values: dict[str, Any], form: str, language: str, folder: Path) -> list[tuple[Any, ...]]:
    path = folder / f"board.{form}"
    path.write_bytes(export_retrospective(facts_of(values), form, language))
    board = read_board(path)
    assert board.rejections == []
    return [(n.column, flat(n.text), n.votes, line(n.topic), line(n.author)) for n in board.notes]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["csv", "md"])
def test_forty_notes_come_back_as_they_were(form: str, language: str, tmp_path: Path) -> None:
    values = retrospective("retrospective:x", named=True)
    assert read_back(values, form, language, tmp_path) == said(Retrospective.model_validate(values), language)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["csv", "md"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TYPED, min_size=1, max_size=5), author=TYPED, topic=TYPED, votes=st.integers(0, 99))
def test_whatever_people_type_comes_back(
    form: str, language: str, tmp_path: Path, texts: list[str], author: str, topic: str, votes: int
) -> None:
    notes = [
        {
            "key": f"n{n}",
            "column": "glad",
            "text": text,
            "votes": votes,
            "group": "t" if n % 2 else None,
            "author": author,
        }
        for n, text in enumerate(texts)
    ]
    topics = [{"key": "t", "title": topic, "votes": votes}]
    values = retrospective("retrospective:x", named=True, notes=notes, topics=topics)
    assert read_back(values, form, language, tmp_path) == said(Retrospective.model_validate(values), language)

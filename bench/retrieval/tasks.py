"""Questions with their one right answer, from the sample and from the folder that RETROBOOK_DATA names."""

from __future__ import annotations

import csv
import json
import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.domain import Lesson
from pipelines.resources import template_path
from pipelines.sources.translations import read_translations

LONGEST_ISSUE = 300
"""Letters of an issue that is only in the way: it is not looked for, and encoding it takes time."""


@dataclass(frozen=True)
class Task:
    """Questions, the record each one wants, and all records it is looked for among."""

    name: str
    questions: Sequence[str]
    wanted: Sequence[str]
    records: Sequence[Lesson]


def data_folder(name: str) -> Path | None:
    """A folder of the data, or None where RETROBOOK_DATA does not name one."""
    root = os.environ.get("RETROBOOK_DATA")
    folder = Path(root) / name if root else None
    return folder if folder is not None and folder.is_dir() else None


def nasa_tasks(file: Path | None = None) -> list[Task]:
    """NASA's lessons: an event finds what was learnt from it; advice finds the event behind it.

    Args:
        file: The lessons; those of the sample, which are all of them, when not given.
    """
    path = file or template_path("sample/nasa_lessons.jsonl")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    keys = [f"lesson:{row['lesson_id']}" for row in rows]
    events = [row["driving_event"] for row in rows]
    learnt = [
        _record(key, lesson=row["lessons_learned"], recommendation=row["recommendations"])
        for key, row in zip(keys, rows, strict=True)
    ]
    happened = [_record(key, driving_event=event) for key, event in zip(keys, events, strict=True)]
    both = [f"{row['lessons_learned']}\n{row['recommendations']}" for row in rows]
    advised = [row["recommendations"] for row in rows]
    return [
        Task("nasa_event_to_lesson", events, keys, learnt),
        Task("nasa_recommendation_to_event", advised, keys, happened),
        Task("nasa_lesson_to_event", both, keys, happened),
    ]


def cmrc_task(folder: Path) -> Task:
    """Chinese questions to the paragraphs that they were written for."""
    passages = _lines(folder / "corpus.jsonl")
    questions = {row["_id"]: row["text"] for row in _lines(folder / "queries.jsonl")}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8") as file:
        judged = {row["query-id"]: row["corpus-id"] for row in csv.DictReader(file, delimiter="\t")}
    records = [_record(f"lesson:{row['_id']}", title=row["title"], lesson=row["text"]) for row in passages]
    return Task("cmrc", list(questions.values()), [f"lesson:{judged[key]}" for key in questions], records)


def language_tasks() -> list[Task]:
    """The sample's sixty translated lessons: within each language and from either into the other."""
    english = _originals()
    chinese = {
        item.translation_of: item.model_dump() for item in read_translations(template_path("sample/lessons_zh.jsonl"))
    }
    told = {"en": {key: english[key] for key in chinese}, "zh": chinese}
    keys = sorted(chinese)
    found = []
    for asked, answered in (("zh", "zh"), ("en", "en"), ("zh", "en"), ("en", "zh")):
        events = [told[asked][key]["driving_event"] for key in keys]
        records = [
            _record(key, language=answered, **{n: told[answered][key].get(n) for n in ("lesson", "recommendation")})
            for key in keys
        ]
        found.append(Task(f"pairs_{asked}_to_{answered}", events, keys, records))
    return found


def halves(task: Task, count: int) -> list[Task]:
    """The task on random halves of its records, with the questions that want one of them."""
    made = []
    for seed in range(count):
        records = random.Random(seed).sample(list(task.records), len(task.records) // 2)
        kept = {record.id for record in records}
        pairs = [(q, w) for q, w in zip(task.questions, task.wanted, strict=True) if w in kept]
        made.append(Task(f"{task.name}_half_{seed}", [q for q, _ in pairs], [w for _, w in pairs], records))
    return made


def among(task: Task, others: Iterable[Lesson]) -> Task:
    """The task with other records in the way."""
    return replace(task, name=f"{task.name}_among_others", records=[*task.records, *others])


def issue_texts(folder: Path, count: int) -> list[Lesson]:
    """Issues of open-source trackers, as records that answer none of the questions."""
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                text = (row.get("description") or "").strip()
                if len(text) > 80:
                    found.append(_record(f"lesson:{row['issuekey']}", title=row["title"], lesson=text[:LONGEST_ISSUE]))
    unlike = {record.id: record for record in found}
    return random.Random(7).sample(list(unlike.values()), min(count, len(unlike)))


def _originals() -> dict[str, dict[str, Any]]:
    """The texts of the sample's lessons in English, by id, as an import makes them."""
    import tempfile

    from kg.opening import open_graph
    from pipelines.sources.sample import load_sample

    with tempfile.TemporaryDirectory() as folder, open_graph(Path(folder), create=True) as graph:
        load_sample(graph, Path(folder))
        records = graph.list_records_of(label="Lesson", limit=10_000).records
    return {record["id"]: record for record in records if not record["translation_of"]}


def _record(key: str, **texts: Any) -> Lesson:
    given = {name: text for name, text in texts.items() if text}
    return Lesson.parse({"id": key, "state": "published", **given})


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

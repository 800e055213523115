"""Many questions at once: JSON Lines in, one line of hits for each out, in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kg.errors import InvalidRequest, NotFound, nearest
from kg.operations.lessons import LessonFilters, LessonHit
from kg.store.whole_file import whole_file

from .errors import BatchError

ALLOWED = ("id", "text", "filters", "project", "as_of", "limit", "offset", "fold")
"""What a question may say: its id, and what `search_lessons` takes."""

Tell = Callable[[int], None]


@dataclass(frozen=True)
class BatchReport:
    """What became of a file of questions.

    `rejected_file` holds the refused lines with their number and reason; None without any.
    """

    answered: int
    rejected: int
    rejected_file: Path | None
    problems: tuple[str, ...]
    seconds_searching: float


class BadLine(Exception):
    """A line that is no question; says why."""


def answer_file(
    graph: Any, questions: Path, out: Path, defaults: Mapping[str, Any], on_line: Tell = lambda done: None
) -> BatchReport:
    """Answer every question of a file; the answers appear whole or not at all.

    Args:
        graph: Who is asked: a local graph or a server's.
        questions: Lines of `{"id": ..., "text": ..., "filters": {...}}`.
        out: Gets lines of `{"id": ..., "hits": [...]}`; refused lines go to `<out>.rejected.jsonl`.
        defaults: Values of `search_lessons` for questions that do not name them.
        on_line: Told how many lines are done.

    Raises:
        BatchError: The file cannot be read, or is the one to be written.
        KgError: The graph stopped answering; an earlier `out` stays as it was.
    """
    refused = out.with_name(f"{out.name}.rejected.jsonl")
    if questions.resolve() in (out.resolve(), refused.resolve()):
        raise BatchError(f"{questions} cannot hold both the questions and the answers.", file=str(questions))
    answered = rejected = 0
    seconds = 0.0
    problems: dict[str, None] = {}
    try:
        with (
            questions.open("rb") as lines,
            whole_file(out) as aside,
            whole_file(refused) as aside_refused,
            aside.open("w", encoding="utf-8") as hits,
            aside_refused.open("w", encoding="utf-8") as bad,
        ):
            for number, raw in _numbered(lines):
                try:
                    key, found = _answer(graph, raw, defaults)
                except (BadLine, InvalidRequest, NotFound) as error:
                    rejected += 1
                    _write(bad, {"line": number, "reason": str(error), "text": raw.decode("utf-8", "replace")})
                else:
                    answered += 1
                    seconds += found.seconds
                    problems.update({f"Without {a.name}: {a.problem}": None for a in found.arms if a.problem})
                    _write(hits, {"id": key, "hits": [_line_of(hit) for hit in found.hits]})
                on_line(answered + rejected)
    except FileNotFoundError as error:
        raise BatchError(f"There is no file {error.filename}.", file=str(error.filename)) from error
    except IsADirectoryError as error:
        raise BatchError(f"{error.filename} is a folder, not a file.", file=str(error.filename)) from error
    except PermissionError as error:
        raise BatchError(f"{error.filename} may not be read or written.", file=str(error.filename)) from error
    if not rejected:
        refused.unlink(missing_ok=True)
    return BatchReport(answered, rejected, refused if rejected else None, tuple(problems), seconds)


def rejected_lines(report: BatchReport) -> Iterator[tuple[int, str]]:
    """Number and reason of each refused line."""
    if report.rejected_file is not None:
        with report.rejected_file.open(encoding="utf-8") as lines:
            for line in lines:
                said = json.loads(line)
                yield said["line"], said["reason"]


def _numbered(lines: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, raw in enumerate(lines, start=1):
        line = raw.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else raw.strip()
        if line:
            yield number, line


def _answer(graph: Any, raw: bytes, defaults: Mapping[str, Any]) -> tuple[Any, Any]:
    question = _parsed(raw)
    key = question.pop("id")
    filters = {**defaults.get("filters", {}), **question.pop("filters", {})}
    return key, graph.search_lessons(**{**defaults, **question, "filters": filters})


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadLine(f"It is not UTF-8 (byte {error.start + 1} of the line).") from error
    except (ValueError, RecursionError) as error:
        raise BadLine(f"It is not JSON ({error}).") from error
    if _has_half_characters(said):
        raise BadLine("It holds half of a character (an unpaired surrogate).")
    if not isinstance(said, dict):
        raise BadLine('It is not an object: write {"id": ..., "text": ...}.')
    _known_names(said, ALLOWED, "name")
    if not isinstance(said.get("id"), str | int) or isinstance(said.get("id"), bool):
        raise BadLine('"id" must be a text or a whole number.')
    if not isinstance(said.get("text"), str) or not said["text"].strip():
        raise BadLine('"text" must hold the question.')
    filters = {} if said.get("filters") is None else said["filters"]
    if not isinstance(filters, dict):
        raise BadLine('"filters" must be an object, such as {"language": ["zh"]}.')
    _known_names(filters, tuple(LessonFilters.model_fields), "filter")
    days = {"learnt_from", "learnt_to"}
    lists = {k: [v] if isinstance(v, str) and k not in days else v for k, v in filters.items() if v is not None}
    return {**{k: v for k, v in said.items() if v is not None}, "filters": lists}


def _has_half_characters(said: Any) -> bool:
    try:
        json.dumps(said, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _known_names(given: Mapping[str, Any], known: tuple[str, ...], kind: str) -> None:
    for name in given:
        if name not in known:
            near = nearest(name, known)
            hint = f"Did you mean {near!r}?" if near else f"Known: {', '.join(known)}."
            raise BadLine(f"There is no {kind} {name!r}. {hint}")


def _line_of(hit: LessonHit) -> dict[str, Any]:
    return {
        "external_id": hit.external_id,
        "id": hit.id,
        "score": hit.score,
        "parts": {part.arm: part.score for part in hit.parts},
        "ranks": {part.arm: part.rank for part in hit.parts if part.rank is not None},
        "source": hit.source_system,
        "project": hit.project,
        "title": hit.title,
        "language": hit.language,
        "state": hit.state,
        "folded": [link.id for link in hit.folded],
        "notices": [notice.value for notice in hit.notices],
    }


def _write(file: IO[str], value: Mapping[str, Any]) -> None:
    file.write(json.dumps(value, ensure_ascii=False) + "\n")

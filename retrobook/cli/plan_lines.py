"""A file of plans, line by line, and the file of answers that appears beside it whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kg.operations.recommending_many import PlanLine
from kg.store.whole_file import whole_file

PORTION = 250
"""Plans that are asked about at once ..."""

LETTERS = 1_000_000
"""... and the most characters they may have together."""


@dataclass(frozen=True)
class Rejection:
    """A line that was not answered."""

    file: str
    line: int
    reason: str
    raw: str

    def message(self) -> str:
        """One line for a person."""
        return f"{self.file} line {self.line}: {self.reason}"


@dataclass(frozen=True)
class ReadPlan:
    """A plan, where it stands, and its id as it was written."""

    line: int
    id: Any
    values: dict[str, Any]
    raw: str


class PlanFile:
    """Plans of a JSON Lines file and what becomes of them.

    Args:
        path: The plans.
        out: Where answers go; rejected lines go beside it.
    """

    def __init__(self, path: Path, out: Path) -> None:
        self.path, self.out = path, out
        self.rejected_file = out.with_suffix(".rejected.jsonl")
        self.rejections: list[Rejection] = []
        self.passed_over: set[str] = set()
        self.unknown: set[str] = set()
        self.answered = 0
        with path.open("rb") as file:
            self.lines = sum(1 for _ in file)

    def portions(self) -> Iterator[list[ReadPlan]]:
        """Usable plans in portions of a bearable size; others are rejected on the way."""
        portion: list[ReadPlan] = []
        letters = 0
        for plan in self._plans():
            if portion and (len(portion) >= PORTION or letters + len(plan.raw) > LETTERS):
                yield portion
                portion, letters = [], 0
            portion.append(plan)
            letters += len(plan.raw)
        if portion:
            yield portion

    def reject(self, line: int, reason: str, raw: str) -> None:
        """Keep a line aside with its reason."""
        self.rejections.append(Rejection(self.path.name, line, reason, raw))

    @contextmanager
    def writing(self) -> Iterator[Callable[[dict[str, Any]], None]]:
        """A function that keeps an answer; the file of answers, and that of rejected lines, appear at the end."""
        with whole_file(self.out) as aside, aside.open("w", encoding="utf-8") as file:

            def keep(answer: dict[str, Any]) -> None:
                file.write(json.dumps(answer, ensure_ascii=False) + "\n")
                self.answered += 1

            yield keep
        if not self.rejections:
            self.rejected_file.unlink(missing_ok=True)
            return
        with whole_file(self.rejected_file) as aside, aside.open("w", encoding="utf-8") as file:
            for found in self.rejections:
                told = {"line": found.line, "reason": found.reason, "raw": found.raw}
                file.write(json.dumps(told, ensure_ascii=False) + "\n")

    def _plans(self) -> Iterator[ReadPlan]:
        seen: dict[str, int] = {}
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace").strip()
                if not text:
                    continue
                try:
                    said = json.loads(text)
                    plan = self._plan(said)
                except (ValueError, RecursionError) as error:
                    self.reject(number, _reason(error), text)
                    continue
                if plan["id"] in seen:
                    self.reject(number, f"id: {plan['id']!r} stands on line {seen[plan['id']]} already", text)
                    continue
                seen[plan["id"]] = number
                yield ReadPlan(number, said["id"], plan, text)

    def _plan(self, said: Any) -> dict[str, Any]:
        if not isinstance(said, dict):
            raise ValueError("a plan is an object: {id, text, attributes, outcome_type?}")
        self.unknown.update(set(said) - set(PlanLine.model_fields))
        values = {name: value for name, value in said.items() if name in PlanLine.model_fields and value is not None}
        if isinstance(values.get("attributes"), dict):
            facts = values["attributes"].items()
            values["attributes"] = {name: _plain(value) for name, value in facts if value not in (None, "")}
        if isinstance(values.get("id"), (int, float)):
            values["id"] = str(values["id"])
        return PlanLine.model_validate(values).model_dump(mode="json", exclude_defaults=True)


def as_line(key: Any, answer: Any) -> dict[str, Any]:
    """An answer as a line of the output."""
    return {
        "id": key,
        "types": [_type(item) for item in answer.types],
        "asked": _type(answer.asked) if answer.asked is not None else None,
        "known": answer.known.value,
        "reason": answer.reason.value if answer.reason else None,
    }


def _type(item: Any) -> dict[str, Any]:
    return {
        "outcome_type": item.outcome_type,
        "name": item.name_en,
        "probability": round(item.probability, 4),
        "interval": [round(item.low, 4), round(item.high, 4)],
        "n": item.n,
        "enough": item.enough,
        "fit": round(item.fit, 4),
        "precedents": [
            {"external_id": p.external_id, "name": p.name, "attained": p.attained, "similarity": p.similarity}
            for p in item.precedents
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return f"{value:g}" if isinstance(value, float) else str(value)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        return f"{where}: {said}" if where else said
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at character {error.pos + 1}"
    return str(error) or type(error).__name__

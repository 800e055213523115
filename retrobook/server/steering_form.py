"""Forms of objectives, key results, alignments and decisions: refused field by field, kept as they were typed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kg.domain import KeyResult, Objective
from kg.errors import Forbidden, KgError, NotFound
from pipelines.messages import Messages

from .revisions import revision_read

FIELDS: dict[str, tuple[str, ...]] = {
    "define": ("title", "period", "period_start", "period_end", "parent", "unit", "description", "key"),
    "change": ("title", "period", "period_start", "period_end", "parent", "unit", "description", "revision"),
    "key-result": ("title", "baseline", "target", "unit_of_measure", "direction", "weight", "due", "key", "revision"),
    "align": ("outcome", "target", "weight"),
    "retire": ("reason", "revision"),
    "decide": ("question", "decision", "reason"),
}
"""What each form asks for."""
NEEDED = {
    "define": ("title", "period"), "change": ("title", "period"), "key-result": ("title",), "align": ("outcome",),
    "retire": ("reason",), "decide": ("question", "reason"),
}  # fmt: skip
NUMBERS = frozenset({"baseline", "target", "weight"})
DATES = frozenset({"period_start", "period_end", "due"})
CLEARED = frozenset({"period_start", "period_end", "description", "baseline", "target", "unit_of_measure", "due"})
"""Fields that a change may empty; the others stay when they are empty."""
_KINDS = {"outcome": "outcome", "objective": "parent", "objective or key result": "target"}
"""Beside which field it is told that there is no such thing."""


@dataclass
class SteeringForm:
    """A form as it was sent, or as it is first shown.

    Attributes:
        act: What it does; a key of `FIELDS`.
        typed: What stands in the fields.
        record: The key result that is changed or retired; empty for a new one and for the objective itself.
        problems: Why a field was refused, in words; `elsewhere` for what belongs to none.
        values: What could be read, by field; only what is filled in.
    """

    act: str
    typed: dict[str, str]
    record: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def slot(self) -> str:
        """What sets it apart on its page."""
        return f"{self.act}:{self.record}" if self.record else self.act

    @classmethod
    def fresh(cls, act: str, record: str = "", **typed: str) -> SteeringForm:
        """An empty form."""
        return cls(act, dict.fromkeys(FIELDS[act], "") | typed, record)

    @classmethod
    def of(cls, goal: Objective | KeyResult, parents: set[str] | None = None) -> SteeringForm:
        """The form that changes an objective or a key result, with what it says now.

        Args:
            goal: What is changed.
            parents: Ids of the objectives that it may stand below; any other stays out of sight.
        """
        act, record = ("change", "") if isinstance(goal, Objective) else ("key-result", goal.id)
        found = cls.fresh(act, record)
        for name in FIELDS[act]:
            value = getattr(goal, name, None)
            if value is not None and (name != "parent" or value in (parents or ())):
                found.typed[name] = f"{value:g}" if isinstance(value, float) else str(value)
        return found

    @classmethod
    def sent(cls, act: str, fields: dict[str, str], t: Messages, *, whole: bool = True) -> SteeringForm:
        """A form that was sent, with everything that is wrong with it at once.

        Args:
            act: What it does.
            fields: What was sent.
            t: Words.
            whole: The sender may set objectives of the whole organisation; others have to name a unit.
        """
        found = cls(act, {name: fields.get(name, "") for name in FIELDS[act]}, fields.get("record", ""))
        for name, text in found.typed.items():
            found._read(name, text, t)
        for name in NEEDED[act]:
            if not found.typed[name]:
                found.problems[name] = t(f"value.strategy.needs.{name}")
        if act in ("define", "change") and not whole and not found.typed["unit"]:
            found.problems["unit"] = t("value.strategy.needs.unit")
        return found

    def refuse(self, error: KgError, t: Messages) -> None:
        """Put the words of a refusal beside its field."""
        name = str(error.fields.get("field") or "").split(".")[0]
        if isinstance(error, NotFound):
            name = _KINDS.get(str(error.fields.get("kind")), name)
        words = t.error(error)
        if isinstance(error, Forbidden) and self.typed.get("unit"):
            name, words = "unit", t("value.strategy.foreign_unit", unit=self.typed["unit"])
        shown = name in self.typed and name not in ("key", "revision")
        self.problems[name if shown else "elsewhere"] = words

    def changed(self, before: SteeringForm) -> dict[str, Any]:
        """What it says differently from what stood there, with what was emptied."""
        differs = {name for name, text in self.typed.items() if text != before.typed.get(name)} - {"revision", "key"}
        empty = {name for name in differs if not self.typed[name]}
        said = {name: self.values[name] for name in differs - empty if name in self.values}
        said |= {name: "" for name in empty if name in ("parent", "unit")}
        return (
            said
            | ({"clear": sorted(empty & CLEARED)} if empty & CLEARED else {})
            | revision_read(self.typed["revision"])
        )

    def _read(self, name: str, text: str, t: Messages) -> None:
        if not text:
            return
        try:
            if name in DATES:
                self.values[name] = date.fromisoformat(text)
            elif name in NUMBERS and not (self.act == "align" and name == "target"):
                number = float(text)
                if not math.isfinite(number):
                    raise ValueError
                self.values[name] = number
            elif name != "revision":
                self.values[name] = text
        except ValueError:
            self.problems[name] = t("value.strategy.no_day" if name in DATES else "value.strategy.no_number", text=text)

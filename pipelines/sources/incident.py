"""Making a retrospective, its actions and its lesson from a report."""

from __future__ import annotations

import difflib
import re
from typing import Any

from kg.domain import Relationship, derive_id
from kg.schema import Label, Rel

from .making import Made
from .mapping import Mapping, NotesRule
from .notes import Action, Report

SEPARATOR = "\n\n"


SAME_ACTION = 0.75
"""How alike two titles must be to be one action item that was reworded."""


def make_report(report: Report, file: str, mapping: Mapping, held: dict[str, str] | None = None) -> Made:
    """The records and relationships of a report.

    An action item is known by its words. One that was reworded since an earlier import is
    recognised by likeness and keeps its identity, and with it what people noted on it.

    Args:
        report: What it says.
        file: Its file name, which names it at its source; parts are `file#anchor`.
        mapping: The mapping it was read with.
        held: Titles of the file's action items of earlier imports by external id; those the
            report no longer has are left in it.
    """
    return _Maker(report, file, mapping, {} if held is None else held).make()


class _Maker:
    def __init__(self, report: Report, file: str, mapping: Mapping, held: dict[str, str]) -> None:
        assert mapping.notes is not None
        self.report, self.file, self.mapping, self.rule = report, file, mapping, mapping.notes
        self.made = Made()
        self.key = derive_id("retrospective", mapping.source, file)
        self._held = held

    def make(self) -> Made:
        self._add(Label.RETROSPECTIVE, self.key, self.file, self._retrospective())
        self._join(Rel.HELD, Label.PROJECT, self.rule.project, Label.RETROSPECTIVE, self.key)
        lesson = self._lesson()
        if lesson:
            self._join(Rel.PRODUCED, Label.RETROSPECTIVE, self.key, Label.LESSON, lesson)
            self._join(Rel.LEARNED_IN, Label.LESSON, lesson, Label.PROJECT, self.rule.project)
        for action, external in zip(self.report.actions, self._externals(), strict=True):
            key = self._action(action, external)
            self._join(Rel.PRODUCED, Label.RETROSPECTIVE, self.key, Label.ACTION_ITEM, key)
            if lesson:
                self._join(Rel.ADDRESSES, Label.ACTION_ITEM, key, Label.LESSON, lesson)
        return self.made

    def _retrospective(self) -> dict[str, Any]:
        report = self.report
        timeline = [{"when": event.when, "text": event.text, "at": event.at} for event in report.timeline]
        return {
            "title": report.title,
            "held_on": report.day,
            "format": "incident_report",
            "summary": report.summary or None,
            "timeline": [{name: value for name, value in event.items() if value is not None} for event in timeline],
            "notes": self._notes(),
            "links": report.links,
        }

    def _notes(self) -> list[dict[str, str]]:
        """Cards by column; what the format has no column for is kept under `conclusion`, `action` and `other`."""
        cards = [(column, text) for column, texts in self.report.notes.items() for text in texts]
        if self.report.conclusion:
            cards.append(("conclusion", self.report.conclusion))
        cards += [("action", action.detail) for action in self.report.actions if action.detail]
        cards += [("other", f"{heading}\n\n{text}" if heading else text) for heading, text in self.report.other]
        counts: dict[str, int] = {}
        found = []
        for column, text in cards:
            counts[column] = counts.get(column, 0) + 1
            found.append({"key": f"{column}-{counts[column]}", "column": column, "text": text})
        return found

    def _lesson(self) -> str | None:
        report = self.report
        taught = [*report.notes.get("went_wrong", []), *report.notes.get("lessons", [])]
        lesson = SEPARATOR.join(
            [_listed(taught), report.conclusion] if report.conclusion else [_listed(taught)]
        ).strip()
        values: dict[str, Any] = {
            "title": report.title,
            "driving_event": report.summary or None,
            "lesson": lesson or None,
            "recommendation": _listed([action.title for action in report.actions]) or None,
            "polarity": "failure",
            "topics": self._topics(),
            "language": self.mapping.language,
            "learnt_on": report.day,
            "state": "published",
            "retrospective": self.key,
        }
        if not (values["driving_event"] or values["lesson"] or values["recommendation"]):
            return None
        key = derive_id("lesson", self.mapping.source, f"{self.file}#lesson")
        self._add(Label.LESSON, key, f"{self.file}#lesson", values)
        return key

    def _topics(self) -> list[str]:
        topics: dict[str, None] = {}
        for action in self.report.actions:
            topic = _topic(action.area or "", self.rule)
            if topic:
                topics[topic] = None
        return list(topics)

    def _action(self, action: Action, external: str) -> str:
        key = derive_id("action_item", self.mapping.source, external)
        values: dict[str, Any] = {
            "retrospective": self.key,
            "title": action.title,
            "area": action.area,
            "opened_on": self.report.day,
            "links": action.links,
        }
        if action.done:
            values["status"] = "done_unverified"
        self._add(Label.ACTION_ITEM, key, external, values)
        return key

    def _externals(self) -> list[str]:
        """What names each action at its source: its words, not its position, so that one put in above moves none."""
        names: list[str] = []
        for action in self.report.actions:
            slugs = ("actions", _slug(action.area or "", 4), _slug(action.title, 8))
            base = f"{self.file}#{'/'.join(slug for slug in slugs if slug)}"
            same = sum(name == base or name.startswith(f"{base}--") for name in names)
            names.append(f"{base}--{same + 1}" if same else base)
        known = {name: self._held.pop(name) for name in names if name in self._held}
        return [
            name if name in known else self._reworded(a) or name
            for a, name in zip(self.report.actions, names, strict=True)
        ]

    def _reworded(self, action: Action) -> str | None:
        alike = {
            external: difflib.SequenceMatcher(None, title.casefold(), action.title.casefold()).ratio()
            for external, title in self._held.items()
        }
        nearest = max(alike, key=lambda external: alike[external], default=None)
        if nearest is None or alike[nearest] < SAME_ACTION:
            return None
        del self._held[nearest]
        return nearest

    def _add(self, label: Label, key: str, external: str, values: dict[str, Any]) -> None:
        kept = {name: value for name, value in values.items() if value is not None}
        self.made.records.append(
            (
                label,
                {
                    "id": key,
                    "source_system": self.mapping.source,
                    "external_id": external,
                    "project": self.rule.project,
                    **({"unit": self.rule.unit} if self.rule.unit else {}),
                    **kept,
                },
            )
        )

    def _join(self, rel: Rel, start_label: Label, start: str, end_label: Label, end: str) -> None:
        self.made.edges.append(
            Relationship(
                type=rel, start_label=start_label, start=start, end_label=end_label, end=end,
                source_system=self.mapping.source,
            )
        )  # fmt: skip


def _listed(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else "\n".join(f"- {text}" for text in texts)


def _topic(area: str, rule: NotesRule) -> str:
    words = area.split()
    while len(words) > 1 and words[-1].casefold() in {ending.casefold() for ending in rule.area_endings}:
        words.pop()
    return " ".join(words)


def _slug(text: str, words: int) -> str:
    return "-".join(re.findall(r"\w+", text.casefold())[:words])[:60]

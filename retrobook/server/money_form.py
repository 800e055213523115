"""The form of a cost or a benefit: read as people type it, refused field by field, kept as it was typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from kg.domain.money import check_currency, check_weight
from kg.domain.outcomes import UnitKind
from kg.domain.units import Unit, grouped, read_value
from kg.errors import KgError, UnitMismatch
from kg.operations.money_views import MoneyRow
from pipelines.messages import Messages

TYPED = ("kind", "amount", "currency", "date", "expected", "note", "subject", "shared", "share", "reason", "key")
WEIGHT = "weight:"
"""What names of fields begin with that hold weights; the subject's id follows."""
_SHOWN = {
    "add": {"amount", "currency", "date", "subject", "shared", "weights"},
    "correct": {"amount", "currency", "date", "share", "reason"},
}
"""Fields of either form that a problem can stand beside."""


@dataclass
class MoneyForm:
    """A form as it was sent, or as it is first shown.

    Attributes:
        act: `add` or `correct`.
        typed: What stands in the fields.
        weights: What stands in the fields of weights, by subject.
        problems: Why a field was refused, in words; `elsewhere` for what belongs to none.
        entry: The entry that is corrected.
        values: What could be read, by field.
    """

    act: str
    typed: dict[str, str]
    weights: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    entry: MoneyRow | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def fresh(cls, project: str, day: date, currency: str | None, key: str) -> MoneyForm:
        """An empty form of a new entry."""
        typed = dict.fromkeys(TYPED, "")
        typed |= {"kind": "cost", "date": day.isoformat(), "currency": currency or "", "subject": project, "key": key}
        return cls("add", typed)

    @classmethod
    def of(cls, row: MoneyRow) -> MoneyForm:
        """The form that corrects an entry, with what it says now."""
        typed = dict.fromkeys(TYPED, "") | {
            "kind": row.kind, "amount": grouped(row.amount), "currency": row.currency, "date": row.date.isoformat(),
            "expected": "yes" if row.expected else "", "note": row.note or "", "share": grouped(row.share),
        }  # fmt: skip
        return cls("correct", typed, entry=row)

    @classmethod
    def sent(cls, act: str, fields: dict[str, str], t: Messages, entry: MoneyRow | None = None) -> MoneyForm:
        """A form that was sent, with everything that is wrong with it at once."""
        weights = {name.removeprefix(WEIGHT): text for name, text in fields.items() if name.startswith(WEIGHT)}
        found = cls(act, {name: fields.get(name, "") for name in TYPED}, weights, entry=entry)
        found._read(t)
        return found

    def refuse(self, error: KgError, t: Messages) -> None:
        """Put the words of a refusal beside its field."""
        name = str(error.fields.get("field") or "").split(".")[0]
        if name in ("weight", "contributors", "share"):
            name = "weights" if self.act == "add" else "share"
        self.problems[name if name in _SHOWN[self.act] else "elsewhere"] = t.error(error)

    def contributors(self) -> list[dict[str, Any]]:
        """Who shares the entry, with weights; nobody in particular when no weight was given."""
        return [{"subject": key, "weight": float(text)} for key, text in self.weights.items() if text]

    def changed(self) -> dict[str, Any]:
        """What a correction says differently from its entry."""
        assert self.entry is not None
        names = ("amount", "currency", "date", "expected", "share")
        found = {name: self.values[name] for name in names if self.values.get(name) not in (None, self._was(name))}
        if self.typed["share"] == grouped(self.entry.share):  # it stayed as it was shown
            found.pop("share", None)
        if self.typed["note"] != (self.entry.note or ""):
            found["note"] = self.typed["note"]
        return found

    def _was(self, name: str) -> Any:
        return getattr(self.entry, name)

    def _read(self, t: Messages) -> None:
        typed = self.typed
        self.values["expected"] = bool(typed["expected"])
        try:
            self.values["currency"] = check_currency(typed["currency"])
        except KgError as error:
            self.problems["currency"] = t.error(error) if typed["currency"] else t("value.money.no_currency")
        self._read_amount(t)
        try:
            self.values["date"] = date.fromisoformat(typed["date"])
        except ValueError:
            self.problems["date"] = t("value.money.no_date")
        if typed["share"]:
            try:
                self.values["share"] = float(typed["share"])
            except ValueError:
                self.problems["share"] = t("value.money.no_number", text=typed["share"])
            else:
                if not 0 < self.values["share"] <= 1:
                    self.problems["share"] = t("value.money.bad_share", text=typed["share"])
        for key, text in self.weights.items():
            try:
                check_weight(float(text)) if text else None
            except ValueError:
                self.problems[WEIGHT + key] = t("value.money.no_number", text=text)
            except KgError as error:
                self.problems[WEIGHT + key] = t.error(error)
        if typed["kind"] == "cost" and self.act == "add" and (typed["shared"] or any(self.weights.values())):
            self.problems["weights"] = t("value.money.one_cost")
        if self.act == "correct" and not typed["reason"]:
            self.problems["reason"] = t("value.money.no_reason")

    def _read_amount(self, t: Messages) -> None:
        text, currency = self.typed["amount"], self.values.get("currency")
        try:
            found = read_value(text, Unit(UnitKind.CURRENCY, currency or "XXX"))
        except UnitMismatch:
            self.problems["amount"] = t("value.money.no_amount", text=text) if text else t("value.money.empty_amount")
            return
        if currency and found.currency not in (None, currency):
            self.problems["amount"] = t("value.money.two_currencies", one=found.currency, other=currency)
            return
        self.values["amount"] = Decimal(found.amount)

"""Money of projects and outcomes as the graph holds it, in one currency, each amount counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..domain import BenefitEntry, CostEntry, Outcome, Project
from ..domain.money import claimed, in_force
from ..domain.money_entries import MoneyEntry
from ..domain.rates import MissingRate, Rates, Step
from ..domain.returns import Flow
from ..errors import MoneyStands, NoRate, NotFound
from ..policy import ScopeFilter
from ..queries import statement
from ..schema import Label
from ..store.records import get_record, list_records, records_about
from .projects import find_project
from .table import Context

WHOLE = ScopeFilter(everything=True, confidential=True)


@dataclass
class Converted:
    """Flows in one currency, the rates they were converted by, and those that were missing."""

    flows: list[Flow] = field(default_factory=list)
    used: set[Step] = field(default_factory=set)
    missing: list[MissingRate] = field(default_factory=list)


@dataclass(frozen=True)
class ProjectMoney:
    """A project, its outcomes, and all entries of both that count.

    Attributes:
        project: The project.
        outcomes: Its outcomes that the asker may see.
        entries: Costs and benefits that no later entry corrects.
        confidential: The asker may see confidential ones.
    """

    project: Project
    outcomes: list[Outcome]
    entries: list[MoneyEntry]
    confidential: bool = True

    def shows(self, entry: MoneyEntry) -> bool:
        """True for an entry that the asker may see."""
        return self.confidential or not entry.confidential

    def of(self, kind: type[MoneyEntry], *, expected: bool, subject: str | None = None) -> list[MoneyEntry]:
        """Those of one kind, expected or actual, of one subject or of all."""
        return [
            entry
            for entry in self.entries
            if isinstance(entry, kind) and entry.expected is expected and subject in (None, entry.subject)
        ]


def money_of(context: Context, project: Project, without: Sequence[str] = ()) -> ProjectMoney:
    """The money of a visible project and of its outcomes; as if some entries had never been made."""
    inside = ScopeFilter(everything=True, confidential=context.scope.covers(project.id, project.unit, True))
    outcomes = list_records(context.store, Outcome, inside, project.id)
    subjects = [project.id, *(o.id for o in outcomes)]
    others = [entry for entry in entries_about(context, subjects, corrected=True) if entry.id not in without]
    standing = [entry for entry in in_force(others) if inside.confidential or not entry.confidential]
    return ProjectMoney(project, outcomes, standing, inside.confidential)


def of_subjects_in_use(context: Context, entries: Sequence[MoneyEntry]) -> list[MoneyEntry]:
    """Entries without those of outcomes that were taken out of use."""
    subjects = sorted({entry.subject for entry in entries})
    rows = context.store.read(statement("records.places", Label.OUTCOME), ids=subjects) if subjects else []
    gone = {row["id"] for row in rows if row["retired_at"]}
    return [entry for entry in entries if entry.subject not in gone]


def require_no_money(context: Context, outcome: Outcome) -> None:
    """Let an outcome be taken out of use of which no money counts: its project's figures would change unseen.

    Raises:
        MoneyStands: Costs or benefits of it count.
    """
    standing = [entry for entry in entries_about(context, [outcome.id]) if entry.amount]
    if standing:
        raise MoneyStands(
            "Costs or benefits of this outcome count in its project's figures, which would change without a trace. "
            "Take them back first (correct_money with the amount 0 and the reason), and enter them for the project "
            "where they were really spent or gained.",
            id=outcome.id,
        )


def entries_about(context: Context, subjects: Sequence[str], *, corrected: bool = False) -> list[MoneyEntry]:
    """Costs and benefits of some subjects by day; those that were corrected only when asked for."""
    costs = records_about(context.store, CostEntry, subjects)
    benefits = records_about(context.store, BenefitEntry, subjects)
    found: list[MoneyEntry] = [*costs, *benefits] if corrected else [*in_force(costs), *in_force(benefits)]
    return sorted(found, key=lambda entry: (entry.date, entry.id))


def money_subject(context: Context, key: str) -> tuple[Project, str]:
    """The project that a subject belongs to, and the subject's id: a project or one of its outcomes.

    Raises:
        NotFound: Neither, or hidden.
    """
    outcome = get_record(context.store, Outcome, key)
    if outcome is not None and context.scope.covers(outcome.project, outcome.unit, outcome.confidential):
        project = get_record(context.store, Project, outcome.project)
        if project is not None:
            return project, outcome.id
    try:
        project = find_project(context.store, key, context.scope)
    except NotFound as error:
        rows = context.store.read(
            statement("records.visible", Label.OUTCOME), project=None, **context.scope.parameters()
        )
        known = [*(str(row["record"]["id"]) for row in rows), *filter(None, [error.fields.get("nearest")])]
        raise NotFound.among("project or outcome", key, known) from error
    return project, project.id


def reporting_currency(project: Project, entries: Iterable[MoneyEntry], wanted: str | None = None) -> str | None:
    """The currency that sums are in: the wanted one, the project's, or the one most entries are in."""
    if wanted or project.currency:
        return wanted or project.currency
    counts = Counter(entry.currency for entry in entries)
    return min(counts, key=lambda code: (-counts[code], code)) if counts else None


def converted(entries: Iterable[MoneyEntry], currency: str, rates: Rates) -> Converted:
    """What the subjects of entries may claim of them, in one currency by the rates of their days."""
    found = Converted()
    for entry in entries:
        try:
            made = rates.convert(claimed(entry), entry.currency, currency, entry.date)
        except NoRate:
            found.missing.append(MissingRate(entry.currency, currency, entry.date))
            continue
        found.flows.append(Flow(entry.date, made.amount))
        found.used.update(made.steps)
    return found


def until(flows: Iterable[Flow], day: date) -> list[Flow]:
    """The flows up to a day, that day included."""
    return [flow for flow in flows if flow.date <= day]

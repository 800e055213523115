"""What can be measured: outcomes, KPIs and key results, found by id, by their source's id or by title."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal

from ..domain import KPI, ExchangeRate, KeyResult, Measurement, Outcome, Record
from ..domain.rates import Rates
from ..domain.series import Measured, converted, in_force
from ..domain.units import Unit
from ..errors import InvalidRequest, NoRate, NotFound
from ..policy import ScopeFilter
from ..queries import statement
from ..store.protocol import GraphStore
from .action_reading import local_day
from .table import Context
from .visible_about import visible_about

KINDS: tuple[type[Outcome] | type[KPI] | type[KeyResult], ...] = (Outcome, KPI, KeyResult)
MEASURED = "measured"
"""What messages call an outcome, KPI or key result when it is not known which."""
NEAREST_TOLD = 50
"""Unknown names of one request that are told the nearest: a table of nothing known would ask for millions of pairs."""


@dataclass(frozen=True)
class Subject:
    """Something that is measured, with the unit of its values.

    Attributes:
        record: The outcome, KPI or key result.
        unit: What its values are.
        today: The day it is there now.
    """

    record: Outcome | KPI | KeyResult
    unit: Unit
    today: date

    @property
    def id(self) -> str:
        """Its id."""
        return self.record.id

    @property
    def title(self) -> str:
        """What people call it."""
        return self.record.name if isinstance(self.record, KPI) else self.record.title

    @property
    def start(self) -> date | None:
        """The day its values begin to count."""
        return self.record.start if isinstance(self.record, Outcome) else None

    @property
    def inside(self) -> dict[str, object]:
        """What a record about it inherits: project, unit, and who may not see it."""
        record = self.record
        return {"project": record.project, "unit": record.unit, "confidential": record.confidential}


def may_see(scope: ScopeFilter, record: Record) -> bool:
    """True when a scope covers a record; what belongs to no project and no unit is everybody's."""
    if record.project is None and record.unit is None:
        return scope.confidential or not record.confidential
    return scope.covers(record.project, record.unit, record.confidential)


def find_subject(context: Context, key: str, project: str | None = None) -> Subject:
    """The visible outcome, KPI or key result that a key means.

    Args:
        context: Whose scope counts.
        key: An id, the id in its source, or a title.
        project: Only outcomes of this project (its id), when a title is not enough.

    Raises:
        NotFound: Nothing visible is called so; names the nearest.
        InvalidRequest: Several are.
    """
    found = find_subjects(context, [key], project)[key]
    if isinstance(found, Subject):
        return found
    raise found


def find_subjects(
    context: Context,
    keys: Iterable[str],
    project: str | None = None,
    beside: Iterable[Outcome | KPI | KeyResult] = (),
) -> dict[str, Subject | NotFound | InvalidRequest]:
    """What each key means, or why it means nothing: see `find_subject`.

    Args:
        context: Whose scope counts.
        keys: Ids, ids in their source, or titles.
        project: Only outcomes of this project.
        beside: Records that are about to be written: they stand for what the graph holds of them.
    """
    wanted = sorted(set(keys))
    names = sorted({key.strip().lower() for key in wanted})
    records: dict[str, Outcome | KPI | KeyResult] = {}
    for kind in KINDS:
        for row in context.store.read(statement("measurements.titled", kind.label), keys=wanted, names=names):
            record = kind.from_properties(row["record"])
            if may_see(context.scope, record) and project in (None, record.project):
                records[record.id] = record
    records |= {record.id: record for record in beside if not record.retired_at}
    called: dict[str | None, dict[str, Subject]] = defaultdict(dict)
    days: dict[str | None, date] = {}
    for record in records.values():
        if record.project not in days:
            days[record.project] = _today(context, record.project)
        subject = Subject(record, Unit.of(record), days[record.project])
        for name in (record.id, record.external_id, subject.title.strip().lower()):
            called[name][record.id] = subject
    found = {key: _meant(key, called) for key in wanted}
    missing = [key for key, meant in found.items() if meant is None]
    known = _known_names(context) if missing else []
    named = {key: NotFound.among(MEASURED, key, known) for key in missing[:NEAREST_TOLD]}
    return {key: meant or named.get(key) or NotFound.among(MEASURED, key, []) for key, meant in found.items()}


def _meant(key: str, called: dict[str | None, dict[str, Subject]]) -> Subject | InvalidRequest | None:
    for name in (key, key.strip().lower()):
        found = list(called.get(name, {}).values())
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(subject.id for subject in found[:5])
            return InvalidRequest(
                f"{key!r} means {len(found)} things that can be measured ({ids}): name it by its id.",
                field="subject", value=key, why="several", ids=ids,
            )  # fmt: skip
    return None


def _known_names(context: Context) -> list[str]:
    """Ids and titles of all that is visible and can be measured."""
    found: list[str] = []
    for kind in KINDS:
        for row in context.store.read(statement("measurements.names", kind.label), **context.scope.parameters()):
            found += [name for name in (row["id"], row["name"]) if name]
    return found


def measurements_of(context: Context, subject: Subject) -> list[Measurement]:
    """All measurements of a subject that the visitor may see, corrected ones too."""
    return visible_about(context.store, context.scope, Measurement, [subject.record])


def counted(
    context: Context, subject: Subject, known: Iterable[Measurement]
) -> tuple[list[Measured], list[tuple[Measurement, NoRate]]]:
    """The measurements that count, in the subject's own unit, and those for which a rate is missing."""
    counting = in_force(known)
    return converted(counting, subject.unit, rates_for(context.store, subject.unit, counting))


def in_own_unit(store: GraphStore, outcome: Outcome, known: Iterable[Measurement]) -> list[Measurement]:
    """The measurements that count as if each had been measured in the outcome's own currency, the oldest first."""
    return in_own_units(store, [outcome], {outcome.id: list(known)})[outcome.id]


def in_own_units(
    store: GraphStore, subjects: Iterable[Outcome | KeyResult], known: Mapping[str, Sequence[Measurement]]
) -> dict[str, list[Measurement]]:
    """The same for many outcomes and key results by id, with one look at the rates at most.

    Args:
        store: The graph.
        subjects: Which.
        known: Measurements by what they measure, corrected ones too; what has no rate on its day is left out.
    """
    series = {subject.id: (Unit.of(subject), in_force(known.get(subject.id, ()))) for subject in subjects}
    rates = rates_for_all(store, series.values())
    found: dict[str, list[Measurement]] = {}
    for key, (unit, counting) in series.items():
        fitting, _ = converted(counting, unit, rates)
        found[key] = [one.as_recorded(unit) for one in fitting]
    return found


def rates_for(store: GraphStore, unit: Unit, measurements: Iterable[Measurement]) -> Rates:
    """The rates that a series may need; none when all of it is in one currency."""
    return rates_for_all(store, [(unit, measurements)])


def rates_for_all(store: GraphStore, series: Iterable[tuple[Unit, Iterable[Measurement]]]) -> Rates:
    """The rates that some series may need, read once."""
    wanted: set[str] = set()
    for unit, measurements in series:
        foreign = {m.currency for m in measurements if m.currency and m.currency != unit.currency}
        if unit.currency and foreign:
            wanted |= {unit.currency, *foreign}
    return rates_between(store, sorted(wanted)) if wanted else Rates([])


def rates_between(store: GraphStore, currencies: Iterable[str] | None = None, until: date | None = None) -> Rates:
    """All rates that lead between some currencies, or all there are."""
    rows = store.read(
        statement("measurements.rates_of"),
        currencies=list(currencies) if currencies is not None else None,
        until=until.isoformat() if until else None,
    )
    return Rates(ExchangeRate.from_properties(row["record"]) for row in rows)


def exact(value: float) -> Decimal:
    """A kept figure as the decimal that it reads as."""
    return Decimal(repr(float(value)))


def _today(context: Context, project: str | None) -> date:
    return local_day(context.store, project, context.now) if project else context.now.astimezone(UTC).date()

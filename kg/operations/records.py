"""Records of any kind: what imports write and what programs read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from ..domain import RECORDS, Outcome, Record, Relationship, Review, Role, record_class
from ..errors import InvalidRequest
from ..policy import require_visible
from ..queries import statement
from ..schema import Label
from ..store.records import get_record, list_records, put_records, put_relationships, retire_records
from .money_reading import require_no_money
from .outcome_hiding import follow_outcome
from .outcome_review_views import masked
from .table import Context, Request, Response, operation
from .visible_about import of_visible_subjects

REVIEWS = frozenset({Label.REVIEW})
"""Read as any kind, blind as reviews are; written only by reviewing."""
UNWRITABLE = frozenset({Label.PERSON, Label.RUN, Label.AUDIT, Label.SAVED_SEARCH, Label.OUTBOX_MESSAGE})
"""Kinds with operations of their own: a bulk write could forge them, a plain read show what is private."""

UNREADABLE = UNWRITABLE | {Label.ALERT}
"""Kinds that a plain read would show too much of: an alert carries precedents of other projects."""


class RecordValues(BaseModel):
    """A record to write: its kind and its values."""

    label: str
    values: dict[str, Any]


class PutRecords(Request):
    """Records to write; with `keep_unnamed`, values that are not given stay as the graph holds them.

    An import only speaks of the fields its source has: what people added since is kept,
    and a record they retired stays retired.
    """

    """Records and relationships to write together."""

    records: list[RecordValues] = Field(default=[], max_length=100_000)
    relationships: list[Relationship] = Field(default=[], max_length=200_000)
    keep_unnamed: bool = False


class PutCounts(Response):
    """What a write found new, changed and as it was."""

    created: int
    updated: int
    unchanged: int
    relationships: int


class RecordKey(Request):
    """Which record."""

    label: str
    id: str


class RecordView(Response):
    """One record."""

    label: str
    record: dict[str, Any]


class ListRecords(Request):
    """Which kind, of which project, and a page."""

    label: str
    project: str | None = None
    limit: int = Field(default=1000, ge=1, le=100_000)
    offset: int = Field(default=0, ge=0)


class RecordList(Response):
    """A page of records."""

    label: str
    records: list[dict[str, Any]]
    total: int


@operation(Role.ADMIN, audited=True)
def put_records_batch(context: Context, request: PutRecords) -> PutCounts:
    """Write records and relationships, all or none; the same again changes nothing."""
    for number, item in enumerate(request.records, start=1):
        if record_class(item.label).label in UNWRITABLE | REVIEWS:
            raise InvalidRequest(f"record {number}: {item.label} cannot be written in bulk.", label=item.label)
    earlier = _held(context, request.records) if request.keep_unnamed else {}
    records = []
    for number, item in enumerate(request.records, start=1):
        kind = record_class(item.label)
        values = _completed(item.values, earlier.get((kind.label, str(item.values.get("id")))))
        records.append(kind.parse(values, where=f"record {number}"))
    outcomes = [record for record in records if isinstance(record, Outcome)]
    with context.store.transaction() as tx:
        known = tx.read(statement("records.get_many", Label.OUTCOME), ids=[o.id for o in outcomes]) if outcomes else []
        before = {row["record"]["id"]: Outcome.from_properties(row["record"]) for row in known}
        counts = put_records(tx, records, at=context.now, by=context.visitor.name)
        for outcome in outcomes:
            if outcome.id in before:
                follow_outcome(context, tx, before[outcome.id], outcome)
        joined = put_relationships(tx, request.relationships, at=context.now, by=context.visitor.name)
    context.audit["subject"] = f"{len(records)} records"
    return PutCounts(created=counts.created, updated=counts.updated, unchanged=counts.unchanged, relationships=joined)


def _held(context: Context, items: list[RecordValues]) -> dict[tuple[Label, str], dict[str, Any]]:
    """The values the graph holds of these records, retired ones too."""
    ids: dict[Label, list[str]] = {}
    for item in items:
        ids.setdefault(record_class(item.label).label, []).append(str(item.values.get("id")))
    found = {}
    for label, keys in ids.items():
        kind = record_class(label.value)
        for row in context.store.read(statement("records.get_many", label), ids=keys):
            record = kind.from_properties(row["record"])
            found[label, record.id] = record.model_dump(exclude={"recorded_at", "recorded_by", "revision"})
    return found


def _completed(values: dict[str, Any], held: dict[str, Any] | None) -> dict[str, Any]:
    if held is None:
        return values
    if held.get("title_derived") and "title" not in values:
        held = {name: value for name, value in held.items() if name not in {"title", "title_derived"}}
    return {**held, **values}


@operation(Role.MEMBER)
def get_record_by_id(context: Context, request: RecordKey) -> RecordView:
    """One record of any kind that the visitor may see."""
    kind = record_class(request.label)
    _readable(kind.label)
    record = get_record(context.store, kind, request.id)
    if record is not None and not of_visible_subjects(context.store, context.scope, [record]):
        record = None
    require_visible(context.scope, kind.label.value, request.id, record)
    assert record is not None
    return RecordView(label=kind.label.value, record=_shown(context, [record])[0])


@operation(Role.MEMBER)
def list_records_of(context: Context, request: ListRecords) -> RecordList:
    """Records of a kind that the visitor may see, by id."""
    kind = record_class(request.label)
    _readable(kind.label)
    listed = list_records(context.store, kind, context.scope, request.project)
    found = of_visible_subjects(context.store, context.scope, listed)
    page = _shown(context, found[request.offset : request.offset + request.limit])
    return RecordList(label=kind.label.value, records=page, total=len(found))


@operation(Role.ADMIN, audited=True)
def retire_record(context: Context, request: RecordKey) -> RecordView:
    """Take a record out of use; it stays in the graph's history."""
    kind = record_class(request.label)
    if kind.label in REVIEWS:
        raise InvalidRequest(f"{kind.label.value} is not taken out of use: a review stands.", label=kind.label.value)
    record = get_record(context.store, kind, request.id)
    require_visible(context.scope, kind.label.value, request.id, record)
    assert record is not None
    if isinstance(record, Outcome):
        require_no_money(context, record)
    with context.store.transaction() as tx:
        retire_records(tx, kind.label, [request.id], at=context.now, by=context.visitor.name)
    context.audit.update(subject=request.id, before_hash=record.content_hash())
    return RecordView(label=kind.label.value, record=record.model_dump(mode="json"))


def _shown(context: Context, records: Sequence[Record]) -> list[dict[str, Any]]:
    """Records as they are told: of reviews only what the visitor may see yet."""
    reviews = {r.id: r for r in masked(context, [r for r in records if isinstance(r, Review)])}
    return [reviews.get(record.id, record).model_dump(mode="json") for record in records]


def _readable(label: Label) -> None:
    if label in UNREADABLE:
        raise InvalidRequest(
            f"{label.value} has operations of its own; it is not read as a plain record.",
            label=label.value,
            readable=sorted(kind.value for kind in set(RECORDS) - UNREADABLE),
        )

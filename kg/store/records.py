"""Records in and out of a store: validated, versioned, numbered in the change log.

All writes of records go through here, whichever engine keeps them. Putting a record
that says the same again writes nothing; putting one that says something else keeps the
old version as a `Revision`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from ..domain import Record, Relationship
from ..errors import InvalidRequest
from ..policy import ScopeFilter
from ..queries import statement
from ..schema import SECRET_PROPERTIES, UNASKED_PROPERTIES, Label, Rel
from .protocol import GraphStore, Transaction

R = TypeVar("R", bound=Record)
T = TypeVar("T")
PAGE = 5_000


@dataclass(frozen=True)
class PutResult:
    """How many records a put found new, changed or as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: PutResult) -> PutResult:
        return PutResult(self.created + other.created, self.updated + other.updated, self.unchanged + other.unchanged)


def put_records(tx: Transaction, records: Iterable[Record], *, at: datetime, by: str | None = None) -> PutResult:
    """Write records of any kinds; counts of what was new, changed and unchanged.

    Args:
        tx: The transaction to write in.
        records: Checked records. Of two with one id the later counts.
        at: The instant that becomes `recorded_at`.
        by: Name of who writes; None for anonymous notes.
    """
    by_label: dict[Label, dict[str, Record]] = defaultdict(dict)
    for record in records:
        by_label[record.label][record.id] = record
    result = PutResult()
    for label, group in by_label.items():
        for page in _pages(list(group.values())):
            result += _put_page(tx, label, page, at, by)
    return result


def _pages(items: list[T]) -> Iterator[list[T]]:
    """Portions that an engine takes well; an entry of the change log names one portion."""
    for start in range(0, len(items), PAGE):
        yield items[start : start + PAGE]


def _put_page(tx: Transaction, label: Label, page: list[Record], at: datetime, by: str | None) -> PutResult:
    ids = [record.id for record in page]
    known = {row["id"]: row for row in tx.read(statement("records.hashes", label), ids=ids)}
    rows: list[dict[str, Any]] = []
    changed: list[str] = []
    stamp = instant_text(at)
    for record in page:
        key = record.id
        before = known.get(key)
        properties = record.to_properties()
        if before is not None:
            same = before["hash"] == properties["content_hash"]
            if same and before["retired_at"] == properties.get("retired_at"):
                continue
            changed.append(key)
            properties["revision"] = (before["revision"] or 1) + 1
        properties["recorded_at"] = stamp
        properties.pop("recorded_by", None)
        if by is not None:
            properties["recorded_by"] = by
        rows.append(properties)
    if not rows:
        return PutResult(unchanged=len(page))
    if changed:
        _keep_revisions(tx, label, changed, stamp)
    tx.write(statement("records.put", label), rows=rows)
    log_change(tx, "put", label, [row["id"] for row in rows], stamp, by)
    return PutResult(len(rows) - len(changed), len(changed), len(page) - len(rows))


def set_confidential(
    tx: Transaction, records: Iterable[Record], confidential: bool, *, at: datetime, by: str | None = None
) -> None:
    """Hide or show records, each kept as given; who recorded them, and when, stays as it was."""
    by_label: dict[Label, list[Record]] = defaultdict(list)
    for record in records:
        by_label[record.label].append(record)
    stamp = instant_text(at)
    for label, group in by_label.items():
        for page in _pages(group):
            ids = [record.id for record in page]
            _keep_revisions(tx, label, ids, stamp)
            values = [{"confidential": confidential, "revision": record.revision + 1} for record in page]
            made = [record.model_copy(update=changed) for record, changed in zip(page, values, strict=True)]
            tx.write(statement("records.put", label), rows=[record.to_properties() for record in made])
            log_change(tx, "put", label, ids, stamp, by)


def _keep_revisions(tx: Transaction, label: Label, ids: list[str], stamp: str) -> None:
    rows = []
    for row in tx.read(statement("records.get_many", label), ids=ids):
        old = {
            name: value
            for name, value in row["record"].items()
            if not name.startswith("vector_")
            and name not in (UNASKED_PROPERTIES if label is Label.REVIEW else SECRET_PROPERTIES)
        }
        rows.append(
            {
                "id": f"{old['id']}@{old.get('revision', 1)}",
                "record_id": old["id"],
                "record_label": label.value,
                "revision": old.get("revision", 1),
                "body": json.dumps(old, ensure_ascii=False, sort_keys=True),
                "replaced_at": stamp,
            }
        )
    tx.write(statement("records.keep_revisions"), rows=rows)


def put_relationships(
    tx: Transaction, relationships: Iterable[Relationship], *, at: datetime, by: str | None = None
) -> int:
    """Join records; the number of relationships asked for.

    Raises:
        InvalidRequest: An end does not exist; names both ends.
    """
    groups: dict[tuple[Rel, Label, Label], dict[tuple[str, str], Relationship]] = defaultdict(dict)
    for edge in relationships:
        groups[edge.type, edge.start_label, edge.end_label][edge.start, edge.end] = edge
    stamp = instant_text(at)
    total = 0
    for (rel, start, end), edges in groups.items():
        for page in _pages(list(edges.values())):
            total += _join_page(tx, rel, start, end, page, stamp, by)
    return total


def _join_page(
    tx: Transaction, rel: Rel, start: Label, end: Label, page: list[Relationship], stamp: str, by: str | None
) -> int:
    rows: list[dict[str, Any]] = [
        {
            "start_id": edge.start,
            "end_id": edge.end,
            "properties": {"recorded_at": stamp, **({"recorded_by": by} if by else {}), **edge.to_properties()},
        }
        for edge in page
    ]
    missing = tx.read(statement("relationships.missing_ends", rel=rel, start=start, end=end), rows=rows)
    if missing:
        first = missing[0]
        which = (start, first["start_id"]) if first["start_missing"] else (end, first["end_id"])
        raise InvalidRequest(
            f"{rel} {first['start_id']} -> {first['end_id']}: there is no {which[0]} {which[1]!r}.",
            relationship=rel.value,
            start=first["start_id"],
            end=first["end_id"],
        )
    rows = _unsaid(tx.read(statement("relationships.among", rel=rel, start=start, end=end), rows=rows), rows)
    if rows:
        tx.write(statement("relationships.put", rel=rel, start=start, end=end), rows=rows)
        log_change(tx, "link", start, sorted({str(row["start_id"]) for row in rows}), stamp, by)
    return len(page)


def remove_relationships(
    tx: Transaction,
    rel: Rel,
    start: Label,
    end: Label,
    pairs: Sequence[tuple[str, str]],
    *,
    at: datetime,
    by: str | None,
) -> None:
    """Part records that are joined; pairs that are not are passed over."""
    rows = [{"start_id": first, "end_id": second} for first, second in pairs]
    held = tx.read(statement("relationships.among", rel=rel, start=start, end=end), rows=rows)
    if held:
        tx.write(statement("relationships.remove", rel=rel, start=start, end=end), rows=rows)
        log_change(tx, "unlink", start, sorted({str(row["start_id"]) for row in held}), instant_text(at), by)


def _unsaid(known: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that would tell the graph something: a new edge, or other properties."""
    held = {(row["start_id"], row["end_id"]): row["properties"] for row in known}

    def says_more(row: dict[str, Any]) -> bool:
        before = held.get((row["start_id"], row["end_id"]))
        said = {k: v for k, v in row["properties"].items() if k not in {"recorded_at", "recorded_by"}}
        return before is None or any(before.get(name) != value for name, value in said.items())

    return [row for row in rows if says_more(row)]


def retire_records(tx: Transaction, label: Label, ids: Sequence[str], *, at: datetime, by: str | None = None) -> None:
    """Take records out of use; they stay in the graph until retention removes them."""
    stamp = instant_text(at)
    tx.write(statement("records.retire", label), ids=list(ids), at=stamp)
    log_change(tx, "retire", label, list(ids), stamp, by)


def set_vectors(store: GraphStore, label: Label, prop: str, vectors: Mapping[str, Sequence[float]]) -> None:
    """Keep vectors on nodes by id: made from what a record says, so no change to it."""
    rows = [{"id": key, "vectors": {prop: [float(x) for x in vector]}} for key, vector in vectors.items()]
    if rows:
        store.write(statement("records.set_vectors", label), rows=rows)


def log_change(tx: Transaction, op: str, label: Label, ids: list[str], stamp: str, by: str | None) -> int:
    """Give a write the next number of the change log."""
    seq = int(tx.write(statement("changes.next"))[0]["value"])
    tx.write(
        statement("changes.append"),
        id=f"{seq:012d}", seq=seq, at=stamp, op=op, label=label.value, ids=ids, by=by,
    )  # fmt: skip
    return seq


def get_record(source: GraphStore | Transaction, kind: type[R], key: str) -> R | None:
    """One record in use, or None."""
    rows = source.read(statement("records.get", kind.label), id=key)
    if not rows or rows[0]["record"].get("retired_at"):
        return None
    return kind.from_properties(rows[0]["record"])


def list_records(
    source: GraphStore | Transaction, kind: type[R], scope: ScopeFilter, project: str | None = None
) -> list[R]:
    """Records in use of a kind that the scope covers, by id."""
    rows = source.read(statement("records.visible", kind.label), project=project, **scope.parameters())
    return [kind.from_properties(row["record"]) for row in rows]


def records_about(source: GraphStore | Transaction, kind: type[R], subjects: Sequence[str]) -> list[R]:
    """Records in use whose `subject` is one of the given ids."""
    rows = source.read(statement("records.by_subject", kind.label), subjects=list(subjects))
    return [kind.from_properties(row["record"]) for row in rows]


def instant_text(moment: datetime) -> str:
    """An instant as the graph keeps it: ISO 8601 in UTC with a Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

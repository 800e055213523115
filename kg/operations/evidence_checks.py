"""Evidence is looked at again: what changed, vanished or expired puts its outcome in question."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel, Field

from ..domain import Evidence, EvidenceStatus, Outcome, Role
from ..domain.outcome_steps import FROM, UNDER_REVIEW, OutcomeStep, questioned, settled
from ..domain.outcomes import OutcomeState
from ..errors import BlobChanged, Forbidden, KgError, LinkUnreachable, NotFound
from ..store.records import get_record, list_records, put_records, records_about
from .action_reading import local_day
from .outcome_lookup import visible_outcome
from .outcome_messages import tell_evidence, tell_step
from .outcome_review_views import is_live
from .projects import find_project
from .table import Context, Request, Response, operation
from .visible_about import visible_about

AT_ONCE = 8
SECONDS = 30.0
"""How long one call looks: a client waits for a minute, and a link may take half of that."""
PATIENCE = timedelta(days=7)
"""A link that could not be reached for so long counts as vanished: a server may be down for a day."""
AGAIN = timedelta(days=1)
"""A piece that is as it was is stamped so often at most: each stamp is a revision."""


class CheckEvidence(Request):
    """Of which outcome or project; without either, all that the visitor may see (PMO and above).

    A call looks for so long and at so many pieces at most; `after` goes on where one ended (its `next`).
    """

    outcome: str | None = None
    project: str | None = None
    after: str | None = None
    limit: int = Field(default=500, ge=1, le=5_000)


class FailedEvidence(BaseModel):
    """A piece of evidence that is not what it was."""

    id: str
    title: str
    outcome: str
    outcome_title: str | None = None
    status: EvidenceStatus
    finding: str | None = None


class EvidenceChecked(Response):
    """What a check found; `unreachable` links are tried again and count as vanished after a week.

    `in_question` and `settled` are outcomes whose state this check changed; `messages` counts what owners (or
    whose turn it is again) are told of it, each finding once. `next` says that there is
    more to look at: call again with it as `after`.
    """

    checked: int
    failed: list[FailedEvidence]
    unreachable: list[str]
    in_question: list[str]
    settled: list[str]
    messages: int = 0
    next: str | None = None


@dataclass(frozen=True)
class _Seen:
    revision: int
    status: EvidenceStatus
    finding: str | None
    reached: bool = True
    digest: str | None = None


@dataclass
class _Look:
    """What was seen of each piece, and after which one there is more."""

    seen: dict[str, _Seen]
    next: str | None = None


def _look_again(context: Context, request: CheckEvidence) -> _Look:
    """Read files and links again, while no writer waits."""
    pieces = [p for p in _pieces(context, request) if request.after is None or p.id > request.after]
    todo = pieces[: request.limit]
    days = {key: local_day(context.store, key or "", context.now) for key in {piece.project for piece in todo}}
    look = _Look({})
    end = time.monotonic() + SECONDS
    with ThreadPoolExecutor(AT_ONCE, "evidence") as threads:
        for start in range(0, len(todo), AT_ONCE):
            some = todo[start : start + AT_ONCE]
            for piece, seen in zip(
                some, threads.map(lambda p: _status_of(context, p, days[p.project]), some), strict=True
            ):
                look.seen[piece.id] = seen
            if time.monotonic() > end:
                break
    if len(look.seen) < len(pieces):
        look.next = pieces[len(look.seen) - 1].id
    return look


@operation(Role.MEMBER, audited=True, ahead=_look_again)
def check_evidence(context: Context, request: CheckEvidence) -> EvidenceChecked:
    """Look at evidence again: files by their digest, links by what stands there, certificates by their day."""
    look: _Look = context.ahead
    seen = look.seen
    pieces = [p for p in _pieces(context, request) if p.id in seen and seen[p.id].revision == p.revision]
    changed = [after for piece in pieces if (after := _after(piece, seen[piece.id], context.now)) is not None]
    current = {piece.id: piece for piece in pieces} | {piece.id: piece for piece in changed}
    moved = _move(context, sorted({piece.subject for piece in current.values()}), current)
    with context.store.transaction() as tx:
        put_records(tx, [*changed, *(after for _, after in moved)], at=context.now, by=context.visitor.name)
    messages = tell_evidence(context, {piece.subject for piece in current.values()})
    turned = [after for before, after in moved if UNDER_REVIEW & {before.state, after.state}]
    messages += sum(tell_step(context, outcome) for outcome in turned)
    into = [after.id for _, after in moved if after.state is OutcomeState.IN_QUESTION]
    out = [after.id for _, after in moved if after.state is not OutcomeState.IN_QUESTION]
    told = [f"{len(pieces)} pieces of evidence"]
    told += [f"in question: {', '.join(into)}"] if into else []
    told += [f"settled: {', '.join(out)}"] if out else []
    context.audit.update(
        subject="; ".join(told)[:2_000],
        before_hash=_digests(before for before, _ in moved),
        after_hash=_digests(after for _, after in moved),
    )
    return EvidenceChecked(
        checked=len(pieces),
        failed=_failed(context, current.values()),
        unreachable=[piece.id for piece in pieces if not seen[piece.id].reached],
        in_question=into,
        settled=out,
        messages=messages,
        next=look.next,
    )


def _pieces(context: Context, request: CheckEvidence) -> list[Evidence]:
    if request.outcome is not None:
        found = visible_about(context.store, context.scope, Evidence, [visible_outcome(context, request.outcome)])
        return sorted(found, key=lambda piece: piece.id)
    if not context.visitor.has(Role.PMO):
        raise Forbidden(
            f"{context.visitor.display_name} may check the evidence of one outcome; all of it needs the role pmo.",
            operation="check_evidence",
            needed=Role.PMO.value,
        )
    project = find_project(context.store, request.project, context.scope).id if request.project else None
    outcomes = {outcome.id for outcome in list_records(context.store, Outcome, context.scope, project)}
    # A link of a lesson says where it came from: it is not compared.
    found = [p for p in list_records(context.store, Evidence, context.scope, project) if p.subject in outcomes]
    return sorted(found, key=lambda piece: piece.id)


def _status_of(context: Context, piece: Evidence, today: date) -> _Seen:
    if piece.expires_on and piece.expires_on < today:
        return _Seen(piece.revision, EvidenceStatus.EXPIRED, "expired")
    digest = piece.sha256
    try:
        if piece.link:
            found = context.service("links").capture(piece.link)
            digest = digest or found.sha256  # what stands there at the first look is what later ones compare with
            if found.sha256 != digest:
                return _Seen(piece.revision, EvidenceStatus.CHANGED, "link_changed")
        else:
            context.service("blobs").verify(piece.sha256)
    except NotFound:
        return _Seen(piece.revision, EvidenceStatus.MISSING, "file_missing")
    except BlobChanged:
        return _Seen(piece.revision, EvidenceStatus.CHANGED, "file_changed")
    except LinkUnreachable as error:
        if error.fields.get("gone"):
            return _Seen(piece.revision, EvidenceStatus.MISSING, "link_gone")
        last = piece.checked_at or piece.captured_at or piece.recorded_at
        if last is not None and context.now - last >= PATIENCE:
            return _Seen(piece.revision, EvidenceStatus.MISSING, "link_unreachable", reached=False)
        return _Seen(piece.revision, piece.status, "link_not_reached", reached=False)
    except KgError:  # an address that is looked at no more, or a disk that cannot be read: nothing is known of it
        return _Seen(piece.revision, piece.status, "not_looked_at", reached=False)
    return _Seen(piece.revision, EvidenceStatus.LIVE, None, digest=digest)


def _after(piece: Evidence, seen: _Seen, now: datetime) -> Evidence | None:
    """The piece with what was seen of it, or None when there is nothing to note."""
    digest = piece.sha256 or seen.digest
    same = (piece.status, piece.finding, piece.sha256) == (seen.status, seen.finding, digest)
    fresh = piece.checked_at is not None and now - piece.checked_at < AGAIN
    if same and (fresh or not seen.reached):
        return None
    values = {
        "status": seen.status, "finding": seen.finding, "sha256": digest,
        "checked_at": now if seen.reached else piece.checked_at,
    }  # fmt: skip
    return Evidence.parse(piece.model_dump() | values)


def _move(context: Context, subjects: list[str], current: dict[str, Evidence]) -> list[tuple[Outcome, Outcome]]:
    """Outcomes that go in question, or come out of it again, before and after."""
    moved = []
    for key in subjects:
        outcome = get_record(context.store, Outcome, key)
        if outcome is None:
            continue
        today = local_day(context.store, outcome.project, context.now)
        held = [current.get(p.id, p) for p in records_about(context.store, Evidence, [key])]
        sound = all(is_live(piece, today) for piece in held)
        if not sound and outcome.state in FROM[OutcomeStep.QUESTION]:
            moved.append((outcome, questioned(outcome)))
        elif sound and outcome.state is OutcomeState.IN_QUESTION and outcome.questioned_from is not None:
            moved.append((outcome, settled(outcome)))
    return moved


def _failed(context: Context, pieces: Iterable[Evidence]) -> list[FailedEvidence]:
    found = [piece for piece in pieces if piece.status is not EvidenceStatus.LIVE]
    titles = {key: o.title for key in {p.subject for p in found} if (o := get_record(context.store, Outcome, key))}
    return [
        FailedEvidence(
            id=p.id,
            title=p.title,
            outcome=p.subject,
            outcome_title=titles.get(p.subject),
            status=p.status,
            finding=p.finding,
        )
        for p in sorted(found, key=lambda p: (p.subject, p.id))
    ]


def _digests(outcomes: Iterable[Outcome]) -> str | None:
    return ",".join(outcome.content_hash() for outcome in outcomes)[:2_000] or None

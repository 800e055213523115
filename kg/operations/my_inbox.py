"""All that waits for me: outcomes to review, to mend, and evidence that fails or will."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from ..domain import Evidence, Outcome, Review, Role
from ..domain.outcome_steps import UNDER_REVIEW
from ..domain.outcomes import OutcomeState
from ..queries import statement
from ..store.records import records_about
from .action_reading import local_day
from .outcome_reading import rules_in_force
from .outcome_review_views import finding_of, is_live
from .outcome_reviewers import may_review
from .projects import visible_names
from .table import Context, Request, Response, operation
from .visible_about import visible_about

Kind = Literal["review", "third", "returned", "in_question", "evidence", "expiring"]
ORDER: tuple[Kind, ...] = ("third", "review", "returned", "in_question", "evidence", "expiring")


class InboxRequest(Request):
    """How many at most."""

    limit: int = Field(default=200, ge=1, le=1000)


class InboxItem(BaseModel):
    """Something that waits.

    `kind`: `review` and `third` are reviews to give (`review` says which: manager, pmo or third),
    `returned` and `in_question` outcomes of one's own to mend, `evidence` a piece of one's own that
    failed, `expiring` one that will soon. `since` is when it began to wait, `due` by when.
    """

    kind: Kind
    outcome: str
    title: str
    project: str
    project_name: str | None = None
    state: OutcomeState
    revision: int
    review: str | None = None
    owner: str | None = None
    since: datetime | None = None
    due: date | None = None
    reason: str | None = None
    evidence: str | None = None
    evidence_title: str | None = None
    finding: str | None = None


class MyInbox(Response):
    """What waits: reviews first, the longest waiting first among its kind; with counts."""

    items: list[InboxItem]
    total: int
    counts: dict[str, int]


@operation(Role.MEMBER)
def my_inbox(context: Context, request: InboxRequest) -> MyInbox:
    """All that waits for the visitor: reviews to give, outcomes to mend, evidence that failed or will expire."""
    found = [*_to_review(context), *_to_mend(context)]
    found.sort(key=lambda i: (ORDER.index(i.kind), i.since.isoformat() if i.since else "", i.outcome, i.evidence or ""))
    names = visible_names(context, {item.project for item in found})
    page = [item.model_copy(update={"project_name": names.get(item.project)}) for item in found[: request.limit]]
    return MyInbox(items=page, total=len(found), counts=dict(Counter(item.kind for item in found)))


def _to_review(context: Context) -> list[InboxItem]:
    states = [state.value for state in UNDER_REVIEW]
    rows = context.store.read(
        statement("outcome_reviews.in_states"), states=states, project=None, **context.scope.parameters()
    )
    waiting = [Outcome.from_properties(row["record"]) for row in rows]
    if not waiting:
        return []
    rules = rules_in_force(context)
    keys = [outcome.id for outcome in waiting]
    reviews, evidence = _by_subject(records_about(context.store, Review, keys)), defaultdict(list)
    for piece in records_about(context.store, Evidence, keys):
        evidence[piece.subject].append(piece)
    found = []
    for outcome in waiting:
        mine, _ = may_review(context.store, context.visitor, outcome, rules, reviews[outcome.id], evidence[outcome.id])
        if mine:
            found.append(
                _item("third" if mine == "third" else "review", outcome, review=mine, since=outcome.recorded_at)
            )
    return found


def _to_mend(context: Context) -> list[InboxItem]:
    rows = context.store.read(
        statement("outcome_reviews.of_person"), name=context.visitor.name.lower(), **context.scope.parameters()
    )
    own = {row["record"]["id"]: Outcome.from_properties(row["record"]) for row in rows}
    found = [
        _item("returned", outcome, since=outcome.recorded_at, reason=outcome.returned_reason)
        for outcome in own.values()
        if outcome.state is OutcomeState.RETURNED
    ]
    found += [
        _item("in_question", outcome, since=outcome.recorded_at)
        for outcome in own.values()
        if outcome.state is OutcomeState.IN_QUESTION
    ]
    if not own:
        return found
    soon = rules_in_force(context).evidence.expiring_days
    for piece in visible_about(context.store, context.scope, Evidence, own.values()):
        outcome = own[piece.subject]
        today = local_day(context.store, outcome.project, context.now)
        if not is_live(piece, today):
            found.append(_item("evidence", outcome, piece, since=piece.checked_at, finding=finding_of(piece, today)))
        elif piece.expires_on is not None and (piece.expires_on - today).days <= soon:
            found.append(_item("expiring", outcome, piece, due=piece.expires_on))
    return found


def _by_subject(reviews: list[Review]) -> dict[str, list[Review]]:
    found: dict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        found[review.subject].append(review)
    return found


def _item(
    kind: Kind,
    outcome: Outcome,
    piece: Evidence | None = None,
    *,
    review: str | None = None,
    since: datetime | None = None,
    due: date | None = None,
    reason: str | None = None,
    finding: str | None = None,
) -> InboxItem:
    return InboxItem(
        kind=kind,
        outcome=outcome.id,
        title=outcome.title,
        project=outcome.project,
        state=outcome.state,
        revision=outcome.revision,
        review=review,
        owner=outcome.owner,
        since=since,
        due=due,
        reason=reason,
        evidence=piece.id if piece else None,
        evidence_title=piece.title if piece else None,
        finding=finding,
    )

"""Retrospectives: opening one, finding them, and what is known of each."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from pydantic import BaseModel, Field, model_validator

from ..domain import Relationship, Retrospective, RetrospectiveState, Role, derive_id
from ..domain.board.items import AnyItem, BoardItem, BoardPhase, Seat, SeatRole
from ..domain.board.moves import PlanPhases
from ..domain.board.state import BoardState
from ..domain.board.steering import planned
from ..domain.formats import Format
from ..errors import InvalidRequest, KgError, NotFound
from ..queries import statement
from ..schema import Label, Rel
from ..store.records import get_record, list_records, put_records, put_relationships
from .projects import find_project, visible_names
from .refusals import period_backwards
from .table import Context, Request, Response, operation


class CreateRetrospective(Request):
    """What a new retrospective is about and how it runs.

    `phases` replaces those of the format: a list of {kind, minutes, asynchronous, skipped}.
    """

    project: str
    title: str = Field(default="", max_length=300)
    format: str
    team: str | None = Field(default=None, max_length=200)
    anonymous: bool = False
    guests: bool = True
    votes: int | None = Field(default=None, ge=1, le=20)
    per_topic: int | None = Field(default=None, ge=1, le=20)
    period_start: date | None = None
    period_end: date | None = None
    phases: list[dict[str, Any]] | None = Field(default=None, max_length=20)

    @model_validator(mode="after")
    def _runs_forward(self) -> CreateRetrospective:
        if self.period_start and self.period_end and self.period_end <= self.period_start:
            raise period_backwards(self.period_start, self.period_end)
        return self


class OpenedRetrospective(Response):
    """The record, and the code of its join link."""

    retrospective: Retrospective
    join_code: str


class ListRetrospectives(Request):
    """Which ones: of a project, open or closed."""

    project: str | None = None
    state: RetrospectiveState | None = None
    limit: int = Field(default=50, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class BoardSummary(BaseModel):
    """A board in use, in a line; `place` is that of its phase among `phases`, the join code for its facilitators."""

    phase: str
    people: int
    waiting: int
    notes: int
    anonymous: bool
    guests: bool
    phases: list[BoardPhase] = []
    place: int = 0
    votes: int = 0
    per_topic: int = 0
    join_code: str | None = None
    seat: str | None = None
    facilitates: bool = False


class RetrospectiveSummary(BaseModel):
    """A retrospective in a list."""

    id: str
    title: str
    project: str
    project_name: str | None = None
    team: str | None = None
    format: str
    state: RetrospectiveState
    anonymity: bool = False
    held_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    notes: int = 0
    topics: int = 0
    actions: int = 0
    closing_rating: float | None = None
    board: BoardSummary | None = None


class RetrospectiveList(Response):
    """Open ones first, then the latest."""

    retrospectives: list[RetrospectiveSummary]
    total: int


class RetrospectiveKey(Request):
    """Which retrospective."""

    id: str


class RetrospectiveView(Response):
    """A retrospective and, while it is open, its board in a line."""

    retrospective: Retrospective
    project_name: str | None = None
    board: BoardSummary | None = None


@operation(Role.FACILITATOR, audited=True)
def create_retrospective(context: Context, request: CreateRetrospective) -> OpenedRetrospective:
    """Open a retrospective of a project; whoever opens it facilitates."""
    project = find_project(context.store, request.project, context.scope)
    formats = context.service("formats")
    form: Format = formats.get(request.format)
    key = derive_id("retrospective", "retrobook", secrets.token_hex(5))
    held = list_records(context.store, Retrospective, context.scope, project.id)
    earlier = [r for r in held if r.team == request.team and r.state is RetrospectiveState.CLOSED]
    previous = max(earlier, key=lambda r: (r.held_on or date.min, r.id), default=None)
    board = BoardItem(
        id="board", retrospective=key, project=project.id, unit=project.unit, confidential=project.confidential,
        title=request.title or f"{form.name(context.visitor.language)} · {project.name}"[:300],
        team=request.team, created_by=context.visitor.name, period_start=request.period_start,
        period_end=request.period_end, previous=previous.id if previous else None, format=form,
        questions=formats.questions(form.health) if form.health else None, anonymous=request.anonymous,
        guests=request.guests, join_code=secrets.token_urlsafe(12), votes=request.votes or form.votes,
        per_topic=min(request.per_topic or form.per_topic, request.votes or form.votes),
        phases=[
            BoardPhase(
                kind=phase.kind, minutes=phase.minutes, asynchronous=phase.asynchronous,
                prompt=phase.prompt.model_dump() if phase.prompt else None,
            )
            for phase in form.phases
        ],
    )  # fmt: skip
    if request.phases is not None:
        board = _with_phases(board, request.phases)
    board = board.model_copy(update={"phase": next((n for n, p in enumerate(board.phases) if not p.skipped), 0)})
    record = Retrospective.parse(
        {
            "id": key, "project": project.id, "unit": project.unit, "confidential": project.confidential,
            "title": board.title, "team": request.team, "format": form.key, "state": RetrospectiveState.OPEN,
            "anonymity": request.anonymous, "facilitators": [context.visitor.name], "previous": board.previous,
            "period_start": request.period_start, "period_end": request.period_end,
            "held_on": context.now.date(), "phases": [phase.kind.value for phase in board.phases if not phase.skipped],
            "source_system": "retrobook",
        }
    )  # fmt: skip
    seat = Seat(
        id=secrets.token_hex(6), person=context.visitor.name, name=context.visitor.display_name,
        role=SeatRole.FACILITATOR,
    )  # fmt: skip
    items: list[AnyItem] = [board, seat]
    edge = Relationship(
        type=Rel.HELD, start_label=Label.PROJECT, start=project.id, end_label=Label.RETROSPECTIVE, end=key
    )
    with context.store.transaction() as tx:
        put_records(tx, [record], at=context.now, by=context.visitor.name)
        put_relationships(tx, [edge], at=context.now, by=context.visitor.name)
        context.service("boards").open(tx, key, board.join_code, project.id, items)
    context.audit.update(subject=key, after_hash=record.content_hash())
    return OpenedRetrospective(retrospective=record, join_code=board.join_code)


@operation(Role.MEMBER)
def list_retrospectives(context: Context, request: ListRetrospectives) -> RetrospectiveList:
    """Retrospectives that the visitor may see: open ones first, then the latest."""
    project = find_project(context.store, request.project, context.scope).id if request.project else None
    found = list_records(context.store, Retrospective, context.scope, project)
    found = [record for record in found if request.state is None or record.state is request.state]
    found.sort(key=lambda r: (r.state is RetrospectiveState.OPEN, r.held_on or date.min, r.id), reverse=True)
    page = found[request.offset : request.offset + request.limit]
    names = visible_names(context, (record.project for record in page))
    rows = context.store.read(statement("retrospective_list.actions"), ids=[record.id for record in page])
    actions = {row["id"]: int(row["actions"]) for row in rows}
    return RetrospectiveList(
        retrospectives=[
            _summary(context, record, names.get(record.project), actions.get(record.id, 0)) for record in page
        ],
        total=len(found),
    )


@operation(Role.GUEST)
def get_retrospective(context: Context, request: RetrospectiveKey) -> RetrospectiveView:
    """A retrospective: for those whose scope covers it, and those who have a seat at its board."""
    record = find_retrospective(context, request.id)
    names = visible_names(context, [record.project])
    return RetrospectiveView(
        retrospective=record, project_name=names.get(record.project), board=_board(context, record)
    )


def find_retrospective(context: Context, key: str) -> Retrospective:
    """The retrospective with this id, if the visitor may know of it.

    Raises:
        NotFound: There is none, or it is hidden from them.
    """
    record = get_record(context.store, Retrospective, key)
    if record is not None:
        may = context.visitor.has(Role.MEMBER)
        if may and context.scope.covers(record.project, record.unit, record.confidential):
            return record
        if record.state is RetrospectiveState.OPEN and has_seat(context, key):
            return record
    known = [r.id for r in list_records(context.store, Retrospective, context.scope)]
    raise NotFound.among("retrospective", key, known if context.visitor.has(Role.MEMBER) else [])


def has_seat(context: Context, retrospective: str) -> bool:
    """True when the visitor sits at the board of an open retrospective, let in."""
    try:
        state: BoardState = context.service("boards").room(retrospective).state
    except KgError:
        return False
    seat = state.seat_of(context.visitor.name)
    return seat is not None and not seat.waiting


def _with_phases(board: BoardItem, phases: list[dict[str, Any]]) -> BoardItem:
    """The board with other phases than its format's, before anybody is in one."""
    kinds = [values.get("kind") for values in phases if not values.get("skipped")]
    if not kinds:
        raise InvalidRequest("phases: leave at least one phase in.", field="phases", why="missing")
    prompts = {phase.kind.value: phase.prompt for phase in board.phases}
    given = [{"prompt": prompts.get(str(values.get("kind"))), **values} for values in phases]
    try:
        starts = BoardPhase.model_validate({"kind": kinds[0]})
    except ValueError as error:
        raise InvalidRequest(f"phases: there is no phase {kinds[0]!r}.", field="phases", why="no_such_phase") from error
    return planned(board.model_copy(update={"phases": [starts], "phase": 0}), PlanPhases(phases=given))


def _summary(context: Context, record: Retrospective, name: str | None, actions: int) -> RetrospectiveSummary:
    shared = set(RetrospectiveSummary.model_fields) - {"notes", "topics", "actions", "board", "project_name"}
    return RetrospectiveSummary(
        **record.model_dump(include=shared), project_name=name, notes=len(record.notes), topics=len(record.topics),
        actions=actions, board=_board(context, record),
    )  # fmt: skip


def _board(context: Context, record: Retrospective) -> BoardSummary | None:
    if record.state is not RetrospectiveState.OPEN:
        return None
    try:
        state: BoardState = context.service("boards").room(record.id).state
    except KgError:
        return None
    board, own = state.board, state.seat_of(context.visitor.name)
    seats = list(state.of(Seat))
    leads = own is not None and own.role is SeatRole.FACILITATOR
    return BoardSummary(
        phase=board.kind_now.value,
        people=sum(not seat.waiting for seat in seats),
        waiting=sum(seat.waiting for seat in seats),
        notes=sum(item.kind == "note" for item in state.items.values()),
        anonymous=board.anonymous,
        guests=board.guests,
        phases=board.phases,
        place=board.phase,
        votes=board.votes,
        per_topic=board.per_topic,
        join_code=board.join_code if leads else None,
        seat=own.id if own else None,
        facilitates=leads,
    )

"""Many outcomes changed at once, and the last such change taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field, model_validator

from ..domain import Horizon, Outcome, Project, Role
from ..domain.outcome_steps import amended
from ..domain.outcomes import OutcomeState
from ..errors import Conflict, Forbidden, KgError, NotFound, StaleReview, WrongOutcomeState
from ..queries import statement
from ..store.records import get_record, instant_text, put_records
from .lifecycle import pseudonym
from .outcome_lookup import may_change_outcome, visible_outcome
from .outcome_owners import owner_named
from .outcome_undo import before_edit
from .outcome_units import refuse_out_of_bounds
from .refusals import unfit
from .table import Context, Request, Response, operation

FIELDS = ("owner", "due", "horizon", "weight", "relevance")


class BulkEditOutcomes(Request):
    """New values for many outcomes; what is not given stays.

    All are changed or none: with a refusal nothing is written, unless `skip_refused` says to change
    the others. Accepted outcomes are refused unless `new_round` says that they may start a new one.
    `revisions` are those that were read, by id.
    """

    ids: list[str] = Field(min_length=1, max_length=500)
    owner: str | None = Field(default=None, min_length=1, max_length=300)
    due: date | None = None
    horizon: Horizon | None = None
    weight: float | None = Field(default=None, gt=0, le=1_000_000, allow_inf_nan=False)
    relevance: str | None = Field(default=None, max_length=2_000)
    add_tags: list[str] = Field(default=[], max_length=50)
    remove_tags: list[str] = Field(default=[], max_length=50)
    revisions: dict[str, int] = {}
    new_round: bool = False
    skip_refused: bool = False

    @model_validator(mode="after")
    def _changes_something(self) -> BulkEditOutcomes:
        if not any(getattr(self, name) is not None for name in FIELDS) and not self.add_tags and not self.remove_tags:
            said = f"nothing to change: give {', '.join(FIELDS)}, add_tags or remove_tags"
            raise unfit("nothing_to_change", "", said)
        return self


class UndoBulkEdit(Request):
    """Take back a bulk edit of one's own: the one that `edit` names, else the last.

    With `skip_refused` also where some of its outcomes changed since.
    """

    edit: str | None = Field(default=None, max_length=100)
    skip_refused: bool = False


class RefusedRow(BaseModel):
    """An outcome that was not changed, with the code and words of why, and what fills words of another language."""

    id: str
    title: str | None = None
    code: str
    message: str
    fields: dict[str, Any] = {}


class BulkEdited(Response):
    """What was changed, left as it was, and refused; `written` is False when a refusal stopped it all.

    `edit` names what was written, so that `undo_bulk_edit` takes back exactly that.
    """

    written: bool
    edit: str | None = None
    changed: list[str]
    unchanged: list[str] = []
    refused: list[RefusedRow] = []


@operation(Role.MEMBER, audited=True)
def bulk_edit_outcomes(context: Context, request: BulkEditOutcomes) -> BulkEdited:
    """Change owner, due day, tags and the like of many outcomes: all or none, with the reason of each refusal."""
    refuse_out_of_bounds({"due": request.due})
    edit = instant_text(context.now)
    mark = f"{pseudonym(context.visitor.name)}|{edit}"
    befores, afters, unchanged, refused = [], [], [], []
    for key in dict.fromkeys(request.ids):
        outcome = get_record(context.store, Outcome, key)
        try:
            outcome = visible_outcome(context, key)
            after = _edited(context, request, outcome)
        except KgError as error:
            seen = outcome is not None and not isinstance(error, NotFound)
            refused.append(_refused(key, error, outcome.title if seen and outcome else None))
            continue
        if after is None:
            unchanged.append(key)
        else:
            befores.append(outcome)
            afters.append(after)
    edit = f"{edit}|{len(afters)}"
    afters = [
        Outcome.parse(after.model_dump() | {"bulk_edit": f"{mark}|{len(afters)}|{after.revision + 1}"})
        for after in afters
    ]
    return _write(context, befores, afters, unchanged, refused, request.skip_refused, edit)


@operation(Role.MEMBER, audited=True)
def undo_bulk_edit(context: Context, request: UndoBulkEdit) -> BulkEdited:
    """Take a bulk edit of the visitor's back: outcomes changed since, or their evidence, are refused."""
    who = f"{pseudonym(context.visitor.name)}|"
    rows = context.store.read(statement("outcome_reviews.bulk_edited"), who=who)
    marks = {str(row["bulk_edit"]).rpartition("|")[0] for row in rows}
    mark = f"{who}{request.edit}" if request.edit else max(marks, default="")
    if mark not in marks:
        raise NotFound("There is no bulk edit of yours to take back.", kind="bulk edit", name="")
    rows = [row for row in rows if str(row["bulk_edit"]).rpartition("|")[0] == mark]
    befores, afters, refused = list[Outcome](), list[Outcome](), _gone(mark, len(rows))
    for row in rows:
        revision = str(row["bulk_edit"]).rpartition("|")[2]
        title = None
        try:
            outcome = visible_outcome(context, row["id"])
            title = outcome.title
            _require_change(context, outcome)
            if outcome.revision != int(revision):
                raise StaleReview(
                    "Somebody changed or submitted this outcome, or changed its evidence, since; it stays as it is.",
                    id=outcome.id, revision=outcome.revision, read=int(revision),
                )  # fmt: skip
            afters.append(before_edit(context, outcome))
            befores.append(outcome)
        except KgError as error:
            refused.append(_refused(row["id"], error, title))
    return _write(context, befores, afters, [], refused, request.skip_refused)


def _gone(mark: str, left: int) -> list[RefusedRow]:
    """A refusal when fewer outcomes carry an edit than it changed: some were edited again, or are out of use."""
    made = mark.split("|")[2:]
    missing = int(made[0]) - left if made else 0
    if missing <= 0:
        return []
    error = Conflict(
        f"{missing} of the outcomes of this edit were edited again in bulk since, or taken out of use; "
        "they stay as they are.",
        name=str(missing),
    )  # fmt: skip
    return [_refused("", error, None)]


def _edited(context: Context, request: BulkEditOutcomes, outcome: Outcome) -> Outcome | None:
    """The outcome with the new values, or None when they change nothing."""
    _require_change(context, outcome)
    read = request.revisions.get(outcome.id)
    if read is not None and read != outcome.revision:
        raise StaleReview(
            f"Somebody changed this outcome since you read it (revision {outcome.revision}, not {read}).",
            id=outcome.id, revision=outcome.revision, read=read,
        )  # fmt: skip
    if outcome.state in (OutcomeState.ACCEPTED, OutcomeState.IN_QUESTION) and not request.new_round:
        raise WrongOutcomeState(
            f"The outcome is {outcome.state.value}: a change starts a new round of reviews. Say new_round to do so.",
            id=outcome.id, outcome_state=outcome.state.value, outcome_step="edit", allowed=["draft", "returned"],
        )  # fmt: skip
    values: dict[str, Any] = {name: value for name in FIELDS if (value := getattr(request, name)) is not None}
    if request.owner:
        project = get_record(context.store, Project, outcome.project)
        assert project is not None
        values["owner"] = owner_named(context, request.owner, outcome.owner, project)
    taken = {tag.casefold() for tag in request.remove_tags}
    tags = [tag for tag in outcome.tags if tag.casefold() not in taken]
    known = {tag.casefold() for tag in tags}
    tags += [tag.strip() for tag in dict.fromkeys(request.add_tags) if tag.strip() and tag.casefold() not in known]
    values["tags"] = tags
    if all(getattr(outcome, name) == value for name, value in values.items()):
        return None
    return amended(outcome, **values)


def _require_change(context: Context, outcome: Outcome) -> None:
    if not may_change_outcome(context.visitor, outcome):
        raise Forbidden(
            f"This outcome belongs to {outcome.owner or 'somebody else'}; its owner may change it, and facilitators, "
            "managers and the PMO.",
            operation="bulk_edit_outcomes",
            needed=Role.FACILITATOR.value,
        )


def _refused(key: str, error: KgError, title: str | None) -> RefusedRow:
    return RefusedRow(id=key, title=title, code=error.code, message=error.message, fields=dict(error.fields))


def _write(
    context: Context,
    befores: list[Outcome],
    afters: list[Outcome],
    unchanged: list[str],
    refused: list[RefusedRow],
    skip_refused: bool,
    edit: str | None = None,
) -> BulkEdited:
    written = bool(afters) and (skip_refused or not refused)
    if written:
        with context.store.transaction() as tx:
            put_records(tx, afters, at=context.now, by=context.visitor.name)
    context.audit.update(
        subject=", ".join(o.id for o in afters)[:2_000] if written else "nothing changed",
        before_hash=",".join(o.content_hash() for o in befores)[:2_000] if written else None,
        after_hash=",".join(o.content_hash() for o in afters)[:2_000] if written else None,
    )
    return BulkEdited(
        written=written, changed=[o.id for o in afters] if written else [], unchanged=unchanged, refused=refused,
        edit=edit if written else None,
    )  # fmt: skip

"""The organisation's kinds of outcome: named, merged, split again, retired."""

from __future__ import annotations

from typing import Any

from ..domain import Outcome, OutcomeType, Relationship, Role, derive_id
from ..domain.metric_names import plain_name
from ..domain.record import Instant
from ..errors import Conflict, InvalidRequest
from ..queries import statement
from ..schema import Label, Rel
from ..store.records import put_records, put_relationships, remove_relationships
from .merging import merged, retired, split, without_moved
from .outcome_lookup import Types
from .revisions import require_current
from .table import Context, operation
from .taxonomy_views import (
    DefineType,
    ListOutcomeTypes,
    MergeTypes,
    OutcomeTypeList,
    RenameType,
    RetireType,
    TypeInUse,
    TypeName,
    TypeView,
)


@operation(Role.MEMBER)
def list_outcome_types(context: Context, request: ListOutcomeTypes) -> OutcomeTypeList:
    """The organisation's kinds of outcome, with how many outcomes each has."""
    types = Types(context.store)
    counts: dict[str | None, int] = {}
    for row in context.store.read(statement("outcomes.listed"), project=None, **context.scope.parameters()):
        key = types.resolve(row["outcome_type"])
        counts[key] = counts.get(key, 0) + 1
    shown = [k for k in types.all.values() if request.all or (not k.merged_into and not k.retired_at)]
    return OutcomeTypeList(
        types=[
            TypeInUse(
                type=without_moved(kind),
                outcomes=counts.get(kind.id, 0),
                leads_to=end.key if kind.merged_into and (end := types.of(kind.id)) else None,
            )
            for kind in sorted(shown, key=lambda kind: kind.key)
        ]
    )


@operation(Role.PMO, audited=True)
def define_type(context: Context, request: DefineType) -> TypeView:
    """Add a kind of outcome to the taxonomy; the same again changes nothing."""
    types = Types(context.store)
    made = OutcomeType.parse({**request.model_dump(), "id": derive_id("outcome_type", request.key)})
    earlier = types.all.get(made.id)
    if earlier is not None and earlier.content_hash() != made.content_hash():
        raise Conflict(
            f"There is an outcome type {request.key!r} already ({earlier.name_en}). Rename it (rename_type), "
            "or take another key.",
            name=request.key,
        )  # fmt: skip
    _require_free(types, made)
    return TypeView(type=_kept(context, earlier, made), changed=earlier is None)


@operation(Role.PMO, audited=True)
def rename_type(context: Context, request: RenameType) -> TypeView:
    """Call a kind of outcome something else; its key and its outcomes stay."""
    types = Types(context.store)
    kind = types.find(request.type)
    require_current(kind, request.revision, "outcome type")
    names = ("name_en", "name_zh", "description_en", "description_zh")
    said = {name: value for name in names if (value := getattr(request, name)) is not None}
    changed = OutcomeType.parse(kind.model_dump() | {name: value or None for name, value in said.items()})
    _require_free(types, changed)
    return TypeView(type=_kept(context, kind, changed), changed=changed.content_hash() != kind.content_hash())


@operation(Role.PMO, audited=True)
def merge_types(context: Context, request: MergeTypes) -> TypeView:
    """Make one kind of outcome part of another; its names and imports lead there, and it can be split off again."""
    types = Types(context.store)
    source, target = types.held(request.source), types.find(request.target)
    if source.merged_into is not None and types.of(source.id) == target:
        context.audit.update(subject=source.id, after_hash=source.content_hash())
        return TypeView(type=without_moved(source), into=without_moved(target), changed=False)
    done = merged(source, target, [o.id for o in _of(context, [source.id])], "outcome type")
    moving = _of(context, [source.id])
    _retype(context, moving, target.id, done)
    context.audit.update(subject=source.id, before_hash=source.content_hash(), after_hash=done.content_hash())
    return TypeView(type=_now(context, done), into=without_moved(target), outcomes=_seen(context, moving))


@operation(Role.PMO, audited=True)
def split_type(context: Context, request: TypeName) -> TypeView:
    """Undo a merge: the type is in use again, and what was of it then and was not given another one since."""
    types = Types(context.store)
    source = types.held(request.type)
    if source.merged_into is None:
        raise InvalidRequest(
            f"type: {source.key} was not merged into another type.", field="type", name=source.key, why="not_merged"
        )
    end = types.resolve(source.id)
    back = set(source.moved)
    moving = [outcome for outcome in _of(context, [end]) if end and outcome.id in back]
    done = split(source)
    _retype(context, moving, source.id, done)
    context.audit.update(subject=source.id, before_hash=source.content_hash(), after_hash=done.content_hash())
    into = types.all.get(end or "")
    return TypeView(
        type=_now(context, done), into=without_moved(into) if into else None, outcomes=_seen(context, moving)
    )


@operation(Role.PMO, audited=True)
def retire_type(context: Context, request: RetireType) -> TypeView:
    """Offer a kind of outcome no more; outcomes that are of it stay so."""
    kind = Types(context.store).held(request.type)
    done = retired(kind, context.now, request.reason)
    return TypeView(type=_kept(context, kind, done))


@operation(Role.PMO, audited=True)
def restore_type(context: Context, request: TypeName) -> TypeView:
    """Offer a retired kind of outcome again."""
    types = Types(context.store)
    wanted = plain_name(request.type)
    kind = next(
        (
            k
            for k in types.all.values()
            if k.retired_at and wanted in map(plain_name, (k.id, k.key, k.name_en, k.name_zh))
        ),
        None,
    )
    if kind is None:
        return TypeView(type=_kept(context, None, types.held(request.type)), changed=False)
    done = retired(kind, None)
    _require_free(types, done)
    return TypeView(type=_kept(context, kind, done))


def _of(context: Context, types: list[str | None]) -> list[Outcome]:
    rows = context.store.read(statement("outcomes.of_types"), types=[key for key in types if key])
    return [Outcome.from_properties(row["record"]) for row in rows]


def _seen(context: Context, outcomes: list[Outcome]) -> int:
    return sum(context.scope.covers(o.project, o.unit, o.confidential) and not o.retired_at for o in outcomes)


def _retype(context: Context, outcomes: list[Outcome], kind: str, changed: OutcomeType) -> None:
    """Give outcomes another type and keep the type that was merged or split; edges keep the day they were made."""
    by = context.visitor.name
    pairs = [(o.id, o.outcome_type) for o in outcomes if o.outcome_type and o.outcome_type != kind]
    said = {"start": Label.OUTCOME, "end": Label.OUTCOME_TYPE}
    rows = [{"start_id": first, "end_id": second} for first, second in pairs]
    days: dict[str, Any] = {}
    if rows:
        held = context.store.read(statement("relationships.among", rel=Rel.OF_TYPE, **said), rows=rows)
        days = {row["start_id"]: row["properties"].get("recorded_at") for row in held}
    with context.store.transaction() as tx:
        put_records(tx, [changed], at=context.now, by=by)
        put_records(tx, [o.model_copy(update={"outcome_type": kind}) for o in outcomes], at=context.now, by=by)
        remove_relationships(tx, Rel.OF_TYPE, Label.OUTCOME, Label.OUTCOME_TYPE, pairs, at=context.now, by=by)
        put_relationships(tx, [_edge(o.id, kind, days.get(o.id)) for o in outcomes], at=context.now, by=by)


def _edge(outcome: str, kind: str, recorded_at: Instant | None) -> Relationship:
    return Relationship(
        type=Rel.OF_TYPE, start_label=Label.OUTCOME, start=outcome, end_label=Label.OUTCOME_TYPE, end=kind,
        recorded_at=recorded_at,
    )  # fmt: skip


def _require_free(types: Types, kind: OutcomeType) -> None:
    """No two types in use go by one name."""
    mine = {plain_name(name) for name in (kind.key, kind.name_en, kind.name_zh)}
    for other in types.all.values():
        if other.id == kind.id or other.retired_at or other.merged_into:
            continue
        shared = mine & {plain_name(name) for name in (other.key, other.name_en, other.name_zh)}
        if shared:
            raise Conflict(
                f"{sorted(shared)[0]!r} is what the type {other.key} is called already. Merge the two (merge_types), "
                "or take another name.",
                name=sorted(shared)[0], other=other.key,
            )  # fmt: skip


def _kept(context: Context, before: OutcomeType | None, after: OutcomeType) -> OutcomeType:
    with context.store.transaction() as tx:
        put_records(tx, [after], at=context.now, by=context.visitor.name)
    context.audit.update(
        subject=after.id, before_hash=before.content_hash() if before else None, after_hash=after.content_hash()
    )
    return _now(context, after)


def _now(context: Context, kind: OutcomeType) -> OutcomeType:
    return without_moved(Types(context.store).all[kind.id])

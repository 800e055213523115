"""Drawing on the map of a project's outcomes: links, weights, places, new outcomes; and taking it back."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Any

from ..domain import (
    Alert,
    Assessment,
    BenefitEntry,
    CostEntry,
    Decision,
    Evidence,
    Measurement,
    Outcome,
    Project,
    Relationship,
    Review,
    Role,
)
from ..domain.outcome_map import Link, cycle_closed_by
from ..errors import Conflict, MapCycle, NotFound, NothingToUndo
from ..maps import Done
from ..queries import statement
from ..schema import Label, Rel
from ..store.protocol import Transaction
from ..store.records import (
    get_record,
    instant_text,
    list_records,
    log_change,
    put_records,
    put_relationships,
    records_about,
    remove_relationships,
    retire_records,
)
from .outcome_map import all_links, map_of
from .outcome_map_views import (
    AddMapOutcome,
    LinkOutcomes,
    MapKey,
    MapLink,
    OutcomeMap,
    PlaceOutcomes,
    UnlinkOutcomes,
    WeighLink,
)
from .projects import find_project
from .table import Context, operation

ABOUT_OUTCOMES = (Measurement, Evidence, CostEntry, BenefitEntry, Assessment, Review, Alert, Decision)
"""What may say something of an outcome without changing it."""


@operation(Role.MEMBER, audited=True)
def link_outcomes(context: Context, request: LinkOutcomes) -> OutcomeMap:
    """Say that one outcome leads to another; a link that would close a circle is refused."""
    project, _ = _ends(context, request.project, request.start, request.end)
    with context.store.transaction() as tx:
        links = all_links(tx, project.id)
        held = _among(links, request.start, request.end)
        if held is not None and held.weight != request.weight:
            raise _changed(held)
        _refuse_cycle(context, project, links, Link(request.start, request.end, request.weight))
        if held is None:
            _join(context, tx, request.start, request.end, request.weight)
    done = [] if held else [Done("link", (request.start, request.end), None, request.weight)]
    return _drawn(context, project, done, request.start)


@operation(Role.MEMBER, audited=True)
def weigh_link(context: Context, request: WeighLink) -> OutcomeMap:
    """Change how much an outcome counts for the one it leads to."""
    project, _ = _ends(context, request.project, request.start, request.end)
    with context.store.transaction() as tx:
        held = _held(all_links(tx, project.id), request.start, request.end)
        if request.was is not None and held.weight not in (request.was, request.weight):
            raise _changed(held)
        _join(context, tx, request.start, request.end, request.weight)
    changed = held.weight != request.weight
    done = [Done("link", (request.start, request.end), held.weight, request.weight)] if changed else []
    return _drawn(context, project, done, request.start)


@operation(Role.MEMBER, audited=True)
def unlink_outcomes(context: Context, request: UnlinkOutcomes) -> OutcomeMap:
    """Take a link away; one that somebody took away before is no error."""
    project, _ = _ends(context, request.project, request.start, request.end)
    with context.store.transaction() as tx:
        held = _among(all_links(tx, project.id), request.start, request.end)
        if held is not None and request.was is not None and held.weight != request.was:
            raise _changed(held)
        _part(context, tx, request.start, request.end)
    done = [Done("link", (request.start, request.end), held.weight, None)] if held else []
    return _drawn(context, project, done, request.start)


@operation(Role.MEMBER, audited=True)
def place_outcomes(context: Context, request: PlaceOutcomes) -> OutcomeMap:
    """Move outcomes to other places on the map; of two who move the same one, the later counts."""
    project, outcomes = _ends(context, request.project, *request.places)
    places = {key: (place.x, place.y) for key, place in request.places.items()}
    with context.store.transaction() as tx:
        _place(context, tx, places)
    done = [
        Done("place", (key,), _place_of(outcomes[key]), place)
        for key, place in places.items()
        if _place_of(outcomes[key]) != place
    ]
    return _drawn(context, project, done, project.id)


@operation(Role.MEMBER, audited=True)
def add_map_outcome(context: Context, request: AddMapOutcome) -> OutcomeMap:
    """Draft an outcome on the map; its owner says the rest of it later."""
    project = find_project(context.store, request.project, context.scope)
    draft = Outcome.parse(
        {
            "id": f"outcome:{secrets.token_hex(8)}", "project": project.id, "unit": project.unit,
            "confidential": project.confidential, "title": request.title, "horizon": request.horizon,
            "metric": request.metric, "owner": context.visitor.name,
        }
    )  # fmt: skip
    edge = Relationship(
        type=Rel.HAS_OUTCOME, start_label=Label.PROJECT, start=project.id, end_label=Label.OUTCOME, end=draft.id
    )
    with context.store.transaction() as tx:
        put_records(tx, [draft], at=context.now, by=context.visitor.name)
        put_relationships(tx, [edge], at=context.now, by=context.visitor.name)
        if request.place is not None:
            _place(context, tx, {draft.id: (request.place.x, request.place.y)})
    found = _drawn(context, project, [Done("outcome", (draft.id,), None, 1)], draft.id)
    return found.model_copy(update={"added": draft.id})


@operation(Role.MEMBER, audited=True)
def undo_map_change(context: Context, request: MapKey) -> OutcomeMap:
    """Take back the visitor's own last change of a map, unless somebody has built on it."""
    project = find_project(context.store, request.project, context.scope)
    maps = context.services.get("maps")
    done: list[Done] = maps.last(project.id, context.visitor.name) if maps is not None else []
    if not done:
        raise NothingToUndo("There is no change of yours on this map to take back.")
    with context.store.transaction() as tx:
        for step in done:
            _take_back(context, tx, project, step)
    return _drawn(context, project, [], project.id).model_copy(update={"undone": True})


def _take_back(context: Context, tx: Transaction, project: Project, step: Done) -> None:
    links = all_links(tx, project.id)
    outcome = get_record(tx, Outcome, step.key[0])
    if outcome is None or (len(step.key) == 2 and get_record(tx, Outcome, step.key[1]) is None):
        raise _built_on()
    if step.kind == "place":
        if _place_of(outcome) != step.after:
            raise _built_on()
        _place(context, tx, {outcome.id: step.before})
    elif step.kind == "link":
        start, end = step.key
        held = _among(links, start, end)
        if (held.weight if held else None) != step.after:
            raise _built_on()
        if step.before is None:
            _part(context, tx, start, end)
        else:
            _refuse_cycle(context, project, links, Link(start, end, step.before))
            _join(context, tx, start, end, step.before)
    else:
        if outcome.revision != step.after or _is_used(tx, outcome):
            raise _built_on()
        retire_records(tx, Label.OUTCOME, [outcome.id], at=context.now, by=context.visitor.name)


def _ends(context: Context, project: str, *keys: str) -> tuple[Project, dict[str, Outcome]]:
    """The project and the named outcomes of it, if the visitor may see them all."""
    found = find_project(context.store, project, context.scope)
    outcomes = {o.id: o for o in list_records(context.store, Outcome, context.scope, found.id)}
    for key in keys:
        if key not in outcomes:
            raise NotFound.among("outcome", key, outcomes)
    return found, {key: outcomes[key] for key in keys}


def _refuse_cycle(context: Context, project: Project, links: Sequence[MapLink], new: Link) -> None:
    way = cycle_closed_by([Link(link.start, link.end, link.weight) for link in links], new)
    if way is None:
        return
    shown = {o.id: o.title for o in list_records(context.store, Outcome, context.scope, project.id)}
    names = " → ".join(shown.get(key, "…") for key in way)
    raise MapCycle(
        f"This link would close a circle: {names}. Take one of the links on this way away first, "
        "or draw the new one the other way round.",
        way=[key for key in way if key in shown],
        names=names,
    )


def _join(context: Context, tx: Transaction, start: str, end: str, weight: float) -> None:
    edge = Relationship(
        type=Rel.LEADS_TO, start_label=Label.OUTCOME, start=start, end_label=Label.OUTCOME, end=end,
        properties={"weight": float(weight)},
    )  # fmt: skip
    put_relationships(tx, [edge], at=context.now, by=context.visitor.name)


def _part(context: Context, tx: Transaction, start: str, end: str) -> None:
    remove_relationships(
        tx, Rel.LEADS_TO, Label.OUTCOME, Label.OUTCOME, [(start, end)], at=context.now, by=context.visitor.name
    )


def _place(context: Context, tx: Transaction, places: dict[str, Any]) -> None:
    rows = [{"id": key, "x": at[0] if at else None, "y": at[1] if at else None} for key, at in places.items()]
    tx.write(statement("outcome_map.place"), rows=rows)
    log_change(tx, "place", Label.OUTCOME, sorted(places), instant_text(context.now), context.visitor.name)


def _place_of(outcome: Outcome) -> tuple[float, float] | None:
    return None if outcome.map_x is None or outcome.map_y is None else (outcome.map_x, outcome.map_y)


def _is_used(tx: Transaction, outcome: Outcome) -> bool:
    """True when anything but its project is joined to an outcome, or says something of it."""
    if any(records_about(tx, kind, [outcome.id]) for kind in ABOUT_OUTCOMES):
        return True
    return bool(tx.read(statement("outcome_map.joined"), id=outcome.id))


def _among(links: Sequence[MapLink], start: str, end: str) -> MapLink | None:
    return next((link for link in links if (link.start, link.end) == (start, end)), None)


def _held(links: Sequence[MapLink], start: str, end: str) -> MapLink:
    found = _among(links, start, end)
    if found is None:
        raise NotFound(
            "There is no such link on the map; somebody may have taken it away.", kind="link", name=f"{start} → {end}"
        )
    return found


def _changed(held: MapLink) -> Conflict:
    return Conflict(
        f"Somebody gave this link the weight {held.weight:g} meanwhile. Look at the map again and repeat your change.",
        start=held.start, end=held.end, weight=held.weight, name=held.by,
    )  # fmt: skip


def _built_on() -> NothingToUndo:
    return NothingToUndo("Others have changed this since; it cannot be taken back.")


def _drawn(context: Context, project: Project, done: list[Done], subject: str) -> OutcomeMap:
    """The map after a change, which is audited and can be taken back."""
    found = map_of(context, project)
    shape = [[link.start, link.end, link.weight] for link in found.links] + [[n.id, n.x, n.y] for n in found.nodes]
    digest = hashlib.sha256(json.dumps(shape).encode()).hexdigest()[:32]
    context.audit.update(subject=subject, after_hash=digest)
    if (maps := context.services.get("maps")) is not None:
        maps.remember(project.id, context.visitor.name, done)
    return found

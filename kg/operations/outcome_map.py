"""The map of a project's outcomes: seeing it."""

from __future__ import annotations

from collections import defaultdict

from ..domain import Measurement, Outcome, Project, Role, attainment_of
from ..domain.outcome_map import Link, cycle_in, roll_up, suggested_places
from ..policy import ScopeFilter
from ..queries import statement
from ..store.protocol import GraphStore, Transaction
from ..store.records import list_records
from .measured_subjects import in_own_units
from .outcome_map_views import MapKey, MapLink, MapNode, MapPart, OutcomeMap
from .projects import find_project
from .table import Context, operation
from .visible_about import visible_about


@operation(Role.MEMBER)
def outcome_map(context: Context, request: MapKey) -> OutcomeMap:
    """The map of a project's outcomes: what leads to what, and how attainment rolls up along it."""
    return map_of(context, find_project(context.store, request.project, context.scope))


def all_links(source: GraphStore | Transaction, project: str) -> list[MapLink]:
    """Every link among a project's outcomes, whoever may see them."""
    return [
        MapLink(
            start=row["start_id"],
            end=row["end_id"],
            weight=float(row["said"].get("weight") or 1.0),
            by=row["said"].get("recorded_by"),
        )
        for row in source.read(statement("outcome_map.links"), project=project)
    ]


def map_of(context: Context, project: Project) -> OutcomeMap:
    """The map as the visitor may see it; what is hidden from them neither shows nor counts."""
    store = context.store
    outcomes = {o.id: o for o in list_records(store, Outcome, context.scope, project.id)}
    links = [link for link in all_links(store, project.id) if link.start in outcomes and link.end in outcomes]
    edges = _acyclic([Link(link.start, link.end, link.weight) for link in links])
    measured = _measured(store, outcomes, context.scope)
    found = {key: attainment_of(outcome, measured.get(key, [])) for key, outcome in outcomes.items()}
    own: dict[str, float | None] = {}
    for key, at in found.items():
        own[key] = None if at is None else at.progress
        if at is not None and at.progress is None and at.attained is not None:
            own[key] = 1.0 if at.attained else 0.0
    rolled = roll_up(own, {key: outcome.weight for key, outcome in outcomes.items()}, edges)
    tidy = suggested_places({key: outcome.horizon for key, outcome in outcomes.items()}, edges)
    nodes = []
    for key, outcome in outcomes.items():
        placed = outcome.map_x is not None and outcome.map_y is not None
        x, y = (outcome.map_x, outcome.map_y) if placed else tidy[key]
        at = found[key]
        nodes.append(
            MapNode(
                id=key, title=outcome.title, horizon=outcome.horizon, state=outcome.state.value, owner=outcome.owner,
                metric=outcome.metric or outcome.metric_key, unit_of_measure=outcome.unit_of_measure,
                baseline=outcome.baseline, target=outcome.target, current=at.current if at else None,
                weight=outcome.weight, attainment=own[key], rolled_up=rolled[key].value, known=rolled[key].known,
                parts=[MapPart(**vars(part)) for part in rolled[key].parts],
                x=x or 0.0, y=y or 0.0, placed=placed, tidy_x=tidy[key][0], tidy_y=tidy[key][1],
            )
        )  # fmt: skip
    rows = store.read(statement("changes.revision"))
    return OutcomeMap(
        project=project.id, project_name=project.name, nodes=nodes, links=links,
        revision=int(rows[0]["value"]) if rows else 0,
    )  # fmt: skip


def _acyclic(links: list[Link]) -> list[Link]:
    """Links that can be rolled up along; an import may have brought a circle, whose last link then does not count."""
    while (way := cycle_in(links)) is not None:
        links = [link for link in links if (link.start, link.end) != (way[-2], way[-1])]
    return links


def _measured(store: GraphStore, outcomes: dict[str, Outcome], scope: ScopeFilter) -> dict[str, list[Measurement]]:
    taken: dict[str, list[Measurement]] = defaultdict(list)
    for one in visible_about(store, scope, Measurement, outcomes.values()):
        taken[one.subject].append(one)
    return in_own_units(store, outcomes.values(), taken)

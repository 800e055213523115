"""What a record is joined to: the graph around it, a step or two far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

from ..domain import Record, Role, record_class
from ..errors import NotFound
from ..queries import statement
from ..schema import Label, Rel
from ..store.records import get_record
from .projects import visible_names
from .table import Context, Request, Response, operation

COMMON = (Label.OUTCOME_TYPE,)
"""Kinds that belong to everybody: the shared vocabulary."""
WALKED = (
    Label.LESSON, Label.PROJECT, Label.OUTCOME, Label.OUTCOME_TYPE, Label.RETROSPECTIVE, Label.ACTION_ITEM,
    Label.PRACTICE, Label.ASSESSMENT, Label.OBJECTIVE, Label.KEY_RESULT, Label.MILESTONE, Label.WORK_ITEM,
    Label.KPI, Label.ALERT, Label.DECISION, Label.SOURCE_OBJECT,
)  # fmt: skip
"""Kinds that a walk meets: not people, votes, reviews in progress or what the product keeps for itself."""
_TOLD = (
    "lesson",
    "driving_event",
    "summary",
    "specific",
    "statement",
    "recommendation",
    "metric",
    "conditions",
    "description",
    "description_en",
)
_DAYS = ("learnt_on", "held_on", "date", "opened_on", "due", "start")
_STATES = ("state", "status", "polarity", "value")
LONGEST = 400


class AroundRecord(Request):
    """Around which record, how far, and how many neighbours at most; `label` spares looking for its kind."""

    id: str = Field(max_length=300)
    label: str | None = None
    depth: int = Field(default=1, ge=1, le=2)
    limit: int = Field(default=40, ge=1, le=200)


class GraphNode(BaseModel):
    """A record in the picture; `steps` from the middle. Kinds named in both languages have `name_zh` too."""

    id: str
    label: str
    name: str
    name_zh: str | None = None
    language: str | None = None
    project: str | None = None
    project_name: str | None = None
    steps: int = 0


class GraphEdge(BaseModel):
    """A relationship between two records of the picture, as it points."""

    relation: str
    start: str
    end: str


class Further(BaseModel):
    """How many more records of a kind a relationship leads to than the picture shows.

    `forward` is False when the relationship points at the record in the middle.
    """

    relation: str
    forward: bool
    label: str
    shown: int
    total: int


class Surroundings(Response):
    """A record and its visible neighbours.

    Attributes:
        text: What the record says, shortened.
        facts: Its state, date and the like, by field.
        further: What is left out, by relationship.
    """

    center: GraphNode
    text: str | None = None
    facts: dict[str, str] = {}
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    further: list[Further] = []


class _Group(NamedTuple):
    relation: Rel
    forward: bool
    label: Label
    total: int


@operation(Role.MEMBER)
def surroundings(context: Context, request: AroundRecord) -> Surroundings:
    """What a record is joined to, as far as the visitor may see."""
    record = find_walked(context, request.id, request.label)
    center = _node(record)
    nodes = {center.id: center}
    edges: dict[tuple[str, str, str], GraphEdge] = {}
    further = _spread(context, record.label, center, request.limit, nodes, edges)
    if request.depth == 2:
        each = max(2, request.limit // 10)
        for neighbour in list(nodes.values())[1:]:
            _spread(context, Label(neighbour.label), neighbour, each, nodes, edges, most=request.limit * 3)
    _name_projects(context, nodes.values())
    return Surroundings(
        center=center,
        text=_text(record),
        facts=_facts(record),
        nodes=list(nodes.values()),
        edges=list(edges.values()),
        further=further,
    )


def find_walked(context: Context, key: str, label: str | None = None) -> Record:
    """The record with an id, of any kind that a walk meets, if the visitor may see it.

    Raises:
        NotFound: There is none, or it is hidden.
    """
    labels: tuple[Label, ...] = WALKED
    if label is not None:
        kind = record_class(label).label
        labels = (kind,) if kind in WALKED else ()
    for known in labels:
        record = get_record(context.store, record_class(known.value), key)
        if record is None:
            continue
        project = record.project or (record.id if known is Label.PROJECT else None)
        if known in COMMON or context.scope.covers(project, record.unit, record.confidential):
            return record
        break
    raise NotFound("There is no such record.", kind="record", name=key)


def _spread(
    context: Context, label: Label, node: GraphNode, limit: int, nodes: dict[str, GraphNode],
    edges: dict[tuple[str, str, str], GraphEdge], most: int | None = None,
) -> list[Further]:  # fmt: skip
    """Add a record's neighbours to the picture; what was left out."""
    groups = _groups(context, label, node.id)
    further = []
    for group, share in zip(groups, _shares([group.total for group in groups], limit), strict=True):
        shown = 0
        for row in _rows(context, label, node.id, group, share):
            if row["id"] not in nodes:
                if most is not None and len(nodes) >= most:
                    continue
                nodes[row["id"]] = GraphNode(
                    id=row["id"], label=group.label.value, name=_short(str(row["name"])), name_zh=row["name_zh"],
                    language=row["language"],
                    project=row["project"], steps=node.steps + 1,
                )  # fmt: skip
            shown += 1
            ends = (node.id, row["id"]) if group.forward else (row["id"], node.id)
            edges[group.relation.value, *ends] = GraphEdge(relation=group.relation.value, start=ends[0], end=ends[1])
        if shown < group.total:
            further.append(
                Further(
                    relation=group.relation.value, forward=group.forward, label=group.label.value,
                    shown=shown, total=group.total,
                )
            )  # fmt: skip
    return further


def _groups(context: Context, label: Label, key: str) -> list[_Group]:
    values = {"id": key, "labels": [kind.value for kind in WALKED], "common": [kind.value for kind in COMMON]}
    found = []
    for name, forward in (("surroundings.outgoing", True), ("surroundings.incoming", False)):
        for row in context.store.read(statement(name, label), **values, **context.scope.parameters()):
            found.append(_Group(Rel(row["relation"]), forward, Label(row["label"]), int(row["count"])))
    return found


def _rows(context: Context, label: Label, key: str, group: _Group, limit: int) -> Iterator[dict[str, Any]]:
    if limit:
        name = "surroundings.led_to" if group.forward else "surroundings.led_from"
        text = statement(name, rel=group.relation, start=label, end=group.label)
        shared = group.label in COMMON
        yield from context.store.read(text, id=key, shared=shared, limit=limit, **context.scope.parameters())


def _shares(counts: list[int], limit: int) -> list[int]:
    """How many of each group are shown, so that no large one crowds out the small ones."""
    shares = [0] * len(counts)
    left = limit
    while left and any(share < count for share, count in zip(shares, counts, strict=True)):
        open_groups = [i for i, count in enumerate(counts) if shares[i] < count]
        each = max(1, left // len(open_groups))
        for i in open_groups:
            more = min(each, counts[i] - shares[i], left)
            shares[i] += more
            left -= more
    return shares


def _node(record: Record) -> GraphNode:
    values = record.model_dump(mode="json")
    name = next(
        (values[k] for k in ("title", "name", "name_en", "statement", "value", "kind") if values.get(k)), record.id
    )
    return GraphNode(
        id=record.id, label=record.label.value, name=_short(str(name)), name_zh=values.get("name_zh"),
        language=values.get("language"),
        project=record.project,
    )  # fmt: skip


def _text(record: Record) -> str | None:
    values = record.model_dump(mode="json")
    told = next((str(values[name]) for name in _TOLD if isinstance(values.get(name), str)), None)
    return None if told is None else _short(told, LONGEST)


def _facts(record: Record) -> dict[str, str]:
    values = record.model_dump(mode="json")
    return {name: str(values[name]) for name in (*_STATES, *_DAYS, "unit", "sector", "phase") if values.get(name)}


def _name_projects(context: Context, nodes: Iterable[GraphNode]) -> None:
    """Say of each record whose project it is, where the visitor may know."""
    within = [node for node in nodes if node.project and node.label != Label.PROJECT]
    names = visible_names(context, [node.project for node in within if node.project])
    for node in within:
        node.project_name = names.get(node.project or "")


def _short(text: str, limit: int = 200) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"

"""Metrics that mean the same become one, and can be told apart again."""

from __future__ import annotations

from ..domain import Metric, Outcome, Role
from ..errors import InvalidRequest
from ..queries import statement
from ..store.records import put_records
from .merging import merged, split, without_moved
from .metric_lookup import Metrics
from .metric_views import MetricRequest, MetricView
from .table import Context, Request, operation


class MergeMetrics(Request):
    """`source` becomes part of `target`: its outcomes are measured by that from now on, its names lead there."""

    source: str
    target: str


@operation(Role.PMO, audited=True)
def merge_metrics(context: Context, request: MergeMetrics) -> MetricView:
    """Make one metric part of another; only what has the same unit and direction, and it can be split off again."""
    dictionary = Metrics(context)
    source, target = dictionary.held(request.source), dictionary.find(request.target)
    if source.merged_into is not None and dictionary.resolve(source).id == target.id:
        context.audit.update(subject=source.id, after_hash=source.content_hash())
        return MetricView(metric=without_moved(source), into=without_moved(target), changed=False)
    moving = _of(context, source.key)
    done = merged(source, target, [outcome.id for outcome in moving], "metric")
    require_alike(source, target)
    _remeasure(context, moving, target, [done, *([target] if dictionary.unkept(target) else [])])
    context.audit.update(subject=source.id, before_hash=source.content_hash(), after_hash=done.content_hash())
    return MetricView(metric=without_moved(done), into=without_moved(target), outcomes=_seen(context, moving))


@operation(Role.PMO, audited=True)
def split_metric(context: Context, request: MetricRequest) -> MetricView:
    """Undo a merge: the metric is in use again, and what was measured by it then and not by another one since."""
    dictionary = Metrics(context)
    source = dictionary.held(request.metric)
    if source.merged_into is None:
        raise InvalidRequest(
            f"metric: {source.key} was not merged into another one.", field="metric", name=source.key, why="not_merged"
        )
    end = dictionary.resolve(source)
    back = set(source.moved)
    moving = [outcome for outcome in _of(context, end.key) if outcome.id in back]
    done = split(source)
    _remeasure(context, moving, source, [done])
    context.audit.update(subject=source.id, before_hash=source.content_hash(), after_hash=done.content_hash())
    return MetricView(metric=without_moved(done), into=without_moved(end), outcomes=_seen(context, moving))


def require_alike(source: Metric, target: Metric) -> None:
    """Figures of both will stand in one series: they must mean the same.

    Raises:
        InvalidRequest: They differ in kind, unit or direction; says in which.
    """
    for name, what in (("unit_kind", "kind"), ("unit_of_measure", "unit"), ("direction", "direction")):
        mine, other = getattr(source, name), getattr(target, name)
        if mine != other:
            raise InvalidRequest(
                f"target: {source.key} has the {what} {mine or 'none'}, {target.key} {other or 'none'}. Their figures "
                "cannot stand in one series; correct one of them first if it is wrong.",
                field="target", name=name, source=str(mine), target=str(other), why="two_units",
            )  # fmt: skip


def _of(context: Context, key: str) -> list[Outcome]:
    rows = context.store.read(statement("outcomes.of_metrics"), metrics=[key])
    return [Outcome.from_properties(row["record"]) for row in rows]


def _remeasure(context: Context, outcomes: list[Outcome], metric: Metric, records: list[Metric]) -> None:
    """Give outcomes another metric, under the name it has in the language they named theirs in."""
    changed = []
    for outcome in outcomes:
        chinese = any("\u3400" <= letter <= "\u9fff" for letter in outcome.metric or "")
        name = metric.name_zh if chinese else metric.name_en
        changed.append(outcome.model_copy(update={"metric_key": metric.key, "metric": name}))
    with context.store.transaction() as tx:
        put_records(tx, [*records, *changed], at=context.now, by=context.visitor.name)


def _seen(context: Context, outcomes: list[Outcome]) -> int:
    return sum(context.scope.covers(o.project, o.unit, o.confidential) and not o.retired_at for o in outcomes)

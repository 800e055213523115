"""The metric dictionary: what units measure, named once in both languages."""

from __future__ import annotations

from typing import Any

from ..domain import Metric, Role, UnitKind, derive_id
from ..domain.metric_names import names_of, plain_name
from ..domain.money import check_currency
from ..errors import Conflict, InvalidRequest
from ..queries import statement
from ..store.records import put_records
from .merging import retired, without_moved
from .metric_lookup import Metrics
from .metric_views import (
    DefineMetric,
    FindMetric,
    ListMetrics,
    MetricFound,
    MetricInUse,
    MetricList,
    MetricRequest,
    MetricView,
    NearMetric,
    RenameMetric,
    RetireMetric,
)
from .revisions import require_current
from .table import Context, operation


@operation(Role.MEMBER)
def list_metrics(context: Context, request: ListMetrics) -> MetricList:
    """The metric dictionary, with how many outcomes each metric measures."""
    dictionary = Metrics(context)
    counts: dict[str, int] = {}
    for row in context.store.read(statement("outcomes.listed"), project=None, **context.scope.parameters()):
        if row["metric_key"]:
            counts[row["metric_key"]] = counts.get(row["metric_key"], 0) + 1
    words = plain_name(request.text or "").split()
    held = sorted(dictionary.all.values(), key=lambda m: m.key) if request.all else dictionary.live
    found = [metric for metric in held if all(word in _said(metric) for word in words)]
    return MetricList(
        metrics=[
            MetricInUse(
                metric=without_moved(metric),
                outcomes=counts.get(metric.key, 0),
                leads_to=dictionary.resolve(metric).key if metric.merged_into else None,
            )
            for metric in found
        ],
        total=len(found),
    )


@operation(Role.MEMBER)
def find_metric(context: Context, request: FindMetric) -> MetricFound:
    """The metric that goes by a name or alias in either language, and those that are called something like it."""
    dictionary = Metrics(context)
    found = dictionary.named(request.name)
    near = [
        NearMetric(metric=metric, likeness=likeness)
        for metric, likeness in dictionary.near(request.name, request.limit + 1)
        if found is None or metric.id != found.id
    ]
    return MetricFound(metric=found, near=near[: request.limit])


@operation(Role.PMO, audited=True)
def define_metric(context: Context, request: DefineMetric) -> MetricView:
    """Add a metric to the dictionary, or say what one is from now on; the same again changes nothing."""
    dictionary = Metrics(context)
    key = derive_id("metric", request.key)
    earlier = dictionary.all.get(key)
    values: dict[str, Any] = request.model_dump(exclude={"revision"})
    values["aliases"] = list(dict.fromkeys(values["aliases"]))
    if request.unit_kind is UnitKind.CURRENCY and request.unit_of_measure:
        values["unit_of_measure"] = check_currency(request.unit_of_measure)
    held = earlier.model_dump() if earlier else {}
    made = Metric.parse({**held, **values, "id": key})
    if earlier is not None and made.content_hash() != earlier.content_hash():
        if request.revision is None:
            raise Conflict(
                f"There is a metric {request.key!r} already ({earlier.name_en}). Give the revision that you read "
                f"({earlier.revision}) to change it, or take another key.",
                name=request.key, revision=earlier.revision,
            )  # fmt: skip
        require_current(earlier, request.revision, "metric")
        _require_same_kind(context, earlier, made)
    _require_free(dictionary, made)
    return MetricView(metric=kept_metric(context, earlier, made), changed=earlier is None or made != earlier)


@operation(Role.PMO, audited=True)
def rename_metric(context: Context, request: RenameMetric) -> MetricView:
    """Call a metric something else; its old names still lead to it, and its outcomes stay."""
    dictionary = Metrics(context)
    metric = dictionary.find(request.metric)
    require_current(metric, request.revision, "metric")
    names = ("name_en", "name_zh", "definition_en", "definition_zh", "formula")
    values = {name: value or None for name in names if (value := getattr(request, name)) is not None}
    changed = Metric.parse(metric.model_dump() | values)
    dropped = {plain_name(name) for name in (*request.drop_aliases, changed.name_en, changed.name_zh)}
    known = {plain_name(name): name for name in (*request.add_aliases, metric.name_zh, metric.name_en)}
    known |= {plain_name(alias): alias for alias in metric.aliases}
    changed.aliases = [name for plain, name in sorted(known.items()) if plain not in dropped]
    _require_free(dictionary, changed)
    return MetricView(
        metric=kept_metric(context, metric, changed), changed=changed.content_hash() != metric.content_hash()
    )


@operation(Role.PMO, audited=True)
def retire_metric(context: Context, request: RetireMetric) -> MetricView:
    """Offer a metric no more; outcomes that are measured by it stay so."""
    metric = Metrics(context).held(request.metric)
    return MetricView(metric=kept_metric(context, metric, retired(metric, context.now, request.reason)))


@operation(Role.PMO, audited=True)
def restore_metric(context: Context, request: MetricRequest) -> MetricView:
    """Offer a retired metric again."""
    dictionary = Metrics(context)
    wanted = plain_name(request.metric)
    out = [m for m in dictionary.all.values() if m.retired_at and wanted in map(plain_name, names_of(m))]
    if not out:
        return MetricView(metric=kept_metric(context, None, dictionary.held(request.metric)), changed=False)
    done = retired(out[0], None)
    _require_free(dictionary, done)
    return MetricView(metric=kept_metric(context, out[0], done))


def kept_metric(context: Context, before: Metric | None, after: Metric) -> Metric:
    """The metric as the graph holds it after it was written."""
    with context.store.transaction() as tx:
        put_records(tx, [after], at=context.now, by=context.visitor.name)
    context.audit.update(
        subject=after.id, before_hash=before.content_hash() if before else None, after_hash=after.content_hash()
    )
    return without_moved(Metrics(context).all[after.id])


def _require_free(dictionary: Metrics, metric: Metric) -> None:
    """No two metrics in use go by one name."""
    mine = {plain_name(name): name for name in names_of(metric)}
    for other in dictionary.live:
        if other.id == metric.id:
            continue
        shared = sorted(set(mine) & {plain_name(name) for name in names_of(other)})
        if shared:
            raise Conflict(
                f"{mine[shared[0]]!r} is what the metric {other.key} is called already. Merge the two "
                "(merge_metrics), or take another name.",
                name=mine[shared[0]], other=other.key,
            )  # fmt: skip


def _require_same_kind(context: Context, before: Metric, after: Metric) -> None:
    """A metric that outcomes are measured by keeps its kind and unit: their figures would mean something else."""
    same = (before.unit_kind, before.unit_of_measure) == (after.unit_kind, after.unit_of_measure)
    if not same and context.store.read(statement("outcomes.of_metrics"), metrics=[before.key]):
        raise InvalidRequest(
            f"unit_of_measure: outcomes are measured by {before.key} in {before.unit_of_measure or before.unit_kind}; "
            "a metric in another unit needs a key of its own.",
            field="unit_of_measure", name=before.key, why="unit_in_use",
            value=before.unit_of_measure or str(before.unit_kind),
        )  # fmt: skip


def _said(metric: Metric) -> str:
    return " ".join(
        plain_name(text) for text in (*names_of(metric), metric.definition_en, metric.definition_zh) if text
    )

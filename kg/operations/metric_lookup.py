"""Looking things up in the metric dictionary: what the graph holds, over what an installation starts with."""

from __future__ import annotations

from ..domain import Metric
from ..domain.merges import end_of_merges
from ..domain.metric_names import named, names_of, nearest_metrics
from ..errors import NotFound
from ..queries import statement
from ..schema import Label
from ..store.protocol import Transaction
from .table import Context


class Metrics:
    """The metric dictionary: what the graph holds, and what the installation starts with.

    A metric of the seed that nobody has touched yet is not in the graph: `unkept` says so.

    Args:
        context: The call; its service `outcome_templates` knows the seed.
        source: An open transaction to read in, if there is one.
    """

    def __init__(self, context: Context, source: Transaction | None = None) -> None:
        rows = (source or context.store).read(statement("outcomes.whole_kind", Label.METRIC))
        self.all = {row["record"]["id"]: Metric.from_properties(row["record"]) for row in rows}
        self._kept = frozenset(self.all)
        templates = context.services.get("outcome_templates")
        for seed in templates.metrics() if templates else []:
            self.all.setdefault(seed.id, seed)

    @property
    def live(self) -> list[Metric]:
        """Metrics in use, by key."""
        return sorted((m for m in self.all.values() if not m.retired_at and not m.merged_into), key=lambda m: m.key)

    def unkept(self, metric: Metric) -> bool:
        """True for a metric of the seed that the graph does not hold yet."""
        return metric.id not in self._kept

    def resolve(self, metric: Metric) -> Metric:
        """The metric that one leads to now: itself, or what it was merged into."""
        into = {key: held.merged_into for key, held in self.all.items()}
        return self.all.get(end_of_merges(into, metric.id) or "", metric)

    def of(self, key: str | None) -> Metric | None:
        """The metric an outcome is measured by, by the key it carries; one out of use, too."""
        found = next((metric for metric in self.all.values() if metric.key == key), None)
        return self.resolve(found) if found else None

    def named(self, name: str) -> Metric | None:
        """The metric in use that goes by this name in either language; None when there is none."""
        found = named([m for m in self.all.values() if not m.retired_at], name)
        return self.resolve(found) if found else None

    def held(self, name: str) -> Metric:
        """The metric by key or name, merged or not.

        Raises:
            NotFound: No such metric; names the nearest.
        """
        found = named([m for m in self.all.values() if not m.retired_at], name)
        if found is None:
            raise self.missing(name)
        return found

    def find(self, name: str) -> Metric:
        """The metric in use that goes by this name.

        Raises:
            NotFound: No such metric; names the nearest.
        """
        return self.resolve(self.held(name))

    def near(self, name: str, limit: int = 5) -> list[tuple[Metric, float]]:
        """Metrics in use with names like this one."""
        return nearest_metrics(self.live, name, limit)

    def missing(self, name: str) -> NotFound:
        """The error that there is no metric of this name; names the nearest."""
        error = NotFound.among("metric of the dictionary", name, [own for m in self.live for own in names_of(m)])
        near = self.near(name, 1)
        if error.fields["nearest"] is None and near:
            hint = near[0][0].key
            return NotFound(f"{error.message} Did you mean {hint!r}?", **error.fields | {"nearest": hint})
        return error

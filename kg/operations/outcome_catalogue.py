"""The kinds of outcome by id, key or name, with their benchmarks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from ..domain import Benchmark
from ..errors import NotFound
from ..policy import ScopeFilter
from ..store.records import list_records
from .outcome_lookup import Types
from .recommendation_making import type_view
from .recommendation_views import TypeRecommendation
from .table import Context

if TYPE_CHECKING:  # clients and kernels import the table of operations: no model may come with it
    from ..recommend.recommender import TypeAdvice

SPOKEN = 3
"""Types without precedents that are told of because the plan speaks of them."""


class Catalogue:
    """The kinds of outcome with their benchmarks, as far as the asker may see.

    Args:
        context: The call.
        day: Benchmarks of a later day are not known yet.
    """

    def __init__(self, context: Context, day: date) -> None:
        types = Types(context.store)
        self.kinds = types.all
        self._names = {
            name.casefold(): types.resolve(kind.id) or kind.id
            for kind in sorted(self.kinds.values(), key=lambda k: (k.merged_into is None, k.retired_at is None))
            for name in (kind.name_zh, kind.name_en, kind.key, kind.id)
        }
        self._benchmarks: dict[str, list[Benchmark]] = {}
        for found in list_records(context.store, Benchmark, ScopeFilter(everything=True, confidential=True)):
            common = found.project is None and found.unit is None and not found.confidential
            seen = common or context.scope.covers(found.project, found.unit, found.confidential)
            if found.date <= day and seen:
                self._benchmarks.setdefault(
                    self._names.get(found.outcome_type.casefold(), found.outcome_type), []
                ).append(found)

    def type_id(self, wanted: str | None, used: Iterable[str]) -> str | None:
        """The id of a type by id, key or name in either language; None for None.

        Raises:
            NotFound: No such type; names the nearest.
        """
        if wanted is None:
            return None
        found = self._names.get(wanted.strip().casefold())
        if found is None and wanted in used:
            return wanted
        if found is None:
            live = [kind for kind in self.kinds.values() if not kind.retired_at and not kind.merged_into]
            keys = [kind.key for kind in live] + [kind.name_en for kind in live]
            raise NotFound.among("outcome type", wanted, [*used, *keys])
        return found

    def spoken_of(self, text: str, used: Iterable[str]) -> list[str]:
        """Types without precedents that the plan's own words name, the most words first.

        One word of a name or a metric is enough, or two of a description.
        """
        from ..recommend.advice import shared_terms, terms_of

        words = terms_of(text)
        known = set(used)
        found = []
        for kind in self.kinds.values():
            if kind.id in known or kind.merged_into or kind.retired_at or not words:
                continue
            names = len(shared_terms(words, "\n".join((kind.name_en, kind.name_zh, *kind.default_metrics))))
            described = len(shared_terms(words, f"{kind.description_en or ''}\n{kind.description_zh or ''}"))
            if names or described >= 2:
                found.append((-2 * names - described, kind.id))
        return [key for _, key in sorted(found)[:SPOKEN]]

    def view(self, advice: TypeAdvice) -> TypeRecommendation:
        """Advice on a type with its names and benchmarks."""
        benchmarks = sorted(self._benchmarks.get(advice.outcome_type, []), key=lambda b: (b.measure, b.date, b.id))
        return type_view(advice, self.kinds.get(advice.outcome_type), benchmarks)

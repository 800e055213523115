"""A search and its answer as a page or widget shows them: hits, reasons, filters as links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from kg.errors import KgError
from kg.operations.lessons import LessonFilters, LessonHit, LessonHits

FACETS = ("project", "language", "polarity", "source", "unit")
"""Filters that may stand beside the results, in this order; the index says which it counts."""

PAGE = 10
SHOWN = 8
"""Values of a facet that are open at once; the rest fold."""


@dataclass(frozen=True)
class Query:
    """What an address asks for: the words, the chosen filters and the page."""

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1

    def request(self) -> dict[str, Any]:
        """Values for the operation `search_lessons`."""
        filters = {name: list(values) for name, values in self.chosen.items() if values}
        return {"text": self.text, "filters": filters, "limit": PAGE, "offset": (self.page - 1) * PAGE}

    def link(self, **changed: Any) -> str:
        """The query string of this query with something changed: `text`, `page`, or a facet's values."""
        text = changed.pop("text", self.text)
        page = changed.pop("page", 1)
        pairs = [("q", text)] if text else []
        for name in FACETS:
            pairs += [(name, value) for value in changed.get(name, self.chosen.get(name, ()))]
        if page > 1:
            pairs.append(("page", str(page)))
        return "?" + urlencode(pairs)

    def toggle(self, facet: str, value: str) -> str:
        """The query string with a facet's value chosen, or given up when it is."""
        now = self.chosen.get(facet, ())
        return self.link(**{facet: tuple(v for v in now if v != value) if value in now else (*now, value)})

    def unfiltered(self) -> str:
        """The query string of the same words without any filter."""
        return Query(self.text).link()

    @property
    def filtered(self) -> int:
        """How many filter values are chosen."""
        return sum(len(values) for values in self.chosen.values())


def parse_query(query_string: str) -> Query:
    """The query of an address; what makes no sense there is passed over."""
    given = parse_qs(query_string.removeprefix("?"), max_num_fields=200)
    page = given.get("page", ["1"])[0]
    known = set(LessonFilters.model_fields)
    chosen = {name: tuple(dict.fromkeys(given[name])) for name in FACETS if name in given and name in known}
    allowed = {"polarity": {"success", "failure"}}
    chosen = {n: tuple(v for v in values if v in allowed.get(n, {v})) for n, values in chosen.items()}
    return Query(
        text=" ".join(given.get("q", [""])[0].split())[:1000],
        chosen={name: values for name, values in chosen.items() if values},
        page=min(int(page), 100) if page.isdecimal() and int(page) > 0 else 1,
    )


@dataclass(frozen=True)
class FacetValue:
    """A value to filter by, with its count and the address that toggles it."""

    value: str
    name: str
    count: int | None
    chosen: bool
    link: str


@dataclass(frozen=True)
class Facet:
    """A filter with its values, most frequent first."""

    key: str
    values: list[FacetValue]
    folded: list[FacetValue]


def arm_kind(arm: str) -> str:
    """What an arm looks at, in the words of the message catalogue."""
    return "words" if arm in ("words", "lexical") else "graph" if arm == "graph" else "meaning"


class ResultsView:
    """What the templates `parts/search_*.html` read.

    Args:
        query: What was asked.
        found: The answer; None when nothing was asked or the search failed.
        error: What went wrong, if something did.
        action: Address that the form and the links lead to.
        names: Names of projects by id, for facets.
    """

    def __init__(
        self,
        query: Query,
        found: LessonHits | None = None,
        *,
        error: KgError | None = None,
        action: str = "/search",
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.query = query
        self.found = found
        self.error = error
        self.action = action
        hits = found.hits if found else []
        self._names = {hit.project: hit.project_name for hit in hits if hit.project and hit.project_name}
        self._names.update(names or {})

    @property
    def state(self) -> str:
        """`start`, `error`, `empty` or `results`."""
        if self.error is not None:
            return "error"
        if self.found is None:
            return "start"
        return "results" if self.found.hits else "empty"

    @property
    def hits(self) -> list[LessonHit]:
        """The hits of this page."""
        return self.found.hits if self.found else []

    @property
    def first(self) -> int:
        """The place of the first hit shown."""
        return (self.query.page - 1) * PAGE + 1

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.found.total // PAGE)) if self.found else 1

    @property
    def pending(self) -> int:
        """Records that an arm has not read yet."""
        return max((arm.pending for arm in self.found.arms), default=0) if self.found else 0

    def facets(self) -> list[Facet]:
        """The filters, each with the counts of this answer; chosen values stay although they count nothing."""
        counted = self.found.facets if self.found else {}
        made = []
        for key in FACETS:
            counts = dict(counted.get(key, {}))
            if key == "unit" and "source" in counted:
                continue
            chosen = self.query.chosen.get(key, ())
            order = sorted(counts, key=lambda v: (v not in chosen, -counts[v], v))
            order = [v for v in chosen if v not in counts] + order
            values = [
                FacetValue(v, self._names.get(v) or v, counts.get(v), v in chosen, self.query.toggle(key, v))
                for v in order
                if v
            ]
            if len(values) > 1 or chosen:
                made.append(Facet(key, values[:SHOWN], values[SHOWN:]))
        return made

    def chosen(self) -> list[tuple[str, FacetValue]]:
        """Chosen filter values, for the row of tokens above the hits."""
        return [
            (key, FacetValue(v, self._names.get(v) or v, None, True, self.query.toggle(key, v)))
            for key, values in self.query.chosen.items()
            for v in values
        ]

    @staticmethod
    def reasons(hit: LessonHit) -> list[tuple[str, int]]:
        """Why a hit was found, in percent of its score: `words`, `meaning` (all vector arms) and `graph`."""
        sums: dict[str, float] = {}
        for part in hit.parts:
            sums[arm_kind(part.arm)] = sums.get(arm_kind(part.arm), 0.0) + abs(part.score)
        whole = sum(sums.values())
        return [(kind, round(100 * score / whole)) for kind, score in sums.items() if whole and score]

    @staticmethod
    def title_marks(hit: LessonHit) -> list[tuple[int, int]]:
        """Spans of the title that matched; they are marked there instead of repeating it."""
        return [span for passage in hit.passages if passage.field == "title" for span in passage.marks]

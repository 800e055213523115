"""A search and its answer as a page or widget shows them: hits, reasons, filters as links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.errors import KgError
from kg.operations.lessons import LessonHit, LessonHits, LessonLink
from kg.operations.reading import ReadingList
from kg.operations.searches import SavedSearchView

from .query import FACETS, PAGE, Query, query_of
from .walk import WalkView

SHOWN = 8
"""Values of a facet that are open at once; the rest fold."""
OPEN = ("project", "language", "polarity", "state")
"""Facets that are open from the start."""
NEAR = 10
"""A record among an arm's first so many was found by it; further down it was only not left out."""

KINDS = ("words", "meaning", "graph", "reranker", "replaces", "standing")
_ARMS = {kind: kind for kind in KINDS if kind != "meaning"}


def arm_kind(arm: str) -> str:
    """What an arm looks at, in the words of the message catalogue; any other name is a model's, so meaning."""
    return _ARMS.get(arm, "meaning")


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
    open: bool = True


@dataclass(frozen=True)
class SavedLink:
    """A saved search as a link."""

    id: str
    name: str
    new: int
    link: str


class ResultsView:
    """What the templates `parts/search_*.html` read.

    Args:
        query: What was asked.
        found: The answer; None when nothing was asked or the search failed.
        error: What went wrong, if something did.
        action: Address that the form and the links lead to.
        names: Names of projects by id, for facets.
        like: The lesson whose similar ones are shown.
        walk: The graph around a record, when that is shown.
        reading: The reading list of the asker's project.
        saved: The asker's saved searches; None where nobody can be asked.
        said: What was just done, as a key of the catalogue.
        problem: What could not be done.
    """

    def __init__(
        self,
        query: Query,
        found: LessonHits | None = None,
        *,
        error: KgError | None = None,
        action: str = "/search",
        names: Mapping[str, str] | None = None,
        like: LessonLink | None = None,
        walk: WalkView | None = None,
        reading: ReadingList | None = None,
        saved: Sequence[SavedSearchView] | None = None,
        said: str = "",
        problem: KgError | None = None,
    ) -> None:
        self.query = query
        self.found = found
        self.error = error
        self.action = action
        self.like = like
        self.walk = walk
        self.reading = reading
        self.said = said
        self.problem = problem
        self.can_save = saved is not None
        self.saved = [
            SavedLink(search.id, search.name, search.new, f"{query_of(search).link()}&saved={search.id}")
            for search in saved or ()
        ]
        self.heeded = {lesson.id for lesson in reading.lessons} if reading else set()
        hits = found.hits if found else []
        self._names = {hit.project: hit.project_name for hit in hits if hit.project and hit.project_name}
        self._names.update(names or {})

    @property
    def state(self) -> str:
        """`start`, `error`, `empty`, `around` or `results`."""
        if self.error is not None:
            return "error"
        if self.walk is not None:
            return "around"
        if self.found is None:
            return "start"
        return "results" if self.found.hits else "empty"

    @property
    def hits(self) -> list[LessonHit]:
        """The hits of this page."""
        return self.found.hits if self.found else []

    @property
    def new(self) -> int:
        """How much is new in saved searches."""
        return sum(search.new for search in self.saved)

    @property
    def first(self) -> int:
        """The place of the first hit shown."""
        return (self.query.page - 1) * PAGE + 1

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.found.total // PAGE)) if self.found and not self.like else 1

    @property
    def pending(self) -> int:
        """Records that an arm has not read yet."""
        return max((arm.pending for arm in self.found.arms), default=0) if self.found else 0

    def facets(self) -> list[Facet]:
        """The filters, each with the counts of this answer; chosen values stay although they count nothing."""
        counted = self.found.facets if self.found and not self.like else {}
        made = []
        for key in FACETS:
            counts = dict(counted.get(key, {}))
            chosen = self.query.chosen.get(key, ())
            order = sorted(counts, key=lambda v: (v not in chosen, -counts[v], v))
            order = [v for v in chosen if v not in counts] + order
            values = [
                FacetValue(v, self._names.get(v) or v, counts.get(v), v in chosen, self.query.toggle(key, v))
                for v in order
                if v
            ]
            if len(values) > 1 or chosen:
                made.append(Facet(key, values[:SHOWN], values[SHOWN:], key in OPEN or bool(chosen)))
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
        """Why a hit was found, in percent of what speaks for it, by kind of arm in the order of `KINDS`."""
        sums: dict[str, float] = {}
        for part in hit.parts:
            if part.score > 0:
                sums[arm_kind(part.arm)] = sums.get(arm_kind(part.arm), 0.0) + part.score
        whole = sum(sums.values())
        return [(kind, round(100 * sums[kind] / whole)) for kind in KINDS if sums.get(kind) and whole]

    @staticmethod
    def sureness(hit: LessonHit) -> str:
        """How well the arms agree on a hit: `agree`, `words`, `meaning` or `weak`.

        It compares ranks alone: a record that both words and a model place among their first
        ten is agreed on. It is no probability, and says so in its words.
        """
        best: dict[str, int] = {}
        for part in hit.parts:
            kind = arm_kind(part.arm)
            if part.rank is not None and kind in ("words", "meaning"):
                best[kind] = min(part.rank, best.get(kind, part.rank))
        near = [kind for kind, rank in best.items() if rank <= NEAR]
        return "weak" if not near else "agree" if len(near) > 1 else near[0]

    @staticmethod
    def title_marks(hit: LessonHit) -> list[tuple[int, int]]:
        """Spans of the title that matched; they are marked there instead of repeating it."""
        return [span for passage in hit.passages if passage.field == "title" for span in passage.marks]

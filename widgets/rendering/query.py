"""What the address of a search says: words, filters, whose project, which view; and addresses made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlencode

from kg.domain import LessonState, Polarity
from kg.operations.searches import SavedSearchView

FACETS = ("project", "language", "polarity", "state", "sector", "topic", "phase", "source", "unit")
"""Filters that may stand beside the results, in this order; the index says which it counts."""

PAGE = 10
TRAIL = 5
"""Steps of a walk through the graph that an address remembers."""
_ALLOWED = {"polarity": {value.value for value in Polarity}, "state": {value.value for value in LessonState}}


@dataclass(frozen=True)
class Query:
    """What an address asks for.

    Attributes:
        text: The words.
        chosen: Chosen filter values by facet.
        page: From 1.
        start: Learnt on this day or later.
        end: Learnt before this day.
        as_of: Answer with what was known that day.
        own: The asker's own project.
        like: A lesson to show similar ones of, instead of an answer to the words.
        around: A record to show the graph around.
        via: The records walked through on the way there, the first step first.
        wide: Show many neighbours instead of the first ones.
        saved: The saved search that led here; no address of this query keeps it.
    """

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1
    start: date | None = None
    end: date | None = None
    as_of: date | None = None
    own: str = ""
    like: str = ""
    around: str = ""
    via: tuple[str, ...] = ()
    wide: bool = False
    saved: str = ""

    def request(self) -> dict[str, Any]:
        """Values for the operation `search_lessons`."""
        limits: dict[str, Any] = {name: list(values) for name, values in self.chosen.items() if values}
        limits |= {"learnt_from": self.start} if self.start else {}
        limits |= {"learnt_to": self.end} if self.end else {}
        asked: dict[str, Any] = {"text": self.text, "filters": limits, "limit": PAGE, "offset": (self.page - 1) * PAGE}
        asked |= {"project": self.own} if self.own else {}
        return asked | ({"as_of": self.as_of} if self.as_of else {})

    def link(self, **changed: Any) -> str:
        """The query string of this query with something changed; the page and the view begin anew.

        Args:
            **changed: Attributes, or a facet's values by the facet's name.
        """
        known = self.__dict__ | {"page": 1, "like": "", "around": "", "via": (), "wide": False} | changed
        pairs = [("q", known["text"])]
        for name in FACETS:
            pairs += [(name, value) for value in changed.get(name, self.chosen.get(name, ()))]
        days = (("from", "start"), ("to", "end"), ("as_of", "as_of"))
        pairs += [(name, known[key].isoformat()) for name, key in days if known[key]]
        pairs += [("for", known["own"]), ("like", known["like"]), ("around", known["around"])]
        pairs += [("via", key) for key in known["via"]]
        if known["wide"]:
            pairs.append(("wide", "1"))
        if known["page"] > 1:
            pairs.append(("page", str(known["page"])))
        return "?" + urlencode([pair for pair in pairs if pair[1]])

    def here(self) -> str:
        """The query string of just this query, view and page."""
        return self.link(page=self.page, like=self.like, around=self.around, via=self.via, wide=self.wide)

    def toggle(self, facet: str, value: str) -> str:
        """The query string with a facet's value chosen, or given up when it is."""
        now = self.chosen.get(facet, ())
        return self.link(**{facet: tuple(v for v in now if v != value) if value in now else (*now, value)})

    def widened(self) -> str:
        """The query string of the same step with many more neighbours."""
        return self.link(around=self.around, via=self.via, wide=True)

    def walk(self, key: str) -> str:
        """The query string of the graph around another record, this one remembered as the way there."""
        if not self.around or key == self.around:
            return self.link(around=key)
        trail = (*self.via, self.around)
        trail = trail[: trail.index(key)] if key in trail else trail
        return self.link(around=key, via=trail[-TRAIL:])

    def unfiltered(self) -> str:
        """The query string of the same words without any filter."""
        return Query(self.text, own=self.own, as_of=self.as_of).link()

    @property
    def filtered(self) -> int:
        """How many filter values are chosen, the period's ends among them."""
        return sum(len(values) for values in self.chosen.values()) + bool(self.start) + bool(self.end)


def parse_query(query_string: str) -> Query:
    """The query of an address; what makes no sense there is passed over."""
    try:
        given = parse_qs(query_string.removeprefix("?")[:20_000], max_num_fields=200)
    except ValueError:  # more fields than any page of ours makes
        return Query()

    def one(name: str) -> str:
        return given.get(name, [""])[0].strip()[:300]

    page = one("page")
    chosen = {name: tuple(dict.fromkeys(given[name])) for name in FACETS if name in given}
    chosen = {n: tuple(v for v in values if v in _ALLOWED.get(n, {v})) for n, values in chosen.items()}
    return Query(
        text=" ".join(given.get("q", [""])[0].split())[:1000],
        chosen={name: values for name, values in chosen.items() if values},
        page=min(int(page), 100) if page.isdecimal() and int(page) > 0 else 1,
        start=_day(one("from")),
        end=_day(one("to")),
        as_of=_day(one("as_of")),
        own=one("for"),
        like=one("like"),
        around=one("around"),
        via=tuple(key[:300] for key in given.get("via", ())[-TRAIL:]) if "around" in given else (),
        wide="around" in given and one("wide") == "1",
        saved=one("saved"),
    )


def query_of(search: SavedSearchView) -> Query:
    """The query that a saved search asks again."""
    limits = search.filters.model_dump(mode="json", exclude_defaults=True)
    return Query(
        text=search.text,
        chosen={name: tuple(limits[name]) for name in FACETS if name in limits},
        start=search.filters.learnt_from,
        end=search.filters.learnt_to,
        as_of=search.as_of,
        own=search.project or "",
        saved=search.id,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

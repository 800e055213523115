"""Searches that a person keeps, and what is new in them."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from pydantic import Field

from ..domain import Role, SavedSearch
from ..errors import Conflict, NotFound
from ..queries import statement
from ..schema import Label
from ..store.records import get_record, instant_text, put_records, retire_records
from .lessons import LessonFilters, SearchLessons
from .people import Nothing
from .table import Context, Request, Response, operation

MOST = 100
LOOKED_AT = 20
"""How many of a search's first hits may be news: further ones say little about the question."""
COUNTED = 12
"""For how many searches a list counts what is new."""
CHANGED = 5_000


class SaveSearch(Request):
    """A question under a name; the same name again replaces it."""

    name: str = Field(min_length=1, max_length=100)
    text: str = Field(min_length=1, max_length=4000)
    filters: LessonFilters = LessonFilters()
    project: str | None = None
    as_of: date | None = None


class SavedSearchKey(Request):
    """Which saved search."""

    id: str


class SavedSearchView(Response):
    """A saved search; `new` counts its first hits that came or changed since it was looked at."""

    id: str
    name: str
    text: str
    filters: LessonFilters
    project: str | None = None
    as_of: date | None = None
    saved_at: datetime | None = None
    seen_at: datetime | None = None
    new: int = 0


class SavedSearches(Response):
    """The visitor's own searches, by name."""

    searches: list[SavedSearchView]


@operation(Role.MEMBER, audited=True)
def save_search(context: Context, request: SaveSearch) -> SavedSearchView:
    """Keep a search under a name, for the visitor alone."""
    key = saved_search_id(context.visitor.name, request.name)
    earlier = get_record(context.store, SavedSearch, key)
    if earlier is None and len(_own(context)) >= MOST:
        raise Conflict(f"You keep {MOST} searches already. Forget one first.", most=MOST)
    record = SavedSearch(
        id=key,
        person=context.visitor.name,
        name=request.name,
        text=request.text,
        filters=request.filters.model_dump(mode="json", exclude_defaults=True),
        asking_project=request.project,
        as_of=request.as_of,
        saved_at=context.now,
        seen_at=context.now,
    )
    with context.store.transaction() as tx:
        put_records(tx, [record], at=context.now, by=context.visitor.name)
    context.audit.update(subject=key, after_hash=record.content_hash())
    return _view(record)


@operation(Role.MEMBER)
def list_saved_searches(context: Context, request: Nothing) -> SavedSearches:
    """The visitor's own searches, with how many of their first hits are new."""
    own = sorted(_own(context), key=lambda search: (search.name.casefold(), search.id))
    return SavedSearches(searches=[_view(search, new) for search, new in _news(context, own)])


@operation(Role.MEMBER)
def see_search(context: Context, request: SavedSearchKey) -> SavedSearchView:
    """Note that the visitor looks at a saved search now; what is new counts from here."""
    record = _mine(context, request.id)
    rows = context.store.read(statement("searches.lessons_since"), since=_since(record), limit=1)
    if rows:  # else nothing would read differently, and nothing is written
        record.seen_at = context.now
        with context.store.transaction() as tx:
            put_records(tx, [record], at=context.now, by=context.visitor.name)
    return _view(record)


@operation(Role.MEMBER, audited=True)
def forget_search(context: Context, request: SavedSearchKey) -> SavedSearchView:
    """Forget one of the visitor's own searches."""
    record = _mine(context, request.id)
    with context.store.transaction() as tx:
        retire_records(tx, Label.SAVED_SEARCH, [record.id], at=context.now, by=context.visitor.name)
    context.audit.update(subject=record.id, before_hash=record.content_hash())
    return _view(record)


def saved_search_id(person: str, name: str) -> str:
    """The id of somebody's search; it tells neither the person nor the name."""
    digest = hashlib.sha256(f"{person.casefold()}\n{name.casefold()}".encode()).hexdigest()
    return f"search:{digest[:24]}"


def _own(context: Context) -> list[SavedSearch]:
    rows = context.store.read(statement("searches.of_person"), person=context.visitor.name)
    return [SavedSearch.from_properties(row["record"]) for row in rows]


def _mine(context: Context, key: str) -> SavedSearch:
    record = get_record(context.store, SavedSearch, key)
    if record is None or record.person != context.visitor.name:
        raise NotFound("There is no such saved search.", kind="saved search", name=key)
    return record


def _news(context: Context, searches: list[SavedSearch]) -> list[tuple[SavedSearch, int]]:
    """Each search with how many of its first hits came or changed since it was seen."""
    counted = searches[:COUNTED]
    changed: list[dict[str, str]] = []
    if counted:
        oldest = min(_since(search) for search in counted)
        changed = context.store.read(statement("searches.lessons_since"), since=oldest, limit=CHANGED)
    found = []
    for search in searches:
        fresh = {row["id"] for row in changed if row["at"] > _since(search)} if search in counted else set()
        found.append((search, len(fresh & _first_hits(context, search)) if fresh else 0))
    return found


def _first_hits(context: Context, search: SavedSearch) -> set[str]:
    asked = SearchLessons(
        text=search.text,
        filters=LessonFilters.model_validate(search.filters),
        project=search.asking_project,
        as_of=search.as_of,
        limit=LOOKED_AT,
    )
    try:
        return {hit.id for hit in context.service("search").search(asked, context.scope).hits}
    except NotFound:  # its project is gone, or out of sight
        return set()


def _since(search: SavedSearch) -> str:
    moment = search.seen_at or search.saved_at
    return instant_text(moment) if moment else ""


def _view(search: SavedSearch, new: int = 0) -> SavedSearchView:
    return SavedSearchView(
        id=search.id,
        name=search.name,
        text=search.text,
        filters=LessonFilters.model_validate(search.filters),
        project=search.asking_project,
        as_of=search.as_of,
        saved_at=search.saved_at,
        seen_at=search.seen_at,
        new=new,
    )

"""Milestones and work items of a project, by what people call them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..domain import Project
from ..domain.metric_names import plain_name
from ..errors import NotFound, SeveralNamed
from ..queries import statement
from .outcome_views import Linked
from .table import Context

NAMED = 5
"""How many of several things of one name an error names."""


def offered(context: Context, kind: type[Any], project: Project) -> list[Linked]:
    """What of a project the visitor may see of a kind, those recorded last first."""
    confidential = context.scope.covers(project.id, project.unit, True)
    rows = context.store.read(statement("outcomes.offered", kind.label), project=project.id, confidential=confidential)
    rows.sort(key=lambda row: (row["recorded_at"] or "", row["id"]), reverse=True)
    return [
        Linked(
            id=row["id"], title=row["title"] or row["id"], source_id=row["external_id"],
            state="reached" if row["reached"] else row["state"], due=row["due"],
        )
        for row in rows
    ]  # fmt: skip


def named(things: Sequence[Linked], key: str, what: str) -> Linked:
    """The one that is called so: by its id, its id in its source, its title whatever its case, or title and id.

    Raises:
        NotFound: None is; names the nearest.
        SeveralNamed: Several are.
    """
    wanted = plain_name(key)
    for names in (_ids, _titles):
        found = [thing for thing in things if wanted in names(thing)]
        if len(found) > 1:
            ids = ", ".join(thing.source_id or thing.id for thing in found[:NAMED])
            raise SeveralNamed(
                f"{len(found)} of the project's {what}s are called {key!r}; name one by its id: {ids}.",
                field=what.replace(" ", "_") + "s", value=key, kind=what, name=key, count=len(found), ids=ids,
                why="several",
            )  # fmt: skip
        if found:
            return found[0]
    known = [name for thing in things for name in (thing.title, thing.source_id, thing.id) if name]
    raise NotFound.among(what, key, known)


def matching(things: Iterable[Linked], text: str | None) -> list[Linked]:
    """Those in whose title or ids every word of a text stands; one whose id is such a word, or that is short, first."""
    words = (text or "").casefold().split()
    found = [
        thing for thing in things
        if all(word in f"{thing.title} {thing.source_id or ''} {thing.id}".casefold() for word in words)
    ]  # fmt: skip
    if words:
        found.sort(key=lambda thing: ((thing.source_id or thing.id).casefold() not in words, len(thing.title)))
    return found


def _ids(thing: Linked) -> set[str]:
    return {plain_name(name) for name in (thing.id, thing.source_id) if name}


def _titles(thing: Linked) -> set[str]:
    return {plain_name(name) for name in (thing.title, f"{thing.title} {thing.source_id or thing.id}")}

"""What a search page asks of the graph, put together: hits, names, one's own searches and reading list."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from kg.client import RemoteGraph
from kg.errors import Forbidden, KgError, NotFound
from kg.graph import KnowledgeGraph
from kg.operations.lessons import LessonHits, LessonLink
from kg.operations.projects import ProjectSummary
from kg.operations.reading import ReadingList
from kg.operations.searches import SavedSearchView

from .query import Query, parse_query
from .results import ResultsView
from .walk import WalkView

NEIGHBOURS, MANY = 26, 200
SIMILAR = 10
KEPT = 60.0
"""Seconds that names of projects and saved searches are kept, where one desk serves many questions."""


class SearchDesk:
    """Answers the addresses of a search page, and does what its buttons say.

    Args:
        graph: The graph as the visitor may use it.
        action: Address that the form and the links lead to.
    """

    def __init__(self, graph: KnowledgeGraph | RemoteGraph, *, action: str = "/search") -> None:
        self._graph = graph
        self._action = action
        self._kept: dict[str, tuple[float, Any]] = {}

    def answer(self, query: Query, *, said: str = "", problem: KgError | None = None) -> ResultsView:
        """An address answered; what goes wrong is part of the answer.

        Raises:
            Forbidden: The visitor may not search at all.
        """
        if query.saved:
            with suppress(KgError):
                self._graph.see_search(id=query.saved)
                self._kept.pop("saved", None)
            query = replace(query, saved="")
        view: dict[str, Any] = {"action": self._action, "said": said}
        reading = None
        try:
            query, reading = self._own_project(query)
        except Forbidden:
            raise
        except KgError as error:
            problem = problem or error
            query = replace(query, own="")
        view |= {"problem": problem, "reading": reading, "saved": self._saved()}
        try:
            found, more = self._found(query)
            view["names"] = self._names(query, found)
        except Forbidden:
            raise
        except KgError as error:
            return ResultsView(query, error=error, **view)
        return ResultsView(query, found, **view, **more)

    def act(self, values: Mapping[str, str], query: Query) -> ResultsView:
        """Do what a form of the panel asks for, then answer the address it stood at."""
        try:
            said = self.do(values)
        except KgError as error:
            return self.answer(query, problem=error)
        return self.answer(query, said=said)

    def do(self, values: Mapping[str, str]) -> str:
        """Do what a form of the panel asks for; what was done, as a key of the catalogue.

        Raises:
            KgError: As the operation documents.
        """
        deed = values.get("do", "")
        self._kept.clear()
        if deed == "save":
            asked = parse_query(values.get("query", "")).request()
            known = {name: asked[name] for name in ("text", "filters", "project", "as_of") if name in asked}
            self._graph.save_search(name=values.get("name", "").strip() or asked["text"][:100], **known)
        elif deed == "forget":
            self._graph.forget_search(id=values.get("id", ""))
        elif deed == "heed":
            self._graph.add_lesson_to_project(lesson=values.get("lesson", ""), project=values.get("project", ""))
        elif deed == "unheed":
            self._graph.remove_lesson_from_project(lesson=values.get("lesson", ""), project=values.get("project", ""))
        else:
            raise NotFound.among("action", deed, ["save", "forget", "heed", "unheed"])
        return f"search_app.done.{deed}"

    def projects(self) -> list[ProjectSummary]:
        """Projects that may be the asker's own, the most documented first."""
        found: list[ProjectSummary] = self._keep("projects", lambda: self._graph.list_projects(limit=1000).projects)
        return found

    def _found(self, query: Query) -> tuple[LessonHits | None, dict[str, Any]]:
        if query.around:
            around = self._graph.surroundings(id=query.around, limit=MANY if query.wide else NEIGHBOURS)
            trail = []
            for key in query.via:
                with suppress(KgError):
                    trail.append(self._graph.surroundings(id=key, limit=1).center)
            return None, {"walk": WalkView(around, trail)}
        if query.like:
            lesson = self._graph.get_lesson(id=query.like).lesson
            found: LessonHits = self._graph.similar_lessons(id=query.like, limit=SIMILAR)
            return found, {"like": LessonLink(id=lesson.id, title=lesson.title)}
        if not query.text:
            return None, {}
        return self._graph.search_lessons(**query.request()), {}

    def _own_project(self, query: Query) -> tuple[Query, ReadingList | None]:
        """The asker's project by id, its source's id or its name; its reading list."""
        if not query.own:
            return query, None
        reading: ReadingList
        try:
            reading = self._keep(f"reading {query.own}", lambda: self._graph.lessons_to_heed(project=query.own))
        except NotFound:
            named = [p.id for p in self.projects() if p.name.casefold() == query.own.casefold()]
            if len(named) != 1:
                raise
            reading = self._graph.lessons_to_heed(project=named[0])
        return replace(query, own=reading.project), reading

    def _saved(self) -> list[SavedSearchView] | None:
        try:
            found: list[SavedSearchView] = self._keep("saved", lambda: self._graph.list_saved_searches().searches)
        except KgError:
            return None
        return found

    def _names(self, query: Query, found: LessonHits | None) -> dict[str, str]:
        """Names of the projects that filters show and no hit tells."""
        told = {hit.project for hit in found.hits} if found else set()
        wanted = {*(found.facets.get("project", ()) if found else ()), *query.chosen.get("project", ())} - told
        if not wanted:
            return {}
        names: dict[str, str] = self._graph.name_projects(ids=sorted(wanted)[:1000]).names
        return names

    def _keep(self, key: str, ask: Any) -> Any:
        at, value = self._kept.get(key, (0.0, None))
        if not at or time.monotonic() - at > KEPT:
            value = ask()
            self._kept[key] = (time.monotonic(), value)
        return value

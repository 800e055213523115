"""The arm of the graph: how near a lesson lies to the asker's project.

A path counts by its edges, each of which halves it (Katz, 1953, with a damping of one half
and the few shapes of path that mean something): the lesson was learnt in the project itself;
it is about a type of outcome that the project has; it was learnt in, or applied by,
a project that shares such a type. Independent paths add up as chances do (noisy or), so each
of them counts and none beyond 1.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..operations.lessons import PathStep
from ..policy import ScopeFilter
from ..queries import statement
from ..schema import Label, Rel
from ..store.merges import ends_of_merges
from ..store.protocol import GraphStore

DAMPING = 0.5
KEPT = 32


@dataclass
class Closeness:
    """Nearness of lessons to one project, 0 to 1, and the shortest path to each."""

    strength: dict[str, float] = field(default_factory=dict)
    paths: dict[str, list[PathStep]] = field(default_factory=dict)

    def add(self, lesson: str, path: list[PathStep]) -> None:
        """Count one more path to a lesson."""
        chance = DAMPING ** (len(path) - 1)
        self.strength[lesson] = 1 - (1 - self.strength.get(lesson, 0.0)) * (1 - chance)
        known = self.paths.get(lesson)
        if known is None or len(path) < len(known):
            self.paths[lesson] = path


class Neighbourhood:
    """Closeness to projects, kept until the graph changes. Thread-safe enough: a race only computes twice."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, ScopeFilter, str, int, str | None], Closeness] = OrderedDict()

    def of(self, project: str, scope: ScopeFilter, language: str, revision: int, until: str | None = None) -> Closeness:
        """Closeness of lessons to a project; paths lead through what the scope covers only.

        Args:
            project: The asker's project; one that is hidden or unknown is near nothing.
            scope: What the asker may see.
            language: In which names of outcome types are told.
            revision: Of the store; a newer one is computed anew.
            until: Only edges recorded before this instant count.
        """
        key = (project, scope, language, revision, until)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._compute(project, scope, language, until)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def _compute(self, project: str, scope: ScopeFilter, language: str, until: str | None) -> Closeness:
        near = Closeness()
        params = {"project": project, "until": until}
        home = self._store.read(statement("closeness.project"), project=project)
        if not home or not _covered(scope, home[0]):
            return near
        for row in self._store.read(statement("closeness.own"), **params):
            near.add(row["lesson"], [_lesson(Rel.LEARNED_IN, False, row)])
        types = _Types(self._store, list(self._store.read(statement("closeness.types"), **params)), language)
        for row in self._store.read(statement("closeness.about"), types=types.asked, until=until):
            type_step = types.step(row["type"])
            near.add(row["lesson"], [type_step, _lesson(Rel.ABOUT, False, row)])
        for name, rel in (("closeness.learned", Rel.LEARNED_IN), ("closeness.applied", Rel.APPLIED)):
            rows = self._store.read(statement(name), types=types.asked, **params)
            for row in _seen(rows, scope):
                type_step = types.step(row["type"])
                other = PathStep(
                    relation=Rel.OF_TYPE.value, forward=False, label=Label.PROJECT.value, id=row["other"],
                    name=row["other_name"],
                )  # fmt: skip
                near.add(row["lesson"], [type_step, other, _lesson(rel, rel is Rel.APPLIED, row)])
        return near


class _Types:
    """The types of outcome that a project has, each with those that were merged into it."""

    def __init__(self, store: GraphStore, rows: list[dict[str, Any]], language: str) -> None:
        into = ends_of_merges(store, Label.OUTCOME_TYPE)
        self._ends = {row["id"]: into.get(row["id"], row["id"]) for row in rows}
        self._steps = {self._ends[row["id"]]: _type(row, language) for row in rows}
        self._steps |= {row["id"]: _type(row, language) for row in rows if self._ends[row["id"]] == row["id"]}
        for old, end in into.items():
            if end in self._steps:
                self._ends[old] = end
        self.asked = sorted({*self._ends, *self._steps})

    def step(self, key: str) -> PathStep:
        """The step of a path through a type, under the name it has now."""
        return self._steps[self._ends.get(key, key)]


def _type(row: dict[str, Any], language: str) -> PathStep:
    name = row[f"name_{language}"] or row["name_en"] or row["id"]
    return PathStep(relation=Rel.OF_TYPE.value, forward=True, label=Label.OUTCOME_TYPE.value, id=row["id"], name=name)


def _lesson(rel: Rel, forward: bool, row: dict[str, Any]) -> PathStep:
    return PathStep(
        relation=rel.value, forward=forward, label=Label.LESSON.value, id=row["lesson"], name=row["title"] or ""
    )


def _covered(scope: ScopeFilter, row: dict[str, Any]) -> bool:
    return scope.covers(row["project"], row["unit"], bool(row["confidential"]))


def _seen(rows: Iterable[dict[str, Any]], scope: ScopeFilter) -> Iterable[dict[str, Any]]:
    return (row for row in rows if scope.covers(row["other"], row["unit"], bool(row["confidential"])))

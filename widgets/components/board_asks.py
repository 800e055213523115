"""What the page of a board may ask of the graph, each as its visitor: name, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from kg.client import RemoteGraph
from kg.domain.unit_names import unit_word
from kg.errors import Forbidden, NotFound
from kg.graph import KnowledgeGraph
from pipelines.messages import Messages
from widgets.rendering.wall import wall_told

Graph = KnowledgeGraph | RemoteGraph
Ask = Callable[[Graph, str, Messages, Mapping[str, Any]], Any]


class Asks(Mapping[str, Ask]):
    """Answers by name; a lookup that fails names the nearest."""

    def __init__(self) -> None:
        self._asks: dict[str, Ask] = {}

    def __getitem__(self, name: str) -> Ask:
        try:
            return self._asks[name]
        except KeyError:
            raise NotFound.among("question", name, self._asks) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._asks)

    def __len__(self) -> int:
        return len(self._asks)

    def register(self, name: str) -> Callable[[Ask], Ask]:
        """Make a function the answer to a name."""

        def keep(ask: Ask) -> Ask:
            self._asks[name] = ask
            return ask

        return keep


ASKS = Asks()
"""Everything a board's page may ask."""


@ASKS.register("close")
def close(graph: Graph, retrospective: str, say: Messages, given: Mapping[str, Any]) -> Any:
    """End the retrospective; what came out of it."""
    closed = graph.close_retrospective(id=retrospective)
    return {
        "retrospective": closed.retrospective.id,
        "actions": len(closed.actions),
        "lessons": [{"id": lesson.id, "title": lesson.title} for lesson in closed.lessons],
    }


@ASKS.register("people")
def people(graph: Graph, retrospective: str, say: Messages, given: Mapping[str, Any]) -> Any:
    """Who can own an action."""
    return _plain(graph.board_people(retrospective=retrospective).people)


@ASKS.register("previous")
def previous(graph: Graph, retrospective: str, say: Messages, given: Mapping[str, Any]) -> Any:
    """What is still open from earlier retrospectives."""
    found = graph.earlier_actions(retrospective=retrospective).actions
    return [{**_plain([row.action])[0], "overdue": row.overdue, "mine": row.mine} for row in found]


@ASKS.register("update_action")
def update_action(graph: Graph, retrospective: str, say: Messages, given: Mapping[str, Any]) -> Any:
    """An earlier action taken up, done or given up; how it stands then.

    `do` is `start`, `done` or `cancel`; `id` and `revision` name the action as its page showed it.
    """
    key = {"id": str(given.get("id", "")), "revision": given.get("revision")}
    match given.get("do"):
        case "start":
            found = graph.update_action(**key, status="in_progress")
        case "done":
            found = graph.close_action(**key)
        case "cancel":
            found = graph.cancel_action(**key, reason=str(given.get("reason") or ""))
        case other:
            raise NotFound.among("step", str(other), ["start", "done", "cancel"])
    return _plain([found.action])[0]


@ASKS.register("metrics")
def metrics(graph: Graph, retrospective: str, say: Messages, given: Mapping[str, Any]) -> Any:
    """Figures of the project that an action can be measured by; none for a guest."""
    try:
        series = _plain(graph.action_metrics(project=str(given.get("project", ""))).series)
    except Forbidden:
        return []
    return [one | {"unit_of_measure": unit_word(one.get("unit_of_measure"), say.language)} for one in series]


@ASKS.register("facts")
def facts(graph: Graph, retrospective: str, say: Messages, given: Mapping[str, Any]) -> Any:
    """The facts of the period, in words, with what to pin of each."""
    return wall_told(graph.board_facts(retrospective=retrospective), say)


@ASKS.register("similar")
def similar(graph: Graph, retrospective: str, say: Messages, given: Mapping[str, Any]) -> Any:
    """Past lessons about the same as a topic."""
    found = graph.topic_lessons(retrospective=retrospective, topic=str(given.get("topic", "")))
    return _plain(found.lessons)


@ASKS.register("health_history")
def health_history(graph: Graph, retrospective: str, say: Messages, given: Mapping[str, Any]) -> Any:
    """How the answers of earlier retrospectives were; nothing for a guest, or before the first."""
    where = {"team": given["team"]} if given.get("team") else {"project": given.get("project")}
    asked = {"question_set": given["question_set"]} if given.get("question_set") else {}
    try:
        return graph.health_history(**where, **asked).model_dump(mode="json", exclude_none=True)
    except (Forbidden, NotFound):
        return {"rounds": []}


@ASKS.register("suggest_groups")
def suggest_groups(graph: Graph, retrospective: str, say: Messages, given: Mapping[str, Any]) -> Any:
    """Notes that seem to belong together."""
    found = graph.suggest_note_groups(notes=given.get("notes") or [])
    return {"suggestions": _plain(found.suggestions), "read": found.read}


def _plain(models: Iterable[BaseModel]) -> list[dict[str, Any]]:
    return [model.model_dump(mode="json", exclude_none=True) for model in models]

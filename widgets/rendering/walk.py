"""The graph around a record as a page or widget shows it: neighbours in groups, two sides, a trail back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kg.operations.surroundings import GraphNode, Surroundings


@dataclass
class Branch:
    """Neighbours of one kind that one relationship leads to; `more` are not shown."""

    relation: str
    forward: bool
    label: str
    nodes: list[GraphNode] = field(default_factory=list)
    more: int = 0

    @property
    def words(self) -> str:
        """The key of the relationship's words below `surroundings.relations`."""
        return f"{self.relation}.{'forward' if self.forward else 'back'}"

    @property
    def alike(self) -> bool:
        """True when all have one name, so that only their projects tell them apart."""
        return len(self.nodes) > 1 and len({node.name for node in self.nodes}) == 1

    @property
    def height(self) -> int:
        """Lines it takes in the picture."""
        return len(self.nodes) + 1 + bool(self.more)


class WalkView:
    """What the template `parts/surroundings.html` reads.

    Args:
        around: The record and its neighbours.
        trail: Records walked through on the way here.
    """

    def __init__(self, around: Surroundings, trail: Sequence[GraphNode] = ()) -> None:
        self.around = around
        self.center = around.center
        self.trail = list(trail)

    def sides(self) -> tuple[list[Branch], list[Branch]]:
        """The branches left and right of the record, about equally long; one large branch is split over both."""
        branches = sorted(self.branches(), key=lambda branch: -branch.height)
        whole = sum(branch.height for branch in branches)
        if branches and branches[0].height > 6 and 2 * branches[0].height > whole + 3:
            branches[:1] = _halves(branches[0], whole)
        left: list[Branch] = []
        right: list[Branch] = []
        for branch in branches:
            side = right if sum(b.height for b in right) <= sum(b.height for b in left) else left
            side.append(branch)
        return left, right

    def branches(self) -> list[Branch]:
        """Direct neighbours by relationship, direction and kind, in the order they were told."""
        nodes = {node.id: node for node in self.around.nodes}
        found: dict[tuple[str, bool, str], Branch] = {}
        for edge in self.around.edges:
            if self.center.id not in (edge.start, edge.end):
                continue
            forward = edge.start == self.center.id
            other = nodes[edge.end if forward else edge.start]
            key = (edge.relation, forward, other.label)
            found.setdefault(key, Branch(*key)).nodes.append(other)
        for left_out in self.around.further:
            key = (left_out.relation, left_out.forward, left_out.label)
            found.setdefault(key, Branch(*key)).more = left_out.total - left_out.shown
        return list(found.values())


def page_of(node: GraphNode) -> str | None:
    """Path segments of the page that tells of a record: its own, or its project's."""
    if node.label == "Lesson":
        return f"lessons/{node.id}"
    if node.label == "Project":
        return f"projects/{node.id}"
    if node.label == "Retrospective":
        return f"retrospectives/{node.id}"
    if node.label == "ActionItem":
        return f"actions/{node.id}"
    return f"projects/{node.project}" if node.project else None


def _halves(branch: Branch, whole: int) -> list[Branch]:
    others = whole - branch.height
    cut = min(len(branch.nodes) - 1, (len(branch.nodes) + others) // 2)
    return [
        Branch(branch.relation, branch.forward, branch.label, branch.nodes[:cut]),
        Branch(branch.relation, branch.forward, branch.label, branch.nodes[cut:], branch.more),
    ]

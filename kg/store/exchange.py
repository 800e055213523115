"""A graph as JSON Lines: the exchange between engines, and the way out of any.

Line 1 is a header, then nodes by label and id, then relationships, then a footer that
counts them: a torn file is recognised. Vectors are left out (they are made from text),
and so are migrations (each store records its own) and the counter (the header has it).
Two stores that hold the same graph give the same bytes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from ..domain.outcome_reviews import sealed
from ..errors import ExchangeError
from ..queries import statement
from ..schema import Label, Rel
from .protocol import Change, GraphStore, Row
from .whole_file import whole_file

FORMAT = "retrobook-graph"
VERSION = 1
PAGE = 5_000
LEFT_OUT = frozenset({Label.MIGRATION, Label.COUNTER})


class Reader(Protocol):
    """A store, or a transaction that holds still what is read."""

    def read(self, query: str, **params: Any) -> list[Row]:
        """Rows of a reading statement."""
        ...


def read_changes(store: Reader, since: int, limit: int) -> list[Change]:
    """The change log above a number, in order."""
    rows = store.read(statement("changes.since"), since=since, limit=limit)
    return [Change(r["seq"], r["at"], r["op"], r["label"], tuple(r["ids"]), r["by"]) for r in rows]


def read_revision(store: Reader) -> int:
    """The number of the last committed change; 0 for an empty store."""
    rows = store.read(statement("changes.revision"))
    return int(rows[0]["value"]) if rows else 0


def export_graph(store: Reader, path: Path) -> dict[str, int]:
    """Write the graph to a file that appears whole or not at all; counts by label and type.

    Raises:
        StoreFull: The disk is full; no file is left behind.
    """
    counts: dict[str, int] = {}
    path = Path(path)
    with whole_file(path) as aside, aside.open("w", encoding="utf-8") as out:
        header = {"format": FORMAT, "version": VERSION, "revision": read_revision(store)}
        out.write(_line(header))
        for line, kind in _lines(store):
            out.write(_line(line))
            counts[kind] = counts.get(kind, 0) + 1
        out.write(_line({"end": True, "lines": sum(counts.values())}))
    return counts


def load_graph(store: GraphStore, path: Path) -> dict[str, int]:
    """Bring an export into a store; counts by label and type.

    An empty store becomes equal to the exported one, change log included. Into a store
    that holds records the file's nodes are merged by id, and the higher change number
    is kept.

    Raises:
        ExchangeError: The file is not one of ours, or is torn; nothing was written.
    """
    nodes: dict[Label, list[dict[str, Any]]] = defaultdict(list)
    edges: dict[tuple[Rel, Label, Label], list[dict[str, Any]]] = defaultdict(list)
    revision = 0
    for number, line in _parsed(path):
        if number == 1:
            revision = int(line["revision"])
        elif "node" in line:
            label = Label(line["label"])
            if label not in LEFT_OUT:
                # reviews of an export from before they were sealed come in as they are kept now
                nodes[label].append(sealed(line["node"]) if label is Label.REVIEW else line["node"])
        else:
            key = (Rel(line["type"]), Label(line["start_label"]), Label(line["end_label"]))
            edges[key].append({name: line[name] for name in ("start_id", "end_id", "properties")})
    with store.transaction() as tx:
        revision = max(revision, read_revision(tx))
        for label, rows in nodes.items():
            for page in _pages(rows):
                tx.write(statement("records.put", label), rows=page)
        for (rel, start, end), rows in edges.items():
            for page in _pages(rows):
                tx.write(statement("relationships.put", rel=rel, start=start, end=end), rows=page)
        tx.write(statement("exchange.set_counter"), value=revision)
    counts = {label.value: len(rows) for label, rows in nodes.items()}
    for (rel, _, _), rows in edges.items():
        counts[rel.value] = counts.get(rel.value, 0) + len(rows)
    return counts


def copy_graph(source: GraphStore, target: GraphStore, aside: Path) -> dict[str, int]:
    """Copy one store into another by way of an export kept at `aside`; counts."""
    source.export(aside)
    target.ensure_schema()
    return target.load(aside)


def _lines(store: Reader) -> Iterator[tuple[dict[str, Any], str]]:
    for label in sorted(set(Label) - LEFT_OUT):
        after = ""
        while rows := store.read(statement("exchange.nodes", label), after=after, limit=PAGE):
            for row in rows:
                kept = {name: value for name, value in row["node"].items() if not name.startswith("vector_")}
                yield {"label": label.value, "node": kept}, label.value
            after = rows[-1]["node"]["id"]
    for rel in sorted(Rel):
        for row in store.read(statement("exchange.relationships", rel=rel)):
            yield {"type": rel.value, **row}, rel.value


def _parsed(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    total = _check(path)
    with Path(path).open(encoding="utf-8") as lines:
        for number, text in enumerate(lines, start=1):
            if number <= total + 1:
                yield number, json.loads(text)


def _check(path: Path) -> int:
    """Read the file once before anything is written; the number of nodes and relationships."""
    last: dict[str, Any] = {}
    number = 0
    try:
        with Path(path).open(encoding="utf-8") as lines:
            for number, text in enumerate(lines, start=1):
                last = json.loads(text)
                if number == 1 and (last.get("format") != FORMAT or last.get("version") != VERSION):
                    raise ExchangeError(
                        f"{path} is not an export of version {VERSION}: its first line says "
                        f"{last.get('format')!r} {last.get('version')!r}.",
                        file=str(path), row=1,
                    )  # fmt: skip
                if number > 1 and "end" not in last:
                    _check_line(path, number, last)
    except (json.JSONDecodeError, UnicodeDecodeError, AttributeError) as error:
        raise ExchangeError(
            f"{path}, line {number}: this is not JSON Lines ({error}).", file=str(path), row=number
        ) from error
    except FileNotFoundError as error:
        raise ExchangeError(f"There is no file {path}.", file=str(path)) from error
    if last.get("end") is not True or last.get("lines") != number - 2:
        raise ExchangeError(
            f"{path} is torn: it ends at line {number} without the closing line. Export it again.",
            file=str(path), row=number,
        )  # fmt: skip
    return number - 2


def _check_line(path: Path, number: int, line: dict[str, Any]) -> None:
    try:
        if "node" in line:
            Label(line["label"]), line["node"]["id"]
        else:
            Rel(line["type"]), Label(line["start_label"]), Label(line["end_label"]), line["start_id"], line["end_id"]
    except (KeyError, ValueError, TypeError) as error:
        raise ExchangeError(
            f"{path}, line {number}: neither a node nor a relationship of ours ({error}).",
            file=str(path), row=number,
        ) from error  # fmt: skip


def _pages(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), PAGE):
        yield rows[start : start + PAGE]


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"

"""`%load_ext retrobook.magic`: the cell magic `%%cypher`, for administrators.

Everybody else gets DataFrames from operations: `graph.frame("list_projects")`.
"""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from kg.connect import connect
from kg.errors import KgError


@magics_class
class CypherMagics(Magics):  # type: ignore[misc]  # IPython's classes are untyped
    """Reading Cypher in a cell; the graph is asked as the person whose kernel this is."""

    _graph: Any = None

    @magic_arguments()
    @argument("--limit", type=int, default=1000, help="At most so many rows (10,000 are the most).")
    @argument("--timeout", type=float, default=10.0, help="Seconds after which the statement is ended.")
    @argument("--params", metavar="NAME", help="A dict in the notebook with the statement's parameters.")
    @argument("--out", metavar="NAME", help="Keep the rows under this name instead of showing them.")
    @argument("statement", nargs="*", help="The statement, when it is on one line.")
    @line_cell_magic  # type: ignore[misc]
    def cypher(self, line: str, cell: str | None = None) -> Any:
        """The rows of a reading statement: a DataFrame where pandas is installed, else a list."""
        given = line if cell is not None else _options_only(line)
        asked = parse_argstring(self.cypher, given)
        statement = cell if cell is not None else line[len(given) :]
        try:
            found = self._reach().query_graph(
                cypher=statement, params=self._params(asked.params), limit=asked.limit, timeout=asked.timeout
            )
        except KgError as error:
            raise UsageError(error.message) from None
        if found.truncated:
            print(f"The first {len(found.rows)} rows; there are more: --limit takes up to 10,000.")  # noqa: T201
        rows = _frame(found)
        if asked.out:
            self.shell.user_ns[asked.out] = rows
            return None
        return rows

    def _params(self, name: str | None) -> dict[str, Any]:
        if name is None:
            return {}
        found = self.shell.user_ns.get(name)
        if not isinstance(found, dict):
            raise UsageError(f"--params {name}: there is no dict of this name in the notebook.")
        return found

    def _reach(self) -> Any:
        if self._graph is None:
            self._graph = connect()
        return self._graph


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext retrobook.magic`."""
    shell.register_magics(CypherMagics)


def _options_only(line: str) -> str:
    """The options at the head of a line; what follows them is the statement, as it was written."""
    words = line.split(" ")
    taken = 0
    while taken < len(words) and words[taken].startswith("--"):
        taken += 1 if "=" in words[taken] else 2
    return line if taken >= len(words) else " ".join(words[:taken])


def _frame(found: Any) -> Any:
    try:
        from kg.frames import to_frame

        return to_frame(found, "rows")
    except ImportError:
        return found.rows

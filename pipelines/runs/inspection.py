"""Reading a notebook's `parameters` cell: names, kinds, defaults, help and choices.

The cell is plain Python. A default of `...` marks a parameter that must be given; a
comment behind the assignment, or above it, is its help:

    project: str = ...                        # Project id or external id
    period_start: date | None = None          # First day, such as 2018-01-01
    language: Literal["en", "zh"] = "en"      # Language of the report
"""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from ..errors import NotebookUnusable

TAG = "parameters"
KINDS = ("str", "int", "float", "bool", "date", "list")


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook, enough to make a form field of it.

    Attributes:
        name: The variable's name.
        kind: `str`, `int`, `float`, `bool`, `date` or `list` (of text).
        default: The value when none is given; None for a required one.
        required: It must be given.
        optional: None is a value it may have.
        choices: The values it may have; empty for any.
        help: What it means.
    """

    name: str
    kind: str
    default: Any = None
    required: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """The notebook in a file, in the current format.

    Raises:
        NotebookUnusable: It cannot be read, or is no Python notebook.
    """
    try:
        notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise NotebookUnusable(f"There is no notebook {path}.", notebook=str(path)) from None
    except (OSError, UnicodeDecodeError, ValueError, nbformat.ValidationError, AttributeError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise NotebookUnusable(
            f"{path} is not a readable notebook ({reason}). Open and save it in JupyterLab, or take a good copy.",
            notebook=str(path),
            reason=reason,
        ) from error
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise NotebookUnusable(f"{path} is a {language} notebook; only Python ones are run.", notebook=str(path))
    return notebook


def parameters_of(notebook: nbformat.NotebookNode, name: str = "the notebook") -> list[Parameter]:
    """The parameters of a notebook, in the order of its cell; none without such a cell.

    Raises:
        NotebookUnusable: The cell is not plain assignments in Python.
    """
    cells = [cell for cell in notebook.cells if TAG in cell.metadata.get("tags", [])]
    if not cells:
        return []
    source = cells[0].source
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise NotebookUnusable(
            f"{name}: line {error.lineno} of the parameters cell is not Python: {error.msg}.",
            notebook=name,
            line=error.lineno,
        ) from error
    comments = _comments(source)
    found = []
    for node in tree.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=variable), annotation=annotation, value=value) if value is not None:
                found.append(_parameter(variable, annotation, value, _help(node, comments), name))
            case ast.Assign(targets=[ast.Name(id=variable)], value=value):
                found.append(_parameter(variable, None, value, _help(node, comments), name))
    return found


def title_of(notebook: nbformat.NotebookNode) -> str | None:
    """The first heading of the notebook, or None."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return str(line[2:].strip())
    return None


def _parameter(name: str, annotation: ast.expr | None, value: ast.expr, help_text: str, where: str) -> Parameter:
    try:
        default = ast.literal_eval(value)
    except ValueError as error:
        raise NotebookUnusable(
            f"{where}: the default of the parameter {name} is not a plain value.", notebook=where, parameter=name
        ) from error
    required = default is ...
    default = None if required else default
    optional = not required and default is None
    choices: tuple[str, ...] = ()
    kind = _kind_of_value(default)
    for part in _alternatives(annotation):
        match part:
            case ast.Constant(value=None):
                optional = True
            case ast.Name(id=kind_name) if kind_name in KINDS:
                kind = kind_name
            case ast.Subscript(value=ast.Name(id="list")):
                kind = "list"
            case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
                elements = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                choices = tuple(str(ast.literal_eval(element)) for element in elements)
                kind = "str"
    return Parameter(name, kind, default, required, optional, choices, help_text)


def _alternatives(annotation: ast.expr | None) -> list[ast.expr]:
    match annotation:
        case None:
            return []
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _alternatives(left) + _alternatives(right)
        case ast.Constant(value=str(text)):
            return _alternatives(ast.parse(text, mode="eval").body)
        case _:
            return [annotation]


def _kind_of_value(value: Any) -> str:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
        case list() | tuple():
            return "list"
        case _:
            return "str"


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}


def _help(node: ast.stmt, comments: dict[int, str]) -> str:
    return comments.get(node.end_lineno or node.lineno) or comments.get(node.lineno - 1, "")

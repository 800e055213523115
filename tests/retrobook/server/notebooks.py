"""Notebooks made in memory for tests."""

from __future__ import annotations

from pathlib import Path

import nbformat

LOOK_AROUND = """
import json, os
import ipywidgets
from IPython.display import display
from kg.connect import connect
graph = connect()
me = graph.who_am_i()
count = graph.list_projects().total
said = {
    "environment": sorted(os.environ),
    "query": os.environ.get("QUERY_STRING"),
    "name": me.name,
    "via": me.via,
    "projects": count,
    "cwd": os.getcwd(),
    "pid": os.getpid(),
}
print("LOOK" + json.dumps(said) + "AROUND")
button = ipywidgets.Button(description="Press me")
button.on_click(lambda b: setattr(b, "description", f"Pressed as {graph.who_am_i().name}"))
display(button)
"""


def app(folder: Path, name: str, *cells: str) -> Path:
    """Register an app with these cells in an installation; the first of several is for parameters."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    if len(cells) > 1:
        notebook.cells[0].metadata["tags"] = ["parameters"]
    path = folder / "notebooks" / "apps" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path

"""Notebooks in the repository stay thin and clean."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[3] / "notebooks").glob("*/*.ipynb"))
REPORTS = [path for path in NOTEBOOKS if path.parent.name == "reports"]
LONGEST_CELL = 25


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs_and_in_short_cells(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
            assert len(cell.source.splitlines()) <= LONGEST_CELL
            ast.parse(cell.source)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_report_has_one_parameters_cell(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells) == 1

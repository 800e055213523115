"""What an app's kernel imports: no models, no engines, no data frames."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = {
    "torch",
    "sentence_transformers",
    "transformers",
    "pandas",
    "plotly",
    "kglite",
    "neo4j",
    "scipy",
    "sklearn",
    "statsmodels",
}


def test_an_apps_kernel_imports_nothing_heavy():
    asked = "import sys, json, kg; from widgets.apps import lesson_search; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert loaded & HEAVY == set()


def test_app_notebooks_are_three_cells_without_outputs():
    for path in (Path(__file__).parents[2] / "notebooks" / "apps").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        assert [cell["id"] for cell in cells] == ["connect", "build", "show"]
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)

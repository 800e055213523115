from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.graph import KnowledgeGraph
from kg.opening import open_graph
from pipelines.sources.importer import ImportReport, import_file
from pipelines.sources.mapping_file import load_mapping, parse_mapping


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def graph(home: Path) -> Iterator[KnowledgeGraph]:
    with open_graph(home, create=True) as opened:
        yield opened


@pytest.fixture
def bring_in(graph: KnowledgeGraph, home: Path, tmp_path: Path) -> Any:
    """Import a text (written to a file) or a path, with a packaged mapping's name or a mapping's text."""

    def run(kind: str, content: str | bytes | Path, mapping: str, name: str = "rows.csv") -> ImportReport:
        if isinstance(content, Path):
            path = content
        else:
            path = tmp_path / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = parse_mapping(mapping, "own.yaml") if "\n" in mapping else load_mapping(mapping)
        return import_file(graph, home, kind, path, found)

    return run


WORLD_BANK = (
    "As of Date,Project ID,Project Name,WB Region,Country / Economy,Country / Economy Lending Group,"
    "Country / Economy FCS Status,Country / Economy FCS Lending Group,Practice Group,Global Practice,Agreement Type,"
    "Lending Instrument Type,Approval FY,Final Closing FY,Evaluation Type,Outcome,Quality at Entry,"
    "Quality of Supervision,Bank Performance,M&E Quality,Evaluation FY\n"
)


def world_bank(*rows: str) -> str:
    """A file of the World Bank's form: rows given as `id,name,practice,approval,closing,evaluation,outcome,year`."""
    lines = []
    for row in rows:
        key, name, practice, approval, closing, evaluation, outcome, year = row.split(",")
        lines.append(
            f"01/15/2026,{key},{name},South Asia,Nepal,IDA,non-FCS,IDA non-FCS,Infrastructure,{practice},IDA,IPF,"
            f"{approval},{closing},{evaluation},{outcome},Satisfactory,Not Rated,Satisfactory,Modest,{year}\n"
        )
    return WORLD_BANK + "".join(lines)


@pytest.fixture
def world_bank_file() -> Any:
    return world_bank

"""Parameters: read from the cell, checked, or refused with a message that helps."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest

from pipelines.errors import BadParameter, NotebookUnusable, SecretInTheOpen, UnknownParameter
from pipelines.runs import check_parameters, parameters_of, read_notebook, split_assignments
from pipelines.runs.secrets import referred, scrub_text

CELL = """
project: str = ...  # Project id
start: date | None = None
count = 3
ratio: float = 0.5
# whether to be loud
loud = False
language: Literal["en", "zh"] = "en"
parts: list[str] = ["a"]
"""


def cell(source: str) -> list[Any]:
    made = nbformat.v4.new_code_cell(source)
    made.metadata["tags"] = ["parameters"]
    return parameters_of(nbformat.v4.new_notebook(cells=[made]))


def test_the_cell_gives_kinds_defaults_help_choices_and_what_is_required() -> None:
    found = {p.name: p for p in cell(CELL)}
    assert {name: p.kind for name, p in found.items()} == {
        "project": "str", "start": "date", "count": "int", "ratio": "float", "loud": "bool", "language": "str",
        "parts": "list",
    }  # fmt: skip
    assert [p.name for p in found.values() if p.required] == ["project"]
    assert found["project"].help == "Project id"
    assert found["loud"].help == "whether to be loud"
    assert found["language"].choices == ("en", "zh")
    assert found["start"].optional


def test_text_becomes_typed_values_and_dates_become_iso_text() -> None:
    given = {"project": "x", "start": "2018-03-01", "count": "7", "ratio": "2", "loud": "yes", "parts": "a, b"}
    assert check_parameters(cell(CELL), given) == {
        "project": "x", "start": "2018-03-01", "count": 7, "ratio": 2.0, "loud": True, "language": "en",
        "parts": ["a", "b"],
    }  # fmt: skip
    assert check_parameters(cell(CELL), {"project": "x", "start": date(2018, 3, 1)})["start"] == "2018-03-01"
    assert check_parameters(cell(CELL), {"project": "x", "start": ""})["start"] is None


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownParameter, match="Did you mean language") as caught:
        check_parameters(cell(CELL), {"langage": "en"})
    assert caught.value.fields["nearest"] == "language"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "project must be given"),
        ({"project": "x", "start": "3.4.2018"}, "year-month-day"),
        ({"project": "x", "start": "20180304"}, "year-month-day"),
        ({"project": "x", "start": "2018-02-30"}, "year-month-day"),
        ({"project": "x", "count": "many"}, "whole number"),
        ({"project": "x", "count": 1.5}, "whole number"),
        ({"project": "x", "loud": "maybe"}, "true or false"),
        ({"project": "x", "language": "fr"}, "one of en, zh"),
    ],
)
def test_an_unusable_value_is_refused_with_what_is_expected(given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        check_parameters(cell(CELL), given)


@pytest.mark.parametrize("text", ["project", "=x", "a b=c", ""])
def test_an_assignment_without_a_name_or_an_equals_sign_is_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="not name=value"):
        split_assignments([text])


def test_assignments_keep_what_follows_the_first_equals_sign() -> None:
    assert split_assignments(["a=b=c", "d="]) == {"a": "b=c", "d": ""}
    with pytest.raises(BadParameter, match="twice"):
        split_assignments(["a=1", "a=2"])


def test_what_is_no_notebook_is_refused_with_the_reason(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{not json")
    for path, said in ((broken, "not a readable notebook"), (tmp_path / "none.ipynb", "no notebook")):
        with pytest.raises(NotebookUnusable, match=said):
            read_notebook(path)
    with pytest.raises(NotebookUnusable, match="not Python"):
        cell("a = = 1")
    with pytest.raises(NotebookUnusable, match="plain value"):
        cell("a = open('x')")


def test_a_secret_is_taken_by_reference_only() -> None:
    with pytest.raises(SecretInTheOpen, match="env:RETROBOOK_SECRET_API_KEY"):
        referred({"api_key": "abc123"})
    given = {"api_key": "env:RETROBOOK_SECRET_X"}
    assert referred(given, {"RETROBOOK_SECRET_X": "hush"}) == {"RETROBOOK_SECRET_X": "hush"}
    with pytest.raises(BadParameter, match="not set"):
        referred(given, {})
    with pytest.raises(SecretInTheOpen):
        referred({"password": "env:RETROBOOK_NEO4J_PASSWORD"}, {"RETROBOOK_NEO4J_PASSWORD": "x"})


def test_a_secret_is_found_in_whatever_form() -> None:
    secret = 'p&ss "word" ü'
    text = repr(secret) + " cCZzcyAid29yZCIgw7w= " + secret.encode().hex()
    clean, count = scrub_text(text, [secret])
    assert count == 3
    assert "word" not in clean and "cCZz" not in clean

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import KgError
from pipelines.errors import SourceError, SourceUnreadable
from pipelines.sources.jsonlines import JsonLines
from pipelines.sources.tables import CsvTable


@pytest.fixture
def table(tmp_path: Path):
    def make(content: str | bytes, **options: str) -> CsvTable:
        path = tmp_path / "rows.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return CsvTable(path, **options)

    return make


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found_out(table, encoding: str) -> None:
    read = table("项目编号,项目名称\nA1,数字化转型项目，一期\n".encode(encoding))
    assert read.columns == ["项目编号", "项目名称"]
    assert [row.values for row in read.rows()] == [{"项目编号": "A1", "项目名称": "数字化转型项目，一期"}]


def test_western_text_is_not_taken_for_chinese(table) -> None:
    with pytest.raises(SourceUnreadable, match=r"line 3.*neither UTF-8 nor GB 18030.*encoding: cp1252"):
        table("id,name\n1,plain\n2,Pérez café société\n".encode("cp1252"))


def test_a_stated_encoding_is_used(table) -> None:
    read = table("id,name\n2,Pérez café\n".encode("cp1252"), encoding="cp1252")
    assert next(iter(read.rows())).values["name"] == "Pérez café"


def test_an_unknown_encoding_is_named(table) -> None:
    with pytest.raises(SourceUnreadable, match="no encoding 'latin-42'"):
        table("id\n1\n", encoding="latin-42")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(table, delimiter: str) -> None:
    text = "\n".join(delimiter.join(cells) for cells in (["id", "name", "note"], ["1", "a", "x"], ["2", "b", "y"]))
    read = table(text)
    assert read.columns == ["id", "name", "note"]
    assert [row.values["note"] for row in read.rows()] == ["x", "y"]


def test_commas_inside_semicolon_cells_do_not_mislead(table) -> None:
    assert table("id;name\n1;a, b, c\n2;d, e\n").columns == ["id", "name"]


def test_quoted_line_breaks_keep_lines_right(table) -> None:
    rows = list(table('id,text\n1,"two\nlines, and ""quotes"""\n2,plain\n').rows())
    assert rows[0].values["text"] == 'two\nlines, and "quotes"'
    assert [(row.number, row.line) for row in rows] == [(1, 2), (2, 4)]


def test_ragged_rows_say_so_and_keep_their_cells(table) -> None:
    short, long, good = table("a,b,c\n1,2\n1,2,3,4\n1,2,3,\n").rows()
    assert short.problem == "the row has 2 cells, the header has 3"
    assert long.problem == "the row has 4 cells, the header has 3"
    assert long.values["cell 4"] == "4"
    assert good.problem is None


def test_a_column_named_twice_is_refused(table) -> None:
    with pytest.raises(SourceUnreadable, match=r"'name' more than once \(columns 2, 4\)"):
        table("id,name,x,name\n1,2,3,4\n")


def test_blank_lines_and_unnamed_columns(table) -> None:
    read = table("\n\nid,,note,\n\n1,x,y,\n\n")
    assert read.columns == ["id", "column 2", "note"]
    assert [row.values["column 2"] for row in read.rows()] == ["x"]


def test_an_open_quote_is_named_by_its_line(table) -> None:
    read = table('id,text\n1,fine\n2,"never closed\n3,x\n')
    with pytest.raises(SourceUnreadable, match="line 3: a quote that opens here is never closed"):
        list(read.rows())


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "is empty"), (b"\n \n", "is empty"), (b"PK\x03\x04rest", "Excel workbook"), (b"%PDF-1.4", "a PDF")],
)
def test_what_is_no_table_is_refused(table, content: bytes, reason: str) -> None:
    with pytest.raises(SourceUnreadable, match=reason):
        table(content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"nowhere.csv cannot be read: No such file"):
        CsvTable(tmp_path / "nowhere.csv")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(str.encode),
        st.text('ab",;\n\r\t|\x00 ', max_size=80).map(str.encode),
    )
)
def test_any_bytes_give_rows_or_a_source_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    try:
        read = CsvTable(path)
        for row in read.rows():
            assert row.problem or list(row.values) == read.columns
    except SourceError as error:
        assert str(path) in error.message


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=20), min_size=2, max_size=2
        ),
        max_size=6,
    )
)
def test_what_was_written_is_read(tmp_path: Path, cells: list[list[str]]) -> None:
    path = tmp_path / "own.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([["id", "text"], *cells])
    read = [list(row.values.values()) for row in CsvTable(path, delimiter=",").rows()]
    assert read == [row for row in cells if any(cell.strip() for cell in row)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text('{}[]":,1a\n', max_size=60).map(str.encode)))
def test_any_bytes_give_objects_or_a_source_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.jsonl"
    path.write_bytes(content)
    try:
        list(JsonLines(path).rows())
    except KgError as error:
        assert isinstance(error, SourceError)


def test_json_lines_name_the_broken_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\n\n{"a": 2,}\n', encoding="utf-8")
    with pytest.raises(SourceUnreadable, match=r"line 3: not JSON"):
        JsonLines(path)
    path.write_text('{"a": 1}\n[1]\n', encoding="utf-8")
    with pytest.raises(SourceUnreadable, match="line 2: expected a JSON object, found list"):
        JsonLines(path)


def test_nested_objects_become_dotted_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(
        '[{"key": "A", "fields": {"summary": "s", "labels": ["x", "y"], "links": [{"u": 1}]}}]', encoding="utf-8"
    )
    source = JsonLines(path)
    assert source.columns == ["key", "fields.summary", "fields.labels", "fields.links"]
    (row,) = source.rows()
    assert row.values["fields.labels"] == ["x", "y"]
    assert row.values["fields.links"] == '[{"u": 1}]'

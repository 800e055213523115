"""A table of values over HTTP: checked first, then exactly that is imported; refusals say what to do."""

from __future__ import annotations

import csv
import io
import re
from contextlib import ExitStack

import pytest

from retrobook.server.checked_files import MOST, PATIENCE, CheckedFiles

BRIDGE, TUNNEL = "project:test:bridge", "project:test:tunnel"
PATH = "/measurements/import"
DIGEST = re.compile(r'name="digest" value="(\w+)"')


@pytest.fixture(scope="module")
def people(server):
    who = {
        "ann": ("member", ["unit:Works"]), "bob": ("member", ["unit:Works"]), "tom": ("member", ["unit:Works/tunnel"]),
        "gus": ("guest", ["unit:Works"]),
    }  # fmt: skip
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(server.sign_in(name, server.add_person(name, scopes, [role])))
            for name, (role, scopes) in who.items()
        }


@pytest.fixture
def outcome(people, request):
    """An outcome of ann's with a title of this test's own; its id and title."""
    title = request.node.name[:60]
    made = people["ann"].call(
        "define_outcome", project=BRIDGE, title=title, unit_kind="number", unit_of_measure="faults",
        start="2026-01-01", due="2030-01-01", key=title,
    )  # fmt: skip
    assert made.status_code == 200, made.text
    return made.json()["outcome"]["id"], title


def send(browser, content: str | bytes, name: str = "values.csv", **fields: str):
    body = content.encode() if isinstance(content, str) else content
    answer = browser.post(
        PATH,
        data={"_xsrf": browser.xsrf, **fields},
        files={"file": (name, body, "text/csv")},
        headers={"Origin": str(browser.base_url).rstrip("/")},
        follow_redirects=False,  # a client that goes on keeps the type of the body it sent, as no browser does
    )
    return browser.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def accept(browser, page):
    return browser.submit(page.url.path, do="import", digest=DIGEST.search(page.text)[1])


def values(browser, key: str) -> list[tuple[str, float]]:
    found = browser.call("list_measurements", subject=key, counting=True).json()["measurements"]
    return [(one["measurement"]["date"], one["measurement"]["value"]) for one in found]


def count(page, name: str) -> int:
    found = re.search(rf'data-{name}="(\d+)"', page.text)
    assert found, (page.status_code, page.text.split("<h1")[1][:900])
    return int(found[1])


def problem(page, name: str) -> str:
    found = re.search(rf'id="problem-{name}">(.*?)</span>', page.text, re.DOTALL)
    assert found, page.text
    return re.sub(r"<svg.*?</svg>", "", found[1])


def test_a_check_writes_nothing_and_tells_each_row_then_exactly_that_is_imported(people, outcome):
    ann, (key, title) = people["ann"], outcome
    table = (
        f"outcome,date,value,unit\n{title},2026-03-02,14,\n{key},2026-04-02,12,faults\n{title},2026-05-02,many,\n"
        f"Nothing so called,2026-05-02,1,\n{title},2199-01-01,1,\n{title},soon,1,\n{title},2026-05-03,,\n"
        f"{title},2026-05-04,3,days\n"
    )
    page = send(ann, table)
    assert page.url.path.startswith(PATH + "/")
    assert (count(page, "created"), count(page, "rejected")) == (2, 6)
    assert set(re.findall(r'data-bad="(\d)"', page.text)) == set("345678")
    for words in ("there is no number in it", "no outcome, KPI or key result", "still to come", "is no date",
                  "The cell is empty", "expected"):  # fmt: skip
        assert words in page.text
    assert values(ann, key) == []
    done = accept(ann, page)
    assert done.url.path == page.url.path
    assert (count(done, "created"), count(done, "rejected")) == (2, 6)
    assert values(ann, key) == [("2026-03-02", 14), ("2026-04-02", 12)]
    again = ann.submit(page.url.path, do="import", digest="x")  # the button pressed twice
    assert count(again, "created") == 2
    assert values(ann, key) == [("2026-03-02", 14), ("2026-04-02", 12)]


def test_the_same_file_twice_writes_nothing_twice_and_a_changed_value_is_a_correction(people, outcome):
    ann, (key, title) = people["ann"], outcome
    table = f"成果,日期,数值,单位\n{title},2026年3月2日,14,faults\n"
    accept(ann, send(ann, table.encode("gb18030")))
    page = send(ann, table)
    assert (count(page, "created"), count(page, "unchanged")) == (0, 1)
    assert DIGEST.search(page.text) is None
    page = send(ann, table.replace("14", "15"))
    assert count(page, "corrected") == 1
    assert "Corrects 14 faults" in page.text
    accept(ann, page)
    assert values(ann, key) == [("2026-03-02", 15)]


def test_what_changed_since_the_check_is_shown_again_instead_of_written(people, outcome):
    ann, (key, title) = people["ann"], outcome
    page = send(ann, f"outcome,date,value\n{title},2026-03-02,14\n")
    other = people["bob"].call(
        "import_measurements", rows=[{"row": 1, "subject": key, "date": "2026-03-02", "value": 9}]
    )
    assert other.json()["created"] == 1
    refused = accept(ann, page)
    assert refused.status_code == 409
    assert "has changed" in refused.text
    assert values(ann, key) == [("2026-03-02", 9)]
    assert count(refused, "corrected") == 1  # what it would be now
    accept(ann, refused)
    assert values(ann, key) == [("2026-03-02", 14)]


def test_a_visitor_corrects_no_value_of_somebody_else_and_sees_no_outcome_outside_their_scope(people, outcome):
    key, title = outcome
    accept(people["ann"], send(people["ann"], f"outcome,date,value\n{title},2026-03-02,14\n"))
    page = send(people["bob"], f"outcome,date,value\n{title},2026-03-02,1\n{title},2026-03-03,13\n")
    assert (count(page, "created"), count(page, "corrected"), count(page, "rejected")) == (1, 0, 1)
    assert "may not correct this measurement" in page.text
    accept(people["bob"], page)
    assert values(people["ann"], key) == [("2026-03-02", 14), ("2026-03-03", 13)]
    hidden = send(people["tom"], f"outcome,date,value\n{title},2026-03-04,1\n{key},2026-03-04,1\n")
    assert (count(hidden, "created"), count(hidden, "rejected")) == (0, 2)


def test_a_check_belongs_to_whoever_sent_the_file_and_ends_when_they_leave_it(people, outcome):
    page = send(people["ann"], f"outcome,date,value\n{outcome[1]},2026-03-02,14\n")
    other = people["bob"].get(page.url.path)
    assert other.status_code == 404
    assert "ended" in problem(other, "file")
    taken = people["bob"].submit(page.url.path, do="import", digest=DIGEST.search(page.text)[1])
    assert taken.status_code == 404
    assert people["bob"].get(f"{page.url.path}/rejected.csv").status_code == 404
    assert people["ann"].submit(page.url.path, do="drop").url.path == PATH
    assert people["ann"].get(page.url.path).status_code == 404
    assert values(people["ann"], outcome[0]) == []


def test_guests_and_strangers_import_nothing(people, server):
    assert people["gus"].get(PATH).status_code == 403
    assert send(people["gus"], "outcome,date,value\nx,2026-01-01,1\n").status_code == 403
    with server.client() as stranger:
        assert stranger.get(PATH).headers["Location"].startswith("/login")


def test_rejected_rows_come_as_a_table_that_no_spreadsheet_runs_and_that_can_be_sent_again(people, outcome):
    ann, (key, title) = people["ann"], outcome
    table = f'outcome,date,value,extra\n"=HYPERLINK(""http://x"")",2026-03-02,4,@SUM(A1)\n{title},2026-03-02,-x,+1\n'
    page = send(ann, table)
    answer = ann.get(f"{page.url.path}/rejected.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == [
        "outcome",
        "date",
        "value",
        "extra",
        "Row",
        "Line of the file",
        "Field",
        "What is wrong, and what to do",
    ]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert rows[1][0] == """'=HYPERLINK("http://x")"""
    mended = answer.content.decode("utf-8-sig").replace("'-x", "'-7")
    again = send(ann, mended)
    assert (count(again, "created"), count(again, "rejected")) == (1, 1)
    accept(ann, again)
    assert values(ann, key) == [("2026-03-02", -7)]
    zh = ann.get(f"{send(ann, table).url.path}/rejected.csv?lang=zh").content.decode("utf-8-sig")
    assert "行号" in zh


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a file|is empty"),
        (b"  \n\n", "is empty"),
        (b"outcome,date,value\n", "no row below"),
        (b"Fewer faults,2026-03-02,14\nFewer faults,2026-04-02,12\n", "No heading means: Outcome"),
        (b"outcome,date,value,amount\nx,2026-03-02,1,2\n", "mean the same"),
        (b"outcome,date,value\nx,2026-03-02,\"1\n", "Line 2: a quotation mark"),
        (b"outcome,date,value\n\xff\xfe\x80caf\xe9,2026-03-02,1\n", "Line 2: the letters|Line 1: the letters"),
        (b"PK\x03\x04" + b"\0" * 40, "Excel"),
        (b"outcome,date,value\n" + b"x,2026-03-02,1\n" * 5001, "more than 5000 rows"),
        (b"outcome,date,value\n" + b"x" * (2 << 20), "larger than 2 MB"),
        (b"outcome,date,value\nx,03/04/2026,1\n", ""),
        (b"outcome,date,value\nx,13/04/2026,1\nx,04/13/2026,2\n", ""),
    ],
    ids=["empty", "blank", "no-rows", "no-heading", "twice", "quotes", "encoding", "workbook", "rows", "size", "order",
         "mixed"],
)  # fmt: skip
def test_what_is_no_table_is_refused_beside_the_field_in_both_languages(people, server, content, words):
    page = send(people["ann"], content)
    assert page.status_code == 422
    told = problem(page, "file" if words else "order")
    assert re.search(words or "03/04/2026|13/04/2026", told), told
    assert str(server.home) not in page.text
    assert "/tmp" not in told
    zh = people["ann"].post(
        f"{PATH}?lang=zh", data={"_xsrf": people["ann"].xsrf}, files={"file": ("t.csv", content, "text/csv")},
        headers={"Origin": str(people["ann"].base_url).rstrip("/")},
    )  # fmt: skip
    assert re.search(r"[\u4e00-\u9fff]", problem(zh, "file" if words else "order"))


def test_the_order_of_days_and_months_is_found_out_or_said(people, outcome):
    ann, (key, title) = people["ann"], outcome
    page = send(ann, f"outcome,date,value\n{title},03/04/2026,4\n{title},25/04/2026,5\n")
    assert "day first" in page.text
    accept(ann, page)
    assert values(ann, key) == [("2026-04-03", 4), ("2026-04-25", 5)]
    said = send(ann, f"outcome,date,value\n{title},05/06/2026,7\n", order="month")
    accept(ann, said)
    assert ("2026-05-06", 7) in values(ann, key)


def test_titles_that_two_projects_share_are_told_apart_by_the_project(people, server):
    ann = people["ann"]
    for project in (BRIDGE, TUNNEL):
        ann.call("define_outcome", project=project, title="Shared", unit_kind="number", key="shared", due="2030-01-01")
    table = "outcome,date,value\nShared,2026-03-02,14\n"
    page = send(ann, table)
    assert count(page, "rejected") == 1
    assert "means several outcomes" in page.text
    assert count(send(ann, table, project="The tunnel · tunnel"), "created") == 1
    assert send(ann, table, project="nosuch").status_code == 422
    assert problem(send(ann, table, project="nosuch"), "project")


def test_nothing_of_the_file_stays_on_disk(people, server, outcome):
    mark = "2026-03-02,777123"
    page = send(people["ann"], f"outcome,date,value\n{outcome[1]},{mark}\nNo such thing at all,{mark}\n")
    accept(people["ann"], page)
    held = [path for path in server.home.rglob("*") if path.is_file() and b"No such thing at all" in path.read_bytes()]
    assert held == []
    assert not (server.home / "rejected").exists()
    assert people["ann"].get(f"{page.url.path}/rejected.csv").status_code == 404


def test_a_file_waits_half_an_hour_and_makes_room_for_the_next_of_its_sender():
    now = [0.0]
    files = CheckedFiles(clock=lambda: now[0])
    first = files.keep("ann", "a.csv", b"1", "", None)
    others = files.keep("bob", "b.csv", b"2", "", None)
    second = files.keep("ann", "c.csv", b"3", "", None)
    assert files.find(first.token, "ann") is None
    assert files.find(others.token, "ann") is None
    now[0] = PATIENCE
    assert files.find(second.token, "ann") is second
    files.finish(second, {"created": 1})
    assert second.content == b""
    now[0] = PATIENCE + 1
    assert files.find(second.token, "ann") is None
    for number in range(MOST + 5):
        files.keep(f"p{number}", "x.csv", b"", "", None)
    assert files.find(others.token, "bob") is None


def test_the_list_of_outcomes_leads_to_the_import(people):
    assert f'href="{PATH}"' in people["ann"].get("/outcomes").text

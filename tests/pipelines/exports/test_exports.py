"""What leaves as a file: everything, safely, and of an anonymous retrospective no author."""

from __future__ import annotations

import csv
import html
import io
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pypdf
import pytest

from kg.errors import InvalidRequest
from pipelines.errors import PdfUnavailable, StillOpen
from pipelines.exports import FORMATS, export_retrospective, file_name, pdf
from pipelines.reports.retrospective_period import period_around
from pipelines.spreadsheets import guarded, unguarded
from tests.pipelines import retrospective_factory as factory

NAMED, ANONYMOUS, FEW = (f"retrospective:permits:{name}" for name in ("named", "anonymous", "few"))


def made(graph: Any, key: str, form: str, language: str = "en", part: str = "notes") -> str:
    facts = graph.retrospective_facts(id=key)
    body = export_retrospective(facts, form, language, part=part, wall=period_around(graph, facts))
    if form == "pdf":
        pages = pypdf.PdfReader(io.BytesIO(body)).pages
        return "\n".join(page.extract_text() for page in pages)
    return body.decode("utf-8-sig")


def flat(text: str) -> str:
    """Letters only, so that line ends of paper and marks of Markdown do not matter."""
    return re.sub(r"[\s\\]+", "", text)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMATS)
def test_every_note_is_in_every_format_in_both_languages(looked_back: Any, form: str, language: str) -> None:
    text = made(looked_back, NAMED, form, language)
    shown = flat(html.unescape(text) if form == "html" else text)
    for texts in factory.TEXTS.values():
        for note in texts:
            for line in note.splitlines():
                assert flat(line) in shown, line


@pytest.mark.parametrize("form", ["md", "html", "pdf"])
def test_topics_nobody_voted_for_actions_lessons_and_health_are_in_it(looked_back: Any, form: str) -> None:
    shown = flat(html.unescape(made(looked_back, NAMED, form)))
    for title, *_ in ((topic["title"],) for topic in factory.topics()):
        assert flat(title) in shown, title
    for fact in (
        "Watch certificates by monitoring, not by mail", "评审轮值表", "Restore drill every month", "52.4 before",
        "A mail to one person is no alarm", "Certificates expire unseen", "Sense of mission", "3.75", "4.08",
        "Form 2.0 live", "我们决定用监控代替邮件", "12 people took part",
    ):  # fmt: skip
        assert flat(fact) in shown, fact


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMATS)
def test_an_anonymous_retrospective_leaves_without_any_author(looked_back: Any, form: str, language: str) -> None:
    text = made(looked_back, ANONYMOUS, form, language)
    owners = {"Ben Okafor", "Chen Wei"}
    assert not [person for person in factory.PEOPLE if person in text and person not in owners]
    if form == "csv":
        headings = next(csv.reader(io.StringIO(text)))
        assert not {"Author", "作者"} & set(headings)
        assert {"Author", "作者"} & set(next(csv.reader(io.StringIO(made(looked_back, NAMED, form, language)))))


@pytest.mark.parametrize("form", ["md", "html", "pdf"])
def test_answers_of_four_people_leave_without_figures(looked_back: Any, form: str) -> None:
    text = made(looked_back, FEW, form)
    body = re.sub(r"<style\b.*?</style>", "", text, flags=re.DOTALL)
    assert not re.search(r'class="fig (radar|spread|distribution|trend)', body)
    assert "4people answered.Figures".replace(" ", "") in flat(body)
    assert "1.75" not in body and "Answers from 1 to 5" not in body


def test_a_table_has_one_row_a_note_with_its_column_topic_and_votes(looked_back: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(made(looked_back, NAMED, "csv"))))
    assert len(rows) == 40
    first = next(row for row in rows if row["Note"] == "The certificate ran out again")
    assert (first["Column"], first["Topic"], first["Topic votes"], first["Talked about"]) == (
        "Mad", "Certificates run out | 证书过期", "14", "yes",
    )  # fmt: skip
    assert next(row for row in rows if row["Note"].startswith("Backups"))["Votes"] == "3"


def test_a_table_of_actions_tells_those_made_here_from_those_before(looked_back: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(made(looked_back, NAMED, "csv", part="actions"))))
    assert [(row["Action"], row["From"]) for row in rows] == [
        ("评审轮值表", "this retrospective"), ("Watch certificates by monitoring, not by mail", "this retrospective"),
        ("Restore drill every month", "earlier retrospective"), ("Two reviewers for each change", "earlier retrospective"),
    ]  # fmt: skip
    assert (rows[3]["Before"], rows[3]["Difference from"], rows[2]["Times carried over"]) == ("52.4", "'-28.1", "2")


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-2", "@x", "\t=1", "\r=1", " =1", "＝1", "'=1", "''=1", "\n=2"])
def test_no_cell_begins_as_a_formula_and_reading_it_back_loses_nothing(cell: str) -> None:
    assert guarded(cell).startswith("'")
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["plain", "'quoted'", "it's", "1-2", "", "证书"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert guarded(cell) == cell == unguarded(cell)


def test_a_formula_in_a_note_is_guarded_in_the_table(looked_back: Any) -> None:
    text = made(looked_back, NAMED, "csv")
    assert "\"'=SUM(A1:A9) was what" in text and "\"'+49 30" in text
    assert not re.search(r'(^|,)"[=+\-@]', text, flags=re.MULTILINE)


def test_markup_in_notes_does_nothing_in_a_page_and_in_markdown(looked_back: Any) -> None:
    page = made(looked_back, NAMED, "html")
    assert "<script" not in page and "&lt;script&gt;alert" in page
    assert "default-src 'none'" in page and not re.search(r"(src|href)=\"(?!#)", page)
    text = made(looked_back, NAMED, "md")
    assert r"\<script\>alert" in text and r"\*Nobody\* reads the \`\#alerts\` channel" in text


def test_paper_holds_letters_of_both_languages(looked_back: Any) -> None:
    for language, heading in (("en", "Topics in order of votes"), ("zh", "按票数排列的议题")):
        shown = made(looked_back, ANONYMOUS, "pdf", language)
        assert heading in shown and "证书又过期了" in shown and "Reviews wait two days and more" in shown


def test_a_page_for_paper_fetches_nothing(tmp_path: Path) -> None:
    asked: list[str] = []

    class Counting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Counting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "dot.svg").write_text(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>dot</text></svg>"
    )
    outside = f"http://127.0.0.1:{server.server_port}/x"
    page = f"<link rel=stylesheet href='{outside}.css'><p>x</p><img src='{outside}'><img src='{(tmp_path / 'dot.svg').as_uri()}'>"
    body = pdf.pdf_of(page)
    server.shutdown()
    assert asked == []
    assert "dot" not in pypdf.PdfReader(io.BytesIO(body)).pages[0].extract_text()


def test_without_pango_or_a_chinese_font_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf._weasyprint.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(PdfUnavailable, match="pip install weasyprint"):
        pdf.pdf_of("<p>x</p>")
    monkeypatch.undo()
    pdf._weasyprint.cache_clear()

    class Font:
        missing = {ord("证"): 9}

    class Document:
        fonts = {"f": Font()}

    with pytest.raises(PdfUnavailable, match="fonts-noto-cjk"):
        pdf._check_letters(Document())


def test_what_is_open_or_unknown_is_refused(looked_back: Any) -> None:
    facts = looked_back.retrospective_facts(id="retrospective:permits:open")
    with pytest.raises(StillOpen):
        export_retrospective(facts, "csv")
    closed = looked_back.retrospective_facts(id=NAMED)
    with pytest.raises(InvalidRequest, match="Did you mean html"):
        export_retrospective(closed, "htm")
    with pytest.raises(InvalidRequest, match="actions"):
        export_retrospective(closed, "csv", part="action")


def test_a_file_is_named_by_day_and_title(looked_back: Any) -> None:
    facts = looked_back.retrospective_facts(id=ANONYMOUS)
    assert file_name(facts, "pdf") == "2026-10-02-第三季度匿名复盘.pdf"
    assert file_name(looked_back.retrospective_facts(id=NAMED), "csv", "actions") == (
        "2026-10-02-Third-quarter-permits-team-actions.csv"
    )

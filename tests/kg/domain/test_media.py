"""A file is what its content shows, and its name only names it."""

from __future__ import annotations

import io
import unicodedata
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.domain.media import LONGEST_NAME, media_type, safe_filename
from kg.errors import InvalidRequest, UnsafeFile

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40


def archive(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name in names:
            made.writestr(name, b"x")
    return held.getvalue()


def kind(content: bytes, name: str) -> str:
    return media_type(content, content, name)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (PNG, "shot.PNG", "image/png"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 9, "photo.jpeg", "image/jpeg"),
        (b"%PDF-1.7\n", "报告.pdf", "application/pdf"),
        ("name,值\na,1\n".encode(), "figures.csv", "text/csv"),
        ("姓名,值".encode("gb18030"), "figures.csv", "text/csv"),
        (b"BMW sold 3 more, MZ too", "notes.txt", "text/plain"),
        (b"MZ is a town", "notes.txt", "text/plain"),
        (b'{"nps": 41}', "nps.json", "application/json"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "sheet.xlsx",
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (archive("a.csv"), "all.zip", "application/zip"),
    ],
)  # fmt: skip
def test_what_is_good_as_evidence_is_known_by_its_content(content, name, expected):
    assert kind(content, name) == expected


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"<script>fetch('//evil')</script>", "shot.png", "web_page"),
        (b"\n  <!DOCTYPE html><p>hello", "shot.png", "web_page"),
        (b"<svg xmlns='x' onload='alert(1)'>", "chart.svg", "web_page"),
        (b"<?xml version='1.0'?><svg onload='alert(1)'/>", "chart.png", "web_page"),
        (b"<html><body>fine</body></html>", "page.html", "web_page"),
        (b"#!/bin/sh\nrm -rf /\n", "shot.png", "program"),
        (b"MZ\x90\x00\x03\x00", "shot.png", "program"),
        (b"\x7fELF\x02", "report.pdf", "program"),
        (PNG + b"<script>alert(1)</script>", "shot.png", "hidden_script"),
        (b"alert(document.cookie)", "shot.png", "other_kind"),
        (PNG, "report.pdf", "other_kind"),
        (PNG, "shot", "other_kind"),
        (archive("[Content_Types].xml", "word/vbaProject.bin"), "plan.docx", "macros"),
        (b"\x00\x01\x02\x03", "data.bin", "unknown_kind"),
    ],
)
def test_a_picture_that_is_a_script_and_the_like_are_refused(content, name, problem):
    with pytest.raises(UnsafeFile) as refused:
        kind(content, name)
    assert refused.value.fields["problem"] == problem
    assert name in refused.value.message and refused.value.status == 415


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\win.ini", "/etc/shadow", "C:\\a\\b.png", "a/b.png"])
def test_a_name_that_is_a_path_is_refused_with_the_name_it_could_have(name):
    with pytest.raises(InvalidRequest, match="is a path") as refused:
        safe_filename(name)
    assert refused.value.fields["field"] == "filename"


def test_letters_that_hide_or_turn_others_are_taken_out():
    assert safe_filename("inv\u202egnp.exe") == "invgnp.exe"
    assert safe_filename("a\x00\x1bb\u200b.png") == "ab.png"
    assert safe_filename("  报告（终稿）.pdf. ") == "报告（终稿）.pdf"
    assert safe_filename("CON.txt") == "_CON.txt"
    assert safe_filename('x<>:"|?*.txt') == "x_______.txt"
    with pytest.raises(InvalidRequest, match="nothing is left"):
        safe_filename("\u202e..")


@given(st.text(max_size=300))
def test_any_name_becomes_one_plain_name_or_is_refused(name):
    try:
        safe = safe_filename(name)
    except InvalidRequest:
        return
    assert 0 < len(safe) <= LONGEST_NAME + 1
    assert not set(safe) & set('/\\<>:"|?*') and safe not in (".", "..")
    assert not any(unicodedata.category(c) in {"Cc", "Cf"} for c in safe)
    assert safe_filename(safe) == safe

"""Thoughts from e-mails and other programs: what is kept of them, what is refused, and that none comes twice."""

from __future__ import annotations

import json
from email.message import EmailMessage

import pytest

from kg.errors import InvalidRequest
from pipelines.sources.inbox import parse_thought, read_inbox
from pipelines.sources.mail import own_words, read_mail
from tests.conftest import visitor

CHINESE = (
    b"From: =?GB2312?B?wfXD9w==?= <liu@example.org>\r\nSubject: =?UTF-8?B?W0IxXSDor4HkuabliLDmnJ/liY3nu63mnJ8=?=\r\n"
    b"Message-ID: <1@example.org>\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n"
) + "证书到期前一个月就要续期，并告知值班人员镕。\r\n\r\n在 2026年3月1日，王写道：\r\n> 怎么办？\r\n".encode("gb18030")


@pytest.fixture
def inbox(graph):
    graph.put_records_batch(
        records=[
            {"label": "Project", "values": {"id": "project:b", "name": "Bridge", "external_id": "B1", "unit": "W"}}
        ]
    )
    return graph.as_visitor(visitor("mei", "unit:W"))


def lessons(graph):
    return graph.list_records_of(label="Lesson").records


def message(text="Renew early.", subject="Certificates", **headers):
    made = EmailMessage()
    made["Subject"] = subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def test_a_chinese_email_with_an_encoded_subject_becomes_a_draft(inbox):
    report = read_inbox(inbox, CHINESE)
    assert (report.created, report.rejections) == (1, [])
    [lesson] = lessons(inbox)
    assert lesson["title"] == "证书到期前续期" and lesson["lesson"] == "证书到期前一个月就要续期，并告知值班人员镕。"
    assert (lesson["language"], lesson["source_system"], lesson["state"]) == ("zh", "inbox", "draft")
    assert (lesson["author"], lesson["project"]) == ("mei", "project:b")


def test_the_same_message_again_makes_no_second_draft(inbox):
    assert read_inbox(inbox, CHINESE).created == 1
    again = read_inbox(inbox, CHINESE)
    assert (again.created, again.unchanged) == (0, 1)
    assert len(lessons(inbox)) == 1


def test_quotes_and_signature_are_dropped_and_attachments_named():
    mail = message(
        "Dig first.\n\n> old words\nThen build.\n\n-- \nLiu Ming\n+86 10", "Re: Fwd: [B1] Soil", Message_ID="<2@x>"
    )
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="报告.pdf")
    read = read_mail(mail.as_bytes())
    assert read.title == "Soil" and read.project == "B1" and read.attachments == ("报告.pdf",)
    assert read.text == "Dig first.\n\nThen build.\n\nAttachments (not kept): 报告.pdf"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Mine.\n-----Original Message-----\nFrom: x\nTheirs.", "Mine."),
        ("Mine.\n\nFrom: Ann <a@x>\nSent: Monday\nTheirs.", "Mine."),
        ("From: the start we knew.\nMine.", "From: the start we knew.\nMine."),
        ("好的。\n\n发件人：王\n发送时间：周一\n旧文", "好的。"),
        ("Mine.\nSent from my iPhone", "Mine."),
        ("Mine.\r\nOn Mon, 2 Mar 2026, Ann wrote:\r\n> x", "Mine."),
        ("> all theirs", ""),
    ],
)
def test_only_the_senders_own_words_are_kept(text, kept):
    assert own_words(text) == kept


def test_a_message_of_html_alone_is_read_as_its_text():
    mail = EmailMessage()
    mail["Subject"] = "x"
    mail.set_content(
        "<style>p{}</style><p>Dig &amp; build<script>alert(1)</script></p><p>Then rest</p>", subtype="html"
    )
    assert read_mail(mail.as_bytes()).text == "Dig & build\nThen rest"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Subject: x\n\n> only quotes\n", "no words of its own"),
        (b"just words", "no headers"),
        (b"Subject: big\n\n" + b"x" * (5 * 2**20), "larger than"),
    ],
)
def test_an_email_that_cannot_be_used_says_why(data, said):
    with pytest.raises(InvalidRequest, match=said):
        read_mail(data)


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: =?utf-8?B?!!!?=\nContent-Type: text/plain; charset=nonsense\n\n\xff\xfe bytes",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nhello\n",
        b"Subject: \xe8\xaf\x81\xe4\xb9\xa6\n\nraw header bytes",
        b"Subject: x\nContent-Transfer-Encoding: base64\n\n%%%%not base64",
    ],
)
def test_damaged_emails_never_raise_anything_else(data):
    try:
        assert isinstance(read_mail(data).text, str)
    except InvalidRequest as refused:
        assert refused.message


def test_a_mailbox_is_read_message_by_message_and_names_what_it_rejects(inbox):
    good = message("Dig first.", "[B1] One", Message_ID="<a@x>").as_bytes()
    other = message(">From the start we knew.\nReally.", "[B1] Two", Message_ID="<b@x>").as_bytes()
    nowhere = message("Dig.", "No project").as_bytes()
    box = b"".join(b"From x@y Mon Mar  2 12:00:00 2026\n" + each + b"\n" for each in (good, other, nowhere))
    report = read_inbox(inbox, box)
    assert (report.read, report.created, report.rejected) == (3, 2, 1)
    assert report.rejections[0].startswith("message 3: project: say which project")
    assert read_inbox(inbox, box, default="B1").created == 1
    assert {lesson["title"] for lesson in lessons(inbox)} == {"One", "Two", "No project"}


def test_a_tag_that_names_no_project_stays_in_the_title(inbox):
    read_inbox(inbox, message("Dig.", "[URGENT] Soil").as_bytes(), default="B1")
    assert lessons(inbox)[0]["title"] == "[URGENT] Soil"


def test_json_lines_name_project_source_and_page(inbox):
    lines = [
        {"text": "Dig first.", "title": "Soil", "project": "B1", "from": "Ann", "url": "https://example.org/p?x=1"},
        {"text": "Dig first.", "project": "nowhere"},
        {"text": " "},
        {"text": "x", "projct": "B1"},
        {"text": "x", "project": "B1", "url": "javascript:alert(1)"},
    ]
    data = "\n".join([*map(json.dumps, lines), "not json", ""]).encode()
    report = read_inbox(inbox, data)
    assert (report.read, report.created, report.rejected) == (6, 1, 5)
    for number, said in ((2, "There is no project"), (3, "text"), (4, "projct"), (5, "http"), (6, "not JSON")):
        assert any(line.startswith(f"line {number}:") and said in line for line in report.rejections), report.rejections
    [lesson] = lessons(inbox)
    assert lesson["lesson"] == "Dig first.\n\n— Ann"
    assert [link.link for link in inbox.lesson_standing(id=lesson["id"]).links] == ["https://example.org/p?x=1"]


@pytest.mark.parametrize(
    "data", [b"[1, 2]", b'"x"', b'{"text": 5}', b"[" * 100_000, b'{"text": "' + b"x" * 300_000 + b'"}'], ids=range(5)
)
def test_json_that_is_no_thought_is_refused(data):
    with pytest.raises(InvalidRequest):
        parse_thought(data)

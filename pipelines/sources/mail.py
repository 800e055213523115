"""E-mails as thoughts: the subject becomes the title, the first plain text the thought.

Quoted lines, what follows a signature's `--` and attachments are left out; attachments are
named in the text. Mailboxes in mbox form are read message by message.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from html.parser import HTMLParser

from kg.domain import detect_language
from kg.errors import InvalidRequest

LARGEST = 5 * 2**20
"""Bytes that an e-mail may have, attachments included."""

_PREFIX = re.compile(r"^(?:\s*(?:re|aw|fwd?|wg|回复|答复|转发)\s*(?:\[\d+\])?\s*[:：])+\s*", re.I)
_TAG = re.compile(r"^\s*[\[【]([^\]】]{1,300})[\]】]\s*")
_QUOTED = re.compile(r"^\s*[>＞]")
_ANSWERED = re.compile(
    r"^\s*(?:On .{4,200} wrote:|Am .{4,200} schrieb .*:|在.{4,200}写道[:：]"
    r"|-{2,}\s*(?:Original Message|原始邮件|原邮件)\s*-{2,}|_{20,})\s*$",
    re.I,
)
_FROM = re.compile(r"^\s*\W{0,2}(?:From|发件人)\W{0,2}\s*[:：]", re.I)
_SENT = re.compile(r"^\s*\W{0,2}(?:Sent|Date|To|发送时间|发送日期|日期|收件人)\W{0,2}\s*[:：]", re.I)
_SIGNED = re.compile(
    r"^(?:--\s?|Sent from my .{1,60}|Get Outlook for .{1,40}|发自我的.{1,40}|从我的.{1,20}发送)$", re.I
)
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "us-ascii": "utf-8", "ascii": "utf-8"}


@dataclass(frozen=True)
class Mail:
    """What an e-mail says.

    Attributes:
        title: The subject without `Re:` and the like, and without a project's tag.
        text: Its own words, and the names of what was attached.
        project: A key in brackets at the start of the subject: `[P168724] Sample the soil`.
        key: Stands for its Message-ID; the same for the same message.
        attachments: Names of what was attached and not kept.
    """

    title: str
    text: str
    project: str | None
    key: str | None
    attachments: tuple[str, ...]


def read_mail(data: bytes) -> Mail:
    """The thought in an e-mail.

    Raises:
        InvalidRequest: It is too large, no e-mail, or has no words of its own.
    """
    if len(data) > LARGEST:
        raise InvalidRequest(f"The e-mail is larger than {LARGEST} bytes.", field="size", largest=LARGEST)
    message = BytesParser(policy=policy.compat32).parsebytes(data)
    if not message.keys():
        raise InvalidRequest("This is no e-mail: it has no headers.", field="text")
    subject = _PREFIX.sub("", " ".join(_header(message.get("Subject", "")).split()))
    tag = _TAG.match(subject)
    text, attachments = _parts(message)
    said = own_words(text)
    if not said:
        raise InvalidRequest("The e-mail has no words of its own beside quotes and signature.", field="text")
    if attachments:
        words = "附件（未保存）：" if detect_language(said) == "zh" else "Attachments (not kept): "
        said += f"\n\n{words}{'、'.join(attachments) if words.endswith('：') else ', '.join(attachments)}"
    identity = " ".join(str(message.get("Message-ID", "")).split())
    return Mail(
        title=(subject[tag.end() :] if tag else subject)[:500],
        text=said,
        project=tag[1].strip() if tag else None,
        key=f"mail:{hashlib.sha256(identity.encode(errors='replace')).hexdigest()[:32]}" if identity else None,
        attachments=tuple(attachments),
    )


def split_mailbox(data: bytes) -> Iterator[bytes]:
    """The messages of a mailbox in mbox form; a single message is one of itself."""
    if not data.startswith(b"From "):
        yield data
        return
    for piece in re.split(rb"(?:\A|(?<=\n)\r?\n)From [^\n]*\n", data):
        if piece.strip():
            yield re.sub(rb"(?m)^>(>*From )", rb"\1", piece)


def own_words(text: str) -> str:
    """A message's text without quoted lines, the lines that announce them, and the signature."""
    kept: list[str] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if _SIGNED.match(line) or _ANSWERED.match(line) or (_FROM.match(line) and _SENT.match(following)):
            break
        if not _QUOTED.match(line):
            kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _parts(message: Message) -> tuple[str, list[str]]:
    plain, marked_up, attachments = "", "", []
    parts = list(message.walk()) if not message.is_multipart() else list(_leaves(message))
    for part in parts:
        name = _header(part.get_filename() or "")
        attached = part.get_content_disposition() == "attachment" or bool(name)
        kind = part.get_content_type()
        if attached or part.get_content_maintype() != "text":
            attachments.append(" ".join(name.split())[:200] or kind)
        elif kind == "text/plain" and not plain:
            plain = _body(part)
        elif kind == "text/html" and not marked_up:
            marked_up = _body(part)
    return plain if plain.strip() else _without_tags(marked_up), attachments


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that are no containers; a message within a message is one attachment."""
    for part in message.get_payload():
        if not isinstance(part, Message):
            continue
        if part.get_content_maintype() == "multipart":
            yield from _leaves(part)
        else:
            yield part


def _body(part: Message) -> str:
    raw = part.get_payload(decode=True)
    return _decoded(raw, part.get_content_charset()) if isinstance(raw, bytes) else ""


def _header(value: object) -> str:
    try:
        pieces = decode_header(value)  # type: ignore[arg-type]  # a Header where the message held raw bytes
    except (HeaderParseError, ValueError):
        return str(value)
    return "".join(piece if isinstance(piece, str) else _decoded(piece, charset) for piece, charset in pieces)


def _decoded(raw: bytes, charset: str | None) -> str:
    """Bytes as text: as they are labelled, else as UTF-8, else as Chinese is usually written."""
    label = _SUPERSETS.get((charset or "").lower(), charset)
    for candidate in (label, "utf-8", "gb18030"):
        try:
            if candidate and candidate != "unknown-8bit":
                return raw.decode(candidate)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("utf-8", "replace")


class _Text(HTMLParser):
    """Collects what a reader would see."""

    blocks = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote"})

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("script", "style", "head", "blockquote"):
            self._hidden += 1
        if tag in self.blocks:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head", "blockquote"):
            self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def _without_tags(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    return "\n".join(" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))

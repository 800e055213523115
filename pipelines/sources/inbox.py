"""Thoughts that arrive from elsewhere become drafts: JSON objects and e-mails, one or many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kg.domain import Polarity
from kg.errors import InvalidRequest, KgError, NotFound

from .mail import Mail, read_mail, split_mailbox

LARGEST = 256 * 2**10
"""Bytes that one JSON object may have."""


class Thought(BaseModel):
    """A thought as other programs send it; `from` says whose words they are."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str = Field(min_length=1, max_length=50_000)
    title: str = Field(default="", max_length=500)
    project: str | None = None
    polarity: Polarity | None = None
    url: str | None = Field(default=None, max_length=2_000)
    key: str | None = Field(default=None, max_length=100)
    said_by: str | None = Field(default=None, alias="from", max_length=200)


class InboxReport(BaseModel):
    """What came of a file of thoughts."""

    read: int = 0
    created: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejections: list[str] = []
    drafts: list[str] = []


def leave_thought(graph: Any, thought: Thought, default: str | None = None) -> Any:
    """Keep a thought as a draft of whoever the graph is asked by."""
    text = thought.text + (f"\n\n— {thought.said_by}" if thought.said_by else "")
    return graph.capture_thought(
        text=text,
        title=thought.title,
        project=thought.project or default,
        polarity=thought.polarity,
        url=thought.url,
        key=thought.key,
    )


def leave_mail(graph: Any, mail: Mail, default: str | None = None) -> Any:
    """Keep an e-mail as a draft; a tag that names no visible project is a part of the title."""
    if mail.project is not None:
        try:
            return graph.capture_thought(text=mail.text, title=mail.title, project=mail.project, key=mail.key)
        except NotFound:
            mail = Mail(f"[{mail.project}] {mail.title}"[:500], mail.text, None, mail.key, mail.attachments)
    return graph.capture_thought(text=mail.text, title=mail.title, project=default, key=mail.key)


def parse_thought(data: bytes | str | dict[str, Any]) -> Thought:
    """A thought from JSON.

    Raises:
        InvalidRequest: It is too large, not a JSON object, or a field cannot be used.
    """
    if isinstance(data, (bytes, str)) and len(data) > LARGEST:
        raise InvalidRequest(f"The thought is larger than {LARGEST} bytes.", field="size", largest=LARGEST)
    try:
        found = data if isinstance(data, dict) else json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"This is not JSON: {error}.", field="text") from error
    if not isinstance(found, dict):
        raise InvalidRequest("A thought is a JSON object with a text.", field="text")
    try:
        return Thought.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "thought"
        raise InvalidRequest(f"{field}: {first['msg']}.", field=field, reason=first["msg"]) from error


def read_inbox(graph: Any, data: bytes, default: str | None = None) -> InboxReport:
    """Every thought of a file as a draft; reading it again makes none twice.

    Args:
        graph: Where drafts are kept.
        data: JSON (an object, a list or a line each), an e-mail, or a mailbox in mbox form.
        default: The project of thoughts that name none.
    """
    report = InboxReport()
    for place, item in _items(data):
        report.read += 1
        try:
            if isinstance(item, bytes):
                kept = leave_mail(graph, read_mail(item), default)
            else:
                kept = leave_thought(graph, parse_thought(item), default)
        except KgError as error:
            report.rejected += 1
            report.rejections.append(f"{place}: {error.message}")
            continue
        report.created += kept.created
        report.unchanged += not kept.created
        report.drafts.append(kept.lesson.id)
    return report


def _items(data: bytes) -> Iterator[tuple[str, bytes | str | dict[str, Any]]]:
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] not in (b"{", b"["):
        for number, message in enumerate(split_mailbox(data), start=1):
            if message.strip():
                yield f"message {number}", message
        return
    text = data.decode("utf-8-sig", "replace")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                yield f"line {number}", line
        return
    for number, item in enumerate(whole if isinstance(whole, list) else [whole], start=1):
        yield f"object {number}", item if isinstance(item, dict) else json.dumps(item)

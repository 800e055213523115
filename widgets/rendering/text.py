"""Values as people read them: dates, numbers, prose and marked passages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import quote

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def civil(day: date | str | None, language: str = "en") -> str:
    """A civil date: `18 Jan 2018` or `2018年1月18日`; text that is no date stays as it is."""
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day[:10])
        except ValueError:
            return day
    if day is None:
        return ""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def instant(moment: datetime | None, language: str = "en") -> str:
    """An instant to the minute, in UTC."""
    if moment is None:
        return ""
    utc = moment.astimezone(UTC)
    return f"{civil(utc.date(), language)} {utc:%H:%M} UTC"


def number(value: float | Decimal | int | None) -> str:
    """A number with grouped digits and no idle zeros: two decimals, of a small one three digits that count."""
    if value is None:
        return ""
    small = 0 < abs(value) < 0.1
    text = f"{Decimal(str(value)):.3g}" if small else f"{value:,.2f}"
    text = f"{Decimal(text):f}" if small else text
    return text.rstrip("0").rstrip(".") if "." in text else text


def marked(text: str, marks: list[tuple[int, int]] | None = None) -> Markup:
    """A text, escaped, with its spans `[start, end)` marked; overlapping spans join, Markdown's signs go."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(marks or []):
        start, end = max(start, at), min(end, len(text))
        if end <= start:
            continue
        pieces += [str(escape(text[at:start])), "<mark>", str(escape(text[start:end])), "</mark>"]
        at = end
    pieces.append(str(escape(text[at:])))
    return Markup("".join(pieces).replace("`", "").replace("**", ""))  # noqa: S704  (each piece is escaped above)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def prose(text: str | None) -> Markup:
    """A longer text as HTML: Markdown without raw HTML, images or script links."""
    if not text:
        return Markup()
    made = _markdown().render(_bare_links(text))
    made = re.sub(r"<img [^>]*>", "", made)
    made = re.sub(r"<(/?)h[1-6]>", r"<\1h4>", made)
    return Markup(made.replace("<a href=", '<a rel="noopener noreferrer" href='))  # noqa: S704  (raw HTML is off)


def plain(text: str | None) -> str:
    """Markdown as the words alone: for titles."""
    if not text:
        return ""
    return re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", text)


def _bare_links(text: str) -> str:
    return re.sub(r"(?<![\w(<\[\"'`=/])(https?://[^\s<>()\"'`\]]+[^\s<>()\"'`\].,;:])", r"<\1>", text)


def address(*parts: Any) -> str:
    """Path segments, each escaped, such as `lessons/lesson%3Aab12`."""
    return "/".join(quote(str(part), safe=":") for part in parts)

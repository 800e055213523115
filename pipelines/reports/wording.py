"""Dates, figures and texts as a reader of one language expects them."""

from __future__ import annotations

import html
import os
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from kg.domain import detect_language

from ..messages import Messages

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EMBEDDED = re.compile(r"<(iframe|script|style|object|video|audio)\b.*?(</\1>|$)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_IMAGE = re.compile(r"!(?=\[)")
_CODE = re.compile(r"(```.*?```|`[^`]*`)", re.DOTALL)
_DATED = re.compile(r"^(incident date:\s*)?\d{4}-\d{2}-\d{2}\s*[,:;–-]?\s*", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+", re.MULTILINE)
_BARE_URL = re.compile(r"(?<![(<\[\"'=\w/])https?://[^\s<>()\[\]]+[^\s<>()\[\].,;:!?'\"]")


class Wording:
    """How things are said in one language.

    Args:
        messages: The catalogue of the language.
    """

    def __init__(self, messages: Messages) -> None:
        self.messages = messages
        self.language = messages.language

    def __call__(self, key: str, /, **values: Any) -> str:
        """The catalogue's words of `report.<key>`."""
        return self.messages(f"report.{key}", **values)

    @classmethod
    def of(cls, language: str) -> Wording:
        """The words of a language, the installation's own ones first where a run names it."""
        home = os.environ.get("RETROBOOK_HOME")
        return cls(Messages(language, Path(home) if home else None))

    def knows(self, key: str) -> bool:
        """True when the catalogue has words for `report.<key>`."""
        return f"report.{key}" in self.messages

    def day(self, day: date | str | None) -> str:
        """A date: `3 Mar 2018`, `2018年3月3日`; a dash when there is none."""
        if not day:
            return "–"
        when = date.fromisoformat(day) if isinstance(day, str) else day
        if self.language == "zh":
            return f"{when.year}年{when.month}月{when.day}日"
        return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"

    def span(self, start: date | None, end: date | None) -> str:
        """A stretch of time; its ends may be open."""
        if start and end:
            return f"{self.day(start)} – {self.day(end)}"
        if start or end:
            return self("period.from" if start else "period.until", day=self.day(start or end))
        return self("period.all")

    def duration(self, days: int) -> str:
        """An age a reader can grasp: days, months or years."""
        if days < 60:
            return self("age.days", count=days)
        if days < 730:
            return self("age.months", count=round(days / 30.44))
        return self("age.years", count=f"{days / 365.25:.1f}")

    def number(self, value: float) -> str:
        """A figure with thousands apart and no needless decimals."""
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")

    def share(self, part: float, whole: float) -> str:
        """A share as whole percent."""
        return f"{100 * part / whole:.0f}%" if whole else "–"

    def listed(self, parts: list[str]) -> str:
        """Parts of a sentence, put together."""
        if self.language == "zh":
            return "、".join(parts)
        return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)

    def data(self, text: object) -> Markup:
        """A short text from the records, marked with its own language where it is not the report's."""
        plain = str(text)
        safe = html.escape(plain)
        own = detect_language(plain)
        return Markup(safe if own == self.language else f'<span lang="{own}">{safe}</span>')  # noqa: S704

    def prose(self, text: str | None, *, inline: bool = False) -> Markup:
        """A longer text from the records, its Markdown made HTML; embedded HTML is dropped."""
        return self._made(prepared(text), text, inline=inline) if text else Markup("")

    def typed(self, text: str | None) -> Markup:
        """A longer text as somebody typed it here: its Markdown made HTML, tags shown as they stand."""
        return self._made(linked(text), text) if text else Markup("")

    def _made(self, clean: str, text: str, *, inline: bool = False) -> Markup:
        made = _markdown().renderInline(clean) if inline else _markdown().render(clean)
        own = detect_language(text)
        if own != self.language:
            made = f'<span lang="{own}">{made}</span>' if inline else f'<div lang="{own}">{made}</div>'
        return Markup(made)  # noqa: S704  (markdown-it escapes what is not Markdown)


def prepared(text: str) -> str:
    """Markdown without embedded HTML, and with bare addresses made links; code is left alone."""
    parts = _CODE.split(text)
    for index in range(0, len(parts), 2):
        parts[index] = _IMAGE.sub("", _TAG.sub("", _EMBEDDED.sub("", parts[index])))
    return linked("".join(parts))


def linked(text: str) -> str:
    """Markdown with bare addresses made links; code is left alone."""
    parts = _CODE.split(text)
    for index in range(0, len(parts), 2):
        parts[index] = _BARE_URL.sub(lambda match: f"<{match.group(0)}>", parts[index])
    return "".join(parts)


def untimed(title: str) -> str:
    """A title without the date it begins with: the date stands beside it."""
    return _DATED.sub("", title) or title


def first_words(text: str | None, limit: int = 220) -> str:
    """The beginning of a text as plain words, cut at a sentence or a word."""
    if not text:
        return ""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", _TAG.sub("", _EMBEDDED.sub("", text)))
    plain = _BULLET.sub("", plain.replace("`", "").replace("**", ""))
    flat = " ".join(plain.split())
    if len(flat) <= limit:
        return flat
    cut = flat[:limit]
    ends = [cut.rfind(mark) for mark in (". ", "。", "！", "! ")]
    if max(ends) > limit // 2:
        return cut[: max(ends) + 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut).rstrip(",;:") + "…"


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).disable(
        ["image", "heading", "lheading", "html_inline", "html_block"]
    )
    made.add_render_rule("link_open", _link)
    return made


def _link(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    token.attrSet("rel", "noopener noreferrer")
    token.attrSet("target", "_blank")
    return str(self.renderToken(tokens, index, options, env))

"""Exporting a closed retrospective: one door to all formats."""

from __future__ import annotations

import re
from pathlib import Path

from kg.domain import RetrospectiveState
from kg.errors import InvalidRequest, nearest
from kg.operations.retrospective_facts import RetrospectiveFacts
from kg.operations.wall import Wall

from ..errors import StillOpen
from ..messages import Messages
from ..reports.retrospective_wording import RetrospectiveWording
from . import pages, pdf, tables, text

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
"""The formats by the ending of a file's name, with what each is."""

PARTS = ("notes", "actions")
"""What a table may hold; the other formats hold everything."""


def export_retrospective(
    facts: RetrospectiveFacts,
    form: str,
    language: str = "en",
    *,
    part: str = "notes",
    wall: Wall | None = None,
    home: Path | None = None,
) -> bytes:
    """A retrospective as the bytes of a file; of an anonymous one no author is in any format.

    Args:
        facts: What the operation `retrospective_facts` answers.
        form: `csv`, `md`, `html` or `pdf`.
        language: Language of headings and labels; notes stay as they were written.
        part: What a table holds: `notes` or `actions`.
        wall: Facts of the period, where there are some.
        home: The installation, whose own words and templates win.

    Raises:
        StillOpen: The retrospective is not closed.
        InvalidRequest: There is no such format or part; names the nearest.
        PdfUnavailable: This machine cannot write PDF; says what is missing.
    """
    held = facts.retrospective
    if held.state is RetrospectiveState.OPEN:
        raise StillOpen(
            f"The retrospective {held.title!r} is still open. Close it first: an export is made of what it came to.",
            retrospective=held.id,
            name=held.title,
        )
    _check("format", form, FORMATS)
    _check("part", part, PARTS)
    say = RetrospectiveWording(Messages(language, home))
    match form:
        case "csv":
            return tables.notes_table(facts, say) if part == "notes" else tables.actions_table(facts, say)
        case "md":
            return text.markdown_of(facts, wall, say).encode()
        case "html":
            return pages.page_of(facts, wall, say, home).encode()
        case _:
            return pdf.pdf_of(pages.page_of(facts, wall, say, home, paper=True))


def file_name(facts: RetrospectiveFacts, form: str, part: str = "notes") -> str:
    """A name for the file: date, title and ending; letters of any script, nothing a system refuses."""
    held = facts.retrospective
    words = "-".join(re.findall(r"\w+", held.title))[:60].strip("-") or "retrospective"
    day = f"{held.held_on}-" if held.held_on and str(held.held_on) not in held.title else ""
    return f"{day}{words}{'-actions' if form == 'csv' and part == 'actions' else ''}.{form}"


def _check(field: str, value: str, known: dict[str, str] | tuple[str, ...]) -> None:
    if value not in known:
        near = nearest(value, list(known))
        hint = f" Did you mean {near}?" if near else ""
        raise InvalidRequest(
            f"There is no {field} {value!r}: take {', '.join(known)}.{hint}", field=field, nearest=near
        )

"""Reading retrospectives and incident reports written in Markdown.

Headings vary from report to report; a mapping says which words mean which part. What
stands under a heading of none of them is kept under its own words (`Report.other`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from ..errors import SourceUnreadable
from .clock import Reader, find_date, read_stamp, zone_of
from .encoding import detect_encoding
from .mapping import NotesRule
from .markdown import Block, Link, Listing, Section, Text, links_of, render, sections

NOTE_PARTS = ("went_well", "went_wrong", "got_lucky", "lessons")


@dataclass
class Event:
    """A happening of the timeline."""

    when: str
    text: str
    at: datetime | None = None


@dataclass
class Action:
    """An action item: its title, and the whole of it where the title is not all."""

    title: str
    area: str | None
    links: list[str]
    done: bool = False
    detail: str = ""


@dataclass
class Report:
    """What a report says.

    Attributes:
        title: Its title without the date.
        day: The date of what it tells of.
        notes: Notes by column: went_well, went_wrong, got_lucky, lessons.
        other: Text that belongs to none of these, by the heading it stood under.
        remarks: Things a person may want to check.
    """

    title: str = ""
    day: date | None = None
    summary: str = ""
    timeline: list[Event] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    conclusion: str = ""
    actions: list[Action] = field(default_factory=list)
    other: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def note_files(path: Path) -> list[Path]:
    """The Markdown files of a folder (README left out), or the one file.

    Raises:
        SourceUnreadable: There is none.
    """
    if path.is_dir():
        found = sorted(p for p in path.glob("*.md") if p.stem.upper() not in {"README", "ATTRIBUTION", "INDEX"})
        if not found:
            raise SourceUnreadable(f"{path} holds no Markdown file (*.md).", file=str(path))
        return found
    if not path.is_file():
        raise SourceUnreadable(f"{path} cannot be read: No such file or directory.", file=str(path))
    return [path]


def read_report(path: Path, rule: NotesRule, encoding: str | None = None) -> Report:
    """A report from its file.

    Raises:
        SourceUnreadable: The file is not text, or says nothing a report would.
    """
    text = path.read_text(encoding=detect_encoding(path, encoding))
    report = parse_report(text, path.stem, rule)
    if not (report.summary or report.timeline or report.notes or report.actions or report.conclusion):
        raise SourceUnreadable(
            f"{path}: no summary, timeline, lessons or action items were found. "
            "Name its headings in the mapping (notes: headings: ...).",
            file=str(path),
        )
    return report


def parse_report(text: str, stem: str, rule: NotesRule) -> Report:
    """A report from its text.

    Args:
        text: The Markdown.
        stem: The file's name without its ending; may carry the date.
        rule: What headings mean.
    """
    return _Reading(rule, stem).read(sections(text))


class _Reading:
    def __init__(self, rule: NotesRule, stem: str) -> None:
        self.rule = rule
        self.stem = stem
        self.report = Report()
        self._parts = {_plain(word): part for part, words in rule.headings for word in words}
        self._ignored = {_plain(line) for line in rule.ignore}
        self._done = [re.compile(pattern, re.IGNORECASE) for pattern in rule.done]
        self._link_words = {_plain(word) for word in rule.link_words}
        self._clock: Reader | None = None

    def read(self, found: list[Section]) -> Report:
        body = self._take_title(found)
        part, level = "other", 99
        for section in body:
            named = self._parts.get(_plain(section.heading))
            timed = read_stamp(section.heading, self.report.day.year if self.report.day else None)
            self.report.links += [link.url for link in links_of(section.blocks)]
            if section.heading == "":
                self._part("summary", "", section.blocks)
            elif part == "actions" and section.level > level:
                self._actions(section.heading, section.blocks)
            elif named and not (part == "timeline" and section.level > level and timed):
                part, level = named, section.level
                self._part(part, "", section.blocks)
            elif part == "timeline" and (timed or section.level > level):
                self._event(section)
            elif section.level > level or (part in NOTE_PARTS and section.level >= 3):
                self._part(part, section.heading, section.blocks)
            else:
                part, level = "other", section.level
                self._other(section.heading, section.blocks)
        self.report.links = list(dict.fromkeys(self.report.links))
        return self.report

    def _take_title(self, found: list[Section]) -> list[Section]:
        report = self.report
        titled = next((s for s in found if s.level == 1), None) or next((s for s in found if s.level), None)
        alone = titled is not None and (titled.level == 1 or not self._parts.get(_plain(titled.heading)))
        heading = titled.heading if titled and alone else ""
        dated, in_name = find_date(heading), find_date(self.stem)
        rest = dated[1] if dated else heading
        rest = re.sub(r"^(incident\s+)?date\s*:?", "", rest, flags=re.IGNORECASE)
        rest = re.sub(
            r"^[\s,:;，：、；–—-]*(\d{1,2}:\d{2}\s*(am|pm)?\s*[A-Z]{2,4}\b)?[\s,:;，：、；–—-]*",
            "",
            rest,
            flags=re.IGNORECASE,
        )
        report.title = rest.strip() or _words(in_name[1] if in_name else self.stem)
        body = []
        for section in found:
            if section is titled and alone:
                section = Section(0, "", section.blocks)
            if section.heading or section.blocks:
                body.append(section)
        report.day = self._choose_day(dated[0] if dated else None, in_name[0] if in_name else None, body)
        return body

    def _choose_day(self, titled: date | None, named: date | None, body: list[Section]) -> date | None:
        first = next((d[0] for s in body if (d := find_date(s.heading))), None)
        if titled and named and titled != named:
            chosen = first if first in (titled, named) else titled
            self.report.remarks.append(
                f"the title says {titled}, the file's name {named}; took {chosen}"
                + (", on which the timeline begins" if chosen == first else "")
            )
            return chosen
        return titled or named or first

    def _part(self, part: str, heading: str, blocks: list[Block]) -> None:
        report = self.report
        match part:
            case "summary":
                text = render(blocks)
                report.summary = "\n\n".join(t for t in (report.summary, heading, text) if t)
            case "timeline":
                self._timeline_start(blocks)
            case "conclusion":
                text = render(blocks)
                report.conclusion = "\n\n".join(t for t in (report.conclusion, heading, text) if t)
            case "actions":
                self._actions(None, blocks)
            case "other":
                self._other(heading, blocks)
            case _:
                self._notes(part, heading, blocks)

    def _other(self, heading: str, blocks: list[Block]) -> None:
        text = render(blocks)
        if not _is_empty(text):
            self.report.other.append((heading, text))

    def _timeline_start(self, blocks: list[Block]) -> None:
        """Lines before the first time: the zone, and lists of `13:05 what happened`."""
        text = render(blocks)
        zone = zone_of(text, self.rule.zones)
        self._clock = Reader(self.report.day, zone, self.rule.zones)
        rest: list[Block] = []
        for block in blocks:
            if isinstance(block, Listing) and all(self._is_timed(item.plain()) for item in block.items):
                for item in block.items:
                    self._timed_line(item.plain())
            elif not (
                isinstance(block, Text) and re.match(r"all times|times (are )?in|所有时间", block.text, re.IGNORECASE)
            ):
                rest.append(block)
        self._other("Timeline", rest)

    def _is_timed(self, text: str) -> bool:
        return read_stamp(text[:40]) is not None and re.match(r"[~\d(]|\W*\d", text) is not None

    def _timed_line(self, text: str) -> None:
        found = re.match(
            r"(.{0,40}?\d{1,2}:\d{2}(?:\s*[ap]m)?(?:\s+[A-Z]{2,4}\b)?|\d{4}-\d{2}-\d{2})[\s:,–—-]*", text, re.DOTALL
        )
        clock = self._clock or Reader(self.report.day, None, self.rule.zones)
        read = clock.read(found[1]) if found else None
        if found and read:
            self.report.timeline.append(Event(read[0], text[found.end() :].strip(), read[1]))
        else:
            self._other("Timeline", [Text(text)])

    def _event(self, section: Section) -> None:
        clock = self._clock = self._clock or Reader(self.report.day, None, self.rule.zones)
        read = clock.read(section.heading)
        text = render(section.blocks)
        if read is None:
            self.report.timeline.append(Event(section.heading, text))
            return
        when, moment, words = read
        self.report.timeline.append(Event(when, "\n\n".join(t for t in (words, text) if t), moment))

    def _notes(self, column: str, heading: str, blocks: list[Block]) -> None:
        kept = self.report.notes.setdefault(column, [])
        lists = [block for block in blocks if isinstance(block, Listing)]
        for number, block in enumerate(blocks):
            if isinstance(block, Listing):
                for item in block.items:
                    if not self._leftover(item.plain()):
                        kept.append(item.plain())
            elif block.text and not self._leftover(block.text) and not _is_empty(block.text):
                if lists and number and isinstance(blocks[number - 1], Listing) and kept:
                    kept[-1] += f"\n\n{block.text}"
                else:
                    kept.append(f"{heading}: {block.text}" if heading else block.text)
        if not kept:
            self.report.notes.pop(column)

    def _leftover(self, text: str) -> bool:
        return _plain(text) in self._ignored

    def _actions(self, area: str | None, blocks: list[Block]) -> None:
        if area and (column := self._parts.get(_plain(area))) in NOTE_PARTS:
            self._notes(column or "", "", blocks)
            return
        lists = any(isinstance(block, Listing) for block in blocks)
        for block in blocks:
            if isinstance(block, Listing):
                for item in block.items:
                    self._action(area, item.blocks)
            elif self._leftover(block.text) or not block.text:
                continue
            elif lists:
                self._other(f"Action items{f' / {area}' if area else ''}", [block])
            else:
                self._action(area, [block])

    def _action(self, area: str | None, blocks: list[Block]) -> None:
        whole = render(blocks)
        if not whole or self._leftover(whole) or _is_empty(whole):
            return
        first = next((block for block in blocks if isinstance(block, Text) and block.text), None)
        said = first or Text(whole, [])
        links = list(links_of(blocks))
        title = self._title(said.text, said.links)
        title = re.sub(r"^\[[ xX]\]\s*", "", title) or whole
        self.report.actions.append(
            Action(
                title=title,
                area=area,
                links=list(dict.fromkeys(link.url for link in links)),
                done=self._is_done(whole, links),
                detail=whole if len(blocks) > 1 else "",
            )
        )

    def _is_done(self, whole: str, links: list[Link]) -> bool:
        flat = " ".join(whole.split())
        if any(_plain(link.words) in {"fixed", "merged", "done"} for link in links):
            return True
        bare = self._title(flat, links)
        return any(pattern.search(text) for pattern in self._done for text in (flat, bare))

    def _title(self, text: str, links: list[Link]) -> str:
        """An action's words without the links at their end that only say where its issue is."""
        for link in links:
            word = link.words or link.url
            only_where = not link.words or _plain(link.words) in self._link_words or re.fullmatch(r"#?\d+", link.words)
            if only_where:
                text = re.sub(rf"\(\s*{re.escape(word)}\s*\)(?=\W*$|\s*[.(\[])", "", text)
                text = re.sub(rf"[\s,:]*\[?{re.escape(word)}\]?(?=[\s.]*$)", "", text)
        return re.sub(r"\s+([.,])", r"\1", " ".join(text.split())).strip(" ,:").removesuffix("()").strip()


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("'", "").replace("’", "")))


def _is_empty(text: str) -> bool:
    return not re.search(r"\w", text)


def _words(text: str) -> str:
    return re.sub(r"[-_\s]+", " ", text).strip() or "Report"

"""The dates and times that report headings carry, in the many ways people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATES = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
    re.compile(rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})\.?\s+{_MONTH},?\s+(?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+{_MONTH}\b", re.IGNORECASE),
    re.compile(r"(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
)
_TIME = re.compile(r"(?<![\d:])(?P<h>\d{1,2}):(?P<min>\d{2})(?::\d{2})?\s*(?P<half>am|pm)?", re.IGNORECASE)
_OFFSET = re.compile(r"\b(?:UTC|GMT)\s*(?P<sign>[+\-−])\s*(?P<h>\d{1,2})(?::?(?P<min>\d{2}))?", re.IGNORECASE)


@dataclass(frozen=True)
class Stamp:
    """What a heading says about when.

    Attributes:
        day: The date it names; with a month and day only, the year comes from the report.
        clock: The time it names.
        rest: What else the heading says.
    """

    day: date | None
    clock: time | None
    rest: str


def find_date(text: str, year: int | None = None) -> tuple[date, str] | None:
    """The first date in a text, and the text without it.

    Args:
        text: What to search.
        year: The year of a date that does not say one; without it such a date is passed over.
    """
    for pattern in _DATES:
        found = pattern.search(text)
        if not found:
            continue
        parts = found.groupdict()
        y = parts.get("y") or year
        if y is None:
            continue
        month = int(parts["m"]) if parts.get("m") else _MONTH_NAMES.index(parts["month"].lower()[:3]) + 1
        try:
            day = date(int(y), month, int(parts["d"]))
        except ValueError:
            continue
        return day, (text[: found.start()] + text[found.end() :]).strip()
    return None


def read_stamp(text: str, year: int | None = None) -> Stamp | None:
    """The date and time in a heading, or None when it has neither."""
    dated = find_date(text, year)
    day, rest = dated if dated else (None, text)
    found = _TIME.search(rest)
    clock = None
    if found:
        hour, minute = int(found["h"]), int(found["min"])
        half = (found["half"] or "").lower()
        if half == "pm" and hour < 12:
            hour += 12
        elif half == "am" and hour == 12:
            hour = 0
        if hour < 24 and minute < 60:
            clock = time(hour, minute)
    placeholder = re.match(r"~?\s*[\dX]{1,2}:(?:XX|\d{2})", rest, re.IGNORECASE)
    if day is None and clock is None and not placeholder:
        return None
    said = re.split(r"\s+[-–—:]\s+(?=[^\d\s])", text, maxsplit=1)
    return Stamp(day, clock, said[1].strip() if len(said) > 1 else "")


def zone_of(text: str, zones: dict[str, str]) -> tzinfo | None:
    """The time zone that `All times in ...` means.

    A stated offset counts first. An abbreviation stands for the local time of its place,
    summer time included: people write PST the whole year round.

    Args:
        text: The sentence.
        zones: Zone names by what reports call them.
    """
    if found := _OFFSET.search(text):
        shift = timedelta(hours=int(found["h"]), minutes=int(found["min"] or 0))
        return timezone(shift if found["sign"] == "+" else -shift)
    for word in sorted(zones, key=len, reverse=True):
        plain = re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", text)
        if plain:
            try:
                return ZoneInfo(zones[word])
            except (ZoneInfoNotFoundError, ValueError):
                return None
    return None


class Reader:
    """Reads a timeline's headings one after the other, carrying the date along.

    Args:
        day: The report's date: the date of times before any heading names one.
        zone: The zone of the report's times, if it says one; a heading may name another.
        zones: Zone names by what reports call them.
    """

    def __init__(self, day: date | None, zone: tzinfo | None, zones: dict[str, str] | None = None) -> None:
        self._zones = zones or {}
        self._day = day
        self._zone = zone
        self._last: datetime | None = None

    def read(self, heading: str) -> tuple[str, datetime | None, str] | None:
        """When (as written, with its date), the instant if it can be told, and the heading's other words."""
        stamp = read_stamp(heading, self._day.year if self._day else None)
        if stamp is None:
            return None
        self._zone = zone_of(heading.removesuffix(stamp.rest), self._zones) or self._zone
        if stamp.day:
            self._day, self._last = stamp.day, None
        moment = None
        if self._day and stamp.clock:
            moment = datetime.combine(self._day, stamp.clock)
            if self._last and self._last - moment > timedelta(hours=12):  # past midnight
                moment += timedelta(days=1)
                self._day = moment.date()
            self._last = moment
        written = heading if not stamp.rest else heading[: heading.rindex(stamp.rest)].rstrip(" -–—:")
        dated = find_date(written)
        bare = find_date(written, self._day.year if self._day else None)
        if not dated:
            left = bare[1].lstrip(" ,;") if bare else written
            written = f"{self._day or ''} {left}".strip()
        return written, moment.replace(tzinfo=self._zone) if moment and self._zone else None, stamp.rest

"""Why a record was found: the words that matched, and where they stand in its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..operations.lessons import Passage
from .lexical import QueryTerm
from .segment import HAN, fold, latin_term

FIELDS = ("title", "driving_event", "lesson", "recommendation", "conditions")
WINDOW = 260
LEAD = 60
PASSAGES = 3

_HAN_ONLY = re.compile(f"[{HAN}]+")
_REST_OF_WORD = re.compile(r"[^\W_]*")


@dataclass(frozen=True)
class Mark:
    """A place `[start, end)` of a field where a term stands."""

    start: int
    end: int
    term: str


def find_terms(text: str, terms: Iterable[str]) -> list[Mark]:
    """Places of terms in a text, in order, none inside another.

    A term is looked for as the beginning of a word, then checked by stemming that word:
    only words that begin alike are read at all.
    """
    haystack = text.lower()
    if len(haystack) != len(text):  # a few letters grow when lowered; places must not move
        haystack = text
    if not haystack.isascii():
        haystack = fold(haystack)
    marks: list[Mark] = []
    for term in terms:
        if _HAN_ONLY.fullmatch(term):
            marks += _places_of_characters(haystack, term)
        else:
            marks += _places_of_word(haystack, term)
    marks.sort(key=lambda mark: (mark.start, -mark.end))
    kept: list[Mark] = []
    for mark in marks:
        if kept and mark.start < kept[-1].end:
            if mark.end > kept[-1].end:  # bigrams that overlap become one place
                kept[-1] = Mark(kept[-1].start, mark.end, kept[-1].term)
            continue
        kept.append(mark)
    return kept


def _places_of_characters(haystack: str, term: str) -> list[Mark]:
    found = []
    at = haystack.find(term)
    while at >= 0:
        found.append(Mark(at, at + len(term), term))
        at = haystack.find(term, at + len(term))
    return found


def _places_of_word(haystack: str, term: str) -> list[Mark]:
    start = term[:-1] if term.endswith("i") and len(term) > 3 else term
    found = []
    at = haystack.find(start)
    while at >= 0:
        end = at + len(start)
        if at == 0 or not haystack[at - 1].isalnum() or _HAN_ONLY.match(haystack[at - 1]):
            match = _REST_OF_WORD.match(haystack, end)
            if match is not None and match.end() > end:
                end = match.end()
            if latin_term(haystack[at:end]) == term:
                found.append(Mark(at, end, term))
        at = haystack.find(start, end)
    return found


def passages(fields: Mapping[str, str | None], terms: Sequence[str]) -> list[Passage]:
    """The telling pieces of a record's fields, the one with most of the terms first.

    A record found by meaning alone shows how it begins.
    """
    found: list[tuple[int, Passage]] = []
    for name in FIELDS:
        text = fields.get(name)
        if not text:
            continue
        marks = find_terms(text, terms)
        if marks:
            found.append(_best_window(name, text, marks))
    if not found:
        shown = ((name, fields.get(name)) for name in ("lesson", "driving_event", "recommendation"))
        return [_window(name, text, 0, []) for name, text in shown if text][:1]
    order = sorted(range(len(found)), key=lambda i: (-found[i][0], i))
    return [found[i][1] for i in order[:PASSAGES]]


def _best_window(name: str, text: str, marks: list[Mark]) -> tuple[int, Passage]:
    best, most = marks[0], 0
    for first, mark in enumerate(marks):
        terms = set()
        for other in marks[first:]:
            if other.end > mark.start + WINDOW - LEAD:
                break
            terms.add(other.term)
        if len(terms) > most:
            best, most = mark, len(terms)
    return most, _window(name, text, best.start, marks)


def _window(name: str, text: str, at: int, marks: Iterable[Mark]) -> Passage:
    """A piece around a place, cut between words."""
    start, end = 0, len(text)
    if len(text) > WINDOW:
        start = max(0, min(at - LEAD, len(text) - WINDOW))
        end = min(len(text), start + WINDOW)
        if start:
            cut = max(text.find(". ", start, at) + 2, text.find("。", start, at) + 1, 1)
            start = cut if cut > start else max(text.find(" ", start, at) + 1, start)
            end = min(len(text), start + WINDOW)
        if end < len(text):
            cut = text.rfind(" ", at + 1, end)
            end = cut if cut > end - 40 else end
    inside = [(m.start - start, m.end - start) for m in marks if m.start >= start and m.end <= end]
    return Passage(field=name, text=text[start:end], marks=inside, start=start)


def shown_terms(matched: Sequence[QueryTerm]) -> list[str]:
    """The matched terms as the asker wrote them; a bigram inside a shown word is left out."""
    words = [item.surface for item in sorted(matched, key=lambda item: -len(item.surface) if item.weight >= 1 else 0)]
    shown: list[str] = []
    for word in words:
        if not any(word in other for other in shown):
            shown.append(word)
    order = {item.surface: place for place, item in reversed(list(enumerate(matched)))}
    return sorted(shown, key=lambda word: order[word])

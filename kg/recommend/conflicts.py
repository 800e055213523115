"""Pairs of accepted lessons that seem to recommend the opposite under like conditions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..search.segment import fold, latin_term
from .opposition import LEAST, Advice, Cue, Opposition, advice_of, opposed, same_conditions

UNSTATED = 0.75
"""Where conditions are not written down and nothing else ties two lessons, this much of the advice must be shared."""


@dataclass(frozen=True)
class Suggestion:
    """Two lessons (rows with `id`, `recommendation` ...) and why they seem opposed."""

    one: Mapping[str, Any]
    other: Mapping[str, Any]
    opposition: Opposition


COMMON = 0.1
"""A term that more than this share of many lessons hold brings nobody together."""
FEW = 50


def suggest_pairs(
    rows: Sequence[Mapping[str, Any]], near: frozenset[str] = frozenset(), about: str | None = None
) -> list[Suggestion]:
    """All pairs among lessons that seem opposed, the strongest first.

    Args:
        rows: Lessons with `id`, `recommendation`, `lesson`, `conditions`, `project`, `sector`, `topics`, `polarity`.
        near: Ids that a search found to be about the same; their conditions count as alike when unstated.
        about: Only pairs with this lesson.
    """
    advice = [advice_of(_advised(row)) for row in rows]
    found = [
        Suggestion(rows[i], rows[j], met)
        for i, j in _candidates(advice, next((n for n, row in enumerate(rows) if row["id"] == about), None))
        if (met := opposed(advice[i], advice[j])) is not None and _under_like_conditions(rows[i], rows[j], met, near)
    ]
    found += [pair for pair in _same_words(rows) if about is None or about in (pair.one["id"], pair.other["id"])]
    return sorted(found, key=lambda s: (-s.opposition.strength, -len(s.opposition.shared), s.one["id"], s.other["id"]))


def shown_terms(terms: Sequence[str], text: str) -> list[str]:
    """Terms as a text spells them: words for their stems, neighbouring pairs of characters joined."""
    words = {latin_term(word): word.lower() for word in re.findall(r"[A-Za-z0-9][A-Za-z0-9'-]*", text)}
    shown: list[str] = []
    han = sorted((fold(text).find(term), term) for term in terms if not term.isascii())
    end = -1
    for start, term in han:
        if shown and start == end - 1 and start >= 0:
            shown[-1] += term[1:]
        else:
            shown.append(term)
        end = start + len(term)
    return [words.get(term, term) for term in terms if term.isascii()] + shown


def _advised(row: Mapping[str, Any]) -> str | None:
    said: str | None = row["recommendation"] or row["lesson"]
    return said


def _candidates(advice: Sequence[Sequence[Advice]], about: int | None) -> Iterator[tuple[int, int]]:
    """Pairs worth comparing: a prohibition, or a word with an opposite, and whoever shares two terms with it."""
    holders: dict[str, set[int]] = defaultdict(set)
    for number, pieces in enumerate(advice):
        for piece in pieces:
            for term in piece.terms:
                holders[term].add(number)
    most = max(FEW, len(advice) * COMMON)
    seen: set[tuple[int, int]] = set()
    for number, pieces in enumerate(advice):
        for piece in pieces:
            if not (piece.negated or piece.sides):
                continue
            rare = [holders[term] for term in piece.terms if len(holders[term]) <= most]
            if about is not None and number != about and sum(about in each for each in rare) < LEAST:
                continue
            shared = Counter(other for each in rare for other in each if other != number)
            for other, count in shared.items():
                pair = (min(number, other), max(number, other))
                if count >= LEAST and pair not in seen and (about is None or about in pair):
                    seen.add(pair)
                    yield pair


def _under_like_conditions(
    one: Mapping[str, Any], other: Mapping[str, Any], met: Opposition, near: frozenset[str]
) -> bool:
    stated = same_conditions(one["conditions"], other["conditions"])
    if stated is not None:
        return stated
    tied = (
        (one["project"] and one["project"] == other["project"])
        or (one["sector"] and one["sector"] == other["sector"])
        or set(one["topics"] or ()) & set(other["topics"] or ())
        or {one["id"], other["id"]} <= near
    )
    return bool(tied) or met.strength >= UNSTATED


def _same_words(rows: Sequence[Mapping[str, Any]]) -> list[Suggestion]:
    """Lessons that advise the same in the same words, one from a success, the other from a failure."""
    by_text: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        text = " ".join((_advised(row) or "").casefold().split())
        if text and row["polarity"]:
            by_text[text].append(row)
    found = []
    for text, alike in by_text.items():
        for number, one in enumerate(alike):
            for other in alike[number + 1 :]:
                stated = same_conditions(one["conditions"], other["conditions"])
                if one["polarity"] != other["polarity"] and stated is not False:
                    found.append(Suggestion(one, other, Opposition(Cue.POLARITY, tuple(text.split()[:6]), 1.0)))
    return found

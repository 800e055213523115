"""Advice that opposes other advice: one says do it, the other says do not, of the same thing.

Rules over cues, in English and in Chinese, each language by itself: they propose pairs to
a person and decide nothing. A cue counts for the clause it opens; `to avoid X` gives a
purpose and no advice; `do not forget to` is advice to do it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from ..search.segment import HAN, fold, latin_term

ALIKE = 0.6
"""Share of the shorter advice's terms that the other must hold."""
LEAST = 2
"""Terms that both must hold."""
SAME_CONDITIONS = 0.5

_CLAUSE = re.compile(r"[.;!?。；！？\n]+|,\s+(?:but|and|while)\s+|，(?:但|而且|并且)?")
_PURPOSE = re.compile(
    r"\b(?:in order )?to (?:avoid|prevent)\b|\bso as not to\b|(?:以|来|从而)?(?:避免|防止)(?=[^，。；]*$)|以免|以防",
    re.I,
)
_REST = re.compile(r"\b(?:instead of|rather than)\b|而不是|而非", re.I)
_DOUBLE = re.compile(
    r"\b(?:do not|don't|never|must not|should not)\s+(?:forget|omit|neglect|fail|skip|miss)(?:\s+to)?\b"
    r"|(?:不要|切勿|勿|不可|不能)(?:忘记|忘|忽视|忽略|遗漏|省略)",
    re.I,
)
_NOT = re.compile(
    r"\b(?:do not|don['’]t|does not|never|avoid(?:ing)?|refrain from|must not|mustn['’]t|should not|shouldn['’]t"
    r"|may not|no longer|stop|not to|not be)\b"
    r"|不要|不应该?|不得|不宜|不能|不可|不准|不再|避免|禁止|严禁|切勿|切忌|请勿|勿|杜绝|停止",
    re.I,
)
_HAN_RUN = re.compile(f"[{HAN}]+")
_LATIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9'-]*")
_ADVISORY = frozenset(
    [
        "must",
        "should",
        "always",
        "please",
        "ensure",
        "make",
        "sure",
        "need",
        "use",
        "using",
        "used",
        "recommend",
        "consider",
    ]
)
_FILLER = re.compile(r"应该|应当|必须|务必|建议|需要|一定|尽量|请|应|要|时候|进行|的|了|在|时|把|将")

ANTONYMS: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        ("increase raise expand", "decrease reduce lower"),
        ("enable allow permit", "disable forbid block"),
        ("centralize centralise centralized centralised", "decentralize decentralise decentralized decentralised"),
        ("automate automatic automatically automated", "manual manually"),
        ("early earlier", "late later"),
        ("add keep retain", "remove drop delete"),
        ("增加 提高 扩大", "减少 降低 缩小"),
        ("启用 开启 允许", "禁用 关闭 停用"),
        ("集中 统一", "分散 分开"),
        ("自动", "手动 人工"),
        ("提前 尽早", "推迟 延后"),
        ("保留 添加", "删除 移除"),
    )
)
"""Pairs of words of which a piece of advice holds one and its opposite the other."""


_SIDES = re.compile(
    "|".join(
        rf"\b{word}\b" if word.isascii() else word
        for word in sorted((w for pair in ANTONYMS for side in pair for w in side), key=len, reverse=True)
    ),
    re.I,
)


class Cue(StrEnum):
    """What makes two pieces of advice opposed."""

    NEGATION = "negation"
    ANTONYM = "antonym"
    POLARITY = "polarity"


@dataclass(frozen=True)
class Advice:
    """A clause of a recommendation: what it speaks of, and whether it says not to.

    `sides` are the words it holds that have an opposite, `core` its terms without them.
    """

    terms: frozenset[str]
    core: frozenset[str]
    sides: frozenset[str]
    negated: bool


@dataclass(frozen=True)
class Opposition:
    """Why two recommendations seem opposed, and the terms that both speak of."""

    cue: Cue
    shared: tuple[str, ...]
    strength: float


@lru_cache(maxsize=4_096)
def advice_of(text: str | None) -> tuple[Advice, ...]:
    """The pieces of advice of a recommendation; a clause without substance is none."""
    found: list[Advice] = []
    for clause in _CLAUSE.split(fold(text or "")):
        clause = _without_purpose(clause)
        wanted, *given_up = _REST.split(clause, maxsplit=1)
        found += _advice(wanted)
        for rest in given_up:
            found += [replace(advice, negated=True) for advice in _advice(rest)]
    return tuple(found)


def opposed(one: Sequence[Advice], other: Sequence[Advice]) -> Opposition | None:
    """The strongest opposition between two recommendations, if there is any."""
    found = [met for a in one for b in other if (met := _negation(a, b) or _antonym(a, b)) is not None]
    return max(found, key=lambda met: (met.strength, len(met.shared)), default=None)


def same_conditions(one: str | None, other: str | None) -> bool | None:
    """Whether two texts describe the same conditions; None when one of them says nothing."""
    if not one or not other:
        return None
    a, b = _terms(fold(one)), _terms(fold(other))
    if not a or not b:
        return one.strip().casefold() == other.strip().casefold()
    return len(a & b) / min(len(a), len(b)) >= SAME_CONDITIONS


def _without_purpose(clause: str) -> str:
    """The clause up to the purpose it gives; one that opens with the word gives advice."""
    met = _PURPOSE.search(clause)
    return clause[: met.start()] if met and len(clause[: met.start()].strip()) > 3 else clause


def _advice(clause: str) -> list[Advice]:
    softened = _DOUBLE.sub(" ", clause)
    met = _NOT.search(softened)
    said = softened[met.end() :] if met else softened
    terms = _terms(said)
    sides = frozenset(word.lower() for word in _SIDES.findall(said))
    return [Advice(terms, _terms(_SIDES.sub(" ", said)), sides, met is not None)] if terms else []


def _terms(text: str) -> frozenset[str]:
    latin = {latin_term(word) for word in _LATIN.findall(text) if word.lower() not in _ADVISORY}
    han = {run[i : i + 2] for run in _HAN_RUN.findall(_FILLER.sub(" ", text)) for i in range(len(run) - 1)}
    return frozenset((latin | han) - {""})


def _negation(a: Advice, b: Advice) -> Opposition | None:
    if a.negated == b.negated:
        return None
    return _alike(Cue.NEGATION, a.terms, b.terms)


def _antonym(a: Advice, b: Advice) -> Opposition | None:
    if a.negated != b.negated or not (a.sides and b.sides):
        return None
    for left, right in ANTONYMS:
        for here, there in ((left, right), (right, left)):
            if a.sides & here and b.sides & there and not (a.sides & there or b.sides & here):
                return _alike(Cue.ANTONYM, a.core, b.core)
    return None


def _alike(cue: Cue, one: frozenset[str], other: frozenset[str]) -> Opposition | None:
    shared = one & other
    if len(shared) < LEAST:
        return None
    strength = len(shared) / min(len(one), len(other))
    return Opposition(cue, tuple(sorted(shared)), strength) if strength >= ALIKE else None

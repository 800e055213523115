"""Text into terms that meet: stemmed words for Latin scripts, words and bigrams for Chinese.

Simplified and traditional characters are folded one by one, so a fold never moves a
position: what was found in the folded text stands at the same place in the original.
"""

from __future__ import annotations

import logging
import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from .stopwords import CHINESE, ENGLISH

HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LONGEST = 64
BIGRAM_WEIGHT = 0.5

_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(f"[{HAN}]+|[^{HAN}]+")
_HAN = re.compile(f"[{HAN}]")
_loading = threading.Lock()


class Token(NamedTuple):
    """A term with the place `[start, end)` it was read from; `weight` is less for a bigram."""

    term: str
    start: int
    end: int
    weight: float = 1.0


def terms(text: str) -> list[str]:
    """The terms of a document in order, repeats included."""
    found: list[str] = []
    for word in _WORD.findall(text):
        if word.isascii():
            if term := latin_term(word):
                found.append(term)
        else:
            found += (token.term for token in _mixed(word, 0))
    return found


def tokens(text: str) -> Iterator[Token]:
    """The terms of a text with their places."""
    for match in _WORD.finditer(text):
        word = match.group()
        if word.isascii():
            if term := latin_term(word):
                yield Token(term, match.start(), match.end())
        else:
            yield from _mixed(word, match.start())


def fold(text: str) -> str:
    """Chinese text with traditional characters made simplified; the length stays."""
    return text.translate(_simplified())


@lru_cache(maxsize=200_000)
def latin_term(word: str) -> str:
    """The term of one word, or nothing for a stop word."""
    plain = word.lower()
    if not plain.isascii():
        spread = unicodedata.normalize("NFKD", word).casefold()
        plain = "".join(c for c in spread if not unicodedata.combining(c))
    plain = plain[:LONGEST]
    return "" if plain in ENGLISH or (len(plain) < 2 and not plain.isdigit()) else stem(plain)


def stem(word: str) -> str:
    """A light English stem: inflections and the commonest endings of nouns and verbs go."""
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "xes", "ches", "shes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: -len(ending)]
            if ending in ("ed", "ing") and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    if word.endswith("y") and len(word) > 3:
        word = word[:-1] + "i"
    return word


_ENDINGS = (
    ("ational", 4), ("ations", 4), ("ation", 4), ("ated", 4), ("ating", 4), ("ate", 4),
    ("ingly", 4), ("edly", 4), ("ing", 3), ("ied", 3), ("ed", 3), ("ment", 5), ("ness", 4), ("ly", 4),
)  # fmt: skip


def _mixed(word: str, at: int) -> Iterator[Token]:
    for run in _RUN.finditer(word):
        start, piece = at + run.start(), run.group()
        if _HAN.match(piece):
            yield from _chinese(piece, start)
        elif term := latin_term(piece):
            yield Token(term, start, start + len(piece))


def _chinese(run: str, at: int) -> Iterator[Token]:
    run = fold(run)
    stretch = 0
    place = 0
    for word in [*_segmenter().cut(run, HMM=False), None]:
        if word is None or word in CHINESE:
            yield from _bigrams(run, stretch, place, at)
            stretch = place + (len(word) if word else 0)
        elif word is not None:
            yield Token(word, at + place, at + place + len(word))
        place += len(word) if word else 0


def _bigrams(run: str, start: int, end: int, at: int) -> Iterator[Token]:
    for i in range(start, end - 1):
        yield Token(run[i : i + 2], at + i, at + i + 2, BIGRAM_WEIGHT)


@cache
def _simplified() -> dict[int, int]:
    text = (resources.files("opencc") / "dictionary" / "TSCharacters.txt").read_text(encoding="utf-8")
    table = {}
    for line in text.splitlines():
        traditional, _, simple = line.partition("\t")
        if len(traditional) == 1 and simple:
            table[ord(traditional)] = ord(simple[0])
    return table


_dictionaries: dict[str, Any] = {}


def keep_dictionary_in(folder: Path) -> None:
    """Let the segmenter keep its parsed dictionary in a folder of ours, not in a shared one."""
    _dictionaries["folder"] = folder


def _segmenter() -> Any:
    with _loading:
        if "jieba" not in _dictionaries:
            import jieba

            jieba.setLogLevel(logging.WARNING)
            tokenizer = jieba.Tokenizer()
            folder: Path | None = _dictionaries.get("folder")
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                tokenizer.tmp_dir = str(folder)
                tokenizer.initialize()
            else:
                _initialise_without_file(tokenizer)
            _dictionaries["jieba"] = tokenizer
    return _dictionaries["jieba"]


def _initialise_without_file(tokenizer: Any) -> None:
    """Parse the dictionary in memory: a cache in a shared temporary folder could be anybody's."""
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True

"""Long texts cut into pieces that a model can read."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from .protocol import Vectors

_SENTENCE = re.compile(r"(?<=[.!?;\n])\s+|(?<=[。！？；])")
_HAN = re.compile("[\u3400-\u9fff]")


def readable(text: str) -> str:
    """The text without what breaks tokenizers: NUL and unpaired surrogates."""
    return text.replace("\x00", " ").encode("utf-8", "ignore").decode("utf-8") or " "


def pieces(text: str, tokens: int, most: int) -> list[str]:
    """At most `most` pieces of about `tokens` tokens, cut between sentences where possible.

    What lies beyond is not read: the head of a report says what it is about.
    """
    sample = text[:2000]
    dense = len(_HAN.findall(sample)) > len(sample) / 4
    size = int(tokens * (1.3 if dense else 3.8))
    text = text[: size * most]
    if len(text) <= size:
        return [text]
    found: list[str] = []
    current = ""
    for sentence in _SENTENCE.split(text):
        while sentence:
            room = size - len(current)
            if len(sentence) <= room:
                current, sentence = f"{current} {sentence}" if current else sentence, ""
            elif current:
                found.append(current)
                current = ""
            else:
                found.append(sentence[:size])
                sentence = sentence[size:]
    if current:
        found.append(current)
    return found[:most]


def joined(vectors: Vectors, groups: Sequence[Sequence[str]]) -> Vectors:
    """One vector a group of pieces: their mean, weighted by length and of length 1."""
    out = np.zeros((len(groups), vectors.shape[1]), np.float32)
    start = 0
    for row, group in enumerate(groups):
        part = vectors[start : start + len(group)]
        start += len(group)
        weights = np.fromiter((len(piece) + 1 for piece in group), np.float32, len(group))
        out[row] = weights @ part
    return normalised(out)


def normalised(vectors: Vectors) -> Vectors:
    """The vectors with length 1; a vector of nothing stays."""
    out: Vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    out = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
    return out.astype(np.float32, copy=False)

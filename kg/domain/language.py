"""Which of our languages a text is in."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")


def detect_language(text: str) -> str:
    """`zh` where Han characters carry the text, else `en`.

    One Chinese character says about as much as one and a half Latin letters of a word, so
    words are counted, not letters: a Chinese sentence that names a product stays Chinese.
    """
    han = len(_HAN.findall(text))
    words = len(_LATIN.findall(text))
    return "zh" if han > 0 and han >= words else "en"

"""Which encoding a text file is in: UTF-8, UTF-16 with its mark, or GB 18030."""

from __future__ import annotations

import codecs
from pathlib import Path

from ..errors import SourceUnreadable

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BINARY = {
    b"PK\x03\x04": "an Excel workbook or a zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
_CHUNK = 1 << 20


def read_start(path: Path, size: int = 4096) -> bytes:
    """The first bytes of a file.

    Raises:
        SourceUnreadable: It is missing, a folder, not readable, or plainly not text.
    """
    try:
        with path.open("rb") as file:
            start = file.read(size)
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror or error}.", file=str(path)) from error
    for mark, what in _BINARY.items():
        if start.startswith(mark):
            raise SourceUnreadable(f"{path} is {what}, not text. Save it as CSV (UTF-8) first.", file=str(path))
    return start


def detect_encoding(path: Path, stated: str | None = None) -> str:
    """The encoding that the whole file decodes in.

    Args:
        path: The file.
        stated: What its mapping says; then only that is tried.

    Raises:
        SourceUnreadable: The file does not decode; names the line of the first bad byte.
    """
    start = read_start(path)
    if stated:
        try:
            codecs.lookup(stated)
        except LookupError as error:
            raise SourceUnreadable(f"There is no encoding {stated!r}.", file=str(path), encoding=stated) from error
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    first = stated or marked or "utf-8"
    bad_line = _first_bad_line(path, first)
    if bad_line is None:
        return first
    if not stated and not marked and _is_common_chinese(path):
        return "gb18030"
    tried = first if stated or marked else "UTF-8 nor GB 18030"
    word = "not" if stated or marked else "neither"
    raise SourceUnreadable(
        f"{path} line {bad_line}: the text is {word} {tried}. "
        "Save the file as UTF-8, or name its encoding in the mapping (encoding: cp1252).",
        file=str(path),
        line=bad_line,
    )


def _first_bad_line(path: Path, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                position = getattr(error, "start", 0)
                return line + chunk[: max(position, 0)].count(b"\n")
            line += chunk.count(b"\n")
            if not chunk:
                return None


def _is_common_chinese(path: Path) -> bool:
    """True when GB 18030 decodes it into everyday characters: western text decodes into rare ones."""
    decoder = codecs.getincrementaldecoder("gb18030")()
    common = strange = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError:
                return False
            for character in text:
                if character > "\x7f":
                    try:
                        character.encode("gb2312")
                        common += 1
                    except UnicodeError:
                        strange += 1
            if not chunk:
                return common > 0 and common >= 9 * strange

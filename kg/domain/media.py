"""What a file is by its content, and a name that does nothing but name it."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from ..errors import InvalidRequest, UnsafeFile

LOOKED_AT = 64 * 1024
"""Bytes of a file's beginning and end that are looked at."""

LONGEST_NAME = 120

_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"BM", 0, "image/bmp"),
    (b"II*\x00", 0, "image/tiff"),
    (b"MM\x00*", 0, "image/tiff"),
    (b"%PDF-", 0, "application/pdf"),
    (b"ftyp", 4, "video/mp4"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "application/x-ole-storage"),
    (b"PK\x03\x04", 0, "application/zip"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OFFICE_FOLDERS = {
    b"word/": "wordprocessingml.document",
    b"xl/": "spreadsheetml.sheet",
    b"ppt/": "presentationml.presentation",
}
_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/bmp": ("bmp",),
    "image/tiff": ("tif", "tiff"),
    "application/pdf": ("pdf",),
    "video/mp4": ("mp4", "m4v", "mov"),
    "application/x-ole-storage": ("doc", "xls", "ppt", "msg"),
    "application/zip": ("zip",),
    f"{_OFFICE}wordprocessingml.document": ("docx",),
    f"{_OFFICE}spreadsheetml.sheet": ("xlsx",),
    f"{_OFFICE}presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument": ("odt", "ods", "odp"),
    "text/csv": ("csv", "tsv"),
    "application/json": ("json", "jsonl"),
    "text/plain": ("txt", "md", "log", "eml"),
}
_BY_EXTENSION = {ext: kind for kind, extensions in _EXTENSIONS.items() for ext in extensions}
ACCEPTED = tuple(sorted(_BY_EXTENSION))
"""Endings of files that are taken as evidence."""
_TEXTS = ("text/csv", "application/json", "text/plain")
_PROGRAMS: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xfe\xed\xfa\xcf", "a program"),
    (b"#!", "a script"),
)
_ACTIVE = re.compile(rb"<\s*(script|html|svg|iframe|!doctype\s+html|\?php|body|\?xml-stylesheet)", re.I)
_IN_PICTURES = re.compile(rb"<\s*(script|\?php|iframe|!doctype\s+html)", re.I)
_MEANT_FOR_WINDOWS = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)


def media_type(head: bytes, tail: bytes, filename: str) -> str:
    """The media type that the content shows; the name has to say the same.

    Only kinds that are good as evidence pass: pictures, PDF, office documents without macros, plain
    text, tables, archives and films.

    Args:
        head: The first `LOOKED_AT` bytes.
        tail: The last `LOOKED_AT` bytes.
        filename: As it is kept.

    Raises:
        UnsafeFile: It is a program, a script or a web page, of no known kind, or not what its name says.
    """
    found = _by_content(head, tail, filename)
    extension = PurePosixPath(filename).suffix.lower().removeprefix(".")
    claimed = _BY_EXTENSION.get(extension)
    if found == "text/plain" and claimed in _TEXTS:
        return str(claimed)
    if claimed != found:
        raise _unsafe(
            filename,
            "other_kind",
            f"its content is {found}",
            f"Give it its own ending, such as .{_EXTENSIONS[found][0]}" if found in _EXTENSIONS else "",
            found=found,
        )
    return found


def _by_content(head: bytes, tail: bytes, filename: str) -> str:
    for start, what in _PROGRAMS:
        if head.startswith(start) and not (start == b"MZ" and _is_text(head)):
            raise _unsafe(filename, "program", f"it is {what}", "Save what it shows as a picture, PDF or text")
    found = next((kind for mark, at, kind in _SIGNATURES if head[at : at + len(mark)] == mark), None)
    if found == "application/zip":
        return _archive(head + tail, filename)
    if found == "image/bmp" and _is_text(head):
        found = None
    if found is not None and (found != "image/webp" or head.startswith(b"RIFF")):
        if found.startswith("image/") and (_IN_PICTURES.search(head) or _IN_PICTURES.search(tail)):
            raise _unsafe(filename, "hidden_script", "a script is hidden in the picture", "Take the picture again")
        return found
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _ACTIVE.match(text.lstrip()) or _ACTIVE.search(text[:1024]):
        raise _unsafe(filename, "web_page", "it is a web page or script", "Save what it shows as a picture or PDF")
    if _is_text(text):
        return "text/plain"
    raise _unsafe(filename, "unknown_kind", "its kind is not known", "Save it as PDF, a picture, a table or text")


def _archive(names: bytes, filename: str) -> str:
    """An archive by the names of what it holds, which stand at its beginning and its end."""
    if b"vbaProject.bin" in names:
        raise _unsafe(filename, "macros", "it holds macros", "Save it without macros, or as PDF")
    if b"[Content_Types].xml" in names:
        for folder, kind in _OFFICE_FOLDERS.items():
            if folder in names:
                return _OFFICE + kind
    if b"META-INF/manifest.xml" in names and b"content.xml" in names:
        return "application/vnd.oasis.opendocument"
    return "application/zip"


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the last letter may stand half within
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def _unsafe(filename: str, problem: str, why: str, what: str, **fields: str) -> UnsafeFile:
    hint = f" {what}." if what else ""
    return UnsafeFile(f"The file {filename!r} was not kept: {why}.{hint}", filename=filename, problem=problem, **fields)


def safe_filename(name: str) -> str:
    """A file's name as it is kept and offered: one plain name, without letters that hide or turn others.

    Raises:
        InvalidRequest: It is a path, or nothing is left of it.
    """
    whole = unicodedata.normalize("NFC", name)
    kept = "".join(c for c in whole if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    if re.search(r"[/\\]", kept):
        plain = re.split(r"[/\\]", kept)[-1].strip(" .")
        hint = f" Call it {plain!r}." if plain else ""
        raise InvalidRequest(
            f"filename: {kept[:80]!r} is a path, not the name of a file.{hint}", field="filename", filename=kept[:200]
        )
    kept = re.sub(r'[<>:"|?*]', "_", kept)
    kept = re.sub(r"\s+", " ", kept).strip(" .")
    if not kept:
        raise InvalidRequest("filename: nothing is left of the name without signs that hide.", field="filename")
    if _MEANT_FOR_WINDOWS.match(kept):
        kept = f"_{kept}"
    if len(kept) > LONGEST_NAME:
        suffix = PurePosixPath(kept).suffix[:12]
        kept = kept[: LONGEST_NAME - len(suffix)].rstrip(" .") + suffix
    return kept

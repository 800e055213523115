"""Plain text as Markdown that shows it as it was typed."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[\\`*\[\]<>|~#&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINE_START = re.compile(r"^([-+=])|^(\d{1,9})([.)])(?=\s|$)")


def escaped(text: str) -> str:
    """One line of text, every mark of Markdown in it made harmless."""
    flat = " ".join(text.split())
    safe = _SPECIAL.sub(lambda found: f"\\{found.group(0)}", flat)
    return _LINE_START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", safe)


def paragraph(text: str, indent: str = "") -> str:
    """Text of several lines: breaks stay breaks, empty lines part paragraphs."""
    lines = [line.strip() for line in text.strip().splitlines()]
    out: list[str] = []
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if line:
            out.append(escaped(line) + ("\\" if following else ""))
        elif out and out[-1]:
            out.append("")
    return "\n".join(f"{indent}{line}" if line and number else line for number, line in enumerate(out))

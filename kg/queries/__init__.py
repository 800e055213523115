"""Named Cypher statements: one text for both engines.

A file holds statements under `// name: <name>` lines. Values are `$parameters`. What
cannot be a parameter (a label, a relationship type) is written `__LABEL__`, `__REL__`,
`__START__` or `__END__` and filled from `kg.schema` only. A pattern names no property but
`id`; others go into WHERE, since kglite refuses a pattern with one that no node has yet.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from ..schema import Label, Rel

_NAME = re.compile(r"^// name: (\w+)\s*$", re.MULTILINE)


@cache
def statements() -> dict[str, str]:
    """All statements by `file.name`, such as `records.put`."""
    found: dict[str, str] = {}
    for entry in sorted(resources.files(__package__).iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".cypher"):
            continue
        parts = _NAME.split(entry.read_text(encoding="utf-8"))
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            key = f"{entry.name.removesuffix('.cypher')}.{name}"
            if key in found:
                raise ValueError(f"two statements are named {key}")
            found[key] = text.strip()
    return found


@cache
def statement(
    name: str,
    label: Label | None = None,
    rel: Rel | None = None,
    start: Label | None = None,
    end: Label | None = None,
) -> str:
    """A statement's text with its identifiers filled in.

    Args:
        name: `file.name`.
        label: Fills `__LABEL__`.
        rel: Fills `__REL__`.
        start: Fills `__START__`.
        end: Fills `__END__`.

    Raises:
        KeyError: No such statement.
        ValueError: An identifier is missing.
    """
    text = statements()[name]
    given = {
        "__LABEL__": label and Label(label).value,
        "__REL__": rel and Rel(rel).value,
        "__START__": start and Label(start).value,
        "__END__": end and Label(end).value,
    }
    for placeholder, value in given.items():
        if value:
            text = text.replace(placeholder, value)
        elif placeholder in text:
            raise ValueError(f"statement {name} needs {placeholder.strip('_').lower()}")
    return text

"""YAML as people expect it: `no`, `yes`, `on` and `off` are words, only `true` and `false` are not."""

from __future__ import annotations

import re
from typing import Any

import yaml


class PlainLoader(yaml.SafeLoader):  # type: ignore[misc,unused-ignore]
    """The safe loader without the surprising booleans."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def load(text: str) -> Any:
    """The values of a YAML text."""
    return yaml.load(text, Loader=PlainLoader)  # noqa: S506 (a safe loader)


def compose(text: str) -> Any:
    """The nodes of a YAML text, with their lines."""
    return yaml.compose(text, Loader=PlainLoader)

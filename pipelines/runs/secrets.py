"""Secrets stay out of runs: given by reference only, and looked for in everything that comes out."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..errors import BadParameter, SecretInTheOpen

REFERENCE = "env:"
ALLOWED = "RETROBOOK_SECRET_"
"""Only variables that start so can be referred to: nothing else of the process can be named."""
REMOVED = "[removed]"

_LOOKS_SECRET = re.compile(r"(pass(word|wd|phrase)|secret|token|api_?key|private_?key|credential)", re.IGNORECASE)
_SHORTEST = 6


def referred(parameters: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that the parameters refer to, by name.

    A parameter whose name looks like a secret's takes `env:RETROBOOK_SECRET_...` and
    nothing else; the notebook reads the variable itself.

    Raises:
        SecretInTheOpen: A secret is given as a value.
        BadParameter: The variable may not be referred to, or is not set.
    """
    env = os.environ if environ is None else environ
    found: dict[str, str] = {}
    for name, value in parameters.items():
        is_reference = isinstance(value, str) and value.startswith(REFERENCE + ALLOWED)
        if _LOOKS_SECRET.search(name) and value not in (None, "") and not is_reference:
            raise SecretInTheOpen(
                f"The parameter {name} looks like a secret: parameters are kept in the report. Put the value into a "
                f"variable and give its name, as {name}={REFERENCE}{ALLOWED}{name.upper()}.",
                parameter=name,
            )
        if is_reference:
            variable = str(value).removeprefix(REFERENCE)
            if not env.get(variable):
                raise BadParameter(
                    f"The parameter {name} refers to the variable {variable}, which is not set.", parameter=name
                )
            found[variable] = env[variable]
    return found


def scrub_text(text: str, secrets: Iterable[str]) -> tuple[str, int]:
    """A text without any of the secrets, however written; and how many were there."""
    count = 0
    for form in sorted(_forms(secrets), key=len, reverse=True):
        count += text.count(form)
        text = text.replace(form, REMOVED)
    return text, count


def scrub_file(path: Path, secrets: Iterable[str]) -> int:
    """Take the secrets out of a text file; how many were there."""
    text, count = scrub_text(path.read_text(encoding="utf-8"), secrets)
    if count:
        path.write_text(text, encoding="utf-8")
    return count


def scrub_value(value: Any, secrets: Iterable[str]) -> Any:
    """A JSON-like value without any of the secrets."""
    text, count = scrub_text(json.dumps(value, ensure_ascii=False), secrets)
    return json.loads(text) if count else value


def _forms(secrets: Iterable[str]) -> set[str]:
    """Each secret as it is, in JSON, in a URL, in base64 and as Python shows it."""
    forms: set[str] = set()
    for secret in secrets:
        if len(secret) < _SHORTEST:
            continue
        raw = secret.encode()
        forms |= {
            secret,
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            quote(secret, safe=""),
        }
        forms |= {base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")}
        forms |= {raw.hex(), repr(secret)[1:-1]}
    return forms

"""Words that people read, by key and language, from `templates/messages/<language>/*.yaml`.

A catalogue file is a flat or nested mapping; nested keys are joined with dots and
prefixed with the file's name: `report.yaml` with `actions: {title: ...}` gives
`report.actions.title`. English and Chinese hold the same keys (a test compares).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

from kg.errors import KgError

from .resources import TEMPLATES

LANGUAGES = ("en", "zh")


class Messages:
    """The catalogue of one language.

    Args:
        language: `en` or `zh`; anything else falls back to `en`.
        home: An installation whose own catalogue files win, key by key.
    """

    def __init__(self, language: str, home: Path | None = None) -> None:
        self.language = language if language in LANGUAGES else "en"
        self._texts = dict(_catalogue(TEMPLATES, self.language))
        if home is not None:
            self._texts |= _catalogue(home / "templates", self.language)

    def __call__(self, key: str, /, **values: Any) -> str:
        """The words of a key with values filled in; a missing key shows itself.

        `one`/`other` sub-keys are chosen by `count`: `pages.hits` may be given as
        `{one: "{count} hit", other: "{count} hits"}`. A piece of a page counts as the words that it
        shows: the page escapes the whole.
        """
        if "count" in values and key not in self._texts:
            key = f"{key}.{'one' if values['count'] == 1 else 'other'}"
        text = self._texts.get(key)
        if text is None:
            return f"[{key}]"
        return text.format(**{name: _shown(value) for name, value in values.items()}) if values else text

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def keys(self) -> set[str]:
        """All keys."""
        return set(self._texts)

    def section(self, prefix: str) -> dict[str, str]:
        """All texts below a prefix, for a page's script or a widget."""
        return {k.removeprefix(prefix + "."): v for k, v in self._texts.items() if k.startswith(prefix + ".")}

    def error(self, error: KgError) -> str:
        """An error in this language: `errors.<code>` filled with its fields; English has the error's own words.

        `errors.<code>_near` is taken when the error names the nearest known name. What is wrong with a
        request is told in the same way in both languages: by its reason (`errors.why.<why>`), else by what
        the field has to be (`errors.unusable.<field>`).
        """
        told = self._unusable(error) if error.code == "invalid_request" else None
        if told is not None:
            return self._filled(told, error)
        key = f"errors.{error.code}"
        if error.code == "forbidden" and not error.fields.get("needed"):
            key = "errors.forbidden_plain"
        if self.language == "en" or key not in self._texts:
            return _plain(error)
        if error.fields.get("nearest") and f"{key}_near" in self._texts:
            key = f"{key}_near"
        return self._filled(key, error)

    def field(self, name: str) -> str:
        """What people call a field of a request: the innermost part of `expected.0.value` that has words."""
        parts = [part for part in name.split(".") if part and not part.isdecimal()]
        known = (key for part in reversed(parts) if (key := f"errors.fields.{part}") in self._texts)
        return self._texts.get(next(known, ""), parts[0].replace("_", " ") if parts else name)

    def roles(self, names: str) -> str:
        """The names of roles as people know them: `manager, pmo` gives those of the pages."""
        return self("errors.listed").join(
            self._texts.get(f"pages.roles.{name}", name) for name in names.split(", ") if name
        )

    def _unusable(self, error: KgError) -> str | None:
        """The key of the words of what is wrong with a request; None where there are none."""
        field = str(error.fields.get("field") or "").rpartition(".")[2]
        near = "_near" if error.fields.get("nearest") else ""
        why = f"errors.why.{error.fields.get('why')}"
        keys = [f"{why}{near}", why, f"errors.unusable.{field}"]
        if why == "errors.why.pattern":  # what a field has to look like says more than that it does not
            keys.reverse()
        return next((key for key in keys if key in self._texts), None)

    def _filled(self, key: str, error: KgError) -> str:
        known = {name: "" if value is None else value for name, value in error.fields.items()}
        if "kind" in known:
            known["kind"] = self._texts.get(f"errors.kinds.{known['kind']}", known["kind"])
        if "field" in known:
            known["field"] = self.field(str(known["field"]))
        if "needed" in known:
            known["needed"] = self.roles(str(known["needed"]))
        if "axes" in known:
            axes = (self._texts.get(f"errors.axes.{axis}", axis) for axis in str(known["axes"]).split(", "))
            known["axes"] = self("errors.listed").join(axes)
        for name, section in _NAMED.items():
            if name in known:
                known[name] = self._texts.get(f"{section}.{known[name]}", known[name])
        return self._texts[key].format_map(_Blank({**known, "message": error.message})).strip()


def _shown(value: Any) -> Any:
    return value.unescape() if isinstance(value, Markup) else value


def _plain(error: KgError) -> str:
    """An error's own words without the names that programs know its operation and field by."""
    said = error.message
    if error.status >= 500 or not isinstance(error.fields.get("field"), str):
        return said
    names = (str(error.fields.get("operation")), error.fields["field"])
    first, colon, rest = said.partition(": ")
    while colon and (first in names or re.fullmatch("[a-z]+(_[a-z0-9]+)+", first)):
        said = rest
        first, colon, rest = said.partition(": ")
    return said[:1].upper() + said[1:]


_NAMED = {
    "state": "pages.lesson_states", "step": "lifecycle.steps", "axis": "errors.axes",
    "status": "pages.action_status", "act": "actions.steps", "outcome_state": "outcome_review.states",
    "outcome_step": "outcome_review.steps", "review_role": "outcome_review.roles",
    "problem": "outcome_review.problems",
    "alert_state": "alerts.states", "alert_step": "alerts.steps",
}  # fmt: skip
"""Fields of errors whose values have words of their own."""


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


@cache
def _catalogue(root: Path, language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((root / "messages" / language).glob("*.yaml")):
        _flatten(yaml.safe_load(path.read_text(encoding="utf-8")) or {}, path.stem, found)
    return found


def _flatten(value: Mapping[str, Any], prefix: str, into: dict[str, str]) -> None:
    for key, item in value.items():
        name = f"{prefix}.{key}"
        if isinstance(item, Mapping):
            _flatten(item, name, into)
        else:
            into[name] = str(item)

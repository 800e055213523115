"""Templates of outcomes, as people write them in data files: what a promise of a kind is made of."""

from __future__ import annotations

import re
import string
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from .evidence import EvidenceKind
from .formats import Bilingual, Key
from .outcomes import Direction, Horizon, Outcome, Shape, UnitKind
from .unit_names import unit_word

OWN_BLANKS = {
    "metric": Bilingual(en="metric", zh="指标"), "baseline": Bilingual(en="baseline", zh="基线"),
    "target": Bilingual(en="target", zh="目标"), "unit": Bilingual(en="unit", zh="单位"),
    "due": Bilingual(en="due day", zh="完成日期"), "project": Bilingual(en="project", zh="项目"),
}  # fmt: skip
"""Placeholders of a statement that are filled from the outcome itself, and what they are called where they cannot."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Blank(_Data):
    """A placeholder of a statement that only people can fill, and what to ask them."""

    key: Key
    ask: Bilingual


class SmartHints(_Data):
    """What makes an outcome of this kind specific, measurable, achievable, relevant and timed."""

    s: Bilingual
    m: Bilingual
    a: Bilingual
    r: Bilingual
    t: Bilingual


class EvidenceHint(_Data):
    """Evidence that usually convinces."""

    kind: EvidenceKind
    what: Bilingual


class ProcessHint(_Data):
    """A metric of the work to watch beside the outcome, and why; a key of the dictionary."""

    metric: Key
    why: Bilingual


class OutcomeTemplate(_Data):
    """A kind of promise, ready to be filled in.

    `outcome_type` and `metric` are keys of the taxonomy and of the metric dictionary, `months` the
    usual time from start to due, `shape` how the metric usually moves. The statement's placeholders
    are those of `OWN_BLANKS` and the template's own `blanks`.
    """

    key: Key
    name: Bilingual
    description: Bilingual
    outcome_type: Key
    metric: Key
    unit_kind: UnitKind
    direction: Direction
    horizon: Horizon = Horizon.DIRECT
    months: Annotated[int, Field(ge=1, le=120)]
    shape: Shape = Shape.LINEAR
    statement: Bilingual
    blanks: Annotated[list[Blank], Field(max_length=6)] = []
    smart: SmartHints
    evidence: Annotated[list[EvidenceHint], Field(min_length=1, max_length=8)]
    process_metrics: Annotated[list[ProcessHint], Field(max_length=8)] = []

    @model_validator(mode="after")
    def _says_what_it_can_fill(self) -> Self:
        keys = [blank.key for blank in self.blanks]
        for number, key in enumerate(keys):
            if key in keys[:number] or key in OWN_BLANKS:
                why = "stands twice" if key in keys[:number] else "is filled from the outcome itself: leave it out"
                raise _misfit(f"the placeholder {key!r} {why}", "blanks", number, "key")
        known = {*OWN_BLANKS, *keys}
        held = {}
        for language in ("en", "zh"):
            held[language] = _placeholders(self.statement(language), language)
            for name in sorted(held[language] - known):
                reason = f"the placeholder {{{name}}} is not known. Known are {', '.join(sorted(known))}"
                raise _misfit(reason, "statement", language)
        for name in sorted(held["en"] ^ held["zh"]):
            lacking = "zh" if name in held["en"] else "en"
            raise _misfit(f"the placeholder {{{name}}} stands in one language only", "statement", lacking)
        for number, key in enumerate(keys):
            if key not in held["en"]:
                raise _misfit(f"the placeholder {{{key}}} is not in the statement", "blanks", number, "key")
        if self.shape is Shape.POINTS:
            raise _misfit("a template cannot know the points: choose linear, step or s_curve", "shape")
        return self

    def outline(self, language: str) -> str:
        """The statement with what is to be written at each placeholder, in square brackets."""
        return self.statement(language).format(**{key: f"[{ask}]" for key, ask in self._asked(language).items()})

    def _asked(self, language: str) -> dict[str, str]:
        asked = {name: word(language) for name, word in OWN_BLANKS.items()}
        return asked | {blank.key: blank.ask(language) for blank in self.blanks}

    def filled(self, outcome: Outcome, words: dict[str, str], language: str, project: str) -> tuple[str, list[str]]:
        """The statement of an outcome, and the placeholders that nothing is known for.

        What is missing is shown in square brackets with what to write there.

        Args:
            outcome: Gives the values of `OWN_BLANKS`.
            words: Values of the template's own blanks.
            language: `en` or `zh`.
            project: The project's name.
        """
        values = {**_own_values(outcome, project, language), **{key: text.strip() for key, text in words.items()}}
        asked, pattern = self._asked(language), self.statement(language)
        wanted = _placeholders(pattern, language)
        missing = [name for name in sorted(wanted) if not values.get(name)]
        shown = {name: values.get(name) or f"[{asked[name]}]" for name in wanted}
        said = pattern.format(**shown)
        if language == "zh":  # no blank between two Chinese characters, whatever was filled in
            said = re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", said)
        return said, missing


def value_text(
    value: float, unit_kind: UnitKind, unit: str | None, currency: str | None = None, language: str = "en"
) -> str:
    """A figure with its unit as a sentence has it: `12 %`, `5000 EUR`, `yes`."""
    if unit_kind is UnitKind.YES_NO:
        words = {0.0: "否", 1.0: "是"} if language == "zh" else {0.0: "no", 1.0: "yes"}
        return words.get(value, f"{value:g}")
    figure = f"{value:,.10g}".replace(",", " ") if abs(value) >= 10_000 else f"{value:.10g}"
    mark = "%" if unit_kind is UnitKind.PERCENT else currency if unit_kind is UnitKind.CURRENCY else unit
    mark = unit_word(mark, language)
    return f"{figure} {mark}" if mark else figure


def _own_values(outcome: Outcome, project: str, language: str) -> dict[str, str | None]:
    def figure(value: float | None) -> str | None:
        if value is None:
            return None
        return value_text(value, outcome.unit_kind, outcome.unit_of_measure, outcome.currency, language)

    return {
        "metric": outcome.metric, "baseline": figure(outcome.baseline), "target": figure(outcome.target),
        "unit": unit_word(outcome.unit_of_measure or outcome.currency, language) or None,
        "due": outcome.due.isoformat() if outcome.due else None,
        "project": project,
    }  # fmt: skip


def _placeholders(pattern: str, language: str) -> set[str]:
    try:
        parts = [part for part in string.Formatter().parse(pattern) if part[1] is not None]
    except ValueError as error:
        raise _misfit(
            f"the placeholders are not written well ({error}). Write {{metric}}", "statement", language
        ) from None
    for _, name, style, turn in parts:
        if not name or style or turn or not name.replace("_", "").isalnum():
            raise _misfit(f"{{{name}}} is no placeholder. Write a name only, as in {{metric}}", "statement", language)
    return {str(name) for _, name, _, _ in parts}


def _misfit(reason: str, *place: Any) -> PydanticCustomError:
    """A broken rule of a whole file, with the part that breaks it."""
    return PydanticCustomError("misfit", "{reason}", {"reason": reason, "place": place})

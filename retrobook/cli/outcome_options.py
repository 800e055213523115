"""An option for every field of an outcome."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from kg.domain import Direction, Horizon, Shape, UnitKind
from kg.errors import InvalidRequest

from .lesson_filters import Day

_TEXTS = {
    "--title": "What it is called; the template's name when not given.",
    "--type": "Kind of outcome: key or name.",
    "--statement": "What exactly shall be true.",
    "--metric": "How it is measured: a key or name of the dictionary, or a name of your own.",
    "--unit": "Unit of the metric.",
    "--currency": "Currency of an amount, such as EUR.",
    "--relevance": "What it is good for.",
    "--achievability": "How it can be reached.",
    "--owner": "Who answers for it.",
}
_NAMES = {"type": "outcome_type", "unit": "unit_of_measure"}


def outcome_options(command: Any) -> Any:
    """Give a command an option for every field of an outcome."""
    options = [click.option(name, help=words) for name, words in _TEXTS.items()]
    options += [
        click.option("--horizon", type=click.Choice([h.value for h in Horizon])),
        click.option("--unit-kind", type=click.Choice([k.value for k in UnitKind]), help="Kind of value."),
        click.option("--direction", type=click.Choice([d.value for d in Direction]), help="Which way it should move."),
        click.option("--shape", type=click.Choice([s.value for s in Shape]), help="How it is expected to move."),
        click.option("--baseline", type=float, help="Value before the work."),
        click.option("--target", type=float, help="Value to reach."),
        click.option("--weight", type=float, help="How much it counts beside others."),
        click.option("--start", type=Day(), metavar="DAY"),
        click.option("--due", type=Day(), metavar="DAY"),
        click.option("--expect", multiple=True, metavar="DAY=VALUE", help="A point of the expected course; again."),
        click.option("--word", multiple=True, metavar="BLANK=TEXT", help="A blank of the template's statement; again."),
        click.option("--language", type=click.Choice(["en", "zh"]), help="Language of what is filled in."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def said_of(given: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, as fields of a request."""
    pairs = {name: given.pop(name) for name in ("expect", "word")}
    said = {_NAMES.get(name, name): found for name, found in given.items() if found is not None}
    if pairs["word"]:
        said["words"] = dict(_pair(text, "word") for text in pairs["word"])
    if pairs["expect"]:
        points = [_pair(text, "expect") for text in pairs["expect"]]
        said["expected"] = [{"date": day, "value": figure} for day, figure in points]
    return {name: found.isoformat() if isinstance(found, date) else found for name, found in said.items()}


def _pair(text: str, option: str) -> tuple[str, str]:
    name, mark, rest = text.partition("=")
    if not mark or not name.strip() or not rest.strip():
        raise InvalidRequest(f"--{option}: write {text or 'NAME'}=… with something on both sides.", field=option)
    return name.strip(), rest.strip()

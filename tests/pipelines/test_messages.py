"""Words: both languages say the same things, every error has words, templates hold none."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
import yaml

import retrobook.errors  # noqa: F401  (their codes count too)
from kg.errors import Forbidden, NotFound, by_code
from pipelines.messages import LANGUAGES, Messages
from pipelines.resources import TEMPLATES

CATALOGUES = sorted({path.name for path in (TEMPLATES / "messages").glob("*/*.yaml")})
HAN = re.compile(r"[\u4e00-\u9fff]")


def flat(value: dict, prefix: str = "") -> dict[str, str]:
    found = {}
    for key, item in value.items():
        found |= flat(item, f"{prefix}{key}.") if isinstance(item, dict) else {f"{prefix}{key}": str(item)}
    return found


def catalogue(language: str, name: str) -> dict[str, str]:
    return flat(yaml.safe_load((TEMPLATES / "messages" / language / name).read_text("utf-8")) or {})


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", CATALOGUES)
def test_both_languages_have_the_same_keys_and_placeholders(name: str):
    en, zh = (catalogue(language, name) for language in LANGUAGES)
    assert en.keys() == zh.keys()
    assert {k for k in en if placeholders(en[k]) != placeholders(zh[k])} == set()


def test_every_error_code_has_words_in_both_languages():
    for language in LANGUAGES:
        missing = {code for code in by_code() if f"errors.{code}" not in Messages(language)}
        assert missing == set()


def test_an_error_names_the_nearest_name_in_chinese():
    zh = Messages("zh")
    assert (
        zh.error(NotFound.among("project", "mybindr", ["mybinder"]))
        == "找不到名为“mybindr”的项目。您是不是要找“mybinder”？"
    )
    assert zh.error(NotFound.among("project", "x", [])) == "找不到名为“x”的项目。"
    assert HAN.search(zh.error(Forbidden("no", needed="lead")))


def test_every_word_that_pages_ask_for_is_there():
    t = Messages("en")
    for path in sorted((TEMPLATES / "pages").rglob("*.html")):
        for key in re.findall(r"""\bt\(\s*["']([\w.]+)["']\s*[,)]""", path.read_text("utf-8")):
            assert key in t or f"{key}.other" in t, f"{path.name}: {key}"


@pytest.mark.parametrize("path", sorted((TEMPLATES / "pages").rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_words_of_their_own(path: Path):
    text = path.read_text("utf-8")
    assert not HAN.search(text)
    links = r"\{% macro live_link.*?endmacro %\}|\{% block body_attributes %\}.*?\{% endblock %\}"
    bare = re.sub(links + r"|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", " ", text, flags=re.S)
    shown = re.sub(r"<[^>]*>", " ", bare)
    assert re.findall(r"[A-Za-z]{2,}", shown) == []
    spoken = re.findall(r'(?:title|placeholder|aria-label|alt)="([^"]*)"', bare)
    assert [words for words in spoken if words.strip()] == []


def test_dark_colours_are_the_same_chosen_or_preferred():
    css = (TEMPLATES / "pages" / "static" / "tokens.css").read_text("utf-8")
    preferred = re.search(r'not\(\[data-theme="light"\]\) \{(.*?)\}', css, re.S)
    chosen = re.search(r'\[data-theme="dark"\] \{(.*?)\}', css, re.S)
    assert preferred and chosen
    assert preferred[1].split() == chosen[1].split()

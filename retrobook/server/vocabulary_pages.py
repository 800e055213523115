"""`/vocabulary`: the organisation's kinds of outcome, metrics and templates, and what its keepers do with them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from kg.domain import Direction, Role, UnitKind
from kg.domain.metric_names import plain_name
from kg.domain.unit_names import unit_word
from kg.errors import Forbidden, KgError, NotFound

from .lesson_acts import ActingPage

PARTS = ("types", "metrics", "templates")
SAID = frozenset({"defined", "renamed", "aliased", "merged", "split", "retired", "restored", "unchanged"})
"""What a page may say was done; the words are `vocabulary.said.<word>`."""
NAMES = ("name_en", "name_zh")
TEXTS = {"types": ("description_en", "description_zh"), "metrics": ("definition_en", "definition_zh", "formula")}
DEFINED = ("key", *NAMES, "unit_kind", "unit_of_measure", "direction", "aliases")
"""Fields of the form for a new one."""


class VocabularyPages(ActingPage):
    """Base of these pages."""

    done_words = "vocabulary.said"
    may_say = SAID

    @property
    def may_change(self) -> bool:
        """True for whoever keeps the organisation's words."""
        return self.visitor is not None and self.visitor.has(Role.PMO)

    def require_right(self) -> None:
        """Refuse whoever does not keep them, before anything is shown as done.

        Raises:
            Forbidden: The visitor is not of the PMO.
        """
        if not self.may_change:
            raise Forbidden(
                "The PMO keeps the organisation's words. Ask it for the change.",
                operation="vocabulary", needed=Role.PMO.value,
            )  # fmt: skip

    def page_context(self) -> dict[str, Any]:
        """What every template may use, and how an entry is called in the visitor's language."""
        zh = self.language == "zh"
        return super().page_context() | {
            "may_change": self.may_change,
            "unit_of": lambda one: unit_word(one.unit_of_measure, self.language),
            "named": lambda one: one.name_zh if zh else one.name_en,
            "otherwise": lambda one: one.name_en if zh else one.name_zh,
        }

    def problem_of(self, error: KgError, problems: dict[str, str]) -> None:
        """Put the words of a refusal beside its field, or above the form.

        Raises:
            KgError: It is no refusal of what was typed.
        """
        if error.status >= 500 or isinstance(error, Forbidden):
            raise error
        told = error.fields
        if "other" in told and "name" in told:
            name, taken = str(told["name"]), str(told["other"])
            typed = {field: plain_name(self.text(field) or "") for field in (*NAMES, "key")}
            field = next((field for field, text in typed.items() if text == plain_name(name)), "aliases")
            problems[field] = self.t("vocabulary.problems.taken", name=name, other=taken)
        elif "revision" in told and self.text("revision"):
            problems["elsewhere"] = self.t("vocabulary.problems.stale")
        elif error.code == "conflict":
            problems["key"] = self.t("vocabulary.problems.key_taken", name=self.text("key") or "")
        else:
            field = str(told.get("field") or "").split(".")[0]
            known = f"vocabulary.problems.{field}_wrong"
            problems[field or "elsewhere"] = self.t(known) if known in self.t else self.t.error(error)


class VocabularyPage(VocabularyPages):
    """`/vocabulary`: one of the three parts, searched by words in either language."""

    async def get(self) -> None:
        """The part that is asked for."""
        await self.draw()

    async def post(self) -> None:
        """Add a kind of outcome or a metric."""
        self.require_right()
        part = self.text("part") or ""
        if part not in TEXTS:
            raise NotFound.among("page", part, TEXTS)
        typed = {name: self.text(name) or "" for name in (*DEFINED, *TEXTS[part])}
        values: dict[str, Any] = {name: value for name, value in typed.items() if value}
        problems: dict[str, str] = {
            name: self.t("vocabulary.problems.missing") for name in ("key", *NAMES) if not typed[name]
        }
        if part == "types":
            values = {name: values[name] for name in ("key", *NAMES, *TEXTS[part]) if name in values}
        else:
            values["aliases"] = names_in(typed["aliases"])
        if not problems:
            try:
                made = await self.ask("define_type" if part == "types" else "define_metric", **values)
                key = (made.type if part == "types" else made.metric).key
                self.done(f"/vocabulary/{part}/{key}", "defined" if made.changed else "unchanged")
                return
            except KgError as error:
                self.problem_of(error, problems)
        await self.draw(part, typed, problems, 422)

    async def draw(
        self,
        part: str = "",
        typed: dict[str, str] | None = None,
        problems: dict[str, str] | None = None,
        code: int = 200,
    ) -> None:
        """The page; after a refusal with what was typed."""
        asked = self._asked(part)
        types, metrics, offered = await asyncio.gather(
            self.ask("list_outcome_types", all=asked.all),
            self.ask("list_metrics", text=asked.q or None, all=asked.all),
            self.ask("outcome_templates"),
        )
        words = plain_name(asked.q).split()
        found_types = [row for row in types.types if all(word in _said(row.type) for word in words)]
        templates = [row for row in offered.templates if all(word in _of_template(row) for word in words)]
        counts = {"types": len(found_types), "metrics": len(metrics.metrics), "templates": len(templates)}
        if not self.get_query_argument("part", "") and not part and asked.q and not counts[asked.part]:
            asked.part = next((name for name in PARTS if counts[name]), asked.part)

        def link(**changed: Any) -> str:
            values = {"part": asked.part, "q": asked.q, "all": "1" if asked.all else ""} | changed
            return "/vocabulary?" + urlencode({name: value for name, value in values.items() if value})

        self.show(
            "vocabulary.html",
            code,
            asked=asked,
            parts=PARTS,
            counts=counts,
            types=found_types,
            metrics=metrics.metrics,
            templates=templates,
            template_problems=offered.problems,
            link=link,
            said=self.said(),
            typed=typed or {},
            problems=problems or {},
            unit_kinds=list(UnitKind),
            directions=list(Direction),
        )

    def _asked(self, part: str) -> SimpleNamespace:
        wanted = part or self.get_query_argument("part", "")
        return SimpleNamespace(
            part=wanted if wanted in PARTS else "types",
            q=self.get_query_argument("q", "").strip()[:300],
            all=bool(self.get_query_argument("all", "")),
        )


def names_in(text: str) -> list[str]:
    """Names that somebody wrote one a line, or parted by commas of either width."""
    found = text.replace("，", ",").replace("、", ",").replace(";", ",").replace("；", ",").replace("\n", ",")
    return [name.strip()[:200] for name in found.split(",") if name.strip()][:100]


def _said(kind: Any) -> str:
    texts = (kind.key, kind.name_en, kind.name_zh, kind.description_en, kind.description_zh)
    return " ".join(plain_name(text) for text in texts if text)


def _of_template(row: Any) -> str:
    one = row.template
    texts = (one.key, one.name("en"), one.name("zh"), one.description("en"), one.description("zh"), one.metric)
    return " ".join(plain_name(text) for text in texts if text)


ROUTES = [
    (r"/vocabulary", VocabularyPage),
]

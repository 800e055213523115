"""`/vocabulary`: the organisation's kinds of outcome, metrics and templates, and what its keepers do with them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote, urlencode

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


class EntryPage(VocabularyPages):
    """`/vocabulary/<part>/<key>`: one kind of outcome or metric, its history, and what can be done with it."""

    async def get(self, part: str, key: str) -> None:
        """The entry."""
        await self.draw(part, unquote(key))

    async def post(self, part: str, key: str) -> None:
        """Rename, give further names, merge, split, retire or restore; a merge is shown before it is done."""
        self.require_right()
        key, what = unquote(key), self.text("do") or ""
        acts = {
            "rename": self._rename, "alias": self._alias, "preview": self._preview, "merge": self._merge,
            "split": self._split, "retire": self._retire, "restore": self._restore,
        }  # fmt: skip
        if what not in acts:
            raise NotFound.among("page", what, acts)
        problems: dict[str, str] = {}
        shown: SimpleNamespace | None = None
        try:
            answer = await acts[what](part, key, problems)
            if isinstance(answer, str):
                self.done(f"/vocabulary/{part}/{quote(key, safe='')}", answer)
                return
            shown = answer
        except KgError as error:
            self.problem_of(error, problems)
        await self.draw(part, key, what, problems, shown, 422 if problems else 200)

    async def draw(
        self, part: str, key: str, act: str = "", problems: dict[str, str] | None = None,
        preview: SimpleNamespace | None = None, code: int = 200,
    ) -> None:  # fmt: skip
        """The page; after a refused act with what was typed."""
        found = await self.ask("vocabulary_entry", of=part, key=key)
        entry = found.type or found.metric
        in_use = not entry.retired_at and not entry.merged_into
        others = []
        if self.may_change and in_use:
            listed = await self.ask("list_outcome_types" if part == "types" else "list_metrics")
            rows = [row.type if part == "types" else row.metric for row in getattr(listed, part)]
            others = [one for one in rows if one.key != key]
        self.show(
            "vocabulary_entry.html",
            code,
            part=part,
            found=found,
            entry=entry,
            in_use=in_use,
            texts=TEXTS[part],
            others=others,
            act=act,
            problems=problems or {},
            preview=preview,
            typed=self.get_body_argument if problems else lambda name, default="": default,
            said=self.said(),
        )

    async def _rename(self, part: str, key: str, problems: dict[str, str]) -> str | None:
        for name in NAMES:
            if not self.text(name):
                problems[name] = self.t("vocabulary.problems.missing")
        if problems:
            return None
        values: dict[str, Any] = {name: self.text(name) for name in NAMES}
        values |= {name: self.text(name) or "" for name in TEXTS[part] if name in self.request.body_arguments}
        return await self._renamed(part, key, "renamed", values)

    async def _alias(self, part: str, key: str, problems: dict[str, str]) -> str | None:
        add, drop = names_in(self.text("aliases") or ""), self.get_body_arguments("drop")
        if not add and not drop:
            problems["aliases"] = self.t("vocabulary.problems.no_alias")
            return None
        return await self._renamed(part, key, "aliased", {"add_aliases": add, "drop_aliases": drop})

    async def _renamed(self, part: str, key: str, word: str, values: dict[str, Any]) -> str:
        if (revision := self.text("revision") or "").isdecimal():
            values["revision"] = int(revision)
        if part == "types":
            done = await self.ask("rename_type", type=key, **values)
        else:
            done = await self.ask("rename_metric", metric=key, **values)
        return word if done.changed else "unchanged"

    async def _preview(self, part: str, key: str, problems: dict[str, str]) -> SimpleNamespace | None:
        target = self.text("target")
        if not target:
            problems["target"] = self.t("vocabulary.problems.no_target")
            return None
        found = await self.ask("preview_merge", of=part, source=key, target=target)
        if found.problem:
            problems["target"] = self._unlike(found, key)
            return None
        return SimpleNamespace(target=found.target, outcomes=found.outcomes)

    async def _merge(self, part: str, key: str, problems: dict[str, str]) -> str | SimpleNamespace | None:
        found = await self._preview(part, key, problems)
        if found is None:
            return None
        if str(found.outcomes) != self.text("outcomes"):
            problems["target"] = self.t("vocabulary.problems.count_changed")
            return found
        await self.ask("merge_types" if part == "types" else "merge_metrics", source=key, target=found.target)
        return "merged"

    def _unlike(self, found: Any, key: str) -> str:
        """Why two do not merge, in words."""
        none = self.t("vocabulary.none")
        mine, other = found.mine or none, found.other or none
        if found.problem == "unit_of_measure":
            mine, other = unit_word(mine, self.language), unit_word(other, self.language)
        section = {"unit_kind": "outcomes.unit_kinds", "direction": "outcomes.directions"}.get(found.problem)
        if section:
            mine, other = (self.t(f"{section}.{value}") if value != none else none for value in (mine, other))
        return self.t(
            f"vocabulary.problems.merge.{found.problem}",
            source=key,
            target=found.target or other,
            mine=mine,
            other=other,
        )

    async def _split(self, part: str, key: str, problems: dict[str, str]) -> str:
        await self._act(part, key, "split")
        return "split"

    async def _retire(self, part: str, key: str, problems: dict[str, str]) -> str | None:
        reason = self.text("reason")
        if not reason:
            problems["reason"] = self.t("vocabulary.problems.no_reason")
            return None
        await self._act(part, key, "retire", reason=reason)
        return "retired"

    async def _restore(self, part: str, key: str, problems: dict[str, str]) -> str:
        await self._act(part, key, "restore")
        return "restored"

    async def _act(self, part: str, key: str, act: str, **values: Any) -> None:
        one = "type" if part == "types" else "metric"
        await self.ask(f"{act}_{one}", **{one: key}, **values)


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
    (r"/vocabulary/(types|metrics)/([^/]+)", EntryPage),
]

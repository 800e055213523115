"""`/vocabulary/<part>/<key>`: one kind of outcome or metric, who changed it when, and what its keepers do with it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

from kg.domain.unit_names import unit_word
from kg.errors import KgError, NotFound

from .revisions import revision_read
from .vocabulary_pages import NAMES, TEXTS, VocabularyPages, names_in


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
        values |= revision_read(self.text("revision"))
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


ROUTES = [
    (r"/vocabulary/(types|metrics)/([^/]+)", EntryPage),
]

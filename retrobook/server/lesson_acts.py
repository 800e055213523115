"""What people do to a lesson from its page: a form each, which works without JavaScript too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from kg.errors import InvalidRequest, NotFound

from .pages import Page
from .revisions import revision_of

SEPARATOR = " · "
"""Between a project's name and its key in a field that proposes projects."""

DONE = frozenset(
    {
        "helped", "unhelped", "applied", "recurred", "taken_back", "accepted", "returned", "published", "superseded",
        "retired", "changed", "decided", "contradicted", "dismissed", "distilled", "captured",
    }
)  # fmt: skip
"""What a page may say was done; the words are `lifecycle.done.<word>`."""


class ActingPage(Page):
    """A page whose form does something and then shows what came of it.

    `done_words` is where the words of what was done stand, `may_say` which of them a page may say.
    """

    done_words = "lifecycle.done"
    may_say: frozenset[str] = DONE

    def done(self, path: str, word: str, *, at: str = "", **named: Any) -> None:
        """Go on to a page that says what was done; a script is told where that is.

        Args:
            path: The page.
            word: What was done.
            at: The part of the page to go on at.
            **named: What else the page's address says.
        """
        self.server.hub.nudge()
        self.server.identity.people.forget()
        target = f"{path}?{urlencode({'done': word, **named}, doseq=True)}{f'#{at}' if at else ''}"
        if self._asked_by_script():
            self.set_header("Content-Type", "application/json; charset=utf-8")
            self.finish({"url": target, "said": self.t(f"{self.done_words}.{word}")})
        else:
            self.redirect(target, status=303)

    def said(self) -> str | None:
        """The words of what was just done, for the page after a form."""
        word = self.get_query_argument("done", "")
        return self.t(f"{self.done_words}.{word}") if word in self.may_say else None

    def text(self, name: str) -> str | None:
        """A field of the form, or None when it is empty."""
        return self.get_body_argument(name, "").replace("\r\n", "\n").strip() or None

    def given(self, *names: str) -> dict[str, str]:
        """Those of the form's fields that are filled in."""
        return {name: value for name in names if (value := self.text(name)) is not None}

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """An error as a page, or for a script as words."""
        if not self._asked_by_script():
            super().write_error(status_code, **kwargs)
            return
        error = self.reason_of(status_code, kwargs)
        self.set_status(error.status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish({"code": error.code, "message": self.t.error(error)})

    def _asked_by_script(self) -> bool:
        return self.request.headers.get("Accept", "").startswith("application/json")


class ActOnLesson(ActingPage):
    """`POST /lessons/<id>/<act>`: one thing done to a lesson as its visitor."""

    async def post(self, key: str, act: str) -> None:
        """Do it, then show the lesson."""
        key = unquote(key)
        acts: dict[str, Callable[[str], Any]] = {
            "helped": self._helped,
            "applied": self._happened,
            "recurred": self._happened,
            "take-back": self._take_back,
            "decide": self._decide,
            "review": self._review,
            "publish": self._publish,
            "supersede": self._supersede,
            "retire": self._retire,
            "contradict": self._contradict,
            "dismiss": self._dismiss,
            "distil": self._distil,
        }
        if act not in acts:
            raise NotFound.among("page", act, acts)
        self._act = act
        word = await acts[act](key)
        self.done(f"/lessons/{quote(key, safe=':')}", word)

    async def _helped(self, key: str) -> str:
        if self.text("undo"):
            await self.ask("unmark_lesson", id=key)
            return "unhelped"
        await self.ask("mark_lesson", id=key, kind="helped")
        return "helped"

    async def _happened(self, key: str) -> str:
        values = self.given("result", "note", "happened_on", "key")
        await self.ask("mark_lesson", id=key, kind=self._act, project=project_key(self.text("project")), **values)
        return self._act

    async def _take_back(self, key: str) -> str:
        await self.ask("unmark_lesson", id=key, event=self.text("event") or "")
        return "taken_back"

    async def _decide(self, key: str) -> str:
        await self.ask(
            "decide_recurrence", event=self.text("event") or "", decision=self.text("decision"), **self.given("reason")
        )
        return "decided"

    async def _review(self, key: str) -> str:
        decision = self.text("decision")
        if decision == "return" and not self.text("reason"):
            raise InvalidRequest("Say why, so that its author knows what to change.", field="reason", why="no_reason")
        await self.ask("review_lesson", id=key, decision=decision, **self.given("reason", "conditions", "review_by"))
        return "accepted" if decision == "accept" else "returned"

    async def _publish(self, key: str) -> str:
        await self.ask("publish_lesson", id=key)
        return "published"

    async def _supersede(self, key: str) -> str:
        await self.ask("supersede_lesson", id=key, by=lesson_key(self.text("by")))
        return "superseded"

    async def _retire(self, key: str) -> str:
        await self.ask("retire_lesson", id=key, reason=self.text("reason") or "")
        return "retired"

    async def _contradict(self, key: str) -> str:
        await self.ask("declare_conflict", a=key, b=lesson_key(self.text("other")), reason=self.text("reason") or "")
        return "contradicted"

    async def _dismiss(self, key: str) -> str:
        reason = self.text("reason") or self.t("lifecycle.conflict.dismiss")
        await self.ask("dismiss_conflict", a=key, b=lesson_key(self.text("other")), reason=reason)
        return "dismissed"

    async def _distil(self, key: str) -> str:
        others = [lesson_key(line) for line in (self.text("others") or "").splitlines() if line.strip()]
        statement = self.text("statement") or ""
        await self.ask("distil_practice", lessons=[key, *others], statement=statement, **self.given("conditions"))
        return "distilled"


class EditLesson(ActingPage):
    """`/lessons/<id>/edit`: the texts of a lesson as a form."""

    async def get(self, key: str) -> None:
        """The form."""
        found = await self.ask("get_lesson", id=unquote(key))
        self.show("lesson_edit.html", lesson=found.lesson)

    async def post(self, key: str) -> None:
        """Keep what was changed."""
        key = unquote(key)
        texts = {name: self.text(name) or "" for name in ("driving_event", "lesson", "recommendation", "conditions")}
        topics = [topic.strip() for topic in (self.text("topics") or "").replace("，", ",").split(",") if topic.strip()]
        await self.ask(
            "edit_lesson",
            id=key,
            topics=topics,
            polarity=self.text("polarity"),
            revision=revision_of(self.text("revision")),
            **texts,
            **({"title": self.text("title") or ""} if self.text("title") != self.text("title_before") else {}),
        )
        self.done(f"/lessons/{quote(key, safe=':')}", "changed")


def project_key(shown: str | None) -> str | None:
    """The key of a project from a field that proposes `name · key`; anything else is a key itself."""
    return shown.rsplit(SEPARATOR, 1)[-1].strip() if shown else None


def lesson_key(shown: str | None) -> str:
    """The id of a lesson from its id or the address of its page."""
    text = (shown or "").strip()
    path = urlsplit(text).path if "/lessons/" in text else ""
    return unquote(path.split("/lessons/", 1)[1].split("/", 1)[0]) if path else text


ROUTES = [
    (r"/lessons/([^/]+)/edit", EditLesson),
    (r"/lessons/([^/]+)/([a-z-]+)", ActOnLesson),
]

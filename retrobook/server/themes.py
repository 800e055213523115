"""Pages over many retrospectives: their themes down to the notes, and the health of a team or project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from kg.errors import InvalidRequest, NotFound
from kg.operations.health_history import HealthHistory
from kg.operations.theme_views import Theme, ThemesFound
from widgets.rendering.radar import radar_svg
from widgets.rendering.text import civil
from widgets.rendering.theme_figures import TONES, period_name, periods_svg, ratings_svg, tones_svg

from .lesson_acts import SEPARATOR, project_key
from .pages import Page

RATINGS = ("closing", "mood", "health")


@dataclass(frozen=True)
class Limits:
    """What the form limits the retrospectives to, as it was typed."""

    project: str = ""
    team: str = ""
    start: str = ""
    end: str = ""

    @property
    def any(self) -> bool:
        """True when there is a limit."""
        return bool(self.project or self.team or self.start or self.end)

    @property
    def query(self) -> str:
        """The limits as the end of an address; empty without any."""
        given = {"project": self.project, "team": self.team, "from": self.start, "to": self.end}
        text = urlencode({name: value for name, value in given.items() if value})
        return f"?{text}" if text else ""

    def values(self) -> dict[str, Any]:
        """The limits as an operation takes them.

        Raises:
            InvalidRequest: A date is none, or the period does not run forward.
        """
        key = project_key(self.project) if self.project else None
        days = {}
        for name, text in (("period_start", self.start), ("period_end", self.end)):
            try:
                days[name] = date.fromisoformat(text) if text else None
            except ValueError as error:
                raise InvalidRequest(f"{text[:40]!r} is not a date.", field=name, value=text[:40]) from error
        return {"projects": [key] if key else [], "teams": [self.team] if self.team else [], **days}


class OverRetrospectives(Page):
    """A page with the limits of its form."""

    def limits(self) -> Limits:
        """What the address limits the retrospectives to."""
        names = ("project", "team", "from", "to")
        return Limits(*(" ".join(self.get_query_argument(name, "").split())[:300] for name in names))

    def tones_of(self, theme: Theme) -> Markup:
        """The bar of a theme's notes by tone."""
        return tones_svg(theme.tones, self.tones_said(theme.tones))

    def tones_said(self, tones: dict[str, int]) -> str:
        """How many notes of each kind, in words."""
        kinds = [
            self.t("themes.tone_count", tone=self.t(f"themes.tones.{k}"), count=tones[k]) for k in TONES if k in tones
        ]
        return self.t("pages.comma").join(kinds)

    def periods_figure(self, theme: Theme) -> Markup:
        """The columns of a theme's periods."""
        said = [
            self.t(
                "themes.period_said", period=period_name(p.start, p.end, self.language), touched=p.touched, held=p.held
            )
            for p in theme.periods
            if p.held
        ]
        return periods_svg([(p.held, p.touched) for p in theme.periods], self.t("pages.comma").join(said))

    def ratings_figure(self, rounds: Sequence[tuple[str, dict[str, float | None]]]) -> Markup | None:
        """The lines of ratings that have a value; None without any."""
        shown = [name for name in RATINGS if any(values.get(name) is not None for _, values in rounds)]
        if not shown or len(rounds) < 2:
            return None
        said = [
            f"{self.t(f'themes.ratings.{name}')}: "
            + self.t("pages.comma").join(
                f"{when} {values[name]:g}" for when, values in rounds if values.get(name) is not None
            )
            for name in shown
        ]
        return ratings_svg(
            [(f"line-{name}", [values.get(name) for _, values in rounds]) for name in shown], ". ".join(said)
        )

    def figures(self) -> dict[str, Any]:
        """What the templates draw with."""
        return {
            "tones_of": self.tones_of,
            "tones_said": self.tones_said,
            "periods_of": self.periods_figure,
            "tone_order": TONES,
            "period_name": lambda start, end: period_name(start, end, self.language),
        }


class Themes(OverRetrospectives):
    """`/retrospectives/themes`: what several retrospectives speak of."""

    async def get(self) -> None:
        """The themes under the form's limits."""
        limits, problem = self.limits(), None
        try:
            found = await self.ask("retro_themes", **limits.values())
        except (InvalidRequest, NotFound) as error:
            problem = self.t.error(error) if isinstance(error, NotFound) else self.t("themes.bad_limits")
            found = ThemesFound(themes=[], retrospectives=0)
            found.choices = (await self.ask("retro_themes", limit=1)).choices
        rounds = [(civil(p.day, self.language), p.model_dump(include=set(RATINGS))) for p in found.pulse]
        self.show(
            "themes.html",
            found=found,
            limits=limits,
            problem=problem,
            ratings=self.ratings_figure(rounds),
            rating_names=[name for name in RATINGS if any(values[name] is not None for _, values in rounds)],
            choices=[f"{name}{SEPARATOR}{key}" for key, name in sorted(found.choices.projects.items())],
            **self.figures(),
        )


class ThemePage(OverRetrospectives):
    """`/retrospectives/themes/<key>`: one theme down to its notes."""

    async def get(self, key: str) -> None:
        """The theme as found under the same limits."""
        limits = self.limits()
        found = await self.ask("retro_theme", theme=key, **limits.values())
        self.show("theme.html", found=found, theme=found.theme, limits=limits, **self.figures())


class Health(OverRetrospectives):
    """`/retrospectives/health`: levels of a team or project from retrospective to retrospective."""

    async def get(self) -> None:
        """The chosen subject, or the first one."""
        subjects = (await self.ask("list_health_subjects")).subjects
        kind, _, key = self.get_query_argument("of", "").partition(":")
        if not key and subjects:
            kind, key = subjects[0].kind, subjects[0].key
        asked = self.get_query_argument("set", "") or None
        found = None
        if key:
            if kind not in ("team", "project"):
                raise NotFound.among("page", f"health of {kind}"[:80], [])
            found = await self.ask("health_history", **{kind: key}, question_set=asked)
        self.show(
            "health.html",
            subjects=subjects,
            chosen=f"{kind}:{key}",
            found=found,
            names=await self._set_names() if found else {},
            radar=self._radar(found) if found else None,
            ratings=self._ratings(found) if found else None,
            rating_names=[n for n in RATINGS if found and any(_overall(r)[n] is not None for r in found.rounds)],
            shown=[r for r in found.rounds if r.health] if found else [],
        )

    async def _set_names(self) -> dict[str, str]:
        sets = (await self.ask("list_question_sets")).question_sets
        return {each.key: each.name(self.language) for each in sets}

    def _radar(self, found: HealthHistory) -> Markup | None:
        rounds = [r for r in found.rounds if r.health][-2:][::-1]
        axes = [question.zh if self.language == "zh" else question.en for question in found.questions]
        series = [
            (
                civil(r.day, self.language) or r.title,
                [r.health[q.key].mean if q.key in r.health else None for q in found.questions],
            )
            for r in rounds
        ]
        svg = radar_svg(axes, series, title=self.t("themes.health.figure"), none=self.t("themes.health.hidden"))
        return Markup(svg) if svg else None  # noqa: S704  (escaped where it is made)

    def _ratings(self, found: HealthHistory) -> Markup | None:
        return self.ratings_figure([(civil(r.day, self.language), _overall(r)) for r in found.rounds])


def _overall(round_: Any) -> dict[str, float | None]:
    means = [level.mean for level in round_.health.values()]
    return {
        "closing": round_.closing.mean if round_.closing else None,
        "mood": round_.mood.mean if round_.mood else None,
        "health": round(sum(means) / len(means), 2) if means else None,
    }


ROUTES = [
    (r"/retrospectives/themes", Themes),
    (r"/retrospectives/themes/([0-9a-f]{12})", ThemePage),
    (r"/retrospectives/health", Health),
]

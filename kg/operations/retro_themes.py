"""Retro of retros: what many retrospectives speak of, with drill-down that keeps the thresholds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from ..domain import Retrospective, Role
from ..errors import NotFound
from .health_history import closed_retrospectives, shown_mean
from .projects import find_project, visible_names
from .table import Context, operation
from .theme_grouping import direction_of, group_items, periods_of, title_of, words_apart
from .theme_material import Item, is_guarded, key_of, many_took_part, material, shows_votes, team_of
from .theme_outcomes import theme_outcomes
from .theme_views import (
    Pulse,
    RetroTheme,
    RetroThemes,
    Theme,
    ThemeChoices,
    ThemeDetail,
    ThemeLimits,
    ThemeNote,
    ThemeRetrospective,
    ThemesFound,
    ThemeTopic,
)

MOST = 1_500
"""So many topics and notes are compared, the newest ones."""
TEAMS_TO_POOL = 2
"""Anonymous notes are told of only beside those of another anonymous team."""
TITLE = 160


@dataclass(frozen=True)
class _Found:
    """A theme before it is told."""

    key: str
    items: list[Item]
    others: list[Item]

    @property
    def held(self) -> list[Retrospective]:
        """Its retrospectives, the oldest first."""
        found = {item.held.id: item.held for item in self.items}
        return sorted(found.values(), key=lambda r: (r.held_on or date.min, r.id))

    @property
    def pools(self) -> bool:
        """True when anonymous notes may be told of, without their retrospective."""
        closed = {team_of(item.held) for item in self.items if item.held.anonymity and item.notes}
        return len(closed) >= TEAMS_TO_POOL

    @property
    def withheld(self) -> bool:
        """True when all comes from one anonymous team."""
        return all(held.anonymity for held in self.held) and len({team_of(held) for held in self.held}) < TEAMS_TO_POOL

    def notes(self, items: list[Item]) -> list[ThemeNote]:
        return [note for item in items for note in item.notes]

    @property
    def told(self) -> list[Item]:
        """Items whose notes may be told under their retrospective."""
        return [item for item in self.items if not item.held.anonymity]

    @property
    def pooled(self) -> list[ThemeNote]:
        """Notes of anonymous retrospectives, in an order that says nothing."""
        if self.withheld or not self.pools:
            return []
        return sorted(self.notes([i for i in self.items if i.held.anonymity]), key=lambda note: (note.tone, note.text))


@operation(Role.MEMBER)
def retro_themes(context: Context, request: RetroThemes) -> ThemesFound:
    """What several closed retrospectives speak of, those that most of them share first."""
    every = closed_retrospectives(context)
    chosen = _chosen(context, request, every)
    items = material(context, chosen)
    found, method, unread = _themes(context, items)
    speaking = _speaking(items)
    told = [_theme(context, theme, speaking) for theme in found[: request.limit]]
    return ThemesFound(
        themes=told,
        retrospectives=len(chosen),
        silent=len(chosen) - len(speaking),
        alone=min(len(items), MOST) - sum(len(theme.items) for theme in found),
        guarded=sum(1 for held in chosen if is_guarded(held)),
        left_out=max(0, len(items) - MOST),
        unread=unread,
        method=method,
        pulse=_pulse(chosen),
        choices=ThemeChoices(
            projects=visible_names(context, [held.project for held in every]),
            teams=sorted({held.team for held in every if held.team}),
        ),
    )


@operation(Role.MEMBER)
def retro_theme(context: Context, request: RetroTheme) -> ThemeDetail:
    """One theme down to its retrospectives, topics and notes, as far as the thresholds let it be told."""
    items = material(context, _chosen(context, request, closed_retrospectives(context)))
    found, _, _ = _themes(context, items)
    theme = next((theme for theme in found if theme.key == request.theme), None)
    if theme is None:
        raise NotFound.among("theme", request.theme, [])
    names = visible_names(context, [held.project for held in theme.held])
    actions, lessons = theme_outcomes(context, theme.items)
    return ThemeDetail(
        theme=_theme(context, theme, _speaking(items)),
        retrospectives=[_part(theme, held, names) for held in reversed(theme.held)],
        pooled=theme.pooled,
        actions=actions,
        lessons=lessons,
    )


def _chosen(context: Context, request: ThemeLimits, every: list[Retrospective]) -> list[Retrospective]:
    projects = {find_project(context.store, key, context.scope).id for key in request.projects}
    teams = {held.team for held in every if held.team}
    for team in request.teams:
        if team not in teams:
            raise NotFound.among("team", team, teams)

    def within(held: Retrospective) -> bool:
        if held.held_on is None:
            return request.period_start is None and request.period_end is None
        starts = request.period_start is None or held.held_on >= request.period_start
        return starts and (request.period_end is None or held.held_on < request.period_end)

    return [
        held
        for held in every
        if (not projects or held.project in projects)
        and (not request.teams or held.team in request.teams)
        and within(held)
    ]


def _themes(context: Context, items: list[Item]) -> tuple[list[_Found], str, int]:
    items = items[-MOST:]
    groups, method, unread = group_items(context.services.get("search"), items)
    found = []
    for group in groups:
        own = [items[row] for row in group]
        inside = set(group)
        found.append(_Found(key_of(own), own, [item for row, item in enumerate(items) if row not in inside]))
    return found, method, unread


def _speaking(items: list[Item]) -> list[Retrospective]:
    """Retrospectives that say something: only among these is a theme more or less frequent."""
    return list({item.held.id: item.held for item in items}.values())


def _theme(context: Context, found: _Found, speaking: list[Retrospective]) -> Theme:
    held = found.held
    open_items = [item for item in found.items if item.open]
    if found.withheld:  # no more than what a large enough group named together
        open_items = [item for item in open_items if many_took_part(item.held)]
    told = [] if found.withheld else open_items
    shown = found.notes(found.told) + found.pooled
    actions, lessons = theme_outcomes(context, found.items)
    direct = [action for action in actions if action.direct]
    counted = [item for item in told if item.topic is not None and shows_votes(item.held)]
    return Theme(
        key=found.key,
        title=title_of(open_items, TITLE),
        words=words_apart([_open_text(item) for item in told], [_open_text(item) for item in found.others]),
        retrospectives=len(held),
        teams=len({team_of(each) for each in held}),
        projects=len({each.project for each in held}),
        topics=sum(1 for item in told if item.topic is not None),
        notes=len(shown),
        tones=dict(sorted(Counter(note.tone for note in shown).items())),
        votes=sum(item.topic.votes for item in counted if item.topic) if counted else None,
        first=held[0].held_on,
        last=held[-1].held_on,
        periods=periods_of(speaking, {each.id for each in held}),
        direction=direction_of(speaking, {each.id for each in held}),
        actions=dict(sorted(Counter(action.status for action in direct or actions).items())),
        lessons=sum(1 for lesson in lessons if lesson.how != "recurred"),
        recurrences=sum(1 for lesson in lessons if lesson.how == "recurred"),
        around=bool(actions) and not direct,
        withheld=found.withheld,
    )


def _open_text(item: Item) -> str:
    """What of an item may be read by everyone who may see its retrospective."""
    return item.text if not item.held.anonymity else item.title if item.open else ""


def _part(found: _Found, held: Retrospective, names: dict[str, str]) -> ThemeRetrospective:
    own = [item for item in found.items if item.held.id == held.id]
    topics = [
        ThemeTopic(
            title=item.title,
            votes=item.topic.votes if shows_votes(held) else None,
            discussion="" if held.anonymity else item.topic.discussion,
        )
        for item in own
        if item.topic is not None and item.open and not found.withheld
    ]
    return ThemeRetrospective(
        id=held.id,
        title=held.title,
        day=held.held_on,
        project=held.project,
        project_name=names.get(held.project, held.project),
        team=held.team,
        anonymous=held.anonymity,
        topics=topics,
        notes=[] if held.anonymity else found.notes(own),
        kept_back=held.anonymity and not (found.pooled and not is_guarded(held)),
    )


def _pulse(chosen: list[Retrospective]) -> list[Pulse]:
    found = []
    for held in chosen:
        means = [mean for answers in held.health if (mean := shown_mean(answers)) is not None]
        pulse = Pulse(
            retrospective=held.id,
            title=held.title,
            day=held.held_on,
            closing=shown_mean(held.closing),
            mood=shown_mean(held.mood),
            health=round(sum(means) / len(means), 2) if means else None,
        )
        if pulse.closing is not None or pulse.mood is not None or pulse.health is not None:
            found.append(pulse)
    return found

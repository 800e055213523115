"""What is told of themes over many retrospectives."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field, model_validator

from ..domain.retrospectives import FEWEST_ANSWERS
from .refusals import period_backwards
from .table import Request, Response


class ThemeLimits(Request):
    """Limits: projects, teams, and the period `[period_start, period_end)` in which it was looked back."""

    projects: list[str] = Field(default_factory=list, max_length=200)
    teams: list[str] = Field(default_factory=list, max_length=200)
    period_start: date | None = None
    period_end: date | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> ThemeLimits:
        if self.period_start and self.period_end and self.period_end <= self.period_start:
            raise period_backwards(self.period_start, self.period_end)
        return self


class RetroThemes(ThemeLimits):
    """Limits, and how many themes at most."""

    limit: int = Field(default=12, ge=1, le=40)


class RetroTheme(ThemeLimits):
    """The limits the theme was found under, and its key."""

    theme: str = Field(max_length=100)


class ThemePeriod(BaseModel):
    """How many retrospectives of `[start, end)` hold notes or topics, and how many of them speak of the theme."""

    start: date
    end: date
    held: int
    touched: int = 0


class Pulse(BaseModel):
    """What a retrospective's own ratings say, where at least five people gave each of them."""

    retrospective: str
    title: str
    day: date | None = None
    closing: float | None = None
    mood: float | None = None
    health: float | None = None


class Theme(BaseModel):
    """What several retrospectives speak of.

    Attributes:
        key: Names it under the same limits, as long as nothing is added.
        title: The most typical topic or note; None where any would be an anonymous note.
        words: What sets it apart.
        notes: How many notes may be told of; `tones` counts them by what their column collects.
        votes: Dots of retrospectives in which at least five took part; None without any.
        direction: `more`, `less` or `steady` over the two halves of the retrospectives, or `unknown`.
        actions: By status: of its topics, or where there are none (`around`) of its retrospectives.
        withheld: It comes from one anonymous team and is told by retrospective only.
    """

    key: str
    title: str | None = None
    words: list[str] = []
    retrospectives: int
    teams: int
    projects: int
    topics: int = 0
    notes: int = 0
    tones: dict[str, int] = {}
    votes: int | None = None
    first: date | None = None
    last: date | None = None
    periods: list[ThemePeriod] = []
    direction: str = "unknown"
    actions: dict[str, int] = {}
    lessons: int = 0
    recurrences: int = 0
    around: bool = False
    withheld: bool = False


class ThemeChoices(BaseModel):
    """Projects and teams with closed retrospectives that the visitor may see: names by key."""

    projects: dict[str, str] = {}
    teams: list[str] = []


class ThemesFound(Response):
    """Themes, those of the most retrospectives first.

    Attributes:
        method: How texts were compared: `meaning`, `words`, `both` (words where no model reads
            the language) or `none` (nothing to compare).
        silent: Retrospectives without a note or topic that may be used.
        alone: Topics and notes that belong to no theme.
        guarded: Anonymous retrospectives of fewer than five people, of which only agreed topics count.
        left_out: Older topics and notes that were too many to compare.
        unread: Texts that no model has read yet, so that their words had to do; asking again goes on.
    """

    themes: list[Theme]
    retrospectives: int
    silent: int = 0
    alone: int = 0
    guarded: int = 0
    left_out: int = 0
    unread: int = 0
    method: str = "none"
    pulse: list[Pulse] = []
    choices: ThemeChoices = ThemeChoices()
    fewest: int = FEWEST_ANSWERS


class ThemeNote(BaseModel):
    """A note, with its column's name in both languages and what the column collects."""

    text: str
    tone: str
    en: str
    zh: str


class ThemeTopic(BaseModel):
    """What a group talked about; votes where at least five took part."""

    title: str
    votes: int | None = None
    discussion: str = ""


class ThemeRetrospective(BaseModel):
    """A retrospective's part in a theme; of an anonymous one no notes, only agreed topics."""

    id: str
    title: str
    day: date | None = None
    project: str
    project_name: str
    team: str | None = None
    anonymous: bool = False
    topics: list[ThemeTopic] = []
    notes: list[ThemeNote] = []
    kept_back: bool = False


class ThemeAction(BaseModel):
    """An action; `direct` when it came out of the theme's own topic, not only of the same retrospective."""

    id: str
    title: str
    status: str
    due: date | None = None
    retrospective: str
    direct: bool


class ThemeLesson(BaseModel):
    """A lesson that came out (`how` is `learnt`), came out beside it (`around`), or came back (`recurred`)."""

    id: str
    title: str
    how: str


class ThemeDetail(Response):
    """A theme down to its notes; `pooled` are those of anonymous retrospectives, with no word on which."""

    theme: Theme
    retrospectives: list[ThemeRetrospective]
    pooled: list[ThemeNote] = []
    actions: list[ThemeAction] = []
    lessons: list[ThemeLesson] = []
    fewest: int = FEWEST_ANSWERS

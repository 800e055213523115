"""The retrospective formats and question sets that an installation offers."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from pydantic import BaseModel

from ..domain import Role
from ..domain.formats import Format, QuestionSet
from .table import Context, Request, Response, operation


class ListFormats(Request):
    """No limits: an installation has a few."""


class ListQuestionSets(Request):
    """No limits: an installation has a few."""


class FormatProblem(BaseModel):
    """What is wrong with a data file, so that it is not offered."""

    file: str
    line: int
    field: str = ""
    reason: str
    nearest: str | None = None


class FormatList(Response):
    """Formats in the order people choose them; facilitators also learn which files are broken."""

    formats: list[Format]
    problems: list[FormatProblem] = []


class QuestionSetList(Response):
    """Question sets by key."""

    question_sets: list[QuestionSet]


@operation(Role.GUEST)
def list_formats(context: Context, request: ListFormats) -> FormatList:
    """The retrospective formats there are, with their columns and phases."""
    formats = context.service("formats")
    problems = formats.problems() if context.visitor.has(Role.FACILITATOR) else []
    return FormatList(formats=formats.all(), problems=[problem_view(error) for error in problems])


@operation(Role.GUEST)
def list_question_sets(context: Context, request: ListQuestionSets) -> QuestionSetList:
    """The question sets of health checks there are."""
    return QuestionSetList(question_sets=context.service("formats").question_sets())


def problem_view(error: Any) -> FormatProblem:
    """What a page may say of a broken data file."""
    told = error.fields
    return FormatProblem(
        file=PurePath(told["file"]).name,  # where the server keeps its files is its own business
        line=told.get("line", 1),
        field=told.get("field", ""),
        reason=told.get("reason", error.message),
        nearest=told.get("nearest"),
    )

"""What is asked of the taxonomy of outcomes, and what is told of it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ..domain import OutcomeType
from .table import Request, Response


class ListOutcomeTypes(Request):
    """Those in use; with `all` also what was merged or retired."""

    all: bool = False


class TypeInUse(BaseModel):
    """A type with how many outcomes of it the visitor may see, and the key it leads to if it was merged."""

    type: OutcomeType
    outcomes: int = 0
    leads_to: str | None = None


class OutcomeTypeList(Response):
    """Types by key."""

    types: list[TypeInUse]


class DefineType(Request):
    """A new type, or with `revision` new words for one that is there."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)
    name_en: str = Field(min_length=1, max_length=200)
    name_zh: str = Field(min_length=1, max_length=200)
    description_en: str | None = Field(default=None, max_length=10_000)
    description_zh: str | None = Field(default=None, max_length=10_000)
    default_metrics: list[str] = Field(default=[], max_length=50)


class RenameType(Request):
    """Which type (id, key or name), and what it is called from now on; what is not given stays."""

    type: str
    name_en: str | None = Field(default=None, min_length=1, max_length=200)
    name_zh: str | None = Field(default=None, min_length=1, max_length=200)
    description_en: str | None = Field(default=None, max_length=10_000)
    description_zh: str | None = Field(default=None, max_length=10_000)
    revision: int | None = None


class MergeTypes(Request):
    """`source` becomes part of `target`: its outcomes are of that type from now on, its names lead there."""

    source: str
    target: str


class TypeName(Request):
    """Which type: id, key or name."""

    type: str


class RetireType(TypeName):
    """Which type is offered no more, and why."""

    reason: str | None = Field(default=None, min_length=1, max_length=10_000)


class TypeView(Response):
    """A type as it is now; `changed` is false when it was so already.

    `outcomes` are how many outcomes of those that the visitor may see were given another type.
    """

    type: OutcomeType
    into: OutcomeType | None = None
    outcomes: int = 0
    changed: bool = True

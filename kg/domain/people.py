"""People, teams and what they may do."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from ..schema import Label
from .record import NonEmpty, Record


class Role(StrEnum):
    """Roles, from least to most; reviewing roles (manager, PMO) rank beside each other."""

    GUEST = "guest"
    MEMBER = "member"
    FACILITATOR = "facilitator"
    MANAGER = "manager"
    PMO = "pmo"
    LEAD = "lead"
    ADMIN = "admin"


class Person(Record):
    """Someone who signs in, writes, owns or reviews; erasable.

    `scopes` name what the person may see: `*`, `unit:World Bank/Energy` (and all below it)
    or `project:<id>`. `inbox_hash` is the digest of the token with which other programs may
    leave drafts in their name, `inbox_project` where drafts go that name no project. `guest_of` is
    the one retrospective that a guest takes part in.
    """

    label: ClassVar[Label] = Label.PERSON

    name: Annotated[str, Field(pattern=r"^[^\s/:@][^/:\n]{0,78}$")]
    display_name: NonEmpty
    roles: list[Role] = Field(default_factory=lambda: [Role.MEMBER])
    scopes: list[Annotated[str, Field(pattern=r"^(\*|unit:.+|project:.+)$")]] = Field(default_factory=list)
    language: str = "en"
    password_hash: str | None = None
    inbox_hash: str | None = None
    inbox_project: str | None = None
    guest_of: str | None = None
    sample: bool = False
    disabled: bool = False


class Team(Record):
    """People who work together."""

    label: ClassVar[Label] = Label.TEAM

    name: NonEmpty

"""All operations of `kg`: importing this module fills the table."""

from . import (  # noqa: F401
    adopting,
    lessons,
    people,
    plan_choices,
    portfolio,
    projects,
    recommendations,
    recommending_many,
    records,
    runs,
    system,
    upkeep,
)

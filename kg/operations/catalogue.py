"""All operations of `kg`: importing this module fills the table."""

from . import (  # noqa: F401
    lessons,
    people,
    portfolio,
    projects,
    reading,
    recommendations,
    records,
    runs,
    searches,
    surroundings,
    system,
    upkeep,
)

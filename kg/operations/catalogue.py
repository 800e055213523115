"""All operations of `kg`: importing this module fills the table."""

from . import (  # noqa: F401
    lesson_events,
    lessons,
    lifecycle,
    people,
    portfolio,
    projects,
    recommendations,
    records,
    runs,
    standing,
    system,
    upkeep,
)

"""All operations of `kg`: importing this module fills the table."""

from . import (  # noqa: F401
    capture,
    conflicts,
    cypher,
    lesson_marks,
    lessons,
    lifecycle,
    people,
    portfolio,
    practices,
    projects,
    reading,
    recommendations,
    records,
    review_queue,
    runs,
    searches,
    standing,
    surroundings,
    system,
    upkeep,
)

"""All operations of `kg`: importing this module fills the table."""

from . import lessons, people, projects, recommendations, records, runs, system, upkeep  # noqa: F401

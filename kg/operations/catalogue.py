"""All operations of `kg`: importing this module fills the table."""

from . import lessons, people, projects, records, runs, system, upkeep  # noqa: F401

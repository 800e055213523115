"""All operations of `kg`: importing this module fills the table."""

from . import lessons, people, portfolio, projects, records, runs, system  # noqa: F401

"""What a field for a project or an outcome proposes, as far as the visitor may see."""

from __future__ import annotations

from .lesson_acts import SEPARATOR
from .pages import Page

MOST = 1000


async def project_choices(page: Page) -> list[str]:
    """Names with keys, best documented first; `project_key` finds the key again."""
    found = await page.ask("list_projects", limit=MOST)
    return [f"{project.name}{SEPARATOR}{project.external_id or project.id}" for project in found.projects]


async def outcome_choices(page: Page, *, mine: bool = False) -> list[str]:
    """Titles with ids, the latest first, of all or of the visitor's own; operations find an outcome by either."""
    found = await page.ask("outcome_names", mine=mine, limit=MOST)
    return [f"{outcome.title}{SEPARATOR}{outcome.id}" for outcome in found.outcomes]

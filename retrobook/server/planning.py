"""The first answer of *Start a project*, as the page shows it before its kernel is up."""

from __future__ import annotations

from kg.errors import Forbidden, KgError
from widgets.components.start_project import LISTED
from widgets.rendering.planning import PlanView, parse_plan

from .pages import Page


async def plan_for(page: Page, action: str) -> PlanView:
    """The recommendation for the plan in a page's address, for its visitor.

    Args:
        page: The page that is asked for.
        action: Where its form leads.

    Raises:
        Forbidden: The visitor may not ask.
    """
    query = parse_plan(page.request.query)
    choices = None
    projects: dict[str, str] = {}
    try:
        choices = await page.ask("plan_choices")
        listed = (await page.ask("list_projects", limit=1000)).projects
        listed.sort(key=lambda p: (p.status not in ("planned", "active"), p.name.casefold()))
        projects = {project.id: project.name for project in listed[:LISTED]}
        projects |= {p.id: p.name for p in listed if query.own.get("project") in (p.id, p.external_id)}
        found = await page.ask("recommend_outcomes", **query.request()) if query.asked else None
    except Forbidden:
        raise
    except KgError as error:
        return PlanView(query, choices, error=error, action=action, projects=projects)
    return PlanView(query, choices, found, action=action, projects=projects)

"""Every address of the server. What is not here does not exist.

A page module names its own in `ROUTES`; the modules are listed in `PAGES`.
"""

from __future__ import annotations

import importlib
from typing import Any

from voila.utils import get_voila_labextensions_path

from . import api, apps, assets, channels, events, pages, reports, runs, signin

PAGES = (
    "gallery", "results", "details", "report_pages", "lesson_acts", "practices", "reviews", "capture", "inbox",
    "joining", "live", "themes", "retrospectives", "retrospective_new", "retrospective_page", "retro_exports",
    "actions", "uploads", "alerts", "outcome_form", "outcome_edit", "outcome_maps", "outcome_agreement", "outcome_bulk",
    "outcome_pages", "outcome_acts", "strategy", "money_acts", "vocabulary_pages", "vocabulary_entry",
    "value_import",
)  # fmt: skip
"""Modules of `retrobook.server` with further pages."""

KERNEL = r"(?P<kernel_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

Route = tuple[Any, ...]


def routes(voila: Any) -> list[Route]:
    """All routes: ours first, then what the front end of Voila's apps needs.

    Args:
        voila: The application, for the folders of its front end.
    """
    return [*_own(), *_pages(), *_front_end(voila), (r"/api/.*", api.Unknown), (r".*", pages.Missing)]


def _own() -> list[Route]:
    return [
        (r"/api/operations/([a-z_]+)", api.OperationCall),
        (r"/api/openapi\.json", api.OpenApi),
        (r"/api/events", events.EventStream),
        (r"/healthz", api.Health),
        (r"/login", signin.Login),
        (r"/logout", signin.Logout),
        (r"/act(?:-as)?", signin.ActAs),
        (r"/language", pages.Language),
        (r"/theme", pages.Theme),
        (r"/reports/run", runs.AskForReport),
        (r"/reports/jobs/([\w-]+)", runs.JobState),
        (r"/reports/([^/]+)/content", reports.ReportContent),
        (r"/apps/([^/]+)", apps.App),
        (r"/static/(.+)", assets.ProductFile),
    ]


def _pages() -> list[Route]:
    found: list[Route] = []
    for name in PAGES:
        found += importlib.import_module(f"{__package__}.{name}").ROUTES
    return found


def _front_end(voila: Any) -> list[Route]:
    extensions = get_voila_labextensions_path([])
    themes = {"themes_url": "/voila/api/themes", "path": voila.themes_dir, "labextensions_path": extensions}
    return [
        (rf"/api/kernels/{KERNEL}", channels.KernelModel),
        (rf"/api/kernels/{KERNEL}/channels", channels.Channels),
        (rf"/voila/api/shutdown/{KERNEL}", channels.Leave),
        (r"/voila/templates/(.*)", assets.VoilaTemplateFile),
        (r"/voila/static/(.*)", assets.VoilaFile, {"paths": voila.static_paths}),
        (r"/voila/labextensions/(.*)", assets.VoilaExtension, {"path": extensions}),
        (r"/voila/api/themes/(.*)", assets.VoilaTheme, themes),
    ]

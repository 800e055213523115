"""Apps: registered notebooks shown by Voila, each page with a kernel of its own."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from jupyter_server.services.contents.largefilemanager import LargeFileManager
from tornado.iostream import StreamClosedError
from voila.notebook_renderer import NotebookRenderer
from voila.utils import get_page_config

from kg.errors import KgError, NotFound
from pipelines.resources import NOTEBOOKS, template_path
from pipelines.runs.check import check_parameters
from pipelines.runs.inspection import TAG, parameters_of, read_notebook
from widgets.rendering import environment

from .kernels import KernelHouse
from .pages import Page
from .planning import plan_for
from .results import results_for

NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
HEARTBEAT = 10.0
OFFERED = 300
"""Projects offered while one's own is typed: the most documented ones; any other is found by its number or name."""
MARKER = "<!--app-->"
SIGN_OF_LIFE = "<script>window.voila_heartbeat && window.voila_heartbeat()</script>\n"
Part = tuple[str, Any]
APP_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' data: blob:; worker-src 'self' blob:; frame-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


def app_notebook(name: str, home: Path) -> Path:
    """The file of a registered app: the installation's own first. A name, never a path.

    Raises:
        NotFound: No such app; names the nearest.
    """
    folders = [root / kind for root in (home / "notebooks", NOTEBOOKS) for kind in ("apps", "reports")]
    if NAME.fullmatch(name):
        for folder in folders:
            if (folder / f"{name}.ipynb").is_file():
                return folder / f"{name}.ipynb"
    raise NotFound.among("app", name, {path.stem for folder in folders for path in folder.glob("*.ipynb")})


def live_parameters(notebook: Path, given: dict[str, str], language: str) -> dict[str, Any]:
    """The values that an address gives the parameters of a report notebook; none for an app without any.

    What the notebook does not know is passed over: an address carries other things too.

    Raises:
        RunError: A value is missing or wrong.
    """
    known = parameters_of(read_notebook(notebook), notebook.stem)
    names = {parameter.name for parameter in known}
    values = {name: value for name, value in ({"language": language} | given).items() if name in names}
    return check_parameters(known, values) if known else {}


def give_parameters(notebook: Any, values: dict[str, Any]) -> None:
    """Put values behind the notebook's own `parameters` cell, and leave out what is for its author."""
    cells = [cell for cell in notebook.cells if "notebook-only" not in cell.metadata.get("tags", [])]
    for place, cell in enumerate(cells):
        if values and TAG in cell.metadata.get("tags", []):
            source = "\n".join(f"{name} = {value!r}" for name, value in values.items())
            cells.insert(place + 1, nbformat.v4.new_code_cell(source))
            break
    notebook.cells = cells


class App(Page):
    """`/apps/<name>`: the page's head goes out at once, the kernel starts meanwhile.

    What Voila would let a visitor choose (template, theme, path) is not looked at.
    """

    async def get(self, name: str) -> None:
        """Run the notebook for this visitor and stream its page."""
        notebook = await self.server.pools.ask(app_notebook, name, self.server.settings.home)
        given = {field: self.get_query_argument(field) for field in self.request.query_arguments}
        parameters = await self.server.pools.ask(live_parameters, notebook, given, self.language)
        opening, closing = await self.around(name)
        self._send_headers()
        self.write(opening)
        await self.flush()
        try:
            renderer = await self.renderer(notebook)
            give_parameters(renderer.notebook, parameters)
            kernel_id = await self.house.reserve()
        except KgError as error:
            self.finish(self.without_kernel(error) + closing)
            return
        spec = str(renderer.notebook.metadata.kernelspec.name)
        kernel = asyncio.create_task(
            self.house.open(kernel_id, self.known, name, self.request_variables(), kernel_name=spec)
        )
        try:
            async for html, _ in _with_heartbeat(renderer.generate_content_generator(kernel_id, kernel)):
                self.write(html)
                await self.flush()
            self.finish(closing)
        except StreamClosedError:
            await self._abandon(kernel_id, kernel)
        except BaseException:
            await self._abandon(kernel_id, kernel)
            raise

    async def around(self, name: str) -> tuple[str, str]:
        """The page before and after the app's cells: chrome, and what there is to read already."""
        heading = f"pages.app.{name}"
        context: dict[str, Any] = {"app": name, "heading": self.t(heading) if heading in self.t else name}
        if (words := f"pages.notebooks.{name}") in self.t:
            context |= {"heading": self.t(words), "report_css": await self.server.pools.ask(_report_css)}
        if name == "lesson_search":
            view, desk = await results_for(self, f"/apps/{name}")
            context |= {"view": view, "live": True, "projects": (await self.server.pools.ask(desk.projects))[:OFFERED]}
        if name == "start_project":
            context |= {"plan_view": await plan_for(self, f"/apps/{name}"), "live": True}
        template = environment(self.server.settings.home).get_template("app.html")
        opening, _, closing = template.render(self.page_context() | context).partition(MARKER)
        return opening, closing

    def without_kernel(self, error: KgError) -> str:
        """What stands in place of the cells when no kernel can be had; the page itself is there already."""
        template = environment(self.server.settings.home).get_template("parts/no_kernel.html")
        return template.render(self.page_context() | {"message": self.t.error(error)})

    @property
    def house(self) -> KernelHouse:
        """All kernels."""
        found: KernelHouse = self.settings["kernel_manager"]
        return found

    async def renderer(self, notebook: Path) -> NotebookRenderer:
        """Voila's renderer, with nothing that the request could choose."""
        voila = self.settings["voila"]
        page_config = get_page_config(
            base_url="/", settings=self.settings, log=voila.log, voila_configuration=voila.voila_configuration
        )
        found = NotebookRenderer(
            request_handler=self,
            voila_configuration=voila.voila_configuration,
            traitlet_config=voila.config,
            notebook_path=notebook.name,
            template_paths=voila.template_paths,
            config_manager=voila.config_manager,
            contents_manager=_contents(notebook.parent),
            base_url="/",
            kernel_spec_manager=voila.kernel_spec_manager,
            page_config=page_config,
            mathjax_config=None,
            mathjax_url=None,
        )
        await found.initialize()
        found.resources["retrobook"] = self.page_context()
        return found

    def request_variables(self) -> dict[str, str]:
        """What the kernel is told of the request."""
        return {
            "QUERY_STRING": self.request.query,
            "SCRIPT_NAME": self.request.path,
            "PATH_INFO": "",
            "VOILA_BASE_URL": "/",
            "VOILA_SERVER_URL": "/",
            "VOILA_PREHEAT": "False",
            "VOILA_REQUEST_URL": self.request.full_url(),
            "RETROBOOK_LANGUAGE": self.language,
            "RETROBOOK_THEME": self.theme,
        }

    def _send_headers(self) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Language", self.language)
        self.set_header("Content-Security-Policy", APP_POLICY)

    async def _abandon(self, kernel_id: str, kernel: asyncio.Task[Any]) -> None:
        with contextlib.suppress(Exception):
            await kernel
        await self.house.end(kernel_id)


@cache
def _report_css() -> str:
    """The look of a report's pieces, kept to the app's cells."""
    return "@scope (#rendered_cells) {" + template_path("reports/report.css").read_text("utf-8") + "}"


@cache
def _contents(folder: Path) -> LargeFileManager:
    return LargeFileManager(root_dir=str(folder))


async def _with_heartbeat(parts: AsyncIterator[Part]) -> AsyncIterator[Part]:
    """The parts, and a sign of life whenever a cell takes long, so that no proxy hangs up."""
    following = asyncio.ensure_future(anext(parts, None))
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=HEARTBEAT)
            if not done:
                yield SIGN_OF_LIFE, None
                continue
            part = following.result()
            if part is None:
                return
            yield part
            following = asyncio.ensure_future(anext(parts, None))
    finally:
        following.cancel()

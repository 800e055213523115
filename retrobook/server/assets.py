"""Static files: the product's own for everybody, Voila's front end for those signed in."""

from __future__ import annotations

from jupyter_server.base.handlers import FileFindHandler
from jupyterlab_server.themes_handler import ThemesHandler
from tornado.web import HTTPError, StaticFileHandler
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler

from .handlers import Guard

HOUR = 3600


class ProductFile(Guard, StaticFileHandler):
    """`/static/...`: the style sheet, scripts and pictures of our pages; the installation's own first."""

    public = True

    def initialize(self) -> None:  # type: ignore[override]
        """Two folders instead of one."""
        super().initialize(path=str(self.server.page_folders[-1] / "static"))

    async def prepare(self) -> None:
        """Nobody is asked who they are: the sign-in page needs these too."""

    def set_extra_headers(self, path: str) -> None:
        """Kept by browsers, asked for by digest each time: an edited style shows at once."""
        self.set_header("Cache-Control", "no-cache")

    def parse_url_path(self, url_path: str) -> str:
        """The path below the folder that holds the file."""
        for folder in self.server.page_folders:
            if (folder / "static" / url_path).is_file():
                self.root = str(folder / "static")
                break
        return visible(super().parse_url_path(url_path))

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        """As tornado does; `root` is the folder found."""
        return super().get_absolute_path(root, path)


class _FrontEnd(Guard):
    """Files of Voila's front end: the same for everybody, kept by browsers, none of them hidden."""

    def set_default_headers(self) -> None:
        """Only our own headers."""
        super().set_default_headers()

    def set_extra_headers(self, path: str) -> None:
        """Kept for a while; then asked for by digest."""
        self.set_header("Cache-Control", f"private, max-age={HOUR}")

    def check_xsrf_cookie(self) -> None:
        """Files are only read."""


class VoilaFile(_FrontEnd, MultiStaticFileHandler):
    """`/voila/static/...`."""

    def parse_url_path(self, url_path: str) -> str:
        """Nothing hidden."""
        return visible(super().parse_url_path(url_path))


class VoilaTemplateFile(_FrontEnd, TemplateStaticFileHandler):
    """`/voila/templates/<template>/static/...`, of the templates in use alone."""

    def parse_url_path(self, path: str) -> str:
        """Refuse any other template before its name is used as a path."""
        parts = path.split("/")
        if len(parts) < 3 or parts[0] not in self.settings["voila_templates"] or parts[1] != "static":
            raise HTTPError(404)
        visible(path)
        return super().parse_url_path(path)


class VoilaExtension(_FrontEnd, FileFindHandler):
    """`/voila/labextensions/...`: widgets' front ends."""

    def parse_url_path(self, url_path: str) -> str:
        """Nothing hidden."""
        return visible(super().parse_url_path(url_path))

    def set_headers(self) -> None:
        """As tornado's, without Jupyter's rule that nothing is kept."""
        StaticFileHandler.set_headers(self)


class VoilaTheme(_FrontEnd, ThemesHandler):
    """`/voila/api/themes/...`."""

    def parse_url_path(self, url_path: str) -> str:
        """Nothing hidden."""
        return visible(super().parse_url_path(url_path))

    def set_headers(self) -> None:
        """As tornado's, without Jupyter's rule that nothing is kept."""
        StaticFileHandler.set_headers(self)


def visible(path: str) -> str:
    """The path, unless a part of it is hidden or leads upwards.

    Raises:
        HTTPError: 404 for those.
    """
    if any(part.startswith(".") for part in path.replace("\\", "/").split("/")) or "\0" in path:
        raise HTTPError(404)
    return path

"""The server: Voila's application, with our routes, our identity and our kernels, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import shutil
import signal
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from traitlets import Instance
from traitlets.config import Config
from voila.app import Voila

from kg.graph import KnowledgeGraph
from pipelines.resources import NOTEBOOKS, TEMPLATES

from ..assembly import installed_store, services
from ..errors import PortTaken
from ..settings import Settings
from .channels import ALLOWED, ThinConnection
from .context import LOOPBACK, ServerContext
from .daily import check_evidence_daily, remind_daily
from .events import Hub
from .identity import Identity, JupyterIdentity, OwnersOnly, People
from .kernels import KernelHouse
from .passwords import matches
from .pools import Pools
from .routes import routes
from .runs import Jobs
from .runtime import remove_runtime, require_alone, server_name, write_runtime
from .sessions import Sessions
from .visitors import Handles

log = logging.getLogger(__name__)

LARGEST_BODY = 64 * 2**20
GRACE = 5.0
CELL_TIMEOUT = 120
SOCKET_PATH_LIMIT = 50


class RetrobookServer(Voila):
    """Voila's application behind our own door.

    Of Voila it keeps how a notebook becomes a page with live widgets. Routes, identity and
    kernels are ours; no configuration file and no request can change that.
    """

    server = Instance(ServerContext)

    @classmethod
    def made_for(cls, server: ServerContext) -> RetrobookServer:
        """The application of a server, configured."""
        app = cls(server=server, config=_config(server.settings), config_file_paths=[], log_level=logging.WARNING)
        app.initialize(argv=[])
        return app

    def initialize(self, argv: list[str] | None = None) -> None:
        """As Voila does, without reading configuration from the working folder."""
        before = signal.getsignal(signal.SIGTERM)
        super().initialize(argv or [])
        signal.signal(signal.SIGTERM, before)

    def setup_template_dirs(self) -> None:
        """Our own template first: `templates/voila`, the installation's before the packaged one."""
        super().setup_template_dirs()
        roots = [self.server.settings.home / "templates", TEMPLATES]
        own = [root / "voila" / "retrobook" for root in roots]
        self.template_paths = [str(path) for path in own if path.is_dir()] + self.template_paths

    def init_settings(self) -> dict[str, Any]:
        """Voila's settings with our identity, kernels and limits."""
        self.connection_dir = str(_short_folder())
        for name in ("work", "ipython"):
            (Path(self.connection_dir) / name).mkdir(mode=0o700)
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager = KernelHouse(
            parent=self,
            server=self.server,
            folder=Path(self.connection_dir),
            connection_dir=self.connection_dir,
            kernel_spec_manager=self.kernel_spec_manager,
            allowed_message_types=ALLOWED,
            allow_tracebacks=False,
        )
        self.identity_provider = JupyterIdentity(parent=self, token="")
        self.authorizer = OwnersOnly(parent=self, identity_provider=self.identity_provider)
        self.jobs = Jobs(self.server, _run_report)
        return settings | {
            "server": self.server,
            "jobs": self.jobs,
            "kernel_manager": self.kernel_manager,
            "identity_provider": self.identity_provider,
            "authorizer": self.authorizer,
            "allow_remote_access": False,
            "xsrf_cookies": True,
            "xsrf_cookie_kwargs": {"samesite": "Lax", "secure": self.server.secure},
            "voila_templates": ["lab", "base"],
            "kernel_websocket_connection_class": ThinConnection,
            "log_function": _log_failures,
            "websocket_ping_interval": 30,
            "serve_traceback": False,
            "config": self.config,
        }

    def init_handlers(self) -> list[Any]:
        """Our routes, and no other."""
        return routes(self)

    async def serve_on(self, sockets: list[socket.socket], ready: Callable[[], None]) -> None:
        """Serve until told to stop; then end everything in order."""
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        self.app = Application(**self.init_settings())
        self.app.add_handlers(".*$", self.init_handlers())
        identity = self.server.identity
        house: KernelHouse = self.kernel_manager

        def sign_out(key: str) -> None:
            loop.call_soon_threadsafe(lambda: _keep(asyncio.ensure_future(house.end_all_of(key))))

        identity.sessions.on_end(sign_out)
        follow = asyncio.create_task(
            self.server.hub.follow(self.server.graph.store, self.server.pools, identity.people.forget)
        )
        daily = [asyncio.create_task(work(self.server)) for work in (remind_daily, check_evidence_daily)]
        http = HTTPServer(self.app, max_body_size=LARGEST_BODY, max_buffer_size=LARGEST_BODY)
        http.add_sockets(sockets)
        try:
            ready()
            house.spares.fill()
            await stop.wait()
        finally:
            http.stop()
            self.server.hub.close()
            follow.cancel()
            for task in daily:
                task.cancel()
            await self._end_kernels()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(http.close_all_connections(), GRACE)

    async def _end_kernels(self) -> None:
        try:
            await asyncio.wait_for(self.kernel_manager.end_all(), 2 * GRACE)
        except TimeoutError:
            log.warning("some kernels did not end in time")
        shutil.rmtree(self.connection_dir, ignore_errors=True)


def serve(settings: Settings, *, open_browser: bool = False, announce: Callable[[str], None] = print) -> None:
    """Serve an installation until stopped.

    Args:
        settings: As read at the entry.
        open_browser: Open the home page in the person's browser.
        announce: Told the one address that opens, token included.

    Raises:
        ServerRunning: It is being served already.
        PortTaken: Another program listens on the port.
        StoreError: The store cannot be opened.
    """
    require_alone(settings.home)
    sockets = _listen(settings)
    store = installed_store(settings)
    offered = services(settings, store, server_name(settings.home))
    graph = KnowledgeGraph(store, services=offered, server=server_name(settings.home))
    port = int(sockets[0].getsockname()[1])
    url = f"http://{_reached_by(settings.host)}:{port}/"
    sessions = Sessions(settings.home, settings.session_days)
    identity = Identity(People(store), sessions, Handles(), cookie=f"retrobook-{port}")
    address = f"{(settings.public_url or url).rstrip('/')}/?token={identity.token}"
    pools = Pools()

    def ready() -> None:
        matches("", None)  # the first check of a password takes no longer than later ones
        write_runtime(settings.home, url, identity.token)
        for service in offered.values():
            if hasattr(service, "start"):
                service.start()
        announce(address)
        if open_browser:
            webbrowser.open(address)

    async def run() -> None:
        hub = Hub(asyncio.get_running_loop())
        server = ServerContext(settings, graph, identity, pools, hub, url)
        app = RetrobookServer.made_for(server)
        try:
            await app.serve_on(sockets, ready)
        finally:
            remove_runtime(settings.home)
            pools.close()
            graph.close()
            if app.jobs.running():
                os._exit(0)  # a report in the making has a thread that nothing else can end; its kernel follows

    # The graph's engine turns Ctrl-C in the middle of a query into KeyboardInterrupt: a way to stop like any other.
    threading.excepthook = _stop_when_interrupted
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())


def _stop_when_interrupted(args: threading.ExceptHookArgs) -> None:
    """Stop as if told to when the Ctrl-C went to a query of some thread: the event loop never saw it."""
    if issubclass(args.exc_type, KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        threading.__excepthook__(args)


def _listen(settings: Settings) -> list[socket.socket]:
    try:
        return bind_sockets(settings.port, settings.host)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(
                f"The server cannot listen on {settings.host}: {error.strerror}. Choose another address with --host.",
                host=settings.host,
            ) from error
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else "may not be used by you"
        raise PortTaken(
            f"Port {settings.port} {why}. Choose another with --port; 0 takes any free one.", port=settings.port
        ) from error


def _reached_by(host: str) -> str:
    if host in LOOPBACK or host in ("", "0.0.0.0", "::"):  # noqa: S104  (compared, not bound)
        return "127.0.0.1" if host not in ("::1", "[::1]") else "[::1]"
    return f"[{host}]" if ":" in host else host


def _config(settings: Settings) -> Config:
    return Config(
        {
            "VoilaConfiguration": {
                "template": "lab",
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
                "file_allowlist": [],
                "file_denylist": [".*"],
                "http_header_envs": [],
                "preheat_kernel": False,
                "show_tracebacks": False,
                "strip_sources": True,
                "extension_language_mapping": {},
                "extension_denylist": ["@voila-dashboards/jupyterlab-preview"],  # it is for JupyterLab alone
            },
            "VoilaExecutor": {"cell_error_instruction": "", "timeout": CELL_TIMEOUT},
            "ZMQChannelsWebsocketConnection": {"limit_rate": False},
            "Voila": {"root_dir": str(NOTEBOOKS if NOTEBOOKS.is_dir() else settings.home)},
        }
    )


def _short_folder() -> Path:
    found = Path(tempfile.mkdtemp(prefix="rb-"))
    if len(str(found)) > SOCKET_PATH_LIMIT:
        found.rmdir()
        found = Path(tempfile.mkdtemp(prefix="rb-", dir="/tmp"))
    return found


def _run_report(*args: Any, **values: Any) -> Any:
    from pipelines.runs import run_report

    return run_report(*args, **values)


def _log_failures(handler: Any) -> None:
    if handler.get_status() >= 500 and handler.get_status() != 503:
        log.error("%s %s answered %d", handler.request.method, handler.request.path, handler.get_status())


_ending: set[asyncio.Future[Any]] = set()


def _keep(task: asyncio.Future[Any]) -> None:
    _ending.add(task)
    task.add_done_callback(_ending.discard)

"""A page's way to its own kernel, and to no other."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.web import HTTPError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from .handlers import Guard, Handler, SocketGuard
from .kernels import KernelHouse

ALLOWED = ["comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request", "shutdown_request"]
"""What a browser may send to a kernel: talk between widgets, and good-bye. Never code."""


class ThinConnection(ZMQChannelsWebsocketConnection):
    """A browser's connection to a kernel; figures may be large, messages must be whole."""

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass on what is allowed; close on what is no message at all."""
        try:
            super().handle_incoming_message(incoming_msg)
        except Exception as error:  # its text may hold what somebody wrote: only its kind is for the log
            self.log.info("a malformed message closed a kernel channel: %s", type(error).__name__)
            self.websocket_handler.close(1003, "malformed message")


class _OfKernel(Guard):
    @property
    def house(self) -> KernelHouse:
        """All kernels."""
        found: KernelHouse = self.settings["kernel_manager"]
        return found

    def require(self, kernel_id: str) -> None:
        """Somebody else's kernel is not told from none.

        Raises:
            HTTPError: 404.
        """
        if not self.house.is_of(kernel_id, self.known):
            raise HTTPError(404)


class Channels(SocketGuard, _OfKernel, VoilaKernelWebsocketHandler):
    """`/api/kernels/<id>/channels`: only for the sign-in that the kernel was opened for."""

    async def prepare(self) -> None:
        """Whose kernel it is comes first."""
        await super().prepare()
        self.require(self.path_kwargs["kernel_id"])


class KernelModel(_OfKernel, Handler):
    """`GET /api/kernels/<id>`: what the page's front end wants to know of its own kernel."""

    async def get(self, kernel_id: str) -> None:
        """The kernel's state."""
        self.require(kernel_id)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(self.house.kernel_model(kernel_id), default=str))


class Leave(_OfKernel, Handler):
    """`POST /voila/api/shutdown/<id>`: the page is left, its kernel ends. Carries the XSRF token."""

    async def post(self, kernel_id: str) -> None:
        """End it."""
        self.require(kernel_id)
        await self.house.end(kernel_id)
        self.set_status(204)

"""What a run's kernel starts with: a short list of variables and a private channel.

Kernels of the standard manager inherit the whole environment of the process that starts
them, database passwords included; and they listen on TCP ports, which collide and which
others on the machine can reach. These do neither.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

import kg
from kg.connect import HANDLE_VARIABLE, URL_VARIABLE

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH")
"""Variables of this process that kernels get; nothing else is inherited."""

_SOCKET_PATH_LIMIT = 80


def kernel_environment(
    url: str, handle: str, *, more: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """All variables of a kernel that works for one visitor.

    Args:
        url: Where operations are called.
        handle: Who the kernel works for; opaque, and void when the run is over.
        more: Further variables, such as secrets a run was given by reference.
        environ: Where inherited values are read; the process's own when not given.
    """
    env = os.environ if environ is None else environ
    variables = {name: env[name] for name in PASSED_ON if name in env}
    root = str(Path(kg.__file__).resolve().parent.parent)
    paths = [path for path in variables.get("PYTHONPATH", "").split(os.pathsep) if path]
    if root not in paths and "site-packages" not in root:
        paths.insert(0, root)
    if paths:
        variables["PYTHONPATH"] = os.pathsep.join(paths)
    return {
        **variables,
        "LANG": variables.get("LANG", "C.UTF-8"),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "agg",
        "OPENBLAS_NUM_THREADS": "1",
        **(more or {}),
        URL_VARIABLE: url,
        HANDLE_VARIABLE: handle,
    }


class PrivateKernelManager(AsyncKernelManager):
    """A kernel of this very Python over sockets in a private folder, whatever kernels a user has installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """How the kernel is started."""
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )


@contextmanager
def private_kernel() -> Iterator[tuple[PrivateKernelManager, dict[str, Any]]]:
    """A kernel manager over IPC sockets, and what its start wants; the sockets go when it does."""
    folder = _short_folder()
    manager = None
    try:
        manager = PrivateKernelManager(
            transport="ipc", ip=str(folder / "k"), connection_file=str(folder / "kernel.json"), kernel_name="python3"
        )
        work = folder / "work"
        work.mkdir()
        yield manager, {"cwd": str(work), "env": {"IPYTHONDIR": str(folder / "ipython")}}
    finally:
        if manager is not None and manager.has_kernel:
            with contextlib.suppress(Exception):
                run_sync(manager.shutdown_kernel)(now=True)
        shutil.rmtree(folder, ignore_errors=True)


def _short_folder() -> Path:
    """A folder of ours, readable by nobody else, whose socket names stay short enough."""
    found = Path(tempfile.mkdtemp(prefix="retrobook-"))
    if len(str(found)) > _SOCKET_PATH_LIMIT:
        found.rmdir()
        found = Path(tempfile.mkdtemp(prefix="retrobook-", dir="/tmp"))
    return found

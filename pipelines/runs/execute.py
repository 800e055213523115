"""Running a notebook through papermill, and judging honestly how that went.

The error that is raised decides: a dead kernel and a timeout are no
`PapermillExecutionError`, and papermill marks their fatal cell `completed`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.log import logger
from zmq.error import ZMQError

from ..errors import KernelDied, RunError, RunFailed, RunTimedOut
from .environment import private_kernel

ENGINE = "retrobook"
FAILED_TAG = "failed"
MARKER_TAG = "papermill-error-cell-tag"
STARTS = 3
"""How often a kernel that does not come up is started."""

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Progress:
    """How far a run is: `done` of `total` steps; `step` names the current one."""

    done: int
    total: int
    step: str


OnProgress = Callable[[Progress], None]


class PrivateEngine(NBClientEngine):
    """papermill's engine, with our kernel: private sockets, a short environment, one hook a cell."""

    name: ClassVar[str] = ENGINE

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        kernel_env: Mapping[str, str],
        on_cell: Callable[[int], None],
        cell_timeout: int,
        start_timeout: int = 60,
        **_: Any,
    ) -> None:
        """Execute every cell of the notebook under management."""
        with private_kernel() as (manager, start):
            client = PapermillNotebookClient(
                nb_man,
                km=manager,
                kernel_name=kernel_name,
                timeout=cell_timeout,
                startup_timeout=start_timeout,
                shutdown_kernel="immediate",
                log=logger,
                on_cell_start=lambda cell, cell_index: on_cell(cell_index),
            )
            # A client ends only kernels it made itself, unless it is told to.
            client.execute(cwd=start["cwd"], env={**start["env"], **kernel_env}, cleanup_kc=True)


papermill_engines.register(ENGINE, PrivateEngine)
logger.setLevel("ERROR")  # parameters are checked by us; papermill only warns, and reads fewer kinds of them


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    *,
    kernel_env: Mapping[str, str],
    timeout: int = 600,
    on_progress: OnProgress | None = None,
) -> None:
    """Run a notebook into `output`; returns only when every cell ended well.

    On an error `output` holds what there is, the failing cell tagged `failed`.

    Args:
        notebook: The notebook's file.
        output: Where the executed copy goes; not yet a published place.
        parameters: Checked values.
        kernel_env: All variables of the kernel.
        timeout: Seconds that one cell may take.
        on_progress: Told before each cell.

    Raises:
        RunFailed: A cell raised.
        KernelDied: The kernel ended before its cell did, or never came up.
        RunTimedOut: A cell took too long.
    """
    at = _Position(on_progress, total=len(nbformat.read(notebook, as_version=4).cells) + 1)
    for attempt in range(1, STARTS + 1):
        try:
            papermill.execute_notebook(
                notebook, output, dict(parameters), engine_name=ENGINE, kernel_name="python3", progress_bar=False,
                kernel_env=kernel_env, on_cell=at.reached, cell_timeout=timeout,
            )  # fmt: skip
            return
        except PapermillExecutionError as error:
            raise _mark(output, _raised(error), at.cell) from error
        except CellTimeoutError as error:
            message = f"Cell {at.cell} did not end within {timeout} seconds and was stopped."
            raise _mark(output, RunTimedOut(message, cell=at.cell, seconds=timeout), at.cell) from error
        except DeadKernelError as error:
            message = f"The kernel ended in the middle of cell {at.cell}: killed, out of memory, or it left by itself."
            raise _mark(output, KernelDied(message, cell=at.cell), at.cell) from error
        except (RuntimeError, ZMQError) as error:
            if at.cell is not None or not _may_pass(error) or attempt == STARTS:
                said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
                raise KernelDied(f"The kernel did not start: {said}.", cell=at.cell, reason=said) from error
            time.sleep(0.5 * attempt)


class _Position:
    """Which cell runs, in the numbering of the executed notebook."""

    def __init__(self, on_progress: OnProgress | None, total: int) -> None:
        self.cell: int | None = None
        self._tell = on_progress or (lambda progress: None)
        self._total = total

    def reached(self, index: int) -> None:
        self.cell = index
        self._tell(Progress(index, self._total, "cells"))


def _may_pass(error: Exception) -> bool:
    return "ddress already in use" in str(error) or "Kernel died before replying" in str(error)


def _raised(error: PapermillExecutionError) -> RunFailed:
    evalue = _ANSI.sub("", error.evalue)
    first = evalue.strip().splitlines()[0] if evalue.strip() else ""
    return RunFailed(
        f"Cell {error.cell_index} raised {error.ename}{': ' + first if first else ''}.",
        cell=error.cell_index,
        source=error.source,
        ename=error.ename,
        evalue=evalue,
    )


def _mark(output: Path, error: RunError, cell: int | None) -> RunError:
    """Say in the partial notebook which cell failed, and why."""
    if cell is None or not output.exists():
        return error
    notebook = nbformat.read(output, as_version=4)
    notebook.cells = [c for c in notebook.cells if MARKER_TAG not in c.metadata.get("tags", [])]
    failed = notebook.cells[cell]
    failed.metadata["tags"] = [*failed.metadata.get("tags", []), FAILED_TAG]
    failed.metadata.setdefault("papermill", {}).update(status="failed", exception=True)
    if failed.cell_type == "code" and not any(o.output_type == "error" for o in failed.outputs):
        failed.outputs.append(
            nbformat.v4.new_output("error", ename=type(error).__name__, evalue=error.message, traceback=[])
        )
    for later in notebook.cells[cell + 1 :]:
        later.metadata.setdefault("papermill", {}).update(status="pending")
    nbformat.write(notebook, output)
    return error

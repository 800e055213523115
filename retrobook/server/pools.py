"""Where work is done: never on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Pools:
    """Threads for short questions, for slow password checks and for long runs, apart from each other.

    Args:
        questions: How many operations run at once.
        runs: How many reports run at once.
    """

    def __init__(self, questions: int = 8, runs: int = 1) -> None:
        self.questions = ThreadPoolExecutor(questions, "question")
        self.passwords = ThreadPoolExecutor(2, "password")
        self.runs = ThreadPoolExecutor(runs, "run")

    async def ask(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do short work in a thread: an operation, a read of the store, a file."""
        return await self._in(self.questions, work, *args, **kwargs)

    async def check_password(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do deliberately slow work without keeping questions waiting."""
        return await self._in(self.passwords, work, *args, **kwargs)

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, lambda: work(*args, **kwargs))

    def close(self) -> None:
        """Finish the questions that were begun; take no more of anything."""
        self.runs.shutdown(wait=False, cancel_futures=True)
        self.passwords.shutdown(wait=False, cancel_futures=True)
        self.questions.shutdown(wait=True, cancel_futures=True)

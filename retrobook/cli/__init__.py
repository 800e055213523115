"""The command `retrobook`: it turns text into calls, and answers into text."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads cost a small product more than they give

from .main import main

__all__ = ["main"]

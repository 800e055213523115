"""The command `retrobook`: it turns text into calls, and answers into text."""

from .main import main

__all__ = ["main"]

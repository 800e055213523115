"""Outcome maps in use: who has one open, and what each may take back."""

from .maps import Done, Maps, Turn

__all__ = ["Done", "Maps", "Turn"]

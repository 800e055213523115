"""Boards in use: rooms that people share, each move kept before it is told."""

from __future__ import annotations

from .boards import Boards
from .room import Room, Seen

__all__ = ["Boards", "Room", "Seen"]

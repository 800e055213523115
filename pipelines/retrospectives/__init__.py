"""What retrospectives are made of: formats and question sets that people write as data files."""

from .formats import Formats

__all__ = ["Formats"]

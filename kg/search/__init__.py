"""Finding lessons: by words, by meaning, within what the asker may see, with reasons."""

from .index import SearchIndex
from .serving import ServedModels

__all__ = ["SearchIndex", "ServedModels"]

"""Finding lessons: by words, by meaning, within what the asker may see, with reasons."""

from .index import SearchIndex

__all__ = ["SearchIndex"]

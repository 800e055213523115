"""A second-stage reranker: any cross-encoder of sentence-transformers, by folder or hub id."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import EncoderError
from .models import ModelSource, find_model
from .protocol import Vectors
from .worker import EncoderProcess


class CrossEncoderModel:
    """A cross-encoder, loaded when the first question comes."""

    def __init__(self, model: str) -> None:
        self.name = model
        self._lock = threading.Lock()
        self._loaded: Any = None

    def scores(self, question: str, texts: Sequence[str]) -> Vectors:
        """How well each text answers the question: any scale, higher is better; one column.

        Raises:
            EncoderError: The model cannot be loaded or failed.
        """
        source = find_model(self.name)
        with self._lock:
            try:
                if self._loaded is None:
                    self._loaded = _load(source)
                found = self._loaded.predict([(question, text) for text in texts], show_progress_bar=False)
            except Exception as error:
                raise EncoderError(
                    f"The reranker {self.name} cannot be used ({type(error).__name__}: {str(error)[:200]}). "
                    "It must be a cross-encoder with one score; leave the setting `reranker` empty to do without.",
                    model=self.name,
                ) from error
        column = np.asarray(found, np.float32)
        if column.ndim != 1 or not np.isfinite(column).all():
            raise EncoderError(
                f"The reranker {self.name} gives {column.shape[1:] or 'no'} figures a text, not one score.",
                model=self.name,
            )
        return column[:, None]


class ProcessReranker:
    """A cross-encoder in the process that holds the models.

    Args:
        model: A folder or a hub id that is on this machine.
        process: Where it is held.
    """

    def __init__(self, model: str, process: EncoderProcess) -> None:
        self.name = model
        self._process = process

    def scores(self, question: str, texts: Sequence[str]) -> Vectors:
        """How well each text answers the question, one figure a text."""
        find_model(self.name)
        column: Vectors = self._process.encode(self.name, "rerank", [question, *texts])[:, 0]
        return column


def _load(source: ModelSource) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import CrossEncoder

    return CrossEncoder(str(source.folder), local_files_only=True, device="cpu")

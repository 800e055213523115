"""Any sentence-transformers model as an `Encoder`: packaged, in a folder, or from the hub's local cache."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import EncoderError
from .chunks import joined, pieces, readable
from .models import E5_SMALL, ModelSource, find_model
from .protocol import Vectors

DEFAULT_TOKENS = 512
E5_TOKENS = 400
"""The packaged E5 reads more, but ranks long texts better by their beginning (measured)."""
READ_TOKENS = 1024
"""A model with a small window reads so much of a text piece by piece."""


class SentenceTransformerEncoder:
    """A sentence-transformers model, loaded when the first text comes.

    Args:
        model: `builtin:e5-small`, `builtin:minilm`, a hub id or a folder.
        threads: How many threads torch may use; by default at most four, and what the
            process was given.
    """

    def __init__(self, model: str, *, threads: int | None = None) -> None:
        self.name = model
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: Any = None

    @cached_property
    def _source(self) -> ModelSource:
        return find_model(self.name)

    @property
    def key(self) -> str:
        """Identity of the model including its version.

        Raises:
            EncoderError: There is no such model.
        """
        return self._source.key

    @property
    def languages(self) -> frozenset[str] | None:
        """What it understands; None for many."""
        return self._source.languages

    @cached_property
    def dimension(self) -> int:
        """Length of a vector; loads the model."""
        return int(self.encode_queries(["dimension"]).shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, one row each."""
        return self._encode(texts, "encode_query")

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of searched texts, one row each; a long text is the mean of its pieces."""
        return self._encode(texts, "encode_document")

    def _encode(self, texts: Sequence[str], method: str) -> Vectors:
        model = self._model()
        tokens, most = self._window(model)
        groups = [pieces(readable(text), tokens, most) for text in texts]
        flat = [piece for group in groups for piece in group]
        if not flat:
            return np.zeros((0, self.dimension), np.float32)
        try:
            with self._lock:
                vectors = getattr(model, method)(
                    flat, batch_size=32, show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=True
                )
        except Exception as error:
            raise EncoderError(
                f"The model {self.name} could not read a text ({_first_line(error)}).", model=self.name
            ) from error
        vectors = np.asarray(vectors, dtype=np.float32)
        if not np.isfinite(vectors).all():
            raise EncoderError(f"The model {self.name} gave vectors that are not numbers.", model=self.name)
        return joined(vectors, groups)

    def _window(self, model: Any) -> tuple[int, int]:
        if self._source.name == E5_SMALL:
            return E5_TOKENS, 1
        try:
            tokens = int(model.max_seq_length or DEFAULT_TOKENS)
        except (AttributeError, TypeError, ValueError):
            tokens = DEFAULT_TOKENS
        return tokens, max(1, READ_TOKENS // tokens)

    def _model(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load(self._source)
            return self._loaded

    def _load(self, source: ModelSource) -> Any:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when the hub's library is imported; nothing is fetched
        try:
            import torch

            torch.set_num_threads(self._threads or min(torch.get_num_threads(), 4))
            if source.name == E5_SMALL:
                from . import e5_small

                return e5_small.load()
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()  # type: ignore[no-untyped-call]
            prompts = dict(zip(("query", "document"), source.prefixes, strict=True)) if source.prefixes else None
            return SentenceTransformer(str(source.folder), local_files_only=True, prompts=prompts, device="cpu")
        except ImportError as error:
            raise EncoderError(
                f"The model {source.name} needs the package {error.name or 'sentence-transformers'}, "
                f"which cannot be imported ({_first_line(error)}). Install sentence-transformers and torch.",
                model=source.name,
            ) from error
        except Exception as error:
            raise EncoderError(
                f"The model {source.name} cannot be loaded ({_first_line(error)}). "
                "Check that the folder holds a whole sentence-transformers model, or choose builtin:e5-small.",
                model=source.name,
            ) from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__

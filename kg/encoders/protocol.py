"""What turns texts into vectors, as search sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One row a text, each of length 1."""


class Encoder(Protocol):
    """Exactly one model. Thread-safe; what is heavy is loaded by the first text.

    Attributes:
        name: The model as people wrote it: `builtin:e5-small`, a hub id or a folder.
        key: Identity of the model including its version: equal keys, equal vectors.
        languages: The languages it understands; None for many.
    """

    @property
    def name(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def languages(self) -> frozenset[str] | None: ...

    @property
    def dimension(self) -> int:
        """Length of a vector; loads the model.

        Raises:
            EncoderError: The model cannot be loaded; says what to do.
        """
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions.

        Raises:
            EncoderError: The model cannot be loaded or failed.
        """
        ...

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that are searched.

        Raises:
            EncoderError: The model cannot be loaded or failed.
        """
        ...

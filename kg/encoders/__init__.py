"""Models that turn texts into vectors, and the cache that keeps their work."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import EncoderError
from ..schema import vector_property
from .cache import VectorCache
from .cross_encoder import ProcessReranker
from .protocol import Encoder, Vectors
from .worker import EncoderProcess, ProcessEncoder

__all__ = [
    "Encoder",
    "EncoderProcess",
    "ProcessEncoder",
    "ProcessReranker",
    "VectorCache",
    "Vectors",
    "models_of",
    "named_encoders",
]


def named_encoders(settings: Sequence[str]) -> dict[str, Encoder]:
    """Encoders by the name of their arm, from settings such as `multilingual=builtin:e5-small`.

    Nothing is loaded yet; all models will share one process.

    Raises:
        EncoderError: A setting is not `name=model`, or a name stands twice.
    """
    return models_of(settings)[0]


def models_of(settings: Sequence[str]) -> tuple[dict[str, Encoder], EncoderProcess]:
    """Encoders by the name of their arm, and the process that holds their models.

    Raises:
        EncoderError: A setting is not `name=model`, or a name stands twice.
    """
    found: dict[str, Encoder] = {}
    process = EncoderProcess()
    for setting in settings:
        name, _, model = (part.strip() for part in setting.partition("="))
        try:
            vector_property(name)
        except ValueError as error:
            raise EncoderError(
                f"encoders: {setting!r} is not name=model, for example multilingual=builtin:e5-small ({error}).",
                setting=setting,
            ) from error
        if not model:
            raise EncoderError(
                f"encoders: {setting!r} names no model. Write name=model, for example multilingual=builtin:e5-small.",
                setting=setting,
            )
        if name in found:
            raise EncoderError(f"encoders: two arms are named {name!r}; an arm has one model.", setting=setting)
        found[name] = ProcessEncoder(model, process)
    return found, process

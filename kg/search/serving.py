"""Which model each arm was served by: a change of model takes effect when the new vectors are there."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..encoders import Encoder
from ..errors import EncoderError
from ..store.whole_file import whole_file

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Served:
    """A model that an arm was served by.

    Attributes:
        model: As in settings.
        key: Its identity: another key is another model, even under the same name.
        on_nodes: The graph's nodes carry this model's vectors.
    """

    model: str
    key: str
    on_nodes: bool = True


class ServedModels:
    """What served, kept in a file beside the vectors.

    Args:
        path: The file; it can be made again.
        make_encoder: The encoder of a model's name.
    """

    def __init__(self, path: Path, make_encoder: Callable[[str], Encoder]) -> None:
        self._path = path
        self._make_encoder = make_encoder

    def earlier(self, arm: str, encoder: Encoder) -> tuple[Encoder | None, bool]:
        """The encoder that serves until a new one is ready, and whether nodes carry what serves.

        None when the model is the same as before, or when the earlier one can no longer be
        used: its vectors could not be compared with a question.
        """
        kept = self._read().get(arm)
        if kept is None:
            return None, True
        try:
            if kept.model == encoder.name and kept.key == encoder.key:
                return None, kept.on_nodes
        except EncoderError:
            pass  # the new model is unusable: the old one goes on
        old = self._make_encoder(kept.model)
        try:
            if old.key == kept.key:
                return old, kept.on_nodes
        except EncoderError as error:
            log.warning("The arm %s cannot be served by its earlier model: %s", arm, error)
        return None, False

    def remember(self, arm: str, encoder: Encoder, *, on_nodes: bool) -> None:
        """Note that a model serves an arm."""
        try:
            served = Served(encoder.name, encoder.key, on_nodes)
        except EncoderError:
            return
        known = self._read()
        if known.get(arm) == served:
            return
        known[arm] = served
        try:
            with whole_file(self._path) as part:
                part.write_text(json.dumps({name: vars(kept) for name, kept in known.items()}, indent=1), "utf-8")
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error)

    def _read(self) -> dict[str, Served]:
        try:
            return {name: Served(**kept) for name, kept in json.loads(self._path.read_text("utf-8")).items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("%s cannot be read (%s); it is made again.", self._path, error)
            return {}

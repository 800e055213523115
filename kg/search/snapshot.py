"""The index between two runs: arrays in a folder, taken back in a moment and checked against the graph.

A snapshot can be made again, so whatever is wrong with it only costs time. It names the
last change it knows with its instant and its records: a graph that does not hold exactly
that change is another one, or an earlier state of it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EncoderError
from ..store.protocol import GraphStore
from .encoding import ArmEncoding
from .holdings import Holdings

log = logging.getLogger(__name__)

FORMAT = 2
META = "meta.json"


class Snapshot:
    """A folder that holds an index; the last one written is whole.

    Args:
        folder: Where it is; made by the first `write`, readable by the owner only.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def write(self, held: Holdings, arms: Sequence[ArmEncoding], store: GraphStore, revision: int) -> bool:
        """Keep an index as of a revision; False when that was not possible."""
        mark = _mark(store, revision)
        if mark is None:
            return False
        arrays, plain = held.columns.kept()
        words, terms = held.words.kept()
        arrays = {**arrays, **words, "signatures": held.signatures.marks.view, "denied": held.signatures.denied.view}
        meta: dict[str, Any] = {
            "format": FORMAT, "revision": revision, "mark": mark, "terms": terms, "arms": {}, **plain,
        }  # fmt: skip
        for arm in arms:
            try:
                kept = arm.vectors.kept(len(held.columns))
                if kept:
                    meta["arms"][arm.name] = arm.vectors.encoder.key
                    arrays |= {f"arm_{arm.name}.{name}": values for name, values in kept.items()}
            except EncoderError:
                continue
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            aside = Path(tempfile.mkdtemp(dir=self.folder.parent, prefix=f".{self.folder.name}."))
            try:
                for name, values in arrays.items():
                    np.save(aside / f"{name}.npy", values, allow_pickle=False)
                (aside / META).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")
                shutil.rmtree(self.folder, ignore_errors=True)
                aside.rename(self.folder)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        except OSError as error:
            log.warning("The search index is not kept in %s: %s", self.folder, error)
            return False
        return True

    def read(self, held: Holdings, arms: Sequence[ArmEncoding], store: GraphStore) -> int | None:
        """Fill an empty index; the revision it is of, or None when there is no snapshot of this graph."""
        try:
            meta = json.loads((self.folder / META).read_text(encoding="utf-8"))
            if meta["format"] != FORMAT or _mark(store, meta["revision"]) != meta["mark"]:
                return None
            arrays = self._arrays(meta)
            held.columns.restore(arrays, meta)
            held.words.restore(arrays, meta["terms"])
            held.signatures.restore(arrays["signatures"], arrays["denied"])
            for arm in arms:
                self._restore_arm(arm, meta["arms"], arrays)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            log.warning("The kept search index in %s cannot be read (%s); it is made again.", self.folder, error)
            return None
        return int(meta["revision"])

    def _arrays(self, meta: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        found = {}
        for path in self.folder.glob("*.npy"):
            found[path.name.removesuffix(".npy")] = np.load(path, allow_pickle=False)
        size = len(meta["ids"])
        for name in ("alive", "since", "until", "signatures"):
            if len(found[name]) != size:
                raise ValueError(f"{name} has {len(found[name])} rows, not {size}")
        return found

    def _restore_arm(self, arm: ArmEncoding, keys: Mapping[str, str], arrays: Mapping[str, NDArray[Any]]) -> None:
        start = f"arm_{arm.name}."
        own = {name.removeprefix(start): values for name, values in arrays.items() if name.startswith(start)}
        for vectors in (arm.vectors, arm.coming):
            try:
                if vectors is not None and keys.get(arm.name) == vectors.encoder.key:
                    vectors.restore(own)
            except EncoderError:
                continue


def _mark(store: GraphStore, revision: int) -> str | None:
    """What tells the state of a graph at a revision from any other."""
    if revision < 1 or store.revision() < revision:
        return None
    changes = store.changes(revision - 1, 1)
    if not changes or changes[0].seq != revision:
        return None
    change = changes[0]
    said = json.dumps([change.seq, change.at, change.op, change.label, sorted(change.ids)])
    return hashlib.sha256(said.encode()).hexdigest()

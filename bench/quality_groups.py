"""Whether suggested groups of notes are those that people make, against grouping by shared words.

Three walls of mixed English and Chinese notes, sorted by hand (`tests/quality/notes.yaml`); two were
looked at while the figures of the grouping were chosen, the third was written afterwards. The
gate: on each, an adjusted Rand index above the floor and twice that of the words. `python -m bench.quality_groups keep` makes the
vectors again that the tests read, after a change of model or notes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.metrics import adjusted_rand_score

from bench.report import finish
from kg.recommend.grouping import Suggestion, suggest_groups
from kg.search.lexical import query_terms

FOLDER = Path(__file__).parents[1] / "tests" / "quality"
NOTES, VECTORS = FOLDER / "notes.yaml", FOLDER / "note_vectors.npz"
MODEL = "builtin:e5-small"
FLOOR = {"tried": 0.53, "looked_at": 0.47, "kept_back": 0.35}


def walls() -> dict[str, tuple[dict[str, str], list[int]]]:
    """Each wall's notes by id, and the topic of each."""
    read: dict[str, dict[str, list[str]]] = yaml.safe_load(NOTES.read_text(encoding="utf-8"))
    found = {}
    for name, topics in read.items():
        notes = {f"n{place}": text for place, text in enumerate(text for held in topics.values() for text in held)}
        found[name] = (notes, [place for place, held in enumerate(topics.values()) for _ in held])
    return found


def kept_vectors() -> dict[str, Any]:
    """Vectors of each wall's notes, and `model`: the key of the model that made them."""
    with np.load(VECTORS) as held:
        return {name: str(held[name]) if name == "model" else held[name].astype(np.float32) for name in held.files}


def by_words(texts: Sequence[str]) -> Any:
    """Vectors of weighted words (TF-IDF): what grouping without a model has."""
    told = [{term.term: term.weight for term in query_terms(text)} for text in texts]
    known = sorted({term for terms in told for term in terms})
    rows = np.array([[terms.get(term, 0.0) for term in known] for terms in told])
    rows *= np.log1p(len(texts) / np.count_nonzero(rows, axis=0))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1.0)


def figures(suggestions: Sequence[Suggestion], notes: Mapping[str, str], topics: Sequence[int]) -> dict[str, float]:
    """How suggestions compare with the topics: the adjusted Rand index, and pairs that are right and found."""
    group = {note: place for place, found in enumerate(suggestions) for note in found.notes}
    told = np.array([group.get(note, -1 - place) for place, note in enumerate(notes)])
    wanted = np.array(topics)
    pairs = np.triu_indices(len(wanted), 1)
    same, true = (told[:, None] == told)[pairs], (wanted[:, None] == wanted)[pairs]
    both = float(np.count_nonzero(same & true))
    return {
        "rand": round(float(adjusted_rand_score(wanted, told)), 3),
        "precision": round(both / max(1, np.count_nonzero(same)), 3),
        "recall": round(both / np.count_nonzero(true), 3),
        "largest": max((len(found.notes) for found in suggestions), default=0),
    }


def keep() -> None:
    """Make the vectors again."""
    from kg.encoders import named_encoders

    encoder = named_encoders([f"multilingual={MODEL}"])["multilingual"]
    made = {name: encoder.encode_queries(list(notes.values())) for name, (notes, _) in walls().items()}
    packed = {name: vectors.astype(np.float16) for name, vectors in made.items()}
    np.savez_compressed(VECTORS, allow_pickle=False, model=np.array(encoder.key), **packed)
    encoder.close()


def main() -> None:
    """Measure all walls."""
    vectors = kept_vectors()
    told: dict[str, Any] = {}
    ok = True
    for name, (notes, topics) in walls().items():
        started = time.perf_counter()
        found = figures(suggest_groups(notes, vectors[name]), notes, topics)
        told[name] = found | {"ms": round((time.perf_counter() - started) * 1000, 1)}
        told[f"{name} by words"] = words = figures(suggest_groups(notes, by_words(list(notes.values()))), notes, topics)
        ok = ok and found["rand"] >= FLOOR[name] and found["rand"] >= 2 * words["rand"]
    many = np.random.default_rng(0).normal(size=(500, 384))
    started = time.perf_counter()
    suggest_groups({f"n{place}": f"note {place}" for place in range(500)}, many)
    told["500 notes, s"] = round(time.perf_counter() - started, 3)
    finish("quality_groups", ok=ok and told["500 notes, s"] < 1, limit="rand >= floor and 2x words", figures=told)


if __name__ == "__main__":
    if sys.argv[1:] == ["keep"]:
        keep()
    else:
        main()

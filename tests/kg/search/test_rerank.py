"""The second stage: a cross-encoder that is really loaded, small and untrained, from a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from kg.encoders import EncoderProcess, ProcessReranker
from kg.errors import EncoderError
from kg.graph import KnowledgeGraph
from kg.search import SearchIndex
from tests.kg.search.conftest import LESSONS, ToyEncoder, ask, put

MAKE = """
import sys
from pathlib import Path
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast
folder = Path(sys.argv[1])
vocabulary = folder / "vocab.txt"
vocabulary.write_text("\\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz"]))
BertTokenizerFast(vocab_file=str(vocabulary)).save_pretrained(folder)
config = BertConfig(vocab_size=31, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                    intermediate_size=16, num_labels=int(sys.argv[2]))
BertForSequenceClassification(config).save_pretrained(folder)
"""


@pytest.fixture(scope="module")
def process() -> Iterator[EncoderProcess]:
    process = EncoderProcess()
    yield process
    process.close()


def make_model(folder: Path, scores: int) -> Path:
    import subprocess
    import sys

    folder.mkdir()
    subprocess.run([sys.executable, "-c", MAKE, str(folder), str(scores)], check=True, capture_output=True)
    return folder


class Backwards:
    """Prefers what the others like least: those without the word certificate."""

    name = "backwards"

    def scores(self, question: str, texts: Sequence[str]) -> np.ndarray:
        return np.array([-9.0 * ("ertificate" in text) for text in texts], np.float32)


def test_the_reranker_moves_hits_and_tells_by_how_much(graph: KnowledgeGraph) -> None:
    put(graph, *LESSONS)
    plain = ask(SearchIndex(graph.store, {"toy": ToyEncoder()}, None), "certificate")
    found = ask(SearchIndex(graph.store, {"toy": ToyEncoder()}, None, reranker=Backwards()), "certificate")
    assert {hit.id for hit in found.hits} == {hit.id for hit in plain.hits}
    part = {hit.id: next(p for p in hit.parts if p.arm == "reranker") for hit in found.hits}
    assert part["lesson:tls"].score < 0 < part["lesson:disk"].score
    assert part["lesson:tls"].raw == -9.0
    assert [hit.score for hit in found.hits] == [sum(p.score for p in hit.parts) for hit in found.hits]
    assert [hit.score for hit in found.hits] == sorted((hit.score for hit in found.hits), reverse=True)
    assert [hit.rank for hit in found.hits] == list(range(1, len(found.hits) + 1))


def test_a_cross_encoder_in_a_folder_is_used(graph: KnowledgeGraph, process: EncoderProcess, tmp_path: Path) -> None:
    folder = make_model(tmp_path / "cross", 1)
    put(graph, *LESSONS)
    index = SearchIndex(graph.store, {}, None, reranker=ProcessReranker(str(folder), process))
    found = ask(index, "certificate storage")
    assert found.arms[-1].problem is None
    assert all(any(p.arm == "reranker" for p in hit.parts) for hit in found.hits)


@pytest.mark.parametrize("kind", ["two scores", "no model", "nowhere"])
def test_a_reranker_that_is_none_leaves_the_order_and_says_why(
    graph: KnowledgeGraph, process: EncoderProcess, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "cross"
    if kind == "two scores":
        make_model(folder, 2)
    elif kind == "no model":
        folder.mkdir()
        (folder / "config.json").write_text("{}")
    put(graph, *LESSONS)
    index = SearchIndex(graph.store, {}, None, reranker=ProcessReranker(str(folder), process))
    found = ask(index, "certificate")
    assert found.hits[0].id == "lesson:tls"
    assert found.arms[-1].problem and str(folder) in found.arms[-1].problem
    with pytest.raises(EncoderError):
        ProcessReranker(str(folder), process).scores("a", ["b"])

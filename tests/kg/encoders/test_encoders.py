"""Models, their names and what is kept of their work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kg.encoders import EncoderProcess, ProcessEncoder, VectorCache, named_encoders
from kg.encoders.chunks import pieces
from kg.errors import EncoderError


@pytest.fixture(scope="module")
def process() -> Iterator[EncoderProcess]:
    made = EncoderProcess()
    yield made
    made.close()


@pytest.fixture
def cache(tmp_path: Path) -> VectorCache:
    return VectorCache(tmp_path / "cache" / "vectors.sqlite")


def vector(value: float) -> np.ndarray:
    return np.full(4, value, np.float32)


def test_a_vector_is_kept_by_model_and_text(cache: VectorCache) -> None:
    cache.put("one", {"text": vector(1)})
    assert cache.get("one", ["other", "text", "text"]).keys() == {1, 2}
    assert cache.get("two", ["text"]) == {}
    cache.forget(["text"])
    assert cache.get("one", ["text"]) == {}


def test_a_file_that_is_no_cache_is_made_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "vectors.sqlite"
    path.write_bytes(b"this is not a database" * 500)
    cache = VectorCache(path)
    cache.put("one", {"text": vector(1)})
    assert np.array_equal(cache.get("one", ["text"])[0], vector(1))
    assert "made again" in caplog.text
    assert path.stat().st_mode & 0o077 == 0


def test_a_killed_writer_leaves_whole_vectors(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    program = (
        "import sys, numpy as np; from pathlib import Path; from kg.encoders import VectorCache\n"
        "cache = VectorCache(Path(sys.argv[1]))\n"
        "for n in range(10**6):\n"
        "    cache.put('m', {str(n): np.full(384, n, np.float32)}); print(n, flush=True)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for _ in range(50):
        last = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    found = VectorCache(path).get("m", [str(n) for n in range(last + 1)])
    assert len(found) == last + 1
    assert all(np.array_equal(v, np.full(384, n, np.float32)) for n, v in found.items())


def test_threads_share_a_cache(cache: VectorCache) -> None:
    def work(name: int) -> None:
        for n in range(30):
            cache.put("m", {f"{name}-{n}": vector(n)})
            assert cache.get("m", [f"{name}-{n}"])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache.get("m", [f"{t}-{n}" for t in range(4) for n in range(30)])) == 120


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("builtin:e5-smal", "Did you mean builtin:e5-small?"),
        ("nobody/has-this-model", "hf download nobody/has-this-model"),
        ("/no/such/folder", "There is no model folder"),
    ],
)
def test_an_unusable_model_says_what_to_do(model: str, said: str) -> None:
    with pytest.raises(EncoderError, match=said.replace("?", r"\?")):
        ProcessEncoder(model, EncoderProcess()).encode_queries(["x"])


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, process: EncoderProcess) -> None:
    with pytest.raises(EncoderError, match="neither modules"):
        ProcessEncoder(str(tmp_path), process).encode_queries(["x"])
    (tmp_path / "modules.json").write_text("[]")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EncoderError, match=r"cannot be loaded|could not read"):
        ProcessEncoder(str(tmp_path), process).encode_queries(["x"])


@pytest.mark.parametrize("setting", ["builtin:minilm", "a-b=builtin:minilm", "english="])
def test_a_setting_that_names_no_arm_is_refused(setting: str) -> None:
    with pytest.raises(EncoderError, match="name=model"):
        named_encoders([setting])
    with pytest.raises(EncoderError, match="two arms"):
        named_encoders(["a=builtin:minilm", "a=builtin:e5-small"])


def test_the_packaged_models_give_vectors_of_length_one(process: EncoderProcess) -> None:
    texts = ["short", "", "证书过期" * 400, "a long report. " * 2000, "a\x00b \ud800", "😀"]
    for name, languages in (("builtin:e5-small", None), ("builtin:minilm", {"en"})):
        encoder = ProcessEncoder(name, process)
        vectors = encoder.encode_documents(texts)
        assert vectors.shape == (6, encoder.dimension)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
        assert encoder.languages == languages
        assert not np.allclose(encoder.encode_queries(["short"])[0], vectors[0]) or name == "builtin:minilm"


def test_texts_of_one_meaning_lie_near_across_languages(process: EncoderProcess) -> None:
    encoder = ProcessEncoder("builtin:e5-small", process)
    near, far = encoder.encode_documents(["The certificate has expired.", "We planted apple trees."])
    question = encoder.encode_queries(["证书过期了"])[0]
    assert question @ near > question @ far


def test_a_process_that_died_is_started_again(process: EncoderProcess) -> None:
    encoder = ProcessEncoder("builtin:e5-small", process)
    encoder.encode_queries(["x"])
    running = process._process
    assert running is not None
    running.kill()
    running.wait()
    assert encoder.encode_queries(["x"]).shape == (1, 384)


def test_long_texts_are_cut_between_sentences() -> None:
    cut = pieces("One sentence here. " * 100, tokens=50, most=3)
    assert len(cut) == 3
    assert all(len(piece) <= 190 and piece.endswith(".") for piece in cut)
    assert len(pieces("证书" * 300, tokens=50, most=9)[0]) == 65
    assert pieces("", 10, 2) == [""]


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = "{'torch', 'sentence_transformers', 'jieba'}"
    program = f"import sys, kg.search, kg.encoders; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

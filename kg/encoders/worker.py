"""Models in a process of their own, next to the one that owns graph and index.

Two reasons. The graph engine and the three OpenMP runtimes that torch, scikit-learn and
the packaged E5 bring along do not fit into one process: on Linux the loader's room for
static thread storage runs out, and which import fails depends on the order. And encoding
for minutes beside questions must not hold their interpreter.

The process reads a JSON line a request on stdin and answers with a JSON line and the bytes
of the vectors; it ends when its owner does.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..errors import EncoderError
from .models import ModelSource, find_model
from .protocol import Vectors

_ROOT = Path(__file__).parent.parent.parent


class EncoderProcess:
    """The process that holds the models; started by the first text, again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def encode(self, model: str, kind: str, texts: Sequence[str]) -> Vectors:
        """Vectors of texts.

        Args:
            model: As in settings.
            kind: `query` or `document`; `rerank` for a cross-encoder.
            texts: What to encode; for a cross-encoder the question, then the texts.

        Raises:
            EncoderError: The model cannot be loaded or failed, or the process died twice.
        """
        request = json.dumps({"model": model, "kind": kind, "texts": list(texts)}).encode() + b"\n"
        with self._lock:
            for attempt in (1, 2):
                try:
                    return self._ask(request, model)
                except (OSError, EOFError, json.JSONDecodeError) as error:
                    code = self._end()
                    if attempt == 2:
                        raise EncoderError(
                            f"The process that holds the model {model} ended twice (exit code {code}). "
                            "Is there enough memory? A model needs about 600 MB.",
                            model=model, exit_code=code,
                        ) from error  # fmt: skip
        raise AssertionError("unreachable")

    def close(self) -> None:
        """End the process; the next text starts it again."""
        with self._lock:
            self._end()

    def _ask(self, request: bytes, model: str) -> Vectors:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(request)
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise EOFError
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise EncoderError(answer["error"], **answer.get("fields", {"model": model}))
        size = int(answer["rows"]) * int(answer["columns"]) * 4
        body = process.stdout.read(size)
        if len(body) != size:
            raise EOFError
        vectors: Vectors = np.frombuffer(body, "<f4").reshape(answer["rows"], answer["columns"]).copy()
        return vectors

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            environment = {k: v for k, v in os.environ.items() if not k.startswith(("RETROBOOK_", "NEO4J_"))}
            paths = [str(_ROOT), *filter(None, [environment.get("PYTHONPATH")])]
            environment["PYTHONPATH"] = os.pathsep.join(paths)
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", __package__],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
            )  # fmt: skip
        return self._process

    def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass
        try:
            return process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


class ProcessEncoder:
    """A model of an `EncoderProcess`, as an `Encoder`.

    Args:
        model: `builtin:e5-small`, `builtin:minilm`, a hub id or a folder.
        process: Where it is held; models that share one share its memory for torch.
    """

    def __init__(self, model: str, process: EncoderProcess) -> None:
        self.name = model
        self._process = process
        self._found: ModelSource | None = None
        self._dimension: int | None = None

    @property
    def _source(self) -> ModelSource:
        if self._found is None:
            self._found = find_model(self.name)
        return self._found

    @property
    def key(self) -> str:
        """Identity of the model including its version."""
        return self._source.key

    @property
    def languages(self) -> frozenset[str] | None:
        """What it understands; None for many."""
        return self._source.languages

    @property
    def dimension(self) -> int:
        """Length of a vector; loads the model."""
        if self._dimension is None:
            self._dimension = int(self.encode_queries(["dimension"]).shape[1])
        return self._dimension

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, one row each."""
        return self._encode("query", texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of searched texts, one row each."""
        return self._encode("document", texts)

    def close(self) -> None:
        """End the process that holds the model."""
        self._process.close()

    def _encode(self, kind: str, texts: Sequence[str]) -> Vectors:
        source = self._source  # an unknown model is said before a process is started
        return self._process.encode(source.name, kind, texts)


def answer_requests(requests: BinaryIO, answers: BinaryIO) -> None:
    """Serve until the requests end."""
    from .cross_encoder import CrossEncoderModel
    from .sentence_transformer import SentenceTransformerEncoder

    held: dict[str, SentenceTransformerEncoder] = {}
    rerankers: dict[str, CrossEncoderModel] = {}
    for line in requests:
        request = json.loads(line)
        name, kind, texts = request["model"], request["kind"], request["texts"]
        try:
            if kind == "rerank":
                vectors = rerankers.setdefault(name, CrossEncoderModel(name)).scores(texts[0], texts[1:])
            else:
                model = held.setdefault(name, SentenceTransformerEncoder(name))
                vectors = (model.encode_queries if kind == "query" else model.encode_documents)(texts)
        except EncoderError as error:
            head, body = {"error": error.message, "fields": error.fields}, b""
        else:
            head, body = {"rows": vectors.shape[0], "columns": vectors.shape[1]}, vectors.astype("<f4").tobytes()
        answers.write(json.dumps(head).encode() + b"\n" + body)
        answers.flush()


def main() -> None:
    """Serve on stdin and stdout; whatever libraries print goes to stderr."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answer_requests(sys.stdin.buffer, answers)

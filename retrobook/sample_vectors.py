"""`python -m retrobook.sample_vectors FILE`: the vectors that come with the sample, made anew.

They only save time: they are kept by model and text, so that a changed text or model is
read again by whoever loads the sample.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from pathlib import Path

from pipelines.sources.sample import load_sample

from .assembly import own_graph
from .settings import read_settings


def make(target: Path) -> int:
    """Load the sample into a new installation, encode it, keep its cache; the number of vectors."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"home": folder}, {})
        with own_graph(settings, create=True) as graph:
            load_sample(graph, settings.home)
            index = graph.services["search"]
            index.refresh()
            made: int = index.encode_pending()
        target.unlink(missing_ok=True)
        with sqlite3.connect(settings.cache_dir / "vectors.sqlite") as cache:
            cache.execute("PRAGMA page_size = 16384")  # a vector fits a page: a third of the size
            cache.execute("VACUUM INTO ?", (str(target),))
        cache.close()
    return made


if __name__ == "__main__":
    sys.stderr.write(f"{make(Path(sys.argv[1]))} vectors\n")

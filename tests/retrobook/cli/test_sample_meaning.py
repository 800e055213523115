"""The sample is found by meaning from the first question on."""

from __future__ import annotations

from pipelines.resources import template_path
from pipelines.sources.sample import load_sample
from retrobook.assembly import own_graph
from retrobook.settings import read_settings


def test_the_vectors_that_come_with_the_sample_are_those_of_its_texts_and_models(tmp_path):
    """When this fails a sample text or a model changed: `make sample-vectors`."""
    from kg.encoders import VectorCache

    settings = read_settings({"home": tmp_path}, {})
    cache = VectorCache(settings.cache_dir / "vectors.sqlite")
    cache.adopt(template_path("sample/vectors.sqlite"))
    cache.close()
    with own_graph(settings, create=True) as graph:
        load_sample(graph, settings.home)
        index = graph.services["search"]
        index.refresh()
        assert index.pending() == 0
        for question in ("what happens when certificates expire", "证书过期怎么办"):
            hits = graph.search_lessons(text=question, limit=3).hits
            assert any("ssl-outdated" in hit.id for hit in hits), question

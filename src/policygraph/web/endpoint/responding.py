"""What a query asks of the engine, and what stands around its answer, however it is sent."""

from __future__ import annotations

from policygraph.engine import Query
from policygraph.engine.cache import AnswerCache, Kept, may_change, pack
from policygraph.formats import Format
from policygraph.web.conditional import cache_headers, etag
from policygraph.web.endpoint.sparql import Asked, Wanted
from policygraph.web.middleware import LEAST, THREAD_ABOVE


def query_of(asked: Asked, wanted: Wanted, client: str) -> Query:
    """Return what the engine is asked."""
    return Query(
        asked.text or "",
        asked.default_graphs,
        asked.named_graphs,
        wanted.results,
        wanted.graph,
        asked.seconds,
        client,
    )


def answer_headers(method: str, tag: str, vary: str, chosen: Format) -> dict[str, str]:
    """Return the headers of an answer, without those that every answer of the server has."""
    headers = cache_headers(tag, vary)
    if not tag or method == "POST":
        headers["Cache-Control"] = "no-cache"
    if not tag:
        del headers["ETag"]
    headers["Content-Type"] = chosen.content_type
    return headers


def packed(cache: AnswerCache, kept: Kept | None, body: bytes) -> bytes | None:
    """Return a whole answer in gzip, from the cache if need be; None if that is not worth it.

    What is long is compressed while it is sent, elsewhere.
    """
    if not LEAST <= len(body) <= THREAD_ABOVE:
        return None
    return cache.packed(kept) if kept else pack(body)


def tag_of(mark: str, asked: Asked, wanted: Wanted) -> str:
    """Return the entity tag of an answer; none where the next answer may be another."""
    text = asked.text or ""
    if may_change(text):
        return ""
    results = wanted.results.name if wanted.results else ""
    graph = wanted.graph.name if wanted.graph else ""
    graphs = ("\n".join(asked.default_graphs), "\n".join(asked.named_graphs))
    return etag(mark, "sparql", text, *graphs, f"{results} {graph}")

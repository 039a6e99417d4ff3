"""Every IRI of ours leads to what is said of it, and no link of ours leads nowhere."""

from __future__ import annotations

import asyncio
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pyoxigraph as ox
import pytest

from policygraph.release import Release
from tests.served.conftest import serving
from tests.served.crawling import CONNECTIONS, FORMATS, Crawler, documents

EVERY = int(os.environ.get("POLICYGRAPH_CRAWL", "150"))
"""Of the things, and of the links to things and to answers, one in so many is asked for; 1 asks
for all of them, which takes half an hour. Documents (terms, queries, graphs) are all asked for."""
FOUND = os.environ.get("POLICYGRAPH_CRAWL_FOUND")
"""A file to which figures and findings are written whole."""


@pytest.fixture(scope="module")
def server(release: Release) -> Iterator[str]:
    with serving("--release", release.path) as address:
        yield address


@pytest.fixture(scope="module")
def crawler(server: str, release: Release) -> Crawler:
    """A crawler that asked for every IRI of the release, and followed every link of the pages."""
    iris: set[str] = set()
    for quad in ox.parse(path=release.file("policygraph.nq"), format=ox.RdfFormat.N_QUADS):
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, ox.NamedNode) and term.value.startswith(release.portal.base):
                iris.add(term.value)
    assert len(iris) > 5000
    return asyncio.run(crawl(server, release.portal.base, iris))


async def crawl(server: str, base: str, iris: set[str]) -> Crawler:
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(base_url=server, timeout=60, limits=limits) as client:
        crawler = Crawler(client, base)
        asked = {
            path: own
            for path, own in documents(base, iris).items()
            if not path.startswith("/id/") or is_sampled(path, EVERY)
        }
        await crawler.each([crawler.document(p, own, FORMATS) for p, own in asked.items()])
        await crawler.follow(is_new)
    return crawler


def is_sampled(text: str, every: int) -> bool:
    return zlib.crc32(text.encode()) % every == 0


def is_new(link: str) -> bool:
    """Whether a link leads elsewhere than to the same page in another language or format."""
    path, query = urlsplit(link).path, urlsplit(link).query
    as_data = not path.startswith("/download/") and path.rpartition(".")[2] in FORMATS
    if "lang=" in query or "format=" in query or as_data:
        return False
    # Forms that are filled in, and kept releases, which have every page once more.
    if query or (path.startswith("/releases/") and path.count("/") > 2):
        # Not by the port, so that every run samples the same.
        return is_sampled(f"{path}?{query}", max(EVERY, 40))
    return is_sampled(path, EVERY) if path.startswith("/doc/") else True


def told(crawler: Crawler) -> str:
    """What was found, whole."""
    figures = {
        "IRIs": crawler.iris,
        "answers": dict(sorted(crawler.answers.items())),
        "links": len(crawler.links),
        "pages": len(crawler.anchors),
        "findings": len(crawler.wrong),
    }
    return "\n".join([*(f"{k}: {v}" for k, v in figures.items()), *sorted(crawler.wrong), ""])


def test_every_iri_and_every_link_is_answered(crawler: Crawler) -> None:
    if FOUND:
        Path(FOUND).write_text(told(crawler), encoding="utf-8")
    assert crawler.wrong == []
    assert set(crawler.answers) <= {200, 302, 303, 308, 403, 503}
    assert crawler.answers[303] > 300
    assert crawler.answers[200] > 900


def test_the_pages_of_the_menus_were_visited(crawler: Crawler) -> None:
    visited = {urlsplit(address).path for address in crawler.anchors}
    assert visited >= {"/", "/policies", "/queries", "/download/", "/catalog", "/releases", "/feed"}

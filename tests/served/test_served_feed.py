"""A portal elsewhere follows the feed of a real server, over three releases, and has it all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from policygraph.release import Release
from tests.served.conftest import serving
from tests.served.editions import LEAVES, STAYS, changed_over, dumped, keep, three_editions
from tests.served.following import Follower

ACCEPT = {
    "TriG": "application/trig",
    "N-Quads": "application/n-quads, text/turtle;q=0.5",
    "JSON-LD": "application/ld+json",
    "Turtle, and the files": "text/turtle",
}


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    return three_editions(tmp_path_factory.mktemp("followed"))


@pytest.fixture
def shelf(editions: list[Release], tmp_path: Path) -> Path:
    """A folder that holds the first of the releases."""
    folder = tmp_path / "shelf"
    keep(editions[0], folder)
    return folder


@pytest.fixture
def server(shelf: Path) -> Iterator[str]:
    with serving("--release", shelf) as address:
        yield address


def paths(follower: Follower, server: str) -> list[str]:
    return [address.removeprefix(server) for address, _, _ in follower.requests]


@pytest.mark.parametrize("accept", ACCEPT.values(), ids=ACCEPT)
def test_a_follower_has_what_the_last_dump_has(
    server: str, shelf: Path, editions: list[Release], accept: str
) -> None:
    first, second, third = editions
    follower = Follower(f"{server}/feed", accept)
    follower.run()
    assert follower.graphs == dumped(first)
    everything = sum(size for _, _, size in follower.requests)

    follower.run()
    assert [(status, size) for _, status, size in follower.requests] == [(304, 0)]

    for release, before in ((second, first), (third, second)):
        keep(release, shelf)
        changed_over(server, release)
        follower.run()
        assert follower.graphs == dumped(release)
        assert paths(follower, server)[0] == "/feed"
        assert paths(follower, server)[1].endswith(f"/{before.id}..{release.id}")
        new = [f"/releases/{release.id}/download/{slug}.nt"
               for slug in (STAYS, LEAVES) if f"{slug}.nt" in release.files]  # fmt: skip
        assert sorted(paths(follower, server)[2:]) == (new if accept == "text/turtle" else [])
        assert sum(size for _, _, size in follower.requests) < everything / 2

    late = Follower(f"{server}/feed", accept)
    late.run()
    assert late.graphs == follower.graphs


def test_who_was_away_for_too_long_starts_again(
    server: str, shelf: Path, editions: list[Release]
) -> None:
    follower = Follower(f"{server}/feed", "application/trig")
    follower.run()
    for release in editions[1:]:
        keep(release, shelf)
        changed_over(server, release)
    for release in editions[:2]:
        shutil.rmtree(shelf / release.id)
    # The deletion in between is no longer told; the beginning of the stream shows it.
    follower.graphs["http://example.org/deleted-meanwhile"] = frozenset()
    follower.run()
    assert follower.graphs == dumped(editions[2])
    assert paths(follower, server) == ["/feed", f"/feed/20261125T000000Z/{editions[2].id}"]
    assert httpx.get(f"{server}/feed/20261124T000000Z/{editions[0].id}").status_code == 410


def test_the_address_of_the_stream_leads_to_its_root(server: str) -> None:
    page = httpx.get(f"{server}/feed", headers={"Accept": "text/turtle"})
    subject = ox.NamedNode("https://w3id.org/policygraph/feed#stream")
    said = [q.object for q in ox.parse(page.content, format=ox.RdfFormat.TURTLE)
            if q.subject == subject and q.predicate.value.endswith("#view")]  # fmt: skip
    assert said == [ox.NamedNode(f"{server}/feed")]


def test_the_times_of_an_address_are_the_releases_that_have_it(
    server: str, shelf: Path, editions: list[Release]
) -> None:
    """A policy that has gone and come back, its parts, its files; what always was, never was."""
    first, second, third = editions
    for release in (second, third):
        keep(release, shelf)
    there, every = [first.id, third.id], [release.id for release in editions]
    for address, having in {
        f"/doc/policy/{LEAVES}": there,
        f"/doc/policy/{LEAVES}.ttl": there,
        f"/id/policy/{LEAVES}": there,
        f"/doc/graph/{LEAVES}": there,
        f"/graph/{LEAVES}": there,
        f"/download/{LEAVES}.nt.gz": there,
        f"/doc/policy/{STAYS}": every,
        "/download/": every,
        "/download/manifest.json": every,
        "/queries/policies": every,
        "/queries/policies.csv": every,
        "/doc/sdg:9": every,
        "/ns": every,
        "/": every,
        "/doc/policy/never": [],
        "/download/never.nt": [],
        "/queries/never": [],
    }.items():
        told = httpx.get(f"{server}/timemap{address}")
        assert told.status_code == (200 if having else 404), address
        found = re.findall(r'/releases/(\w+)/[^>]*>; rel="[a-z ]*memento"', told.text)
        assert found == having, address
        for id_ in having[:1]:
            assert httpx.get(f"{server}/releases/{id_}{address}").status_code in (200, 303)
    headers = {"Accept-Datetime": "Tue, 24 Nov 2026 12:00:00 GMT"}
    gate = httpx.get(f"{server}/timegate/doc/policy/{LEAVES}", headers=headers)
    assert gate.headers["location"] == f"{server}/releases/{first.id}/doc/policy/{LEAVES}"

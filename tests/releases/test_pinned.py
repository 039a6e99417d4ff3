"""Any address can be pinned to a kept release, and answers from it alone."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from policygraph.release import DOWNLOADS, Release

from .conftest import POLICY, VERSIONS, put, serving

VERSION = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?version { <https://w3id.org/policygraph/> owl:versionInfo ?version }"""
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
FOREVER = "public, max-age=31536000, immutable"


def version(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    [row] = response.json()["results"]["bindings"]
    return str(row["version"]["value"])


def asked(client: httpx.Client, path: str = "", **headers: str) -> httpx.Response:
    return client.get(f"{path}/sparql", params={"query": VERSION}, headers=headers)


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [v or "" for n, v in attrs if n in ("href", "action") and tag != "base"]


def test_queries_are_answered_by_their_release(
    client: httpx.Client, editions: list[Release]
) -> None:
    assert version(asked(client)) == "1.0"
    for release, (expected, _) in zip(editions, VERSIONS, strict=True):
        answer = asked(client, f"/releases/{release.id}")
        assert version(answer) == expected
        assert answer.headers["cache-control"] == FOREVER
        again = asked(
            client, f"/releases/{release.id}", **{"If-None-Match": answer.headers["etag"]}
        )
        assert again.status_code == 304
    assert "immutable" not in asked(client).headers["cache-control"]


def test_by_post_too(client: httpx.Client, editions: list[Release]) -> None:
    answer = client.post(f"/releases/{editions[0].id}/sparql", data={"query": VERSION})
    assert version(answer) == "0.9"


def test_descriptions_say_what_was_said(client: httpx.Client, editions: list[Release]) -> None:
    thing = ox.NamedNode(f"https://w3id.org/policygraph/id/policy/{POLICY}")
    label = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    for release, (expected, _) in zip(editions, VERSIONS, strict=True):
        answer = client.get(f"/releases/{release.id}/doc/policy/{POLICY}.nt")
        graph = ox.Dataset(ox.parse(answer.content, format=ox.RdfFormat.N_TRIPLES))
        labels = [str(q.object) for q in graph.quads_for_subject(thing) if q.predicate == label]
        assert any(text.endswith(f'edition {expected}"@en') for text in labels)
        assert answer.headers["cache-control"] == FOREVER
        redirect = client.get(
            f"/releases/{release.id}/id/policy/{POLICY}", headers={"Accept": "text/turtle"}
        )
        assert redirect.status_code == 303
        assert redirect.headers["location"] == f"/releases/{release.id}/doc/policy/{POLICY}.ttl"


@pytest.mark.parametrize("lang", ["nl", "en", "fr"])
def test_pages_link_within_their_release_and_to_the_current(
    client: httpx.Client, editions: list[Release], lang: str
) -> None:
    prefix = f"/releases/{editions[0].id}"
    todo = ["/"]
    seen: set[str] = set()
    while todo and len(seen) < 40:
        path = todo.pop(0)
        if path in seen:
            continue
        seen.add(path)
        address = f"{prefix}{path}{'&' if '?' in path else '?'}lang={lang}"
        answer = client.get(address, headers={"Accept": BROWSER})
        assert answer.status_code == 200, (address, answer.text)
        assert "0.9" in answer.text.partition("<main")[0], "the page says which release it is"
        outside = set()
        for link in Links(answer.text).found:
            if not link.startswith("/") or link.startswith("/static/"):
                continue
            if not link.startswith(prefix):
                outside.add(re.sub(r"[?&]lang=\w+", "", link))
                continue
            within = re.sub(r"[?&]lang=\w+|#.*", "", link.removeprefix(prefix))
            if not re.search(r"/download/.|\.\w+$|/sparql\?|/id/|void", within):
                todo.append(within)
        assert outside == {path, "/releases", "/feed"}, path
    assert f"/doc/policy/{POLICY}" in seen


def test_the_current_release_has_pinned_addresses_too(
    client: httpx.Client, editions: list[Release]
) -> None:
    prefix = f"/releases/{editions[-1].id}"
    assert version(asked(client, prefix)) == "1.0"
    page = client.get(f"{prefix}/", headers={"Accept": BROWSER}).text
    assert 'class="kept"' not in page
    assert f"{prefix}/doc/policy/{POLICY}" in page
    assert f"{prefix}/doc/policy/{POLICY}" not in client.get("/", headers={"Accept": BROWSER}).text


def test_downloads_are_those_of_the_release(client: httpx.Client, editions: list[Release]) -> None:
    for release in editions:
        answer = client.get(f"/releases/{release.id}/download/policygraph.nq")
        assert answer.content == release.file("policygraph.nq").read_bytes()
        assert answer.headers["cache-control"] == FOREVER
        part = client.get(
            f"/releases/{release.id}/download/policygraph.nq", headers={"Range": "bytes=0-9"}
        )
        assert part.status_code == 206
        assert (
            client.get(f"/releases/{release.id}/download/manifest.json").json()["id"] == release.id
        )


@pytest.mark.parametrize("id_", ["0123456789abcdef", "0123", "x" * 16])
def test_what_is_not_kept_is_not_found(client: httpx.Client, id_: str) -> None:
    for path in ("", "/", "/sparql?query=ASK%7B%7D", "/download/policygraph.nq", "/changes"):
        assert client.get(f"/releases/{id_}{path}").status_code == 404


def test_an_id_is_never_shortened(client: httpx.Client, editions: list[Release]) -> None:
    assert client.get(f"/releases/{editions[0].id[:12]}/").status_code == 404


def test_few_are_open_at_once(editions: list[Release], shelf: Path) -> None:
    """With room for one, the second is refused while the first is in use; files need no room."""
    for release in editions:
        put(release, shelf)
    manifest = shelf / editions[-1].id / "manifest.json"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('"kept_engines": 2', '"kept_engines": 1'), "utf-8")
    assert manifest.read_text("utf-8") != text
    with (
        serving("--release", shelf) as server,
        httpx.Client(base_url=server.address, timeout=30) as c,
    ):
        assert version(asked(c, f"/releases/{editions[0].id}")) == "0.9"
        busy = asked(c, f"/releases/{editions[1].id}")
        assert busy.status_code == 503
        assert int(busy.headers["retry-after"]) > 0
        assert busy.headers["cache-control"] == "no-store"
        assert c.get(f"/releases/{editions[1].id}/download/policygraph.nq").status_code == 200
        assert version(asked(c)) == "1.0"


def test_many_that_ask_at_once_load_it_once(editions: list[Release], shelf: Path) -> None:
    for release in editions:
        put(release, shelf)
    with serving("--release", shelf) as server:
        before = server.engines()

        def ask(_: int) -> str:
            with httpx.Client(base_url=server.address, timeout=30) as client:
                return version(asked(client, f"/releases/{editions[0].id}"))

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, range(16))) == {"0.9"}
        assert len(server.engines()) == len(before) + 1


def test_a_damaged_one_is_refused_and_the_others_go_on(
    editions: list[Release], shelf: Path
) -> None:
    for release in editions:
        put(release, shelf)
    file = shelf / editions[0].id / DOWNLOADS / "policygraph.nq"
    size = file.stat().st_size
    file.write_bytes(b"\xff" * size)
    with (
        serving("--release", shelf) as server,
        httpx.Client(base_url=server.address, timeout=30) as c,
    ):
        for _ in range(2):
            refused = asked(c, f"/releases/{editions[0].id}")
            assert refused.status_code == 503
            assert str(shelf) not in refused.text
        assert version(asked(c, f"/releases/{editions[1].id}")) == "0.10"
        server.wait_for(f"release {editions[0].id} cannot be loaded")

"""A running server changes over to a newer release: nobody gets an error, and nothing is mixed."""

from __future__ import annotations

import itertools
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from policygraph.release import DOWNLOADS, MANIFEST, Release

from .conftest import POLICY, edit, put, serving, small_portal
from .test_pinned import VERSION, version

SLOW = """
SELECT (COUNT(*) AS ?n) {
  { SELECT ?a { ?a ?p ?o } LIMIT 1000 } { SELECT ?b { ?b ?q ?r } LIMIT 1000 } }"""


class Load:
    """Clients that ask one thing after another, each over a connection that stays open."""

    def __init__(self, address: str, clients: int, *, ordered: bool) -> None:
        self.failed: list[str] = []
        self.seen: Counter[str] = Counter()
        self._address = address
        self._ordered = ordered
        self._numbers = itertools.count()
        self._going = True
        self._newest = ""
        """What some client has read: no request that is sent after that may get anything older."""
        self._threads = [threading.Thread(target=self._client) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    @property
    def sent(self) -> int:
        return self.seen.total() + len(self.failed)

    def _client(self) -> None:
        with httpx.Client(base_url=self._address, timeout=120) as client:
            while self._going:
                newest = self._newest
                try:
                    told = self._ask(client, next(self._numbers))
                except Exception as error:  # whatever it is, it is a failure
                    self.failed.append(repr(error))
                    continue
                self.seen[told] += 1
                if self._ordered and told < newest:
                    self.failed.append(f"{told} after {newest}")
                self._newest = max(self._newest, told)

    @staticmethod
    def _ask(client: httpx.Client, number: int) -> str:
        """Ask in one of several ways; return the version that answered."""
        match number % 5:
            case 0:  # known to the cache, and to the connection
                return version(client.get("/sparql", params={"query": VERSION}))
            case 1:  # evaluated each time
                query = f"{VERSION} # {number}"
                return version(client.post("/sparql", data={"query": query}))
            case 2:  # takes a while
                query = SLOW + f" # {number}"
                answer = client.get("/sparql", params={"query": query})
                answer.raise_for_status()
                assert answer.json()["results"]["bindings"][0]["n"]["value"] == "1000000"
                return version(client.get("/sparql", params={"query": VERSION}))
            case 3:  # a page names its release above and in what it says
                page = client.get(f"/doc/policy/{POLICY}", params={"lang": "en"})
                page.raise_for_status()
                [told] = [v for v in ("0.9", "0.10", "1.0") if f" edition {v}<" in page.text]
                assert f"</code>, {told} " in page.text, "the footer is of another release"
                return told
            case _:  # a file has to be the one that its manifest lists
                answer = client.get("/download/manifest.json")
                answer.raise_for_status()
                return str(answer.json()["portal"]["version"])


@contextmanager
def load(address: str, *, ordered: bool = True) -> Iterator[Load]:
    """Clients as long as the block lasts; `ordered`: nothing older may follow a newer answer."""
    load = Load(address, clients=4, ordered=ordered)
    try:
        yield load
    finally:
        load._going = False
        for thread in load._threads:
            thread.join(120)


def wait(until: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_newer_release_in_the_folder_takes_over_under_load(
    editions: list[Release], shelf: Path
) -> None:
    # By the text of versions 0.10 comes before 0.9, so only two of them can be told apart.
    first, _, third = editions
    put(first, shelf)
    with serving("--release", shelf) as server:
        with load(server.address) as clients:
            wait(lambda: clients.seen["0.9"] > 50)
            put(third, shelf)
            server.wait_for(f"now release {third.id}, version 1.0")
            before = clients.seen["1.0"]
            wait(lambda: clients.seen["1.0"] > before + 50)
        assert clients.failed == []
        assert set(clients.seen) == {"0.9", "1.0"}
        assert httpx.get(f"{server.address}/health").json()["release"] == third.id
        wait(lambda: len(server.engines()) == 1, 20)
        pinned = httpx.get(
            f"{server.address}/releases/{first.id}/sparql", params={"query": VERSION}, timeout=30
        )
        assert version(pinned) == "0.9"


def test_sighup_looks_at_a_link_again(editions: list[Release], tmp_path: Path) -> None:
    first, _, third = editions
    link = tmp_path / "current"
    link.symlink_to(first.path)
    with serving("--release", link) as server, load(server.address) as clients:
        wait(lambda: clients.seen["0.9"] > 20)
        server.hang_up()
        time.sleep(2.5)
        assert set(clients.seen) == {"0.9"}, "the same release: nothing to change over to"
        newer = tmp_path / "newer"
        newer.symlink_to(third.path)
        newer.replace(link)
        server.hang_up()
        server.wait_for(f"now release {third.id}")
        wait(lambda: clients.seen["1.0"] > 20)
    assert clients.failed == []


def test_a_portal_is_built_again_on_sighup(tmp_path: Path) -> None:
    portal = small_portal(tmp_path / "portal")
    edit(portal, "0.9", "2026-01-10")
    with serving("--portal", portal) as server, load(server.address) as clients:
        wait(lambda: clients.seen["0.9"] > 10)
        config = portal / "policygraph.toml"
        whole = config.read_text("utf-8")
        config.write_text(whole + "nonsense = 1\n", "utf-8")
        server.hang_up()
        server.wait_for("gave no release; release [0-9a-f]{16} goes on")
        config.write_text(whole, "utf-8")
        edit(portal, "1.0", "2026-06-01")
        server.hang_up()
        server.wait_for("now release .*, version 1.0", 120)
        wait(lambda: clients.seen["1.0"] > 10)
    assert clients.failed == []


def test_a_dump_is_read_again_on_sighup(tmp_path: Path) -> None:
    dump = tmp_path / "dump.ttl"
    dump.write_text("<http://a.test/s> <http://a.test/p> 1 .")
    query = {"query": "SELECT ?o { ?s ?p ?o }"}
    with serving("--dump", dump) as server:

        def values() -> list[str]:
            rows = httpx.get(f"{server.address}/sparql", params=query).json()["results"]["bindings"]
            return sorted(row["o"]["value"] for row in rows)

        assert values() == ["1"]
        assert httpx.get(f"{server.address}/releases").status_code == 404
        dump.write_text("<http://a.test/s> <http://a.test/p> 1, 2 .")
        server.hang_up()
        server.wait_for("now release")
        assert values() == ["1", "2"]


def test_connections_with_small_queries_go_over_with_all_others(tmp_path: Path) -> None:
    dump = tmp_path / "dump.ttl"
    dump.write_text("<http://a.test/s> <http://a.test/p> 1 .")
    with (
        serving("--dump", dump) as server,
        httpx.Client(base_url=server.address, limits=httpx.Limits(max_connections=1)) as client,
    ):

        def value(number: int) -> str:
            query = f"SELECT ?o {{ <http://a.test/s> ?p ?o }} # {number}"
            answer = client.get("/sparql", params={"query": query}).raise_for_status()
            (row,) = answer.json()["results"]["bindings"]
            return str(row["o"]["value"])

        for edition in range(2, 6):
            assert {value(number) for number in range(20)} == {str(edition - 1)}
            dump.write_text(f"<http://a.test/s> <http://a.test/p> {edition} .")
            said = len(server.said)
            server.hang_up()
            while len(server.said) == said:
                value(0)
            assert value(edition) == str(edition)


@pytest.mark.parametrize("damage", ["content", "manifest", "size"])
def test_a_broken_release_is_reported_and_the_old_one_goes_on(
    editions: list[Release], shelf: Path, damage: str
) -> None:
    first, _, third = editions
    put(first, shelf)
    with serving("--release", shelf) as server:
        broken = shelf / ".copying"
        shutil.copytree(third.path, broken)
        file = broken / DOWNLOADS / "policygraph.nq"
        if damage == "content":
            file.write_bytes(b"\xff" * file.stat().st_size)
        elif damage == "size":
            file.write_bytes(b"")
        else:
            (broken / MANIFEST).write_text("{")
        broken.rename(shelf / third.id)
        told = {
            "content": f"release {third.id} is not served: .*; release {first.id} goes on",
            "manifest": r"manifest\.json is damaged",
            "size": r"policygraph\.nq is missing or has another size",
        }
        server.wait_for(told[damage])
        time.sleep(2.5)
        assert len(server.said) == 2, "said once, after the line of the start"
        answer = httpx.get(f"{server.address}/sparql", params={"query": VERSION})
        assert version(answer) == "0.9"
        shutil.rmtree(shelf / third.id)
        put(third, shelf)
        server.wait_for(f"now release {third.id}")


def test_an_answer_that_is_on_its_way_comes_from_the_old_release(
    editions: list[Release], shelf: Path
) -> None:
    first, _, third = editions
    put(first, shelf)
    query = "SELECT * { ?a ?p ?o . ?b ?q ?r } LIMIT 300000"
    with serving("--release", shelf) as server:
        whole = httpx.get(
            f"{server.address}/sparql", params={"query": query, "format": "csv"}, timeout=60
        )
        with httpx.stream(
            "GET", f"{server.address}/sparql", params={"query": query + " # 2", "format": "csv"},
            timeout=60,
        ) as response:  # fmt: skip
            parts = response.iter_bytes()
            read = next(parts)
            put(third, shelf)
            server.wait_for(f"now release {third.id}")
            read += b"".join(parts)
        assert read == whole.content


def test_a_newest_release_that_is_withdrawn_gives_way_to_the_one_before(
    editions: list[Release], shelf: Path
) -> None:
    for release in editions:
        put(release, shelf)
    with serving("--release", shelf) as server:
        shutil.rmtree(shelf / editions[2].id)
        server.wait_for(f"now release {editions[1].id}, version 0.10")

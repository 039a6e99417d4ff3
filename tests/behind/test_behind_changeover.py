"""A server in front of another one changes over to a newer release that stands there as well."""

from __future__ import annotations

from pathlib import Path

import httpx

from policygraph.release import Release
from tests.releases.conftest import POLICY, editions, put, serving, shelf  # noqa: F401  (fixtures)
from tests.releases.test_changeover import load, wait
from tests.releases.test_pinned import VERSION, version

from .copies import Server
from .test_publish import command, done


def published(release: Release, foreign: Server) -> None:
    where = ("--to", foreign.store, "--engine", foreign.endpoint)
    code, _, said = done(command("publish", "--release", release.path, *where))
    assert (code, said) == (0, "")


def test_to_a_release_that_is_published_there_under_load(
    editions: list[Release],  # noqa: F811  (an imported fixture)
    shelf: Path,  # noqa: F811  (an imported fixture)
    foreign: Server,
) -> None:
    first, _, third = editions
    published(first, foreign)
    published(third, foreign)
    put(first, shelf)
    with serving("--release", shelf, "--engine", foreign.endpoint) as server:
        with load(server.address) as clients:
            wait(lambda: clients.seen["0.9"] > 50)
            put(third, shelf)
            server.wait_for(f"now release {third.id}, version 1.0")
            before = clients.seen["1.0"]
            wait(lambda: clients.seen["1.0"] > before + 50)
        assert clients.failed == []
        assert set(clients.seen) == {"0.9", "1.0"}
        kept = f"{server.address}/releases/{first.id}"
        pinned = httpx.get(f"{kept}/sparql", params={"query": VERSION}, timeout=30)
        assert version(pinned) == "0.9"
        page = httpx.get(f"{kept}/doc/policy/{POLICY}", params={"lang": "en"}, timeout=30)
        assert " edition 0.9<" in page.text


def test_what_is_not_published_there_waits_until_it_is(
    editions: list[Release],  # noqa: F811  (an imported fixture)
    shelf: Path,  # noqa: F811  (an imported fixture)
    foreign: Server,
) -> None:
    first, second, _ = editions
    published(first, foreign)
    put(first, shelf)
    with serving("--release", shelf, "--engine", foreign.endpoint) as server:
        with load(server.address) as clients:
            wait(lambda: clients.seen["0.9"] > 10)
            put(second, shelf)
            server.wait_for(
                f"release {second.id} is not served: the release is not in {foreign.endpoint}: "
                f"first run `policygraph publish --to URL`.*; release {first.id} goes on\n"
            )
            before = clients.seen["0.9"]
            wait(lambda: clients.seen["0.9"] > before + 10)
            assert set(clients.seen) == {"0.9"}
        assert clients.failed == []
        published(second, foreign)
        server.hang_up()
        server.wait_for(f"now release {second.id}, version 0.10")
        answer = httpx.get(f"{server.address}/sparql", params={"query": VERSION})
        assert version(answer) == "0.10"

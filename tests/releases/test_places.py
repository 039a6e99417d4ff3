"""Engines of kept releases end when nobody needs them; these servers wait less than others do."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import httpx
import pytest

from policygraph.build import build
from policygraph.release import Release
from policygraph.sources import find_portal

from .conftest import edit, put, serving, small_portal
from .test_changeover import wait
from .test_pinned import asked, version

LONG = "SELECT * { ?a ?p ?o . ?b ?q ?r } LIMIT 100000"


def waiting(settled: float, idle: float) -> tuple[str, ...]:
    """The program, with other seconds until a place is free, and until an engine is ended."""
    return (
        sys.executable,
        "-c",
        "from policygraph import cli, pinned;"
        f"pinned._SETTLED, pinned._IDLE = {settled}, {idle}; cli.main()",
    )


def answered(client: httpx.Client, release: Release) -> str:
    """The version that a kept release gives, however long it takes to load."""
    end = time.monotonic() + 60
    while (answer := asked(client, f"/releases/{release.id}")).status_code == 503:
        assert time.monotonic() < end, answer.text
        time.sleep(0.2)
    return version(answer)


@pytest.fixture(scope="module")
def four(editions: list[Release], tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    """The three, and one that is newer."""
    portal = small_portal(tmp_path_factory.mktemp("fourth") / "portal")
    edit(portal, "1.1", "2026-07-01")
    return [*editions, build(find_portal(portal), tmp_path_factory.mktemp("built")).release]


def test_an_engine_that_nobody_uses_ends_and_comes_back(
    editions: list[Release], shelf: Path
) -> None:
    for release in editions:
        put(release, shelf)
    with (
        serving("--release", shelf, program=waiting(0.5, 2)) as server,
        httpx.Client(base_url=server.address, timeout=60) as client,
    ):
        own = server.engines()
        for _ in range(2):
            assert answered(client, editions[0]) == "0.9"
            wait(lambda: server.engines() == own)
        assert version(asked(client)) == "1.0"


def test_an_engine_that_is_used_does_not_end(editions: list[Release], shelf: Path) -> None:
    for release in editions:
        put(release, shelf)
    with (
        serving("--release", shelf, program=waiting(0.5, 1)) as server,
        httpx.Client(base_url=server.address, timeout=60) as client,
    ):
        own = server.engines()
        assert answered(client, editions[0]) == "0.9"
        path = f"/releases/{editions[0].id}/sparql"
        long = {"query": LONG, "format": "tsv"}
        plain = {"Accept-Encoding": "identity"}  # else all of it fits into the buffers on the way
        with client.stream("GET", path, params=long, headers=plain) as response:
            parts = response.iter_bytes()
            lines = next(parts).count(b"\n")
            used = server.engines()
            time.sleep(5)  # the rest waits for us
            assert server.engines() == used > own
            lines += sum(part.count(b"\n") for part in parts)
        assert lines == 1 + 100_000
        wait(lambda: server.engines() == own)


def test_the_one_that_was_not_used_for_longest_makes_room(four: list[Release], shelf: Path) -> None:
    for release in four:
        put(release, shelf)
    with (
        serving("--release", shelf, program=waiting(2, 600)) as server,
        httpx.Client(base_url=server.address, timeout=60) as client,
    ):

        def opened(at: int) -> set[int]:
            before = server.engines()
            assert answered(client, four[at]) == ("0.9", "0.10", "1.0")[at]
            return server.engines() - before

        started = [opened(0), opened(1), opened(0)]
        assert [len(new) for new in started] == [1, 1, 0]
        time.sleep(2.5)
        third = opened(2)
        assert len(third) == 1
        wait(lambda: not started[1] & server.engines())
        assert server.engines() >= started[0] | third
        assert opened(0) == set()
        assert version(asked(client)) == "1.1"

"""What the first readers of a release would wait for is made when nobody asks for anything."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from policygraph import changeover
from policygraph.changeover import Front
from policygraph.engine import Engine
from policygraph.pinned import Served
from policygraph.release import Release
from policygraph.serving import dataset_of
from policygraph.web.app import create_app
from policygraph.web.things.start import questions_of

from .conftest import serving

BROWSER = {"Accept": "text/html"}
LONGEST = 60
"""Seconds after which a test fails that waits for something."""
WARM = len(questions_of("nl")) + 4
"""What is evaluated: also the policies, the names of all that, and twice for the index."""


def evaluated(address: str) -> int:
    """How many evaluations a server has made."""
    text = httpx.get(address + "/metrics", timeout=LONGEST).text
    found = re.search(r"^policygraph_evaluation_seconds_count (\d+)", text, re.MULTILINE)
    assert found
    return int(found[1])


def test_first_readers_find_the_start_page_asked_and_search_ready(editions: list[Release]) -> None:
    with serving("--release", editions[-1].path) as server:
        end = time.monotonic() + LONGEST
        while (made := evaluated(server.address)) < WARM:
            assert time.monotonic() < end, made
            time.sleep(1.5)  # longer than it takes to look whether anybody asks
        for path in ("/", "/search?q=ai"):
            answer = httpx.get(server.address + path, headers=BROWSER, timeout=LONGEST)
            assert answer.status_code == 200
        assert evaluated(server.address) == made == WARM


@asynccontextmanager
async def living(front: Front) -> AsyncIterator[None]:
    """Let a front live as a server has it live."""
    told: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    begun = asyncio.Event()

    async def send(_message: object) -> None:
        begun.set()

    life = asyncio.create_task(front({"type": "lifespan"}, told.get, send))
    await told.put({"type": "lifespan.startup"})
    await begun.wait()
    try:
        yield
    finally:
        await told.put({"type": "lifespan.shutdown"})
        await life


def test_nothing_is_made_while_somebody_waits(
    editions: list[Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changeover, "_LOOK", 0.02)
    monkeypatch.setattr(changeover, "_REST", 0.0)
    release = editions[-1]
    engine = Engine.start(dataset_of(release), release.portal.limits)
    app = create_app(release, engine, release.portal.limits)
    entered, answer = asyncio.Event(), asyncio.Event()

    async def slowly(_request: object) -> PlainTextResponse:
        entered.set()
        await answer.wait()
        return PlainTextResponse("")

    app.router.routes.append(Route("/slowly", slowly))
    front = Front(
        Served(release, engine, app),
        found=release,
        find=lambda _asked: None,
        build=lambda _release: pytest.fail("no other release is here"),
        pinned=lambda _release: pytest.fail("no release is kept here"),
        dress=lambda *_: pytest.fail("no release is kept here"),
        archive=None,
        changed=lambda _served: None,
        report=lambda _text: None,
    )

    async def live() -> None:
        transport = httpx.ASGITransport(app=front)
        async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as client:
            waiting = asyncio.create_task(client.get("/slowly"))
            await entered.wait()
            async with living(front):
                await asyncio.sleep(1)  # fifty looks
                assert engine.health().finished == 0
                answer.set()
                assert (await waiting).status_code == 200
                async with asyncio.timeout(LONGEST):
                    while not engine.health().finished:
                        await asyncio.sleep(0.02)

    with engine:  # which the front stops, unless it fails before
        asyncio.run(live())

"""The tests of `/sparql`, once more: in front of another server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from policygraph.engine import Dataset, Engine
from policygraph.release import Release
from policygraph.web.app import create_app
from tests.web.conftest import LIMITS, Client
from tests.web.example import make_release
from tests.web.test_endpoint import *  # noqa: F403

from .copies import Server, copied


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def client(
    release: Release, foreign: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    dataset = Dataset(release.dataset, release.apart, release.portal.base)
    there = copied(dataset, foreign, tmp_path_factory.mktemp("copy"), "https://copies.test/web")
    loop = asyncio.new_event_loop()
    limits = replace(LIMITS, query_seconds=10)
    with Engine.start(there, limits) as engine:
        yield Client(create_app(release, engine, limits), loop)
    loop.close()

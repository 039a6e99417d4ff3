"""Servers as an operator starts them, and clients of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from policygraph import Client
from policygraph.release import Release
from tests.releases.conftest import Server, editions, serving

__all__ = ["editions"]


@pytest.fixture(scope="package")
def server(release: Release) -> Iterator[Server]:
    """A server of the repository's portal."""
    with serving("--release", release.path) as server:
        yield server


@pytest.fixture(scope="package")
def client(server: Server) -> Iterator[Client]:
    with Client(server.address) as client:
        yield client


@pytest.fixture(scope="package")
def archive(editions: list[Release]) -> Iterator[Server]:
    """A server that keeps three releases of a small portal."""
    with serving("--release", editions[0].path.parent) as server:
        yield server

"""Our server on the repository's own portal, and foreign servers beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from policygraph.release import Release
from tests.interop.servers import Virtuoso
from tests.interop.servers import virtuoso as run_virtuoso
from tests.served.conftest import serving


@pytest.fixture(scope="session")
def ours(release: Release) -> Iterator[str]:
    """The address of our server, without a slash, as `policygraph serve` runs it."""
    with serving("--release", release.path) as address:
        yield address


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    """A Virtuoso that may call other endpoints; tests share it, so each uses graphs of its own."""
    with run_virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server

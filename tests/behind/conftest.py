from __future__ import annotations

from collections.abc import Iterator

import pytest

from .copies import Server, oxigraph


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that answers in place of our engine."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph") / "store") as server:
        yield server

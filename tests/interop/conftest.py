"""Our server on the repository's own portal, and foreign servers beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from policygraph.release import Release
from tests.conftest import REPOSITORY
from tests.interop.programs import lacking
from tests.interop.servers import Virtuoso, oxigraph
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


@pytest.fixture(scope="session")
def vocab() -> Path:
    """Published data of others; in CI it has to be there."""
    folder = Path(os.environ.get("POLICYGRAPH_VOCAB") or REPOSITORY.parent / "shared" / "vocab")
    if not folder.is_dir():
        lacking(f"reference data in {folder}")
    return folder


@pytest.fixture(scope="session")
def un(vocab: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An Oxigraph with the Sustainable Development Goals as the United Nations publish them."""
    taxonomy = vocab / "un-sdg" / "sdg-ontology-with-taxonomy.ttl"
    with oxigraph(tmp_path_factory.mktemp("un"), taxonomy) as endpoint:
        yield endpoint

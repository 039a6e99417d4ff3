from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from policygraph.release import Release
from tests.web.example import make_release

from .copies import Server, oxigraph


@pytest.fixture(scope="package")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that answers in place of our engine."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph") / "store") as server:
        yield server


@pytest.fixture(scope="session")
def other_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A small release of another portal content, with the same base."""
    release = make_release(tmp_path_factory.mktemp("other"))
    merged: set[str] = set()
    for slug in release.graphs:
        graph = ox.NamedNode(release.portal.base + f"graph/{slug}")
        found = ox.parse(release.file("policygraph.nq").read_bytes(), format=ox.RdfFormat.N_QUADS)
        lines = {f"{quad.triple} .\n" for quad in found if quad.graph_name == graph}
        release.file(f"{slug}.nt").write_text("".join(sorted(lines)), encoding="utf-8")
        merged |= lines if slug != "shapes" else set()
    release.file("policygraph.nt").write_text("".join(sorted(merged)), encoding="utf-8")
    return release

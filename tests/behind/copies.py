"""Any dataset as a copy in another server, and that server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from policygraph import publishing
from policygraph.engine import Copy, Dataset
from policygraph.engine.loading import quads
from tests.interop.programs import program
from tests.interop.servers import asked, free_port, running

COPY = "https://copies.test/1"


@dataclass(frozen=True, slots=True)
class Server:
    """A SPARQL server that somebody else runs."""

    store: str
    """Its graph store."""
    endpoint: str
    """Its query endpoint."""
    user: str = ""

    @property
    def target(self) -> publishing.Target:
        return publishing.Target(self.store, self.endpoint, self.user)


@contextmanager
def oxigraph(folder: Path, port: int = 0) -> Iterator[Server]:
    """An Oxigraph with what is in a folder."""
    address = f"127.0.0.1:{port or free_port()}"
    server = Server(f"http://{address}/store", f"http://{address}/query")
    command = [program("oxigraph"), "serve", "--location", str(folder), "--bind", address]
    with running(command, folder.parent, lambda: asked(server.endpoint)):
        yield server


def copied(dataset: Dataset, server: Server, folder: Path, record: str = COPY) -> Dataset:
    """The dataset, loaded into a server as `policygraph publish` loads a release."""
    graphs: dict[str, set[ox.Triple]] = {f"{record}/default": set()}
    there: dict[str, str] = {}
    for quad in quads(dataset):
        if isinstance(quad.graph_name, ox.NamedNode):
            name = quad.graph_name.value
            iri = there.setdefault(name, f"{record}/graph/{len(there)}")
            graphs.setdefault(iri, set()).add(quad.triple)
            if name in dataset.apart:
                continue
        graphs[f"{record}/default"].add(quad.triple)
    files = {}
    for number, (iri, triples) in enumerate(graphs.items()):
        files[iri] = folder / f"{number}.nt"
        files[iri].write_text("".join(f"{triple} .\n" for triple in triples), encoding="utf-8")
    with server.target as target:
        assert publishing.load(files, record, target)
    copy = Copy(
        url=server.endpoint,
        user=server.user,
        record=record,
        default=f"{record}/default",
        graphs=there,
        triples={iri: len(graphs[iri]) for iri in there.values()},
        seconds=10,
    )
    return replace(dataset, files=(), copy=copy)

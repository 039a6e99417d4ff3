"""What is asked, and of what: a query with its formats, and the files that are served."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from policygraph.formats import FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.namespaces import BASE

_BY_NAME = {form.name: form for form in FORMATS}

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]


@dataclass(frozen=True, slots=True)
class Copy:
    """A release in a SPARQL server that others run: each graph under an IRI of this copy."""

    url: str
    """The query endpoint."""
    user: str
    record: str
    """The graph that says how many triples each graph of the copy has; it is written last."""
    default: str
    """The graph that holds the default graph of the release."""
    graphs: Mapping[str, str]
    """IRI of a named graph of the release to its IRI there."""
    triples: Mapping[str, int]
    """IRI there to the number of triples."""
    seconds: float
    """Time, in seconds, after which no query is of use any more."""
    allowed: tuple[str, ...] = ()
    """Endpoints that SERVICE may call; that server calls them itself."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """What is served: RDF files, and how the default graph is made of them."""

    files: tuple[Path, ...]
    """.nq .trig .nt .ttl .rdf .jsonld, each also .gz"""
    apart: frozenset[str] = frozenset()
    """Named graphs that are not in the default graph."""
    base: str = BASE
    """The base of the portal: of relative IRIs, and of the prefixes in messages and Turtle."""
    identity: str = ""
    """What tells this data from any other: answers are kept under it."""
    copy: Copy | None = None
    """Where the data stands, if not in files."""


class Query(NamedTuple):
    """One request for evaluation, whoever makes it."""

    text: str
    default_graphs: tuple[str, ...] = ()
    """default-graph-uri of the protocol; with `named_graphs` it wins over FROM."""
    named_graphs: tuple[str, ...] = ()
    results: Format | None = RESULT_FORMATS[0]
    """How SELECT and ASK are written; None if the client accepts no such format."""
    graph: Format | None = GRAPH_FORMATS[0]
    """How CONSTRUCT and DESCRIBE are written; None if the client accepts no such format."""
    seconds: float | None = None
    """The time limit that the client wants; the engine's own limit stands where it is lower."""
    client: str = ""
    """Who asks; shares are fair between clients."""

    def packed(self) -> bytes:
        """Return the query as a worker reads it; UnicodeEncodeError for lone surrogates."""
        results = self.results.name if self.results else ""
        graph = self.graph.name if self.graph else ""
        graphs = ""
        if self.default_graphs or self.named_graphs:
            graphs = json.dumps([self.default_graphs, self.named_graphs])
        return f"{results}\n{graph}\n{graphs}\n{self.text}".encode()

    @classmethod
    def unpacked(cls, data: bytes) -> Query:
        """Return the query of which `packed` gave the bytes, without time limit and client."""
        results, graph, graphs, text = data.decode().split("\n", 3)
        default_graphs, named_graphs = json.loads(graphs) if graphs else ((), ())
        return cls(
            text,
            tuple(default_graphs),
            tuple(named_graphs),
            _BY_NAME.get(results),
            _BY_NAME.get(graph),
        )

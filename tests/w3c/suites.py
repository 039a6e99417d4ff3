"""The W3C's SPARQL 1.1 test suites, read from their manifests."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote, unquote

import pyoxigraph as ox
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

REPOSITORY = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("POLICYGRAPH_W3C") or REPOSITORY.parent / "shared" / "w3c")
SUITES = FOLDER / "sparql11"

BASE = "http://w3c.test/sparql11/"
"""The address at which the files of the suites are taken to lie; relative IRIs hang on it."""
EMPTY = f"{BASE}no-such-graph"
"""A graph that nobody filled, for tests whose default graph is empty."""
NOWHERE = "no-such-endpoint"
"""A path that answers with an error."""

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A query, the graphs that it is asked of, and the file with the expected answer."""

    id: str
    query: str
    default: tuple[str, ...]
    named: tuple[str, ...]
    result: str
    endpoints: tuple[tuple[str, str], ...]
    """Other endpoints, each with the file that it serves."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """A query that is correct or not."""

    id: str
    query: str
    correct: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request of a protocol test, and what its answer must be."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None
    statuses: frozenset[str]
    """First digits of the statuses that are right."""
    boolean: bool | None
    format: str | None

    @property
    def is_update(self) -> bool:
        """Whether it asks for a change."""
        body = self.body or b""
        return "sparql-update" in self.headers.get("content-type", "") or b"update=" in body


@dataclass(frozen=True, slots=True)
class Protocol:
    """Requests that are sent one after the other."""

    id: str
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """Something that holds of the service description; the manifest has no more than its name."""

    id: str


Case = Evaluation | Syntax | Protocol | Description


def path_of(iri: str) -> Path:
    """Return the file of the suites that an IRI stands for."""
    return SUITES / unquote(iri.removeprefix(BASE))


def path_of_endpoint(data: str) -> str:
    """Return the path at which a server has an endpoint whose default graph is a file."""
    return f"sparql?default-graph-uri={quote(data, safe='')}"


def text_of(iri: str) -> str:
    """Return the text of a file of the suites."""
    return path_of(iri).read_text(encoding="utf-8")


def suites() -> list[str]:
    """Return the suites that the manifest of all names and the folder has."""
    manifest = Graph().parse(SUITES / "manifest-all.ttl", publicID=BASE + "manifest-all.ttl")
    (first,) = manifest.objects(None, MF.include)
    folders = [path_of(str(item)).parent for item in Collection(manifest, first)]
    return [folder.name for folder in folders if folder.is_dir()]


@cache
def exclusions() -> dict[str, dict[str, str]]:
    """Return the tables of `exclusions.toml`."""
    return tomllib.loads((Path(__file__).parent / "exclusions.toml").read_text(encoding="utf-8"))


@cache
def cases() -> tuple[Case, ...]:
    """Return every test of every suite that is not excluded as a whole."""
    return tuple(case for suite in suites() if suite not in exclusions()["suites"]
                 for case in _cases(suite))  # fmt: skip


def _manifest(suite: str) -> Graph:
    return Graph().parse(
        SUITES / suite / "manifest.ttl", publicID=f"{BASE}{suite}/manifest.ttl", format="turtle"
    )


def _cases(suite: str) -> Iterator[Case]:
    graph = _manifest(suite)
    (entries,) = graph.objects(None, MF.entries)
    for test in Collection(graph, entries):
        kind = graph.value(test, RDF.type)
        name = f"{suite}/{str(test).rpartition('#')[2]}"
        action = graph.value(test, MF.action)
        if kind in (MF.QueryEvaluationTest, MF.CSVResultFormatTest):
            assert action is not None
            yield Evaluation(
                name,
                query=_one(graph, action, QT.query),
                default=_all(graph, action, QT.data),
                named=_all(graph, action, QT.graphData),
                result=_one(graph, test, MF.result),
                endpoints=tuple(
                    (_one(graph, remote, QT.endpoint), _one(graph, remote, QT.data))
                    for remote in graph.objects(action, QT.serviceData)
                ),
            )
        elif kind in (MF.PositiveSyntaxTest11, MF.NegativeSyntaxTest11):
            # The names of these tests are numbers; those of their files say more.
            stem = Path(str(action)).stem
            yield Syntax(f"{suite}/{stem}", str(action), kind == MF.PositiveSyntaxTest11)
        elif kind == MF.ProtocolTest:
            (requests,) = graph.objects(action, HT.requests)
            exchanges = (_exchange(graph, request) for request in Collection(graph, requests))
            yield Protocol(name, tuple(exchanges))
        elif kind == MF.ServiceDescriptionTest:
            yield Description(name)
        else:
            raise ValueError(f"{test} is a {kind}: there is no way to run such a test")


def _one(graph: Graph, subject: Node, predicate: URIRef) -> str:
    (value,) = graph.objects(subject, predicate)
    return str(value)


def _all(graph: Graph, subject: Node, predicate: URIRef) -> tuple[str, ...]:
    return tuple(sorted(str(value) for value in graph.objects(subject, predicate)))


def _exchange(graph: Graph, request: Node) -> Exchange:
    response = graph.value(request, HT.resp)
    content = graph.value(request, HT.body)
    body = None
    if content is not None:
        encoding = _one(graph, content, CNT.characterEncoding)
        body = _one(graph, content, CNT.chars).encode(encoding)
    headers = graph.value(request, HT.headers)
    boolean = graph.value(response, MF.expectedBoolean)
    expected_format = graph.value(response, MF.expectedFormat)
    return Exchange(
        method=_one(graph, request, HT.methodName),
        target=_one(graph, request, HT.absolutePath),
        headers={
            _one(graph, header, HT.fieldName): _one(graph, header, HT.fieldValue)
            for header in (Collection(graph, headers) if headers else ())
        },
        body=body,
        statuses=frozenset(
            str(status).removesuffix("xx")[-1]
            for status in graph.objects(response, MF.expectedStatus)
        ),
        boolean=bool(boolean.value) if isinstance(boolean, Literal) else None,
        format=str(expected_format) if expected_format else None,
    )


def quads() -> Iterator[ox.Quad]:
    """Yield all data of the suites: each file in the graph that is named by its address.

    No blank node stands in two graphs, as no two files share one.
    """
    files: dict[str, set[str]] = {}
    for case in cases():
        if isinstance(case, Evaluation):
            served = (data for _, data in case.endpoints)
            for iri in (*case.default, *case.named, *served):
                files.setdefault(iri, set()).add(iri)
    graph = _manifest("protocol")
    for _, data in graph.subject_objects(UT.graphData):
        names = files.setdefault(_one(graph, data, UT.graph), set())
        names.add(_one(graph, data, RDFS.label))
    for iri, names in files.items():
        for name in names:
            parsed = ox.parse(path=path_of(iri), base_iri=iri, rename_blank_nodes=True)
            for quad in parsed:
                yield ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(name))

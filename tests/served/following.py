"""A portal elsewhere that keeps a copy: it knows LDES, TREE and DCAT, and nothing of this program.

Specifications: Linked Data Event Streams (https://w3id.org/ldes/specification) and TREE
(https://w3id.org/tree/specification), an unordered client that applies what it found in order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from urllib.parse import urldefrag

import httpx
import pyoxigraph as ox

LDES = "https://w3id.org/ldes#"
TREE = "https://w3id.org/tree#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
DCAT = "http://www.w3.org/ns/dcat#"
SPDX = "http://spdx.org/rdf/terms#"

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Content = frozenset[ox.Triple]


@dataclass
class Context:
    """What the root says about the stream."""

    stream: ox.NamedNode
    timestamp: str
    version_of: str
    delete: str
    starting_from: str
    nodes: dict[str, str]
    """Address of a node to the time up to which its members go."""


@dataclass
class Follower:
    """Keeps a copy of the named graphs of a stream."""

    entry: str
    accept: str
    graphs: dict[str, Content] = field(default_factory=dict)
    requests: list[tuple[str, int, int]] = field(default_factory=list)
    """Address, status and bytes of each answer to the last run."""
    _tags: dict[str, str] = field(default_factory=dict)
    _finished: set[str] = field(default_factory=set)
    _emitted: set[str] = field(default_factory=set)
    _latest: str = ""

    def run(self) -> None:
        """Do one synchronisation run: fetch what is new, and apply it."""
        self.requests = []
        with httpx.Client(timeout=60, follow_redirects=True) as client:
            answer = self._get(client, self.entry)
            if answer is None:
                return
            context = self._context(answer)
            if self._latest and context.starting_from > self._latest:
                # Deletions may have been missed: begin again (LDES, retention policies).
                self.graphs, self._latest = {}, ""
                self._finished, self._emitted = set(), set()
            found: list[tuple[str, str, str, Content | None]] = []
            for node in context.nodes.keys() - self._finished:
                answer = self._get(client, node)
                if answer is not None:
                    found += self._members(client, context, answer)
                    if "immutable" in answer.headers.get("cache-control", ""):
                        self._finished.add(node)
        for time, member, graph, content in sorted(found, key=lambda item: item[:2]):
            if member in self._emitted:
                continue
            self._emitted.add(member)
            self._latest = time
            if content is None:
                self.graphs.pop(graph, None)
            else:
                self.graphs[graph] = content

    def _get(self, client: httpx.Client, address: str) -> httpx.Response | None:
        """Fetch a page; nothing where it is the one that was seen last."""
        headers = {"Accept": self.accept}
        if address in self._tags:
            headers["If-None-Match"] = self._tags[address]
        response = client.get(address, headers=headers)
        self.requests.append((address, response.status_code, len(response.content)))
        if response.status_code == 304:
            return None
        response.raise_for_status()
        if "etag" in response.headers:
            self._tags[address] = response.headers["etag"]
        return response

    def _context(self, answer: httpx.Response) -> Context:
        page, address = parsed(answer), ox.NamedNode(str(answer.url))
        views = page.quads_for_object(address)
        [stream] = {q.subject for q in views if q.predicate.value == TREE + "view"}
        assert isinstance(stream, ox.NamedNode)
        nodes = {}
        for relation in values(page, address, TREE + "relation"):
            [node] = values(page, relation, TREE + "node")
            [kind] = values(page, relation, RDF_TYPE)
            [path] = values(page, relation, TREE + "path")
            assert path in values(page, stream, LDES + "timestampPath")
            if text(kind) == TREE + "LessThanOrEqualToRelation":
                nodes[text(node)] = text(one(page, relation, TREE + "value"))
        return Context(
            stream,
            text(one(page, stream, LDES + "timestampPath")),
            text(one(page, stream, LDES + "versionOfPath")),
            text(one(page, stream, LDES + "versionDeleteObject")),
            text(one(page, one(page, address, LDES + "retentionPolicy"), LDES + "startingFrom")),
            {node: until for node, until in nodes.items() if until >= self._latest},
        )

    def _members(
        self, client: httpx.Client, context: Context, answer: httpx.Response
    ) -> list[tuple[str, str, str, Content | None]]:
        page = parsed(answer)
        found = []
        for member in values(page, context.stream, TREE + "member"):
            assert isinstance(member, ox.NamedNode)
            time = text(one(page, member, context.timestamp))
            graph = text(one(page, member, context.version_of))
            deleted = context.delete in map(text, values(page, member, RDF_TYPE))
            content = None if deleted else self._content(client, page, member)
            found.append((time, member.value, graph, content))
        return found

    def _content(self, client: httpx.Client, page: ox.Dataset, member: ox.NamedNode) -> Content:
        """The named graph of a member where the page has it, else its file, once it is checked."""
        inside = frozenset(quad.triple for quad in page.quads_for_graph_name(member))
        if inside:
            return inside
        distribution = one(page, member, DCAT + "distribution")
        answer = self._get(client, text(one(page, distribution, DCAT + "downloadURL")))
        assert answer is not None
        assert int(text(one(page, distribution, DCAT + "byteSize"))) == len(answer.content)
        checksum = one(page, one(page, distribution, SPDX + "checksum"), SPDX + "checksumValue")
        assert text(checksum) == hashlib.sha256(answer.content).hexdigest()
        return frozenset(quad.triple for quad in ox.parse(answer.content, format=format_of(answer)))


def format_of(answer: httpx.Response) -> ox.RdfFormat:
    format_ = ox.RdfFormat.from_media_type(answer.headers["content-type"])
    assert format_ is not None, answer.headers["content-type"]
    return format_


def parsed(answer: httpx.Response) -> ox.Dataset:
    base = urldefrag(str(answer.url)).url
    return ox.Dataset(ox.parse(answer.content, format=format_of(answer), base_iri=base))


def values(page: ox.Dataset, subject: object, predicate: str) -> list[Term]:
    assert isinstance(subject, ox.NamedNode | ox.BlankNode)
    about = page.quads_for_subject(subject)
    return [quad.object for quad in about if quad.predicate.value == predicate]


def one(page: ox.Dataset, subject: object, predicate: str) -> Term:
    [value] = values(page, subject, predicate)
    return value


def text(term: object) -> str:
    assert isinstance(term, ox.NamedNode | ox.Literal)
    return term.value

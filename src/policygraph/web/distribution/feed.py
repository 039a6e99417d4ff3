"""`/feed`: changes of the named graphs, as a Linked Data Event Stream in TREE pages.

A member is one version of a named graph, or the notice that it was removed. In N-Quads, TriG and
JSON-LD a page holds the versions themselves, each as a named graph with the member's IRI. In every
format a member leads to its content as a file of the release it came with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from policygraph import __version__
from policygraph.errors import Gone, NotFound
from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS, Format
from policygraph.namespaces import DCAT, DCT, OWL, RDF, SKOS, XSD, Vocabulary
from policygraph.release import Release, ReleaseFile
from policygraph.stream import Step, Version, steps
from policygraph.terms import BlankNode, Literal, NamedNode, Node, Triple
from policygraph.urls import escaped
from policygraph.web.archive import Archive
from policygraph.web.conditional import FOREVER, cache_headers, etag, not_modified
from policygraph.web.facts import Text
from policygraph.web.negotiate import HTML, Page, pick
from policygraph.web.serialise import write_graph
from policygraph.web.site import VARY, PageMaker, Site, endpoint_of, site_of

NAMESPACES = {
    "as": "https://www.w3.org/ns/activitystreams#",
    "ldes": "https://w3id.org/ldes#",
    "spdx": "http://spdx.org/rdf/terms#",
    "tree": "https://w3id.org/tree#",
}
AS = Vocabulary(NAMESPACES["as"])
LDES = Vocabulary(NAMESPACES["ldes"])
SPDX = Vocabulary(NAMESPACES["spdx"])
TREE = Vocabulary(NAMESPACES["tree"])

_WHOLE = tuple(f for f in (*DATASET_FORMATS[::-1], *GRAPH_FORMATS) if f.name in "trig nq jsonld")
"""Formats of a page that hold the versions themselves."""
OFFERS: tuple[Format | Page, ...] = (HTML, *dict.fromkeys([*_WHOLE, *GRAPH_FORMATS]))
N_TRIPLES = "https://www.iana.org/assignments/media-types/application/n-triples"


_END = b"\n ]\n}\n"
"""How a document of `write_jsonld` ends."""


@dataclass(frozen=True, slots=True)
class Row:
    """One version as a page shows it."""

    slug: str
    title: Text
    file: ReleaseFile | None


@dataclass(frozen=True)
class Feed:
    """The stream of a site, with its addresses as one client reaches them."""

    site: Site
    origin: str
    steps: Sequence[Step]

    @property
    def stream(self) -> str:
        """Return the IRI of the event stream; like all our IRIs it is the same at every server."""
        return f"{self.site.release.portal.base}feed#stream"

    @property
    def root(self) -> str:
        """Return the address of the node that leads to all others."""
        return f"{self.origin}/feed"

    def node(self, step: Step) -> str:
        """Return the address of the node with the versions of a step."""
        return f"{self.root}/{step.name}"

    def member(self, step: Step, version: Version) -> str:
        """Return the IRI of a version of a graph."""
        return f"{self.site.release.portal.base}feed/{step.name}#{version.slug}"

    def overview(self) -> Iterator[Triple]:
        """Yield what the root says: the stream, what is kept, and the way to every node."""
        portal, stream, root = self.site.release.portal, self.stream, self.root
        retention = NamedNode(self.stream.replace("#stream", "#retention"))
        yield _is(stream, RDF.type, LDES.EventStream)
        for language, title in portal.title.items():
            yield NamedNode(stream), NamedNode(DCT.title), Literal(title, language=language)
        yield _is(stream, DCT.license, portal.license)
        if portal.publisher:
            yield _is(stream, DCT.publisher, portal.publisher)
        yield _is(stream, LDES.timestampPath, DCT.issued)
        yield _is(stream, LDES.versionOfPath, DCT.isVersionOf)
        yield _is(stream, LDES.versionUpdateObject, AS.Update)
        yield _is(stream, LDES.versionDeleteObject, AS.Delete)
        yield _is(stream, TREE.view, root)
        yield _is(root, RDF.type, TREE.Node)
        yield _is(root, RDF.type, LDES.EventSource)
        yield NamedNode(root), NamedNode(LDES.retentionPolicy), retention
        yield retention, NamedNode(RDF.type), NamedNode(LDES.RetentionPolicy)
        yield retention, NamedNode(LDES.startingFrom), _moment(self.steps[0])
        for step in self.steps:
            # All versions of a node have one moment: two bounds say which (LDES Server Primer).
            for bound in (TREE.GreaterThanOrEqualToRelation, TREE.LessThanOrEqualToRelation):
                relation = BlankNode()
                yield NamedNode(root), NamedNode(TREE.relation), relation
                yield relation, NamedNode(RDF.type), NamedNode(bound)
                yield relation, NamedNode(TREE.path), NamedNode(DCT.issued)
                yield relation, NamedNode(TREE.value), _moment(step)
                yield relation, NamedNode(TREE.node), NamedNode(self.node(step))
                yield relation, NamedNode(TREE.remainingItems), _integer(len(step.versions))

    def described(self, step: Step) -> Iterator[Triple]:
        """Yield what a node says of its versions, but not what is in them."""
        stream, node = self.stream, self.node(step)
        yield _is(stream, RDF.type, LDES.EventStream)
        yield _is(stream, TREE.view, self.root)
        yield _is(node, RDF.type, TREE.Node)
        immutable = Literal("true", datatype=NamedNode(XSD.boolean))
        yield NamedNode(node), NamedNode(LDES.immutable), immutable
        for version in step.versions:
            member = self.member(step, version)
            yield _is(stream, TREE.member, member)
            yield _is(member, RDF.type, AS.Update if version.file else AS.Delete)
            yield _is(member, DCT.isVersionOf, self.site.graph(version.slug))
            yield NamedNode(member), NamedNode(DCT.issued), _moment(step)
            release = Literal(step.release.portal.version)
            yield NamedNode(member), NamedNode(OWL.versionInfo), release
            if version.file:
                yield from self._distribution(NamedNode(member), step.release, version.file)

    def _distribution(self, member: Node, release: Release, file: ReleaseFile) -> Iterator[Triple]:
        """Yield where the content is as a file (DCAT-AP 3), for who takes no named graphs."""
        distribution, checksum = BlankNode(), BlankNode()
        address = f"{self.origin}/releases/{release.id}/download/{file.name}"
        yield member, NamedNode(DCAT.distribution), distribution
        yield distribution, NamedNode(RDF.type), NamedNode(DCAT.Distribution)
        yield distribution, NamedNode(DCAT.downloadURL), NamedNode(address)
        yield distribution, NamedNode(DCAT.mediaType), NamedNode(N_TRIPLES)
        yield distribution, NamedNode(DCAT.byteSize), _integer(file.size, XSD.nonNegativeInteger)
        yield distribution, NamedNode(SPDX.checksum), checksum
        yield checksum, NamedNode(RDF.type), NamedNode(SPDX.Checksum)
        yield checksum, NamedNode(SPDX.algorithm), NamedNode(SPDX.checksumAlgorithm_sha256)
        value = Literal(file.sha256, datatype=NamedNode(XSD.hexBinary))
        yield checksum, NamedNode(SPDX.checksumValue), value

    def write(
        self, triples: Iterable[Triple], format_: Format, step: Step | None
    ) -> Iterator[bytes]:
        """Yield a node in a format, with the versions of the step where the format holds them."""
        prefixes = self.site.prefixes | NAMESPACES
        contents = self._contents(step) if step else ()
        if format_.name == "nq":
            yield write_graph(list(triples), GRAPH_FORMATS[1], prefixes)
            for member, release, slug in contents:
                # A canonical line of N-Triples ends like this, and nothing inside it looks so.
                lines = release.file(f"{slug}.nt").read_bytes()
                yield lines.replace(b" .\n", f" <{member}> .\n".encode())
        elif format_.name == "trig":
            yield write_graph(list(triples), GRAPH_FORMATS[0], prefixes)
            for member, release, slug in contents:
                lines = release.file(f"{slug}.nt").read_bytes()
                yield b"\nGRAPH <%s> {\n%s}\n" % (member.encode(), lines)
        elif format_.name == "jsonld":
            # Without prefixes, so that no context reaches into the graphs, which have their own.
            yield write_graph(list(triples), format_, {}).removesuffix(_END)
            for member, release, slug in contents:
                graph = release.file(f"{slug}.jsonld").read_bytes().rstrip()
                name = f'\n "@id": "{member}",\n "@graph": ['.encode()
                yield b",\n" + graph.replace(b'\n "@graph": [', name, 1)
            yield _END
        else:
            yield write_graph(list(triples), format_, prefixes)

    def _contents(self, step: Step) -> Iterator[tuple[str, Release, str]]:
        for version in step.versions:
            if version.file:
                yield self.member(step, version), step.release, version.slug


async def root(request: Request) -> Response:
    """Return the node that a follower starts from, and comes back to."""
    moved = _to_current(request)
    if moved:
        return moved
    feed = _feed(request)
    chosen = _chosen(request)
    names = [step.name for step in feed.steps]
    if isinstance(chosen, Format):
        headers = cache_headers(
            feed.site.tag("feed", feed.origin, chosen.name, *names), _vary(request)
        )
        return _answer(request, feed, chosen, headers, feed.overview())
    page = feed.site.page(request)
    headers = cache_headers(feed.site.tag(page.tag, *names), VARY)
    known = not_modified(request, headers["ETag"], VARY)
    return known or page.render(
        "feed.html", headers=headers, title=page.text("feed"), feed=feed, links=_links("/feed")
    )


async def node(request: Request) -> Response:
    """Return the versions that came with one release; what it says never changes."""
    moved = _to_current(request)
    if moved:
        return moved
    feed = _feed(request)
    name = request.path_params["name"]
    step = next((step for step in feed.steps if step.name == name), None)
    if step is None:
        newer = next((step for step in feed.steps if step.release.id == name), None)
        if newer is None:
            raise Gone(f"The feed has no node {name!r}, or no longer; /feed leads to those it has.")
        headers = {"Cache-Control": "public, max-age=60"}
        return RedirectResponse(f"/feed/{newer.name}", status_code=302, headers=headers)
    chosen = _chosen(request)
    if isinstance(chosen, Format):
        tag = etag("feed", __version__, feed.origin, step.name, chosen.name)
        headers = cache_headers(tag, _vary(request)) | {"Cache-Control": FOREVER}
        return _answer(request, feed, chosen, headers, feed.described(step), step)
    page = feed.site.page(request)
    known = page.not_modified()
    return known or page.render(
        "feed-node.html",
        title=page.text("feed"),
        step=step,
        rows=await _rows(page, step),
        links=_links(f"/feed/{name}"),
    )


def _feed(request: Request) -> Feed:
    site = site_of(request)
    if site.archive is None:
        raise NotFound("This mirrors files of somebody else; there are no releases to follow.")
    origin = endpoint_of(request).removesuffix(site.here("/sparql"))
    return Feed(site, origin, steps(_kept(site.archive)))


def _kept(archive: Archive) -> Sequence[Release]:
    """Return the kept releases up to the current one, oldest to newest."""
    kept = archive.shelf.releases()
    ids = [release.id for release in kept]
    if archive.current.id not in ids:
        return [archive.current]
    return kept[: ids.index(archive.current.id) + 1]


def _to_current(request: Request) -> Response | None:
    """Return the way from a kept release, which has no feed of its own, to the one there is."""
    if not site_of(request).prefix:
        return None
    return RedirectResponse(escaped(request.scope["path"]), status_code=308)


def _chosen(request: Request) -> Format | Page:
    return pick(request.headers.get("accept"), request.query_params.get("format"), OFFERS)


def _vary(request: Request) -> str:
    return "" if "format" in request.query_params else "Accept"


def _answer(
    request: Request,
    feed: Feed,
    format_: Format,
    headers: dict[str, str],
    triples: Iterable[Triple],
    step: Step | None = None,
) -> Response:
    known = not_modified(request, headers["ETag"], "")
    if known:
        known.headers.update(headers)
        return known
    body = feed.write(triples, format_, step) if request.method == "GET" else iter(())
    return StreamingResponse(body, headers=headers | {"Content-Type": format_.content_type})


async def _rows(page: PageMaker, step: Step) -> list[Row]:
    graph = page.site.graph
    lookup = page.site.lookup(page.request)
    slugs = [version.slug for version in step.versions]
    facts = page.facts(await lookup.names(map(graph, slugs), DCT.title))
    return [
        Row(v.slug, facts.text(graph(v.slug), SKOS.prefLabel, DCT.title) or Text(v.slug), v.file)
        for v in step.versions
    ]


def _links(path: str) -> list[tuple[str, Format]]:
    return [(f"{path}?format={f.name}", f) for f in OFFERS if isinstance(f, Format)]


def _is(subject: str, predicate: str, object_: str) -> Triple:
    return NamedNode(subject), NamedNode(predicate), NamedNode(object_)


def _moment(step: Step) -> Literal:
    return Literal(f"{step.moment:%Y-%m-%dT%H:%M:%S}Z", datatype=NamedNode(XSD.dateTime))


def _integer(number: int, datatype: str = XSD.integer) -> Literal:
    return Literal(str(number), datatype=NamedNode(datatype))

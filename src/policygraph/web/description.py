"""What the service says about itself: service description and VoID, made from the release."""

from __future__ import annotations

from collections.abc import Iterable

from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.namespaces import DCT, RDF, VOCABULARIES, VOID, XSD, Vocabulary
from policygraph.terms import Triple
from policygraph.turtle import parse_ntriples
from policygraph.web.lookup import iri_ref
from policygraph.web.serialise import write_graph
from policygraph.web.site import Site

SD = Vocabulary(VOCABULARIES["sd"])

Statement = tuple[str, str, str]
"""Subject, predicate and object as N-Triples terms."""


def service_description(site: Site, endpoint: str, format_: Format) -> bytes:
    """Return the service description (SPARQL 1.1 Service Description, section 3).

    Formats and graphs come from the same tables that negotiation and the release use.
    """
    return write_graph(_triples(_service(site, endpoint)), format_, site.prefixes)


def dataset_access(site: Site, address: str) -> list[Triple]:
    """Return where the dataset and each of its graphs can be had: what no release can know.

    VoID, section 3. A release without a description of its own gets its counts as well.
    """
    return _triples(_access(site, address))


def _triples(statements: Iterable[Statement]) -> list[Triple]:
    return parse_ntriples("".join(f"{s} {p} {o} .\n" for s, p, o in statements).encode())


def _service(site: Site, endpoint: str) -> Iterable[Statement]:
    service, a = iri_ref(endpoint), f"<{RDF.type}>"
    dataset, default = iri_ref(f"{endpoint}#dataset"), iri_ref(f"{endpoint}#default")
    yield service, a, f"<{SD.Service}>"
    yield service, f"<{SD.endpoint}>", service
    yield service, f"<{SD.supportedLanguage}>", f"<{SD.SPARQL11Query}>"
    features = [SD.EmptyGraphs]
    if site.limits.service_allow:
        features.append(SD.BasicFederatedQuery)
    # Graphs that stand apart are named graphs too, so then the default graph is not their union.
    if not site.release.apart:
        features.append(SD.UnionDefaultGraph)
    for feature in features:
        yield service, f"<{SD.feature}>", f"<{feature}>"
    for allowed in site.limits.service_allow:
        yield service, f"<{DCT.relation}>", iri_ref(allowed)
    for format_ in (*RESULT_FORMATS, *GRAPH_FORMATS, *DATASET_FORMATS):
        if format_.uri:
            yield service, f"<{SD.resultFormat}>", f"<{format_.uri}>"
    yield service, f"<{SD.defaultDataset}>", dataset
    yield dataset, a, f"<{SD.Dataset}>"
    yield dataset, f"<{SD.defaultGraph}>", default
    yield default, a, f"<{SD.Graph}>"
    for slug, count in site.release.graphs.items():
        named = iri_ref(f"{endpoint}#graph-{slug}")
        yield dataset, f"<{SD.namedGraph}>", named
        yield named, a, f"<{SD.NamedGraph}>"
        yield named, f"<{SD.name}>", iri_ref(site.graph(slug))
        graph = iri_ref(f"{endpoint}#content-{slug}")
        yield named, f"<{SD.graph}>", graph
        yield graph, a, f"<{SD.Graph}>"
        yield graph, f"<{VOID.triples}>", _integer(count)


def _access(site: Site, address: str) -> Iterable[Statement]:
    release, a = site.release, f"<{RDF.type}>"
    dataset = iri_ref(release.portal.base)
    yield dataset, a, f"<{VOID.Dataset}>"
    yield dataset, f"<{VOID.sparqlEndpoint}>", iri_ref(f"{address}/sparql")
    for slug, count in release.graphs.items():
        graph = iri_ref(site.graph(slug))
        yield graph, a, f"<{VOID.Dataset}>"
        yield graph, f"<{VOID.triples}>", _integer(count)
        if site.graph(slug) not in release.apart:
            yield dataset, f"<{VOID.subset}>", graph
    for name in release.files:
        stem = name.partition(".")[0]
        if stem == "policygraph" or stem in release.graphs:
            whose = dataset if stem == "policygraph" else iri_ref(site.graph(stem))
            yield whose, f"<{VOID.dataDump}>", iri_ref(address + release.urls.download(name))


def _integer(number: int) -> str:
    return f'"{number}"^^<{XSD.integer}>'

"""What the service says about itself: service description and VoID, made from the release."""

from __future__ import annotations

from collections.abc import Iterable

from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.namespaces import DCT, RDF, RDFS, SCHEMA, VOCABULARIES, VOID, XSD, Vocabulary
from policygraph.terms import Literal, Triple
from policygraph.turtle import parse_ntriples
from policygraph.web.lookup import iri_ref
from policygraph.web.serialise import write_graph
from policygraph.web.site import Site

SD = Vocabulary(VOCABULARIES["sd"])

_SIMPLE = "http://www.w3.org/ns/entailment/Simple"
_UNITS = {
    "query_seconds": "s", "query_memory_mib": "MiB", "query_text_kib": "KiB",
    "queries_waiting": "", "service_seconds": "s", "service_mib": "MiB", "service_calls": "",
}  # fmt: skip
"""Limits that concern whoever asks, by the name of the setting, with their unit."""
_NAMES = {
    "query_seconds": {"nl": "tijd van een vraag", "en": "time of a query"},
    "query_memory_mib": {"nl": "geheugen van een vraag", "en": "memory of a query"},
    "query_text_kib": {"nl": "lengte van een vraag", "en": "length of a query"},
    "queries_waiting": {"nl": "wachtende vragen", "en": "queries that wait"},
    "service_seconds": {
        "nl": "tijd van een aanroep van een ander endpoint",
        "en": "time of a call to another endpoint",
    },
    "service_mib": {
        "nl": "lengte van het antwoord op zo'n aanroep",
        "en": "length of the answer to such a call",
    },
    "service_calls": {"nl": "aanroepen in een vraag", "en": "calls in a query"},
}
_UNION = {
    "nl": "De standaardgraaf is de vereniging van alle grafen met een naam; elke uitspraak telt "
    "eenmaal.",
    "en": "The default graph is the union of all named graphs; each statement counts once.",
}
_UNION_BUT = {
    "nl": "De standaardgraaf is de vereniging van alle grafen met een naam, behalve {}; elke "
    "uitspraak telt eenmaal.",
    "en": "The default graph is the union of all named graphs but {}; each statement counts once.",
}

Statement = tuple[str, str, str]
"""Subject, predicate and object as N-Triples terms."""


def service_description(site: Site, address: str, format_: Format) -> bytes:
    """Return the service description (SPARQL 1.1 Service Description, section 3).

    Formats, graphs and limits come from the same tables that negotiation, the release and the
    engine use; nothing is asked of the engine.
    """
    return write_graph(_triples(_service(site, address)), format_, site.prefixes)


def dataset_access(site: Site, address: str) -> list[Triple]:
    """Return where the dataset and each of its graphs can be had: what no release can know.

    VoID, section 3. A release without a description of its own gets its counts as well.
    """
    return _triples(_access(site, address))


def _triples(statements: Iterable[Statement]) -> list[Triple]:
    return parse_ntriples("".join(f"{s} {p} {o} .\n" for s, p, o in statements).encode())


def _service(site: Site, address: str) -> Iterable[Statement]:
    endpoint = f"{address}/sparql"
    service, a = iri_ref(endpoint), f"<{RDF.type}>"
    yield service, a, f"<{SD.Service}>"
    yield service, f"<{SD.endpoint}>", service
    yield service, f"<{SD.supportedLanguage}>", f"<{SD.SPARQL11Query}>"
    yield service, f"<{SD.defaultEntailmentRegime}>", f"<{_SIMPLE}>"
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
    for path in ("/.well-known/void", *(() if site.release.data else ("/catalog",))):
        yield service, f"<{RDFS.seeAlso}>", iri_ref(address + path)
    yield service, f"<{DCT.license}>", iri_ref(site.release.portal.license)
    yield from _limits(site, endpoint)
    yield from _dataset(site, endpoint)


def _limits(site: Site, endpoint: str) -> Iterable[Statement]:
    """Yield the limits of a query, named as in the settings.

    No vocabulary of endpoints has words for them; schema:PropertyValue is one that many read.
    """
    for name, unit in _UNITS.items():
        if name.startswith("service") and not site.limits.service_allow:
            continue
        limit = iri_ref(f"{endpoint}#limit-{name}")
        yield iri_ref(endpoint), f"<{SCHEMA.additionalProperty}>", limit
        yield limit, f"<{RDF.type}>", f"<{SCHEMA.PropertyValue}>"
        yield limit, f"<{SCHEMA.propertyID}>", str(Literal(name))
        value = getattr(site.limits, name)
        kind = XSD.integer if isinstance(value, int) else XSD.decimal
        yield limit, f"<{SCHEMA.maxValue}>", f'"{value}"^^<{kind}>'
        if unit:
            yield limit, f"<{SCHEMA.unitText}>", str(Literal(unit))
        for language, text in _NAMES[name].items():
            yield limit, f"<{SCHEMA.name}>", str(Literal(text, language=language))


def _dataset(site: Site, endpoint: str) -> Iterable[Statement]:
    release, a = site.release, f"<{RDF.type}>"
    dataset = iri_ref(f"{endpoint}#dataset")
    # In VoID and DCAT the address of the portal is what its default graph holds.
    default = iri_ref(f"{endpoint}#default" if release.data else release.portal.base)
    yield iri_ref(endpoint), f"<{SD.defaultDataset}>", dataset
    yield dataset, a, f"<{SD.Dataset}>"
    yield dataset, f"<{SD.defaultGraph}>", default
    yield default, a, f"<{SD.Graph}>"
    for language, text in (_UNION_BUT if release.apart else _UNION).items():
        told = text.format(" ".join(sorted(release.apart)))
        yield default, f"<{DCT.description}>", str(Literal(told, language=language))
    for slug, count in release.graphs.items():
        named, graph = iri_ref(f"{endpoint}#graph-{slug}"), iri_ref(site.graph(slug))
        yield dataset, f"<{SD.namedGraph}>", named
        yield named, a, f"<{SD.NamedGraph}>"
        yield named, f"<{SD.name}>", graph
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

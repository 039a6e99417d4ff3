"""Describe a release in its own words: the graph `meta`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policygraph.namespaces import DCAT, DCT, FOAF, OWL, RDF, RDFS, VOID, XSD
from policygraph.settings import Portal
from policygraph.terms import Literal, NamedNode, Triple

GENERATED: dict[str, dict[str, str]] = {
    "inferred": {"nl": "Wat uit de gegevens volgt", "en": "What follows from the data"},
    "queries": {"nl": "Voorbeeldvragen", "en": "Example queries"},
    "meta": {"nl": "Beschrijving van deze uitgave", "en": "Description of this release"},
}
"""Graphs that the build makes; every other graph carries its own title and licence."""


def describe(portal: Portal, graphs: Mapping[str, Sequence[Triple]]) -> Iterator[Triple]:
    """Yield what `meta` says: the portal, its version, and for each graph its number of triples.

    Sizes and checksums of files stand in the manifest, never in a graph that those files contain.
    """
    catalog = NamedNode(portal.base)
    yield catalog, NamedNode(RDF.type), NamedNode(DCAT.Catalog)
    yield catalog, NamedNode(RDF.type), NamedNode(VOID.Dataset)
    for predicate, texts in ((DCT.title, portal.title), (DCT.description, portal.description)):
        for language, text in texts.items():
            yield catalog, NamedNode(predicate), Literal(text, language=language)
    for language, text in portal.title.items():
        yield catalog, NamedNode(RDFS.label), Literal(text, language=language)
    yield catalog, NamedNode(DCT.license), NamedNode(portal.license)
    if portal.publisher:
        yield catalog, NamedNode(DCT.publisher), NamedNode(portal.publisher)
    yield catalog, NamedNode(OWL.versionInfo), Literal(portal.version)
    yield catalog, NamedNode(DCT.modified), Literal(portal.date, datatype=NamedNode(XSD.date))
    yield catalog, NamedNode(VOID.uriSpace), Literal(portal.base)
    yield catalog, NamedNode(FOAF.homepage), NamedNode(portal.base)
    for slug in sorted({*graphs, "meta"}):
        graph = NamedNode(f"{portal.base}graph/{slug}")
        yield catalog, NamedNode(DCAT.dataset), graph
        yield graph, NamedNode(RDF.type), NamedNode(DCAT.Dataset)
        yield graph, NamedNode(RDF.type), NamedNode(VOID.Dataset)
        if slug in graphs:
            number = Literal(str(len(graphs[slug])), datatype=NamedNode(XSD.integer))
            yield graph, NamedNode(VOID.triples), number
        yield from _about(graph, slug, portal, graphs.get(slug, ()))


def _about(
    graph: NamedNode, slug: str, portal: Portal, triples: Sequence[Triple]
) -> Iterator[Triple]:
    """Yield title, label, licence and rights of a graph: its own words, else ours."""
    if slug in GENERATED:
        titles = [Literal(text, language=language) for language, text in GENERATED[slug].items()]
        yield from ((graph, NamedNode(DCT.title), title) for title in titles)
        yield graph, NamedNode(DCT.license), NamedNode(portal.license)
    else:
        own = [triple for triple in triples if triple[0] == graph]
        yield from (t for t in own if t[1].value in (DCT.title, DCT.license, DCT.rights))
        titles = [t[2] for t in own if t[1].value == DCT.title and isinstance(t[2], Literal)]
    yield from ((graph, NamedNode(RDFS.label), title) for title in titles)

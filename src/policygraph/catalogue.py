"""Describe a release in its own words: the graph `meta`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policygraph.namespaces import (
    DCAT,
    DCT,
    FOAF,
    OWL,
    PG,
    RDF,
    RDFS,
    REFERENCES,
    SKOS,
    XSD,
)
from policygraph.settings import Portal
from policygraph.terms import Literal, NamedNode, Node, Term, Triple

GENERATED: dict[str, dict[str, str]] = {
    "inferred": {
        "nl": "Wat uit de gegevens volgt",
        "en": "What follows from the data",
        "fr": "Ce qui découle des données",
    },
    "queries": {"nl": "Voorbeeldvragen", "en": "Example queries", "fr": "Requêtes d'exemple"},
    "meta": {
        "nl": "Beschrijving van deze uitgave",
        "en": "Description of this release",
        "fr": "Description de cette version",
    },
}
"""Graphs that the build makes; every other graph carries its own title and licence."""

EU_LANGUAGES = {
    "bg": "BUL", "cs": "CES", "da": "DAN", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA",
    "et": "EST", "fi": "FIN", "fr": "FRA", "ga": "GLE", "hr": "HRV", "hu": "HUN", "it": "ITA",
    "lt": "LIT", "lv": "LAV", "mt": "MLT", "nl": "NLD", "pl": "POL", "pt": "POR", "ro": "RON",
    "sk": "SLK", "sl": "SLV", "sv": "SWE",
}  # fmt: skip
"""Codes of the official languages of the EU in its authority table."""

_PERIOD = {
    "nl": "Periode van het beleid",
    "en": "Period of the policies",
    "fr": "Période des politiques",
}


def describe(portal: Portal, graphs: Mapping[str, Sequence[Triple]]) -> Iterator[Triple]:
    """Yield what `meta` says of the whole and of each graph: titles, licences, version, coverage.

    Sizes and checksums of files stand in the manifest, never in a graph that those files contain;
    numbers of triples are counted last, in `void`.
    """
    whole = NamedNode(portal.base)
    yield whole, _A, NamedNode(DCAT.Dataset)
    for predicate, texts in ((DCT.title, portal.title), (DCT.description, portal.description)):
        for language, text in texts.items():
            yield whole, NamedNode(predicate), Literal(text, language=language)
    for language, text in portal.title.items():
        yield whole, NamedNode(RDFS.label), Literal(text, language=language)
    yield whole, NamedNode(DCT.license), NamedNode(portal.license)
    if portal.publisher:
        yield whole, NamedNode(DCT.publisher), NamedNode(portal.publisher)
    for predicate in (OWL.versionInfo, DCAT.version):
        yield whole, NamedNode(predicate), Literal(portal.version)
    yield whole, NamedNode(DCT.modified), Literal(portal.date, datatype=NamedNode(XSD.date))
    yield whole, NamedNode(FOAF.homepage), NamedNode(portal.base)
    yield from _coverage(whole, graphs)
    for slug in sorted({*graphs, "meta"}):
        graph = NamedNode(f"{portal.base}graph/{slug}")
        yield whole, NamedNode(DCT.hasPart), graph
        yield graph, _A, NamedNode(DCAT.Dataset)
        yield from _about(graph, slug, portal, graphs.get(slug, ()))


_A = NamedNode(RDF.type)
_POLICY = NamedNode(PG.PolicyDocument)


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


def _coverage(whole: NamedNode, graphs: Mapping[str, Sequence[Triple]]) -> Iterator[Triple]:
    """Yield where and when the policies are from, and the languages that describe all of them."""
    written = [(slug, t) for slug, ts in graphs.items() if slug not in GENERATED for t in ts]
    policies = {s for _, (s, p, o) in written if p == _A and o == _POLICY}
    languages: dict[Node, set[str]] = {policy: set() for policy in policies}
    for slug, (subject, predicate, term) in written:
        if subject not in policies:
            continue
        if predicate.value == DCT.spatial:
            yield whole, predicate, term
            yield NamedNode(f"{whole.value}graph/{slug}"), predicate, term
        elif predicate.value == SKOS.prefLabel and isinstance(term, Literal):
            languages[subject].add(term.language or "")
    spoken = set.intersection(*languages.values()) if languages else set()
    for language in spoken & EU_LANGUAGES.keys():
        code = REFERENCES["language"] + EU_LANGUAGES[language]
        yield whole, NamedNode(DCT.language), NamedNode(code)
    yield from _period(whole, policies, graphs.get("inferred", ()))


def _period(whole: NamedNode, policies: set[Node], inferred: Sequence[Triple]) -> Iterator[Triple]:
    days: dict[str, list[Term]] = {PG.earliest: [], PG.latest: []}
    for subject, predicate, term in inferred:
        if subject in policies and predicate.value in days:
            days[predicate.value].append(term)
    if not all(days.values()):
        return
    period = NamedNode(f"{whole.value}id/period/policies")
    yield whole, NamedNode(DCT.temporal), period
    yield period, _A, NamedNode(DCT.PeriodOfTime)
    for language, text in _PERIOD.items():
        yield period, NamedNode(RDFS.label), Literal(text, language=language)
    first = min(days[PG.earliest], key=lambda day: day.value)
    yield period, NamedNode(DCAT.startDate), first
    last = max(days[PG.latest], key=lambda day: day.value)
    yield period, NamedNode(DCAT.endDate), last

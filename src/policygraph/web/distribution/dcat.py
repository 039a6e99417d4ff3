"""A release as a record for data portals: DCAT-AP 3.0.1 that DCAT-AP-NL 3.0 and -VL 3 take as well.

Everything comes from the release and its graph `meta`: no file is read. Sizes and checksums stand
in the manifest only, and addresses are those at which the client reached the server, so the record
is made when it is asked for. Concepts of authority tables are typed and named in it, since the
shapes of the profiles want to see that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from policygraph.formats import FORMATS
from policygraph.namespaces import (
    DCAT,
    DCT,
    FOAF,
    PG_NS,
    RDF,
    REFERENCES,
    SKOS,
    SPDX,
    VCARD,
    XSD,
)
from policygraph.release import Release, ReleaseFile
from policygraph.terms import Literal, NamedNode, Term, Triple

GENERATED = frozenset({"inferred", "meta", "queries"})
"""Graphs that are no datasets of their own: the build makes them, and they are in the whole."""

AUTHORITY = "http://publications.europa.eu/resource/authority/"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
WHOLE = "policygraph"

_FILE_TYPES = {
    "ttl": "RDF_TURTLE", "nt": "RDF_N_TRIPLES", "jsonld": "JSON_LD", "rdf": "RDF_XML",
    "nq": "RDF_N_QUADS", "trig": "RDF_TRIG", "csv": "CSV",
}  # fmt: skip
"""Names of our formats in the EU table of file types."""

_CONCEPTS: dict[str, tuple[str, dict[str, str]]] = {
    "access-right/PUBLIC": (DCT.RightsStatement, {"nl": "openbaar", "en": "public"}),
    "data-theme/GOVE": (
        SKOS.Concept,
        {"nl": "Overheid en publieke sector", "en": "Government and public sector",
         "fr": "Gouvernement et secteur public"},
    ),
    "data-theme/TECH": (
        SKOS.Concept,
        {"nl": "Wetenschap en technologie", "en": "Science and technology",
         "fr": "Science et technologie"},
    ),
    "frequency/IRREG": (
        DCT.Frequency,
        {"nl": "onregelmatig", "en": "irregular", "fr": "irrégulier"},
    ),
    "file-type/RDF_TURTLE": (DCT.MediaTypeOrExtent, {"en": "RDF Turtle"}),
    "file-type/RDF_N_TRIPLES": (DCT.MediaTypeOrExtent, {"en": "RDF N-Triples"}),
    "file-type/RDF_N_QUADS": (DCT.MediaTypeOrExtent, {"en": "RDF N-Quads"}),
    "file-type/RDF_TRIG": (DCT.MediaTypeOrExtent, {"en": "RDF TriG"}),
    "file-type/JSON_LD": (DCT.MediaTypeOrExtent, {"en": "JSON-LD"}),
    "file-type/CSV": (DCT.MediaTypeOrExtent, {"en": "CSV"}),
    "file-type/SPARQLQRES": (DCT.MediaTypeOrExtent, {"en": "SPARQL results"}),
}  # fmt: skip
"""Concepts of the EU's tables that a record names: their class and their names there."""

_KEYWORDS = {
    "nl": ("artificiële intelligentie", "generatieve AI", "AI-beleid", "beleid", "SDG"),
    "en": ("artificial intelligence", "generative AI", "AI policy", "policy", "SDG"),
    "fr": ("intelligence artificielle", "IA générative", "politique de l'IA", "politique", "ODD"),
}
_PART_OF = {"nl": "Deel van {}: {}", "en": "Part of {}: {}", "fr": "Partie de {} : {}"}
_TABLE = {"nl": "Tabel", "en": "Table", "fr": "Tableau"}
_SERVICE = {
    "nl": "SPARQL 1.1-endpoint: vragen aan alle grafen, alleen lezen.",
    "en": "SPARQL 1.1 endpoint: queries on all graphs, read-only.",
    "fr": "Point d'accès SPARQL 1.1 : requêtes sur tous les graphes, en lecture seule.",
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset of the record: the whole, or one graph that somebody wrote."""

    iri: str
    slug: str
    files: tuple[ReleaseFile, ...]


def datasets(release: Release) -> list[Dataset]:
    """Return the datasets with their files, the whole first."""
    by_slug: dict[str, list[ReleaseFile]] = {}
    for name, file in sorted(release.files.items()):
        slug = WHOLE if "/" in name else name.partition(".")[0]
        by_slug.setdefault(slug, []).append(file)
    base = release.portal.base
    whole = Dataset(base, WHOLE, tuple(by_slug.get(WHOLE, ())))
    return [whole] + [
        Dataset(f"{base}graph/{slug}", slug, tuple(by_slug.get(slug, ())))
        for slug in sorted(release.graphs)
        if slug not in GENERATED
    ]


def describe(release: Release, meta: Iterable[Triple], address: str) -> list[Triple]:
    """Return the record: a catalogue, its datasets with every file, and the SPARQL endpoint.

    `meta` is the graph of that name, with a description of each graph where there is one and
    labels of the places; `address` is where the client reached the server.
    """
    return list(dict.fromkeys(_Record(release, meta, address).triples()))


class _Record:
    def __init__(self, release: Release, meta: Iterable[Triple], address: str) -> None:
        self._release = release
        self._portal = release.portal
        self._address = address
        self._said: dict[tuple[str, str], list[Term]] = {}
        for subject, predicate, term in meta:
            self._said.setdefault((subject.value, predicate.value), []).append(term)
        self.iri = self._portal.base + "catalog"
        # A base that ends in # has used its fragment already.
        self._mark = "/" if self._portal.base.endswith("#") else "#"
        self._publisher = self._portal.publisher or self._part("publisher")
        self._date = Literal(self._portal.date, datatype=NamedNode(XSD.date))

    def _part(self, *names: str) -> str:
        return self.iri + self._mark + "/".join(names)

    def triples(self) -> Iterator[Triple]:
        """Yield the record, from the catalogue to what its values are."""
        found = datasets(self._release)
        service = self._part("sparql")
        yield from _is(self.iri, DCAT.Catalog)
        yield from self._common(self.iri)
        yield from self._titles(self.iri)
        yield _link(self.iri, DCAT.themeTaxonomy, AUTHORITY + "data-theme")
        yield _link(self.iri, FOAF.homepage, self._address + "/")
        yield _link(self.iri, DCAT.service, service)
        yield _link(self.iri, DCT.license, self._portal.license)
        for language in self._languages():
            yield _link(self.iri, DCT.language, language)
        for dataset in found:
            yield _link(self.iri, DCAT.dataset, dataset.iri)
            yield from self._dataset(dataset, service)
        yield from self._service(service, found)
        yield from self._agents()
        yield from self._values()

    def _common(self, thing: str) -> Iterator[Triple]:
        """Yield what the catalogue, a dataset and the service have in common."""
        yield _identified(thing)
        yield _link(thing, DCT.publisher, self._publisher)
        yield _link(thing, DCT.creator, self._publisher)
        yield _link(thing, DCAT.contactPoint, self._part("contact"))
        yield _say(thing, DCT.modified, self._date)
        yield _say(thing, DCT.issued, self._date)

    def _topics(self, thing: str) -> Iterator[Triple]:
        yield _link(thing, DCT.accessRights, AUTHORITY + "access-right/PUBLIC")
        for theme in ("GOVE", "TECH"):
            yield _link(thing, DCAT.theme, AUTHORITY + "data-theme/" + theme)
        for language, words in _KEYWORDS.items():
            yield from (_text(thing, DCAT.keyword, word, language) for word in words)

    def _titles(self, thing: str) -> Iterator[Triple]:
        portal = self._portal
        yield from _texts(thing, DCT.title, portal.title)
        yield from _texts(thing, DCT.description, portal.description or portal.title)

    def _languages(self) -> list[str]:
        return [term.value for term in self._said.get((self._portal.base, DCT.language), ())]

    def _dataset(self, dataset: Dataset, service: str) -> Iterator[Triple]:
        thing = dataset.iri
        yield from _is(thing, DCAT.Dataset)
        yield from self._common(thing)
        yield from self._topics(thing)
        yield _link(thing, DCT.accrualPeriodicity, AUTHORITY + "frequency/IRREG")
        yield _text(thing, DCAT.version, self._portal.version)
        for language in self._languages():
            yield _link(thing, DCT.language, language)
        for predicate in (DCT.spatial, DCT.temporal):
            for value in self._said.get((thing, predicate), ()):
                yield _link(thing, predicate, value.value)
        yield _link(thing, DCT.conformsTo, PG_NS.rstrip("#"))
        if dataset.slug == WHOLE:
            yield from self._titles(thing)
            yield _link(thing, DCAT.landingPage, self._address + "/")
            yield from self._by_query(thing, service)
        else:
            yield from self._graph(dataset)
        for file in dataset.files:
            yield from self._distribution(dataset, file)

    def _graph(self, dataset: Dataset) -> Iterator[Triple]:
        thing, portal = dataset.iri, self._portal
        titles = [t for t in self._said.get((thing, DCT.title), ()) if isinstance(t, Literal)]
        titles = titles or [Literal(dataset.slug, language="en")]
        yield from (_say(thing, DCT.title, title) for title in titles)
        about = self._said.get((thing, DCT.description), [])
        yield from (_say(thing, DCT.description, text) for text in about)
        for title in () if about else titles:
            language = title.language or "en"
            words = _PART_OF.get(language, _PART_OF["en"])
            whole = portal.title.get(language) or next(iter(portal.title.values()), portal.base)
            yield _text(thing, DCT.description, words.format(whole, title.value), language)
        page = self._release.urls.page(thing)
        yield _link(thing, DCAT.landingPage, f"{self._address}{page}")
        yield _link(thing, DCT.isPartOf, portal.base)

    def _by_query(self, dataset: str, service: str) -> Iterator[Triple]:
        this = self._part("query")
        yield _link(dataset, DCAT.distribution, this)
        yield from self._copy(this, dataset)
        yield from _texts(this, DCT.title, {"nl": "SPARQL-endpoint", "en": "SPARQL endpoint"})
        yield _link(this, DCAT.accessURL, f"{self._address}/sparql")
        yield _link(this, DCAT.accessService, service)
        yield _link(this, DCT.format, AUTHORITY + "file-type/SPARQLQRES")

    def _distribution(self, dataset: Dataset, file: ReleaseFile) -> Iterator[Triple]:
        name = file.name.removesuffix(".gz")
        packed = name != file.name
        kind = next(f for f in FORMATS if f.suffix == name.rpartition(".")[2])
        this, sum_ = self._part("file", file.name), self._part("sha256", file.name)
        where = self._address + self._release.urls.download(file.name)
        yield _link(dataset.iri, DCAT.distribution, this)
        yield from self._copy(this, dataset.iri)
        label = kind.label + (" (gzip)" if packed else "")
        for language, table in _TABLE.items():
            stem = f"{table} {name[7:-4]}, " if name.startswith("tables/") else ""
            yield _text(this, DCT.title, stem + label, language)
        yield _link(this, DCAT.accessURL, where)
        yield _link(this, DCAT.downloadURL, where)
        yield _link(this, DCT.format, AUTHORITY + "file-type/" + _FILE_TYPES[kind.name])
        yield _link(this, DCAT.mediaType, MEDIA_TYPES + kind.media_type)
        if packed:
            yield _link(this, DCAT.compressFormat, MEDIA_TYPES + file.media_type)
        number = Literal(str(file.size), datatype=NamedNode(XSD.nonNegativeInteger))
        yield _say(this, DCAT.byteSize, number)
        yield _link(this, SPDX.checksum, sum_)
        yield from _is(sum_, SPDX.Checksum)
        yield _link(sum_, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
        value = Literal(file.sha256, datatype=NamedNode(XSD.hexBinary))
        yield _say(sum_, SPDX.checksumValue, value)

    def _copy(self, this: str, dataset: str) -> Iterator[Triple]:
        """Yield what all distributions of a dataset have in common."""
        yield from _is(this, DCAT.Distribution)
        yield _identified(this)
        licences = [t.value for t in self._said.get((dataset, DCT.license), ())]
        yield _link(this, DCT.license, licences[0] if licences else self._portal.license)
        yield _say(this, DCT.issued, self._date)
        yield _say(this, DCT.modified, self._date)
        for language in self._languages():
            yield _link(this, DCT.language, language)
        for text in self._rights(dataset):
            yield _link(this, DCT.rights, self._part("rights", "context"))
            yield _say(self._part("rights", "context"), DCT.description, text)

    def _rights(self, dataset: str) -> list[Term]:
        context = f"{self._portal.base}graph/context"
        whose = context if dataset == self._portal.base else dataset
        return self._said.get((whose, DCT.rights), [])

    def _service(self, this: str, served: Iterable[Dataset]) -> Iterator[Triple]:
        yield from _is(this, DCAT.DataService)
        yield from self._common(this)
        yield from self._topics(this)
        titles = {language: f"SPARQL: {text}" for language, text in self._portal.title.items()}
        yield from _texts(this, DCT.title, titles)
        yield from _texts(this, DCT.description, _SERVICE)
        yield _link(this, DCAT.endpointURL, f"{self._address}/sparql")
        yield _link(this, DCAT.endpointDescription, f"{self._address}/sparql?format=ttl")
        yield _link(this, DCAT.landingPage, f"{self._address}/sparql")
        yield _link(this, DCT.conformsTo, PROTOCOL)
        yield _link(this, DCT.license, self._portal.license)
        for language in self._languages():
            yield _link(this, DCT.language, language)
        yield from (_link(this, DCAT.servesDataset, dataset.iri) for dataset in served)

    def _agents(self) -> Iterator[Triple]:
        names = self._portal.publisher_name or self._portal.title
        yield from _is(self._publisher, FOAF.Agent)
        yield from _texts(self._publisher, FOAF.name, names)
        contact = self._part("contact")
        yield from _is(contact, VCARD.Kind, VCARD.Organization)
        yield from _texts(contact, VCARD.fn, names)
        where = self._portal.contact or self._portal.base
        has = VCARD.hasEmail if where.startswith("mailto:") else VCARD.hasURL
        yield _link(contact, has, where)

    def _values(self) -> Iterator[Triple]:
        """Yield what the values of the record are: the shapes ask for their classes."""
        for name, (kind, labels) in _CONCEPTS.items():
            yield from _is(AUTHORITY + name, kind, SKOS.Concept)
            yield _link(AUTHORITY + name, SKOS.inScheme, AUTHORITY + name.partition("/")[0])
            yield from _texts(AUTHORITY + name, SKOS.prefLabel, labels)
        yield from _is(AUTHORITY + "data-theme", SKOS.ConceptScheme)
        yield from _texts(AUTHORITY + "data-theme", DCT.title, {"nl": "Thema", "en": "Theme"})
        for licence in {self._portal.license, *self._values_of(DCT.license)}:
            yield from _is(licence, DCT.LicenseDocument)
        for language in self._languages():
            yield from _is(language, DCT.LinguisticSystem)
            yield _link(language, SKOS.inScheme, AUTHORITY + "language")
        for type_ in ("application/gzip", *(f.media_type for f in FORMATS)):
            yield from _is(MEDIA_TYPES + type_, DCT.MediaType)
        yield from _is(PG_NS.rstrip("#"), DCT.Standard)
        yield from _is(PROTOCOL, DCT.Standard)
        yield from _is(SPDX.checksumAlgorithm_sha256, SPDX.ChecksumAlgorithm)
        yield from self._coverage()
        yield from self._documents()

    def _coverage(self) -> Iterator[Triple]:
        for place in self._values_of(DCT.spatial):
            yield from _is(place, DCT.Location)
            if place.startswith(REFERENCES["country"]):
                yield _link(place, SKOS.inScheme, AUTHORITY + "country")
            for label in self._said.get((place, SKOS.prefLabel), ()):
                yield _say(place, SKOS.prefLabel, label)
        for period in self._values_of(DCT.temporal):
            yield from _is(period, DCT.PeriodOfTime)
            for predicate in (DCAT.startDate, DCAT.endDate):
                for day in self._said.get((period, predicate), ()):
                    yield _say(period, predicate, day)

    def _documents(self) -> Iterator[Triple]:
        yield from _is(f"{self._address}/", FOAF.Document)
        yield from _is(f"{self._address}/sparql", FOAF.Document)
        for dataset in datasets(self._release)[1:]:
            page = self._release.urls.page(dataset.iri)
            yield from _is(f"{self._address}{page}", FOAF.Document)
        if self._rights(self._portal.base):
            yield from _is(self._part("rights", "context"), DCT.RightsStatement)

    def _values_of(self, predicate: str) -> set[str]:
        ours = {dataset.iri for dataset in datasets(self._release)}
        found = ((s, terms) for (s, p), terms in self._said.items() if p == predicate)
        return {term.value for subject, terms in found if subject in ours for term in terms}


def _identified(thing: str) -> Triple:
    """Return that a thing is identified by its own IRI."""
    return _say(thing, DCT.identifier, Literal(thing, datatype=NamedNode(XSD.anyURI)))


def _is(thing: str, *classes: str) -> Iterator[Triple]:
    return (_link(thing, RDF.type, class_) for class_ in classes)


def _link(thing: str, predicate: str, other: str) -> Triple:
    return NamedNode(thing), NamedNode(predicate), NamedNode(other)


def _say(thing: str, predicate: str, term: Term) -> Triple:
    return NamedNode(thing), NamedNode(predicate), term


def _text(thing: str, predicate: str, text: str, language: str = "") -> Triple:
    return _say(thing, predicate, Literal(text, language=language or None))


def _texts(thing: str, predicate: str, texts: Mapping[str, str]) -> Iterator[Triple]:
    return (_text(thing, predicate, text, language) for language, text in texts.items())

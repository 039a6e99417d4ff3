"""Count what a release holds and links to: the VoID description, part of the graph `meta`.

Every number is what a query on the served graph counts: on the default graph for the whole and its
partitions, on a named graph for that one. The description counts itself too, so it is counted again
until nothing is new. A number that would depend on its own value is left out: the distinct objects
of the whole, of `meta`, and of the properties that carry numbers. (W3C Note "Describing Linked
Datasets with the VoID Vocabulary", sections 4 and 5.)
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS
from policygraph.namespaces import (
    DCT,
    FOAF,
    PG,
    RDF,
    RDFS,
    VOCABULARIES,
    VOID,
    VOID_EXT,
    XSD,
    prefixes,
)
from policygraph.settings import Portal
from policygraph.terms import Literal, NamedNode, Node, Term, Triple

NUMBERS = frozenset(
    {
        VOID.triples, VOID.entities, VOID.classes, VOID.properties, VOID.distinctSubjects,
        VOID.distinctObjects,
    }
)  # fmt: skip
"""Properties whose values are counted here."""


@dataclass(frozen=True, slots=True)
class Target:
    """A dataset of somebody else that ours may link to."""

    slug: str
    space: str
    """What its IRIs begin with."""
    title: tuple[str, str]
    """In Dutch and in English."""
    iri: str = ""
    """What its owner calls it in VoID; else it has a name of ours."""


TARGETS = (
    Target("sdg", "http://metadata.un.org/sdg", ("SDG-taxonomie van de VN", "SDG taxonomy of the "
           "UN"), "http://metadata.un.org/sdg/void.ttl#SDG"),
    Target("eurovoc", "http://eurovoc.europa.eu/", ("EuroVoc", "EuroVoc")),
    Target("eu-authority", "http://publications.europa.eu/resource/authority/",
           ("Lijsten van het Publicatiebureau van de EU",
            "Authority tables of the EU Publications Office")),
    Target("eli", "http://data.europa.eu/eli/", ("Wetgeving van de EU met een ELI",
           "EU legislation with an ELI")),
    Target("celex", "http://publications.europa.eu/resource/celex/",
           ("Wetgeving van de EU met een CELEX-nummer", "EU legislation with a CELEX number")),
    Target("nuts", "http://data.europa.eu/nuts/", ("NUTS-regio's", "NUTS regions")),
    Target("wikidata", "http://www.wikidata.org/entity/", ("Wikidata", "Wikidata")),
    Target("tooi", "https://identifier.overheid.nl/tooi/",
           ("TOOI: overheidsorganisaties van Nederland", "TOOI: public bodies of the Netherlands")),
    Target("ovo", "https://data.vlaanderen.be/id/organisatie/",
           ("OVO: organisaties van de Vlaamse overheid",
            "OVO: organisations of the Flemish government")),
    Target("dpv", "https://w3id.org/dpv", ("DPV: Data Privacy Vocabulary",
           "DPV: Data Privacy Vocabulary")),
    Target("airo", "https://w3id.org/airo#", ("AIRO: AI Risk Ontology", "AIRO: AI Risk Ontology")),
    Target("vair", "https://w3id.org/vair#", ("VAIR: Vocabulary of AI Risks",
           "VAIR: Vocabulary of AI Risks")),
)  # fmt: skip

_TITLE = {"nl": "Beschrijving van de dataset", "en": "Description of the dataset"}
_RULE = {
    "nl": "Elk getal is wat een vraag aan het endpoint telt: aan de standaardgraaf voor het geheel "
    "en zijn delen, aan de graaf zelf voor een graaf. void:entities telt wat onder void:uriSpace "
    "beschreven is, en bij een klasse alles wat ertoe behoort. void:distinctObjects ontbreekt waar "
    "het zichzelf zou meetellen: bij het geheel, bij de graaf meta en bij de eigenschappen die "
    "deze getallen dragen. Een koppeling telt uitspraken over dingen onder void:uriSpace.",
    "en": "Each number is what a query on the endpoint counts: on the default graph for the whole "
    "and its partitions, on the graph itself for a graph. void:entities counts what is described "
    "below void:uriSpace, and of a class all that belongs to it. void:distinctObjects is left out "
    "where it would count itself: for the whole, for the graph meta and for the properties that "
    "carry these numbers. A linkset counts statements about things below void:uriSpace.",
}

_LOCAL = re.compile(r"[A-Za-z0-9_.-]+")
_A = NamedNode(RDF.type)


def describe_dataset(
    portal: Portal, graphs: Mapping[str, Sequence[Triple]], meta: Collection[Triple], apart: str
) -> set[Triple]:
    """Return the description: numbers for the whole and for each graph, partitions, linksets.

    `graphs` are all others, `meta` is what else that graph says; `apart` is the graph that is not
    part of the default graph.
    """
    writer = _Writer(portal)
    fixed = set(writer.frame(sorted({*graphs, "meta"}), apart))
    for slug, triples in graphs.items():
        fixed |= set(writer.graph(slug, _Tally(portal.base, triples)))
    data = {t for slug, ts in graphs.items() if slug != apart for t in ts} | set(meta)
    fixed |= set(writer.linksets(data))
    whole = _Partitions(portal.base, data | fixed)
    itself = _Tally(portal.base, fixed | set(meta))
    counted: set[tuple[Node, NamedNode, Term | None]] = set()
    while True:
        own = {*writer.whole(whole), *writer.graph("meta", itself, itself=True)}
        # What value a number has changes no other number, so it is counted once, whatever it is.
        keys = {(s, p, None if p.value in NUMBERS else o): (s, p, o) for s, p, o in own}
        new = [triple for key, triple in keys.items() if key not in counted]
        if not new:
            return fixed | own
        # Each round adds properties of a few kinds only, and no type, so there are few rounds.
        counted |= keys.keys()
        whole.add(new)
        itself.add(new)


class _Tally:
    """What is counted in a set of triples."""

    def __init__(self, base: str, triples: Collection[Triple]) -> None:
        self._space = base + "id/"
        self.triples = 0
        self.subjects: set[Node] = set()
        self.objects: set[Term] = set()
        self.classes: set[Term] = set()
        self.properties: set[str] = set()
        self.add(triples)

    def add(self, triples: Collection[Triple]) -> None:
        """Count further triples, which were not there yet."""
        self.triples += len(triples)
        self.subjects.update(subject for subject, _, _ in triples)
        self.objects.update(term for _, _, term in triples)
        self.classes.update(term for _, predicate, term in triples if predicate == _A)
        self.properties.update(predicate.value for _, predicate, _ in triples)

    @property
    def entities(self) -> int:
        """Return how many things are described that have a name in the space of the dataset."""
        named = (s.value for s in self.subjects if isinstance(s, NamedNode))
        return sum(name.startswith(self._space) for name in named)


class _Partitions(_Tally):
    """What is counted for each property and each class."""

    def __init__(self, base: str, triples: Collection[Triple]) -> None:
        self.pairs: dict[NamedNode, list[tuple[Node, Term]]] = defaultdict(list)
        self.members: dict[NamedNode, list[Node]] = defaultdict(list)
        self.details: Counter[tuple[NamedNode, NamedNode]] = Counter()
        self.kinds: set[tuple[NamedNode, NamedNode, str, NamedNode]] = set()
        self._types: dict[Term, list[NamedNode]] = defaultdict(list)
        for subject, predicate, term in triples:
            if predicate == _A and isinstance(term, NamedNode):
                self._types[subject].append(term)
                self.members[term].append(subject)
        super().__init__(base, triples)

    def add(self, triples: Collection[Triple]) -> None:
        """Count further triples, which were not there yet and state no type."""
        super().add(triples)
        for subject, predicate, term in triples:
            self.pairs[predicate].append((subject, term))
            for class_ in self._types.get(subject, ()):
                self.details[class_, predicate] += 1
                if isinstance(term, Literal):
                    self.kinds.add((class_, predicate, "datatype", term.datatype))
                else:
                    of = self._types.get(term, ())
                    self.kinds |= {(class_, predicate, "class", c) for c in of}


class _Writer:
    """Writes the description of one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._document = portal.base + ".well-known/void"
        self._dataset = NamedNode(portal.base)
        # A base that ends in # has used its fragment already.
        self._mark = "/" if portal.base.endswith("#") else "#"
        known = prefixes(portal.base).items()
        self._prefixes = sorted(known, key=lambda pair: (-len(pair[1]), pair[0]))

    def frame(self, slugs: Sequence[str], apart: str) -> Iterator[Triple]:
        """Yield what is described, in which formats it is there, and how it is counted."""
        document = NamedNode(self._document)
        yield document, _A, NamedNode(VOID.DatasetDescription)
        yield document, NamedNode(FOAF.primaryTopic), self._dataset
        for predicate, texts in (
            (DCT.title, _TITLE),
            (RDFS.label, _TITLE),
            (DCT.description, _RULE),
        ):
            yield from self._texts(document, predicate, texts)
        yield self._dataset, _A, NamedNode(VOID.Dataset)
        yield self._dataset, NamedNode(VOID.uriSpace), Literal(self._portal.base + "id/")
        for format_ in (*GRAPH_FORMATS, *DATASET_FORMATS):
            if format_.uri:
                yield self._dataset, NamedNode(VOID.feature), NamedNode(format_.uri)
        for slug in slugs:
            graph = NamedNode(f"{self._portal.base}graph/{slug}")
            yield graph, _A, NamedNode(VOID.Dataset)
            if slug != apart:
                yield self._dataset, NamedNode(VOID.subset), graph

    def graph(self, slug: str, tally: _Tally, itself: bool = False) -> Iterator[Triple]:
        """Yield the numbers of a named graph."""
        graph = NamedNode(f"{self._portal.base}graph/{slug}")
        yield from self._numbers(graph, tally, itself)

    def _numbers(self, dataset: NamedNode, tally: _Tally, itself: bool) -> Iterator[Triple]:
        yield _count(dataset, VOID.triples, tally.triples)
        yield _count(dataset, VOID.entities, tally.entities)
        yield _count(dataset, VOID.classes, len(tally.classes))
        yield _count(dataset, VOID.properties, len(tally.properties))
        yield _count(dataset, VOID.distinctSubjects, len(tally.subjects))
        if not itself:
            yield _count(dataset, VOID.distinctObjects, len(tally.objects))

    def whole(self, counts: _Partitions) -> Iterator[Triple]:
        """Yield the numbers of the default graph, its vocabularies and its partitions."""
        yield from self._numbers(self._dataset, counts, itself=True)
        used = counts.properties | {c.value for c in counts.classes}
        for namespace in VOCABULARIES.values():
            if any(iri.startswith(namespace) for iri in used):
                yield self._dataset, NamedNode(VOID.vocabulary), NamedNode(namespace)
        yield from self._properties(counts)
        yield from self._classes(counts)
        yield from self._details(counts)

    def _properties(self, counts: _Partitions) -> Iterator[Triple]:
        for predicate, pairs in counts.pairs.items():
            part = self._part("property", predicate)
            yield self._dataset, NamedNode(VOID.propertyPartition), part
            yield part, NamedNode(VOID.property), predicate
            yield _count(part, VOID.triples, len(pairs))
            yield _count(part, VOID.distinctSubjects, len({subject for subject, _ in pairs}))
            if predicate.value not in NUMBERS:
                yield _count(part, VOID.distinctObjects, len({term for _, term in pairs}))

    def _classes(self, counts: _Partitions) -> Iterator[Triple]:
        for class_, things in counts.members.items():
            part = self._part("class", class_)
            yield self._dataset, NamedNode(VOID.classPartition), part
            yield part, NamedNode(VOID["class"]), class_
            yield _count(part, VOID.entities, len(things))
            if class_.value in PG:
                example = NamedNode(min(thing.value for thing in things))
                yield part, NamedNode(VOID.exampleResource), example
                if class_.value == PG.PolicyDocument:
                    yield self._dataset, NamedNode(VOID.exampleResource), example

    def _details(self, counts: _Partitions) -> Iterator[Triple]:
        """Yield which properties the things of a class have, and with what kinds of values."""
        for (class_, predicate), number in counts.details.items():
            part = self._part("class", class_, predicate)
            yield self._part("class", class_), NamedNode(VOID.propertyPartition), part
            yield part, NamedNode(VOID.property), predicate
            yield _count(part, VOID.triples, number)
        for class_, predicate, kind, value in counts.kinds:
            part = self._part("class", class_, predicate)
            inner = self._part("class", class_, predicate, value)
            words = VOID if kind == "class" else VOID_EXT
            yield part, NamedNode(words[f"{kind}Partition"]), inner
            yield inner, NamedNode(words[kind]), value

    def linksets(self, triples: Collection[Triple]) -> Iterator[Triple]:
        """Yield a linkset for each foreign dataset and each property that leads there."""
        space = self._portal.base + "id/"
        counts: Counter[tuple[Target, NamedNode]] = Counter()
        for subject, predicate, term in triples:
            if predicate == _A or not isinstance(term, NamedNode):
                continue
            if isinstance(subject, NamedNode) and subject.value.startswith(space):
                for target in TARGETS:
                    if term.value.startswith(target.space):
                        counts[target, predicate] += 1
        for target in {target for target, _ in counts}:
            there = NamedNode(target.iri or self._name("target", target.slug))
            yield there, _A, NamedNode(VOID.Dataset)
            yield there, NamedNode(VOID.uriSpace), Literal(target.space)
            titles = dict(zip(("nl", "en"), target.title, strict=True))
            yield from self._texts(there, DCT.title, titles)
            yield from self._texts(there, RDFS.label, titles)
        for (target, predicate), number in counts.items():
            links = NamedNode(self._name("link", target.slug, self._short(predicate)))
            yield self._dataset, NamedNode(VOID.subset), links
            yield links, _A, NamedNode(VOID.Linkset)
            yield links, NamedNode(VOID.subjectsTarget), self._dataset
            there = NamedNode(target.iri or self._name("target", target.slug))
            yield links, NamedNode(VOID.objectsTarget), there
            yield links, NamedNode(VOID.linkPredicate), predicate
            yield _count(links, VOID.triples, number)

    def _texts(
        self, subject: NamedNode, predicate: str, texts: Mapping[str, str]
    ) -> Iterator[Triple]:
        for language, text in texts.items():
            yield subject, NamedNode(predicate), Literal(text, language=language)

    def _part(self, kind: str, *terms: NamedNode) -> NamedNode:
        return NamedNode(self._name(kind, *map(self._short, terms)))

    def _name(self, *parts: str) -> str:
        return self._document + self._mark + "/".join(parts)

    def _short(self, term: NamedNode) -> str:
        """Return a name that only this IRI has: with its prefix, else all of it, escaped."""
        for name, namespace in self._prefixes:
            rest = term.value.removeprefix(namespace)
            if rest != term.value and _LOCAL.fullmatch(rest):
                return f"{name}:{rest}"
        return quote(term.value, safe="")


def _count(subject: NamedNode, predicate: str, number: int) -> Triple:
    value = Literal(str(number), datatype=NamedNode(XSD.integer))
    return subject, NamedNode(predicate), value

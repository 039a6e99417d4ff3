"""What a made-up document is written with: terms in the syntax of N-Quads, and what they imply.

Made once, a term is written without another look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from benchmarks.words import COUNTRIES, REASONS, TOPICS, WORKS
from policygraph import namespaces as ns
from policygraph.namespaces import BASE, REFERENCES, Vocabulary

Line = tuple[str, str, str]


class _Names:
    """The terms of a vocabulary as they are written."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def __getattr__(self, name: str) -> str:
        value = f"<{self._vocabulary[name]}>"
        setattr(self, name, value)
        return value


PG, ADMS, CV, DCAT, DCT = map(_Names, (ns.PG, ns.ADMS, ns.CV, ns.DCAT, ns.DCT))
ELI, FOAF, ORG, PROV, RDF = map(_Names, (ns.ELI, ns.FOAF, ns.ORG, ns.PROV, ns.RDF))
RDFS, SKOS, XSD = map(_Names, (ns.RDFS, ns.SKOS, ns.XSD))

CODES = tuple(COUNTRIES)
AUTHORITY = "http://publications.europa.eu/resource/authority/"


def thing(path: str) -> str:
    """Return a thing of the portal, from its path below `id/`."""
    return f"<{BASE}id/{path}>"


def reference(prefix: str, name: object) -> str:
    """Return an entry of somebody else's list."""
    return f"<{REFERENCES[prefix]}{name}>"


def text(value: str, language: str) -> str:
    """Return a literal with a language; `value` has nothing that must be escaped."""
    return f'"{value}"@{language}'


def typed(value: object, kind: str) -> str:
    """Return a literal with a datatype of XML Schema."""
    return f'"{value}"^^{XSD.__getattr__(kind)}'


def country_of(number: int) -> str:
    """Return the code of the country whose document `number` is."""
    return CODES[number * 7 % len(CODES)]


def document(number: int) -> str:
    """Return the slug of a document."""
    return f"{country_of(number).lower()}-policy-{number}"


def title(number: int) -> tuple[str, str]:
    """Return the title of a document in nl and en."""
    _, nl, en = WORKS[number // 12 % len(WORKS)]
    topic_nl, topic_en = TOPICS[number % len(TOPICS)]
    names = COUNTRIES[country_of(number)]
    return (f"{nl} {topic_nl} ({names[0]}, {number})", f"{en} {topic_en} ({names[1]}, {number})")


def organisation(number: int) -> str:
    """Return an organisation; three come with each document."""
    return thing(f"organisation/body-{number}")


def initiative(number: int) -> str:
    """Return an initiative; one comes with each document."""
    return thing(f"initiative/initiative-{number}")


@dataclass(frozen=True, slots=True)
class Rules:
    """What follows from one triple: inverses and super-properties, super-classes, and names."""

    implied: Mapping[str, tuple[tuple[str, bool], ...]]
    """A property to those that it implies, each with whether subject and object change places."""
    ancestors: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, str]]
    """A shared thing to its label in nl and en."""


class Policy:
    """The triples of one document, by graph; `inferred` grows along."""

    def __init__(self, number: int, seed: int, rules: Rules) -> None:
        self.number = number
        self.slug = document(number)
        self.iri = thing(f"policy/{self.slug}")
        self.random = Random(f"{seed}/{number}")
        self.graphs: dict[str, dict[Line, None]] = defaultdict(dict)
        self._inferred = self.graphs["inferred"]
        self._rules = rules
        self._names: dict[str, tuple[str, str]] = {}

    def part(self, path: str) -> str:
        """Return the address of something below the document's own."""
        return thing(f"policy/{self.slug}/{path}")

    def add(self, subject: str, predicate: str, *objects: str, graph: str = "") -> None:
        """Write triples, and what follows from them."""
        graph = graph or self.slug
        written = self.graphs[graph]
        for term in objects:
            written[subject, predicate, term] = None
            self.follow(subject, predicate, term)

    def follow(self, subject: str, predicate: str, term: str) -> None:
        """Infer from one triple."""
        inferred = self._inferred
        for other, flipped in self._rules.implied.get(predicate, ()):
            inferred[(term, other, subject) if flipped else (subject, other, term)] = None
        if predicate == RDF.type:
            for parent in self._rules.ancestors.get(term, ()):
                inferred[subject, predicate, parent] = None

    def infer(self, subject: str, predicate: str, term: str) -> None:
        """Add a triple that follows by a rule of its own, and what follows from it."""
        self._inferred[subject, predicate, term] = None
        self.follow(subject, predicate, term)

    def name(self, subject: str, nl: str, en: str, graph: str = "") -> None:
        """Give something its labels."""
        self._names[subject] = nl, en
        labels = text(nl, "nl"), text(en, "en")
        self.add(subject, SKOS.prefLabel, *labels, graph=graph)
        for label in labels:
            self.infer(subject, RDFS.label, label)

    def named_by_parts(self, subject: str, *parts: str) -> None:
        """Infer the label of something that has none of its own."""
        names = [self._name_of(part) for part in parts]
        for index, language in enumerate(("nl", "en")):
            joined = ": ".join(name[index] for name in names)
            self.infer(subject, RDFS.label, text(joined, language))

    def _name_of(self, iri: str) -> tuple[str, str]:
        return self._names.get(iri) or self._rules.names[iri]

    def knows(self, iri: str, nl: str, en: str) -> None:
        """Take the name of something that another document has described."""
        self._names.setdefault(iri, (nl, en))

    def describe(self, subject: str, first: str = "", graph: str = "") -> None:
        """Write a description of two sentences."""
        reasons = self.random.sample(REASONS, 2)
        for index, language in enumerate(("nl", "en")):
            value = " ".join(filter(None, (first, *(reason[index] for reason in reasons))))
            self.add(subject, DCT.description, text(value, language), graph=graph)

    def dated(self, subject: str, predicate: str, day: str) -> None:
        """Write a date: of a day, a month or a year."""
        kind = {10: "date", 7: "gYearMonth", 4: "gYear"}[len(day)]
        self.add(subject, predicate, typed(day, kind))
        self.spans(subject, day)

    def spans(self, subject: str, day: str) -> None:
        """Infer between which days a date lies; the months used here have 30 days."""
        missing = len(day) == 4, len(day) <= 7
        first = day + "-01" * sum(missing)
        last = day + "-12" * missing[0] + ("-31" if missing[0] else "-30" * missing[1])
        self.infer(subject, PG.earliest, typed(first, "date"))
        self.infer(subject, PG.latest, typed(last, "date"))

    def evidence(self, subject: str, place: str) -> None:
        """Say where a claim stands, and who has seen it."""
        self.add(subject, PG.source, self.iri)
        if self.random.random() < 0.7:
            self.add(subject, PG.evidenceLevel, PG.PrimarySource)
        else:
            self.add(subject, PG.evidenceLevel, PG.SecondarySource)
            self.add(subject, PG.confirmedBy, f"<https://monitor.example/{self.slug}>")
        self.add(subject, PG.locator, text(place, "en"))

    def earlier(self, count: int) -> int:
        """Return one of `count` numbers; the first ones come up most."""
        return int(count * self.random.random() ** 2)

"""A release of any size in the project's own model, made up but well-formed, as N-Quads.

    python -m benchmarks.generate --quads 1000000 --out graph.nq.gz

The same seed and size give the same bytes, and a larger graph begins with the smaller one of the
same seed. What curators would write stands in one graph for each document; what the release adds
(docs/model.md) stands in the graph `inferred`. No triple stands in two graphs unless `--overlap`
asks for it.
"""

from __future__ import annotations

import argparse
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO, cast

from benchmarks.words import (
    ACTS,
    BINDING,
    BODIES,
    COUNTRIES,
    INITIATIVES,
    INSTRUMENTS,
    KINDS,
    OBJECTS,
    REASONS,
    RELATIONS,
    ROLES,
    STATUSES,
    SUBJECTS,
    THEMES,
    TOPICS,
    WORKS,
)
from policygraph import namespaces as ns
from policygraph.inference import infer
from policygraph.namespaces import BASE, REFERENCES, Vocabulary
from policygraph.sources import find_portal
from policygraph.terms import Literal, NamedNode, Triple
from policygraph.turtle import read_turtle

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = (
    "ontology/policygraph.ttl",
    "ontology/alignments.ttl",
    *(f"data/schemes/{n}.ttl" for n in ("instruments", "kinds", "roles", "statuses", "themes")),
    *(f"data/context/{name}.ttl" for name in ("labels", "sdg", "terms")),
)
"""The files of the repository's own portal that every policy graph needs."""

# Everything below goes about in the syntax of N-Quads: made once, it is written without a look.
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


def policy(number: int, seed: int, rules: Rules) -> Mapping[str, Mapping[Line, None]]:
    """Return what one document adds to the graphs, by slug."""
    made = Policy(number, seed, rules)
    _organisations(made)
    _initiative(made)
    _document(made)
    participations = _participations(made)
    pillars = _pillars(made)
    principles = _principles(made)
    _actions(made, pillars, principles, participations)
    _goals_and_risks(made)
    _remarks(made, principles)
    _alignments(made, principles)
    _relations(made, principles)
    return made.graphs


def _organisations(made: Policy) -> None:
    country = country_of(made.number)
    for index in range(3):
        number = 3 * made.number + index
        body, kind = organisation(number), BODIES[(number * 5 + index) % len(BODIES)]
        made.add(body, RDF.type, PG.Stakeholder, ORG.Organization, graph="stakeholders")
        made.name(body, *_body_name(number), graph="stakeholders")
        made.add(body, PG.kind, thing(f"kind/{kind}"), graph="stakeholders")
        made.add(body, DCT.spatial, reference("country", country), graph="stakeholders")
        made.add(
            body, FOAF.homepage, f"<https://body-{number}.example/>", graph="stakeholders"
        )  # fmt: skip
        if index:
            above = organisation(3 * made.number)
            made.add(body, ORG.subOrganizationOf, above, graph="stakeholders")


def _body_name(number: int) -> tuple[str, str]:
    nl, en, _ = COUNTRIES[country_of(number // 3)]
    return f"Organisatie {number} ({nl})", f"Organisation {number} ({en})"


def _initiative(made: Policy) -> None:
    this = initiative(made.number)
    kind = INITIATIVES[made.number % len(INITIATIVES)]
    made.add(this, RDF.type, PG.Initiative, graph="initiatives")
    made.name(
        this, f"Initiatief {made.number}", f"Initiative {made.number}", graph="initiatives"
    )  # fmt: skip
    made.describe(this, graph="initiatives")
    made.add(this, PG.kind, thing(f"kind/{kind}"), graph="initiatives")


def _document(made: Policy) -> None:
    number, this, country = made.number, made.iri, country_of(made.number)
    graph = f"<{BASE}graph/{made.slug}>"
    nl, en = title(number)
    made.add(graph, RDF.type, DCAT.Dataset)
    made.add(graph, DCT.title, text(nl, "nl"), text(en, "en"))
    for name in (text(nl, "nl"), text(en, "en")):
        made.infer(graph, RDFS.label, name)
    made.add(graph, DCT.license, f"<{AUTHORITY}licence/CC_BY_4_0>")
    made.add(graph, FOAF.primaryTopic, this)
    made.add(this, RDF.type, PG.PolicyDocument)
    made.add(this, DCT.identifier, f'"{made.slug}"')
    made.add(this, DCT.title, text(nl, "nl"), text(en, "en"))
    made.name(this, nl, en)
    made.describe(this)
    year, month = 2016 + made.random.randrange(9), 1 + made.random.randrange(12)
    made.dated(this, DCT.issued, f"{year}-{month:02}-{1 + made.random.randrange(28):02}")
    made.add(this, DCT.publisher, organisation(3 * number))
    made.add(this, DCT.creator, organisation(3 * number + 1))
    made.add(this, DCT.language, reference("language", "NLD"))
    made.add(this, DCT.spatial, reference("country", country))
    made.infer(this, ELI.jurisdiction, reference("country", country))
    subject = reference("eurovoc", SUBJECTS[number % len(SUBJECTS)])
    made.add(this, DCT.subject, subject)
    made.infer(this, ELI.is_about, subject)
    made.add(this, ELI.work_type, reference("resource-type", WORKS[number // 12 % len(WORKS)][0]))
    made.add(this, PG.bindingStatus, thing(f"kind/{BINDING[number // 12 % len(BINDING)]}"))
    made.add(this, FOAF.page, f"<https://policies.example/{made.slug}>")
    made.evidence(this, "title page")
    for language, code, name in (("nl", "NLD", nl), ("en", "ENG", en)):
        version, file = made.part(language), made.part(f"{language}/pdf")
        made.add(version, RDF.type, ELI.Expression)
        made.add(version, ELI.realizes, this)
        made.add(version, ELI.language, reference("language", code))
        made.add(version, ELI.title, text(name, language))
        made.name(version, f"{nl}: {code}", f"{en}: {code}")
        made.add(file, RDF.type, ELI.Manifestation)
        made.add(file, ELI.embodies, version)
        made.add(file, DCT.format, reference("file-type", "PDF"))
        made.add(file, ELI.is_exemplified_by, f"<https://policies.example/{made.slug}/{code}.pdf>")
        made.name(file, f"{nl}: {code}, pdf", f"{en}: {code}, PDF")


def _participations(made: Policy) -> list[tuple[str, str, str]]:
    """Write who takes part in what role; return participations with participant and role."""
    found = []
    for index in range(1, 4 + made.random.randrange(5)):
        body = 3 * made.number + index % 3 if index < 4 else made.earlier(3 * made.number + 3)
        role = ROLES[0] if index == 1 else made.random.choice(ROLES)
        this, who = made.part(f"participation/{index}"), organisation(body)
        made.knows(who, *_body_name(body))
        made.add(this, RDF.type, CV.Participation)
        made.add(this, CV.hasParticipant, who)
        made.add(this, CV.role, thing(f"role/{role}"))
        made.add(this, PG.basis, PG.StatedInSource)
        made.evidence(this, f"section {index}")
        made.named_by_parts(this, who, thing(f"role/{role}"))
        found.append((this, who, role))
    _takes_part(made, made.iri, found[:2])
    return found


def _takes_part(made: Policy, subject: str, chosen: Iterable[tuple[str, str, str]]) -> None:
    for participation, who, role in chosen:
        made.add(subject, CV.hasParticipation, participation)
        made.infer(subject, PG.hasStakeholder, who)
        if role == "responsible":
            made.infer(subject, PG.responsibleBody, who)


def _element(
    made: Policy, this: str, kind: str, link: str, order: int, names: tuple[str, str]
) -> None:
    """Write what every element has."""
    made.add(this, RDF.type, kind)
    made.add(this, link, made.iri)
    made.name(this, *names)
    made.add(this, PG.order, typed(order, "integer"))
    made.add(this, PG.standing, PG.Listed if order % 5 else PG.InText)
    made.evidence(this, f"point {order}")


def _pillars(made: Policy) -> list[str]:
    found: list[str] = []
    for index in range(1, 4 + made.random.randrange(4)):
        this = made.part(f"pillar/{index}")
        names = (f"Pijler {index} van {made.slug}", f"Pillar {index} of {made.slug}")
        _element(made, this, PG.Pillar, PG.pillarOf, index, names)
        made.add(this, PG.number, f'"{index}"')
        if index > 3:
            made.add(this, PG.inPillar, made.random.choice(found))
        found.append(this)
    return found


def _principles(made: Policy) -> list[str]:
    found = []
    for index in range(1, 5 + made.random.randrange(5)):
        this, theme = made.part(f"principle/{index}"), made.random.choice(THEMES)
        names = tuple(
            f"{made.random.choice(OBJECTS)[0 if nl else 1]}: {theme}" for nl in (True, False)
        )
        _element(made, this, PG.Principle, PG.principleOf, index, (names[0], names[1]))
        made.describe(this)
        made.add(this, PG.number, f'"{index}"')
        made.add(this, PG.kind, thing(f"kind/{KINDS[made.random.randrange(4)]}"))
        made.add(this, PG.theme, thing(f"theme/{theme}"))
        found.append(this)
    return found


def _actions(
    made: Policy,
    pillars: list[str],
    principles: list[str],
    participations: list[tuple[str, str, str]],
) -> None:
    period = made.part("period/from-2024")
    made.add(period, RDF.type, DCT.PeriodOfTime)
    made.add(period, DCAT.startDate, typed("2024", "gYear"))
    made.add(period, DCAT.endDate, typed("2026-06", "gYearMonth"))
    made.name(period, "2024 tot juni 2026", "2024 to June 2026")
    _period(made, period)
    order = 0
    for number, pillar in enumerate(pillars, 1):
        for index in range(1, 2 + made.random.randrange(7)):
            order += 1
            this = made.part(f"action/{number}.{index}")
            act, goal = made.random.choice(ACTS), made.random.choice(OBJECTS)
            names = (f"{goal[0].capitalize()} {act[0]}", f"{act[1]} {goal[1]}")
            _element(made, this, PG.ActionPoint, PG.actionPointOf, order, names)
            made.describe(this, f"{made.slug} {number}.{index}.")
            made.add(this, PG.number, f'"{number}.{index}"')
            made.add(this, PG.inPillar, pillar)
            for instrument in made.random.sample(INSTRUMENTS, made.random.choice((1, 1, 2))):
                made.add(this, PG.instrument, thing(f"instrument/{instrument}"))
            made.add(this, ADMS.status, thing(f"status/{made.random.choice(STATUSES)}"))
            _when(made, this, period)
            count = min(len(participations), made.random.choice((0, 1, 1, 2)))
            _takes_part(made, this, made.random.sample(participations, count))
            if order % 3 == 0:
                made.add(this, PG.realisesPrinciple, made.random.choice(principles))
            if order % 4 == 0:
                made.add(this, PG.concernsInitiative, initiative(made.earlier(made.number + 1)))


def _period(made: Policy, subject: str) -> None:
    made.infer(subject, PG.earliest, typed("2024-01-01", "date"))
    made.infer(subject, PG.latest, typed("2026-06-30", "date"))


def _when(made: Policy, action: str, period: str) -> None:
    chance = made.random.random()
    if chance < 0.4:
        year, month = 2020 + made.random.randrange(6), made.random.choice(("04", "06", "09", "11"))
        day = f"{year}-{month}"
        made.dated(action, PG.statusDate, day if chance < 0.2 else day + "-15")
    elif chance < 0.6:
        made.add(action, DCT.temporal, period)
        _period(made, action)


def _goals_and_risks(made: Policy) -> None:
    for name, kind, link, nl, en in (
        ("goal", PG.Goal, PG.goalOf, "Doelstelling", "Goal"),
        ("risk", PG.Risk, PG.riskOf, "Risico", "Risk"),
    ):
        for index in (1, 2):
            names = (f"{nl} {index} van {made.slug}", f"{en} {index} of {made.slug}")
            _element(made, made.part(f"{name}/{index}"), kind, link, index, names)


def _remarks(made: Policy, principles: list[str]) -> None:
    """Write what analysts say: takeaways and a score."""
    analyst = organisation(made.earlier(3 * made.number + 3))
    place = reference("country", made.random.choice(CODES))
    for index in range(1, 4):
        this = made.part(f"takeaway/{index}")
        made.add(this, RDF.type, PG.KeyTakeaway)
        made.add(this, PG.aboutDocument, made.iri)
        made.add(this, PG.forJurisdiction, place)
        made.add(this, PG.order, typed(index, "integer"))
        made.name(this, f"Kernpunt {index} bij {made.slug}", f"Takeaway {index} on {made.slug}")
        made.describe(this)
        made.add(this, PG.pointsTo, made.random.choice(principles))
        made.add(this, PROV.wasAttributedTo, analyst)
        made.evidence(this, f"takeaway {index}")
    this, score = made.part("assessment/1"), 1 + made.random.randrange(5)
    made.add(this, RDF.type, PG.ImpactAssessment)
    made.add(this, PG.assesses, made.iri)
    made.add(this, PG.impactScore, typed(score, "integer"))
    made.name(this, f"Impactscore {score} ({made.slug})", f"Impact score {score} ({made.slug})")
    made.add(this, PROV.wasAttributedTo, analyst)
    made.evidence(this, "score")


def _alignments(made: Policy, principles: list[str]) -> None:
    for index in range(1, 2 + made.random.randrange(4)):
        this, subject = made.part(f"alignment/{index}"), made.random.choice([made.iri, *principles])
        goal = reference("sdg", 1 + made.random.randrange(17))
        stated = made.random.random() < 0.4
        made.add(this, RDF.type, PG.SDGAlignment)
        made.add(this, PG.alignmentOf, subject)
        made.add(this, PG.goal, goal)
        made.add(this, PG.basis, PG.StatedInSource if stated else PG.CuratorInterpretation)
        made.add(this, PROV.wasAttributedTo, organisation(3 * made.number))
        made.dated(this, DCT.date, f"2025-0{1 + made.random.randrange(9)}-1{index}")
        if not stated:
            reason = made.random.choice(REASONS)
            made.add(this, PG.rationale, text(reason[0], "nl"), text(reason[1], "en"))
        made.evidence(this, f"goal {index}")
        made.infer(subject, PG.statesSDG if stated else PG.interpretedSDG, goal)
        made.named_by_parts(this, goal, subject)


def _relations(made: Policy, principles: list[str]) -> None:
    """Link the document, and its principles, to those of documents before it."""
    if not made.number:
        return
    linked: set[int] = set()
    for index in range(1, 2 + made.random.randrange(3)):
        other = made.earlier(made.number)
        if other in linked:
            continue
        linked.add(other)
        that = thing(f"policy/{document(other)}")
        made.knows(that, *title(other))
        relation = PG.__getattr__(made.random.choice(RELATIONS))
        this = made.part(f"statement/{index}")
        made.add(made.iri, relation, that)
        made.add(this, RDF.type, RDF.Statement)
        made.add(this, RDF.subject, made.iri)
        made.add(this, RDF.predicate, relation)
        made.add(this, RDF.object, that)
        made.add(this, PG.basis, PG.StatedInSource)
        made.evidence(this, f"reference {index}")
        made.named_by_parts(this, made.iri, relation, that)
        theirs = thing(f"policy/{document(other)}/principle/{1 + made.random.randrange(4)}")
        made.add(made.random.choice(principles), SKOS.closeMatch, theirs)


def _shared() -> tuple[dict[str, list[Triple]], Rules]:
    """Return the graphs that do not depend on the size, and the rules of the ontology."""
    graphs: dict[str, list[Triple]] = defaultdict(list)
    for file in find_portal(REPOSITORY).turtle_files():
        if file.path.relative_to(REPOSITORY).as_posix() in SHARED:
            graphs[file.graph] += read_turtle(file.read(), file.path).triples
    graphs["context"] += _countries({t for triples in graphs.values() for t in triples})
    stated = {t for triples in graphs.values() for t in triples}
    inferred = infer(stated, graphs["ontology"], BASE)
    graphs["inferred"] = list(inferred)
    return graphs, _rules(graphs["ontology"], stated | inferred)


def _countries(known: set[Triple]) -> Iterator[Triple]:
    described = {triple[0] for triple in known}
    for code, names in COUNTRIES.items():
        country = NamedNode(REFERENCES["country"] + code)
        if country not in described:
            yield country, NamedNode(ns.RDF.type), NamedNode(ns.SKOS.Concept)
            for name, language in zip(names, ("nl", "en", "fr"), strict=True):
                yield country, NamedNode(ns.SKOS.prefLabel), Literal(name, language=language)


def _rules(ontology: Iterable[Triple], everything: Iterable[Triple]) -> Rules:
    """Return the rules by which one triple gives others, closed under themselves.

    What one triple of a property gives is asked of `infer`, so that no rule stands here twice.
    """
    axioms = list(ontology)
    labels = NamedNode(ns.RDFS.label)
    implied: dict[str, tuple[tuple[str, bool], ...]] = {}
    ancestors: dict[str, tuple[str, ...]] = {}
    one, other = NamedNode("urn:one"), NamedNode("urn:other")
    for term in {t[0] for t in axioms if isinstance(t[0], NamedNode)}:
        given = infer([(one, term, other)], axioms, BASE)
        implied[str(term)] = tuple(sorted((str(p), s == other) for s, p, _ in given))
        kinds = infer([(one, NamedNode(ns.RDF.type), term)], axioms, BASE)
        ancestors[str(term)] = tuple(sorted(str(kind) for _, _, kind in kinds))
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for subject, predicate, label in everything:
        if predicate == labels and isinstance(label, Literal) and label.language:
            names[str(subject)][label.language] = label.value
    pairs = {iri: (n["nl"], n["en"]) for iri, n in names.items() if {"nl", "en"} <= n.keys()}
    return Rules(implied, ancestors, pairs)


def _lines(graphs: Mapping[str, Iterable[Line]]) -> list[str]:
    """Return the quads of some graphs; what is written is not inferred as well."""
    written = {line for slug, lines in graphs.items() if slug != "inferred" for line in lines}
    return [
        f"{subject} {predicate} {term} <{BASE}graph/{slug}> .\n"
        for slug, lines in graphs.items()
        for subject, predicate, term in lines
        if slug != "inferred" or (subject, predicate, term) not in written
    ]


def quads(count: int, seed: int = 1, overlap: bool = False) -> Iterator[list[str]]:
    """Yield N-Quads lines, document by document, until there are at least `count`.

    With `overlap`, title and type of every document stand a second time, in the graph `context`.
    """
    shared, rules = _shared()
    fixed = {
        slug: sorted((str(s), str(p), str(o)) for s, p, o in triples)
        for slug, triples in sorted(shared.items())
    }
    block = _lines(fixed)
    total = number = 0
    while True:
        yield block
        total += len(block)
        if total >= count and number:
            return
        made = dict(policy(number, seed, rules))
        if overlap:
            mine = made[document(number)]
            made["context"] = {line: None for line in mine if line[1] in (RDF.type, DCT.title)}
        block = _lines(made)
        number += 1


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing; .gz holds neither name nor time, so that bytes are the same."""
    with path.open("wb", buffering=1 << 20) as raw:
        if path.suffix != ".gz":
            yield raw
            return
        with gzip.GzipFile("", "wb", 5, raw, mtime=0) as packed:
            yield cast("IO[bytes]", io.BufferedWriter(cast("io.RawIOBase", packed), 1 << 20))


@dataclass(frozen=True, slots=True)
class Size:
    """How large a graph is."""

    quads: int
    documents: int


def write(path: Path, count: int, seed: int = 1, overlap: bool = False) -> Size:
    """Write at least `count` quads, and no half document, to a file .nq or .nq.gz."""
    total, documents = 0, -1  # the first block is what all documents share
    with _opened(path) as file:
        for block in quads(count, seed, overlap):
            file.write("".join(block).encode())
            total += len(block)
            documents += 1
        file.flush()
    return Size(total, documents)


def main() -> None:
    """Write a graph as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("--quads", type=int, default=1_000_000, help="at least so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--overlap", action="store_true", help="let triples stand in two graphs")
    parser.add_argument("--out", type=Path, required=True, help="a file .nq or .nq.gz")
    given = parser.parse_args()
    size = write(given.out, given.quads, given.seed, given.overlap)
    print(f"{size.quads} quads, {size.documents} documents")


if __name__ == "__main__":
    main()

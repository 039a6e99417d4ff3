"""A policy with the structure that the document has: what its page shows, as plain records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from policygraph.namespaces import ADMS, CV, DCT, ELI, FOAF, PG, PROV, RDF, SKOS
from policygraph.turtle import natural
from policygraph.web.facts import Facts, Link, Text

SDG = "http://metadata.un.org/sdg"

RELATIONS = (
    PG.implements, PG.succeeds, PG.alignedWithPolicy, PG.respondsTo, PG.cites,
)  # fmt: skip
PART_OF = (PG.principleOf, PG.pillarOf, PG.actionPointOf, PG.goalOf, PG.riskOf)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who says it and where: the level, the texts in which it was seen, the place in them."""

    iri: str
    level: Link | None
    sources: list[Link]
    confirmed_by: list[Link]
    locators: list[Text]
    interpreted: bool
    rationale: Text
    by: list[Link]


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a role, and the source's own wording for them."""

    who: Link
    roles: list[Link]
    named_as: Text
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Element:
    """A principle, pillar, action point, goal or risk."""

    iri: str
    anchor: str
    link: Link
    number: str
    official_name: Text
    description: Text
    in_text: bool
    tags: list[Link]
    """Themes or instruments: the yardsticks by which policies are compared."""
    status: list[Link]
    when: list[Link]
    parties: list[Party]
    initiatives: list[Link]
    principles: list[Link]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Pillar:
    """A pillar with its action points and the pillars inside it."""

    element: Element
    listed: list[Element]
    in_text: list[Element]
    pillars: list[Pillar] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Takeaway:
    """What an analyst says the policy means for another government."""

    link: Link
    description: Text
    jurisdictions: list[Link]
    points_to: list[Link]
    evidence: Evidence
    details: list[Takeaway]


@dataclass(frozen=True, slots=True)
class Goal:
    """A link to an SDG goal or target, or to the agenda as a whole (`number` is empty)."""

    link: Link
    number: str
    of: list[Link]
    evidence: Evidence

    @property
    def colour(self) -> str:
        """Return the number of the goal, also for a target (9.b is in 9)."""
        return self.number.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation to another document, with the evidence of the statement that says so."""

    kind: Link
    to: Link
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that the page of a policy shows."""

    iri: str
    link: Link
    title: Text
    description: Text
    facts: list[tuple[str, list[Link | Text]]]
    """Identity in order: predicate IRI and its values."""
    score: list[tuple[str, Link, Evidence]]
    principles: list[Element]
    pillars: list[Pillar]
    loose_listed: list[Element]
    loose_in_text: list[Element]
    goals: list[Element]
    risks: list[Element]
    takeaways: list[Takeaway]
    stated: list[Goal]
    interpreted: list[Goal]
    parties: list[Party]
    relations: list[Relation]
    notes: list[Text]
    evidence: Evidence

    @property
    def listed_actions(self) -> int:
        """Return how many action points the document itself lists."""
        return len(self.loose_listed) + sum(_deep(self.pillars, lambda p: len(p.listed)))

    @property
    def in_text_actions(self) -> int:
        """Return how many commitments stand in its running text."""
        return len(self.loose_in_text) + sum(_deep(self.pillars, lambda p: len(p.in_text)))


def _deep(pillars: Iterable[Pillar], count: Callable[[Pillar], int]) -> Iterable[int]:
    for pillar in pillars:
        yield count(pillar)
        yield from _deep(pillar.pillars, count)


def read_policy(facts: Facts, iri: str) -> Policy:
    """Return a policy out of the triples that describe it and its parts."""
    actions = _elements(facts, iri, PG.actionPointOf)
    pillars, placed = _pillars(facts, iri, actions)
    loose = [a for a in actions if a.iri not in placed]
    goals = _goals(facts, iri)
    return Policy(
        iri=iri,
        link=facts.link(iri),
        title=facts.text(iri, SKOS.prefLabel, DCT.title) or facts.label(iri),
        description=facts.text(iri, DCT.description),
        facts=_identity(facts, iri),
        score=[
            (facts.plain(a, PG.impactScore), facts.link(a), _evidence(facts, a))
            for a in sorted(facts.pointing(PG.assesses, iri))
        ],
        principles=_elements(facts, iri, PG.principleOf),
        pillars=pillars,
        loose_listed=[a for a in loose if not a.in_text],
        loose_in_text=[a for a in loose if a.in_text],
        goals=_elements(facts, iri, PG.goalOf),
        risks=_elements(facts, iri, PG.riskOf),
        takeaways=_takeaways(facts, iri),
        stated=[g for g in goals if not g.evidence.interpreted],
        interpreted=[g for g in goals if g.evidence.interpreted],
        parties=_parties(facts, iri),
        relations=_relations(facts, iri),
        notes=[facts.text(iri, SKOS.editorialNote)] if facts.text(iri, SKOS.editorialNote) else [],
        evidence=_evidence(facts, iri),
    )


def _identity(facts: Facts, iri: str) -> list[tuple[str, list[Link | Text]]]:
    shown = (
        DCT.title, DCT.issued, DCT.modified, DCT.publisher, DCT.creator, DCT.spatial,
        DCT.language, ELI.work_type, PG.bindingStatus, PG.officialSymbol, DCT.subject,
        DCT.audience, FOAF.page,
    )  # fmt: skip
    rows: list[tuple[str, list[Link | Text]]] = []
    for predicate in shown:
        values: list[Link | Text] = list(facts.links(iri, predicate))
        if predicate == DCT.title or not values:
            values = list(_texts(facts, iri, predicate))
        if values:
            rows.append((predicate, values))
    return rows


def _texts(facts: Facts, subject: str, predicate: str) -> list[Text]:
    shown = [facts.value(term) for term in facts.values(subject, predicate)]
    texts = [value.text for value in shown if not isinstance(value, Link)]
    return sorted(texts, key=lambda text: (text.lang != "", text.lang, text.value))


def _evidence(facts: Facts, thing: str) -> Evidence:
    levels = facts.links(thing, PG.evidenceLevel)
    return Evidence(
        iri=thing,
        level=levels[0] if levels else None,
        sources=facts.links(thing, PG.source),
        confirmed_by=facts.links(thing, PG.confirmedBy),
        locators=_texts(facts, thing, PG.locator),
        interpreted=PG.CuratorInterpretation in facts.iris(thing, PG.basis),
        rationale=facts.text(thing, PG.rationale),
        by=facts.links(thing, PROV.wasAttributedTo),
    )


def _place(facts: Facts, thing: str) -> tuple[object, ...]:
    """Sort as the source does: by order, then by number, then by address."""
    order = facts.number(thing, PG.order)
    number = natural(facts.plain(thing, PG.number))
    return order is None, order or 0, number, natural(thing)


def _sorted(facts: Facts, things: Iterable[str]) -> list[str]:
    return sorted(things, key=lambda thing: _place(facts, thing))


def _elements(facts: Facts, policy: str, part_of: str) -> list[Element]:
    return [_element(facts, e) for e in _sorted(facts, facts.pointing(part_of, policy))]


def _element(facts: Facts, iri: str) -> Element:
    return Element(
        iri=iri,
        anchor="-".join(iri.rstrip("/").split("/")[-2:]),
        link=facts.link(iri),
        number=facts.plain(iri, PG.number),
        official_name=facts.original(iri, PG.officialName),
        description=facts.text(iri, DCT.description),
        in_text=PG.InText in facts.iris(iri, PG.standing),
        tags=facts.links(iri, PG.theme, PG.instrument),
        status=facts.links(iri, ADMS.status),
        when=facts.links(iri, DCT.temporal),
        parties=_parties(facts, iri),
        initiatives=facts.links(iri, PG.concernsInitiative),
        principles=facts.links(iri, PG.realisesPrinciple),
        evidence=_evidence(facts, iri),
    )


def _pillars(
    facts: Facts, policy: str, actions: list[Element]
) -> tuple[list[Pillar], frozenset[str]]:
    """Return the outer pillars with what is in them, and the action points that found a place."""
    pillars = _sorted(facts, facts.pointing(PG.pillarOf, policy))
    inside = {e: facts.iris(e, PG.inPillar) for e in [*pillars, *(a.iri for a in actions)]}
    seen: set[str] = set()
    placed: set[str] = set()

    def build(iri: str) -> Pillar:
        # Foreign data may put pillars into each other in a circle: each is shown once.
        seen.add(iri)
        own = [a for a in actions if iri in inside[a.iri] and a.iri not in placed]
        placed.update(a.iri for a in own)
        inner = [p for p in pillars if iri in inside[p]]
        return Pillar(
            _element(facts, iri),
            [a for a in own if not a.in_text],
            [a for a in own if a.in_text],
            [build(p) for p in inner if p not in seen],
        )

    outer = [p for p in pillars if not set(inside[p]) & set(pillars)]
    built = [build(p) for p in outer]
    built += [build(p) for p in pillars if p not in seen]
    return built, frozenset(placed)


def _parties(facts: Facts, thing: str) -> list[Party]:
    parties = [
        Party(
            who,
            facts.links(participation, CV.role),
            facts.original(participation, PG.namedAs),
            _evidence(facts, participation),
        )
        for participation in facts.iris(thing, CV.hasParticipation)
        for who in facts.links(participation, CV.hasParticipant)
    ]
    return sorted(parties, key=lambda p: ([r.iri for r in p.roles], p.who.text.value.casefold()))


def _takeaways(facts: Facts, policy: str) -> list[Takeaway]:
    everything = _sorted(facts, facts.pointing(PG.aboutDocument, policy))
    seen: set[str] = set()

    def build(iri: str) -> Takeaway:
        seen.add(iri)
        details = [t for t in everything if iri in facts.iris(t, DCT.isPartOf) and t != iri]
        return Takeaway(
            facts.link(iri),
            facts.text(iri, DCT.description),
            facts.links(iri, PG.forJurisdiction),
            facts.links(iri, PG.pointsTo),
            _evidence(facts, iri),
            [build(t) for t in details if t not in seen],
        )

    outer = [t for t in everything if not set(facts.iris(t, DCT.isPartOf)) & set(everything)]
    return [build(t) for t in outer] + [build(t) for t in everything if t not in seen]


def _goals(facts: Facts, policy: str) -> list[Goal]:
    things = {policy, *(e for p in PART_OF for e in facts.pointing(p, policy))}
    goals = []
    for alignment in facts.subjects(PG.SDGAlignment):
        of = [t for t in facts.iris(alignment, PG.alignmentOf) if t in things]
        for goal in facts.iris(alignment, PG.goal) if of else ():
            number = goal.removeprefix(SDG).strip("/") if goal.startswith(SDG) else ""
            ordered = [facts.link(t) for t in _sorted(facts, of)]
            goals.append(Goal(facts.link(goal), number, ordered, _evidence(facts, alignment)))
    return sorted(goals, key=lambda g: (natural(g.number), g.link.iri))


def _relations(facts: Facts, policy: str) -> list[Relation]:
    statements = facts.pointing(RDF.subject, policy)
    relations = []
    for predicate in RELATIONS:
        for target in facts.links(policy, predicate):
            said = [
                s
                for s in statements
                if predicate in facts.iris(s, RDF.predicate)
                and target.iri in facts.iris(s, RDF.object)
            ]
            evidence = _evidence(facts, min(said)) if said else None
            relations.append(Relation(facts.link(predicate), target, evidence))
    return relations

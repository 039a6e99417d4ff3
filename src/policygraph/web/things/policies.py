"""A policy with the structure that the document has, out of triples and answers.

What belongs to a section is the answer of its question (`web/questions.py`); triples say the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from policygraph.namespaces import ADMS, CV, DCT, ELI, FOAF, PG, PROV, RDF, SKOS
from policygraph.turtle import natural
from policygraph.web.facts import Facts, Link, Text, goal_number
from policygraph.web.lookup import Row
from policygraph.web.things.structure import (
    Alignment,
    Element,
    Evidence,
    Goal,
    Involved,
    Named,
    Party,
    Pillar,
    Policy,
    Relation,
    Takeaway,
)

LEVELS = (PG.PrimarySource, PG.SecondarySource, PG.Uncorroborated)

Answers = Mapping[str, Sequence[Row]]
"""What was answered to the question of each section."""


def things(rows: Sequence[Row]) -> list[str]:
    """Return the different things in the first column of an answer, in its order."""
    return list(dict.fromkeys(next(iter(row.values())) for row in rows if row))


def read_policy(facts: Facts, iri: str, answers: Answers) -> Policy:
    """Return a policy out of what its questions were answered, and the triples that describe it."""
    actions = _elements(facts, answers["actions"])
    pillars, placed = _pillars(facts, _sorted(facts, things(answers["pillars"])), actions)
    loose = [a for a in actions if a.iri not in placed]
    known = {e: _mention(facts, e) for key in _HAVE_PARTS for e in things(answers[key])}
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
        principles=_elements(facts, answers["principles"]),
        actions=actions,
        pillars=pillars,
        loose_listed=[a for a in loose if not a.in_text],
        loose_in_text=[a for a in loose if a.in_text],
        goals=_elements(facts, answers["goals"]),
        risks=_elements(facts, answers["risks"]),
        takeaways=_takeaways(facts, _sorted(facts, things(answers["takeaways"]))),
        sdgs=_goals(facts, iri, answers["sdgs"]),
        involved=_involved(facts, known, answers["involved"]),
        initiatives=_initiatives(facts, known, answers["initiatives"]),
        relations=_relations(facts, iri, answers["relations"]),
        notes=facts.text(iri, SKOS.editorialNote),
        evidence=_evidence(facts, iri),
        levels=_levels(facts, answers["evidence"]),
        figures={key: len(things(rows)) for key, rows in answers.items()},
    )


_HAVE_PARTS = ("principles", "pillars", "actions", "goals", "risks")


def anchor(iri: str) -> str:
    """Return the place of an element on the page of its document."""
    return "-".join(iri.rstrip("/").split("/")[-2:])


def _mention(facts: Facts, iri: str) -> tuple[str, str]:
    """Return an element as another section mentions it: by its number, else by its name."""
    return facts.plain(iri, PG.number) or facts.label(iri).value, anchor(iri)


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


def _elements(facts: Facts, rows: Sequence[Row]) -> list[Element]:
    return [read_element(facts, e) for e in _sorted(facts, things(rows))]


def read_element(facts: Facts, iri: str) -> Element:
    """Return what is said of a principle, pillar, action point, goal or risk."""
    return Element(
        iri=iri,
        anchor=anchor(iri),
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
        notes=facts.text(iri, SKOS.editorialNote),
        evidence=_evidence(facts, iri),
    )


def _pillars(
    facts: Facts, pillars: list[str], actions: list[Element]
) -> tuple[list[Pillar], frozenset[str]]:
    """Return the outer pillars with what is in them, and the action points that found a place."""
    inside = {e: facts.iris(e, PG.inPillar) for e in [*pillars, *(a.iri for a in actions)]}
    seen: set[str] = set()
    placed: set[str] = set()

    def build(iri: str) -> Pillar:
        # Foreign data may put pillars into each other in a circle: each is shown once.
        seen.add(iri)
        own = [a for a in actions if iri in inside[a.iri] and a.iri not in placed]
        elsewhere = [a for a in actions if iri in inside[a.iri] and a.iri in placed]
        placed.update(a.iri for a in own)
        inner = [p for p in pillars if iri in inside[p]]
        return Pillar(
            read_element(facts, iri),
            [a for a in own if not a.in_text],
            [a for a in own if a.in_text],
            elsewhere,
            [build(p) for p in inner if p not in seen],
        )

    outer = [p for p in pillars if not set(inside[p]) & set(pillars)]
    built = [build(p) for p in outer]
    built += [build(p) for p in pillars if p not in seen]
    return built, frozenset(placed)


def _parties(facts: Facts, thing: str) -> list[tuple[list[Link], list[Party]]]:
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
    parties.sort(key=lambda p: ([r.text.value for r in p.roles], p.who.text.value.casefold()))
    return [(roles, list(own)) for roles, own in groupby(parties, key=lambda p: p.roles)]


def _takeaways(facts: Facts, everything: list[str]) -> list[Takeaway]:
    seen: set[str] = set()

    def build(iri: str) -> Takeaway:
        seen.add(iri)
        details = [t for t in everything if iri in facts.iris(t, DCT.isPartOf) and t != iri]
        return read_takeaway(facts, iri, [build(t) for t in details if t not in seen])

    outer = [t for t in everything if not set(facts.iris(t, DCT.isPartOf)) & set(everything)]
    return [build(t) for t in outer] + [build(t) for t in everything if t not in seen]


def read_takeaway(facts: Facts, iri: str, details: Sequence[Takeaway] = ()) -> Takeaway:
    """Return what an analyst takes from a policy, with the details that were found below it."""
    return Takeaway(
        facts.link(iri),
        facts.text(iri, DCT.description),
        facts.links(iri, PG.forJurisdiction),
        facts.links(iri, PG.pointsTo),
        _evidence(facts, iri),
        list(details),
    )


def read_goals(facts: Facts, iri: str) -> list[Goal]:
    """Return the goals that one part of a policy is linked to."""
    rows = [
        {"goal": goal, "alignment": alignment, "of": iri}
        for alignment in sorted(facts.pointing(PG.alignmentOf, iri))
        for goal in facts.iris(alignment, PG.goal)
    ]
    return _goals(facts, iri, rows)


def _goals(facts: Facts, policy: str, rows: Sequence[Row]) -> list[Goal]:
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        found.setdefault(row["goal"], {}).setdefault(row["alignment"], []).append(row["of"])
    goals = []
    for goal, alignments in found.items():
        number = goal_number(goal)
        said = [
            Alignment(
                [facts.link(t) for t in _sorted(facts, set(of) - {policy})],
                _evidence(facts, alignment),
            )
            for alignment, of in alignments.items()
        ]
        said.sort(key=lambda a: a.evidence.interpreted)
        stated = any(not a.evidence.interpreted for a in said)
        goals.append(Goal(facts.link(goal), number, stated, said))
    return sorted(goals, key=lambda g: (natural(g.number), g.link.iri))


def _involved(
    facts: Facts, known: Mapping[str, tuple[str, str]], rows: Sequence[Row]
) -> list[tuple[Link | None, list[Involved]]]:
    roles: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        said = roles.setdefault(row.get("role", ""), {})
        said.setdefault(row["participation"], []).append(row)
    groups = []
    for role, participations in roles.items():
        people = [
            Involved(
                facts.link(own[0]["participant"]),
                facts.original(participation, PG.namedAs),
                [known[of] for of in _sorted(facts, {r["of"] for r in own}) if of in known],
                _evidence(facts, participation),
            )
            for participation, own in participations.items()
        ]
        people.sort(key=lambda p: p.who.text.value.casefold())
        groups.append((facts.link(role) if role else None, people))
    return sorted(groups, key=lambda g: (g[0] is None, g[0].text.value if g[0] else ""))


def _initiatives(
    facts: Facts, known: Mapping[str, tuple[str, str]], rows: Sequence[Row]
) -> list[Named]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["initiative"], set()).add(row["element"])
    named = [
        Named(
            facts.link(initiative),
            [facts.link(k) for k in sorted({r["kind"] for r in rows
                                            if r["initiative"] == initiative and "kind" in r})],
            [known[e] for e in _sorted(facts, elements) if e in known],
        )
        for initiative, elements in found.items()
    ]  # fmt: skip
    return sorted(named, key=lambda n: n.link.text.value.casefold())


def _relations(facts: Facts, policy: str, rows: Sequence[Row]) -> list[Relation]:
    relations = []
    for row in rows:
        said = [
            s
            for s in facts.pointing(RDF.subject, row["from"])
            if row["relation"] in facts.iris(s, RDF.predicate)
            and row["to"] in facts.iris(s, RDF.object)
        ]
        evidence = _evidence(facts, min(said)) if said else None
        incoming = row["to"] == policy
        kind, other = facts.link(row["relation"]), facts.link(row["document"])
        relations.append(Relation(kind, other, incoming, evidence))
    return relations


def _levels(facts: Facts, rows: Sequence[Row]) -> list[tuple[Link, int]]:
    claims = {level: {r["claim"] for r in rows if r["level"] == level} for level in LEVELS}
    return [(facts.link(level), len(said)) for level, said in claims.items() if said]

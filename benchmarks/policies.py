"""What a made-up document consists of, and how it is linked to those before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from benchmarks.triples import (
    ADMS,
    AUTHORITY,
    CODES,
    CV,
    DCAT,
    DCT,
    ELI,
    FOAF,
    ORG,
    PG,
    PROV,
    RDF,
    RDFS,
    SKOS,
    Line,
    Policy,
    Rules,
    country_of,
    document,
    initiative,
    organisation,
    reference,
    text,
    thing,
    title,
    typed,
)
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
    WORKS,
)
from policygraph.namespaces import BASE


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

"""Measure how well each policy is described: part of the graph `meta`, in the words of DQV."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from policygraph.namespaces import CV, DCT, DQV, ELI, FOAF, PG, RDF, RDFS, SKOS, XSD
from policygraph.report import Finding
from policygraph.terms import Literal, NamedNode, Node, Triple

EXPECTED: dict[str, tuple[str, ...]] = {
    PG.PolicyDocument: (FOAF.page, CV.hasParticipation, PG.locator),
    PG.Principle: (PG.officialName, PG.locator),
    PG.Pillar: (PG.officialName, PG.locator),
    PG.ActionPoint: (CV.hasParticipation, PG.locator),
    PG.Goal: (PG.locator,),
    PG.Risk: (PG.locator,),
    ELI.Expression: (ELI.title,),
}
"""What a complete description has and no rule demands, by class; the text versions stand for the
document having one."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured."""

    slug: str
    datatype: str
    label: tuple[str, str, str]
    """In Dutch, in English and in French."""
    definition: tuple[str, str, str]


_LANGUAGES = ("nl", "en", "fr")

METRICS = (
    Metric(
        "claims",
        XSD.integer,
        ("aantal beweringen", "number of claims", "nombre d'affirmations"),
        (
            "Beweringen over het beleidsdocument waarbij staat hoe zeker ze zijn.",
            "Claims about the policy document that say how sure they are.",
            "Affirmations sur la politique qui disent quelle est leur certitude.",
        ),
    ),
    Metric(
        "primary-share",
        XSD.decimal,
        ("aandeel primaire bron", "share of primary evidence", "part de source primaire"),
        (
            "Deel van de beweringen dat in het document zelf is gezien, van 0 tot 1.",
            "Share of the claims that were seen in the document itself, from 0 to 1.",
            "Part des affirmations vues dans le document lui-même, de 0 à 1.",
        ),
    ),
    Metric(
        "secondary-share",
        XSD.decimal,
        ("aandeel secundaire bron", "share of secondary evidence", "part de source secondaire"),
        (
            "Deel van de beweringen dat door een andere tekst is bevestigd, van 0 tot 1.",
            "Share of the claims that another text confirms, from 0 to 1.",
            "Part des affirmations que confirme un autre texte, de 0 à 1.",
        ),
    ),
    Metric(
        "uncorroborated-share",
        XSD.decimal,
        ("aandeel zonder bevestiging", "share without confirmation", "part sans confirmation"),
        (
            "Deel van de beweringen dat in geen tekst is bevestigd, van 0 tot 1.",
            "Share of the claims that no text confirms, from 0 to 1.",
            "Part des affirmations qu'aucun texte ne confirme, de 0 à 1.",
        ),
    ),
    Metric(
        "interpretations",
        XSD.integer,
        ("aantal interpretaties", "number of interpretations", "nombre d'interprétations"),
        (
            "Beweringen die de curator doet en de bron niet.",
            "Claims that the curator makes and the source does not.",
            "Affirmations que fait le curateur et non la source.",
        ),
    ),
    Metric(
        "completeness",
        XSD.decimal,
        ("volledigheid", "completeness", "complétude"),
        (
            "Deel van wat een volledige beschrijving heeft en geen regel eist, van 0 tot 1: een "
            "adres, een taalversie en betrokkenen bij het document; officiële namen, vindplaatsen, "
            "en betrokkenen bij de actiepunten.",
            "Share of what a complete description has and no rule demands, from 0 to 1: an "
            "address, a language version and participants of the document; official names, "
            "locators, and participants of the action points.",
            "Part de ce qu'a une description complète et qu'aucune règle n'exige, de 0 à 1 : une "
            "adresse, une version linguistique et des participants pour le document ; des noms "
            "officiels, des endroits dans la source et des participants pour les points d'action.",
        ),
    ),
    Metric(
        "actions-without-responsible-body",
        XSD.integer,
        (
            "actiepunten zonder verantwoordelijke",
            "action points without a responsible body",
            "points d'action sans responsable",
        ),
        (
            "Actiepunten waarbij de bron niet zegt wie verantwoordelijk is.",
            "Action points for which the source does not say who is responsible.",
            "Points d'action pour lesquels la source ne dit pas qui est responsable.",
        ),
    ),
    Metric(
        "warnings",
        XSD.integer,
        ("aantal waarschuwingen", "number of warnings", "nombre d'avertissements"),
        (
            "Waarschuwingen en adviezen van de regels bij het maken van deze uitgave.",
            "Warnings and advices of the rules when this release was made.",
            "Avertissements et conseils des règles lors de la création de cette version.",
        ),
    ),
)


def measure(
    base: str, graphs: Mapping[str, Sequence[Triple]], findings: Iterable[Finding]
) -> Iterator[Triple]:
    """Yield the metrics, and a measurement of each for every policy that has a graph of its own."""
    yield from _metrics(base)
    warned = Counter(finding.file for finding in findings)
    bodies = {s for s, p, _ in graphs.get("inferred", ()) if p.value == PG.responsibleBody}
    for slug, triples in graphs.items():
        graph = NamedNode(f"{base}graph/{slug}")
        policies = [o for s, p, o in triples if s == graph and p.value == FOAF.primaryTopic]
        for policy in policies:
            if isinstance(policy, NamedNode) and (policy, _TYPE, _POLICY) in triples:
                values = _values(triples, bodies)
                values["warnings"] = warned[f"data/policies/{slug}.ttl"]
                yield from _measurements(base, policy, values, triples)


_TYPE = NamedNode(RDF.type)
_POLICY = NamedNode(PG.PolicyDocument)


def _values(triples: Sequence[Triple], bodies: set[Node]) -> dict[str, int | float]:
    said: dict[Node, set[str]] = defaultdict(set)
    for subject, predicate, _ in triples:
        said[subject].add(predicate.value)
    levels = Counter(o for _, p, o in triples if p.value == PG.evidenceLevel)
    claims = levels.total()
    bases = Counter(o for _, p, o in triples if p.value == PG.basis)
    present = expected = 0
    versions = 0
    for subject, predicate, term in triples:
        if predicate != _TYPE or not isinstance(term, NamedNode):
            continue
        wanted = EXPECTED.get(term.value, ())
        expected += len(wanted)
        present += sum(name in said[subject] for name in wanted)
        versions += term.value == ELI.Expression
    if not versions:
        expected += 1
    actions = {s for s, p, o in triples if p == _TYPE and o == NamedNode(PG.ActionPoint)}
    return {
        "claims": claims,
        "primary-share": levels[NamedNode(PG.PrimarySource)] / claims if claims else 0.0,
        "secondary-share": levels[NamedNode(PG.SecondarySource)] / claims if claims else 0.0,
        "uncorroborated-share": levels[NamedNode(PG.Uncorroborated)] / claims if claims else 0.0,
        "interpretations": bases[NamedNode(PG.CuratorInterpretation)],
        "completeness": present / expected if expected else 0.0,
        "actions-without-responsible-body": len(actions - bodies),
    }


def _measurements(
    base: str, policy: NamedNode, values: Mapping[str, int | float], triples: Sequence[Triple]
) -> Iterator[Triple]:
    names = _labels(policy, triples)
    for metric in METRICS:
        value = values[metric.slug]
        # A store keeps a decimal in its shortest form; so it is the same everywhere.
        text = str(value) if isinstance(value, int) else f"{value:.3f}".rstrip("0").rstrip(".")
        this = NamedNode(f"{policy.value}/measurement/{metric.slug}")
        yield this, _TYPE, NamedNode(DQV.QualityMeasurement)
        yield this, NamedNode(DQV.computedOn), policy
        yield this, NamedNode(DQV.isMeasurementOf), NamedNode(f"{base}id/metric/{metric.slug}")
        yield this, NamedNode(DQV.value), Literal(text, datatype=NamedNode(metric.datatype))
        for language, label in zip(_LANGUAGES, metric.label, strict=True):
            if language in names:
                name = Literal(f"{label}: {names[language]}", language=language)
                yield this, NamedNode(RDFS.label), name


def _labels(policy: NamedNode, triples: Sequence[Triple]) -> dict[str, str]:
    found: dict[str, str] = {}
    for subject, predicate, term in triples:
        if subject == policy and predicate.value == SKOS.prefLabel and isinstance(term, Literal):
            found[term.language or ""] = term.value
    return found


def _metrics(base: str) -> Iterator[Triple]:
    for metric in METRICS:
        this = NamedNode(f"{base}id/metric/{metric.slug}")
        yield this, _TYPE, NamedNode(DQV.Metric)
        yield this, NamedNode(DQV.expectedDataType), NamedNode(metric.datatype)
        for language, label, text in zip(_LANGUAGES, metric.label, metric.definition, strict=True):
            for predicate in (SKOS.prefLabel, RDFS.label):
                yield this, NamedNode(predicate), Literal(label, language=language)
            yield this, NamedNode(SKOS.definition), Literal(text, language=language)
        yield this, NamedNode(DCT.identifier), Literal(metric.slug)

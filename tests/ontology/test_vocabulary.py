"""The ontology is complete, bilingual, and the only source of terms."""

from __future__ import annotations

from collections import defaultdict

import pytest

from policygraph.namespaces import OWL, PG, PG_NS, RDF, RDFS, SKOS, VOCABULARIES
from policygraph.sources import Sources
from policygraph.terms import Literal, NamedNode, Triple
from policygraph.turtle import read_turtle

CLASSES = """PolicyDocument ReferencedDocument PolicyElement Principle Pillar ActionPoint Goal Risk
Stakeholder StakeholderGroup Initiative KeyTakeaway ImpactAssessment SDGAlignment PrincipleTheme
InstrumentType""".split()
PROPERTIES = """hasPrinciple principleOf hasPillar pillarOf hasActionPoint actionPointOf hasGoal
goalOf hasRisk riskOf hasElement elementOf inPillar pillarAction number order
standing kind officialName theme instrument realisesPrinciple alignmentOf goal basis
rationale statesSDG interpretedSDG alignsWithSDG namedAs responsibleBody
hasStakeholder concernsInitiative assesses impactScore aboutDocument forJurisdiction
pointsTo hasTakeaway statusDate implements cites succeeds alignedWithPolicy
respondsTo source confirmedBy locator evidenceLevel earliest latest authorityIRI
officialSymbol bindingStatus""".split()
VALUES = """Listed InText StatedInSource CuratorInterpretation PrimarySource SecondarySource
Uncorroborated""".split()


@pytest.fixture(scope="module")
def ontology(sources: Sources) -> list[Triple]:
    folder = sources.root / "ontology"
    return [t for p in sorted(folder.glob("*.ttl")) for t in read_turtle(p.read_bytes(), p).triples]


@pytest.fixture(scope="module")
def about(ontology: list[Triple]) -> dict[str, dict[str, list[Literal | NamedNode]]]:
    known: dict[str, dict[str, list[Literal | NamedNode]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, term in ontology:
        if isinstance(term, Literal | NamedNode):
            known[subject.value][predicate.value].append(term)
    return known


def defined(about: dict[str, dict[str, list[Literal | NamedNode]]]) -> set[str]:
    return {iri for iri in about if iri.startswith(PG_NS) and iri != PG_NS and about[iri][RDF.type]}


@pytest.mark.parametrize("name", CLASSES + PROPERTIES + VALUES)
def test_every_fixed_name_is_defined(
    name: str, about: dict[str, dict[str, list[Literal | NamedNode]]]
) -> None:
    kinds = {kind.value for kind in about[PG_NS + name][RDF.type]}
    if name in CLASSES:
        assert OWL.Class in kinds
    elif name in PROPERTIES:
        assert kinds & {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty,
                        "http://www.w3.org/1999/02/22-rdf-syntax-ns#Property"}  # fmt: skip
    else:
        assert kinds


def test_every_term_is_explained_in_each_language(
    about: dict[str, dict[str, list[Literal | NamedNode]]],
) -> None:
    for iri in defined(about):
        for predicate in (RDFS.label, SKOS.definition, SKOS.example):
            found = about[iri][predicate]
            languages = sorted(t.language or "" for t in found if isinstance(t, Literal))
            wanted = ["en", "nl"] if predicate == SKOS.example else ["en", "fr", "nl"]
            assert languages == wanted, (iri, predicate)
        assert [t.value for t in about[iri][RDFS.isDefinedBy]] == [PG_NS], iri


def test_python_knows_exactly_the_terms_of_the_ontology(
    about: dict[str, dict[str, list[Literal | NamedNode]]],
) -> None:
    terms = {iri.removeprefix(PG_NS) for iri in defined(about)}
    assert {name for name in terms if PG[name]} == terms
    with pytest.raises(AttributeError, match="hasPrincipel"):
        _ = PG.hasPrincipel


def test_constraints_live_in_the_shapes(ontology: list[Triple]) -> None:
    used = {predicate.value for _, predicate, _ in ontology}
    heavy = {OWL.onProperty, OWL.unionOf, OWL.intersectionOf, OWL.disjointWith}
    assert not used & heavy


def test_alignments_never_make_a_law_of_a_strategy(ontology: list[Triple]) -> None:
    law = NamedNode(VOCABULARIES["eli"] + "LegalResource")
    broader = (RDFS.subClassOf, RDFS.domain, RDFS.range)
    assert not [t for t in ontology if t[2] == law and t[1].value in broader]


def test_the_concepts_of_the_model_are_there(sources: Sources) -> None:
    wanted = {
        "theme": "safety-security fairness-non-discrimination transparency-explainability "
        "human-wellbeing-autonomy privacy-data-governance accountability sustainability "
        "prosperity-innovation cooperation literacy-skills",
        "instrument": "regulatory-sandbox legislation supervision guideline standard register "
        "assessment-audit funding research training awareness public-dialogue advisory-body "
        "procurement infrastructure dataset language-model test-facility innovation-lab "
        "pilot-use international-cooperation strategy-plan",
        "role": "author co-signatory responsible involved advised addressed supervisor funder "
        "named",
        "status": "announced planned in-progress completed delayed cancelled revoked unknown",
    }
    described = {
        subject.value
        for path in (sources.root / "data" / "schemes").glob("*.ttl")
        for subject, predicate, _ in read_turtle(path.read_bytes(), path).triples
        if predicate.value == RDF.type
    }
    for kind, slugs in wanted.items():
        for slug in slugs.split():
            assert f"{sources.portal.base}id/{kind}/{slug}" in described

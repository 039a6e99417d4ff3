"""What the release adds: it follows from what is written, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.inference import days, infer
from policygraph.namespaces import BASE, XSD, prefixes
from policygraph.sources import Sources
from policygraph.terms import Literal, NamedNode, Triple
from policygraph.turtle import read_turtle

HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())


@pytest.fixture(scope="module")
def ontology(sources: Sources) -> list[Triple]:
    folder = sources.root / "ontology"
    return [t for p in sorted(folder.glob("*.ttl")) for t in read_turtle(p.read_bytes(), p).triples]


def read(text: str) -> set[Triple]:
    return set(read_turtle((HEAD + text).encode(), Path("example.ttl")).triples)


def follows(written: str, expected: str, ontology: list[Triple]) -> None:
    data = read(written)
    added = infer(data, ontology, BASE)
    assert not added & data
    assert read(expected) - data <= added


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("policy:a pg:x pg:y . <p> pg:principleOf policy:a .".replace("<p>", "policy:p"),
         "policy:a pg:hasPrinciple policy:p ; pg:hasElement policy:p ; dct:hasPart policy:p . "
         "policy:p pg:elementOf policy:a ; dct:isPartOf policy:a ."),
        ("policy:a1 pg:inPillar policy:b .", "policy:b pg:pillarAction policy:a1 ."),
        ("policy:t pg:aboutDocument policy:a .", "policy:a pg:hasTakeaway policy:t ."),
        ("policy:e eli:realizes policy:a .", "policy:a eli:is_realized_by policy:e ."),
        ("policy:m eli:embodies policy:e .", "policy:e eli:is_embodied_by policy:m ."),
        ("policy:p pg:theme theme:accountability .",
         "policy:p skos:broadMatch theme:accountability ."),
        ("policy:a a pg:ActionPoint .", "policy:a a pg:PolicyElement , prov:Plan , prov:Entity ."),
        ("policy:a a pg:PolicyDocument ; dct:spatial country:NLD ; dct:subject eurovoc:3030 .",
         "policy:a a eli:Work ; eli:jurisdiction country:NLD ; eli:is_about eurovoc:3030 ."),
        ("policy:a cv:hasParticipation policy:x . policy:x cv:hasParticipant group:citizens ; "
         "cv:role role:responsible .",
         "policy:a pg:hasStakeholder group:citizens ; pg:responsibleBody group:citizens ."),
        ("policy:l pg:alignmentOf policy:p ; pg:goal sdg:13 ; pg:basis pg:StatedInSource .",
         "policy:p pg:statesSDG sdg:13 ; pg:alignsWithSDG sdg:13 ."),
        ("policy:l pg:alignmentOf policy:p ; pg:goal sdg:13 ; pg:basis pg:CuratorInterpretation .",
         "policy:p pg:interpretedSDG sdg:13 ; pg:alignsWithSDG sdg:13 ."),
        ('policy:a a pg:Pillar ; skos:prefLabel "een"@nl , "one"@en .',
         'policy:a rdfs:label "een"@nl , "one"@en .'),
        ('policy:a a pg:PolicyDocument ; dct:title "een"@nl .', 'policy:a rdfs:label "een"@nl .'),
        ('policy:a a pg:Pillar ; dct:issued "2024"^^xsd:gYear .',
         'policy:a pg:earliest "2024-01-01"^^xsd:date ; pg:latest "2024-12-31"^^xsd:date .'),
        ('policy:t a dct:PeriodOfTime ; dcat:startDate "2024-02"^^xsd:gYearMonth . '
         'policy:a dct:temporal policy:t ; pg:statusDate "2023-01-01"^^xsd:date .',
         'policy:a pg:earliest "2024-02-01"^^xsd:date . '
         'policy:t pg:earliest "2024-02-01"^^xsd:date .'),
    ],
)  # fmt: skip
def test_it_follows(written: str, expected: str, ontology: list[Triple]) -> None:
    follows(written, expected, ontology)


def test_only_the_role_responsible_makes_a_responsible_body(ontology: list[Triple]) -> None:
    added = infer(
        read("policy:a cv:hasParticipation policy:x . policy:x cv:hasParticipant group:citizens ; "
             "cv:role role:involved ."), ontology, BASE,
    )  # fmt: skip
    assert read("policy:a pg:hasStakeholder group:citizens .") <= added
    assert not read("policy:a pg:responsibleBody group:citizens .") & added


def test_a_strategy_does_not_become_a_law(ontology: list[Triple]) -> None:
    added = infer(read("policy:a a pg:PolicyDocument ; pg:implements policy:b ."), ontology, BASE)
    assert not {t for t in added if t[2] == NamedNode(prefixes()["eli"] + "LegalResource")}


def test_inferring_again_adds_nothing(ontology: list[Triple], sources: Sources) -> None:
    path = sources.root / "data" / "policies" / "nl-generative-ai-vision.ttl"
    data = set(read_turtle(path.read_bytes(), path).triples)
    added = infer(data, ontology, BASE)
    assert len(added) > 900
    assert infer(data | added, ontology, BASE) == set()


@given(st.dates(), st.sampled_from([("%Y-%m-%d", XSD.date), ("%Y-%m", XSD.gYearMonth),
                                    ("%Y", XSD.gYear)]))  # fmt: skip
def test_a_date_lies_between_its_first_and_last_day(day: object, form: tuple[str, str]) -> None:
    text = f"{day}"[: {"%Y-%m-%d": 10, "%Y-%m": 7, "%Y": 4}[form[0]]]
    literal = Literal(text, datatype=NamedNode(form[1]))
    span = days(literal)
    assert span is not None
    first, last = span
    assert first <= f"{day}" <= last
    assert first.startswith(text)
    assert last.startswith(text)


def test_what_is_no_date_has_no_days() -> None:
    year, date = NamedNode(XSD.gYear), NamedNode(XSD.date)
    texts = Literal("soon"), Literal("2024", datatype=date), Literal("20x4", datatype=year)
    for literal in (*texts, NamedNode("urn:x")):
        assert days(literal) is None

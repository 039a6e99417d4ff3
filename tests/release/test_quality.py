"""How well a policy is described is counted from its own graph, and ends up in the graph `meta`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from policygraph.build import collect
from policygraph.namespaces import BASE, DQV, PG, RDF, prefixes
from policygraph.quality import METRICS, measure
from policygraph.report import Finding
from policygraph.sources import find_portal
from policygraph.terms import Literal, NamedNode, Triple
from policygraph.turtle import read_turtle

SOURCES = find_portal(Path(__file__).resolve().parents[2])
SLUG = "xx-plan"
POLICY = f"{BASE}id/policy/{SLUG}"
NAMES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes().items())
PLAN = f"""{NAMES}
graph:{SLUG} foaf:primaryTopic policy:{SLUG} .
policy:{SLUG} a pg:PolicyDocument ; skos:prefLabel "Plan"@nl , "Plan"@en ;
  foaf:page <https://example.org/plan> ; pg:locator "title page"@en ;
  pg:evidenceLevel pg:PrimarySource .
<{POLICY}/action/1> a pg:ActionPoint ; pg:locator "p. 1"@en ;
  cv:hasParticipation <{POLICY}/participation/1> ; pg:evidenceLevel pg:PrimarySource .
<{POLICY}/action/2> a pg:ActionPoint ; pg:evidenceLevel pg:SecondarySource .
<{POLICY}/alignment/1> a pg:SDGAlignment ; pg:basis pg:CuratorInterpretation ;
  pg:evidenceLevel pg:Uncorroborated .
"""


def values(graphs: dict[str, list[Triple]], findings: list[Finding]) -> dict[str, str]:
    found = {}
    for subject, predicate, term in measure(BASE, graphs, findings):
        if predicate.value == DQV.value and isinstance(term, Literal):
            assert isinstance(subject, NamedNode)
            found[subject.value.removeprefix(f"{POLICY}/measurement/")] = term.value
    return found


def test_a_small_plan_is_counted() -> None:
    triples = list(read_turtle(PLAN.encode(), Path("plan.ttl")).triples)
    action = NamedNode(f"{POLICY}/action/1")
    body: Triple = (action, NamedNode(PG.responsibleBody), NamedNode("https://example.org/body"))
    finding = Finding("Warning", "rule", {}, f"data/policies/{SLUG}.ttl")
    elsewhere = Finding("Warning", "rule", {}, "data/stakeholders.ttl")
    assert values({SLUG: triples, "inferred": [body]}, [finding, elsewhere]) == {
        "claims": "4",
        "primary-share": "0.5",
        "secondary-share": "0.25",
        "uncorroborated-share": "0.25",
        "interpretations": "1",
        # there: page, locator, action 1's both; missing: participants, action 2's both, a version
        "completeness": "0.5",
        "actions-without-responsible-body": "1",
        "warnings": "1",
    }


def test_a_graph_without_a_policy_is_not_measured() -> None:
    assert values({"stakeholders": []}, []) == {}


@pytest.fixture(scope="module")
def meta() -> list[Triple]:
    return list(collect(SOURCES)[0]["meta"])


def test_every_policy_has_every_measurement(meta: list[Triple]) -> None:
    policies = {
        f"{BASE}id/policy/{file.path.stem}"
        for file in SOURCES.turtle_files()
        if file.path.parent.name == "policies"
    }
    measured: dict[str, dict[str, Decimal]] = {}
    for subject, predicate, term in meta:
        if predicate.value != DQV.value:
            continue
        if isinstance(subject, NamedNode) and isinstance(term, Literal):
            policy, _, metric = subject.value.partition("/measurement/")
            measured.setdefault(policy, {})[metric] = Decimal(term.value)
    assert set(measured) == policies
    for row in measured.values():
        assert set(row) == {metric.slug for metric in METRICS}
        shares = [row[f"{level}-share"] for level in ("primary", "secondary", "uncorroborated")]
        assert abs(sum(shares, Decimal(-1))) < Decimal("0.002")
        assert 0 < row["completeness"] <= 1
        assert Decimal(row["claims"]) > 0


def test_metrics_are_described(meta: list[Triple]) -> None:
    metrics = {s for s, p, o in meta if p.value == RDF.type and o == ox.NamedNode(DQV.Metric)}
    assert {m.value for m in metrics if isinstance(m, NamedNode)} == {
        f"{BASE}id/metric/{metric.slug}" for metric in METRICS
    }

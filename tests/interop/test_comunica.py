"""Comunica joins ours with what others serve: endpoint, files and pages."""

from __future__ import annotations

import pytest

from policygraph.release import Release
from tests.interop.comunica import comunica

VISION = "https://w3id.org/policygraph/id/policy/nl-generative-ai-vision"
PREFIXES = """
PREFIX pg: <https://w3id.org/policygraph/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
OURS = f"?principle pg:principleOf <{VISION}> ; pg:interpretedSDG ?goal ."
THEIRS = "?goal skos:prefLabel ?name FILTER(LANG(?name) = 'es')"
"""We have no Spanish names of the goals; the United Nations do."""

JOINED = [
    ("2", "10", "Reducir la desigualdad en los países y entre ellos"),
    ("3", "3", "Garantizar una vida sana y promover el bienestar de todos a todas las edades"),
    ("4", "13", "Adoptar medidas urgentes para combatir el cambio climático y sus efectos"),
    ("4", "8", "Promover el crecimiento económico sostenido, inclusivo y sostenible, el empleo "
               "pleno y productivo y el trabajo decente para todos"),
    ("4", "9", "Construir infraestructuras resilientes, promover la industrialización inclusiva "
               "y sostenible y fomentar la innovación"),
]  # fmt: skip


def joined(rows: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return sorted(
        (row["principle"].rpartition("/")[2], row["goal"].rpartition("/")[2], row["name"])
        for row in rows
    )


@pytest.mark.parametrize(
    "source", ["sparql", "download/policygraph.ttl", "download/policygraph.nt"]
)
def test_comunica_joins_ours_with_another_endpoint(ours: str, un: str, source: str) -> None:
    query = f"{PREFIXES} SELECT * {{ {OURS} {THEIRS} }}"
    assert joined(comunica(query, f"{ours}/{source}", un)) == JOINED


def test_comunica_calls_us_by_service(ours: str, un: str) -> None:
    """The query itself says who is to be asked, so that any file will do as the source."""
    query = f"""{PREFIXES} SELECT * {{
      SERVICE <{ours}/sparql> {{ {OURS} }}
      SERVICE <{un}> {{ {THEIRS} }}
    }}"""
    assert joined(comunica(query, f"{ours}/ns.ttl")) == JOINED


def test_comunica_joins_the_rows_of_many_bindings(ours: str, un: str) -> None:
    """Each goal of the UN with the number of our action points that support it, counted there."""
    query = f"""{PREFIXES} SELECT ?goal (COUNT(DISTINCT ?action) AS ?actions) {{
      ?action pg:actionPointOf <{VISION}> ; pg:interpretedSDG ?goal .
      ?goal skos:notation ?code ; skos:prefLabel ?name FILTER(LANG(?name) = 'es')
    }} GROUP BY ?goal"""
    rows = comunica(query, f"{ours}/sparql", un)
    assert {row["goal"].rpartition("/")[2]: int(row["actions"]) for row in rows} == {
        "4": 3, "8": 1, "9": 2, "13": 1, "16": 4, "17": 2,
    }  # fmt: skip


@pytest.mark.parametrize("suffix", ["", ".ttl", ".nt", ".jsonld", ".rdf"])
def test_comunica_reads_the_description_of_a_thing(ours: str, suffix: str) -> None:
    """It follows the redirect, and asks for a format that it understands."""
    page = f"{ours}/doc/policy" if suffix else f"{ours}/id/policy"
    query = f"{PREFIXES} SELECT ?name {{ <{VISION}> skos:prefLabel ?name }}"
    rows = comunica(query, f"{page}/nl-generative-ai-vision{suffix}")
    assert sorted(row["name"] for row in rows) == [
        "Dutch government-wide vision on generative AI",
        "Nederlandse overheidsbrede visie op generatieve AI",
    ]


def test_comunica_counts_the_triples_of_a_graph(ours: str, release: Release) -> None:
    rows = comunica(
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", f"{ours}/download/nl-generative-ai-vision.jsonld"
    )
    assert rows == [{"n": str(release.graphs["nl-generative-ai-vision"])}]


def test_comunica_joins_the_newest_versions_of_the_feed(ours: str, un: str) -> None:
    """From the feed's root to its last node; there each version of a graph is a graph."""
    nodes = comunica(
        """PREFIX tree: <https://w3id.org/tree#>
        SELECT DISTINCT ?node ?moment {
          ?root tree:relation ?relation .
          ?relation a tree:GreaterThanOrEqualToRelation ; tree:node ?node ; tree:value ?moment
        } ORDER BY ?moment""",
        f"{ours}/feed",
    )
    query = f"""{PREFIXES} PREFIX dct: <http://purl.org/dc/terms/>
    SELECT * {{
      ?version dct:isVersionOf ?graph .
      GRAPH ?version {{ ?principle pg:principleOf <{VISION}> .
                        ?alignment pg:alignmentOf ?principle ; pg:goal ?goal }}
      {THEIRS}
    }}"""
    rows = comunica(query, nodes[-1]["node"], un)
    assert {row["graph"] for row in rows} == {
        "https://w3id.org/policygraph/graph/nl-generative-ai-vision"
    }
    assert joined(rows) == JOINED

"""Virtuoso calls us by SERVICE, and mirrors our dump."""

from __future__ import annotations

import gzip
from collections import Counter

import httpx
import pyoxigraph as ox

from tests.interop.servers import Virtuoso
from tests.remote import JSON
from tests.served.asking import found, get

PRINCIPLES = """\
PREFIX pg: <https://w3id.org/policygraph/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?label {
  SERVICE <OURS/sparql> {
    ?principle pg:principleOf <https://w3id.org/policygraph/id/policy/nl-generative-ai-vision> ;
      skos:prefLabel ?label
    FILTER(LANG(?label) = "en")
  }
} ORDER BY ?label
"""


def test_virtuoso_calls_us(ours: str, virtuoso: Virtuoso) -> None:
    rows = found(get(virtuoso.endpoint, PRINCIPLES.replace("OURS", ours), format=JSON))
    assert [row["label"] for row in rows] == [
        "Contribution to sustainability and prosperity",
        "Fair development and use",
        "Human wellbeing and human autonomy",
        "Safe development and use",
    ]


def test_virtuoso_mirrors_our_dump(ours: str, virtuoso: Virtuoso) -> None:
    """Every graph has as many triples there as in the file that was fetched."""
    dump = httpx.get(f"{ours}/download/policygraph.nq.gz").raise_for_status().content
    (virtuoso.folder / "policygraph.nq.gz").write_bytes(dump)
    # Its blank nodes would come once more, if somebody had loaded the dump before.
    virtuoso.isql("SPARQL CLEAR GRAPH <https://w3id.org/policygraph/graph/shapes>;\n")
    virtuoso.isql("DB.DBA.TTLP_MT(gz_file_open('policygraph.nq.gz'), '', 'urn:none', 512);\n")
    expected = Counter(
        quad.graph_name.value
        for quad in ox.parse(gzip.decompress(dump), format=ox.RdfFormat.N_QUADS)
        if isinstance(quad.graph_name, ox.NamedNode)
    )
    rows = found(get(virtuoso.endpoint, """
      SELECT ?graph (COUNT(*) AS ?triples) { GRAPH ?graph { ?s ?p ?o }
        FILTER(STRSTARTS(STR(?graph), "https://w3id.org/policygraph/graph/")) } GROUP BY ?graph
    """, format=JSON))  # fmt: skip
    assert {row["graph"]: int(row["triples"]) for row in rows} == expected
    assert len(expected) > 10

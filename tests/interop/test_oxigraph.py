"""Oxigraph's command line loads our dump, asks it, and calls us by SERVICE."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.interop.programs import program
from tests.remote import JSON
from tests.served.asking import found, get

COUNTS = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
INDICATORS = {"3": 27, "8": 17, "9": 12, "10": 11, "13": 8}
"""Goals of the principles of the Dutch vision, and with how many indicators each is measured."""


def oxigraph(command: str, store: Path, *arguments: str) -> str:
    """What `oxigraph COMMAND` prints."""
    line = [program("oxigraph"), command, "--location", str(store), *arguments]
    return subprocess.run(line, check=True, capture_output=True, text=True, timeout=120).stdout


def ask(store: Path, query: str) -> list[dict[str, str]]:
    answer = oxigraph("query", store, "--query", query, "--results-format", "json")
    rows = json.loads(answer)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


@pytest.mark.parametrize("name", ["policygraph.nq.gz", "policygraph.nq", "policygraph.trig"])
def test_oxigraph_mirrors_our_dump(ours: str, tmp_path: Path, name: str) -> None:
    """Every graph has as many triples there as here."""
    (tmp_path / name).write_bytes(httpx.get(f"{ours}/download/{name}").raise_for_status().content)
    oxigraph("load", tmp_path / "store", "--file", str(tmp_path / name))
    theirs = {row["g"]: row["n"] for row in ask(tmp_path / "store", COUNTS)}
    assert theirs == {row["g"]: row["n"] for row in found(get(f"{ours}/sparql", COUNTS))}
    assert len(theirs) > 10


def test_oxigraph_calls_us_by_service(ours: str, vocab: Path, tmp_path: Path) -> None:
    """The indicators with which the UN measures what the principles of a policy are about."""
    store = tmp_path / "store"
    oxigraph("load", store, "--file", str(vocab / "un-sdg/sdg-ontology-with-taxonomy.ttl"))
    rows = ask(store, f"""
      PREFIX pg: <https://w3id.org/policygraph/ns#>
      PREFIX sdgo: <http://metadata.un.org/sdg/ontology#>
      PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
      SELECT ?goal (COUNT(DISTINCT ?indicator) AS ?indicators) {{
        SERVICE <{ours}/sparql> {{
          ?principle pg:interpretedSDG ?goal ;
            pg:principleOf <https://w3id.org/policygraph/id/policy/nl-generative-ai-vision>
        }}
        ?goal sdgo:hasTarget/sdgo:hasIndicator ?indicator
      }} GROUP BY ?goal
    """)  # fmt: skip
    assert {row["goal"].rpartition("/")[2]: int(row["indicators"]) for row in rows} == INDICATORS


def test_curl_gets_what_it_asks_for(ours: str, tmp_path: Path) -> None:
    """The command line of everybody: a query in a file, and an interrupted download resumed."""
    curl = [program("curl"), "-sSf", "--max-time", "60"]
    (tmp_path / "query.rq").write_text(COUNTS, encoding="utf-8")
    for way in (["--data-urlencode", "query@query.rq"],
                ["--data-binary", "@query.rq", "-H", "Content-Type: application/sparql-query"],
                ["-G", "--data-urlencode", "query@query.rq", "--compressed"]):  # fmt: skip
        command = [*curl, *way, "-H", f"Accept: {JSON}", f"{ours}/sparql"]
        done = subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
        assert json.loads(done.stdout) == get(f"{ours}/sparql", COUNTS).json()
    whole = httpx.get(f"{ours}/download/policygraph.nq.gz").content
    (tmp_path / "dump").write_bytes(whole[:1000])
    command = [*curl, "-C", "-", "-o", "dump", f"{ours}/download/policygraph.nq.gz"]
    subprocess.run(command, check=True, cwd=tmp_path)
    assert (tmp_path / "dump").read_bytes() == whole

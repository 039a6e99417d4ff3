"""One thing, one address: what several policies name is one resource, and nothing hangs loose."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from policygraph.namespaces import BASE, REFERENCES, SKOS

from .conftest import Ask

REPOSITORY = Path(__file__).resolve().parents[2]
TABLES = Path(os.environ.get("POLICYGRAPH_VOCAB") or REPOSITORY.parent / "shared" / "vocab")
EU_TABLES = {
    "country": "eu-authority/countries-skos.rdf",
    "resource-type": "eu-authority/resourcetypes-skos.rdf",
    "file-type": "eu-authority/filetypes-skos.rdf",
}
NAMED = "pg:Stakeholder pg:StakeholderGroup pg:Initiative"


def doubles(rows: list[dict[str, str]], key: str) -> dict[str, list[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row[key]].add(row["thing"])
    return {text: sorted(things) for text, things in found.items() if len(things) > 1}


@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_no_two_resources_have_one_label(ask: Ask, language: str) -> None:
    rows = ask(f"""SELECT ?thing ?name {{
      VALUES ?class {{ {NAMED} pg:PolicyDocument pg:ReferencedDocument }}
      ?thing a ?class ; skos:prefLabel ?label FILTER(LANG(?label) = "{language}")
      BIND(LCASE(?label) AS ?name)
    }}""")
    assert len(rows) > 20
    assert doubles(rows, "name") == {}


def test_no_two_resources_of_one_place_have_one_official_name(ask: Ask) -> None:
    """Two countries may each have a Cabinet Office; AINED of 2018 is not AiNed, the programme."""
    rows = ask(f"""SELECT ?thing (CONCAT(?official, " / ", STR(?where)) AS ?name) {{
      VALUES ?class {{ {NAMED} }}
      ?thing a ?class ; pg:officialName ?official
      OPTIONAL {{ ?thing dct:spatial ?place }} BIND(COALESCE(?place, "-") AS ?where)
    }}""")
    assert len(rows) > 100
    assert doubles(rows, "name") == {}


@pytest.mark.parametrize("link", ["owl:sameAs", "pg:authorityIRI"])
def test_no_two_resources_are_the_same_as_one_thing_elsewhere(ask: Ask, link: str) -> None:
    rows = ask(f"SELECT ?thing ?there {{ ?thing {link} ?there }}")
    assert rows
    assert doubles(rows, "there") == {}


def test_other_names_are_nobody_elses_label(ask: Ask) -> None:
    """A short name that two bodies share is told apart by where they are."""
    rows = ask(f"""SELECT ?thing ?other ?name {{
      VALUES ?class {{ {NAMED} }} VALUES ?class2 {{ {NAMED} }}
      ?thing a ?class ; skos:altLabel ?name . ?other a ?class2 ; skos:prefLabel ?label
      FILTER(?thing != ?other && LCASE(STR(?name)) = LCASE(STR(?label)))
    }}""")
    assert rows == []


@pytest.mark.parametrize(
    "kind", ["pg:Stakeholder", "pg:Initiative", "pg:ReferencedDocument", "foaf:Document"]
)
def test_nothing_is_described_that_nobody_points_to(ask: Ask, kind: str) -> None:
    orphans = ask(f"""SELECT ?thing {{
      ?thing a {kind}
      FILTER NOT EXISTS {{
        GRAPH ?graph {{ ?other ?link ?thing }}
        FILTER(?other != ?thing && ?graph NOT IN (graph:meta, graph:inferred))
      }}
      FILTER NOT EXISTS {{ ?thing pg:cites|pg:succeeds|pg:implements|pg:respondsTo ?policy }}
    }}""")
    assert [row["thing"] for row in orphans] == []


def test_everything_that_is_pointed_to_is_described(ask: Ask) -> None:
    missing = ask(f"""SELECT DISTINCT ?thing {{
      ?other ?link ?thing FILTER(isIRI(?thing) && STRSTARTS(STR(?thing), "{BASE}id/"))
      FILTER NOT EXISTS {{ ?thing ?property ?value }}
    }}""")
    assert missing == []


def known(table: str) -> set[str]:
    file = TABLES / EU_TABLES[table]
    if not file.is_file():
        missing = f"the EU authority tables are not in {TABLES}: set POLICYGRAPH_VOCAB"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    label = NamedNode(SKOS.prefLabel)
    found = parse(file.read_bytes(), format=RdfFormat.RDF_XML)
    return {
        q.subject.value for q in found if q.predicate == label and isinstance(q.subject, NamedNode)
    }


@pytest.mark.parametrize("table", sorted(EU_TABLES))
def test_iris_of_the_eu_tables_exist(ask: Ask, table: str) -> None:
    space = REFERENCES[table]
    rows = ask(f"""SELECT DISTINCT ?thing {{
      ?other ?link ?thing FILTER(isIRI(?thing) && STRSTARTS(STR(?thing), "{space}"))
    }}""")
    used = {row["thing"] for row in rows}
    assert used
    assert used - known(table) == set()


def test_iris_of_the_un_are_goals_and_targets(ask: Ask) -> None:
    rows = ask("""SELECT DISTINCT ?thing {
      ?other pg:goal ?thing FILTER(STRSTARTS(STR(?thing), "http://metadata.un.org/sdg"))
    }""")
    pattern = re.compile(r"http://metadata\.un\.org/sdg(/([1-9]|1[0-7])(\.([1-9]|1[0-9]|[a-d]))?)?")
    assert rows
    assert [row["thing"] for row in rows if not pattern.fullmatch(row["thing"])] == []
    named = ask(
        "SELECT DISTINCT ?thing { ?x pg:goal ?thing FILTER NOT EXISTS { ?thing rdfs:label ?l } }"
    )
    assert named == []

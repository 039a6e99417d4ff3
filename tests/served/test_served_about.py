"""The pages about the graph: figures are answers, the model is the ontology, commands work."""

from __future__ import annotations

import html
import re
import shlex
import subprocess

import httpx
import pytest

from tests.served.test_served_pages import asked, number, page

PG = "https://w3id.org/policygraph/ns#"
MEASUREMENTS = 25
"""How many of the measurements are compared with the answer of their query."""


def link_of(text: str, id_: str) -> str:
    """The query of a part of a page."""
    part = text.split(f'<h2 id="{id_}"')[1]
    found = re.search(r'class="ask" href="([^"]+)"', part)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_marks_are_explained_with_how_often_they_occur(client: httpx.Client, language: str) -> None:
    text = page(client, "/about", language)
    for id_, most in (("evidence", 3), ("basis", 2)):
        body = text.split(f'<h2 id="{id_}"')[1].split("<tbody>")[1].split("</tbody>")[0]
        shown = re.findall(r'<td>(.+?)</td><td class="num">([^<]+)</td>', body)
        rows = asked(client, link_of(text, id_))
        assert len(shown) == len(rows) == most
        counts = [int(list(row.values())[1]) for row in rows]
        assert [number(count) for _, count in shown] == counts
    assert re.search(r'<a href="/about"[^>]*aria-current="page"', text)


def test_each_measurement_is_the_answer_of_its_query(client: httpx.Client) -> None:
    text = page(client, "/about/quality", "en")
    rows = asked(client, link_of(text, "policies"))
    cells = re.findall(r'<a href="([^"]+)"[^>]*><data value="([^"]+)">([^<]+)</data>', text)
    assert len(cells) == len(rows)
    assert sorted(value for _, value, _ in cells) == sorted(row["value"] for row in rows)
    for link, value, shown in cells[:: len(cells) // MEASUREMENTS]:
        assert [row["value"] for row in asked(client, link)] == [value]
        assert shown == value or int(shown) == round(float(value) * 100)
    policies = {row["policy"] for row in rows}
    assert text.count('<tr><th scope="row">') == len(policies)


def test_the_model_shows_each_class_and_each_relation_of_the_ontology(client: httpx.Client) -> None:
    query = f"""
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        SELECT DISTINCT ?term ?kind WHERE {{
          VALUES ?kind {{ owl:Class owl:ObjectProperty owl:DatatypeProperty }}
          GRAPH <https://w3id.org/policygraph/graph/ontology> {{
            ?term a ?kind
            FILTER(STRSTARTS(STR(?term), "{PG}"))
            FILTER NOT EXISTS {{ ?other owl:inverseOf ?term }}
          }}
        }}"""
    answer = client.get("/sparql", params={"query": query, "format": "json"}).json()
    terms = {
        row["term"]["value"].removeprefix(PG): row["kind"]["value"]
        for row in answer["results"]["bindings"]
    }
    text = page(client, "/about/model", "en")
    drawn, listed = text.split('<h2 id="list">')
    literal = {term for term, kind in terms.items() if kind.endswith("DatatypeProperty")}
    assert set(re.findall(r'href="/ns#(\w+)"', listed)) >= set(terms)
    assert set(re.findall(r'href="/ns#(\w+)" tabindex="-1"', drawn)) == set(terms) - literal


def test_commands_work_as_they_stand(client: httpx.Client) -> None:
    text = page(client, "/about/data", "en")
    commands = [
        html.unescape(command)
        for block in re.findall(r"<pre[^>]*><code>(.+?)</code></pre>", text, re.DOTALL)
        for command in re.split(r"(?<!\\)\n", block)
        if command.startswith("curl ") and " -O " not in command
    ]
    assert len(commands) == 4
    for command in commands:
        words = [word for word in shlex.split(command) if word.strip()]
        answer = subprocess.run(
            [*words, "--silent", "--fail"], capture_output=True, check=True, timeout=60
        )
        assert answer.stdout.strip(), command
    for link in re.findall(r'<li><a href="(/[^"]*)"', text):
        assert client.get(link, headers={"Accept": "text/html"}, follow_redirects=True), link

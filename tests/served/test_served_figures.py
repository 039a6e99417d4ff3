"""Figures of pages on the whole corpus: each is the answer of the query that its page shows."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from policygraph.release import Release
from tests.served.test_served_pages import POLICIES, asked, check_parts, number, page
from tests.web.test_compare import Table, counted, questions_of, words

BASE = "https://w3id.org/policygraph/id/"
PG = "https://w3id.org/policygraph/ns#"
SAMPLE = 4
"""Things of each class whose pages are looked at."""
SIDES = "policy=nl-generative-ai-vision&policy=eu-ai-act&policy=oecd-ai-recommendation"


def part(text: str, id_: str) -> str:
    """What stands below a heading, up to the next part."""
    return text.partition(f'<h2 id="{id_}"')[2].partition('<section class="part"')[0]


def things(client: httpx.Client) -> list[str]:
    """The paths of some things of each of our classes, from its first to its last."""
    query = f"""SELECT DISTINCT ?class ?thing WHERE {{
      ?thing a ?class FILTER(STRSTARTS(STR(?class), "{PG}") && STRSTARTS(STR(?thing), "{BASE}"))
    }} ORDER BY ?class ?thing"""
    of: dict[str, list[str]] = {}
    answer = client.get("/sparql", params={"query": query, "format": "json"}).json()
    for row in answer["results"]["bindings"]:
        of.setdefault(row["class"]["value"], []).append(row["thing"]["value"])
    assert len(of) > 12
    chosen = {one for all_ in of.values() for one in all_[:: max(1, len(all_) // SAMPLE)]}
    return sorted("/doc/" + iri.removeprefix(BASE) for iri in chosen)


def test_every_figure_of_things_of_each_class(client: httpx.Client) -> None:
    figures = {path: check_parts(client, page(client, path, "en")) for path in things(client)}
    assert sum(map(bool, figures.values())) > SAMPLE * 4


@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_the_indexes_of_the_start_page(
    client: httpx.Client, release: Release, language: str
) -> None:
    text = page(client, "/", language)
    for id_ in ("places", "themes", "instruments", "sdgs"):
        body = part(text, id_)
        link = re.search(r'class="ask" href="([^"]+)"', body)
        assert link is not None
        rows = {release.urls.about(r["thing"]): int(r["policies"]) for r in asked(client, link[1])}
        shown = {
            html.unescape(path): number(count)
            for path, count in re.findall(
                r'<a href="(/doc/[^"]+)">.+?</a>.*? <span class="count">([^<]+)<', body
            )
        }
        assert shown == rows, id_


def test_what_the_list_of_policies_counts(client: httpx.Client, release: Release) -> None:
    text = page(client, "/policies", "en")
    [link] = questions_of(text)
    table = Table(text)
    shown = {
        links[0]: [int(cell) for cell in row[-3:]]
        for row, links in zip(table.rows[1:], table.links[1:], strict=True)
    }
    assert len(shown) == POLICIES
    assert shown == {
        release.urls.about(row["policy"]): [
            int(row[key]) for key in ("principles", "pillars", "actions")
        ]
        for row in asked(client, link)
    }


@pytest.mark.parametrize("by", ["theme", "sdg", "instrument"])
def test_what_a_matrix_counts(client: httpx.Client, by: str) -> None:
    text = page(client, "/compare" if by == "theme" else f"/compare?by={by}", "en")
    table = Table(text)
    cells, rows, columns = (asked(client, link) for link in questions_of(text))
    column = "goal" if by == "sdg" else by
    labels = {row[column]: row["label"] for row in columns}
    found: dict[str, dict[str, int]] = {}
    for row in cells:
        before = row[column].rpartition("/sdg/")[2] + " " if column == "goal" else ""
        own = found.setdefault(words(row["policyLabel"]), {})
        name = before + labels[row[column]]
        own[name] = own.get(name, 0) + int(row["count"])
    assert len(found) > POLICIES / 2
    assert counted(table.rows[:-1]) == found
    totals = [number(row[-1]) for row in table.rows[1:-1]]
    assert totals == [int(row["count"]) for row in rows]
    heading = re.search(r'<h1[^>]*>.*?<span class="count">([^<]+)</span>', text, re.DOTALL)
    assert heading is not None
    assert number(heading[1]) == sum(totals)


def test_what_stands_side_by_side(client: httpx.Client) -> None:
    text = page(client, f"/compare?{SIDES}", "en")
    columns = {"themes": "theme", "instruments": "instrument", "sdgs": "goal"}
    for id_, column in columns.items():
        body = part(text, id_)
        rows = asked(client, questions_of(body)[0])
        count = re.search(r'<span class="count">([^<]+)</span></h2>', body)
        assert count is not None
        table = Table(body.partition("<table")[1] + body.partition("<table")[2])
        assert number(count[1]) == len({row[column] for row in rows}) == len(table.rows) - 1
    table = Table("<table" + part(text, "figures").partition("<table")[2])
    [link] = questions_of(part(text, "figures"))
    assert len(asked(client, link)) > 2
    shown = {number(cell) for row in table.rows[1:] for cell in row[1:] if cell}
    answers = {int(v) for row in asked(client, link) for v in row.values() if v.isdecimal()}
    assert shown == answers - {0}


@pytest.mark.parametrize("thing", ["policy/eu-ai-act", "theme/safety-security", "group/citizens"])
def test_what_stands_around_a_thing(client: httpx.Client, thing: str) -> None:
    text = page(client, f"/explore?iri={BASE}{thing}", "en")
    link = html.unescape(questions_of(text)[0])
    answer = client.get(link, headers={"Accept": "application/n-triples"})
    assert answer.status_code == 200
    links = len(answer.text.splitlines())
    whole = re.search(r'<h2 id="around-1">.*? <span class="count">([^<]+)</span>', text)
    groups = re.findall(r'<h3 class="way">.*?<span class="count">([^<]+)</span>', text)
    assert whole is not None
    assert number(whole[1]) == sum(map(number, groups)) == links


def test_the_levels_of_all_statements(client: httpx.Client) -> None:
    legend = re.search(r'<ul class="legend">(.*?)</ul>', page(client, "/about/quality", "en"))
    assert legend is not None
    shown = [number(count) for count in re.findall(r"<b>([^<]+)</b>", legend[1])]
    rows = asked(client, questions_of(legend[1])[0])
    assert sorted(shown) == sorted(int(row["claims"]) for row in rows)

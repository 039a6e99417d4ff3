from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import httpx
import pytest
from rdflib import Graph, URIRef

from tests.web.conftest import BROWSER, Client, parsed

from .example import BASE, EVIL, HUB, OLD, POINTING, VISION

PG = BASE + "ns#"
SAFETY = BASE + "id/theme/safety"
PRINCIPLE = VISION + "/principle/1"
GOAL = "http://metadata.un.org/sdg/9"
ALL = ("structure", "relations", "themes", "sdgs", "parties", "places", "other")

Link = tuple[str, str, str]


class Page(HTMLParser):
    """The addresses that links and forms of a page lead to, and its hidden fields."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[dict[str, str]] = []
        self.fields: list[tuple[str, str]] = []
        self.checked: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in ("a", "link"):
            self.links.append(found)
        if found.get("type") == "hidden":
            self.fields.append((found["name"], found["value"]))
        if "checked" in found:
            self.checked.append(found["value"])

    def queries(self) -> list[str]:
        """The queries behind the parts of the page."""
        asked = [urlsplit(link["href"]) for link in self.links if link.get("class") == "ask"]
        return [parse_qs(address.query)["query"][0] for address in asked]


def around(client: Client, iri: str, *more: tuple[str, str]) -> httpx.Response:
    return client.get("/explore.json?" + urlencode([("iri", iri), *more]))


def links_of(neighbourhood: dict[str, object]) -> set[Link]:
    """The statements that a neighbourhood in JSON stands for."""
    middle, found = str(neighbourhood["iri"]), set()
    for group in neighbourhood["groups"]:  # type: ignore[attr-defined]
        for thing in group["things"]:
            pair = (middle, thing["iri"]) if group["way"] == "out" else (thing["iri"], middle)
            found.add((pair[0], group["by"], pair[1]))
    return found


def answer(client: Client, query: str) -> set[Link]:
    response = client.post(query, "application/sparql-query", accept="application/n-triples")
    graph: Graph = parsed(response.content, "application/n-triples")
    assert all(isinstance(term, URIRef) for triple in graph for term in triple)
    return {(str(s), str(p), str(o)) for s, p, o in graph}


@pytest.mark.parametrize("shown", [(), ALL, ("structure",), ("other",), ("themes", "sdgs")])
@pytest.mark.parametrize("iri", [VISION, PRINCIPLE, SAFETY, GOAL, EVIL, PG + "PolicyDocument"])
def test_a_neighbourhood_is_what_its_query_answers(
    client: Client, iri: str, shown: tuple[str, ...]
) -> None:
    told = around(client, iri, *(("show", family) for family in shown)).json()
    [one] = told["neighbourhoods"]
    assert links_of(one) == answer(client, told["query"])
    assert all(group["total"] == len(group["things"]) for group in one["groups"])
    assert told["shown"] == list(shown) or not shown
    assert {group["family"] for group in one["groups"]} <= set(told["shown"])


def test_the_page_shows_what_its_query_answers_and_leads_on(client: Client) -> None:
    address = f"/explore?{urlencode({'iri': VISION, 'grown': PRINCIPLE, 'show': 'structure'})}"
    page = Page(client.page(f"{address}&show=themes", "en").text)
    [whole, first, second] = [answer(client, query) for query in page.queries()]
    assert whole == first | second
    assert (PRINCIPLE, PG + "principleOf", VISION) in first & second
    assert (PRINCIPLE, PG + "theme", SAFETY) in second - first
    named = {iri for link in whole for iri in (link[0], link[2])}
    steps = [parse_qs(urlsplit(link["href"]).query) for link in page.links]
    assert named - {VISION} <= {iri for step in steps for iri in step.get("iri", [])}
    assert [VISION] in [s.get("iri") for s in steps if s.get("grown") == [PRINCIPLE, SAFETY]]
    assert ("grown", PRINCIPLE) in page.fields
    assert page.checked == ["structure", "themes"]
    hrefs = [link["href"] for link in page.links]
    assert "/doc/policy/vision/pillar/1" in hrefs
    for href in hrefs:
        if href.startswith("/explore"):
            assert client.page(href).status_code == 200, href


def test_many_neighbours_come_in_portions(client: Client) -> None:
    [one] = around(client, HUB, ("show", "parties")).json()["neighbourhoods"]
    [group] = one["groups"]
    assert (group["total"], len(group["things"])) == (POINTING, 30)
    more = [("by", group["by"]), ("way", "in"), ("start", str(POINTING - 10))]
    [last] = around(client, HUB, *more).json()["neighbourhoods"]
    initiatives = sorted(f"{BASE}id/initiative/i{n:03}" for n in range(POINTING))
    assert {t["iri"] for t in last["groups"][0]["things"]} == set(initiatives[-10:])
    page = Page(client.page(f"/explore?{urlencode({'iri': HUB})}").text)
    [next_] = [link["href"] for link in page.links if "next" in link.get("rel", "")]
    assert initiatives[30] in unquote(client.page(next_).text)
    assert len(answer(client, page.queries()[0])) == POINTING


def test_what_is_taken_away_is_gone_from_lists_figures_and_query(client: Client) -> None:
    asked = [("show", "structure"), ("without", PRINCIPLE)]
    told = around(client, VISION, *asked).json()
    [one] = told["neighbourhoods"]
    assert links_of(one) == answer(client, told["query"])
    assert PRINCIPLE not in json.dumps(one)
    assert one["counts"]["structure"] == 5


def test_things_of_others_are_named_and_kinds_are_told_apart(client: Client) -> None:
    [one] = around(client, GOAL, ("show", "other"), ("lang", "nl")).json()["neighbourhoods"]
    assert links_of(one) == {(VISION + "/alignment/2", PG + "goal", GOAL)}
    asked = ("show", "themes"), ("show", "structure"), ("lang", "nl")
    [one] = around(client, PRINCIPLE, *asked).json()["neighbourhoods"]
    assert (one["kind"], one["label"]) == ("element", "Veilig")
    things = {t["iri"]: t for group in one["groups"] for t in group["things"]}
    assert things[VISION]["kind"] == "policy"
    assert things[VISION]["type"] == "beleidsdocument"
    assert things[SAFETY]["label"] == "Veiligheid"
    assert things[SAFETY]["page"] == "/doc/theme/safety?lang=nl"


def test_an_unknown_thing_is_404_with_a_way_out(client: Client) -> None:
    response = client.page(f"/explore?{urlencode({'iri': BASE + 'id/policy/nope'})}", "en")
    assert response.status_code == 404
    assert response.headers["cache-control"] == "no-store"
    assert f"/explore?{urlencode({'iri': VISION})}" in [
        link["href"] for link in Page(response.text).links
    ]
    machine = around(client, "http://nobody.example/x")
    assert (machine.status_code, machine.json()["status"]) == (404, 404)
    assert client.page(f"/explore?{urlencode({'iri': OLD})}").status_code == 410


@pytest.mark.parametrize(
    "asked",
    [
        "iri=nope", "iri=http://x/%3E", "iri=http://x/%3E%20.%20?s%20?p%20?o%20%7D%20%23",
        f"iri={VISION}&grown=http://x/%22", f"iri={VISION}&without=a%20b",
        f"iri={VISION}&by=%3Cx%3E", f"iri={VISION}&by=http://x/p&way=up",
        f"iri={VISION}&by=http://x/p&start=-1", f"iri={VISION}&show=everything",
        f"iri={VISION}" + "".join(f"&grown=http://x/{n}" for n in range(30)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/explore", "/explore.json"])
def test_what_is_no_question_is_400(client: Client, path: str, asked: str) -> None:
    assert client.page(f"{path}?{asked}").status_code == 400


@pytest.mark.parametrize("iri", ["http://x/$which", "http://x/$things", "http://x/\u2028", "x:é"])
def test_an_iri_stays_what_it_is_in_the_query(client: Client, iri: str) -> None:
    asked = urlencode([("iri", VISION), ("grown", iri), ("without", iri + "b")])
    assert client.page(f"/explore?{asked}").status_code == 200


def test_a_beginning_is_found_by_words_or_by_iri(client: Client) -> None:
    def found(words: str) -> list[str]:
        page = client.page("/explore?" + urlencode({"q": words}), "en")
        assert page.status_code == 200
        part = re.search(r'aria-labelledby="found".*?</section>', page.text, re.DOTALL)
        assert part
        return [parse_qs(urlsplit(x["href"]).query)["iri"][0] for x in Page(part[0]).links]

    assert found("VISI")[0] == VISION
    assert found("vsion")[0] == VISION
    assert EVIL in found("</script>")
    for hostile in ('"', "\\", "')) }", '" ) . ?s ?p ?o', "\u2028", "\x00x", "$most"):
        assert found(f"zzz{hostile}") == []
    response = client.page("/explore?" + urlencode({"q": VISION}))
    assert response.status_code == 303
    assert response.headers["location"] == "/explore?" + urlencode({"iri": VISION})


def test_pages_and_json_are_cached_apart(client: Client) -> None:
    address = f"/explore?iri={quote(VISION)}"
    for accept, media_type in ((BROWSER, "text/html"), ("application/json", "application/json")):
        first = client.get(address, accept, accept_language="nl")
        tag = first.headers["etag"]
        again = client.get(address, accept, accept_language="nl")
        assert (again.content, again.headers["etag"]) == (first.content, tag)
        assert again.headers["content-type"].partition(";")[0] == media_type
        known = client.get(address, accept, accept_language="nl", if_none_match=tag)
        assert known.status_code == 304
    english = client.get(address, "application/json", accept_language="en")
    assert english.headers["etag"] != tag
    assert client.get(address, "image/png").status_code == 406
    assert client.get("/explore.ttl?iri=x").status_code == 406


def test_every_page_leads_to_its_neighbourhood(client: Client) -> None:
    for path, iri in (("policy/vision", VISION), ("theme/safety", SAFETY), ("sdg:9", GOAL)):
        hrefs = [link["href"] for link in Page(client.page(f"/doc/{path}").text).links]
        [step] = [href for href in hrefs if href.startswith("/explore?")]
        assert parse_qs(urlsplit(step).query) == {"iri": [iri]}
    assert "/explore" in hrefs

"""Search: a few words, also misspelt ones, and the things that they mean."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygraph.engine import Dataset, Engine
from policygraph.release import mirror
from policygraph.settings import Portal
from policygraph.web.app import create_app
from policygraph.web.search import findable
from policygraph.web.search.findable import Name, Thing
from policygraph.web.search.index import Filters, Found, Index
from policygraph.web.search.words import folded, marked, plain_words

from .conftest import BROWSER, LIMITS, Client
from .example import VISION
from .test_pages import Outline

E = "http://example.org/"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def thing(name: str, kind: str, *labels: str, document: str = "", **more: Any) -> Thing:
    """A thing whose labels are written `text@language`, or `role:text@language`."""
    names = []
    for label in labels:
        text, _, language = label.rpartition("@")
        role, colon, rest = text.partition(":")
        names.append(Name(role, rest, language) if colon else Name("label", text, language))
    return Thing(E + name, kind, tuple(names), document=document and E + document, **more)


THINGS = (
    thing("vision", "policy", "Overheidsbrede visie op generatieve AI@nl",
          "Government-wide vision on generative AI@en", document="vision", places=(E + "nl",)),
    thing("act", "policy", "AI-verordening van de Europese Unie@nl", "other:AI Act@en",
          "title:Regulation (EU) 2024/1689@en", document="act", places=(E + "eu",)),
    thing("open", "principle", "Transparantie@nl", document="act", places=(E + "eu",)),
    thing("clear", "principle", "Transparantie en uitleg@nl", document="vision",
          places=(E + "nl",)),
    thing("sandbox", "instrument", "Testomgeving voor regelgeving@nl", "Regulatory sandbox@en"),
    thing("bzk", "organisation", "Ministerie van Binnenlandse Zaken@nl", "other:BZK@nl",
          places=(E + "nl",)),
    thing("model", "initiative", "Nederlands taalmodel@nl", "description:Een sandbox@nl"),
    thing("eco", "organisation", "Ministère de l'Économie@fr"),
    thing("9", "sdg", "Industrie en innovatie@nl", "symbol:9@"),
    thing("nl", "place", "Nederland@nl", "Netherlands@en"),
    thing("eu", "place", "Europese Unie@nl", "European Union@en"),
)  # fmt: skip


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(THINGS)


def find(index: Index, asked: str, language: str = "nl", **filters: str) -> Found:
    return index.find(plain_words(asked), language, Filters(**filters))


def names(found: Found) -> list[str]:
    return [thing.iri.removeprefix(E) for thing in found.things]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("genratieve", "vision"),
        ("overheidsbreed visie", "vision"),
        ("Overheidsbrede visie op generatieve AI", "vision"),
        ("sandbx", "sandbox"),
        ("regulatry sandbox", "sandbox"),
        ("AI-verordening", "act"),
        ("AI Act", "act"),
        ("2024/1689", "act"),
        ("BZK", "bzk"),
        ("bzk", "bzk"),
        ("model", "model"),
        ("econom", "eco"),
        ("ECONOMIE", "eco"),
        ("sdg 9", "9"),
        ("ministerie nederland", "bzk"),
    ],
)
def test_words_find_what_they_mean(index: Index, asked: str, first: str) -> None:
    assert names(find(index, asked))[0] == first


def test_every_word_has_to_be_found(index: Index) -> None:
    assert names(find(index, "visie qwertyuiop")) == []
    assert names(find(index, "transparantie unie")) == ["open"]
    assert names(find(index, "transparantie visie")) == ["clear"]


def test_a_number_is_not_read_as_another(index: Index) -> None:
    assert names(find(index, "2024")) == ["act"]
    assert names(find(index, "2023")) == []


def test_a_short_word_is_not_read_as_another(index: Index) -> None:
    assert names(find(index, "bzq")) == []


def test_a_misspelt_word_is_told(index: Index) -> None:
    found = find(index, "genratieve visie")
    assert found.near == ("generatieve",)
    assert find(index, "generatieve visie").near == ()


def test_a_name_counts_more_than_a_description(index: Index) -> None:
    assert names(find(index, "sandbox")) == ["sandbox", "model"]


def test_without_words_everything_is_there_by_name(index: Index) -> None:
    found = find(index, "", "fr")
    assert len(found.things) == len(THINGS)
    labels = [thing.label("fr").value.casefold() for thing in found.things]
    assert labels == sorted(labels)


def test_facets_count_with_the_other_filters(index: Index) -> None:
    found = find(index, "transparantie")
    assert found.facets["kind"] == {"principle": 2}
    assert found.facets["document"] == {E + "act": 1, E + "vision": 1}
    narrowed = find(index, "transparantie", document=E + "act")
    assert names(narrowed) == ["open"]
    assert narrowed.facets["document"] == found.facets["document"]
    assert narrowed.facets["place"] == {E + "eu": 1}
    assert names(find(index, "transparantie", kind="policy")) == []


def test_a_name_is_found_by_each_of_its_words_and_beginnings(index: Index) -> None:
    for one in THINGS:
        for name in one.names:
            for word in plain_words(name.text):
                assert one in find(index, word).things
                if len(word) > 4:
                    assert one in find(index, word[:-1]).things, word
                    assert one in find(index, word[0] + word[2] + word[1] + word[3:]).things, word


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_folded_and_marked_and_stays_the_same(text: str) -> None:
    matched = {word: word[:2] for word in plain_words(text)}
    told = marked(text, "", matched)
    assert folded(told.text.value) == folded(text)
    short = marked(text, "", matched, most=40)
    assert len(short.text.value) <= 40 + len("… " + " …")


def test_marks_stand_on_the_letters_that_were_asked_for() -> None:
    text = marked("De Économie en het taalmodel", "", {"economie": "econ", "taalmodel": "model"})
    assert [p.text for p in text.pieces if p.marked] == ["Écon", "model"]
    alike = marked("een sandbox", "", {"sandbox": "sandbx"})
    assert [p.text for p in alike.pieces if p.marked] == ["sandbox"]


def search(client: Client, **parameters: object) -> Any:
    response = client.get("/search.json?" + urlencode(parameters))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    return response.json()


def test_json_has_what_was_found(client: Client) -> None:
    found = search(client, q="visei", lang="en")
    assert found["total"] == 1
    [result] = found["results"]
    assert (result["iri"], result["url"]) == (VISION, "/doc/policy/vision?lang=en")
    assert (result["label"], result["kind"], result["kindLabel"]) == ("Vision", "policy", "policy")
    assert result["matched"] == {"in": "label", "text": "Visie", "language": "nl"}
    assert found["alsoSearchedFor"] == ["visie"]
    assert client.get(result["url"], BROWSER).status_code == 200
    element = search(client, q="samenwerken")["results"][0]
    assert element["document"] == {"iri": VISION, "url": "/doc/policy/vision", "label": "Visie"}
    assert element["number"] == "1"


def test_the_page_and_its_twin_say_the_same(client: Client) -> None:
    queries = ("q=visie", "q=", "q=ministere&lang=fr", "q=&kind=action",
               "q=visie&document=policy/vision")  # fmt: skip
    for query in queries:
        page = Outline(client.page("/search?" + query).text)
        twin = client.get("/search.json?" + query, accept_language="nl").json()
        urls = [r["url"] for r in twin["results"] if r["url"]]
        assert [u for u in page.links if u in urls]
        assert set(urls) <= set(page.links)
        accepted = client.get("/search?" + query, "application/json", accept_language="nl")
        assert accepted.json() == twin
        assert "Accept" in accepted.headers["vary"]


def test_pages_of_results_hold_everything_once(client: Client) -> None:
    first = search(client, q="", size=7)
    seen = [r["iri"] for r in first["results"]]
    found = first
    while "next" in found:
        found = client.get(found["next"]).json()
        seen += [r["iri"] for r in found["results"]]
    assert len(seen) == len(set(seen)) == first["total"] > 7
    assert found["page"] == found["pages"] == -(-first["total"] // 7)
    assert "previous" in found
    assert client.get(f"/search?page={found['pages'] + 1}&size=7").status_code == 404


def test_every_filter_leads_to_as_many_as_it_says(client: Client) -> None:
    whole = search(client, q="")
    for key, values in whole["facets"].items():
        for value in values:
            narrowed = search(client, q="", **{key: value["value"]})
            assert narrowed["total"] == value["count"], (key, value)
            [chosen] = [v for v in narrowed["facets"][key] if v["chosen"]]
            assert chosen["value"] == value["value"]


def test_a_kept_tag_gives_304(client: Client) -> None:
    tag = client.get("/search.json?q=visie").headers["etag"]
    assert client.get("/search.json?q=visie", if_none_match=tag).status_code == 304
    assert client.get("/search.json?q=veilig", if_none_match=tag).status_code == 200


def test_nothing_found_leads_on(client: Client) -> None:
    found = search(client, q="samenwerken qwertyuiop")
    assert (found["total"], found["results"]) == (0, [])
    assert {"query": "samenwerken", "total": 1} in found["suggestions"]
    for suggestion in found["suggestions"]:
        assert search(client, q=suggestion["query"])["total"] == suggestion["total"]
    page = client.page("/search?q=samenwerken+qwertyuiop", "nl").text
    assert "Bedoelt u" in page
    assert {"/policies", "/queries", "/sparql"} <= set(Outline(page).links)


def test_the_query_behind_a_search_finds_the_same_names(client: Client) -> None:
    for parameters in ({"q": "visie"}, {"q": "veilig", "kind": "principle"},
                       {"q": "veilig", "document": "policy/vision"}):  # fmt: skip
        found = search(client, **parameters)
        answer = client.get("/sparql?" + urlencode({"query": found["sparql"]})).json()
        things = {row["thing"]["value"] for row in answer["results"]["bindings"]}
        assert things
        assert things <= {result["iri"] for result in found["results"]}


def test_what_was_withdrawn_is_not_found(client: Client) -> None:
    assert client.get("/doc/policy/old").status_code == 410
    assert search(client, q="oud")["total"] == 0


def test_names_of_a_hostile_dump_are_only_text(client: Client) -> None:
    page = client.page("/search?q=alert").text
    assert "<script>alert" not in page
    Outline(page)
    page = client.page("/search?q=" + quote('"><script>alert(2)</script>')).text
    assert "<script>alert" not in page
    Outline(page)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=" + "x" * 501, 400), ("kind=thing", 400), ("page=0", 400), ("page=x", 400),
        ("size=101", 400), ("size=1.5", 400), ("page=99999999999999", 400), ("q=a&page=400", 404),
        ("format=xml", 406), ("place=nowhere", 200), ("place=%00", 400), ("document=%3C%3E", 400),
        ("q=%FF%00", 200), ("q=a&q=b", 200),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(client: Client, query: str, status: int) -> None:
    assert client.get("/search?" + query).status_code == status
    assert client.page("/search?" + query).status_code == status


@given(q=st.text(max_size=300), place=st.text(max_size=20), document=st.text(max_size=20))
@settings(max_examples=150, deadline=None)
def test_any_words_are_answered(client: Client, q: str, place: str, document: str) -> None:
    query = urlencode({"q": q, "place": place, "document": document}, errors="replace")
    page, twin = client.page("/search?" + query), client.get("/search.json?" + query)
    assert page.status_code == twin.status_code
    assert page.status_code in (200, 400)
    twin = client.get("/search.json?" + urlencode({"q": q}, errors="replace"))
    assert twin.status_code == 200
    sparql = twin.json()["sparql"] + "LIMIT 1"
    assert client.get("/sparql?" + urlencode({"query": sparql})).status_code == 200


def test_a_mirror_with_too_many_names_is_searched_by_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = tmp_path / "dump.nt"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = [f'<{E}id/{n}> {label} "Ding nummer {n}"@nl .' for n in range(300)]
    dump.write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(findable, "MOST", 299)
    with mirrored(dump) as client:
        found = search(client, q="ding 29")
        assert not found["complete"]
        assert found["total"] == 13
        assert {r["label"] for r in found["results"]} >= {"Ding nummer 29", "Ding nummer 290"}
        assert "grote spiegel" in client.page("/search?q=ding").text
        assert search(client, q="ding", size=10, page=10)["pages"] == 10
        assert client.get("/search?q=ding&page=6").status_code == 404
        assert client.page("/search?q=").status_code == 200
    monkeypatch.undo()
    with mirrored(dump) as client:
        found = search(client, q="numer 29")
        assert found["complete"]
        # Few things have the number itself, so those count as well that it begins.
        assert found["total"] == 11
        assert found["results"][0]["label"] == "Ding nummer 29"


class mirrored:  # noqa: N801  (it is used as a function)
    """A client of a dump of somebody else."""

    def __init__(self, dump: Path) -> None:
        self._release = mirror([dump], Portal(base=E))

    def __enter__(self) -> Client:
        dataset = Dataset(self._release.dataset, self._release.apart, E)
        self._engine = Engine.start(dataset, LIMITS)
        self._engine.__enter__()
        self._loop = asyncio.new_event_loop()
        return Client(create_app(self._release, self._engine, LIMITS), self._loop)

    def __exit__(self, *error: object) -> None:
        self._engine.__exit__(None, None, None)
        self._loop.close()


def test_a_browser_can_add_the_search(client: Client) -> None:
    head = client.page("/doc/policy/vision").text
    media_type = "application/opensearchdescription+xml"
    assert f'rel="search" type="{media_type}" href="/opensearch.xml"' in head
    response = client.get("/opensearch.xml")
    assert response.headers["content-type"].startswith(media_type)
    namespace = "{http://a9.com/-/spec/opensearch/1.1/}"
    description = ET.fromstring(response.content)
    assert len(description.findtext(f"{namespace}ShortName", "")) <= 16
    template = description.findall(f"{namespace}Url")[0].attrib["template"]
    address = urlsplit(template.replace("{searchTerms}", quote("générative visie")))
    assert address.netloc == "portal.test"
    assert parse_qs(address.query) == {"q": ["générative visie"]}
    assert client.page(f"{address.path}?{address.query}").status_code == 200


def test_crawlers_are_led_to_every_page(client: Client) -> None:
    robots = client.get("/robots.txt").text.splitlines()
    [sitemap] = [line.partition(": ")[2] for line in robots if line.startswith("Sitemap: ")]
    assert sitemap == "http://portal.test/sitemap.xml"
    assert "Disallow: /sparql?" in robots
    assert not [line for line in robots if line.startswith("Disallow: /doc")]
    listed = ET.fromstring(client.get("/sitemap.xml").content)
    addresses = [one.text or "" for one in listed.iter(f"{SITEMAP}loc")]
    assert len(addresses) == len(set(addresses))
    paths = [address.removeprefix("http://portal.test") for address in addresses]
    assert {"/", "/policies", "/ns", "/doc/policy/vision", "/doc/organisation/hub"} <= set(paths)
    assert "/doc/policy/old" not in paths
    for path in paths:
        assert client.page(path).status_code == 200, path
    assert client.get("/sitemap-2.xml").status_code == 404

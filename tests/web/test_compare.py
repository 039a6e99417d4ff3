"""Comparisons of a few policies, written by hand: every figure is known beforehand."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.engine import Dataset, Engine
from policygraph.errors import BrokenInput
from policygraph.release import Release
from policygraph.web.app import create_app
from policygraph.web.comparison.selection import BASES, BY, LEVELS, STANDINGS, Selection, read
from policygraph.web.texts.texts import LANGUAGES

from .conftest import LIMITS, Client
from .example import BASE, GRAPHS, make_release
from .test_pages import Outline

SVG = "{http://www.w3.org/2000/svg}"
COUNTRY = "http://publications.europa.eu/resource/authority/country/"
KIND = "http://publications.europa.eu/resource/authority/resource-type/"
ODD = 'Code, "of" <conduct>\n=1+1'
"""A label that a table, a page and a picture have to write with care."""

DATA = """
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix sdgo: <http://metadata.un.org/sdg/ontology#> .
@prefix sdg: <http://metadata.un.org/sdg/> .
@prefix theme: <https://w3id.org/policygraph/id/theme/> .
@prefix instrument: <https://w3id.org/policygraph/id/instrument/> .
@prefix country: <http://publications.europa.eu/resource/authority/country/> .
@prefix kind: <http://publications.europa.eu/resource/authority/resource-type/> .
@prefix role: <https://w3id.org/policygraph/id/role/> .

theme:safety a pg:PrincipleTheme ; skos:prefLabel "Safety"@en , "Veiligheid"@nl .
theme:fairness a pg:PrincipleTheme ; skos:prefLabel "Fairness"@en , "Rechtvaardigheid"@nl .
theme:unused a pg:PrincipleTheme ; skos:prefLabel "Unused"@en , "Ongebruikt"@nl .
instrument:funding a pg:InstrumentType ; skos:prefLabel "Funding"@en .
instrument:training a pg:InstrumentType ; skos:prefLabel "Training"@en .
sdg:9 a sdgo:Goal ; skos:prefLabel "Industry"@en .
sdg:10 a sdgo:Goal ; skos:prefLabel "Inequalities"@en .
<http://metadata.un.org/sdg/9.b> a sdgo:Target ; sdgo:isTargetOf sdg:9 .
country:NLD skos:prefLabel "Netherlands"@en .
country:EUR skos:prefLabel "European Union"@en .
kind:REG skos:prefLabel "Regulation"@en .
kind:PLAN skos:prefLabel "Plan"@en .
role:author skos:prefLabel "author"@en .

policy:plan a pg:PolicyDocument ; skos:prefLabel "Plan"@en ; dct:issued "2019-03"^^xsd:gYearMonth ;
  dct:spatial country:NLD ; eli:work_type kind:PLAN .
policy:law a pg:PolicyDocument ; skos:prefLabel "Law"@en ; dct:issued "2024-06-13"^^xsd:date ;
  dct:spatial country:EUR ; eli:work_type kind:REG ; pg:cites policy:plan ;
  cv:hasParticipation <https://w3id.org/policygraph/id/policy/law/participation/1> .
policy:code a pg:PolicyDocument ; skos:prefLabel %s@en ; dct:issued "2021-01-01"^^xsd:date ;
  dct:spatial country:NLD , country:EUR .
policy:empty a pg:PolicyDocument ; skos:prefLabel "Empty"@en .
policy:other a pg:PolicyDocument ; skos:prefLabel "Other"@en .

<https://w3id.org/policygraph/id/policy/law/participation/1> cv:hasParticipant org:hub ;
  cv:role role:author .
org:hub skos:prefLabel "Hub"@en .

<https://w3id.org/policygraph/id/policy/plan/principle/1> pg:principleOf policy:plan ;
  pg:number "1" ; skos:prefLabel "Safe"@en ; pg:theme theme:safety , theme:fairness ;
  pg:standing pg:Listed ; pg:evidenceLevel pg:PrimarySource .
<https://w3id.org/policygraph/id/policy/plan/principle/2> pg:principleOf policy:plan ;
  pg:number "2" ; skos:prefLabel "Secure"@en ; pg:theme theme:safety ;
  pg:standing pg:InText ; pg:evidenceLevel pg:SecondarySource .
<https://w3id.org/policygraph/id/policy/law/principle/1> pg:principleOf policy:law ;
  skos:prefLabel "Robust"@en ; pg:theme theme:safety ; pg:standing pg:InText ;
  pg:evidenceLevel pg:SecondarySource ;
  skos:closeMatch <https://w3id.org/policygraph/id/policy/plan/principle/1> .
<https://w3id.org/policygraph/id/policy/plan/principle/1>
  skos:closeMatch <https://w3id.org/policygraph/id/policy/law/principle/1> .
<https://w3id.org/policygraph/id/policy/law/principle/2> pg:principleOf policy:law ;
  skos:prefLabel "Bare"@en .
[] rdf:subject <https://w3id.org/policygraph/id/policy/law/principle/1> ;
  rdf:predicate skos:closeMatch ;
  rdf:object <https://w3id.org/policygraph/id/policy/plan/principle/1> ;
  pg:rationale "Both keep from harm."@en , "Beide houden schade af."@nl .
<https://w3id.org/policygraph/id/policy/law/action/1> pg:actionPointOf policy:law ;
  skos:prefLabel "Pay"@en ; pg:instrument instrument:funding ; pg:standing pg:Listed .
<https://w3id.org/policygraph/id/policy/code/action/1> pg:actionPointOf policy:code ;
  skos:prefLabel "Teach"@en ; pg:instrument instrument:training , instrument:funding ;
  pg:standing pg:InText .
<https://w3id.org/policygraph/id/policy/law/alignment/1> pg:alignmentOf policy:law ;
  pg:goal <http://metadata.un.org/sdg/9.b> ; pg:basis pg:StatedInSource .
<https://w3id.org/policygraph/id/policy/plan/alignment/1>
  pg:alignmentOf <https://w3id.org/policygraph/id/policy/plan/principle/1> ;
  pg:goal sdg:9 , sdg:10 ; pg:basis pg:CuratorInterpretation ; pg:rationale "Because."@en .
<https://w3id.org/policygraph/id/policy/plan/alignment/2> pg:alignmentOf policy:plan ;
  pg:goal sdg:9 , <http://metadata.un.org/sdg> ; pg:basis pg:StatedInSource .
""" % ('"' + ODD.replace('"', '\\"').replace("\n", "\\n") + '"')

WANTED: dict[str, dict[str, dict[str, int]]] = {
    "": {"Law": {"Safety": 1}, "Plan": {"Fairness": 1, "Safety": 2}},
    "standing=listed": {"Plan": {"Fairness": 1, "Safety": 1}},
    "level=secondary": {"Law": {"Safety": 1}, "Plan": {"Safety": 1}},
    "place=country:NLD": {"Plan": {"Fairness": 1, "Safety": 2}},
    "since=2020": {"Law": {"Safety": 1}},
    "until=2019": {"Plan": {"Fairness": 1, "Safety": 2}},
    "kind=resource-type:REG": {"Law": {"Safety": 1}},
    "by=instrument": {"Law": {"Funding": 1}, ODD: {"Funding": 1, "Training": 1}},
    "by=sdg": {"Law": {"9 Industry": 1}, "Plan": {"9 Industry": 2, "10 Inequalities": 1}},
    "by=sdg&basis=stated": {"Law": {"9 Industry": 1}, "Plan": {"9 Industry": 1}},
    "by=sdg&basis=interpreted": {"Plan": {"9 Industry": 1, "10 Inequalities": 1}},
}
"""What each state counts; documents and columns without a number are left out."""

TOTALS = {"": {"Law": 1, "Plan": 2}, "by=instrument": {"Law": 1, ODD: 1}}
"""What counts in two columns counts once in the sum of a row."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    graphs = {"vision": DATA, "meta": GRAPHS["meta"], "ontology": GRAPHS["ontology"]}
    return make_release(tmp_path_factory.mktemp("compared"), graphs)


@pytest.fixture(scope="module")
def client(release: Release) -> Iterator[Client]:
    dataset = Dataset(release.dataset, release.apart, release.portal.base)
    loop = asyncio.new_event_loop()
    with Engine.start(dataset, LIMITS) as engine:
        yield Client(create_app(release, engine, LIMITS), loop)
    loop.close()


class Table(HTMLParser):
    """The tables of a page as rows of texts, each with the address that its cells lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[list[str]] = []
        self.scopes: list[str] = []
        self.captions = 0
        self._cell = False
        self._hidden = 0
        self._open: list[bool] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "tr":
            self.rows.append([])
            self.links.append([])
        if tag == "caption":
            self.captions += 1
        if tag in ("th", "td"):
            self._cell = True
            self.rows[-1].append("")
            self.links[-1].append("")
            if tag == "th":
                self.scopes.append(attributes.get("scope") or "")
        if tag == "span":
            self._open.append("hidden" in (attributes.get("class") or "").split())
            self._hidden += self._open[-1]
        if tag == "a" and self._cell and not self.links[-1][-1]:
            self.links[-1][-1] = attributes.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._cell = False
        if tag == "span":
            self._hidden -= self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell and not self._hidden:
            self.rows[-1][-1] += data


def words(text: str) -> str:
    return " ".join(text.split())


def page_of(client: Client, state: str, language: str = "en") -> httpx.Response:
    response = client.page("/compare" + (f"?{state}" if state else ""), language)
    assert response.status_code == 200, response.text
    return response


def questions_of(page: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'class="ask" href="([^"]+)"', page)]


def answer(client: Client, link: str) -> list[dict[str, str]]:
    """Return the rows of the query that a page leads to, as any client gets them."""
    response = client.get(link, "text/csv")
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


def counted(rows: list[list[str]]) -> dict[str, dict[str, int]]:
    """Return what the rows of a matrix count: its head, then documents; no sums."""
    head = [words(cell) for cell in rows[0]]
    found: dict[str, dict[str, int]] = {}
    for row in rows[1:]:
        numbers = {
            name: int(cell)
            for name, cell in zip(head[2:-1], row[2:-1], strict=True)
            if cell not in ("", "0")
        }
        if numbers:
            found[words(row[0])] = numbers
    return found


def spaced(wanted: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {words(name): numbers for name, numbers in wanted.items()}


@pytest.mark.parametrize("state", WANTED)
def test_a_matrix_counts_what_there_is(client: Client, state: str) -> None:
    page = page_of(client, state).text
    table = Table(page)
    assert counted(table.rows[:-1]) == spaced(WANTED[state])
    assert table.captions == 1
    assert all(table.scopes)
    sums = dict(zip(map(words, table.rows[0][2:]), table.rows[-1][2:], strict=True))
    for name, total in sums.items():
        if name != "In all":
            assert int(total) == sum(n.get(name, 0) for n in WANTED[state].values())
    totals = {words(row[0]): int(row[-1]) for row in table.rows[1:-1] if row[-1] != "0"}
    if state in TOTALS:
        assert totals == {words(name): n for name, n in TOTALS[state].items()}
    assert sum(totals.values()) == int(table.rows[-1][-1])
    heading = re.search(r"<h1[^>]*>.*?<span class=\"count\">(\d+)</span>", page, re.DOTALL)
    assert heading is not None
    assert int(heading[1]) == sum(totals.values())


@pytest.mark.parametrize("state", WANTED)
def test_figures_are_the_answers_of_the_queries_that_a_page_shows(
    client: Client, state: str
) -> None:
    page = page_of(client, state).text
    table = Table(page)
    cells, rows, columns = (answer(client, link) for link in questions_of(page))
    column = {"instrument": "instrument", "sdg": "goal"}.get(read(parse_qsl(state)).by, "theme")
    labels = {row[column]: row["label"] for row in columns}
    found: dict[str, dict[str, int]] = {}
    for row in cells:
        number = row[column].rpartition("/sdg/")[2] + " " if column == "goal" else ""
        own = found.setdefault(words(row["policyLabel"]), {})
        name = number + labels[row[column]]
        own[name] = own.get(name, 0) + int(row["count"])
    assert counted(table.rows[:-1]) == found
    assert [int(row[-1]) for row in table.rows[1:-1]] == [int(row["count"]) for row in rows]
    shown = sorted(int(total) for total in table.rows[-1][2:-1])
    assert shown == sorted(int(row["count"]) for row in columns)


@pytest.mark.parametrize("state", WANTED)
def test_the_csv_of_a_state_says_the_same(client: Client, state: str) -> None:
    response = client.get(f"/compare.csv?{state}", accept_language="en")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(response.text, newline=""), strict=True))
    assert response.text.endswith("\r\n")
    assert {len(row) for row in rows} == {len(rows[0])}
    assert counted([row[1:] for row in rows]) == spaced(WANTED[state])
    assert all(row[0].startswith(BASE) for row in rows[1:])
    assert any(row[1] == ODD for row in rows) or state not in ("", "by=instrument", "by=sdg")


@pytest.mark.parametrize("state", [*WANTED, "policy=plan&policy=law&policy=code", "on=safety"])
def test_the_picture_of_a_state_says_the_same_and_needs_nothing_else(
    client: Client, state: str
) -> None:
    response = client.get(f"/compare.svg?{state}", accept_language="en")
    assert response.headers["content-type"] == "image/svg+xml"
    root = ET.fromstring(response.text)
    named = {element.tag.removeprefix(SVG): element for element in root[:2]}
    assert root.attrib["aria-labelledby"].split() == [e.attrib["id"] for e in named.values()]
    assert all(named[name].text for name in ("title", "desc"))
    assert not [e for e in root.iter() if e.tag.rpartition("}")[2] in ("style", "script", "image")]
    references = re.findall(r'(?:href|src)="([^"]*)"|url\(([^)]*)\)', response.text)
    assert {a or b for a, b in references} <= {"#hatch"}
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for mark in root.iter(SVG + "rect"):
        assert float(mark.attrib.get("x", 0)) + float(mark.attrib["width"]) <= width
        assert float(mark.attrib.get("y", 0)) + float(mark.attrib["height"]) <= height
    if state in WANTED:
        numbers = [
            int(text.text or 0)
            for group in root.iter(SVG + "g")
            if group.attrib.get("text-anchor") == "middle"
            for text in group.iter(SVG + "text")
        ]
        wanted = sorted(n for own in WANTED[state].values() for n in own.values())
        assert sorted(numbers) == wanted


@pytest.mark.parametrize("state", ["", "by=sdg", "by=instrument", "standing=in-text"])
def test_a_cell_leads_to_what_it_counts(client: Client, state: str) -> None:
    table = Table(page_of(client, state).text)
    followed = 0
    for row, links in zip(table.rows[1:], table.links[1:], strict=True):
        for number, link in zip(row[2:], links[2:], strict=True):
            if not link:
                assert number in ("", "0") or (row, number) == (table.rows[-1], table.rows[-1][-1])
                continue
            page = client.page(html.unescape(link), "en").text
            [question] = questions_of(page)
            rows = answer(client, question)
            assert len({next(iter(r.values())) for r in rows}) == int(number)
            assert page.count('<p class="statement">') == int(number)
            as_csv = client.get(html.unescape(link).replace("/compare", "/compare.csv")).text
            assert len(list(csv.reader(io.StringIO(as_csv, newline="")))) == int(number) + 1
            followed += 1
    assert followed > 4


def test_an_empty_cell_says_nothing(client: Client) -> None:
    page = page_of(client, "").text
    assert "<td></td>" in page
    [row] = [row for row in Table(page).rows if words(row[0]) == "Empty"]
    assert set(row[1:-1]) == {""}


def test_policies_stand_side_by_side(client: Client) -> None:
    page = page_of(client, "policy=plan&policy=law&policy=code").text
    rows = {(words(row[0]), len(row)): row for row in Table(page).rows}
    assert [words(cell) for cell in rows["Safety", 4][1:]] == ["1 Safe 2 Secure", "Robust", ""]
    assert [words(cell) for cell in rows["without a theme", 4][1:]] == ["", "Bare", ""]
    assert [words(cell) for cell in rows["Funding", 4][1:]] == ["", "1", "1"]
    assert [words(cell) for cell in rows["9 Industry", 4][1:]] == ["2", "1", ""]
    assert [words(cell) for cell in rows["author", 4][1:]] == ["", "Hub", ""]
    assert [words(cell) for cell in rows["Principles", 4][1:]] == ["2", "2", ""]
    differences = [words(cell) for cell in rows["Themes", 5][1:]]
    assert differences == ["", "Fairness", "", ""]
    assert [words(cell) for cell in rows["Instruments", 5][1:]] == ["", "", "", "Training"]
    assert page.count("Both keep from harm.") == 1
    assert "Beide houden schade af." in page_of(client, "policy=plan&policy=law", "nl").text
    Outline(page)


def test_what_two_policies_share_is_said(client: Client) -> None:
    rows = Table(page_of(client, "policy=law&policy=plan").text).rows
    themes = next(row for row in rows if words(row[0]) == "Themes" and len(row) == 4)
    assert [words(cell) for cell in themes[1:]] == ["Safety", "", "Fairness"]
    goals = next(row for row in rows if words(row[0]) == "SDGs" and len(row) == 4)
    assert [words(cell) for cell in goals[1:]] == ["Industry", "", "Inequalities"]


def test_figures_side_by_side_are_answers_too(client: Client) -> None:
    page = page_of(client, "policy=plan&policy=law&policy=code").text
    sections = re.findall(
        r'<section class="part" aria-labelledby="(\w+)">\s*<div class="part-head">(.*?)</div>',
        page,
        re.DOTALL,
    )
    seen = set()
    for name, head in sections:
        count = re.search(r'class="count">(\d+)<', head)
        for link in questions_of(head):
            rows = answer(client, link)
            about = {"themes": "theme", "instruments": "instrument", "sdgs": "goal",
                     "involved": "role"}.get(name)  # fmt: skip
            if count and about:
                assert int(count[1]) == len({row[about] for row in rows})
            elif count and name == "close":
                assert int(count[1]) == len({(row["principle"], row["close"]) for row in rows})
            elif count:
                assert int(count[1]) == len(rows)
            assert rows
            seen.add(name)
    assert seen == {"identity", "figures", "themes", "instruments", "sdgs", "involved", "close",
                    "relations"}  # fmt: skip


def test_the_csv_side_by_side(client: Client) -> None:
    text = client.get("/compare.csv?policy=plan&policy=law", accept_language="en").text
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert rows[0][3:] == ["Plan", "Law"]
    assert rows[1][3:] == [BASE + "id/policy/plan", BASE + "id/policy/law"]
    found = {(row[0], row[1]): row[3:] for row in rows[1:]}
    assert found["Principles by theme", "Safety"] == ["1 Safe; 2 Secure", "Robust"]
    assert found["Sustainable Development Goals", "9 Industry"] == ["2", "1"]
    assert found["Principles close to each other", "Both keep from harm."] == ["Safe", "Robust"]


def test_a_state_has_one_address(client: Client) -> None:
    messy = "/compare?place=&kind=&by=theme&level=primary&basis=stated&x=1&policy=plan&policy=plan"
    moved = client.page(messy, "en")
    assert moved.status_code == 302
    assert moved.headers["location"] == "/compare?level=primary&policy=plan"
    assert client.page(moved.headers["location"], "en").status_code == 200
    kept = client.page("/compare?by=theme&lang=fr")
    assert kept.headers["location"] == "/compare?lang=fr"


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs"]), min_size=1).filter(
    lambda name: name == name.strip()
)
STATES = st.builds(
    Selection,
    by=st.sampled_from(BY),
    place=NAMES | st.just(""),
    kind=NAMES | st.just(""),
    since=st.sampled_from(["", "2018", "2020"]),
    until=st.sampled_from(["", "2020", "2025"]),
    level=st.sampled_from(["", *LEVELS]),
    standing=st.sampled_from(["", *STANDINGS]),
    basis=st.sampled_from(["", *BASES]),
    policies=st.lists(NAMES, max_size=4, unique=True).map(tuple),
    of=NAMES | st.just(""),
    on=NAMES | st.just(""),
)


@given(STATES)
def test_an_address_is_read_as_it_was_written(state: Selection) -> None:
    again = read(parse_qsl(urlsplit(state.address()).query))
    assert again.pairs() == state.pairs()
    assert again.address() == state.address()


@pytest.mark.parametrize(
    "asked", ["by=colour", "level=high", "basis=x", "since=20", "until=x", "since=2020&until=2019"]
)
def test_what_is_no_choice_is_said(client: Client, asked: str) -> None:
    with pytest.raises(BrokenInput):
        read(parse_qsl(asked))
    for suffix in ("", ".csv", ".svg"):
        assert client.page(f"/compare{suffix}?{asked}").status_code == 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_policy_leaves_a_way_out(client: Client, language: str) -> None:
    response = client.page("/compare?policy=plan&policy=law&policy=nowhere", language)
    assert response.status_code == 404
    outline = Outline(response.text)
    assert outline.lang == language
    assert "nowhere" in response.text
    assert response.text.count(" checked>") == 2
    assert "/compare" in outline.links
    assert client.get("/compare.csv?policy=plan&policy=nowhere").status_code == 404
    assert client.page("/compare?place=country:XXX", language).status_code == 404
    assert client.page("/compare?of=nowhere", language).status_code == 404


def test_five_policies_are_too_many(client: Client) -> None:
    five = "&".join(f"policy={name}" for name in ("plan", "law", "code", "empty", "other"))
    response = client.page(f"/compare?{five}", "en")
    assert response.status_code == 400
    assert response.text.count('type="checkbox"') == 5
    assert "More than 4 documents" in response.text
    problem = client.get(f"/compare.svg?{five}", "application/problem+json")
    assert problem.json()["status"] == 400


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["", "by=sdg", "of=plan", "policy=plan&policy=law&policy=code"])
def test_every_state_is_a_good_page(client: Client, state: str, language: str) -> None:
    outline = Outline(page_of(client, state, language).text)
    assert outline.lang == language
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    for before, after in zip(outline.headings, outline.headings[1:], strict=False):
        assert after <= before + 1
    assert len(set(outline.ids)) == len(outline.ids)
    assert outline.inline == []
    assert {link.partition("?")[0] for link in outline.links} >= {"/compare.csv", "/compare.svg"}


@pytest.mark.parametrize(
    "name",
    [
        "$language",
        "a> } #",
        "http://x/$policies",
        "http://x/> ?s ?p ?o",
        "../../etc",
        "%00",
        "\ud7ff",
    ],
)
def test_what_an_address_names_cannot_change_a_query(client: Client, name: str) -> None:
    for parameter in ("policy", "place", "kind", "of", "on"):
        response = client.request(
            "GET", "/compare.csv", params={parameter: name}, headers={"Accept": "text/html"}
        )
        assert response.status_code in (400, 404) or (
            parameter == "on" and len(response.text.splitlines()) == 1
        )


def test_pages_lead_to_comparisons(client: Client) -> None:
    assert "/compare?by=sdg" in Outline(client.page("/", "en").text).links
    links = Outline(client.page("/doc/policy/law", "en").text).links
    assert "/compare?policy=law" in links
    page = page_of(client, "policy=law").text
    assert re.search(r'name="policy" value="law" checked', page)

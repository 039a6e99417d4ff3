"""The pages of the query catalogue: what they show is what the query answers, without a script."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from policygraph.queries import find, read_catalogue
from policygraph.release import Release
from policygraph.sources import find_portal
from tests.conftest import REPOSITORY
from tests.served.conftest import serving
from tests.served.test_served_pages import page

PAGE = 200
CATALOGUE = read_catalogue(find_portal(REPOSITORY))
OWN = [query for query in CATALOGUE if not query.calls]
CALLING = [query for query in CATALOGUE if query.calls]
ROWS = [query.slug for query in OWN if query.form == "SELECT"]


@pytest.fixture(scope="module")
def client(release: Release) -> Iterator[httpx.Client]:
    with (
        serving("--release", release.path) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


class Table(HTMLParser):
    """The cells of the answer on a page, by row; with "drawn" those of its matrix."""

    def __init__(self, text: str, which: str = "data") -> None:
        super().__init__()
        self._which = which
        self.rows: list[list[str]] = []
        self._inside = self._cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._inside = self._which in (dict(attrs).get("class") or "drawn")
        if self._inside and tag == "tr":
            self.rows.append([])
        if self._inside and tag in ("td", "th"):
            self._cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False
        if tag == "table":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data


def thing_of(name: str, columns: list[str], slug: str) -> str:
    """The column of the things whose names are in one: it has the same heading."""
    headings = find(CATALOGUE, slug).columns
    same = [c for c in columns if c != name and headings[c] == headings[name]]
    return same[0] if same and name.lower().endswith("label") else ""


def answer(client: httpx.Client, text: str) -> Any:
    """The answer behind a page: of the address that it gives for JSON."""
    link = re.search(r'<a href="(/queries/[^"]+\.json[^"]*)"', text)
    assert link is not None
    return client.get(html.unescape(link[1])).json()


@pytest.mark.parametrize("slug", ROWS)
def test_a_page_shows_what_its_address_and_its_sparql_answer(
    client: httpx.Client, slug: str
) -> None:
    text = page(client, f"/queries/{slug}", "en")
    found = answer(client, text)
    editor = re.search(r'class="button" href="([^"]+)"', text)
    assert editor is not None
    headers = {"Accept": "application/sparql-results+json"}
    assert client.get(html.unescape(editor[1]), headers=headers).json() == found
    columns, rows = found["head"]["vars"], found["results"]["bindings"]
    head, *shown = Table(text).rows
    names = {thing_of(c, columns, slug): c for c in columns}
    kept = sorted(
        (c for c in columns if not thing_of(c, columns, slug)),
        key=lambda c: columns.index(names.get(c, c)),
    )
    headings = find(CATALOGUE, slug).columns
    assert [cell.lower() for cell in head] == [headings[c]["en"].lower() for c in kept]
    assert len(shown) == min(len(rows), PAGE)
    for cells, row in zip(shown, rows, strict=False):
        for column, cell in zip(kept, cells, strict=True):
            term = row.get(names.get(column, column)) or row.get(column)
            if term is None:
                assert cell == ""
            elif term["type"] == "literal":
                assert cell == term["value"]


def test_pages_of_a_long_answer_have_all_its_rows(client: httpx.Client) -> None:
    link, seen = "/queries/claims-of-a-level", []
    total = len(answer(client, page(client, link, "en"))["results"]["bindings"])
    assert total > PAGE
    text = ""
    while link:
        text = page(client, link, "en")
        seen += Table(text).rows[1:]
        following = re.search(r'href="(\?[^"]+)" rel="next"', text)
        link = f"/queries/claims-of-a-level{html.unescape(following[1])}" if following else ""
    assert len(seen) == total
    refused = client.get("/queries/claims-of-a-level?page=49", headers={"Accept": "text/html"})
    assert refused.status_code == 404


def test_a_form_offers_things_by_name_and_its_values_reach_every_address(
    client: httpx.Client,
) -> None:
    text = page(client, "/queries/document-outline?policy=eu-ai-act&language=nl", "nl")
    field = text.split('id="field-policy"')[1].split("</select>")[0]
    options = re.findall(r'<option value="([^"]+)"( selected)?>([^<]+)</option>', field)
    assert len(options) >= 40
    assert [value for value, chosen, _ in options if chosen] == ["eu-ai-act"]
    assert all(label != value for value, _, label in options)
    for pattern in (r"\.csv\?[^\"]*", r"/queries/document-outline\?[^\"]*"):
        assert any("policy=eu-ai-act" in found for found in re.findall(pattern, text))
    assert "policy/eu-ai-act&gt;" in text.split('aria-labelledby="sparql"')[-1]
    assert len(Table(text).rows) - 1 == len(answer(client, text)["results"]["bindings"])


@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_a_value_that_does_not_fit_is_refused_and_the_form_stays(
    client: httpx.Client, language: str
) -> None:
    headers = {"Accept": "text/html", "Accept-Language": language}
    refused = client.get("/queries/timeline?from=yesterday", headers=headers)
    assert refused.status_code == 400
    assert refused.headers["cache-control"] == "no-store"
    assert 'role="alert"' in refused.text
    assert "2022-01-01" in refused.text
    assert 'value="yesterday"' in refused.text


@pytest.mark.parametrize("slug", [query.slug for query in CALLING])
def test_a_query_that_calls_others_says_so_and_what_it_takes(
    client: httpx.Client, slug: str
) -> None:
    query = next(query for query in CALLING if query.slug == slug)
    for path in (f"/queries/{slug}", f"/queries/{slug}?run=1"):
        text = page(client, path, "en")
        assert "service_allow" in text
        assert all(
            f'<code class="wrap">{html.escape(address)}</code>' in text for address in query.calls
        )
        assert '<section class="answer"' not in text
        assert 'class="note calls" id="answer"' in text  # where RDF says that the answer is


def test_the_catalogue_is_found_by_topic_and_by_words(client: httpx.Client) -> None:
    def slugs(path: str) -> set[str]:
        return set(re.findall(r'<h3><a href="/queries/([\w-]+)"', page(client, path, "nl")))

    assert slugs("/queries") == {query.slug for query in CATALOGUE}
    assert slugs("/queries?topic=sdg") == {q.slug for q in CATALOGUE if q.topic == "sdg"}
    found = slugs("/queries?q=MATRIX+thema")
    assert found == {"policy-theme-matrix"}
    assert slugs("/queries?q=nietsdaarvan") == set()


@pytest.mark.parametrize(
    "slug", ["quality-per-policy", "country-has-instrument", "outline-to-download"]
)
def test_programs_work_as_they_stand(client: httpx.Client, slug: str) -> None:
    text = page(client, f"/queries/{slug}", "en")
    programs = dict(
        re.findall(
            r'<h3 id="code-\d">(\w+)</h3>\s*<pre[^>]*><code>(.*?)</code></pre>', text, re.DOTALL
        )
    )
    assert set(programs) == {"curl", "Python", "R", "JavaScript"}
    done = subprocess.run(
        ["bash", "-c", html.unescape(programs["curl"]) + " --silent --fail"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip()
    run = [sys.executable, "-c", html.unescape(programs["Python"])]
    done = subprocess.run(run, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_a_chart_draws_the_numbers_of_the_table(client: httpx.Client) -> None:
    text = page(client, "/queries/attention-per-sdg", "en")
    marks = re.findall(
        r'<rect class="mark" x="0" y="8" width="([\d.]+)"[^>]*/></svg><span class="num">(\d+)<',
        text,
    )
    table = Table(text).rows
    column = table[0].index("Policy documents")
    assert [value for _, value in marks] == [row[column] for row in table[1:]]
    longest = max(int(value) for _, value in marks)
    for width, value in marks:
        assert abs(float(width) - int(value) / longest * 340) < 0.1


@pytest.mark.parametrize(
    ("slug", "down", "across", "value"),
    [
        ("policy-theme-matrix", "policyLabel", "themeLabel", "principles"),
        ("policy-instrument-matrix", "policyLabel", "instrumentLabel", "actions"),
        ("instruments-by-country", "instrumentLabel", "placeLabel", "policies"),
        ("policy-sdg-matrix", "policyLabel", "goalLabel", "links"),
    ],
)
def test_a_matrix_has_every_number_of_the_whole_answer(
    client: httpx.Client, slug: str, down: str, across: str, value: str
) -> None:
    text = page(client, f"/queries/{slug}", "en")
    rows = answer(client, text)["results"]["bindings"]
    expected: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        pair = (row[down]["value"], row[across]["value"])
        expected.setdefault(pair, []).append(int(row[value]["value"]))
    (_, *heads), *lines = Table(text, "drawn").rows
    drawn = {
        (name, head): [int(number) for number in re.findall(r"\d+", cell)]
        for name, *cells in lines
        for head, cell in zip(heads, cells, strict=True)
        if cell
    }
    assert drawn.keys() == expected.keys()
    assert all(sorted(drawn[pair]) == sorted(expected[pair]) for pair in expected)
    assert len(Table(text).rows) - 1 == min(len(rows), PAGE)


def test_bars_are_of_the_number_by_which_an_answer_is_sorted(client: httpx.Client) -> None:
    text = page(client, "/queries/evidence-per-policy", "en")
    assert "<figcaption" in text
    assert "% seen in the document by policy document" in text
    assert 'class="num">% seen in the document' in text


def test_a_french_reader_reads_french_and_no_address_in_place_of_a_name(
    client: httpx.Client,
) -> None:
    text = page(client, "/queries/actions-by-pillar", "fr")
    head, *rows = Table(text).rows
    assert head[3] == "Point d\u2019action"
    assert {row[7] for row in rows} <= {"Annoncé", "Planifié", "En cours", "Achevé", ""}
    assert not [cell for row in rows for cell in row if "https://w3id.org/policygraph/id/" in cell]

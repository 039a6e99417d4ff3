from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from starlette.responses import Response

from policygraph.engine import Engine
from policygraph.release import Release
from policygraph.web import questions
from policygraph.web.app import create_app
from policygraph.web.facts import Facts
from policygraph.web.pagecache import PageCache
from policygraph.web.texts.dates import worded
from policygraph.web.texts.pagetexts import PAGES as PAGE_TEXTS
from policygraph.web.texts.searchtexts import SEARCH
from policygraph.web.texts.texts import _TEXTS, LANGUAGES, text
from policygraph.web.things.policies import read_policy

from .conftest import LIMITS, Client, parsed
from .example import VISION

PAGES = (
    "/", "/policies", "/sparql", "/queries", "/queries/all", "/download/", "/ns", "/shapes",
    "/about", "/about/model", "/about/quality", "/about/data",
    "/doc/policy/vision", "/doc/policy/vision/action/1.2", "/doc/graph/vision",
    "/doc/organisation/hub", "/doc/organisation/evil",
    "/doc/sdg:9", "/doc/sdg:", "/doc/theme/safety", "/doc/policy/none", "/nowhere",
    "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D",
    "/compare", "/compare?by=sdg", "/compare?by=instrument&policy=vision",
    "/compare?of=vision&on=safety", "/compare?policy=vision&policy=none", "/compare?by=nothing",
)  # fmt: skip
MOST_QUESTIONS = {
    "/": 16, "/policies": 3, "/doc/policy/vision": 15, "/doc/policy/vision/principle/1": 8,
    "/doc/policy/vision/action/1.2": 6, "/doc/theme/safety": 3, "/doc/role/author": 3,
    "/doc/organisation/hub": 8, "/doc/graph/vision": 3, "/ns": 2, "/shapes": 2, "/compare": 5,
    "/explore": 6, "/queries": 2, "/queries/all": 4, "/about": 3, "/about/model": 2,
    "/about/quality": 3, "/download/": 1, "/catalog": 2,
}  # fmt: skip
"""Queries that a page may ask: what stands on it at once, and names last, for everything."""
VOID_ELEMENTS = {"meta", "link", "br", "input", "hr", "img"}


class Outline(HTMLParser):
    """Checks that elements nest, and gathers headings, ids, links and inline code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.landmarks: list[str] = []
        self.inline: list[str] = []
        self.lang = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID_ELEMENTS:
            self.open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("main", "header", "footer", "nav"):
            self.landmarks.append(tag)
        if tag == "html":
            self.lang = given.get("lang") or ""
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if given.get("href"):
            self.links.append(given["href"] or "")
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "script":
            source = given.get("src") or ""
            assert given["type"] == "application/ld+json" or source.startswith("/static/built/")
        assert tag != "style"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_well_made(client: Client, path: str, language: str) -> None:
    response = client.page(path, language)
    outline = Outline(response.text)
    assert outline.lang == language == response.headers["content-language"]
    assert outline.headings[:1] == [1]
    assert outline.headings.count(1) == 1
    for before, after in zip(outline.headings, outline.headings[1:], strict=False):
        assert after <= before + 1
    assert len(set(outline.ids)) == len(outline.ids)
    assert outline.landmarks.count("main") == 1
    assert "#content" in outline.links
    assert outline.inline == []
    for link in outline.links:
        assert link.startswith(("/", "#", "?", "http://", "https://", "data:,"))
        if link.startswith("#"):
            assert link[1:] in outline.ids
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert {"Accept", "Accept-Language"} <= set(response.headers["vary"].split(", "))


def test_links_lead_somewhere(client: Client) -> None:
    seen: set[str] = set()
    for path in PAGES:
        page = client.page(path)
        if page.status_code != 200:
            continue
        for link in Outline(page.text).links:
            target = link.partition("#")[0]
            if target.startswith("/") and target not in seen:
                seen.add(target)
    known_gaps = {"/doc/jurisdiction/"}
    for target in sorted(seen - known_gaps):
        if "/doc/initiative/" in target and not target.endswith("i000"):
            continue
        assert client.page(target).status_code in (200, 303, 410), target


def test_a_language_that_was_asked_for_stays(client: Client) -> None:
    links = Outline(client.page("/?lang=en", "nl").text).links
    assert "/download/?lang=en" in links
    assert "/doc/policy/vision?lang=en" in links
    assert "/download/" in Outline(client.page("/", "en").text).links


def test_start_page_counts(client: Client) -> None:
    page = client.page("/", "en").text
    found = re.findall(r'<a href="([^"]+)"[^>]*><b>([^<]+)</b> ([^<]+)</a>', page)
    figures = {words: int(number.replace("\u202f", "")) for _, number, words in found}
    assert figures["policy"] == 1
    assert figures["pillars"] == 2
    assert figures["action points"] == 3
    for link, number, _ in found:
        answer = client.get(html.unescape(link), "text/csv").text.split()
        assert answer == ["count", number.replace("\u202f", "")]
    assert "http://portal.test/sparql" in page


def test_a_policy_page_follows_the_document(client: Client) -> None:
    page = client.page("/doc/policy/vision", "nl").text
    wanted = ["Visie</h1>", "Veilig<", "Samenwerken</a></h3>", "tweede<", "tiende<", "dialoog<",
              "Toezicht</a></h3>"]  # fmt: skip
    places = [page.index(text) for text in wanted]
    assert places == sorted(places)
    assert "2 genoemd, 1 in de tekst" in page
    assert "Het document noemt onder deze pijler geen actiepunten." in page
    assert page.index("Zegt het document zelf") < page.index("Interpretatie van een curator")
    assert "omdat" in page
    assert "Bewijs" in page


def test_labels_fall_back_and_say_their_language(client: Client) -> None:
    assert '<h1><span lang="fr">Moyeu</span>' not in client.page("/doc/organisation/hub", "nl").text
    assert '<h1><span lang="nl">Spil</span></h1>' in client.page("/doc/organisation/hub", "en").text
    assert "<h1>Moyeu</h1>" in client.page("/doc/organisation/hub", "fr").text


def test_pillars_in_a_circle_are_shown_once(release: Release) -> None:
    from policygraph.namespaces import PG_NS, prefixes
    from policygraph.terms import NamedNode, Triple

    def triples() -> Iterator[Triple]:
        for one, other in (("a", "b"), ("b", "a")):
            pillar = NamedNode(VISION + "/" + one)
            yield pillar, NamedNode(PG_NS + "pillarOf"), NamedNode(VISION)
            yield pillar, NamedNode(PG_NS + "inPillar"), NamedNode(VISION + "/" + other)

    facts = Facts(triples(), "nl", release.urls, prefixes())
    answers: dict[str, list[dict[str, str]]] = {
        key: [] for key in questions.of_policy(VISION, "nl")
    }
    answers["pillars"] = [{"element": VISION + "/a"}, {"element": VISION + "/b"}]
    policy = read_policy(facts, VISION, answers)
    assert [p.element.iri for p in policy.pillars] == [VISION + "/a"]
    assert [p.element.iri for p in policy.pillars[0].pillars] == [VISION + "/b"]


def test_things_of_others_have_a_page_here(client: Client) -> None:
    page = client.page("/doc/sdg:9", "en")
    assert page.status_code == 200
    assert 'rel="canonical"' not in page.headers["link"]
    assert 'href="http://metadata.un.org/sdg/9"' in page.text
    assert "/doc/sdg:9" in Outline(client.page("/doc/policy/vision").text).links
    about = parsed(client.get("/doc/sdg:9.ttl").content, "text/turtle")
    assert any(str(o) == "http://metadata.un.org/sdg/9" for o in about.objects())
    assert client.page("/doc/sdg:").status_code == 200
    assert client.page("/doc/sdg:99").status_code == 404


def test_a_thing_shows_what_documents_do_with_it(client: Client) -> None:
    page = client.page("/doc/organisation/hub", "nl").text
    assert "in één document" in page
    role = page.index('<div class="document"><a href="/doc/policy/vision">')
    assert page.index("het hele document") > role
    assert "auteur" in page[role:]


def test_a_part_of_a_policy_reads_on(client: Client) -> None:
    page = client.page("/doc/policy/vision/action/1.2", "en").text
    assert 'href="/doc/policy/vision#action-1.2"' in page
    assert 'id="action-1.2"' in client.page("/doc/policy/vision").text
    assert 'rel="next" href="/doc/policy/vision/action/1.10"' in page
    assert 'rel="prev"' not in page
    assert 'rel="prev" href="/doc/policy/vision/action/1.2"' in (
        client.page("/doc/policy/vision/action/1.10").text
    )
    glance = page.partition('id="glance"')[2].partition("</dl>")[0]
    assert '<dt>Pillar</dt><dd><a href="/doc/policy/vision/pillar/1">' in glance
    goals = client.page("/doc/policy/vision/principle/1", "nl").text.partition('id="sdgs"')[2]
    assert "omdat" in goals.partition("</section>")[0]


def test_an_error_is_reported_where_the_portal_says(
    release: Release, engine: Engine, loop: asyncio.AbstractEventLoop
) -> None:
    def shown(report: str) -> str:
        own = replace(release, portal=replace(release.portal, report=report))
        return Client(create_app(own, engine, LIMITS), loop).page("/doc/policy/vision").text

    for address in ("https://example.org/new?about=", "mailto:us@example.org?subject="):
        assert address + quote(VISION + "/principle/1", "") in shown(address + "{iri}")
    assert "Meld een fout" not in shown("")


def test_a_page_that_was_made_before_is_the_same(client: Client) -> None:
    first, again = client.page("/doc/policy/vision", "fr"), client.page("/doc/policy/vision", "fr")
    assert first.content == again.content
    assert first.headers == again.headers
    assert "link" in again.headers


@pytest.mark.parametrize(("path", "most"), MOST_QUESTIONS.items())
def test_a_page_asks_few_questions_and_none_again(
    release: Release, engine: Engine, loop: asyncio.AbstractEventLoop, path: str, most: int
) -> None:
    def asked() -> int:
        health = engine.health()
        return health.cache_hits + health.cache_misses + health.cache_shared

    client = Client(create_app(release, engine, LIMITS), loop)
    before = asked()
    assert client.page(path).status_code == 200
    first = asked()
    assert 0 < first - before <= most
    assert client.page(path).status_code == 200
    assert asked() == first


def test_kept_pages_stay_within_their_bytes() -> None:
    cache = PageCache(limit=80)
    for tag in "abc":
        cache.keep(tag, Response(b"x" * 10))
    cache.keep("long", Response(b"x" * 11))
    assert cache.find("long") is None
    assert cache.find("a") is not None
    for tag in "defghi":
        cache.keep(tag, Response(b"x" * 10))
    assert cache.find("a") is not None
    assert cache.find("b") is None


def test_queries_lead_into_the_editor(client: Client) -> None:
    assert 'href="/queries/all"' in client.page("/queries").text
    page = client.page("/queries/all", "en").text
    assert "<h1>Everything</h1>" in page
    assert "/sparql?query=SELECT" in page
    assert client.page("/queries/none").status_code == 404


def test_the_words_are_there_in_every_language() -> None:
    for key, words in _TEXTS.items():
        assert len(words) == len(LANGUAGES), key
        assert all(words), key
    tables = (PAGE_TEXTS, SEARCH)
    assert sum(map(len, tables)) == len({key for table in tables for key in table})


@pytest.mark.parametrize(
    ("language", "date", "words"),
    [
        ("nl", "2024-01-18", "18 januari 2024"),
        ("en", "2025-02", "February 2025"),
        ("fr", "2023-08-01", "1er août 2023"),
        ("nl", "2019", "2019"),
        ("en", "2024-13-01", "2024-13-01"),
        ("en", "soon", "soon"),
    ],
)
def test_dates_in_words(language: str, date: str, words: str) -> None:
    assert worded(language, date) == words


def test_the_start_page_lists_documents_by_year(client: Client) -> None:
    years = client.page("/", "en").text.partition('<ol class="years"')[2].partition("</ol>")[0]
    assert re.findall(r"<h3>(\d+) ", years) == ["2024"]
    assert '<time class="date" datetime="2024-01-18">18 January</time>' in years


def test_style_sheet(client: Client) -> None:
    links = Outline(client.page("/").text).links
    [sheet] = [x for x in links if x.startswith("/static/policygraph.css")]
    response = client.get(sheet)
    assert response.headers["content-type"].startswith("text/css")
    assert "url(" not in response.text


def test_status(client: Client, release: Release) -> None:
    health = client.get("/health")
    assert health.json() == {"status": "ok", "release": release.id, "version": "1.2"}
    assert health.headers["cache-control"] == "no-store"
    assert client.get("/health/live").status_code == 200
    assert "Disallow: /sparql" in client.get("/robots.txt").text


def test_no_line_begins_with_a_mark_and_apostrophes_are_curved() -> None:
    for language in LANGUAGES:
        shown = [text(language, key) for key in _TEXTS]
        assert not [words for words in shown if re.search(r"'| [:;?!»]|« ", words)]
    assert text("fr", "wrong_title") == "Une erreur\u00a0?"
    assert text("nl", "risks") == "Risico\u2019s"

"""The pages of the portal, read as a person reads them: on paper-white, in the dark, on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import REPOSITORY

from .conftest import Chromium, Open, Served, Watch
from .kinds import KINDS, VISION

AXE = REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(frozen=True)
class Reader:
    """Who reads: on which screen, and whether it is looked at how colours stand out there."""

    width: int
    scheme: str = "light"
    colours: bool = False


READERS = {
    "nl": (Reader(1280, colours=True), Reader(390)),
    "en": (Reader(1280, "dark", colours=True), Reader(390, colours=True)),
    "fr": (Reader(1280), Reader(390, "dark")),
}
"""By language. How colours stand out is looked at once for each screen and each scheme: it takes
as long as all other rules, and no language changes it."""
START_KB = 300


def violations(page: Page, *, colours: bool = True) -> list[str]:
    """What axe finds wrong with a page, by WCAG 2.2 levels A and AA."""
    assert AXE.is_file(), "axe-core is part of the front end: `npm ci` in frontend/"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "([rules, colours]) => axe.run({runOnly: {type: 'tag', values: rules},"
        " rules: {'color-contrast': {enabled: colours}}, resultTypes: ['violations']})",
        [RULES, colours],
    )
    return [
        f"{found['id']}: {node['html'][:200]} {node['failureSummary']}"
        for found in found["violations"]
        for node in found["nodes"][:3]
    ]


def wrong(page: Page, language: str, *, colours: bool) -> Iterator[str]:
    """What keeps somebody from reading a page, as far as a program can tell."""
    yield from violations(page, colours=colours)
    if page.locator("html").get_attribute("lang") != language:
        yield "another language"
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        yield f"{wide} pixels too wide"
    if page.locator("h1").count() != 1:
        yield "not one heading for the whole page"
    yield from page.locator("main a:visible").evaluate_all(
        "links => links.filter(a => !a.textContent.trim()).map(a => `empty: ${a.outerHTML}`)"
    )


@pytest.mark.parametrize("language", READERS)
@pytest.mark.parametrize("name", KINDS)
def test_a_page_can_be_read_by_everybody(
    chromium: Chromium, served: Served, name: str, language: str
) -> None:
    kind = KINDS[name]
    address = served.of(kind)
    for reader in READERS[language]:
        context = chromium.shared(
            locale=language,
            viewport={"width": reader.width, "height": 900},
            color_scheme=reader.scheme,
        )
        watch = Watch(urlsplit(address).netloc, refusals={kind.status} - {200})
        with context.new_page() as page:
            watch.on(page)
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == kind.status
            if kind.ready:
                kind.ready(page)
            found = [*wrong(page, language, colours=reader.colours), *watch.found]
        assert found == [], reader


def test_without_a_script_a_reader_finds_reads_and_asks(open_page: Open) -> None:
    page, _ = open_page("/", language="nl", java_script_enabled=False)
    page.get_by_role(
        "link", name="Nederlandse overheidsbrede visie op generatieve AI"
    ).first.click()
    expect(page.locator("h1")).to_have_text("Nederlandse overheidsbrede visie op generatieve AI")
    principles = page.locator("section[aria-labelledby=principles]")
    count = int(principles.locator("h2 .count").inner_text())
    expect(principles.locator("li .entry")).to_have_count(count)
    proof = principles.locator("details").first
    expect(proof.locator("dl")).to_be_hidden()
    proof.locator("summary").click()
    expect(proof.locator("dl")).to_be_visible()
    principles.get_by_role("link", name="Vraag dit zelf").click()
    expect(page.locator("table tbody tr")).to_have_count(count)


def test_stated_and_interpreted_goals_differ_in_more_than_colour(open_page: Open) -> None:
    page, _ = open_page(VISION, language="en")
    tiles = page.locator(".wall .tile")
    expect(tiles).to_have_count(17)
    expect(tiles.nth(8)).to_have_text(re.compile("9 linked by a curator"))
    expect(tiles.nth(0)).to_have_text(re.compile("1 not linked"))
    assert tiles.nth(8).evaluate("e => getComputedStyle(e).borderStyle") == "dashed"
    page, _ = open_page("/doc/policy/sdg-goals", language="en")
    stated = page.locator(".wall .tile.stated").first
    expect(stated).to_have_text(re.compile("stated in the document"))
    assert stated.evaluate("e => getComputedStyle(e).borderStyle") == "none"


def test_a_table_sorts_by_the_column_that_a_reader_picks(open_page: Open) -> None:
    page, _ = open_page("/policies", language="en")
    head = page.locator("thead th").nth(6)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    cells = [int(text) for text in page.locator("tbody td:nth-child(7)").all_inner_texts()]
    assert cells == sorted(cells, reverse=True)
    page.locator("thead th").nth(0).get_by_role("button").press("Enter")
    expect(head).not_to_have_attribute("aria-sort", "descending")
    names = page.locator("tbody th").all_inner_texts()
    assert names == sorted(names, key=str.casefold)


def test_the_start_page_is_light(open_page: Open) -> None:
    page, _ = open_page("/", language="nl")
    page.wait_for_load_state("networkidle")
    sent = page.evaluate(
        "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
        ".map(entry => [entry.name, entry.transferSize])"
    )
    assert sum(size for _, size in sent) < START_KB * 1000, sent


def test_a_page_can_be_printed(open_page: Open) -> None:
    page, _ = open_page(VISION, language="nl")
    page.emulate_media(media="print")
    expect(page.locator("header.site nav").first).to_be_hidden()
    expect(page.locator(".ask").first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()

"""The pages of the portal, read as a person reads them: on paper-white, in the dark, on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import REPOSITORY

from .conftest import Open

AXE = REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

VISION = "/doc/policy/nl-generative-ai-vision"
KINDS = (
    "/", "/policies", VISION, "/doc/policy/eu-ai-act", f"{VISION}/principle/2",
    f"{VISION}/pillar/1", "/doc/theme/safety-security", "/doc/instrument/regulatory-sandbox",
    "/doc/organisation/nl-bzk", "/doc/group/citizens", "/doc/initiative/gpt-nl", "/doc/sdg:9",
    "/doc/sdg:9.b", "/doc/sdg:", "/doc/country:NLD", "/doc/jurisdiction/g7", "/doc/scheme/themes",
    "/doc/role/author", "/doc/graph/nl-generative-ai-vision", "/ns", "/shapes",
    "/about", "/about/model", "/about/quality", "/about/data",
    "/compare", "/compare?by=sdg", "/compare?by=instrument&place=country:NLD",
    "/compare?of=nl-generative-ai-vision&on=safety-security",
    "/compare?policy=nl-generative-ai-vision&policy=eu-ai-act&policy=oecd-ai-recommendation",
)  # fmt: skip
READERS: dict[str, dict[str, Any]] = {
    "desk": {"language": "nl", "width": 1280, "color_scheme": "light"},
    "night": {"language": "en", "width": 1280, "color_scheme": "dark"},
    "phone": {"language": "fr", "width": 390, "color_scheme": "light"},
}
START_KB = 300


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page, by WCAG 2.2 levels A and AA."""
    assert AXE.is_file(), "axe-core is part of the front end: `npm ci` in frontend/"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "rules => axe.run({runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        RULES,
    )
    return [
        f"{found['id']}: {node['html'][:200]} {node['failureSummary']}"
        for found in found["violations"]
        for node in found["nodes"][:3]
    ]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("path", KINDS)
def test_a_page_can_be_read_by_everybody(open_page: Open, path: str, reader: str) -> None:
    page, _ = open_page(path, **READERS[reader])
    assert violations(page) == []
    assert page.locator("html").get_attribute("lang") == READERS[reader]["language"]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{wide} pixels too wide"
    hidden = page.locator("main a:visible").evaluate_all(
        "links => links.filter(a => !a.textContent.trim()).map(a => a.outerHTML)"
    )
    assert hidden == []


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

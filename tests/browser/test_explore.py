"""A neighbourhood that grows, driven by mouse and keyboard, and read again from its address."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
from playwright.sync_api import Locator, Page, expect

from .conftest import Open

BASE = "https://w3id.org/policygraph/id/"
THEME = f"{BASE}theme/safety-security"
VISION = f"{BASE}policy/nl-generative-ai-vision"
PILLAR = f"{VISION}/pillar/1"


def node(page: Page, iri: str) -> Locator:
    return page.locator(f'.neighbourhood [data-name="{iri}"]')


def names(page: Page) -> list[str]:
    found = page.locator(".neighbourhood .node").evaluate_all("all => all.map(e => e.dataset.name)")
    return sorted(found)


def test_a_neighbourhood_grows_by_keys_and_reads_the_same_from_its_address(
    open_page: Open,
) -> None:
    page, _ = open_page(f"/explore?{urlencode({'iri': VISION})}", language="en")
    middle = node(page, VISION)
    expect(middle).to_have_attribute("tabindex", "0")
    before = names(page)
    middle.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        if page.evaluate("document.activeElement.dataset.name") != VISION:
            break
    for _ in range(40):
        at = page.evaluate("document.activeElement.dataset.name")
        if at == PILLAR:
            break
        here, there = (node(page, iri).bounding_box() for iri in (at, PILLAR))
        assert here and there
        page.keyboard.press("ArrowDown" if there["y"] > here["y"] else "ArrowUp")
    expect(node(page, PILLAR)).to_be_focused()
    page.keyboard.press("Enter")
    expect(node(page, PILLAR)).to_have_attribute("aria-expanded", "true")
    expect(node(page, PILLAR)).to_be_focused()
    expect(page).to_have_url(re.compile("grown="))
    more = names(page)
    assert len(more) > len(before)
    expect(page.locator("#around-2")).to_contain_text("Collaborate")
    shared, _ = open_page(page.url, language="en")
    expect(node(shared, PILLAR)).to_have_attribute("aria-expanded", "true")
    assert names(shared) == more
    page.keyboard.press("Enter")
    expect(node(page, PILLAR)).to_have_attribute("aria-expanded", "false")
    assert names(page) == before
    page.keyboard.press("Delete")
    expect(node(page, PILLAR)).to_have_count(0)
    expect(page).to_have_url(re.compile("without="))
    expect(page.locator("#list")).not_to_contain_text("Collaborate")
    page.go_back()
    expect(node(page, PILLAR)).to_have_count(1)


def test_more_is_drawn_step_by_step_and_families_are_picked(open_page: Open) -> None:
    page, _ = open_page(f"/explore?{urlencode({'iri': THEME})}", language="en")
    drawn = page.locator(".neighbourhood .node")
    rest = page.locator(".neighbourhood .rest").first
    expect(rest).to_be_visible()
    count, more = drawn.count(), int(re.findall(r"\d+", rest.text_content() or "")[0])
    rest.click()
    expect(drawn).to_have_count(count + 12)
    rest.click()
    expect(drawn).to_have_count(count + (24 if more > 24 else more - 1))
    page.get_by_role("checkbox", name=re.compile("other, also evidence")).check()
    expect(page).to_have_url(re.compile("show=other"))
    expect(page.get_by_role("checkbox", name=re.compile("other, also"))).to_be_focused()
    expect(page.locator("#list h3", has_text="in scheme")).to_have_count(1)


def test_a_picture_is_asked_and_saved(open_page: Open, tmp_path: Path) -> None:
    page, _ = open_page(f"/explore?{urlencode({'iri': PILLAR, 'grown': VISION})}", language="en")
    expect(node(page, VISION)).to_have_attribute("aria-expanded", "true")
    for button, name in (("Save as Turtle", "policygraph.ttl"), ("Save as SVG", "policygraph.svg")):
        with page.expect_download() as saved:
            page.get_by_role("button", name=button).click()
        assert saved.value.suggested_filename == name
        saved.value.save_as(tmp_path / name)
    turtle = (tmp_path / "policygraph.ttl").read_bytes()
    drawn = {quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)}
    links = {triple for triple in drawn if isinstance(triple.object, ox.NamedNode)}
    assert len(drawn) > len(links) > 20
    assert b"Collaborate" in (tmp_path / "policygraph.svg").read_bytes()
    page.get_by_role("link", name="Ask this").first.click()
    expect(page.locator(".cm-content")).to_contain_text("CONSTRUCT { ?from ?by ?to }")
    query = page.locator("textarea[name=query]").input_value()
    answer = page.request.post(
        "/sparql", form={"query": query}, headers={"Accept": "application/n-triples"}
    )
    asked = {quad.triple for quad in ox.parse(answer.body(), format=ox.RdfFormat.N_TRIPLES)}
    assert links <= asked


def test_without_a_script_a_neighbourhood_grows_by_links(open_page: Open) -> None:
    page, _ = open_page("/explore", language="en", java_script_enabled=False)
    page.locator("main").get_by_role("searchbox").fill("dutch government-wide vision")
    page.locator("main").get_by_role("searchbox").press("Enter")
    page.locator("#found").locator("xpath=ancestor::section").get_by_role("link").first.click()
    expect(page.locator("h1")).to_have_text("Dutch government-wide vision on generative AI")
    page.get_by_role("link", name=re.compile(r"add\s*: Collaborate")).click()
    expect(page.locator("#around-2")).to_contain_text("Collaborate")
    page.get_by_role("checkbox", name=re.compile("structure")).uncheck()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#list")).not_to_contain_text("pillar of")
    expect(page.locator("#around-2")).to_contain_text("Collaborate")

"""Search, driven by the keyboard: a word is misspelt, and the page is found all the same."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .conftest import Open
from .kinds import VISION
from .test_pages import violations

TITLE = "Nederlandse overheidsbrede visie op generatieve AI"


def field(page: Page) -> str:
    """The id of the element that has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def test_a_misspelt_word_leads_to_its_page_by_the_keyboard_alone(open_page: Open) -> None:
    page, _ = open_page("/doc/theme/safety-security", language="nl")
    page.keyboard.press("/")
    assert field(page) == "find"
    page.keyboard.type("overheidsbreed visei", delay=20)
    box = page.get_by_role("combobox", name="Zoeken")
    expect(box).to_have_attribute("aria-expanded", "true")
    first = page.get_by_role("option").first
    expect(first).to_have_text(re.compile(f"^{TITLE}"))
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    chosen = first.get_attribute("id") or ""
    expect(box).to_have_attribute("aria-activedescendant", chosen)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{VISION}")
    expect(page.locator("h1")).to_have_text(TITLE)


def test_proposals_close_and_enter_asks_for_all(open_page: Open) -> None:
    page, _ = open_page("/", language="en")
    page.keyboard.press("/")
    assert field(page) == "q"
    page.keyboard.type("sandbx", delay=20)
    proposals = page.get_by_role("listbox")
    expect(proposals).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(proposals).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=sandbx")
    expect(page.locator("mark").first).to_have_text(re.compile("sandbox", re.IGNORECASE))


def test_a_reader_turns_the_key_off(open_page: Open) -> None:
    page, _ = open_page("/search", language="en")
    page.get_by_role("checkbox").uncheck()
    page.goto("/policies")
    page.keyboard.press("/")
    assert field(page) != "find"
    page.keyboard.press("Tab")
    page.goto("/search")
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    page.get_by_role("checkbox").check()
    page.locator("h1").click()
    page.keyboard.press("/")
    assert field(page) == "q"


def test_without_a_script_a_reader_searches_and_refines(open_page: Open) -> None:
    page, _ = open_page("/", language="nl", java_script_enabled=False)
    page.get_by_role("searchbox").fill("sandbx")
    page.get_by_role("button", name="Zoek").click()
    facet = page.locator("#filters").get_by_role("listitem").filter(has_text="actiepunt")
    count = int(facet.locator(".count").inner_text())
    facet.get_by_role("link").click()
    expect(page.locator("#results")).to_have_text(re.compile(f"^{count} resultaten"))
    kinds = page.locator(".hits .what").all_inner_texts()
    assert len(kinds) == min(count, 20)
    assert all(kind.startswith("actiepunt") for kind in kinds)
    page.locator(".hits a").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.get_by_role("searchbox").fill("generatieve")
    page.keyboard.press("Enter")
    expect(page.locator(".hits mark").first).to_have_text(re.compile("generatieve", re.IGNORECASE))

"""Comparing, as a person does it: pick three policies, look, open the query, take the table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from .conftest import Open
from .test_pages import violations

CHOSEN = {
    "nl-generative-ai-vision": "Dutch government-wide vision on generative AI",
    "eu-ai-act": "AI Act of the European Union",
    "oecd-ai-recommendation": "OECD Recommendation on AI (2019, revised 2024)",
}


def answers(page: Page, server: str) -> list[dict[str, str]]:
    """The rows of the query in the editor, as any other client gets them."""
    query = page.locator("textarea#query").input_value()
    answer = httpx.get(server + "/sparql", params={"query": query, "format": "csv"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scripts", [True, False])
def test_three_policies_are_picked_compared_asked_and_taken_along(
    open_page: Open, server: str, width: int, scripts: bool
) -> None:
    page, watch = open_page(
        "/compare?lang=en", width=width, java_script_enabled=scripts, accept_downloads=True
    )
    *first, last = CHOSEN.values()
    for name in first:
        page.get_by_role("checkbox", name=f"Choose {name}").check()
    page.get_by_label("One more document").select_option(label=last)
    page.get_by_role("button", name="Put side by side").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Policies side by side")
    for name in CHOSEN.values():
        expect(page.locator(".side-policies")).to_contain_text(name)
    address = page.url
    for policy in CHOSEN:
        assert f"policy={policy}" in address
    if scripts:
        assert violations(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0

    with page.expect_download() as saved:
        watch.stops = True  # a browser reports a page that becomes a download as broken off
        page.get_by_role("link", name="As a table (CSV)").click()
    watch.stops = False
    text = Path(saved.value.path()).read_bytes().decode()
    head, *body = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert head[3:] == [CHOSEN[key] for key in sorted(CHOSEN, key=address.index)]

    instruments = page.locator("section[aria-labelledby=instruments]")
    sandbox = instruments.get_by_role("row", name="Regulatory sandbox")
    shown = [int(n) for n in sandbox.locator("a.mark").evaluate_all(
        "marks => marks.map(mark => mark.firstChild.data)")] if scripts else []  # fmt: skip
    instruments.get_by_role("link", name="Ask this").click()
    rows = answers(page, server)
    counted: dict[str, int] = {}
    for row in rows:
        if row["instrument"].endswith("/regulatory-sandbox"):
            policy = row["policy"].rpartition("/")[2]
            counted[policy] = counted.get(policy, 0) + int(row["count"])
    assert set(counted) == set(CHOSEN)
    order = sorted(CHOSEN, key=address.index)
    assert not scripts or shown == [counted[policy] for policy in order]
    [line] = [row for row in body if row[1] == "Regulatory sandbox"]
    assert [int(number) for number in line[3:]] == [counted[policy] for policy in order]


def test_a_matrix_is_narrowed_and_a_cell_followed(open_page: Open) -> None:
    page, _ = open_page("/compare?by=instrument&lang=en")
    page.get_by_label("Country or place").select_option(label="Netherlands (5)")
    page.get_by_label("Place in the document").select_option("listed")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".narrowed")).to_contain_text("Netherlands · listed in the document")
    assert "place=country:NLD" in page.url
    assert "kind=" not in page.url
    table = page.locator(".matrix table")
    expect(table.locator("tbody tr")).to_have_count(5)
    row = table.get_by_role("row", name="Dutch government-wide vision on generative AI")
    mark = row.locator("a.mark").first
    number = int(mark.inner_text().split()[0])
    mark.click()
    expect(page.locator("h1 .count")).to_have_text(str(number))
    expect(page.locator(".counted-list li")).to_have_count(number)
    page.get_by_role("link", name="To the whole matrix").click()
    expect(page.locator(".narrowed")).to_contain_text("Netherlands")


def test_heads_of_rows_and_columns_stay_in_sight(open_page: Open) -> None:
    for width in (390, 1280):
        page, _ = open_page("/compare?by=instrument&lang=en", width=width)
        region = page.get_by_role("region", name="Policies by instrument")
        region.evaluate("region => region.scrollTo(region.scrollWidth, region.scrollHeight)")
        box = region.bounding_box()
        assert box is not None
        head = region.locator("tbody th").last.bounding_box()
        column = region.locator("thead th").last.bounding_box()
        assert head is not None
        assert column is not None
        assert abs(head["x"] - box["x"]) < 2
        assert abs(column["y"] - box["y"]) < 3


SIDE_BY_SIDE = "/compare?" + "&".join(f"policy={slug}" for slug in CHOSEN)


def test_policies_side_by_side_stand_whole_on_a_sheet(open_page: Open) -> None:
    """An A4 sheet within its margins: what a table hides or scrolls there is lost."""
    page, _ = open_page(SIDE_BY_SIDE, language="nl", width=700)
    page.emulate_media(media="print")
    wide = "tables => tables.filter(t => t.getBoundingClientRect().right > innerWidth).length"
    assert page.locator("table.aligned").count() >= 6
    assert page.locator("table.aligned").evaluate_all(wide) == 0
    folded = page.locator("table.aligned details:not([open])").first
    expect(folded.locator("li").last).to_be_visible()
    expect(folded.locator("summary")).to_be_hidden()
    expect(page.locator("#take")).to_be_hidden()


def test_a_matrix_on_paper_has_its_sums_once(open_page: Open) -> None:
    page, _ = open_page("/compare", width=700)
    foot = page.locator(".matrix tfoot")
    expect(foot).to_have_css("display", "table-footer-group")
    page.emulate_media(media="print")
    expect(foot).to_have_css("display", "table-row-group")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_heads_of_rows_keep_their_words_whole_on_a_phone(open_page: Open, language: str) -> None:
    page, _ = open_page(SIDE_BY_SIDE, language=language, width=390)
    page.evaluate("document.fonts.ready.then(() => true)")
    broken = """heads => heads.flatMap(head => {
      const texts = document.createTreeWalker(head, NodeFilter.SHOW_TEXT), found = [];
      for (let text; (text = texts.nextNode());) {
        for (const word of text.data.matchAll(/[^\\s-]+/g)) {
          const range = document.createRange();
          range.setStart(text, word.index);
          range.setEnd(text, word.index + word[0].length);
          if (range.getClientRects().length > 1) found.push(word[0]);
        }
      }
      return found;
    })"""
    heads = page.locator("table.aligned tbody th")
    assert heads.count() > 20
    assert heads.evaluate_all(broken) == []

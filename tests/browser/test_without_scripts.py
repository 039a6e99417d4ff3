"""The pages of the portal where scripts are turned off: all is there to read, nothing is dead."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from .conftest import Chromium, Open, Served, Watch
from .kinds import COUNTS, KINDS

DEAD = """() => {
  const submits = form => form.matches('[action]') && (form.querySelector('button[type=submit]')
    || form.querySelectorAll('input:not([type=hidden])').length === 1);
  const works = e => {
    if (e.matches('a')) {
      const href = e.getAttribute('href') ?? '';
      return href && (!href.startsWith('#') || document.getElementById(decodeURI(href.slice(1))));
    }
    if (e.matches('button')) return e.type === 'submit' && e.form && submits(e.form);
    return e.matches('input, select, textarea') && e.name && e.form && submits(e.form);
  };
  const all = 'a, button, input:not([type=hidden]), select, textarea,'
    + ' [role=button], [role=tab], [onclick], [aria-expanded]';
  return [...document.querySelectorAll(all)]
    .filter(e => e.checkVisibility() && !works(e)).map(e => e.outerHTML.slice(0, 200));
}"""
"""Controls that do nothing: a link to nowhere, a field that no form sends."""


@pytest.mark.parametrize("name", KINDS)
def test_a_page_can_be_read_without_scripts(chromium: Chromium, served: Served, name: str) -> None:
    kind = KINDS[name]
    address = served.of(kind)
    context = chromium.shared(locale="nl", java_script_enabled=False)
    watch = Watch(urlsplit(address).netloc, refusals={kind.status} - {200})
    with context.new_page() as page:
        watch.on(page)
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == kind.status
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        main = page.get_by_role("main")
        assert len(main.inner_text().split()) > 8
        if kind.ready and kind.status == 200:
            # What a script would draw is there as a table, a list or a text.
            expect(main.locator("table td, li > a, pre").first).to_be_visible()
        assert page.evaluate(DEAD) == []
        assert watch.found == []


def rows(page: Page) -> list[list[str]]:
    """The rows of the answer as they are shown."""
    lines = page.get_by_role("main").get_by_role("table").last.locator("tbody tr")
    return [line.get_by_role("cell").all_inner_texts() for line in lines.all()]


def test_without_scripts_a_query_is_asked_changed_and_its_answer_taken_along(
    open_page: Open,
) -> None:
    page, watch = open_page("/sparql", language="en", java_script_enabled=False)
    field = page.get_by_role("textbox", name="query")
    field.fill(COUNTS)
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name="Answer")).to_contain_text(re.compile(r"\d rows"))
    shown = rows(page)
    assert len(shown) > 20
    with page.expect_download() as saved:
        watch.stops = True  # a browser reports a page that becomes a download as broken off
        page.get_by_role("link", name="CSV").click()
    watch.stops = False
    text = saved.value.path().read_text(encoding="utf-8")
    taken = list(csv.reader(io.StringIO(text)))[1:]
    assert [row[1] for row in taken] == [row[1] for row in shown]

    field.fill(COUNTS + "\nLIMIT 3")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name="Answer")).to_contain_text("3 rows")
    assert rows(page) == shown[:3]

    watch.refusals = {400}
    field.fill("SELECT * WHERE {\n ?s a skos:Concept }")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("skos: is not declared")
    expect(page.get_by_role("alert")).to_contain_text("line 2", ignore_case=True)
    assert "skos:Concept" in field.input_value()


def test_without_scripts_files_are_taken_and_languages_changed(open_page: Open) -> None:
    page, watch = open_page("/download/", language="en", java_script_enabled=False)
    page.get_by_role("navigation", name="Language").get_by_role("link", name="nl").click()
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    with page.expect_download() as saved:
        watch.stops = True
        page.get_by_role("link", name="tables/policy-document.csv", exact=True).click()
    table = list(csv.DictReader(io.StringIO(saved.value.path().read_text(encoding="utf-8"))))
    assert len(table) == 40

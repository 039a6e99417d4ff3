"""The pages of the query catalogue in a browser: a form is filled in, an answer is read."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import Open


@pytest.mark.parametrize("scripts", [True, False])
def test_a_reader_fills_in_a_question_and_reads_on(open_page: Open, *, scripts: bool) -> None:
    page, _ = open_page("/queries", language="en", java_script_enabled=scripts)
    page.get_by_role("searchbox").last.fill("sustainable attention")
    page.get_by_role("button", name="Search").last.click()
    page.get_by_role("link", name="Attention per SDG").click()
    expect(page.locator(".mark-row .mark")).to_have_count(18)
    page.goto("/queries/document-outline")
    page.get_by_label("policy document").select_option(label="AI Act of the European Union")
    page.get_by_role("button", name="Answer").click()
    expect(page).to_have_url(re.compile("policy=eu-ai-act"))
    rows = page.locator("table.data tbody tr")
    count = rows.count()
    expect(page.locator("#answer .count")).to_have_text(f"{count} rows")
    page.get_by_role("link", name="Open in the editor").click()
    if not scripts:
        expect(page.locator("table.data tbody tr")).to_have_count(count)


def test_an_answer_sorts_by_the_column_that_a_reader_picks(open_page: Open) -> None:
    page, _ = open_page("/queries/quality-per-policy", language="en")
    page.locator("table.data thead").get_by_role("button", name="Statements", exact=True).click()
    cells = page.locator("table.data tbody td:nth-child(2)").all_inner_texts()
    numbers = [int(cell) for cell in cells]
    assert numbers == sorted(numbers, reverse=True)

"""The way of one person through the portal, by mouse and by keyboard: find, read, compare, ask."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import PATIENCE, Open
from .kinds import VISION

VISION_NAME = "Dutch government-wide vision on generative AI"
ACT_NAME = "AI Act of the European Union"
OECD_NAME = "OECD Recommendation on AI (2019, revised 2024)"
PREFIXES = """PREFIX pg: <https://w3id.org/policygraph/ns#>
PREFIX policy: <https://w3id.org/policygraph/id/policy/>
PREFIX instrument: <https://w3id.org/policygraph/id/instrument/>
"""
IN_ORDER = """SELECT ?thing WHERE {
  { ?thing pg:pillarOf policy:nl-generative-ai-vision ; pg:order ?pillar }
  UNION
  { ?thing pg:inPillar/pg:order ?pillar ; pg:order ?order ; pg:standing pg:Listed ;
      pg:actionPointOf policy:nl-generative-ai-vision }
} ORDER BY ?pillar ?order"""
WITH_A_SANDBOX = """SELECT DISTINCT ?policy WHERE {
  ?action pg:instrument instrument:regulatory-sandbox ; pg:actionPointOf ?policy
}"""
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
PILLARS, ACTIONS = 6, 12
MOST_TABS = 2000

ROWS = """body => [...body.rows].map(row => [...row.cells].map(
  cell => cell.querySelector('a[title]')?.title ?? cell.textContent))"""
"""The values of the rows that are shown: of a thing its address, beside which its name stands."""


@dataclass
class Mouse:
    """Clicks on what is wanted."""

    page: Page

    def follow(self, control: Locator) -> None:
        control.click()

    def choose(self, field: Locator, name: str) -> None:
        field.select_option(label=name)

    def write(self, field: Locator, text: str, *, after: bool = False) -> None:
        field.click()
        self.page.keyboard.press("Control+End" if after else "Control+a")
        self.page.keyboard.insert_text(text)

    def run(self) -> None:
        self.page.get_by_role("button", name="Run", exact=True).click()


@dataclass
class Keyboard:
    """Has nothing but keys."""

    page: Page

    def reach(self, control: Locator) -> None:
        """Go on from one control to the next until this one has the focus."""
        expect(control).to_be_visible()
        element = control.element_handle()
        for _ in range(MOST_TABS):
            if element.evaluate("e => e.matches(':focus-within')"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no number of tabs leads to {control}")

    def follow(self, control: Locator) -> None:
        self.reach(control)
        self.page.keyboard.press(
            "Space" if control.get_attribute("type") == "checkbox" else "Enter"
        )

    def choose(self, field: Locator, name: str) -> None:
        self.reach(field)
        self.page.keyboard.type(name)
        expect(field.locator("option:checked")).to_have_text(name)

    def write(self, field: Locator, text: str, *, after: bool = False) -> None:
        self.reach(field)
        self.page.keyboard.press("Control+End" if after else "Control+a")
        self.page.keyboard.insert_text(text)

    def run(self) -> None:
        self.page.keyboard.press("Control+Enter")


Hand = Mouse | Keyboard


def asked(server: str, query: str) -> list[dict[str, str]]:
    """The rows of a query, as any other client gets them."""
    answer = httpx.get(
        f"{server}/sparql", params={"query": PREFIXES + query, "format": "csv"}, timeout=60
    )
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def pages_of(rows: list[dict[str, str]]) -> list[str]:
    """The paths of the pages of the things in the first column."""
    base = "https://w3id.org/policygraph/id/"
    return ["/doc/" + next(iter(row.values())).removeprefix(base) for row in rows]


def figure(server: str, name: str) -> float:
    """A number that the server keeps about itself; 0 for what has never happened."""
    text = httpx.get(f"{server}/metrics", timeout=60).text
    found = re.findall(rf"^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    return sum(map(float, found))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def paths(links: Locator) -> list[str]:
    """Where links lead to, without the language that they keep."""
    hrefs: list[str] = links.evaluate_all("links => links.map(a => new URL(a.href).pathname)")
    return hrefs


def part(page: Page, name: str) -> Locator:
    """A part of the page, by its heading; a figure may stand behind that."""
    return page.get_by_role("main").get_by_role(
        "region", name=re.compile(f"^{name}( [\\d\u202f]+)?$")
    )


def answer(page: Page, rows: int | None = None) -> list[list[str]]:
    """The rows of the answer in the editor; waits until there are as many."""
    body = page.get_by_role("tabpanel").get_by_role("table").locator("tbody")
    if rows is None:
        expect(body.get_by_role("row").first).to_be_visible()
    else:
        expect(body.get_by_role("row")).to_have_count(rows)
    found: list[list[str]] = body.evaluate(ROWS)
    return found


def find_and_read(page: Page, hand: Hand, server: str) -> None:
    """Search for the Dutch vision with misspelt words, and read it in its own order."""
    field = page.get_by_role("main").get_by_role("combobox")
    hand.write(field, "dutch goverment-wide visoin")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    found = page.get_by_role("main").get_by_role("link", name=VISION_NAME)
    hand.follow(found.first)
    expect(page.get_by_role("heading", level=1)).to_have_text(VISION_NAME)
    expected = pages_of(asked(server, IN_ORDER))
    assert len(expected) == PILLARS + ACTIONS
    structure = part(page, "Pillars and action points")
    shown = paths(structure.get_by_role("heading").get_by_role("link"))
    assert [path for path in shown if path in expected] == expected


def see_who_else(page: Page, hand: Hand, server: str) -> None:
    """Go on to all policies that set up a sandbox, and come back."""
    contents = page.get_by_role("navigation", name="On this page")
    hand.follow(contents.get_by_role("link", name="Pillars and action points"))
    structure = part(page, "Pillars and action points")
    hand.follow(structure.get_by_role("link", name="Regulatory sandbox", exact=True).first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Regulatory sandbox")
    others = paths(part(page, "Action points").get_by_role("link"))
    policies = {path for path in others if re.fullmatch(r"/doc/policy/[^/]+", path)}
    assert policies == set(pages_of(asked(server, WITH_A_SANDBOX)))
    assert {VISION, "/doc/policy/eu-ai-act", "/doc/policy/oecd-ai-recommendation"} < policies
    hand.follow(page.get_by_role("main").get_by_role("link", name=VISION_NAME))
    expect(page.get_by_role("heading", level=1)).to_have_text(VISION_NAME)


def compare(page: Page, hand: Hand) -> None:
    """Put the vision beside the act and the recommendation, and open a query behind that."""
    hand.follow(page.get_by_role("link", name="Compare this policy with others"))
    expect(page.get_by_role("checkbox", name=VISION_NAME)).to_be_checked()
    hand.choose(page.get_by_label("One more document"), OECD_NAME)
    hand.follow(page.get_by_role("checkbox", name=ACT_NAME))
    expect(page.get_by_role("checkbox", name=ACT_NAME)).to_be_checked()
    hand.follow(page.get_by_role("button", name="Put side by side").last)
    expect(page.get_by_role("heading", level=1)).to_have_text("Policies side by side")
    chosen = page.get_by_role("main").get_by_role("list").first
    for name in (VISION_NAME, ACT_NAME, OECD_NAME):
        expect(chosen.get_by_role("link", name=name, exact=True)).to_be_visible()
    instruments = part(page, "Action points by instrument")
    hand.follow(instruments.get_by_role("link", name=re.compile("^Ask this")))


def change(page: Page, hand: Hand) -> list[list[str]]:
    """Run the query as it was opened, then another like it; return the rows of that."""
    before = answer(page)
    assert len(before) > 3
    field = page.get_by_role("textbox", name="SPARQL query")
    hand.write(field, "\nLIMIT 3", after=True)
    hand.run()
    changed = answer(page, 3)
    assert changed == before[:3]
    return changed


def stop(page: Page, hand: Hand, server: str) -> None:
    """Run a query that would never end, and stop the work of the server."""
    stopped = 'policygraph_queries_stopped_total{reason="cancel"}'
    before = figure(server, stopped)
    hand.write(page.get_by_role("textbox", name="SPARQL query"), RUNAWAY)
    hand.run()
    wait_until(lambda: figure(server, "policygraph_queries_running") > 0)
    if isinstance(hand, Keyboard):
        page.keyboard.press("Escape")  # the key Tab writes in an editor, until one has left it
    hand.follow(page.get_by_role("button", name="Stop"))
    expect(page.get_by_role("status").filter(has_text="Stopped after")).to_be_visible()
    wait_until(lambda: figure(server, stopped) == before + 1)
    wait_until(lambda: figure(server, "policygraph_queries_running") == 0)


@pytest.mark.parametrize("hands", [Mouse, Keyboard])
def test_a_person_finds_reads_compares_asks_and_comes_back(
    open_page: Open, server: str, hands: type[Mouse] | type[Keyboard]
) -> None:
    page, watch = open_page("/", language="en")
    hand = hands(page)
    find_and_read(page, hand, server)
    see_who_else(page, hand, server)
    compare(page, hand)
    changed = change(page, hand)
    watch.stops = True
    stop(page, hand, server)
    page.go_back()
    field = page.get_by_role("textbox", name="SPARQL query")
    expect(field).to_contain_text("LIMIT 3")
    query = field.inner_text()
    assert answer(page, 3) == changed

    result = page.get_by_role("region", name="Answer")
    with page.expect_download() as saved:
        hand.follow(result.get_by_role("link", name="CSV"))
    text = saved.value.path().read_text(encoding="utf-8")
    assert list(csv.reader(io.StringIO(text)))[1:] == changed

    hand.follow(result.get_by_text("Share and reuse"))
    release = httpx.get(f"{server}/health").json()["release"]
    address = result.get_by_label(f"Address of this query to this release, {release}")
    expect(address).to_be_visible()
    elsewhere, _ = open_page(address.input_value(), language="en")
    assert f"/releases/{release}/sparql" in elsewhere.url
    assert answer(elsewhere, 3) == changed
    assert elsewhere.get_by_role("textbox", name="SPARQL query").inner_text() == query

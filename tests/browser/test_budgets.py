"""How heavy and how calm pages are, on a cold cache: counts and bytes, which no machine changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from .conftest import Chromium, Served
from .kinds import KINDS, Kind

NAMES = (
    "start", "policies", "policy", "policy-that-is-a-law", "principle", "organisation", "theme",
    "goal", "country", "scheme", "source", "ontology", "shapes", "void", "graph", "compare",
    "compare-by-goal", "compare-by-instrument", "compare-cell", "side-by-side",
    "four-side-by-side", "explore", "neighbourhood", "search", "found", "queries",
    "query-with-a-chart", "query-with-parameters", "editor", "answer-as-table", "answer-as-graph",
    "about", "model", "quality", "access", "releases", "changes", "downloads", "catalogue",
    "no-such-page",
)  # fmt: skip
"""One page for each way in which pages are made."""
MOST_KB = 220
"""Kilobytes that may be sent for a page and all that it loads; typefaces are 130 of them."""
HEAVIER = dict.fromkeys(("editor", "answer-as-table", "answer-as-graph"), 420)
MOST_REQUESTS = 16
MOST_BLOCKING = 3
"""Style sheets that a reader waits for: of the typefaces, of all pages, of the page itself."""
MOST_SHIFT = {"never": 0.1, "late": 0.25}
"""Cumulative layout shift that counts as good, where nothing but scripts moves a page; and, where
its typefaces come at the worst moment and lines may break anew, not as poor (web.dev/cls)."""
MOST_ELEMENTS = 6000

OBSERVE = """
window.shifts = []; window.largest = [];
new PerformanceObserver(list => window.shifts.push(...list.getEntries()))
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => window.largest.push(...list.getEntries()))
  .observe({type: 'largest-contentful-paint', buffered: true});
"""
SHIFTED = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
  const moved = window.shifts.filter(shift => !shift.hadRecentInput);
  const names = moved.flatMap(shift => shift.sources.map(s => s.node?.outerHTML?.slice(0, 80)));
  done([moved.reduce((sum, shift) => sum + shift.value, 0), names]);
})))"""
PAINTED = """() => new Promise(done => new PerformanceObserver(list =>
  list.getEntriesByName('first-contentful-paint').length && done(true)
).observe({type: 'paint', buffered: true}))"""

STAND_IN = "[...document.fonts].some(f => /Stand-in/.test(f.family) && f.status === 'loaded')"


@dataclass
class Log:
    """What the browser got, by request, as its network log has it."""

    names: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def on(self, context: BrowserContext, page: Page) -> None:
        session = context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._begun)
        session.on("Network.loadingFinished", self._ended)
        session.send("Network.enable")

    def _begun(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            self.names[event["requestId"]] = event["request"]["url"]

    def _ended(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = int(event["encodedDataLength"])


class Typefaces:
    """Requests for typefaces: they wait until they are let through, or are in vain."""

    def __init__(self, when: str) -> None:
        self._held: list[Route] | None = [] if when == "late" else None
        self._when = when

    def __call__(self, route: Route) -> None:
        if self._held is not None:
            self._held.append(route)
        elif self._when == "never":
            route.abort()
        else:
            route.continue_()

    def come(self) -> None:
        held, self._held = self._held or [], None
        assert held or self._when == "never", "none was asked for before something was painted"
        for route in held:
            route.continue_()


def opened(chromium: Chromium, width: int) -> tuple[BrowserContext, Page]:
    context = chromium.context(locale="nl", viewport={"width": width, "height": 900})
    return context, context.new_page()


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_light(chromium: Chromium, served: Served, name: str) -> None:
    kind = KINDS[name]
    context, page = opened(chromium, 1280)
    with context:
        log = Log()
        log.on(context, page)
        page.add_init_script(OBSERVE)
        page.goto(served.of(kind))
        if kind.ready:
            kind.ready(page)
        page.wait_for_load_state("networkidle")
        assert log.names.keys() == log.sizes.keys(), "not all that was asked for has come"
        sent = {log.names[id_]: size for id_, size in log.sizes.items()}
        assert sum(sent.values()) < HEAVIER.get(name, MOST_KB) * 1000, sent
        assert len(sent) <= MOST_REQUESTS, sent
        blocking = page.evaluate(
            "performance.getEntriesByType('resource')"
            ".filter(e => e.renderBlockingStatus === 'blocking').map(e => e.name)"
        )
        assert 0 < len(blocking) <= MOST_BLOCKING, blocking
        assert page.evaluate("document.querySelectorAll('*').length") < MOST_ELEMENTS
        largest = page.evaluate("window.largest.map(e => e.element?.closest('main') ? '' : e.id)")
        assert largest and largest[0] == "", "what is painted first is not what a reader came for"
        assert page.evaluate("[...document.fonts].filter(f => f.display !== 'swap').length") == 0
        assert (
            page.evaluate("[...document.images].filter(i => !i.width || !i.height).map(i => i.src)")
            == []
        )
        check_head(page, kind)


def check_head(page: Page, kind: Kind) -> None:
    """What search engines and small screens read first."""
    title, description = page.evaluate(
        "[document.title, document.querySelector('meta[name=description]')?.content]"
    )
    assert len(title) > 10
    assert len(description.split()) > 2
    assert page.locator("meta[name=viewport]").get_attribute("content") == (
        "width=device-width, initial-scale=1"
    )
    alternates = page.locator("link[rel=alternate][hreflang]").evaluate_all(
        "links => Object.fromEntries(links.map(link => [link.hreflang, link.getAttribute('href')]))"
    )
    assert sorted(alternates) == (["en", "fr", "nl", "x-default"] if kind.status == 200 else [])
    for language, address in alternates.items():
        assert address.startswith("http://127.0.0.1")
        if language != "x-default":
            answer = page.request.get(address, headers={"Accept": "text/html"})
            assert answer.status == 200
            assert answer.headers["content-language"] == language


def moved(chromium: Chromium, address: str, kind: Kind, width: int, when: str) -> tuple[float, str]:
    """How much a page moves whose typefaces come late or never, and what moves."""
    context, page = opened(chromium, width)
    with context:
        typefaces = Typefaces(when)
        page.route("**/*.woff2", lambda route: typefaces(route))
        page.add_init_script(OBSERVE)
        page.goto(address, wait_until="commit")
        page.evaluate(PAINTED)
        if when == "late" and not page.evaluate(STAND_IN):
            pytest.skip("no Times on this machine to stand in for typefaces: fonts-liberation")
        typefaces.come()
        page.wait_for_load_state("load")
        if kind.ready:
            kind.ready(page)
        page.evaluate("document.fonts.ready.then(() => 0)")
        shift, what = page.evaluate(SHIFTED)
        return shift, str(what)


@pytest.mark.parametrize("when", MOST_SHIFT)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_keeps_still(chromium: Chromium, served: Served, name: str, when: str) -> None:
    kind = KINDS[name]
    for width in (390, 1280):
        shift, what = moved(chromium, served.of(kind), kind, width, when)
        assert shift < MOST_SHIFT[when], (width, what)

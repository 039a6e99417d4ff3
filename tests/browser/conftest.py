"""A real browser on a real server. Every page is watched: no error, no foreign host."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
    expect,
    sync_playwright,
)

from policygraph.build import build
from policygraph.release import Release
from policygraph.sources import find_portal
from policygraph.web.assets import built
from tests.releases.conftest import edit, small_portal
from tests.served.conftest import serving
from tests.served.editions import keep

from .kinds import Kind

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")

PATIENCE = 90_000
"""Milliseconds within which a page shows what it is asked for, on a busy machine as well."""

QUIET = (
    "--disable-background-networking --disable-component-update --disable-gpu --disable-quic"
    " --disable-sync --no-first-run --no-sandbox"
).split()

WITHDRAWN = """@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix policy: <https://w3id.org/policygraph/id/policy/> .
policy:old owl:deprecated true ; dct:isReplacedBy policy:new .
policy:new dct:title "New"@en ."""


@dataclass(frozen=True)
class Served:
    """Where the pages are."""

    address: str
    withdrawn: str
    """The address of a server of things that were withdrawn."""
    releases: Mapping[str, str]
    """The releases that are kept, as the addresses of `Kind` name them."""

    def of(self, kind: Kind) -> str:
        """Return the whole address of a kind of page."""
        server = self.withdrawn if kind.withdrawn else self.address
        return server + kind.path.format_map(self.releases)


@pytest.fixture(scope="package")
def served(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of the repository's portal that also keeps a smaller release from before."""
    if "CI" not in os.environ and not built():
        pytest.skip("the front end is not built: `python hatch_build.py build`")
    folder = tmp_path_factory.mktemp("browsed")
    portal = small_portal(folder / "portal")
    edit(portal, "0.0.1", "2026-01-10")
    before = build(find_portal(portal), folder / "shelf").release
    keep(release, folder / "shelf")
    withdrawn = folder / "withdrawn.ttl"
    withdrawn.write_text(WITHDRAWN, encoding="utf-8")
    with (
        serving("--release", folder / "shelf" / release.id) as address,
        serving("--dump", withdrawn) as other,
    ):
        yield Served(address, other, {"now": release.id, "before": before.id})


@pytest.fixture(scope="package")
def server(served: Served) -> str:
    """The address of a server of the repository's portal."""
    return served.address


class Chromium:
    """A browser without a window. One that the machine has ended is started again."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._browser: Browser | None = None
        self._shared: dict[str, BrowserContext] = {}
        self._crashed = False

    @property
    def gone(self) -> bool:
        """Whether it has ended, or a page of it has."""
        return self._crashed or not (self._browser and self._browser.is_connected())

    def context(self, **options: Any) -> BrowserContext:
        """Return a context of its own: nothing is known there from before."""
        if self._browser is None or self.gone:
            self.close()
            self._browser = self._playwright.chromium.launch(
                executable_path=CHROMIUM, args=QUIET, timeout=4 * PATIENCE
            )
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.on("page", lambda page: page.on("crash", self._crash))
        return context

    def shared(self, **options: Any) -> BrowserContext:
        """Return the context that all have who ask for one like it: what was loaded is known."""
        name = repr(options)
        if self.gone or name not in self._shared:
            context = self.context(**options)
            self._shared[name] = context
        return self._shared[name]

    def close(self) -> None:
        self._shared.clear()
        self._crashed = False
        if self._browser and self._browser.is_connected():
            self._browser.close()

    def _crash(self, _page: Page) -> None:
        self._crashed = True


# Playwright's loop runs as long as this lives, and no other can beside it: never longer than here.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Chromium]:
    if "CI" not in os.environ and not CHROMIUM:
        pytest.skip("there is no Chromium: install it, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        chromium = Chromium(playwright)
        yield chromium
        chromium.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run a test again whose browser was ended under it, as happens where memory is short."""
    try:
        return (yield)
    except Exception:
        chromium = pyfuncitem.funcargs.get("chromium")
        if not (isinstance(chromium, Chromium) and chromium.gone):
            raise
    names = pyfuncitem._fixtureinfo.argnames
    pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    return True


@dataclass
class Watch:
    """What a page did that it should not."""

    host: str
    found: list[str] = field(default_factory=list)
    refusals: set[int] = field(default_factory=set)
    """Statuses that the test provokes; a browser reports each as an error."""
    stops: bool = False
    """Whether the test breaks requests off."""

    def on(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"error: {error}"))
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        provoked = self.refusals and message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not provoked:
            self.found.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self.host:
            self.found.append(f"foreign host: {request.url}")

    def _failed(self, request: Request) -> None:
        # A download leaves the page, which a browser reports as an aborted request; and who goes on
        # to the next page breaks off what this one was still fetching for its looks.
        left = "format=" in request.url or (
            request.resource_type == "font" and request.failure == "net::ERR_ABORTED"
        )
        if not self.stops and not left:
            self.found.append(f"failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.refusals:
            self.found.append(f"{response.status}: {response.url}")


Open = Callable[..., tuple[Page, Watch]]


@pytest.fixture
def open_page(chromium: Chromium, server: str) -> Iterator[Open]:
    """Open a page of the server: `open_page("/sparql", language="nl", width=390)`."""
    opened: list[tuple[Page, Watch]] = []

    def open_page(
        path: str, *, language: str = "en", width: int = 1280, **options: Any
    ) -> tuple[Page, Watch]:
        if chromium.gone:
            opened.clear()
        context = chromium.context(
            base_url=server,
            locale=language,
            viewport={"width": width, "height": 900},
            **options,
        )
        page, watch = context.new_page(), Watch(urlsplit(server).netloc)
        watch.on(page)
        opened.append((page, watch))
        page.goto(path)
        return page, watch

    yield open_page
    for page, watch in opened:
        watch.stops = True  # what is still on its way is broken off by this
        page.context.close()
        assert watch.found == []

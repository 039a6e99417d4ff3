"""A real browser on a real server. Every page is watched: no error, no foreign host."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from policygraph.release import Release
from policygraph.web.assets import built
from tests.served.conftest import serving

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")

PATIENCE = 30_000
"""Milliseconds within which a page shows what it is asked for, on a busy machine as well."""

QUIET = (
    "--disable-background-networking --disable-component-update --disable-gpu --disable-quic"
    " --disable-sync --no-first-run --no-sandbox"
).split()


@pytest.fixture(scope="package")
def server(release: Release) -> Iterator[str]:
    """The address of a server of the repository's portal."""
    if "CI" not in os.environ and not built():
        pytest.skip("the front end is not built: `python hatch_build.py build`")
    with serving("--release", release.path) as address:
        yield address


# Playwright's loop runs as long as this lives, and no other can beside it: never longer than here.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    if "CI" not in os.environ and not CHROMIUM:
        pytest.skip("there is no Chromium: install it, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


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
        # A download leaves the page, which a browser reports as an aborted request.
        if not self.stops and "format=" not in request.url:
            self.found.append(f"failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.refusals:
            self.found.append(f"{response.status}: {response.url}")


Open = Callable[..., tuple[Page, Watch]]


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[Open]:
    """Open a page of the server: `open_page("/sparql", language="nl", width=390)`."""
    opened: list[tuple[Page, Watch]] = []

    def open_page(
        path: str, *, language: str = "en", width: int = 1280, **options: Any
    ) -> tuple[Page, Watch]:
        context = browser.new_context(
            base_url=server,
            locale=language,
            viewport={"width": width, "height": 900},
            **options,
        )
        context.set_default_timeout(PATIENCE)
        page, watch = context.new_page(), Watch(urlsplit(server).netloc)
        watch.on(page)
        opened.append((page, watch))
        page.goto(path)
        return page, watch

    yield open_page
    for page, watch in opened:
        page.context.close()
        assert watch.found == []

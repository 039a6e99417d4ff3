"""Which release answers a request, and how a running server changes over to a newer one.

The new engine is loaded beside the old. From one request to the next the new one answers; what the
old one had begun it ends, and then it is stopped. A release that cannot be loaded is reported, and
changes nothing.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from policygraph.engine import Query
from policygraph.errors import PolicygraphError
from policygraph.pinned import Pinned, Served, in_thread, site_at
from policygraph.release import Release
from policygraph.web.archive import Archive
from policygraph.web.distribution.releases import OWN, REFUSED
from policygraph.web.endpoint.endpoint import BEGUN, BEGUN_BY
from policygraph.web.warming import warm

_PINNED = re.compile(r"(/releases/([0-9a-f]{16}))(/.*)", re.DOTALL)
_DRESSED = 16
"""Kept releases whose files are given without an engine, before the list starts anew."""
_LOOK = 1.0
"""Seconds between two looks for another release."""
_REST = 0.5
"""Seconds without a request after which something may be made for requests to come."""
_QUIET = 0.1
"""Seconds for which the old release must have been idle before it is stopped."""

Find = Callable[[bool], Release | None]
"""Returns the release that should be served, None for the one that is; True: somebody asked."""
Build = Callable[[Release], Served]
"""Loads a release and returns it, ready to answer; blocks."""
Dress = Callable[[Release, Served, str], ASGIApp]
"""Returns an application that serves a release below a prefix, by the engine of another."""


class Front:
    """The application of a server: sends each request to the release that answers it."""

    def __init__(
        self,
        served: Served,
        found: Release,
        find: Find,
        build: Build,
        pinned: Build,
        dress: Dress,
        archive: Archive | None,
        changed: Callable[[Served], None],
        report: Callable[[str], None],
    ) -> None:
        self.current = served
        self.asked = False
        """Set to have the release looked for again (SIGHUP)."""
        self._leaving: list[Served] = []
        self._found = found
        """The release that is served, as `find` gives it: with the settings of its own."""
        self._find = find
        self._build = build
        self._archive = archive
        self._changed = changed
        self._report = report
        self._pinned = Pinned(archive.shelf, pinned) if archive else None
        self._dress = dress
        self._dressed: dict[str, ASGIApp] = {}
        """By prefix: what the engine of the current release serves below one."""
        self._refused: Release | None = None
        self._warmed: Served | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live as long as the server does."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        address = _PINNED.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if self._pinned is None or address is None or OWN.fullmatch(address[3]):
            await self._beginner(scope)(scope, receive, send)
            return
        prefix, id_, path = address.groups()
        try:
            served, app = await self._kept(self._pinned, prefix, id_, path)
        except PolicygraphError as error:
            await self.current({**scope, REFUSED: error}, receive, send)
            return
        await served(_below(scope, prefix, path), receive, send, app)

    def _beginner(self, scope: Scope) -> Served:
        """Return the release by which a connection has begun to answer, else the current one."""
        site = scope.get("extensions", {}).get(BEGUN_BY)
        for served in (self.current, *self._leaving):
            if site is None or site_at(served) is site:
                return served
        del scope["extensions"][BEGUN]  # it has gone: the answer has to be made again
        return self.current

    async def _kept(
        self, pinned: Pinned, prefix: str, id_: str, path: str
    ) -> tuple[Served, ASGIApp | None]:
        """Return what serves a kept release, and with which application if not its own."""
        current = self.current
        if id_ == current.release.id:
            return current, self._below(current.release, prefix)
        if path.startswith("/download/") and path != "/download/":  # files need no engine
            if prefix in self._dressed:
                return current, self._dressed[prefix]
            if release := await pinned.find(id_):
                return self.current, self._below(release, prefix)
        return await pinned.take(id_, site_at(current).limits.kept_engines), None

    def _below(self, release: Release, prefix: str) -> ASGIApp:
        if prefix not in self._dressed:
            if len(self._dressed) >= _DRESSED:
                self._dressed.clear()
            self._dressed[prefix] = self._dress(release, self.current, prefix)
        return self._dressed[prefix]

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        task = asyncio.create_task(self._follow())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for running in (task, *self._tasks):
            running.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if self._pinned:
            self._pinned.stop()
        for served in (self.current, *self._leaving):
            served.engine.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _follow(self) -> None:
        """Look for another release, again and again; end what nobody needs any more."""
        while True:
            await asyncio.sleep(_LOOK)
            if self._pinned:
                self._pinned.sweep()
            self._warm()
            asked, self.asked = self.asked, False
            if asked:
                self._refused = None
            try:
                release = await in_thread(partial(self._find, asked))
            except PolicygraphError as error:
                if asked:
                    self._report(f"{error}; release {self.current.release.id} goes on")
                continue
            if release is None or release == self._found:
                continue
            if release is not self._refused:
                await self._change(release)

    async def _change(self, release: Release) -> None:
        try:
            new = await in_thread(lambda: self._build(release), lambda s: s.engine.stop())
            try:
                await (await new.engine.answer(Query("ASK {}", client="changeover"))).read()
            except PolicygraphError:
                new.engine.stop()
                raise
        except PolicygraphError as error:
            self._refused = release
            goes_on = f"release {self.current.release.id} goes on"
            self._report(f"release {release.id} is not served: {error}; {goes_on}")
            return
        old, self.current = self.current, new
        self._found = release
        self._dressed.clear()
        if self._archive:
            self._archive.current = release
        self._leaving.append(old)
        self._changed(new)
        self._begin(self._leave(old))

    def _warm(self) -> None:
        """Once nobody asks for anything, make what the first readers would wait for.

        Not of dumps and kept releases: perhaps nobody ever searches them.
        """
        if self._warmed is self.current or not self.current.unused(_REST):
            return
        self._warmed = self.current
        if not self.current.release.data:
            self._begin(warm(site_at(self.current)))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _leave(self, old: Served) -> None:
        """Stop the old release once it has answered all that it was asked."""
        longest = time.monotonic() + 3 * site_at(old).limits.query_seconds + 5
        quiet = 0
        while quiet < 2 and time.monotonic() < longest:
            await asyncio.sleep(_QUIET)
            quiet = quiet + 1 if old.idle else 0
        self._leaving.remove(old)
        old.engine.stop(wait=False)


def _below(scope: Scope, prefix: str, path: str) -> Scope:
    """Return the request as the release sees it, which does not know of the prefix."""
    inner: dict[str, Any] = {**scope, "path": path}
    raw = bytes(scope.get("raw_path") or b"")
    if raw.startswith(prefix.encode()):
        inner["raw_path"] = raw[len(prefix) :]
    else:  # the prefix was escaped in another way
        inner.pop("raw_path", None)
    return inner

"""Kept releases, each served by an engine of its own that is started when it is first asked for.

There are few places, so that a crawler that goes through all releases cannot fill the memory: who
finds them taken is told to come again. A place is free for another release once nobody has used it
for a moment, and its engine is ended when nobody has for a while.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

from policygraph.engine import Engine
from policygraph.errors import NotFound, PolicygraphError, Unavailable
from policygraph.release import Release
from policygraph.shelf import Shelf
from policygraph.web.site import Site

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that a client waits for a release to be loaded before it is told to come again."""
_SETTLED = 5.0
"""Seconds without a request after which another release may have the place."""
_IDLE = 300.0
"""Seconds without a request after which an engine is ended."""


class Served:
    """A release with its engine and application, and the requests that it answers now."""

    def __init__(self, release: Release, engine: Engine, app: ASGIApp) -> None:
        self.release = release
        self.engine = engine
        self.app = app
        self.used = time.monotonic()
        self._open = 0

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, app: ASGIApp | None = None
    ) -> None:
        """Answer a request, by another application of the same engine if there is one."""
        self._open += 1
        try:
            await (app or self.app)(scope, receive, send)
        finally:
            self._open -= 1
            self.used = time.monotonic()

    @property
    def idle(self) -> bool:
        """Whether no request is open, and the engine does nothing for one."""
        health = self.engine.health()
        return not (self._open or health.fast or health.slow or health.waiting or health.lent)

    def unused(self, seconds: float) -> bool:
        """Whether nothing has happened here for so long."""
        return self.idle and time.monotonic() - self.used >= seconds


def site_at(served: Served) -> Site:
    """Return the site of a release that is served."""
    site: Site = served.app.state.site  # type: ignore[attr-defined]
    return site


class Pinned:
    """The kept releases that are open now. Belongs to one event loop."""

    def __init__(self, shelf: Shelf, start: Callable[[Release], Served]) -> None:
        self._shelf = shelf
        self._start = start
        """Blocks while the release is loaded; called in a thread."""
        self._open: OrderedDict[str, Served] = OrderedDict()
        self._loading: dict[str, asyncio.Task[Served]] = {}
        self._broken: dict[str, tuple[Release, str]] = {}

    def __len__(self) -> int:
        return len(self._open)

    async def find(self, id_: str) -> Release | None:
        """Return a kept release without opening it; None if it is not kept."""
        return await in_thread(lambda: self._shelf.find(id_))

    async def take(self, id_: str, places: int) -> Served:
        """Return a kept release, loaded if need be, with at most so many open at once.

        Raises NotFound for a release that is not kept, Unavailable while all places are taken or
        it takes long to load.
        """
        if served := self._open.get(id_):
            self._open.move_to_end(id_)
            return served
        loading = self._loading.get(id_)
        if loading is None:
            release = await self.find(id_)
            if release is None:
                raise NotFound(f"There is no kept release {id_}; /releases lists what there is.")
            loading = self._loading.get(id_) or self._load(release, places)
        await asyncio.wait({loading}, timeout=PATIENCE)
        if not loading.done():
            raise Unavailable(f"release {id_} is being loaded; try again soon")
        return loading.result()

    def _load(self, release: Release, places: int) -> asyncio.Task[Served]:
        broken = self._broken.get(release.id)
        if broken and broken[0] is release:  # still the same files
            raise Unavailable(broken[1])
        if places < 1:
            raise Unavailable("this server opens no kept release; it gives their downloads")
        while len(self._open) + len(self._loading) >= places:
            unused = next((s for s in self._open.values() if s.unused(_SETTLED)), None)
            if unused is None:
                raise Unavailable(
                    f"{places} other kept releases are being read, as many as may be at once; "
                    "try again later"
                )
            self._end(unused)
        task = asyncio.create_task(self._loaded(release))
        task.add_done_callback(_heard)
        self._loading[release.id] = task
        return task

    async def _loaded(self, release: Release) -> Served:
        try:
            served = await in_thread(lambda: self._start(release), lambda s: s.engine.stop())
        except PolicygraphError as error:
            log.warning("release %s cannot be loaded: %s", release.id, error)
            said = f"release {release.id} cannot be loaded; the server's log says why"
            self._broken[release.id] = release, said
            raise Unavailable(said) from error
        finally:
            del self._loading[release.id]
        self._open[release.id] = served
        return served

    def _end(self, served: Served) -> None:
        del self._open[served.release.id]
        served.engine.stop(wait=False)

    def sweep(self) -> None:
        """End what nobody has used for a while."""
        for served in [s for s in self._open.values() if s.unused(_IDLE)]:
            self._end(served)

    def stop(self) -> None:
        """End everything."""
        for task in self._loading.values():
            task.cancel()
        for served in list(self._open.values()):
            self._end(served)


def _heard(task: asyncio.Task[Served]) -> None:
    """Take note of how it went: perhaps no client waits for it any more."""
    if not task.cancelled():
        task.exception()


async def in_thread(work: Callable[[], T], unwanted: Callable[[T], object] | None = None) -> T:
    """Return what blocking work gives; it does not keep the process from ending.

    If nobody waits any more when it is done, `unwanted` takes the result.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def give(result: T | None, error: BaseException | None) -> None:
        if done.done():
            if error is None and unwanted:
                unwanted(result)  # type: ignore[arg-type]  # it is a T where there is no error
        elif error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:
            error = raised
        with suppress(RuntimeError):  # the loop has gone
            loop.call_soon_threadsafe(give, result, error)

    threading.Thread(target=run, daemon=True).start()
    return await done

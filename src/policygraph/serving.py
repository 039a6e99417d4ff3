"""Put a release, an engine and the web application together, and listen."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from policygraph.changeover import Find, Front
from policygraph.changes import Changes
from policygraph.connection import change_over, connections
from policygraph.engine import Copy, Dataset, Desk, Engine, Progress
from policygraph.engine.cache import AnswerCache
from policygraph.engine.engine import MIB
from policygraph.errors import BrokenInput, PolicygraphError
from policygraph.pinned import Served, site_at
from policygraph.release import Release
from policygraph.settings import Limits
from policygraph.shelf import Shelf
from policygraph.web.app import create_app, create_starting_app
from policygraph.web.archive import Archive
from policygraph.web.endpoint.plain import SmallDesk
from policygraph.web.site import mark, templates

log = logging.getLogger(__name__)

_KEEP_ALIVE = 20
"""Seconds for which a connection may stay without a whole request."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; BrokenInput says why there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BrokenInput(
            f"cannot listen on {host}:{port}: {reason} (another port: --port N)"
        ) from error
    except OverflowError as error:
        raise BrokenInput(f"cannot listen on port {port}: it must be 0 to 65535") from error


def address(listener: socket.socket) -> str:
    """Return the address at which a socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(
    release: Release,
    listener: socket.socket,
    ready: Callable[[], None],
    progress: Progress | None = None,
    shelf: Shelf | None = None,
    find: Find = lambda _asked: None,
    report: Callable[[str], None] = log.warning,
    prepare: Callable[[Release], Release] = lambda newer: newer,
) -> None:
    """Serve a release until the process is told to stop; call `ready` once it can answer.

    Until then requests get a 503, and `progress` the bytes read and the bytes in all. What `find`
    returns later, by itself or after a SIGHUP, takes its place; `report` is told, and
    `prepare` may change the settings of each. The releases on the `shelf` are served beside it.
    """
    archive = Archive(shelf, release, Changes()) if shelf else None
    logging.getLogger("uvicorn.error").addFilter(_shorten)
    early = _Hangup()
    gc.collect()
    gc.freeze()  # a collection that goes through the whole program holds up the pages
    with waiting_room(listener):
        served = _served(prepare(release), archive, progress=progress)
    kind = connections(site_at(served))

    def changed(newer: Served) -> None:
        change_over(kind, site_at(newer))
        report(f"now release {newer.release.id}, version {newer.release.portal.version}")

    front = Front(
        served,
        release,
        find,
        build=lambda newer: _served(prepare(newer), archive, beside=served),
        pinned=lambda kept: _pinned(kept, archive, front.current),
        dress=lambda kept, by, prefix: _app(kept, by.engine, archive, prefix, by),
        archive=archive,
        changed=changed,
        report=report,
    )
    config = uvicorn.Config(
        front,
        http=kind,
        lifespan="on",
        timeout_keep_alive=_KEEP_ALIVE,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    early.tell(front, server)
    ready()
    server.run(sockets=[listener])


def _served(
    release: Release,
    archive: Archive | None = None,
    prefix: str = "",
    limits: Limits | None = None,
    beside: Served | None = None,
    progress: Progress | None = None,
) -> Served:
    """Load a release and return it with its application; blocks until it can answer."""
    limits = limits or release.portal.limits
    with ThreadPoolExecutor(1) as beside_loading:
        beside_loading.submit(templates)  # the engine loads in a process of its own
        engine = Engine.start(dataset_of(release), limits, progress, _desk(release, limits, prefix))
    return Served(release, engine, _app(release, engine, archive, prefix, beside, limits))


def _desk(release: Release, limits: Limits, prefix: str) -> Desk | None:
    """Return what clerks answer with; none for a kept release or a store that others run."""
    if prefix or release.portal.engine.url:
        return None
    # the engine keeps the other half
    kept = (limits.answer_cache_mib * MIB) // 2 // limits.places
    return SmallDesk(limits, mark(release), AnswerCache("", kept))


def _app(
    release: Release,
    engine: Engine,
    archive: Archive | None,
    prefix: str,
    beside: Served | None,
    limits: Limits | None = None,
) -> ASGIApp:
    other = site_at(beside) if beside else None
    limits = limits or (other.limits if other else release.portal.limits)
    return create_app(release, engine, limits, archive, prefix, other)


def _pinned(release: Release, archive: Archive | None, current: Served) -> Served:
    """Load a kept release; few ask for one, and what it answers may not depend on others.

    Its files are here, whichever endpoint the current one is asked of.
    """
    limits = site_at(current).limits
    own = replace(limits, workers=1, answer_cache_mib=min(8, limits.answer_cache_mib),
                  service_allow=())  # fmt: skip
    portal = release.portal
    here = replace(release, portal=replace(portal, engine=replace(portal.engine, url="")))
    return _served(here, archive, f"/releases/{release.id}", own, current)


class _Hangup:
    """SIGHUP, from before the first release is loaded on: look for another release.

    When a terminal that started us is closed, the system sends SIGHUP as well; then we stop, unless
    whoever started us had it ignored (`nohup`): that asks us to outlive the terminal.
    """

    def __init__(self) -> None:
        stays = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        self._terminal = _has_terminal() and not stays
        self._asked = False
        self._front: Front | None = None
        self._server: uvicorn.Server | None = None
        signal.signal(signal.SIGHUP, self._on_signal)

    def tell(self, front: Front, server: uvicorn.Server) -> None:
        """Tell these from now on, also what came before."""
        self._front, self._server = front, server
        front.asked = self._asked

    def _on_signal(self, _number: int, frame: FrameType | None) -> None:
        if self._terminal and not _has_terminal():
            if self._server is None:
                raise KeyboardInterrupt
            self._server.handle_exit(signal.SIGTERM, frame)
        elif self._front is None:
            self._asked = True
        else:
            self._front.asked = True


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def dataset_of(release: Release) -> Dataset:
    """Return what an engine answers from: the files of a release, or its copy elsewhere."""
    portal = release.portal
    if not portal.engine.url:
        return Dataset(release.dataset, release.apart, portal.base)
    if release.data:
        raise BrokenInput("a dump is served by the own engine: publish a release for [engine] url")
    urls, edition = release.urls, release.edition
    there = {slug: urls.copy(edition, f"graph/{slug}") for slug in release.graphs}
    copy = Copy(
        url=portal.engine.url,
        user=portal.engine.user,
        record=urls.copy(edition),
        default=urls.copy(edition, "default"),
        graphs={f"{portal.base}graph/{slug}": iri for slug, iri in there.items()},
        triples={iri: release.graphs[slug] for slug, iri in there.items()},
        seconds=portal.limits.query_seconds,
        allowed=portal.limits.service_allow,
    )
    return Dataset((), release.apart, portal.base, copy=copy)


@contextmanager
def waiting_room(listener: socket.socket) -> Iterator[None]:
    """Answer that the server is starting, in a thread, on a copy of the socket."""
    config = uvicorn.Config(
        create_starting_app(),
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with listener.dup() as copy:
        thread = threading.Thread(target=server.run, args=([copy],), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """Stops in order when told to; uvicorn's own raises the signal once more after that."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        stops = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in stops}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _shorten(record: logging.LogRecord) -> bool:
    """Log an answer that was broken off in a line: it is a limit that was held, and no bug."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, PolicygraphError):
        record.msg, record.args = f"an answer was broken off: {error}", ()
        record.exc_info = None
    return True

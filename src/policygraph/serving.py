"""Put a release, an engine and the web application together, and listen."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from policygraph.connection import connections
from policygraph.engine import Copy, Dataset, Engine, Progress
from policygraph.errors import BrokenInput, PolicygraphError
from policygraph.release import Release
from policygraph.web.app import create_app, create_starting_app

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
) -> None:
    """Serve a release until the process is told to stop; call `ready` once it can answer.

    Until then requests get a 503, and `progress` the bytes read and the bytes in all.
    """
    limits = release.portal.limits
    dataset = dataset_of(release)
    logging.getLogger("uvicorn.error").addFilter(_shorten)
    with waiting_room(listener):
        engine = Engine.start(dataset, limits, progress)
    with engine:
        app = create_app(release, engine, limits)
        config = uvicorn.Config(
            app,
            http=connections(app.state.site),
            timeout_keep_alive=_KEEP_ALIVE,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        ready()
        _Server(config).run(sockets=[listener])


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

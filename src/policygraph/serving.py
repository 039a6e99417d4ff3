"""Put a release, an engine and the web application together, and listen."""

from __future__ import annotations

import socket
from collections.abc import Callable

from policygraph.errors import BrokenInput
from policygraph.release import Release


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


def serve(release: Release, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve a release until the process is told to stop; call `ready` once it can answer."""
    import uvicorn

    from policygraph.engine import Dataset, Engine
    from policygraph.web.app import create_app

    limits = release.portal.limits
    dataset = Dataset(release.dataset, release.apart, release.portal.base)
    with Engine.start(dataset, limits) as engine:
        config = uvicorn.Config(
            create_app(release, engine, limits),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        ready()
        uvicorn.Server(config).run(sockets=[listener])

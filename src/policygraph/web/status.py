"""What machines that watch over the server ask: health and liveness."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from policygraph.engine import Query
from policygraph.errors import PolicygraphError, Unavailable
from policygraph.formats import RESULT_FORMATS
from policygraph.web.problems import render_without_page
from policygraph.web.site import site_of

_PATIENCE = 5.0
"""Seconds within which a trivial query must be answered to count as healthy."""

_ALIVE = "ASK {} # not NOW() from the cache"
"""What may change is never kept, so that this is really asked each time."""

_NO_STORE = {"Cache-Control": "no-store"}


async def health(request: Request) -> Response:
    """Return 200 with the release id once a query is answered, else 503."""
    site = site_of(request)
    try:
        async with asyncio.timeout(_PATIENCE):
            query = Query(_ALIVE, results=RESULT_FORMATS[0], graph=None, client="health")
            answer = await site.engine.answer(query)
            await answer.read()
            ready = site.engine.health().ready
    except (PolicygraphError, TimeoutError, OSError) as error:
        detail = str(error) or "no answer in time"
        return _json({"status": "unavailable", "detail": detail}, 503, {"Retry-After": "5"})
    if not ready:
        return _json({"status": "unavailable", "detail": "starting"}, 503, {"Retry-After": "5"})
    portal = site.release.portal
    return _json({"status": "ok", "release": site.release.id, "version": portal.version})


async def starting(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that comes before the data is loaded; then the client may call again."""
    request = Request(scope, receive)
    if request.url.path == "/health/live":
        response = await alive(request)
    elif request.url.path == "/health":
        detail = {"status": "unavailable", "detail": "the data is being loaded"}
        response = _json(detail, 503, {"Retry-After": "5"})
    else:
        error = Unavailable("the data is being loaded; try again soon")
        response = render_without_page(request, error)
    response.headers["Connection"] = "close"  # another server takes over
    await response(scope, receive, send)


async def alive(_: Request) -> Response:
    """Return 200: the process answers, whatever the engine does."""
    return _json({"status": "ok"})


def _json(
    value: Mapping[str, str], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    own = _NO_STORE | dict(headers or {})
    return Response(json.dumps(value) + "\n", status, own, media_type="application/json")

"""What every answer gets: open reading (CORS), safe headers, gzip, and an answer to every crash."""

from __future__ import annotations

import asyncio
import logging
import re
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("policygraph.web")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content Security Policy: nothing inline, nothing from elsewhere."""

METHODS = "GET, HEAD, POST, OPTIONS"

EVERY_ANSWER = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Allow, Content-Encoding, Content-Language, Content-Length, "
        "Content-Location, Content-Range, Content-Type, ETag, Last-Modified, Link, Location, "
        "Memento-Datetime, Retry-After, Vary"
    ),
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}

_RAW = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in EVERY_ANSWER.items()]

PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": (
        "*, Accept, Accept-Datetime, Accept-Language, Authorization, Cache-Control, Content-Type, "
        "If-Modified-Since, If-None-Match, Range, X-Requested-With"
    ),
    "Access-Control-Max-Age": "86400",
}

OnCrash = Callable[[Request, Exception], Awaitable[Response]]


class Frame:
    """Puts the headers on every answer, errors too, and answers OPTIONS for every address.

    Whatever nobody foresaw becomes an answer without a trace of the code; if the status line is
    already out, the exception goes on to the server, which breaks the connection off.
    """

    def __init__(self, app: ASGIApp, on_crash: OnCrash, sent: Counter[int] | None = None) -> None:
        self._app = app
        self._on_crash = on_crash
        self._sent: Counter[int] = Counter() if sent is None else sent
        """How many answers of each status were sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def framed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._sent[message["status"]] += 1
                message["headers"] = [*message.get("headers", ()), *_RAW]
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, framed)
            return
        try:
            await self._app(scope, receive, framed)
        except ClientDisconnect:
            if started:
                raise  # otherwise nobody is there to be answered
        except Exception as error:
            if started:
                raise
            log.exception("%s %s failed", scope["method"], scope["path"])
            response = await self._on_crash(Request(scope, receive), error)
            await response(scope, receive, framed)


_COMPRESSIBLE = re.compile(
    r"text/|application/(json|xml|n-triples|n-quads|trig|ld\+json|rdf\+xml|problem\+json"
    r"|sparql-results\+(json|xml))"
)
LEAST = 512
"""Bytes of the shortest body that is compressed."""
THREAD_ABOVE = 128 * 1024
"""Bytes above which compressing would keep other requests waiting; a thread does it."""


class Gzip:
    """Compresses what is worth it, chunk by chunk, so that a stream stays a stream.

    Downloads go out as they are: they have their own .gz twins, strong tags and ranges.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or (path.startswith("/download/") and path != "/download/"):
            await self._app(scope, receive, send)
            return
        accepts = accepts_gzip(Headers(scope=scope).get("accept-encoding"))
        await self._app(scope, receive, _Compressor(send, accepts, scope["method"]).send)


class _Compressor:
    def __init__(self, send: Send, accepts: bool, method: str) -> None:
        self._send = send
        self._wanted = accepts and method != "HEAD"
        self._start: Message | None = None
        self._gzip: zlib._Compress | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
            # The first part of the body tells whether compressing is worth it.
            self._start = message
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._start is not None:
            start, self._start = self._start, None
            if self._wanted and _worth_it(start, body, more):
                self._gzip = zlib.compressobj(5, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
                _mark_compressed(start)
            await self._send(start)
        if self._gzip is not None:
            if len(body) > THREAD_ABOVE:
                body = await asyncio.to_thread(_compressed, self._gzip, body, more)
            else:
                body = _compressed(self._gzip, body, more)
        if body or not more:
            await self._send({"type": "http.response.body", "body": body, "more_body": more})


def _compressed(gzip: zlib._Compress, body: bytes, more: bool) -> bytes:
    # Flushing each chunk lets a client read the rows that are there already.
    return gzip.compress(body) + gzip.flush(zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH)


def _worth_it(start: Message, body: bytes, more: bool) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] not in (204, 206, 304)
        and "content-encoding" not in headers
        and _COMPRESSIBLE.match(headers.get("content-type", "")) is not None
        and (more or len(body) >= LEAST)
    )


def _mark_compressed(start: Message) -> None:
    headers = MutableHeaders(scope=start)
    headers["Content-Encoding"] = "gzip"
    del headers["Content-Length"]
    tag = headers.get("etag", "")
    if tag.startswith('"'):
        headers["ETag"] = "W/" + tag


def accepts_gzip(header: str | None) -> bool:
    """Whether Accept-Encoding takes gzip (RFC 9110, 12.5.3)."""
    accepted: dict[str, bool] = {}
    for element in (header or "").lower().split(","):
        name, _, rest = element.partition(";")
        quality = rest.strip().removeprefix("q=").strip()
        accepted[name.strip()] = not re.fullmatch(r"0(\.0*)?", quality)
    return accepted.get("gzip", accepted.get("x-gzip", accepted.get("*", False)))

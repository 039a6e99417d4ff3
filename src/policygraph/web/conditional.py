"""Entity tags and cache headers (RFC 9110, section 8.8; RFC 9111)."""

from __future__ import annotations

import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from policygraph.errors import PayloadTooLarge

CACHE = "public, max-age=60, must-revalidate"
"""A proxy may keep an answer for a minute; then it asks, and a 304 costs no evaluation."""

FOREVER = "public, max-age=31536000, immutable"
"""What never changes may be kept for a year, without asking (RFC 8246)."""

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def etag(*parts: object) -> str:
    """Return a weak entity tag made from everything that the answer depends on.

    Weak, because the same answer may go out compressed or not (RFC 9110, 8.8.1).
    """
    told_apart = "".join([f"{len(text)}:{text}" for text in map(str, parts)])
    digest = hashlib.sha256(told_apart.encode("utf-8", "surrogatepass"))
    return f'W/"{digest.hexdigest()[:32]}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether If-None-Match names the tag, by weak comparison (RFC 9110, 13.1.2).

    `*` never matches: whether there is an answer at all is only known once it was made.
    """
    if not if_none_match:
        return False
    wanted = _TAG.fullmatch(tag)
    return wanted is not None and wanted[1] in _TAG.findall(if_none_match)


def not_modified(request: Request, tag: str, vary: str) -> Response | None:
    """Return a 304 if the client already has the answer with this tag, else None."""
    if request.method not in ("GET", "HEAD") or not matches(
        request.headers.get("if-none-match"), tag
    ):
        return None
    return Response(status_code=304, headers=cache_headers(tag, vary))


def cache_headers(tag: str, vary: str) -> dict[str, str]:
    """Return the headers that let a client or a proxy keep the answer."""
    headers = {"ETag": tag, "Cache-Control": CACHE}
    return headers | {"Vary": vary} if vary else headers


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body, at most `limit` bytes; raises PayloadTooLarge without reading further."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > limit:
        raise PayloadTooLarge(f"The body has {length} bytes; at most {limit} are read.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise PayloadTooLarge(f"The body has more than {limit} bytes.")
    return bytes(body)

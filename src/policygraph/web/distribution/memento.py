"""Memento (RFC 7089): from an address to what it answered on a day, and back.

The original resource is an address without a prefix, its mementos are the same address below each
kept release. A release is what was true from its date on, until the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policygraph.errors import BrokenInput, NotFound
from policygraph.release import MANIFEST, Release
from policygraph.web.conditional import CACHE, FOREVER
from policygraph.web.site import Site, header_iri, origin_of, site_of
from policygraph.web.things.resources import raw_path, split_suffix

_TIMELESS = (
    "/health", "/metrics", "/static", "/releases", "/timegate", "/timemap", "/robots.txt",
    "/openapi.json",
)  # fmt: skip
"""Beginnings of addresses that have no state of other times: machinery, and lists of releases."""

_CONSTANT = ("/download/", "/sparql", "/doc/", "/ns", "/shapes", "/queries", "/context.jsonld")
"""Beginnings of addresses whose answers depend on the release alone, unless they are pages."""

_LINK_FORMAT = "application/link-format"


class Memento:
    """Says on each answer of which time it is, or where other times are found.

    What a kept release answers never changes, and a cache may keep it for ever.
    """

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site
        self._moment = format_datetime(moment(site.release), usegmt=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        pinned = bool(self._site.prefix)
        # A current query has other times too, but its answers are not slowed down to say so.
        silent = path.startswith(_TIMELESS) or (path.startswith("/sparql") and not pinned)
        if scope["type"] != "http" or silent:
            await self._app(scope, receive, send)
            return

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                headers = MutableHeaders(scope=message)
                headers.append("Link", _links(Request(scope), original=pinned))
                if pinned:
                    headers["Memento-Datetime"] = self._moment
                    if _is_constant(scope, message["status"], headers):
                        headers["Cache-Control"] = FOREVER
            await send(message)

        await self._app(scope, receive, dated)


def _is_constant(scope: Scope, status: int, headers: Headers) -> bool:
    path: str = scope["path"]
    return (
        status in (200, 206)
        and headers.get("cache-control") == CACHE
        and not headers.get("content-type", "").startswith("text/html")
        and path.startswith(_CONSTANT)
        and (path != "/sparql" or b"query=" in scope["query_string"])
    )


def _links(request: Request, *, original: bool) -> str:
    """Return the Link header (RFC 7089, 2.2); addresses are absolute, as clients expect."""
    path, root = _address(request), origin_of(request)
    links = [f'<{root}{path}>; rel="original"'] if original else []
    links.append(f'<{root}/timegate{path}>; rel="timegate"')
    links.append(f'<{root}/timemap{path}>; rel="timemap"; type="{_LINK_FORMAT}"')
    return ", ".join(links)


def _address(request: Request, of: str = "") -> str:
    """Return the path and query of the original resource, as they were sent."""
    raw = bytes(request.scope.get("raw_path") or request.scope["path"].encode())
    path = raw.partition(b"?")[0].decode("ascii", "replace").removeprefix(of)
    query = request.scope["query_string"].decode("ascii", "replace")
    return header_iri(f"{path}?{query}" if query else path)


def moment(release: Release) -> datetime:
    """Return when a release begins to hold: its date, at midnight UTC; it has no other clock."""
    try:
        return datetime.fromisoformat(release.portal.date).replace(tzinfo=UTC)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)


async def timegate(request: Request) -> Response:
    """Redirect to the release of the time that is asked for, else to the latest (RFC 7089, 4.1).

    Of what had gone by then, that is the last release that had it.
    """
    releases = await _releases(request, "/timegate")
    wanted = request.headers.get("accept-datetime")
    chosen = releases[-1]
    if wanted is not None:
        try:
            time = parsedate_to_datetime(wanted)
        except (ValueError, TypeError) as error:
            raise BrokenInput(
                f"Accept-Datetime is like 'Thu, 31 May 2007 20:35:00 GMT', not {wanted!r}."
            ) from error
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        # What is asked for before the first release is answered by the first (RFC 7089, 4.5.3).
        chosen = next((r for r in reversed(releases) if moment(r) <= time), releases[0])
    address = _address(request, "/timegate")
    root = origin_of(request)
    links = f'<{root}{address}>; rel="original", <{root}/timemap{address}>; rel="timemap"'
    headers = {"Vary": "Accept-Datetime", "Link": f'{links}; type="{_LINK_FORMAT}"',
               "Cache-Control": "public, max-age=60"}  # fmt: skip
    location = f"{root}/releases/{chosen.id}{address}"
    return RedirectResponse(location, status_code=302, headers=headers)


async def timemap(request: Request) -> Response:
    """Return the releases that have an address in link-format (RFC 7089, section 5; RFC 6690)."""
    releases = await _releases(request, "/timemap")
    address, root = _address(request, "/timemap"), origin_of(request)
    first, last = (format_datetime(moment(releases[at]), usegmt=True) for at in (0, -1))
    lines = [
        f'<{root}{address}>; rel="original"',
        f'<{root}/timegate{address}>; rel="timegate"',
        f'<{root}/timemap{address}>; rel="self"; type="{_LINK_FORMAT}"; from="{first}"; '
        f'until="{last}"',
    ]
    for at, release in enumerate(releases):
        ends = [name for name, end in (("first", 0), ("last", len(releases) - 1)) if at == end]
        when = format_datetime(moment(release), usegmt=True)
        lines.append(
            f'<{root}/releases/{release.id}{address}>; rel="{" ".join([*ends, "memento"])}"; '
            f'datetime="{when}"'
        )
    headers = {"Cache-Control": "public, max-age=60"}
    return Response(",\n".join(lines) + "\n", headers=headers, media_type=_LINK_FORMAT)


async def _releases(request: Request, of: str) -> Sequence[Release]:
    """Return the kept releases that have the original resource, oldest to newest."""
    archive = site_of(request).archive
    kept = await asyncio.to_thread(archive.shelf.releases) if archive else ()
    if not kept:
        raise NotFound("No releases are kept here: what is served is no release.")
    path = raw_path(request).removeprefix(of)
    having = await asyncio.to_thread(lambda: [r for r in kept if _has(r, path)])
    if not having:
        raise NotFound(f"No kept release has {path}.")
    return having


def _has(release: Release, path: str) -> bool:
    """Whether a release has an address; of things, files and queries that can be told at once."""
    urls = release.urls
    if path.startswith("/download/"):
        name = unquote(path.removeprefix("/download/"))
        return name in ("", MANIFEST) or name in release.files
    if path.startswith("/queries/"):
        return release.describes(urls.thing(path.partition(".")[0]))
    if path.startswith("/doc/"):
        iri = urls.described_by(split_suffix(path)[0])
    elif path.startswith(("/id/", "/graph/")):
        iri = urls.thing(path)
    else:
        return True
    slug = iri.removeprefix(urls.base + "graph/")
    return not urls.is_ours(iri) or slug in release.graphs or release.describes(iri)

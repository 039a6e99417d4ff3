"""`/sparql`: takes the request apart, asks the engine, sends the answer while it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from policygraph.engine import Answer
from policygraph.errors import UnsupportedMediaType
from policygraph.formats import GRAPH_FORMATS, Format
from policygraph.web.conditional import cache_headers, not_modified, read_body
from policygraph.web.endpoint import editor
from policygraph.web.endpoint.description import service_description
from policygraph.web.endpoint.responding import answer_headers, packed, query_of, tag_of
from policygraph.web.endpoint.sparql import (
    FORM,
    QUERY,
    UPDATE,
    Asked,
    Wanted,
    body_limit,
    read_request,
    wanted_formats,
)
from policygraph.web.middleware import accepts_gzip
from policygraph.web.negotiate import HTML, Page, pick
from policygraph.web.site import Site, address_of, client_of, site_of

T = TypeVar("T")

_AT_ONCE = 0.05
"""Seconds after which the client is watched for hanging up."""

BEGUN = "policygraph.begun"
"""The extension of a request's scope that holds the answer, as a future, if it has been begun."""
BEGUN_BY = "policygraph.begun-by"
"""The extension that holds the site by which that was done."""

_OFFERS: tuple[Format | Page, ...] = (*GRAPH_FORMATS, HTML)


async def sparql(request: Request) -> Response:
    """Answer one request of the SPARQL 1.1 Protocol, section 2.1."""
    site = site_of(request)
    content_type = request.headers.get("content-type")
    body = b""
    if request.method == "POST" and _readable(content_type):
        _refuse_encoding(request)
        body = await read_body(request, body_limit(content_type, site.limits))
    query_string = request.scope["query_string"]
    asked = read_request(request.method, query_string, content_type, body, site.limits)
    if asked.text is None:
        return await _no_query(request, site, asked)
    wanted = wanted_formats(asked.format, request.headers.get("accept"))
    if wanted.page:
        return await editor.answered(request, site, asked)
    return await answered(request, site, asked, wanted)


async def answered(request: Request, site: Site, asked: Asked, wanted: Wanted) -> Response:
    """Return the answer of a query, or a 304 to a client that has it."""
    tag = tag_of(site.mark, asked, wanted)
    vary = "" if asked.format else "Accept"
    known = not_modified(request, tag, vary) if tag else None
    if known:
        return known
    query = query_of(asked, wanted, client_of(request))
    begun = request.scope.get("extensions", {}).get(BEGUN)
    answer = await unless_gone(request, begun or site.engine.answer(query))
    headers = answer_headers(request.method, tag, vary, answer.format)
    if request.method == "HEAD":
        await answer.close()
        return StreamingResponse(_nothing(), headers=headers)
    return await _send(site, answer, headers, request.headers.get("accept-encoding"))


def _readable(content_type: str | None) -> bool:
    """Whether the body is worth reading; for any other type the refusal does not need it."""
    return (content_type or "").partition(";")[0].strip().lower() in (FORM, QUERY, UPDATE)


def _refuse_encoding(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding != "identity":
        raise UnsupportedMediaType(f"The body must not be encoded; it is {encoding}.")


async def _no_query(request: Request, site: Site, asked: Asked) -> Response:
    """Answer an address without a query: an editor for people, else what the service can do.

    SPARQL 1.1 Service Description, section 2.
    """
    chosen = pick(request.headers.get("accept"), asked.format, _OFFERS)
    if not isinstance(chosen, Format):
        return await editor.empty(request, site)
    address = address_of(request)
    tag = site.tag("service", address, chosen.name)
    known = not_modified(request, tag, "Accept")
    if known:
        return known
    body = service_description(site, address, chosen)
    headers = cache_headers(tag, "Accept")
    return Response(body, headers=headers | {"Content-Type": chosen.content_type})


async def unless_gone(request: Request, work: Coroutine[Any, Any, T] | asyncio.Future[T]) -> T:
    """Return what the work gives, or stop it as soon as the client hangs up."""
    task = asyncio.ensure_future(work)
    try:
        # Most answers are there at once; watching the client for those would cost more than it
        # saves.
        await asyncio.wait({task}, timeout=_AT_ONCE)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if task.done():
        return task.result()
    watch = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        for pending in (task, watch):
            pending.cancel()


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def _send(
    site: Site, answer: Answer, headers: dict[str, str], accept_encoding: str | None
) -> Response:
    """Return the answer; a short one whole, a long one as a stream.

    Looking one part ahead gives short answers a length, and turns what fails within the first
    two parts into an error with a status.
    """
    chunks = aiter(answer.chunks)
    try:
        first = await anext(chunks, b"")
        second = await anext(chunks, None)
    except BaseException:
        await answer.close()
        raise
    if second is None:
        await answer.close()
        if accepts_gzip(accept_encoding) and (
            short := packed(site.engine.cache, answer.kept, first)
        ):
            return Response(short, headers=headers | {"Content-Encoding": "gzip"})
        return Response(first, headers=headers)
    return StreamingResponse(_stream(answer, chunks, first, second), headers=headers)


async def _stream(
    answer: Answer, chunks: AsyncIterator[bytes], *ahead: bytes
) -> AsyncIterator[bytes]:
    """Yield the parts of an answer.

    What is raised here leaves the last chunk unsent, so the server breaks the connection off and
    no client takes the part for the whole (RFC 9112, section 8).
    """
    try:
        for chunk in ahead:
            yield chunk
        async for chunk in chunks:
            yield chunk
    finally:
        await answer.close()

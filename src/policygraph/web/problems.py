"""Errors as answers: problem+json (RFC 9457), plain text, or a page, by what the client reads."""

from __future__ import annotations

import json
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from policygraph.errors import Gone, PolicygraphError, SyntaxProblem
from policygraph.web.negotiate import HTML, PROBLEM, TEXT, choose
from policygraph.web.site import Site, site_of
from policygraph.web.texts import texts

Members = dict[str, str | int]

_OF_ERRORS = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}


def problem(error: Exception) -> tuple[int, Members, dict[str, str]]:
    """Return the status, the problem members and the headers for an error.

    What nobody foresaw says nothing about the code: its text goes to the log only.
    """
    headers: dict[str, str] = {}
    members: Members
    if isinstance(error, HTTPException):
        status = error.status_code
        members = {"title": HTTPStatus(status).phrase, "status": status, "detail": error.detail}
        headers = dict(error.headers or {})
        if "Allow" in headers:
            headers["Allow"] += ", OPTIONS"  # answered for every address, before any route
    elif isinstance(error, PolicygraphError):
        status = error.status
        members = {"title": error.title, "status": status, "detail": str(error)}
        if error.retry_after is not None:
            headers["Retry-After"] = str(error.retry_after)
        if status == 413:
            # The rest of the body stays unread, so the connection cannot be used again.
            headers["Connection"] = "close"
    else:
        status = 500
        members = {"title": "Something went wrong here", "status": status}
        members["detail"] = "The server could not answer; its operator finds the cause in the log."
    if isinstance(error, SyntaxProblem) and error.place:
        members |= {"line": error.place.line, "column": error.place.column}
        members["detail"] = error.message
    if isinstance(error, Gone) and error.successor:
        members["successor"] = error.successor
    return status, members, headers


async def render_error(request: Request, error: Exception) -> Response:
    """Return the answer for any error."""
    offer = choose(request.headers.get("accept"), (PROBLEM, TEXT, HTML))
    if offer is HTML:
        status, members, headers = problem(error)
        headers |= _OF_ERRORS
        site: Site = site_of(request)
        page = site.page(request)
        successor = members.get("successor")
        link = page.facts(()).link(str(successor)) if successor else None
        title = texts.refusal(page.language, status) or members["title"]
        return page.render(
            "error.html",
            status,
            headers,
            problem=members,
            successor=link,
            unpinned=page.unpinned if status == 404 else None,
            title=title,
        )
    return render_without_page(request, error)


def render_without_page(request: Request, error: Exception) -> Response:
    """Return the answer for any error, to a browser as plain text."""
    status, members, headers = problem(error)
    headers |= _OF_ERRORS
    if choose(request.headers.get("accept"), (PROBLEM, TEXT, HTML)) in (TEXT, HTML):
        place = (
            f" (line {members['line']}, column {members['column']})" if "line" in members else ""
        )
        text = f"{members['title']}{place}: {members['detail']}\n"
        return Response(text, status, headers, media_type="text/plain")
    body = json.dumps({"type": "about:blank"} | members, ensure_ascii=False) + "\n"
    return Response(body, status, headers, media_type="application/problem+json")

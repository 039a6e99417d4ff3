"""Ways to ask an endpoint over HTTP, and what comes back."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pyoxigraph as ox

Ask = Callable[[str, str], httpx.Response]
"""Takes an endpoint and a query."""


def get(endpoint: str, query: str, **parameters: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in parameters.items()}
    return httpx.get(endpoint, params={"query": query, **names}, timeout=60)


def post(endpoint: str, query: str) -> httpx.Response:
    return httpx.post(endpoint, content=query.encode(), timeout=60,
                      headers={"Content-Type": "application/sparql-query"})  # fmt: skip


def form(endpoint: str, query: str) -> httpx.Response:
    return httpx.post(endpoint, data={"query": query}, timeout=60)


def found(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    result = ox.parse_query_results(response.content, format=ox.QueryResultsFormat.JSON)
    assert isinstance(result, ox.QuerySolutions)
    names = [variable.value for variable in result.variables]
    return [{name: row[name].value for name in names if row[name] is not None} for row in result]


def refused(response: httpx.Response) -> str:
    """The detail of a refusal."""
    assert response.status_code == 403, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["title"] == "SERVICE is not allowed"
    detail: str = response.json()["detail"]
    return detail

"""The query evaluation, result format, syntax and federation suites, asked over HTTP."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from rdflib import Graph

from .results import (
    READERS,
    RS,
    Table,
    graph_rows,
    read_result_set,
    same,
    same_rows,
    shown,
)
from .suites import (
    EMPTY,
    NOWHERE,
    Evaluation,
    Syntax,
    cases,
    exclusions,
    path_of,
    path_of_endpoint,
    suites,
    text_of,
)

# rdflib's reader of JSON-LD uses what rdflib itself has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is:DeprecationWarning")

GRAPHS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}


def marked(case: Evaluation | Syntax) -> Any:
    """Return a parameter; one that is listed among the exclusions has to fail."""
    reason = exclusions()["tests"].get(case.id)
    marks = [pytest.mark.xfail(raises=AssertionError, reason=reason)] if reason else []
    return pytest.param(case, id=case.id, marks=marks)


EVALUATIONS = [case for case in cases() if isinstance(case, Evaluation)]
SYNTAX = [case for case in cases() if isinstance(case, Syntax)]


def test_every_exclusion_is_needed() -> None:
    """That a listed test still fails is seen where it runs: `xfail_strict` is set."""
    assert len({case.id for case in cases()}) == len(cases())
    marks = {case.id for case in EVALUATIONS} | {case.id for case in SYNTAX}
    assert exclusions()["tests"].keys() <= marks
    assert exclusions()["suites"].keys() <= set(suites())


def federated(case: Evaluation) -> bool:
    return case.id.startswith("service/")


@pytest.mark.parametrize("case", [marked(case) for case in EVALUATIONS if not federated(case)])
def test_evaluation(client: httpx.Client, case: Evaluation) -> None:
    text = text_of(case.query)
    if not case.result.endswith((".srx", ".srj", ".csv", ".tsv")):
        expected = Graph().parse(path_of(case.result), publicID=case.result)
        if (None, RS.resultVariable, None) not in expected:
            check_graph(client, case, text, expected)
            return
        check_table(client, case, text, read_result_set(expected), ["srj", "srx"])
        return
    suffix = case.result.rpartition(".")[2]
    answer = READERS[suffix][1](text_of(case.result))
    suffixes = [suffix] if suffix in ("csv", "tsv") else ["srj", "srx"]
    check_table(client, case, text, answer, suffixes)


def check_table(
    client: httpx.Client, case: Evaluation, text: str, expected: Table | bool, suffixes: list[str]
) -> None:
    ordered = re.search(r"order\s+by", text[text.rfind("}") :], re.IGNORECASE) is not None
    for suffix in suffixes:
        media_type, read = READERS[suffix]
        actual = read(ask(client, case, text, media_type))
        if isinstance(expected, bool) or isinstance(actual, bool):
            assert actual is expected
        else:
            assert same(expected, actual, ordered), (
                f"{expected.variables}\n{shown(expected.rows)}\nis expected, not "
                f"{actual.variables}\n{shown(actual.rows)}"
            )


def check_graph(client: httpx.Client, case: Evaluation, text: str, expected: Graph) -> None:
    for media_type, format_ in GRAPHS.items():
        actual = Graph().parse(data=ask(client, case, text, media_type), format=format_)
        rows = graph_rows(actual)
        assert same_rows(graph_rows(expected), rows), f"{media_type}:\n{shown(rows)}"


def ask(client: httpx.Client, case: Evaluation, text: str, media_type: str) -> str:
    """Return the answer in a format.

    A file's address is the base of the query in it (RFC 3986, 5.1.3); over HTTP only the text
    itself can say so. Queries that name their graphs by FROM are asked without parameters.
    """
    parameters = {"default-graph-uri": case.default or (EMPTY,), "named-graph-uri": case.named}
    if re.search(r"^\s*from\b", text, re.IGNORECASE | re.MULTILINE):
        parameters = {}
    response = client.post(
        "/sparql",
        params=parameters,
        content=f"BASE <{case.query}>\n{text}".encode(),
        headers={"Content-Type": "application/sparql-query", "Accept": media_type},
    )
    assert response.status_code != 403, response.text
    if response.status_code != 200:
        pytest.fail(response.text)  # no exclusion covers this
    assert response.headers["content-type"].partition(";")[0] == media_type
    return response.text


@pytest.mark.parametrize("case", [marked(case) for case in SYNTAX])
def test_syntax(client: httpx.Client, case: Syntax) -> None:
    text = text_of(case.query)
    response = client.post(
        "/sparql",
        params={"default-graph-uri": EMPTY},
        content=text.encode(),
        headers={"Content-Type": "application/sparql-query"},
    )
    if case.correct:
        if response.status_code == 403:  # understood, and more than this endpoint does
            assert response.json()["title"] in ("SERVICE is not allowed", "Not supported")
        else:
            assert response.status_code == 200, response.text
        return
    assert response.status_code == 400
    problem = response.json()
    assert problem["title"] == "Syntax error"
    lines = text.split("\n")
    assert 1 <= problem["line"] <= len(lines)
    assert 1 <= problem["column"] <= len(lines[problem["line"] - 1]) + 1


@pytest.mark.parametrize("case", [marked(case) for case in EVALUATIONS if federated(case)])
def test_federation(federation: httpx.Client, case: Evaluation) -> None:
    """The endpoints of a query are replaced by such as there are; one that has no data fails."""
    data = dict(case.endpoints)

    def replaced(match: re.Match[str]) -> str:
        path = path_of_endpoint(data[match[2]]) if match[2] in data else NOWHERE
        return f"{match[1]}<{federation.base_url.join(path)}>"

    text = re.sub(r"(SERVICE\s+(?:SILENT\s+)?)<([^>]+)>", replaced, text_of(case.query))
    expected = READERS["srx"][1](text_of(case.result))
    check_table(federation, case, text, expected, ["srj", "srx"])


@pytest.mark.parametrize("query", [case.query for case in EVALUATIONS if federated(case)])
def test_no_endpoint_is_called_that_is_not_allowed(client: httpx.Client, query: str) -> None:
    response = client.post("/sparql", data={"query": text_of(query)})
    assert response.status_code == 403
    assert response.json()["title"] == "SERVICE is not allowed"

"""The catalogue as methods: every query with its examples, signatures, values that do not fit."""

from __future__ import annotations

import inspect
import pydoc
from datetime import date

import httpx
import pandas as pd
import pytest
from rdflib import Graph

from policygraph import Client
from policygraph.errors import BrokenInput, ServiceRefused
from policygraph.queries import CatalogueQuery, read_catalogue
from policygraph.sources import find_portal
from tests.conftest import REPOSITORY
from tests.releases.conftest import Server

CATALOGUE = read_catalogue(find_portal(REPOSITORY))
every_query = pytest.mark.parametrize("query", CATALOGUE, ids=lambda query: query.slug)
JSON = {"Accept": "application/json"}


@every_query
def test_each_query_is_a_method_that_answers(client: Client, query: CatalogueQuery) -> None:
    method = client.queries[query.slug]
    assert getattr(client.queries, query.slug.replace("-", "_")) is method
    if query.calls:
        with pytest.raises(ServiceRefused):
            method()
        return
    answer = method()
    if query.form == "ASK":
        assert answer is True
        return
    if query.form in ("CONSTRUCT", "DESCRIBE"):
        assert isinstance(answer, Graph)
    else:
        assert isinstance(answer, pd.DataFrame)
        told = pydoc.plain(pydoc.render_doc(method))
        for column in answer.columns:
            assert f"  {column}: {query.columns[column]['en']}\n" in f"{told}\n"
    assert len(answer) >= query.rows


@every_query
def test_signature_and_help_tell_the_parameters(client: Client, query: CatalogueQuery) -> None:
    method = client.queries[query.slug]
    parameters = inspect.signature(method).parameters
    told = pydoc.plain(pydoc.render_doc(method))
    assert query.title["en"] in told
    assert len(parameters) == len(query.parameters)
    for parameter in query.parameters:
        name = {"from": "from_"}.get(parameter.name, parameter.name)
        assert parameters[name].default == parameter.example
        assert f"{name}: {parameter.label['en']}" in told


def test_names_are_completed_and_listed(client: Client) -> None:
    slugs = [query.slug.replace("-", "_") for query in CATALOGUE]
    assert sorted(client.queries) == sorted(slugs)
    assert set(slugs) <= set(dir(client.queries))
    table = client.catalogue
    assert sorted(table["method"]) == sorted(slugs)
    assert table.set_index("method").loc["document_outline", "topic"] == "structure"
    with pytest.raises(AttributeError, match="no query 'policy'"):
        _ = client.queries.policy
    with pytest.raises(KeyError):
        client.queries["no-such-query"]


def test_values_reach_the_query(client: Client) -> None:
    dutch = client.queries.document_outline(policy="eu-ai-act", language="nl")
    whole = client.queries.document_outline(
        policy="https://w3id.org/policygraph/id/policy/eu-ai-act", language="en"
    )
    assert len(dutch) == len(whole) > 10
    assert not dutch.equals(whole)
    assert not dutch.equals(client.queries.document_outline(language="nl"))


def test_days_may_be_dates(client: Client) -> None:
    [one] = [q for q in CATALOGUE if {"from", "until"} <= {p.name for p in q.parameters}][:1]
    method = client.queries[one.slug]
    everything = method(from_=date(1900, 1, 1), until="2100-01-01")
    assert len(everything) > len(method(from_=date(1900, 1, 1), until=date(1900, 1, 2)))


@pytest.mark.parametrize("language", ["", "English", 3, None])
def test_a_value_of_another_kind_is_refused_here(client: Client, language: object) -> None:
    with pytest.raises(BrokenInput, match=r"language=.* is no language; an example: 'en'"):
        client.queries.document_outline(language=language)


def test_a_parameter_that_there_is_not_is_refused_here(client: Client) -> None:
    with pytest.raises(TypeError, match="langage"):
        client.queries.document_outline(langage="en")
    with pytest.raises(TypeError):
        client.queries.document_outline("eu-ai-act")


def test_a_client_of_another_language(server: Server) -> None:
    with Client(server.address, language="nl") as client:
        assert "Actiepunten per pijler" in str(client.queries.actions_by_pillar.__doc__)
        assert client.queries.document_outline().equals(
            client.queries.document_outline(language="nl")
        )


@every_query
def test_addresses_give_each_format(server: Server, query: CatalogueQuery) -> None:
    listed = httpx.get(f"{server.address}/queries", headers=JSON).json()["queries"]
    [told] = [one for one in listed if one["slug"] == query.slug]
    assert told["title"] == query.title
    assert told["question"] == query.question
    assert told["form"] == query.form
    assert tuple(told["calls"]) == query.calls
    assert {p["name"]: p["kind"] for p in told["parameters"]} == {
        p.name: p.kind for p in query.parameters
    }
    if query.calls:
        return
    for name, path in told["answers"].items():
        answer = httpx.get(server.address + path, timeout=60)
        assert answer.status_code == 200, (name, answer.text)
        again = httpx.get(
            server.address + path, headers={"If-None-Match": answer.headers["etag"]}, timeout=60
        )
        assert again.status_code == 304
        if name == "csv" and query.form == "SELECT":
            head = answer.text.splitlines()[0]
            assert head == ",".join(told["columns"])
            assert told["headings"] == query.columns


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/queries/document-outline.csv?langage=nl", 400, "it takes: language, policy"),
        ("/queries/document-outline.csv?language=nl&language=en", 400, "given twice"),
        ("/queries/document-outline.csv?language=Dutch", 400, "is no language"),
        ("/queries/document-outline.csv?policy=a%3Eb", 400, "not an absolute IRI"),
        ("/queries/document-outline.csv?timeout=soon", 400, "number of seconds"),
        ("/queries/no-such-query.csv", 404, "no saved query 'no-such-query'"),
        ("/queries/document-outline.docx", 404, "no saved query 'document-outline.docx'"),
        ("/queries/outline-to-download.csv", 406, "CONSTRUCT"),
        ("/queries/no-such-query.ttl", 404, "no saved query 'no-such-query'"),
        ("/queries.docx", 404, "nothing at"),
    ],
)
def test_addresses_that_do_not_fit(server: Server, path: str, status: int, detail: str) -> None:
    answer = httpx.get(server.address + path, headers=JSON)
    assert answer.status_code == status
    assert detail in answer.json()["detail"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_list_by_address_and_by_accept(server: Server) -> None:
    one = httpx.get(f"{server.address}/queries.json")
    other = httpx.get(f"{server.address}/queries", headers=JSON)
    assert one.content == other.content
    assert "Accept" in other.headers["vary"]
    known = {"If-None-Match": one.headers["etag"]}
    assert httpx.get(f"{server.address}/queries.json", headers=known).status_code == 304
    page = httpx.get(f"{server.address}/queries", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")

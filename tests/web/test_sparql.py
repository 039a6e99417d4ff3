"""The protocol as a pure layer: no sockets, no application."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.errors import (
    BrokenInput,
    NotAcceptable,
    PayloadTooLarge,
    PolicygraphError,
    Refused,
    UnsupportedMediaType,
)
from policygraph.settings import Limits
from policygraph.web.endpoint.sparql import (
    FORM,
    QUERY,
    Asked,
    read_form,
    read_request,
    wanted_formats,
)
from policygraph.web.lookup import iri_ref

LIMITS = Limits(query_text_kib=1, query_seconds=30)


def get(query_string: str | bytes) -> Asked:
    data = query_string.encode() if isinstance(query_string, str) else query_string
    return read_request("GET", data, None, b"", LIMITS)


def post(body: bytes, content_type: str | None, query_string: bytes = b"") -> Asked:
    return read_request("POST", query_string, content_type, body, LIMITS)


def test_get() -> None:
    text = 'SELECT * { ?s ?p "a+b & 100% é" }'
    assert get(urlencode({"query": text})).text == text
    assert get("query=ASK%20%7B%7D&other=1&output=json").text == "ASK {}"
    assert get("").text is None


def test_post() -> None:
    assert post(b"query=ASK+%7B%7D&format=xml", FORM).format == "xml"
    assert post(b"ASK {}", QUERY).text == "ASK {}"
    assert post(b"\xef\xbb\xbfASK {}", QUERY).text == "ASK {}"
    assert post("ASK { ?s ?p 'é' }".encode(), QUERY + "; charset=UTF-8").text == "ASK { ?s ?p 'é' }"


def test_dataset() -> None:
    graphs = "&default-graph-uri=http://a/&default-graph-uri=http://b/&named-graph-uri=http://c/"
    asked = get("query=ASK{}" + graphs)
    assert asked.default_graphs == ("http://a/", "http://b/")
    assert asked.named_graphs == ("http://c/",)
    direct = post(b"ASK {}", QUERY, b"default-graph-uri=http://a/&named-graph-uri=")
    assert (direct.default_graphs, direct.named_graphs) == (("http://a/",), ())
    # One field alone is not the query where the query is the body.
    assert post(b"ASK {}", QUERY, b"default-graph-uri=http://a/").default_graphs == ("http://a/",)
    assert post(b"ASK {}", QUERY, b"timeout=1").seconds == 1


@pytest.mark.parametrize(
    ("query_string", "body", "content_type", "error"),
    [
        (b"", b"ASK {}", None, UnsupportedMediaType),
        (b"", b"ASK {}", "text/plain", UnsupportedMediaType),
        (b"", b"query=ASK%7B%7D", "multipart/form-data", UnsupportedMediaType),
        (b"", b"", FORM, BrokenInput),
        (b"query=ASK%7B%7D", b"query=ASK%7B%7D", FORM, BrokenInput),
        (b"query=ASK%7B%7D", b"ASK {}", QUERY, BrokenInput),
        (b"query=ASK%7B%7D", b"", FORM, BrokenInput),
        (b"", b"query=ASK%7B%7D&query=ASK%7B%7D", FORM, BrokenInput),
        (b"", b"ASK {}", QUERY + ";charset=utf-16", BrokenInput),
        (b"", b"query=ASK%7B%7D", FORM + ";charset=latin1", BrokenInput),
        (b"", b"\xff", QUERY, BrokenInput),
        (b"", b"query=%FF", FORM, BrokenInput),
        (b"", b"query=%zz", FORM, BrokenInput),
        (b"", b"a" * 1025, QUERY, PayloadTooLarge),
        (b"", b"&".join([b"a=1"] * 20_000), FORM, BrokenInput),
        (b"", b"DROP ALL", "application/sparql-update", Refused),
        (b"", b"update=DROP+ALL", FORM, Refused),
        (b"update=DROP+ALL", b"ASK {}", QUERY, Refused),
    ],
)
def test_post_refused(
    query_string: bytes, body: bytes, content_type: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        post(body, content_type, query_string)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("query_string", "error"),
    [
        ("query=ASK{}&query=ASK{}", BrokenInput),
        ("query=%", BrokenInput),
        ("query=%ff", BrokenInput),
        ("update=DROP%20ALL", Refused),
        ("query=ASK{}&update=DROP%20ALL", Refused),
        ("query=" + "a" * 2000, PayloadTooLarge),
        ("query=ASK{}&default-graph-uri=not%20an%20iri", BrokenInput),
        ("query=ASK{}&named-graph-uri=relative", BrokenInput),
        ("query=ASK{}&timeout=soon", BrokenInput),
        ("query=ASK{}&timeout=-1", BrokenInput),
        ("query=ASK{}&timeout=nan", BrokenInput),
        ("query=ASK{}&timeout=inf", BrokenInput),
    ],
)
def test_get_refused(query_string: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        get(query_string)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("timeout", "seconds"), [("5", 5.0), ("0.5", 0.5), ("900", 30.0), ("0", None), ("", None)]
)
def test_a_client_may_only_lower_the_time(timeout: str, seconds: float | None) -> None:
    assert get(f"query=ASK{{}}&timeout={timeout}").seconds == seconds


@pytest.mark.parametrize(
    ("asked", "accept", "results", "graph", "page"),
    [
        (None, None, "json", "ttl", False),
        (None, "*/*", "json", "ttl", False),
        (None, "text/csv", "csv", None, False),
        (None, "text/turtle", None, "ttl", False),
        (None, "application/xml", "xml", "rdf", False),
        (None, "application/n-quads", None, "nq", False),
        (None, "text/html,*/*;q=0.1", "json", "ttl", True),
        ("json", "text/html", "json", "jsonld", False),
        ("tsv", None, "tsv", None, False),
        ("application/sparql-results json", None, "json", None, False),
        ("html", "text/csv", "json", "ttl", True),
    ],
)
def test_formats(
    asked: str | None, accept: str | None, results: str | None, graph: str | None, page: bool
) -> None:
    wanted = wanted_formats(asked, accept)
    assert (wanted.results and wanted.results.name) == results
    assert (wanted.graph and wanted.graph.name) == graph
    assert wanted.page is page


@pytest.mark.parametrize(("asked", "accept"), [("docx", None), (None, "image/png")])
def test_no_format(asked: str | None, accept: str | None) -> None:
    with pytest.raises(NotAcceptable):
        wanted_formats(asked, accept)


@given(st.binary(max_size=200), st.binary(max_size=200), st.sampled_from([FORM, QUERY, "x", None]))
def test_whatever_is_sent_is_read_or_refused(
    query_string: bytes, body: bytes, content_type: str | None
) -> None:
    for method in ("GET", "POST"):
        try:
            read_request(method, query_string, content_type, body, LIMITS)
        except PolicygraphError as error:
            assert 400 <= error.status < 500


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_forms_survive_the_round_trip(pairs: list[tuple[str, str]]) -> None:
    assert read_form(urlencode(pairs).encode()) == pairs


@given(st.text("%%%%\\\n0123456789abcdefABCDEFxuUNg+ \x00é", max_size=20))
def test_percent_escapes_have_two_digits_and_nothing_else_is_one(value: str) -> None:
    data = b"a=" + value.encode()
    if re.search(rb"%(?![0-9A-Fa-f]{2})", data):
        with pytest.raises(BrokenInput):
            read_form(data)
        return
    try:
        expected = unquote_to_bytes(data[2:].replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        with pytest.raises(BrokenInput):
            read_form(data)
    else:
        assert read_form(data) == [("a", expected)]


@given(st.text())
def test_an_iri_never_ends_early(text: str) -> None:
    try:
        ref = iri_ref("http://x/" + text)
    except BrokenInput:
        assert quote(text, safe="") != text
    else:
        assert not set(ref[1:-1]) & set('<>"{}|^`\\ \n\t\r\0')

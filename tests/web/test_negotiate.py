from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.errors import NotAcceptable
from policygraph.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.web.negotiate import HTML, Page, choose, choose_language, parse_accept, pick

from .conftest import BROWSER

DOC: tuple[Format | Page, ...] = (HTML, *GRAPH_FORMATS)
RESULTS: tuple[Format | Page, ...] = (*RESULT_FORMATS, HTML)


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "html"),
        ("", "html"),
        ("*/*", "html"),
        (BROWSER, "html"),
        ("text/turtle", "ttl"),
        ("TEXT/Turtle", "ttl"),
        ("text/html;q=0.5, text/turtle;q=0.6", "ttl"),
        ("text/*", "html"),
        ("text/*, text/html;q=0", "ttl"),
        ("application/*", "nt"),
        ("*/*, text/html;q=0, text/turtle;q=0.1", "nt"),
        ("text/turtle;charset=utf-8", "ttl"),
        ('text/turtle;charset="UTF-8"', "ttl"),
        ("text/turtle;charset=latin1, application/rdf+xml;q=0.1", "rdf"),
        ("text/turtle;version=9, application/rdf+xml;q=0.1", "rdf"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted, x"', "jsonld"),
        ("application/rdf+xml, */*;q=0.1", "rdf"),
        ("application/n-triples, */*", "nt"),
        ("text/html, image/gif, *; q=.2, */*; q=.2", "html"),
        ("nonsense, ;;;, text/turtle", "ttl"),
        ("text/html;q=0.9;ext=1, text/turtle;q=0.8", "ttl"),
        ("text/turtle;q=high", "html"),
        ("image/png", None),
        ("text/turtle;q=0", None),
        ("*/*;q=0", None),
    ],
)
def test_the_best_offer_wins(accept: str | None, name: str | None) -> None:
    chosen = choose(accept, DOC)
    assert (chosen.name if chosen else None) == name


def test_a_wildcard_never_means_html_where_data_is_served() -> None:
    assert choose("*/*", RESULTS) is RESULT_FORMATS[0]
    assert choose(BROWSER, RESULTS) is HTML
    assert choose("application/json", RESULTS) is RESULT_FORMATS[0]
    assert choose("text/xml", RESULTS) is RESULT_FORMATS[1]
    assert choose("text/csv;header=present", RESULTS) is RESULT_FORMATS[2]
    assert choose("text/csv;header=absent", RESULTS) is None


def test_format_wins_over_accept() -> None:
    assert pick("text/turtle", "html", DOC) is HTML
    assert pick("text/html", "application/ld json", DOC) is GRAPH_FORMATS[2]
    assert pick("text/html", "turtle", DOC) is GRAPH_FORMATS[0]
    with pytest.raises(NotAcceptable, match="ttl, nt, jsonld, rdf"):
        pick("*/*", "docx", DOC)


@given(st.text(max_size=200))
def test_no_header_breaks_it(header: str) -> None:
    for range_ in parse_accept(header):
        assert 0 <= range_.quality <= 1
    choose(header, DOC)
    assert choose_language(header, None, ("nl", "en")) in ("nl", "en")


@pytest.mark.parametrize(
    ("header", "asked", "language"),
    [
        (None, None, "nl"),
        ("en-GB,en;q=0.9", None, "en"),
        ("de, fr;q=0.7, en;q=0.8", None, "en"),
        ("de", None, "nl"),
        ("en", "fr", "fr"),
        ("en", "xx", "en"),
        ("en;q=0, *", None, "nl"),
    ],
)
def test_language(header: str | None, asked: str | None, language: str) -> None:
    assert choose_language(header, asked, ("nl", "en", "fr")) == language

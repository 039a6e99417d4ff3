"""Triples as bytes in a format, and as data that may stand inside a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from markupsafe import Markup

from policygraph.formats import Format
from policygraph.jsonld import write_jsonld
from policygraph.terms import Triple
from policygraph.turtle import write_ntriples, write_rdfxml, write_turtle


def write_graph(
    triples: Collection[Triple], format_: Format, prefixes: Mapping[str, str], first: str = ""
) -> bytes:
    """Return the triples in one of GRAPH_FORMATS; Turtle begins with the thing named `first`."""
    if format_.name == "nt":
        return write_ntriples(triples)
    if format_.name == "jsonld":
        return write_jsonld(triples, prefixes)
    if format_.name == "rdf":
        return write_rdfxml(triples, prefixes)
    return write_turtle(triples, prefixes, first)


def embedded_jsonld(triples: Collection[Triple], prefixes: Mapping[str, str]) -> Markup:
    """Return JSON-LD for a script element, which no label in it can end (JSON-LD 1.1, 7.1).

    `<`, `>` and `&` only occur inside JSON strings, where an escape means the same.
    """
    text = write_jsonld(triples, prefixes).decode()
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  (escaped above)

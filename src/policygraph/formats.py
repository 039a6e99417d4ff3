"""One table of formats: names, media types, suffixes, in the order of preference.

Negotiation, downloads, the service description, pages and the command line all read these rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["graph", "dataset", "results", "table"]


@dataclass(frozen=True, slots=True)
class Format:
    """A serialisation: the name users type, what HTTP calls it, and its file suffix."""

    name: str
    label: str
    kind: Kind
    media_type: str
    suffix: str
    aliases: tuple[str, ...] = ()
    uri: str | None = None
    """The W3C's IRI for the format (http://www.w3.org/ns/formats/), where it has one."""
    text: bool = True
    """Whether the media type takes a charset parameter."""

    @property
    def content_type(self) -> str:
        """The Content-Type header: media type, with charset for text."""
        return f"{self.media_type}; charset=utf-8" if self.text else self.media_type


_W3C = "http://www.w3.org/ns/formats/"

GRAPH_FORMATS: tuple[Format, ...] = (
    Format("ttl", "Turtle", "graph", "text/turtle", "ttl",
           ("application/x-turtle",), _W3C + "Turtle"),
    Format("nt", "N-Triples", "graph", "application/n-triples", "nt", ("text/plain",),
           _W3C + "N-Triples", text=False),
    Format("jsonld", "JSON-LD", "graph", "application/ld+json", "jsonld", ("application/json",),
           _W3C + "JSON-LD", text=False),
    Format("rdf", "RDF/XML", "graph", "application/rdf+xml", "rdf",
           ("application/xml", "text/xml"), _W3C + "RDF_XML", text=False),
)  # fmt: skip

DATASET_FORMATS: tuple[Format, ...] = (
    Format("nq", "N-Quads", "dataset", "application/n-quads", "nq", (), _W3C + "N-Quads",
           text=False),
    Format("trig", "TriG", "dataset", "application/trig", "trig", (), _W3C + "TriG", text=False),
)  # fmt: skip

RESULT_FORMATS: tuple[Format, ...] = (
    Format("json", "JSON", "results", "application/sparql-results+json", "json",
           ("application/json",), _W3C + "SPARQL_Results_JSON", text=False),
    Format("xml", "XML", "results", "application/sparql-results+xml", "xml",
           ("application/xml", "text/xml"), _W3C + "SPARQL_Results_XML", text=False),
    Format("csv", "CSV", "results", "text/csv", "csv", (), _W3C + "SPARQL_Results_CSV"),
    Format("tsv", "TSV", "results", "text/tab-separated-values", "tsv", (),
           _W3C + "SPARQL_Results_TSV"),
)  # fmt: skip

FORMATS: tuple[Format, ...] = GRAPH_FORMATS + DATASET_FORMATS + RESULT_FORMATS


def named(name: str, among: tuple[Format, ...] = FORMATS) -> Format | None:
    """Return the format with this name, suffix or media type, or None."""
    wanted = name.lower().strip()
    for format_ in among:
        if wanted in (format_.name, format_.suffix, format_.media_type, *format_.aliases):
            return format_
    return None

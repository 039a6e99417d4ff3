"""The SPARQL 1.1 Protocol as a pure layer: the parts of a request in, a query out.

No sockets, no framework: `endpoint.py` takes the parts from the request and sends the answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from policygraph.errors import (
    BrokenInput,
    NotAcceptable,
    PayloadTooLarge,
    Refused,
    UnsupportedMediaType,
)
from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.settings import Limits
from policygraph.web.lookup import iri_ref
from policygraph.web.negotiate import HTML, Page, choose, format_named

GRAPHS: tuple[Format, ...] = GRAPH_FORMATS + DATASET_FORMATS
"""What CONSTRUCT and DESCRIBE can be sent as."""

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

_MAX_FIELDS = 10_000
_LONG_HEADER = 1024

READ_ONLY = "This endpoint is read-only; updates are refused."


class Asked(NamedTuple):
    """What a protocol request asks for; `text` is None where it carries no query."""

    text: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The format for either kind of answer; None where the client takes none of that kind."""

    results: Format | None
    graph: Format | None
    page: bool = False
    """Whether the client is a browser that wants to look at the answer."""


def body_limit(content_type: str | None, limits: Limits) -> int:
    """Return how many bytes of a body are read: percent-encoding triples a query's length."""
    size = limits.query_text_kib * 1024
    return size if _media_type(content_type)[0] == QUERY else 3 * size + 64 * 1024


def read_request(
    method: str, query_string: bytes, content_type: str | None, body: bytes, limits: Limits
) -> Asked:
    """Return what a request asks (SPARQL 1.1 Protocol, 2.1.1 to 2.1.4).

    Raises BrokenInput (400) for what the protocol forbids, UnsupportedMediaType (415),
    PayloadTooLarge (413), and Refused (403) for an update however it is sent (2.2).
    """
    if method == "GET" and query_string.startswith(b"query=") and b"&" not in query_string:
        return Asked(_short(_value(query_string[6:]), limits))  # most requests
    url = read_form(query_string)
    posted: list[tuple[str, str]] = []
    direct: str | None = None
    if method == "POST":
        media_type, charset = _media_type(content_type)
        if media_type == UPDATE:
            raise Refused(READ_ONLY)
        if media_type not in (FORM, QUERY):
            raise UnsupportedMediaType(
                f"POST takes {FORM} or {QUERY}, not {media_type or 'a body without a type'}."
            )
        if charset not in ("utf-8", "utf8"):
            raise BrokenInput(f"The body must be UTF-8, not {charset}.")
        if media_type == FORM:
            posted = read_form(body)
        else:
            # Some editors put a mark before UTF-8, and curl sends the file as it is.
            direct = _decoded(body).removeprefix("\ufeff")
    fields = url + posted
    if "update" in [name for name, _ in fields]:
        raise Refused(READ_ONLY)
    text = _only_query(_values(url, "query"), _values(posted, "query"), direct, method)
    return Asked(
        text=None if text is None else _short(text, limits),
        default_graphs=_graphs(_values(fields, "default-graph-uri")),
        named_graphs=_graphs(_values(fields, "named-graph-uri")),
        format=next(iter(_values(fields, "format")), None) or None,
        seconds=seconds_of(_values(fields, "timeout"), limits),
    )


def _short(text: str, limits: Limits) -> str:
    """Return a text that is not too long; else raise PayloadTooLarge."""
    most = limits.query_text_kib * 1024
    if len(text) > most or (not text.isascii() and len(text.encode()) > most):
        raise PayloadTooLarge(f"A query may have {limits.query_text_kib} KiB.")
    return text


def read_form(data: bytes) -> list[tuple[str, str]]:
    """Return the name-value pairs of a query string or form body, strictly decoded.

    Raises BrokenInput for a broken percent-escape or what is no UTF-8: guessing would run a
    query that the client did not write.
    """
    if data.count(b"&") > _MAX_FIELDS:
        raise BrokenInput(f"There are more than {_MAX_FIELDS} parameters.")
    pairs = []
    for field in data.split(b"&"):
        if field:
            name, _, value = field.partition(b"=")
            pairs.append((_value(name), _value(value)))
    return pairs


def _value(data: bytes) -> str:
    return _decoded(_unescaped(data.replace(b"+", b" ")))


def _unescaped(data: bytes) -> bytes:
    if b"%" not in data:
        return data
    # the escapes of Python are read in native code, and as strictly: \x and two digits
    escaped = data.replace(b"\\", b"\\\\").replace(b"%", b"\\x")
    try:
        return escaped.decode("unicode_escape").encode("latin-1")
    except UnicodeDecodeError as error:
        message = "There is a % that is not followed by two hexadecimal digits."
        raise BrokenInput(message) from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenInput(f"This is not UTF-8 (byte {error.start}: {error.reason}).") from error


def _media_type(content_type: str | None) -> tuple[str, str]:
    name, *parameters = (content_type or "").lower().split(";")
    charset = "utf-8"
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset":
            charset = value.strip().strip("\"'")
    return name.strip(), charset


def _values(fields: Iterable[tuple[str, str]], wanted: str) -> list[str]:
    return [value for name, value in fields if name == wanted]


def _only_query(
    in_url: Sequence[str], in_form: Sequence[str], direct: str | None, method: str
) -> str | None:
    in_body = [direct] if direct is not None else in_form
    if in_url and in_body:
        raise BrokenInput("There is a query in the URL and one in the body; send one.")
    queries = [*in_url, *in_body]
    if len(queries) > 1:
        raise BrokenInput(f"There are {len(queries)} parameters named query; send one.")
    if not queries and method == "POST":
        raise BrokenInput("There is no query: send it as the field query, or as the body.")
    if in_url and method == "POST":
        raise BrokenInput("A query that is sent by POST belongs into the body, not into the URL.")
    return queries[0] if queries else None


def _graphs(values: Iterable[str]) -> tuple[str, ...]:
    # Forms send the parameter empty when nobody filled it in.
    graphs = tuple(dict.fromkeys(value for value in values if value))
    for graph in graphs:
        iri_ref(graph)
    return graphs


def seconds_of(values: Sequence[str], limits: Limits) -> float | None:
    """Return the time limit that a client wants, at most the server's, or BrokenInput."""
    if not values or not values[0].strip():
        return None
    try:
        seconds = float(values[0])
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds) or seconds < 0:
        raise BrokenInput(f"timeout is a number of seconds, not {values[0]!r}.")
    # 0 is how other endpoints write "no wish".
    return min(seconds, limits.query_seconds) or None


def wanted_formats(asked: str | None, accept: str | None) -> Wanted:
    """Return the formats for both kinds of answer: the kind is only known once the query is read.

    Raises NotAcceptable if there is nothing for either kind (SPARQL 1.1 Protocol, 2.1.5).
    """
    # Clients send the same few headers over and over; only odd ones are long.
    usual = len(accept or "") + len(asked or "") < _LONG_HEADER
    return _usual_formats(asked, accept) if usual else _formats(asked, accept)


def _formats(asked: str | None, accept: str | None) -> Wanted:
    if asked:
        return _asked_formats(asked)
    results = choose(accept, RESULT_FORMATS)
    graph = choose(accept, GRAPHS)
    offers: tuple[Format | Page, ...] = (*RESULT_FORMATS, *GRAPHS, HTML)
    best = choose(accept, offers)
    if best is None:
        types = ", ".join(offer.media_type for offer in offers)
        raise NotAcceptable(f"None of the accepted types can be given; there are {types}.")
    return Wanted(results, graph, page=best is HTML)


_usual_formats = lru_cache(maxsize=256)(_formats)


def _asked_formats(asked: str) -> Wanted:
    if asked.strip().lower() == "html":
        return Wanted(RESULT_FORMATS[0], GRAPH_FORMATS[0], page=True)
    results = format_named(asked, RESULT_FORMATS)
    # Many clients say json or xml whatever the form of their query is.
    graph = format_named({"json": "jsonld", "xml": "rdf"}.get(asked.strip(), asked), GRAPHS)
    if results is None and graph is None:
        names = ", ".join(f.name for f in (*RESULT_FORMATS, *GRAPHS))
        raise NotAcceptable(f"There is no format {asked!r}; there are {names}.")
    return Wanted(results, graph)

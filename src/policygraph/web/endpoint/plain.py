"""Plain requests of `/sparql`, from the bytes that a client sent to the bytes that it gets.

Most queries come as the same few lines: GET or POST, whole, over a connection that stays open, by
a client that knows no entity tag. For those nothing has to be built that the application would
build. Whatever is not surely of that kind is None here, and the application answers it. What a
request means and which headers an answer has is decided by the same functions for both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import httptools
from starlette.datastructures import Headers

from policygraph.engine import Answer
from policygraph.errors import PolicygraphError
from policygraph.web.endpoint.endpoint import answer_headers, packed, tag_of
from policygraph.web.endpoint.sparql import Asked, Wanted, read_request, wanted_formats
from policygraph.web.middleware import EVERY_ANSWER, accepts_gzip
from policygraph.web.site import Site

_LINE = re.compile(rb"(GET|POST) /sparql(?:\?([A-Za-z0-9%&=+._~!$'()*,:;@/?-]*))? HTTP/1\.1\r\n")
_END = b"\r\n\r\n"
_NOT_PLAIN = frozenset(
    "content-encoding expect if-none-match transfer-encoding upgrade".split()  # and `connection`
)
_LONGEST_HEAD = 4096
_HEADS = 1024
_FRAME = "".join(f"{name.lower()}: {value}\r\n" for name, value in EVERY_ANSWER.items())


@dataclass(frozen=True, slots=True)
class Head:
    """What the header fields of a request say that matters here."""

    raw: tuple[tuple[bytes, bytes], ...]
    accept: str | None
    content_type: str | None
    gzip: bool
    length: int | None
    """Of the body; None without Content-Length."""
    forwarded: bool
    """A proxy may have said for whom it asks."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A request that was understood."""

    method: str
    head: Head
    asked: Asked
    wanted: Wanted


class Desk:
    """Reads the plain requests of one site and writes the answers."""

    def __init__(self, site: Site) -> None:
        self.site = site
        # A client sends the same header fields each time.
        self._heads: dict[bytes, Head | None] = {}

    def read(self, data: bytes) -> Plain | None:
        """Return what is asked by one whole request; None for all that is not plain."""
        line = _LINE.match(data)
        end = data.find(_END)
        if line is None or end < 0:
            return None
        fields, body = data[line.end() : end + 4], data[end + 4 :]
        head = self._head(fields) if len(fields) <= _LONGEST_HEAD else None
        if head is None:
            return None
        if line[1] == b"GET":
            method, whole = "GET", head.length is None and not body
        else:
            method, whole = "POST", head.length == len(body)
        if not whole:
            return None
        try:
            limits = self.site.limits
            asked = read_request(method, line[2] or b"", head.content_type, body, limits)
            wanted = wanted_formats(asked.format, head.accept)
        except PolicygraphError:
            return None
        if asked.text is None or wanted.page:
            return None
        return Plain(method, head, asked, wanted)

    def _head(self, fields: bytes) -> Head | None:
        try:
            return self._heads[fields]
        except KeyError:
            if len(self._heads) >= _HEADS:
                self._heads.clear()
            head = self._heads[fields] = read_head(fields)
            return head

    def write(self, plain: Plain, answer: Answer, body: bytes) -> bytes:
        """Return the response with a whole answer, from behind the status line and the date on."""
        vary = "" if plain.asked.format else "Accept"
        tag = tag_of(self.site, plain.asked, plain.wanted)
        headers = answer_headers(plain.method, tag, vary, answer.format)
        if plain.head.gzip and (short := packed(self.site, answer, body)):
            headers["Content-Encoding"] = "gzip"
            body = short
        headers["Content-Length"] = str(len(body))
        headers["Vary"] = "Accept, Accept-Encoding" if vary else "Accept-Encoding"
        lines = "".join([f"{name.lower()}: {value}\r\n" for name, value in headers.items()])
        return f"{lines}{_FRAME}\r\n".encode("latin-1") + body


class _Heard:
    """What the parser of the server finds."""

    def __init__(self) -> None:
        self.raw: list[tuple[bytes, bytes]] = []
        self.heads = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        self.raw.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.heads += 1


def read_head(fields: bytes) -> Head | None:
    """Return what header fields say, up to and with the empty line; None if they are not plain.

    The parser that reads them is the one that reads all other requests.
    """
    heard = _Heard()
    parser = httptools.HttpRequestParser(heard)
    try:
        parser.feed_data(b"POST / HTTP/1.1\r\n" + fields[:-1])
        early = heard.heads
        parser.feed_data(fields[-1:])
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    if early or heard.heads != 1 or not parser.should_keep_alive() or parser.should_upgrade():
        return None
    headers = Headers(raw=heard.raw)
    if not _NOT_PLAIN.isdisjoint(headers.keys()):
        return None
    if headers.get("connection", "keep-alive").lower() != "keep-alive":
        return None
    length = headers.get("content-length")
    return Head(
        raw=tuple(heard.raw),
        accept=headers.get("accept"),
        content_type=headers.get("content-type"),
        gzip=accepts_gzip(headers.get("accept-encoding")),
        length=None if length is None else int(length),
        forwarded="x-forwarded-for" in headers,
    )

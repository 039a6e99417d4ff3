"""Plain requests of `/sparql`, from the bytes that a client sent to the bytes that it gets.

Most queries come as the same few lines: GET or POST, whole, over a connection that stays open, by
a client that knows no entity tag. For those nothing has to be built that the application would
build. Whatever is not surely of that kind is None here, and the application answers it. What a
request means and which headers an answer has is decided by the same functions for both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import httptools
from starlette.datastructures import Headers

from policygraph.engine.cache import AnswerCache, Kept
from policygraph.engine.clerk import Evaluate
from policygraph.engine.small import is_small
from policygraph.errors import PolicygraphError
from policygraph.formats import Format
from policygraph.settings import Limits
from policygraph.web.endpoint.responding import answer_headers, packed, query_of, tag_of
from policygraph.web.endpoint.sparql import Asked, Wanted, read_request, wanted_formats
from policygraph.web.middleware import EVERY_ANSWER, LEAST, accepts_gzip

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


class Plain(NamedTuple):
    """A request that was understood."""

    method: str
    head: Head
    asked: Asked
    wanted: Wanted


class Desk:
    """Reads the plain requests of one site and writes the answers."""

    def __init__(self, limits: Limits, mark: str, cache: AnswerCache) -> None:
        """Take what the entity tags of the site are made of, and where answers are kept."""
        self.cache = cache
        self._limits = limits
        self._mark = mark
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
            asked = read_request(method, line[2] or b"", head.content_type, body, self._limits)
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

    def write(self, plain: Plain, chosen: Format, body: bytes, kept: Kept | None) -> bytes:
        """Return the response with a whole answer, from behind the status line and the date on."""
        vary = "" if plain.asked.format else "Accept"
        tag = tag_of(self._mark, plain.asked, plain.wanted)
        short = packed(self.cache, kept, body) if plain.head.gzip else None
        body = short or body
        head = _head(plain.method, bool(tag), vary, chosen, bool(short))
        return head % ((tag.encode(), len(body)) if tag else len(body)) + body


@lru_cache(maxsize=256)
def _head(method: str, tagged: bool, vary: str, chosen: Format, gzip: bool) -> bytes:
    """Return the head of a response, without what differs: a tag, if it has one, and a length."""
    headers = answer_headers(method, "%b" if tagged else "", vary, chosen)
    if gzip:
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = "%d"
    headers["Vary"] = "Accept, Accept-Encoding" if vary else "Accept-Encoding"
    lines = "".join([f"{name.lower()}: {value}\r\n" for name, value in headers.items()])
    return f"{lines}{_FRAME}\r\n".encode("latin-1")


class SmallDesk(Desk):
    """Answers the plain requests that ask for little, where connections are lent to (`clerk`)."""

    def response(self, request: bytes, evaluate: Evaluate) -> bytes | None:
        """Return the response, from behind status line and date on; None if it is another's."""
        if response := self.cache.response(request):
            return response
        plain = self.read(request)
        if plain is None or plain.head.forwarded:
            return None
        query = query_of(plain.asked, plain.wanted, "")
        if not is_small(query):
            return None
        key = self.cache.key(query)
        if key is None:
            _, chosen, body = evaluate(query)
            return self.write(plain, chosen, body, None)
        if known := self.cache.get(key):
            response = self.write(plain, known.format, known.body, known)
            self.cache.attach(known, request, response)
            return response
        kept = self.cache.put(key, *evaluate(query))
        return self.write(plain, kept.format, kept.body, kept)

    def warm(self, evaluate: Evaluate) -> None:
        """Do what is done for each request: a clerk cannot import what Python imports late."""
        query = quote(f"SELECT ?{LEAST * 'x'} {{ <urn:\u00e9> ?p ?o }} # never kept: RAND()")
        for fields in ("", "Accept-Encoding: gzip\r\n"):
            request = f"GET /sparql?query={query} HTTP/1.1\r\n{fields}\r\n"
            self.response(request.encode(), evaluate)

    def kept(self) -> tuple[int, int, int, int]:
        """Return hits and misses of the answers that it keeps, how many they are, their bytes."""
        cache = self.cache
        return cache.hits, cache.misses, len(cache), cache.size


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

"""What sends the requests: over one connection, or over several at once; the same for all servers.

Requests are bytes that were made beforehand, and of a response no more is read than it takes to
know where it ends: what this program costs is the same for every server, and little.
"""

from __future__ import annotations

import asyncio
import gc
import re
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self, cast
from urllib.parse import urlencode, urlsplit

import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"
_IDLE_SECONDS = 2.0
"""Servers close a connection that rests for longer; then a new one is made beforehand."""


class Failed(Exception):
    """A server that did not give the whole answer."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server answers queries."""

    host: str
    port: int
    path: str

    @classmethod
    def at(cls, url: str) -> Self:
        """Return the endpoint at an address."""
        parts = urlsplit(url)
        return cls(parts.hostname or "", parts.port or 80, parts.path or "/")

    def url(self, query: str) -> str:
        """Return the address of an answer."""
        return f"http://{self.host}:{self.port}{self._target(query)}"

    def _target(self, query: str) -> str:
        return f"{self.path}?{urlencode({'query': query})}"

    def request(self, query: str, accept: str) -> bytes:
        """Return the bytes that ask a query by GET."""
        return (
            f"GET {self._target(query)} HTTP/1.1\r\n"
            f"Host: {self.host}:{self.port}\r\nAccept: {accept}\r\n\r\n"
        ).encode()


class Response:
    """A response as it comes in: fed with bytes until it is whole."""

    __slots__ = ("_head", "_length", "_tail", "received")

    def __init__(self) -> None:
        self._head = b""
        self._length: int | None = None
        self._tail = b""
        self.received = 0
        """Bytes of the body, and of what frames it."""

    def feed(self, data: bytes) -> bool:
        """Take bytes; say whether the response is whole. Raises Failed for an error."""
        if self.received or self._tail:
            return self._more(data)
        self._head += data
        head, blank, body = self._head.partition(b"\r\n\r\n")
        if not blank:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise Failed(self._head[:2000].decode("utf-8", "replace"))
        length = _LENGTH.search(head)
        self._length = int(length[1]) if length else None
        return self._more(body)

    def _more(self, data: bytes) -> bool:
        self.received += len(data)
        if self._length is not None:
            self._tail = b"-"  # the head is over
            return self.received >= self._length
        # no serialiser of results or N-Triples writes a line end of CR LF behind a lone 0
        self._tail = (self._tail + data)[-7:] or b"-"
        return self._tail.endswith(_LAST_CHUNK)


class Connection:
    """One client that asks one query after the other."""

    def __init__(self, endpoint: Endpoint, seconds: float = 120.0) -> None:
        self._endpoint = endpoint
        self._seconds = seconds
        self._socket = self._connect()
        self._used = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _connect(self) -> socket.socket:
        place = (self._endpoint.host, self._endpoint.port)
        connected = socket.create_connection(place, self._seconds)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def ask(self, request: bytes) -> float:
        """Return the seconds from the request to the last byte of the response.

        Raises Failed, or TimeoutError when nothing came for too long.
        """
        if time.monotonic() - self._used > _IDLE_SECONDS:
            self._socket.close()
            self._socket = self._connect()
        response = Response()
        started = time.perf_counter()
        self._socket.sendall(request)
        while data := self._socket.recv(1 << 20):
            if response.feed(data):
                seconds = time.perf_counter() - started
                self._used = time.monotonic()
                return seconds
        raise Failed("the server closed the connection")


class _Client(asyncio.Protocol):
    """A connection that sends the next request as soon as it has its answer."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._response = Response()
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            if self._response.feed(data):
                self.next()
        except Failed as error:
            if not self.done.done():
                self.done.set_exception(error)

    def next(self) -> None:
        """Send a request, if one is left."""
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            return
        self._response = Response()
        self._transport.write(request)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(Failed(f"the server closed the connection: {error}"))


async def _throughput(endpoint: Endpoint, requests: Sequence[bytes], clients: int) -> float:
    loop = asyncio.get_running_loop()
    waiting = iter(requests)
    connected = [
        await loop.create_connection(lambda: _Client(waiting), endpoint.host, endpoint.port)
        for _ in range(clients)
    ]
    started = time.perf_counter()
    try:
        for _, client in connected:
            client.next()
        await asyncio.gather(*(client.done for _, client in connected))
        return len(requests) / (time.perf_counter() - started)
    finally:
        for transport, _ in connected:
            transport.abort()
        await asyncio.sleep(0)  # they are gone after a turn of the loop


def throughput(endpoint: Endpoint, requests: Sequence[bytes], clients: int) -> float:
    """Return how many requests in a second `clients` get answered, each over its connection.

    Raises Failed if one is not.
    """
    gc.collect()
    gc.disable()  # nothing here makes circles, and a pause would count against the server
    try:
        return uvloop.run(_throughput(endpoint, requests, clients))
    finally:
        gc.enable()


async def _trivial(listener: socket.socket, body: bytes) -> None:
    response = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    class Same(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self._transport = cast("asyncio.Transport", transport)

        def data_received(self, data: bytes) -> None:
            if data.endswith(b"\r\n\r\n"):
                self._transport.write(response)

    server = await asyncio.get_running_loop().create_server(Same, sock=listener)
    await server.serve_forever()


def serve_the_same(listener: socket.socket, body: bytes) -> None:
    """Answer every request with `body`: what the load itself can reach at most is measured so."""
    uvloop.run(_trivial(listener, body))

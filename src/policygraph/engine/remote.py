"""One call to one remote endpoint: a query out, its result back, checked addresses on the way."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TypeVar
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

import httptools
import pyoxigraph as ox

from policygraph.errors import ServiceFailed, ServiceRefused

T = TypeVar("T")

MOST_REDIRECTS = 3
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_READ = 64 * 1024
_LONGEST_HEAD = 64 * 1024
_ACCEPT = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
_KNOWN = (ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True)
class Result:
    """A result that can be read: solutions, whole, in JSON or XML."""

    media_type: str
    body: bytes


@dataclass
class Response:
    """An HTTP response while it is parsed; what the parser calls back."""

    limit: int
    """Bytes of the longest body."""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 0
    body: bytearray = field(default_factory=bytearray)
    read: int = 0
    """Bytes that came in, head and framing included."""
    has_head: bool = False
    whole: bool = False

    @cached_property
    def _parser(self) -> httptools.HttpResponseParser:
        return httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """Take bytes; raises ServiceFailed where there are too many, or they are no HTTP."""
        self.read += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            raise ServiceFailed("what it sent is no HTTP response") from error
        if len(self.body) > self.limit:
            raise ServiceFailed(f"its answer is larger than {self.limit / (1 << 20):g} MiB")
        if self.read > _LONGEST_HEAD + 2 * len(self.body):
            raise ServiceFailed("the head of its answer has no end")

    def end(self) -> None:
        """Take the end of the connection; raises ServiceFailed if there has to be more."""
        framed = {"content-length", "transfer-encoding"} & self.headers.keys()
        if not self.whole and (framed or not self.has_head):
            raise ServiceFailed("it broke the answer off")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser."""
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1").strip()

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self.status = self._parser.get_status_code()
        self.has_head = self.status >= 200

    def on_body(self, data: bytes) -> None:
        """Called by the parser."""
        self.body += data

    def on_message_complete(self) -> None:
        """Called by the parser, also after an interim response such as 100 (Continue)."""
        self.whole = self.has_head
        if not self.whole:
            self.headers.clear()


class Caller:
    """Calls endpoints: those of the allow-list, within the length of an answer."""

    def __init__(self, allowed: tuple[str, ...], agent: str, limit: int) -> None:
        self._allowed = allowed
        self._agent = agent
        self._limit = limit
        secure = any(endpoint.lower().startswith("https:") for endpoint in allowed)
        # the system's certificates take long to read
        self._tls = ssl.create_default_context() if secure else None

    async def ask(self, endpoint: str, query: bytes) -> Result:
        """Return the result of a query from an endpoint.

        Raises ServiceFailed, and ServiceRefused where the call would lead to an address that
        nobody has allowed. It has no time limit; cancel it.
        """
        target = endpoint
        for _ in range(MOST_REDIRECTS + 1):
            response = await self._post(target, query)
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or location is None:
                return await _in_thread(partial(_result, response))
            try:
                target = urljoin(target, location)
            except ValueError as error:
                raise ServiceFailed("it redirects to what is no address") from error
            if target not in self._allowed:
                raise ServiceRefused(f"it redirects to <{target}>, which is not allowed")
        raise ServiceFailed(f"it redirects more than {MOST_REDIRECTS} times")

    async def _post(self, target: str, query: bytes) -> Response:
        try:
            parts = urlsplit(target)
            secure = parts.scheme == "https"
            host = (parts.hostname or "").encode("idna").decode()
            port = parts.port or (443 if secure else 80)
        except ValueError as error:
            raise ServiceFailed(f"its address cannot be read ({error})") from error
        addresses = await _in_thread(partial(resolve, host, port))
        response = Response(self._limit)
        try:
            reader, writer = await self._connected(addresses, port, host if secure else None)
            try:
                writer.write(_request(parts, host, query, self._agent))
                while not response.whole and (data := await reader.read(_READ)):
                    response.feed(data)
            finally:
                writer.transport.abort()
        except OSError as error:
            raise ServiceFailed(f"it cannot be reached ({_reason(error)})") from error
        response.end()
        return response

    async def _connected(
        self, addresses: list[str], port: int, name: str | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the first of the addresses that answers, with TLS if there is a name."""
        failure = OSError("it has no address")
        for address in addresses:
            try:
                return await asyncio.open_connection(
                    address, port, ssl=self._tls if name else None, server_hostname=name
                )
            except OSError as error:
                failure = error
        raise failure


def _request(parts: SplitResult, host: str, query: bytes, agent: str) -> bytes:
    """Return the request: SPARQL 1.1 Protocol, section 2.1.2, a form.

    A query as the body itself (2.1.3) makes Virtuoso 7 wait for more, and never answer.
    """
    body = urlencode({"query": query}).encode()
    name = f"[{host}]" if ":" in host else host
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: {name}:{parts.port}" if parts.port else f"Host: {name}",
        f"User-Agent: {agent}",
        f"Accept: {_ACCEPT}",
        "Accept-Encoding: identity",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1") + b"\r\n" + body


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error}"
    if isinstance(error, socket.gaierror) or not error.errno:
        return error.strerror or str(error)
    return os.strerror(error.errno)  # asyncio has words of its own


def _result(response: Response) -> Result:
    """Return what the endpoint has answered, if it is solutions and can be read to its end."""
    if not 200 <= response.status < 300:
        raise ServiceFailed(f"it answered with status {response.status}")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise ServiceFailed("its answer is compressed, though that was not asked for")
    media_type = response.headers.get("content-type", "")
    form = ox.QueryResultsFormat.from_media_type(media_type) if media_type else None
    if form not in _KNOWN:
        raise ServiceFailed(f"it answered with {media_type or 'nothing that has a type'}, "
                            "not with SPARQL results in JSON or XML")  # fmt: skip
    body = bytes(response.body)
    response.body.clear()
    if fault := _fault(body, form):
        raise ServiceFailed(fault)
    return Result(form.media_type, body)


def _fault(body: bytes, form: ox.QueryResultsFormat) -> str:
    """Return what is wrong with a result; nothing if it is solutions that can be read to the end.

    The evaluator reads while it goes on, and would find a fault in a late row too late to do as
    SILENT says.
    """
    try:
        solutions = ox.parse_query_results(body, format=form)
        if not isinstance(solutions, ox.QuerySolutions):
            return "it answered with a boolean, not with solutions"
        for _ in solutions:
            pass
    except SyntaxError as error:
        return f"its result cannot be read ({error.msg})"
    except ValueError as error:
        return f"its result cannot be read ({error})"
    return ""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host; ServiceRefused if one of them is not for the public.

    Whoever controls a name controls where it leads, so a name must not lead into the operator's
    own network. An address that is itself allowed, and `localhost`, is meant.
    """
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = _reason(error) if isinstance(error, OSError) else str(error)
        raise ServiceFailed(f"it cannot be reached ({reason})") from error
    addresses = [str(row[4][0]) for row in found]
    for address in addresses:
        if not (_loopback(address) if host == "localhost" else public(address)):
            raise ServiceRefused(f"{host} has the address {address}, which is not public")
    return addresses


def _loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def public(address: str) -> bool:
    """Whether an address is one of the internet: not private, local, shared, reserved, multicast.

    An IPv6 address that stands for an IPv4 address is as public as that one.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not (ip.is_multicast or ip.is_reserved)
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if ip in _NAT64:
        inner = ipaddress.IPv4Address(ip.packed[-4:])
    if inner is not None:
        return public(str(inner))
    return ip in _UNICAST and ip.is_global


async def _in_thread(work: Callable[[], T]) -> T:
    """Return what `work` gives, done in a thread that nobody waits for: a name server may hang."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(
        setter: Callable[[T], None] | Callable[[BaseException], None], value: object
    ) -> None:
        if not outcome.done():
            setter(value)  # type: ignore[arg-type]  # each with its own

    def run() -> None:
        call: tuple[Callable[..., None], object]
        try:
            call = (outcome.set_result, work())
        except Exception as error:  # handed over to the loop
            call = (outcome.set_exception, error)
        with suppress(RuntimeError):  # the loop has gone meanwhile
            loop.call_soon_threadsafe(settle, *call)

    threading.Thread(target=run, daemon=True).start()
    return await outcome

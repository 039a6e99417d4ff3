"""HTTP connections: plain queries are answered on the spot, all else goes through the application.

The server makes a task, an event and three layers of calls for every request; an answer from
memory takes a fraction of that. So a request that arrives whole on a connection where nothing else
is going on is looked at first. If it is plain (`web/plain.py`), it is answered here as soon as its
answer is whole. If it is not, or if its answer is long, or an error, or comes while the server
shuts down, the request goes the usual way, and takes along the answer that it has begun.

A connection over which one small query comes after the other is lent to a clerk (`engine/clerk.py`)
until something else comes over it.
"""

from __future__ import annotations

import asyncio
import select
import socket
from contextlib import suppress
from typing import Any, ClassVar, cast

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from policygraph.engine import Answer, Job
from policygraph.engine.small import is_small
from policygraph.errors import PolicygraphError
from policygraph.web.endpoint.endpoint import BEGUN, BEGUN_BY
from policygraph.web.endpoint.plain import Desk, Plain
from policygraph.web.endpoint.responding import query_of
from policygraph.web.site import Site

_LONGEST = 64 * 1024
"""Bytes of the longest answer that is written at once."""
_LEND_AFTER = 4
"""Small queries after which a connection is lent."""


def connections(site: Site) -> type[HttpToolsProtocol]:
    """Return the kind of connection that answers for a site."""

    class SiteConnection(Connection):
        desk = SiteDesk(site)

    return SiteConnection


def change_over(kind: type[HttpToolsProtocol], site: Site) -> None:
    """Have all connections of a kind answer for another site, from the next request on."""
    connection = cast("type[Connection]", kind)
    connection.desk.site.engine.lending.recall()
    connection.desk = SiteDesk(site)


class SiteDesk(Desk):
    """The desk of a site."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.limits, site.mark, site.engine.cache)
        self.site = site


class Connection(HttpToolsProtocol):
    """One connection of a client."""

    desk: ClassVar[SiteDesk]
    _dated: ClassVar[tuple[object, bytes]] = (None, b"")

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  (as the server gives them)
        super().__init__(**options)
        self._data = b""
        """The request that is being answered here."""
        self._plain: Plain | None = None
        self._job: Job | None = None
        self._at = self.desk
        """Where that was begun; the desk may change meanwhile."""
        self._later = b""
        """What came while that goes on."""
        self._begun: asyncio.Future[Answer] | None = None
        self._small = 0
        """How many small queries have come, one after the other."""
        self._lent = False
        self._within = False
        """The parser has read the beginning of a request, and not its end."""
        self._ending = False
        self._idle_since = 0.0
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection, and watch that it is used."""
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        self._watch = self.loop.call_later(self.timeout_keep_alive, self._watch_idle)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop what is going on for a client that has gone."""
        if self._watch:
            self._watch.cancel()
        job, self._job = self._job, None
        if job:
            self._at.site.engine.leave(job)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client."""
        if self._job or self._lent:
            self._later += data
            self.flow.pause_reading()
        elif self._ending:  # it waited for a clerk when the server was told to stop: it is the last
            super().data_received(data)
            super().shutdown()
        elif not self._free() or not self._answered(data):
            super().data_received(data)

    def _free(self) -> bool:
        """Whether nothing goes on here: what comes now is the start of a request."""
        return (
            not self._within
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.config.access_log
            and not self.transport.is_closing()
        )

    def _answered(self, data: bytes) -> bool:
        """Answer a request, or begin to; False if it has to go the usual way."""
        self._unset_keepalive_if_required()
        desk = self.desk
        engine = desk.site.engine
        if response := engine.cache.response(data):
            self._respond(response)
            return True
        plain = desk.read(data)
        if plain is None:
            return False
        query = query_of(plain.asked, plain.wanted, self._client(plain))
        self._small = 0 if plain.head.forwarded or not is_small(query) else self._small + 1
        try:
            begun = engine.begin(query)
        except PolicygraphError:
            return False
        if isinstance(begun, Answer):
            body = begun.whole
            if body is None or len(body) > _LONGEST:
                return False
            response = desk.write(plain, begun.format, body, begun.kept)
            if begun.kept:
                engine.cache.attach(begun.kept, data, response)
            self._respond(response)
            self._lend()
        elif begun is None:
            return False
        else:
            self._data, self._plain, self._job, self._at = data, plain, begun, desk
            begun.answered.add_done_callback(self._on_answered)
        return True

    def _client(self, plain: Plain) -> str:
        if not plain.head.forwarded:
            return self.peer
        scope = {"type": "http", "client": self.client, "headers": plain.head.raw, "scheme": ""}
        trusted = self.config.forwarded_allow_ips or "127.0.0.1"
        proxied = ProxyHeadersMiddleware(_nothing, trusted)
        with suppress(StopIteration):  # nothing in there waits
            proxied(cast("Any", scope), _never, _never).send(None)
        client = cast("tuple[str, int] | None", scope["client"])
        return client[0] if client else ""

    def _on_answered(self, answered: asyncio.Future[Answer]) -> None:
        if self._job is None:  # the client has gone
            if not answered.cancelled():
                answered.exception()
            return
        data, plain = self._data, cast("Plain", self._plain)
        self._job = self._plain = None
        self._data = b""
        answer = None if answered.exception() else answered.result()
        body = answer.whole if answer else None
        if answer and body is not None and len(body) <= _LONGEST and not self._ending:
            self._respond(self._at.write(plain, answer.format, body, answer.kept))
        else:
            self._begun = answered
            super().data_received(data)
            if self._ending:
                super().shutdown()
        self._go_on()
        if not self._job:
            self._lend()

    def _go_on(self) -> None:
        """Take what has come meanwhile."""
        if self._later:
            later, self._later = self._later, b""
            self.flow.resume_reading()
            self.data_received(later)

    def _lend(self) -> None:
        """Lend the connection, if it is one for a clerk."""
        if (
            self._small < _LEND_AFTER
            or self._ending
            or not self._free()
            or self.transport.get_write_buffer_size()
        ):
            return
        self._small = 0
        self._lent = self.desk.site.engine.lending.lend(self)
        if self._lent:
            self._at = self.desk
            self.flow.pause_reading()

    @property
    def peer(self) -> str:
        """The client at the other end."""
        return self.client[0] if self.client else ""

    @property
    def socket(self) -> socket.socket:
        """What a clerk is lent."""
        return cast("socket.socket", self.transport.get_extra_info("socket"))

    def returned(self, unsent: bytes, broken: bool) -> None:
        """Go on with a connection that was lent; see `engine.lending.Borrowed`."""
        self._lent = False
        self._idle_since = self.loop.time()
        if broken:
            self.transport.abort()
        elif not self.transport.is_closing():
            if unsent:
                self.transport.write(unsent)
            if self._ending and not self._waiting():
                super().shutdown()
                return
            self.flow.resume_reading()
            self._go_on()

    def _waiting(self) -> bool:
        """Whether the client has sent what nobody has read yet."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(0))

    def _respond(self, response: bytes) -> None:
        state = self.server_state
        headers = state.default_headers
        known, start = Connection._dated
        if known is not headers:
            lines = [name + b": " + value + b"\r\n" for name, value in headers]
            start = b"HTTP/1.1 200 OK\r\n" + b"".join(lines)
            Connection._dated = headers, start
        self.transport.write(start + response)
        self.desk.site.responses[200] += 1
        self._idle_since = self.loop.time()
        state.total_requests += 1

    def on_message_begin(self) -> None:
        """Begin to read a request that goes the usual way."""
        super().on_message_begin()
        self._within = True
        self._small = 0
        if self._begun:
            begun = {BEGUN: self._begun, BEGUN_BY: self._at.site}
            self.scope["extensions"] = begun  # type: ignore[typeddict-item]  # ours
            self._begun = None

    def on_message_complete(self) -> None:
        """End it. After a request to change the protocol nothing is taken for plain any more."""
        super().on_message_complete()
        self._within = self.parser.should_upgrade()

    def on_response_complete(self) -> None:
        """Count the time without a request from here."""
        super().on_response_complete()
        self._idle_since = self.loop.time()

    def shutdown(self) -> None:
        """End in order: what is being answered is still answered."""
        if self._job:
            self._ending = True
        elif self._lent:
            self._ending = True
            self._at.site.engine.lending.recall()
        else:
            super().shutdown()

    def _watch_idle(self) -> None:
        """Close a connection over which no whole request has come for a while."""
        now = self.loop.time()
        if self._job or self._lent or (self.cycle is not None and not self.cycle.response_complete):
            self._idle_since = now
        left = self._idle_since + self.timeout_keep_alive - now
        if left <= 0:
            self.transport.close()
        else:
            self._watch = self.loop.call_later(left, self._watch_idle)


async def _nothing(*_: object) -> None:
    pass


async def _never(*_: object) -> Any:  # noqa: ANN401  (it never returns)
    raise AssertionError

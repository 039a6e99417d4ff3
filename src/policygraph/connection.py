"""HTTP connections: plain queries are answered on the spot, all else goes through the application.

The server makes a task, an event and three layers of calls for every request; an answer from
memory takes a fraction of that. So a request that arrives whole on a connection where nothing else
is going on is looked at first. If it is plain (`web/plain.py`), it is answered here as soon as its
answer is whole. If it is not, or if its answer is long, or an error, or comes while the server
shuts down, the request goes the usual way, and takes along the answer that it has begun.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, ClassVar, cast

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from policygraph.engine import Answer, Job
from policygraph.errors import PolicygraphError
from policygraph.web.endpoint.endpoint import BEGUN, BEGUN_BY, query_of
from policygraph.web.endpoint.plain import Desk, Plain
from policygraph.web.site import Site

_LONGEST = 64 * 1024
"""Bytes of the longest answer that is written at once."""


def connections(site: Site) -> type[HttpToolsProtocol]:
    """Return the kind of connection that answers for a site."""

    class SiteConnection(Connection):
        desk = Desk(site)

    return SiteConnection


def change_over(kind: type[HttpToolsProtocol], site: Site) -> None:
    """Have all connections of a kind answer for another site, from the next request on."""
    cast("type[Connection]", kind).desk = Desk(site)


class Connection(HttpToolsProtocol):
    """One connection of a client."""

    desk: ClassVar[Desk]
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
        if self._job:
            self._later += data
            self.flow.pause_reading()
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
        try:
            begun = engine.begin(query_of(plain.asked, plain.wanted, self._client(plain)))
        except PolicygraphError:
            return False
        if isinstance(begun, Answer):
            body = begun.whole
            if body is None or len(body) > _LONGEST:
                return False
            response = desk.write(plain, begun, body)
            if begun.kept:
                engine.cache.attach(begun.kept, data, response)
            self._respond(response)
        elif begun is None:
            return False
        else:
            self._data, self._plain, self._job, self._at = data, plain, begun, desk
            begun.answered.add_done_callback(self._on_answered)
        return True

    def _client(self, plain: Plain) -> str:
        if not plain.head.forwarded:
            return self.client[0] if self.client else ""
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
            self._respond(self._at.write(plain, answer, body))
        else:
            self._begun = answered
            super().data_received(data)
            if self._ending:
                super().shutdown()
        if self._later:
            later, self._later = self._later, b""
            self.flow.resume_reading()
            self.data_received(later)

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
        else:
            super().shutdown()

    def _watch_idle(self) -> None:
        """Close a connection over which no whole request has come for a while."""
        now = self.loop.time()
        if self._job or (self.cycle is not None and not self.cycle.response_complete):
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

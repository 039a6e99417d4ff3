"""The broker: the only address that a worker reaches; it calls allowed endpoints on its behalf.

It listens on loopback in a thread of its own. A worker that evaluates a query with SERVICE has a
token for that query, and `http://127.0.0.1:PORT/TOKEN/N` stands for the endpoint N of the
allow-list (see `federation.Outside`). The answer is read to its end and checked before the worker
gets the first byte: what goes wrong in the middle of an answer could not be hidden by SILENT.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from policygraph import __version__
from policygraph.engine.remote import Caller, Result
from policygraph.errors import PolicygraphError, ServiceFailed, ServiceRefused
from policygraph.settings import Limits

OnFailure = Callable[[PolicygraphError], None]

_PATH = re.compile(r"POST /([0-9a-f]{32})/([0-9]{1,4})(/silent)? HTTP/1\.1\r\n")
_LENGTH = re.compile(r"^content-length: *([0-9]{1,9})\r$", re.IGNORECASE | re.MULTILINE)
_LONGEST_QUERY = 16 << 20
"""Bytes; the evaluator writes every prefixed name in full."""
_PATIENCE = 10.0
"""Seconds for a request to come in; it comes from this machine."""


@dataclass
class Session:
    """What one evaluation may do, and does."""

    failed: OnFailure
    calls: int = 0
    running: set[asyncio.Task[None]] = field(default_factory=set)


class Broker:
    """Calls remote endpoints for workers, within limits."""

    def __init__(self, limits: Limits, base: str) -> None:
        self._limits = limits
        self.endpoints = limits.service_allow
        agent = f"policygraph/{__version__} (+{quote(base, safe=':/#')})"
        self._caller = Caller(limits.service_allow, agent, limits.service_mib << 20)
        self._log = logging.getLogger(__name__)
        self._sessions: dict[str, Session] = {}
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self._thread = threading.Thread(
            target=self._loop.run_until_complete,
            args=(self._listen(listener),),
            name="broker",
            daemon=True,
        )
        self._thread.start()

    async def _listen(self, listener: socket.socket) -> None:
        server = await asyncio.start_server(self._accept, sock=listener)
        await self._stopped.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        """End all calls, and wait until they have ended."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._loop.close()

    def open(self, failed: OnFailure) -> str:
        """Return a token under which an evaluation may call endpoints until it is closed.

        `failed` is called, in the broker's thread, when a call fails the whole query; the worker
        then waits for ever.
        """
        token = secrets.token_hex(16)
        self._sessions[token] = Session(failed)
        return token

    def close(self, token: str) -> None:
        """End the calls of an evaluation; its token is worth nothing any more."""
        session = self._sessions.pop(token, None)
        if session:
            with suppress(RuntimeError):  # it was stopped before
                self._loop.call_soon_threadsafe(_cancel, session)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  (this is a coroutine)
        try:
            async with asyncio.timeout(_PATIENCE):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                asked, length = _PATH.match(head), _LENGTH.search(head)
                session = self._sessions.get(asked[1]) if asked else None
                number = int(asked[2]) if asked else 0
                if not (asked and session and length and number < len(self.endpoints)):
                    writer.writelines(_response("404 Not Found"))
                    await writer.drain()
                    return
                session.running.add(task)
                query = await reader.readexactly(min(int(length[1]), _LONGEST_QUERY + 1))
            writer.writelines(await self._answer(session, asked[1], number, bool(asked[3]), query))
            await writer.drain()
        except asyncio.CancelledError:
            pass  # the query is over
        except (OSError, EOFError, asyncio.LimitOverrunError, TimeoutError):
            pass  # whoever asked is no worker, or has ended
        finally:
            writer.close()

    async def _answer(
        self, session: Session, token: str, number: int, silent: bool, query: bytes
    ) -> tuple[bytes, bytes]:
        """Return the response for the worker; none where the query fails, which ends the worker."""
        endpoint = self.endpoints[number]
        try:
            result = await self._call(session, endpoint, self._in_words(token, query))
        except (ServiceFailed, ServiceRefused) as error:
            if silent and isinstance(error, ServiceFailed):
                return _response("502 Bad Gateway")
            session.failed(type(error)(f"SERVICE <{endpoint}>: {error}"))
            await asyncio.Event().wait()
        except Exception:  # nobody foresaw it: it costs the query, and is in the log
            self._log.exception("a call of <%s> went wrong", endpoint)
            session.failed(ServiceFailed(f"SERVICE <{endpoint}>: it could not be called"))
            await asyncio.Event().wait()
        return _response("200 OK", result.media_type, result.body)

    async def _call(self, session: Session, endpoint: str, query: bytes) -> Result:
        limits = self._limits
        session.calls += 1
        if session.calls > limits.service_calls:
            raise ServiceRefused(
                f"the query makes more than {limits.service_calls} calls; a SERVICE inside of "
                "EXISTS is called once for each row: put it outside"
            )
        if len(query) > _LONGEST_QUERY:
            raise ServiceFailed(f"what it is asked is longer than {_LONGEST_QUERY >> 20} MiB")
        try:
            async with asyncio.timeout(limits.service_seconds):
                return await self._caller.ask(endpoint, query)
        except TimeoutError as error:
            message = f"it did not answer within {limits.service_seconds:g} s"
            raise ServiceFailed(message) from error

    def _in_words(self, token: str, query: bytes) -> bytes:
        """Return a query with the endpoints of the SERVICEs in it, which the remote is to call."""
        ours = rf"<http://127\.0\.0\.1:{self.port}/{token}/([0-9]{{1,4}})(?:/silent)?>"
        return re.sub(
            ours.encode(), lambda found: f"<{self.endpoints[int(found[1])]}>".encode(), query
        )


def _cancel(session: Session) -> None:
    for task in session.running:
        task.cancel()


def _response(
    status: str, media_type: str = "text/plain", body: bytes = b""
) -> tuple[bytes, bytes]:
    """Return head and body of a response."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode(), body

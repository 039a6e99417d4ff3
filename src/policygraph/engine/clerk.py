"""A clerk: a worker that answers small queries on the connections of clients, lent by the front.

Between the front and a worker each query costs two messages and two wake-ups, more than a small
one takes to evaluate. A client that sends one small query after the other gets a clerk instead. The
front keeps the connection too: a request is taken off it once its answer is there. So nothing is
lost when a clerk ends, and what it cannot answer, the front finds there and answers the usual way.
"""

from __future__ import annotations

import select
import signal
import socket
import time
from contextlib import suppress
from email.utils import formatdate
from typing import Protocol

from policygraph.engine import wire
from policygraph.engine.evaluate import Answering
from policygraph.engine.ledger import (
    ANSWERED,
    BYTES,
    HITS,
    KEPT,
    LOOKS,
    MISSES,
    SERVING,
    TAKEN,
    Ledger,
)
from policygraph.engine.query import Form, Query
from policygraph.engine.worker import CHUNK, GROWTH_KEPT, build_walls, die_with, peak_memory
from policygraph.errors import PolicygraphError
from policygraph.formats import Format

MOST_LENT = 64
"""Connections of one clerk."""
_READ = 16 * 1024
"""Bytes of the longest request."""
_SWEEP = 1.0
"""Seconds between two times that it looks after what is not used, and writes down what it keeps."""
_SMALL = 0.02
"""Seconds of processor time of a query that is small."""
_MEMORY = 256 << 20
"""Bytes that evaluations may take, at most; one that needs more is not small."""
_REST = 5.0
"""Seconds after which a connection that is not used goes back."""


class Evaluate(Protocol):
    """Evaluates a query."""

    def __call__(self, query: Query) -> tuple[Form, Format, bytes]:
        """Return the whole answer; raises what `Answering.run` raises, and TooLong."""


class Desk(Protocol):
    """Reads requests and writes responses for a clerk; it knows HTTP, which is not known here."""

    def response(self, request: bytes, evaluate: Evaluate) -> bytes | None:
        """Return the response, from behind status line and date on; None if it is another's."""

    def kept(self) -> tuple[int, int, int, int]:
        """Return hits and misses of the answers that it keeps, how many they are, their bytes."""

    def warm(self, evaluate: Evaluate) -> None:
        """Do what is done for each request: a clerk cannot import what Python imports late."""


class TooLong(Exception):
    """An answer that is not sent in one piece."""


class _Collected:
    """A whole answer, if it is short."""

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[bytes] = []

    def begin(self, form: Form, chosen: Format) -> None:
        self.form, self.format = form, chosen

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > CHUNK:
            raise TooLong
        self.parts.append(data)
        return len(data)

    def flush(self) -> None:
        pass


def evaluated(evaluator: Answering, query: Query) -> tuple[Form, Format, bytes]:
    """Return a whole answer; raises what `Answering.run` raises, and TooLong."""
    output = _Collected()
    evaluator.run(query, output)
    return output.form, output.format, b"".join(output.parts)


def run(
    channel: socket.socket,
    evaluator: Answering,
    desk: Desk,
    memory: int,
    parent: int,
    descriptor: int,
) -> None:
    """Serve what comes over `channel` until it is closed. Called in a fresh fork.

    `memory` and `parent` are as a worker has them, and `descriptor` opens the ledger.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with(parent)
    ledger = Ledger(descriptor)
    build_walls(min(memory, _MEMORY), evaluator, handed=2 * MOST_LENT)
    evaluated(evaluator, Query("ASK { <urn:x> ?p ?o }"))  # the first takes longest
    with suppress(ConnectionError):  # the front has gone
        _Clerk(channel, evaluator, desk, ledger).serve()


class _Clerk:
    def __init__(
        self, channel: socket.socket, evaluator: Answering, desk: Desk, ledger: Ledger
    ) -> None:
        self._channel = channel
        self._evaluator = evaluator
        self._desk = desk
        self._ledger = ledger
        self._frames = wire.Frames()
        self._handed: list[int] = []  # that came with frames not yet read
        self._lent: dict[int, tuple[int, socket.socket]] = {}
        """By descriptor: the number that the front knows a connection by, and the connection."""
        self._used: dict[int, float] = {}
        """By descriptor: when a request was answered."""
        self._received = memoryview(bytearray(_READ))
        self._poll = select.epoll()
        self._poll.register(channel, select.EPOLLIN)
        self._start = b""
        self._second = 0
        self._before = peak_memory()
        self._used_before = 0.0
        """The time of the processor up to when this turn of requests began."""
        self._small = True
        """The last query was."""

    def serve(self) -> None:
        """Answer until the front wants the connections back, or too much memory is taken."""
        try:
            self._serve_all()
        finally:
            self._write_down()

    def _serve_all(self) -> None:
        own = self._channel.fileno()
        swept = time.monotonic()
        while True:
            ready = [descriptor for descriptor, _ in self._poll.poll(_SWEEP)]
            if own in ready:  # first of all: who is called back answers nothing more
                ready.remove(own)
                if not self._hear():
                    return
            self._used_before = time.process_time()
            for descriptor in ready:
                self._serve(descriptor)
            now = time.monotonic()
            if now - swept >= _SWEEP:
                swept = now
                if peak_memory() - self._before > GROWTH_KEPT:
                    return
                for descriptor, used in list(self._used.items()):
                    if now - used >= _REST:
                        self._give_back(descriptor)
                self._write_down()

    def _write_down(self) -> None:
        numbers = self._ledger.numbers
        numbers[HITS], numbers[MISSES], numbers[KEPT], numbers[BYTES] = self._desk.kept()

    def _hear(self) -> bool:
        """Take connections; False if the front wants all of them back."""
        data, handed, _, _ = socket.recv_fds(self._channel, _READ, 16)
        self._handed += handed
        for kind, payload in self._frames.feed(data):
            if kind == wire.LEND:
                lent = socket.socket(fileno=self._handed.pop(0))
                lent.setblocking(False)
                self._lent[lent.fileno()] = (int(payload), lent)
                self._used[lent.fileno()] = time.monotonic()
                self._poll.register(lent, select.EPOLLIN)
        return bool(data)

    def _serve(self, descriptor: int) -> None:
        """Answer the request that has come over a connection, or give the connection back."""
        numbers = self._ledger.numbers
        number, lent = self._lent[descriptor]
        numbers[LOOKS] += 1
        numbers[SERVING] = number
        self._small = True
        try:
            length = lent.recv_into(self._received, 0, socket.MSG_PEEK)
        except BlockingIOError:
            numbers[SERVING] = 0
            return
        except OSError:
            length = 0
        response = self._response(bytes(self._received[:length])) if length else None
        if response is None:
            self._give_back(descriptor)
        else:
            numbers[TAKEN] = 1
            self._send(descriptor, lent, length, response)
            numbers[TAKEN] = 0
            numbers[ANSWERED] += 1
        numbers[SERVING] = 0

    def _response(self, request: bytes) -> bytes | None:
        try:
            response = self._desk.response(request, self._evaluated)
        except (PolicygraphError, TooLong, MemoryError, OSError):
            return None  # the front finds it again, and says what it is
        now = time.time()
        if int(now) != self._second:
            self._second = int(now)
            date = formatdate(now, usegmt=True)
            self._start = f"HTTP/1.1 200 OK\r\ndate: {date}\r\n".encode()
        return None if response is None else self._start + response

    def _evaluated(self, query: Query) -> tuple[Form, Format, bytes]:
        started = time.perf_counter()
        try:
            answer = evaluated(self._evaluator, query)
        finally:
            took = time.perf_counter() - started
            self._small = took <= _SMALL or time.process_time() - self._used_before <= _SMALL
        self._ledger.took(took)
        return answer

    def _send(self, descriptor: int, lent: socket.socket, length: int, response: bytes) -> None:
        """Take a request of some bytes off its connection and send the response."""
        sent = 0
        try:
            lent.recv_into(self._received, length)
            sent = lent.send(response)
        except BlockingIOError:
            pass
        except OSError:  # the client has gone; the front finds out by itself
            sent = len(response)
        if sent < len(response) or not self._small:  # who does not read is the front's to wait for
            self._give_back(descriptor, response[sent:])
        else:
            self._used[descriptor] = time.monotonic()

    def _give_back(self, descriptor: int, unsent: bytes = b"") -> None:
        """Give a connection back, with what is still to be sent."""
        number, lent = self._lent.pop(descriptor)
        del self._used[descriptor]
        self._poll.unregister(descriptor)
        lent.close()
        self._channel.sendall(wire.frame(wire.RETURN, b"%d %d\n%b" % (number, self._small, unsent)))

"""The front's end of the clerks: which connections are lent, to whom, and what becomes of them."""

from __future__ import annotations

import asyncio
import logging
import os
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from policygraph.engine import walls, wire
from policygraph.engine.clerk import MOST_LENT
from policygraph.engine.ledger import BYTES, KEPT, LOOKS, SERVING, TAKEN, Ledger, totals
from policygraph.engine.workers import Worker, Workers
from policygraph.errors import Unavailable

EACH = 16
"""Connections of one client that may be lent at a time; its others have fair shares only."""
_LOOK = 0.25
"""Seconds between two looks at what clerks do, at most."""
_DISTRUST = 60.0
"""Seconds for which nothing is lent for a client whose query was not small."""

log = logging.getLogger(__name__)


class Borrowed(Protocol):
    """A connection that can be lent."""

    @property
    def peer(self) -> str:
        """The client at its other end."""

    @property
    def socket(self) -> socket.socket:
        """What a clerk is handed."""

    def returned(self, unsent: bytes, broken: bool) -> None:
        """Go on here: send what is unsent, read what comes; `broken` in the middle of an answer."""


@dataclass(eq=False, slots=True)
class _Clerk:
    worker: Worker
    ledger: Ledger
    lent: dict[int, Borrowed] = field(default_factory=dict)
    seen: int = -1
    """How often it had looked at a request at the last look, when a client waited; else -1."""
    stuck: bool = False
    leaving: bool = False

    def waited_for(self) -> bool:
        """Whether a client has sent what has not been taken off its connection."""
        poll = select.poll()
        for borrowed in self.lent.values():
            with suppress(ValueError):  # closed here meanwhile
                poll.register(borrowed.socket, select.POLLIN)
        return bool(poll.poll(0))


class Lending:
    """Lends connections to clerks, which are forked as they are needed."""

    def __init__(
        self, workers: Workers, places: int, seconds: float, on_lent: Callable[[], None]
    ) -> None:
        """Take from `workers` at most so many clerks; with none, nothing is lent.

        Nor is anything lent where the system cannot keep a clerk from opening sockets. No query may
        take longer than so many `seconds`. `on_lent` is told of every connection that is lent.
        """
        self._workers = workers
        self._places = 0 if places and walls.missing() else places
        self._every = min(_LOOK, seconds / 2)
        self._on_lent = on_lent
        self._clerks: list[_Clerk] = []
        self._number = 0
        self._past: list[int] = totals(())
        """The sums of clerks that have ended."""
        self._distrusted: dict[str, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def lend(self, borrowed: Borrowed) -> bool:
        """Lend a connection, on which nothing goes on; False if it stays.

        Until it is `returned` nothing may be read from it or sent over it.
        """
        loop = asyncio.get_running_loop()
        if not self._may(borrowed.peer, loop.time()):
            return False
        self._workers.attach(loop)
        try:
            clerk = self._clerk()
            self._number += 1
            frame = wire.frame(wire.LEND, b"%d" % self._number)
            self._workers.hand(clerk.worker, frame, borrowed.socket.fileno())
        except (Unavailable, OSError):
            return False
        clerk.lent[self._number] = borrowed
        self._on_lent()
        if self._timer is None:
            self._timer = loop.call_later(self._every, self._look, loop)
        return True

    def _may(self, peer: str, now: float) -> bool:
        if not self._places or self._distrusted.get(peer, 0.0) > now:
            return False
        lent = [borrowed.peer for borrowed in self.lent]
        return len(lent) < self._places * MOST_LENT and lent.count(peer) < EACH

    def _clerk(self) -> _Clerk:
        """Return the clerk with the fewest connections, a new one while there is a place."""
        here = [clerk for clerk in self._clerks if not (clerk.stuck or clerk.leaving)]
        if len(here) < self._places and all(clerk.lent for clerk in here):
            ledger, descriptor = Ledger.opened()
            try:
                worker = self._workers.spawn_clerk(descriptor, self._on_frame, self._on_gone)
            finally:
                os.close(descriptor)
            here.append(_Clerk(worker, ledger))
            self._clerks.append(here[-1])
        return min(here, key=lambda clerk: len(clerk.lent))

    @property
    def lent(self) -> Iterator[Borrowed]:
        """The connections that are lent now."""
        return (borrowed for clerk in self._clerks for borrowed in clerk.lent.values())

    @property
    def numbers(self) -> list[int]:
        """What all clerks have done, number by number as in a ledger."""
        return totals([self._past, *(clerk.ledger.numbers for clerk in self._clerks)])

    def recall(self) -> None:
        """Have all connections come back; what is being answered is still answered.

        What a client sends from now on is no clerk's any more.
        """
        for clerk in self._clerks:
            if not clerk.leaving:
                clerk.leaving = True
                self._workers.release(clerk.worker)

    def stop(self) -> None:
        """The clerks are ended: break off what is still lent."""
        if self._timer:
            self._timer.cancel()
        self._places = 0
        clerks, self._clerks = self._clerks, []
        for clerk in clerks:
            for borrowed in clerk.lent.values():
                borrowed.returned(b"", broken=True)

    def _on_frame(self, worker: Worker, kind: bytes, payload: bytes) -> None:
        clerk = self._of(worker)
        if clerk and kind == wire.RETURN:
            said, _, unsent = payload.partition(b"\n")
            number, small = map(int, said.split())
            if borrowed := clerk.lent.pop(number, None):
                if not small:
                    self._distrust(borrowed.peer)
                borrowed.returned(unsent, broken=False)

    def _on_gone(self, worker: Worker, code: int, said: str) -> None:
        """A clerk has ended: what it had is ours again, and what it had not answered is there."""
        clerk = self._of(worker)
        if clerk is None:
            return
        self._clerks.remove(clerk)
        numbers = clerk.ledger.numbers
        if code and not clerk.stuck:
            log.warning("a clerk ended with status %s: %s", code, said)
        serving, taken = numbers[SERVING], numbers[TAKEN]
        if (culprit := clerk.lent.get(serving)) and not taken:
            self._distrust(culprit.peer)
        past = list(numbers)
        past[KEPT] = past[BYTES] = 0
        self._past = totals([self._past, past])
        for number, borrowed in clerk.lent.items():
            borrowed.returned(b"", broken=bool(taken) and number == serving)

    def _of(self, worker: Worker) -> _Clerk | None:
        return next((clerk for clerk in self._clerks if clerk.worker is worker), None)

    def _distrust(self, peer: str) -> None:
        now = asyncio.get_running_loop().time()
        self._distrusted = {p: until for p, until in self._distrusted.items() if until > now}
        self._distrusted[peer] = now + _DISTRUST

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """End a clerk that keeps somebody waiting and has done nothing since the last look."""
        for clerk in self._clerks:
            waits = clerk.leaving or clerk.waited_for()
            looks = clerk.ledger.numbers[LOOKS] if waits else -1
            if looks == clerk.seen != -1 and not clerk.stuck:
                clerk.stuck = True
                self._workers.strike(clerk.worker)
            clerk.seen = looks
        lent = any(clerk.lent for clerk in self._clerks)
        self._timer = loop.call_later(self._every, self._look, loop) if lent else None

"""Who is evaluated next: a fast lane for all, a slow lane for what takes longer, fair shares.

Every query starts in the fast lane. One that takes longer than `SLOW_AFTER` moves to the slow lane
and frees its place. When the slow lane is full, it is stopped and waits for its turn there, to be
started again: so queries that never end cannot keep small ones waiting for longer than that time.
One whose answer has begun cannot start again, and goes on where it is. Clients whose queries have
run into a limit a moment ago are given less time.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

SLOW_AFTER = 0.25
"""Seconds after which a query counts as slow."""
SUSPECT_AFTER = 0.03
"""The same for a client one of whose queries was stopped at a limit..."""
SUSPECT_FOR = 60.0
"""...within so many seconds."""


_SUSPECTS = 10_000


class Lane(Enum):
    """Where a query stands."""

    OUTSIDE = "outside"
    WAITING = "waiting"
    FAST = "fast"
    SLOW = "slow"


@dataclass(eq=False, slots=True)
class Ticket:
    """A query's place."""

    client: str
    slow: bool = False
    """It has taken long once; it starts again in the slow lane."""
    begun: bool = False
    """Bytes of its answer have been given out; it cannot be started again."""
    lane: Lane = Lane.OUTSIDE


class Turns:
    """Waiting tickets; each client in turn gives the first of its own."""

    def __init__(self) -> None:
        self._queues: OrderedDict[str, deque[Ticket]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def __bool__(self) -> bool:
        return bool(self._queues)

    def of(self, client: str) -> int:
        """Return how many of a client wait."""
        return len(self._queues.get(client, ()))

    def add(self, ticket: Ticket) -> None:
        """Put a ticket behind those of its client."""
        self._queues.setdefault(ticket.client, deque()).append(ticket)

    def remove(self, ticket: Ticket) -> None:
        """Take a ticket out of the queue."""
        queue = self._queues[ticket.client]
        queue.remove(ticket)
        if not queue:
            del self._queues[ticket.client]

    def clients(self) -> Iterator[str]:
        """Return the clients that wait, in their order."""
        return iter(tuple(self._queues))

    def take(self, client: str) -> Ticket:
        """Return a client's first ticket; the client's next turn is after all others'."""
        queue = self._queues[client]
        ticket = queue.popleft()
        self._queues.move_to_end(client)
        if not queue:
            del self._queues[client]
        return ticket

    def longest(self) -> str:
        """Return the client of whom most wait."""
        return max(self._queues, key=self.of)

    def last(self, client: str) -> Ticket:
        """Return the client's last ticket."""
        return self._queues[client][-1]


class Lanes:
    """The places in both lanes, and who waits for one."""

    def __init__(self, fast: int, slow: int, waiting: int) -> None:
        self.fast = fast
        self.slow = slow
        self._may_wait = waiting
        self._new = Turns()
        self._again = Turns()
        self.running: dict[Lane, list[Ticket]] = {Lane.FAST: [], Lane.SLOW: []}
        self._suspects: dict[str, float] = {}

    def suspect(self, ticket: Ticket, now: float) -> None:
        """Remember that a client's query ran into a limit."""
        if len(self._suspects) >= _SUSPECTS:
            self._suspects.clear()
        self._suspects[ticket.client] = now + SUSPECT_FOR

    def patience(self, ticket: Ticket, now: float) -> float:
        """Return the seconds after which a query of this client counts as slow."""
        if self._suspects and self._suspects.get(ticket.client, 0.0) > now:
            return SUSPECT_AFTER
        return SLOW_AFTER

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._new) + len(self._again)

    def add(self, ticket: Ticket) -> None:
        """Let a ticket wait; see `next`, and then `surplus`."""
        (self._again if ticket.slow else self._new).add(ticket)
        ticket.lane = Lane.WAITING

    def surplus(self, newcomer: Ticket) -> Ticket | None:
        """Take out and return a ticket that may not wait, as too many do; None if all may.

        It is the last of the client of whom most wait: a client that sends many at once is the
        one that is turned away.
        """
        for turns in (self._new, self._again):
            if turns and len(turns) > self._may_wait:
                client = turns.longest()
                if turns.of(newcomer.client) >= turns.of(client):
                    client = newcomer.client
                dropped = turns.last(client)
                self.leave(dropped)
                return dropped
        return None

    def leave(self, ticket: Ticket) -> None:
        """Take a ticket out of wherever it stands."""
        if ticket.lane is Lane.WAITING:
            (self._again if ticket.slow else self._new).remove(ticket)
        elif ticket.lane is not Lane.OUTSIDE:
            self.running[ticket.lane].remove(ticket)
        ticket.lane = Lane.OUTSIDE

    def next(self) -> Ticket | None:
        """Return the next ticket that gets a place, now in its lane; None if none can."""
        running = self.running
        if self._new and len(running[Lane.FAST]) < self.fast:
            for client in self._new.clients():
                if self._may_start(client):
                    return self._enter(self._new.take(client), Lane.FAST)
        if self._again and len(running[Lane.SLOW]) < self.slow:
            for client in self._fewest_first():
                return self._enter(self._again.take(client), Lane.SLOW)
        return None

    def _enter(self, ticket: Ticket, lane: Lane) -> Ticket:
        ticket.lane = lane
        self.running[lane].append(ticket)
        return ticket

    def _may_start(self, client: str) -> bool:
        """Clients with slow queries leave the last fast place to those without."""
        if self.fast == 1 or not self._has_slow(client):
            return True
        taken = sum(self._has_slow(ticket.client) for ticket in self.running[Lane.FAST])
        return taken < self.fast - 1

    def _has_slow(self, client: str) -> bool:
        slow = self.running[Lane.SLOW]
        if not slow and not self._again:
            return False
        return self._again.of(client) > 0 or any(ticket.client == client for ticket in slow)

    def _fewest_first(self) -> list[str]:
        held = Counter(ticket.client for ticket in self.running[Lane.SLOW])
        return sorted(self._again.clients(), key=held.__getitem__)

    def slowed(self, ticket: Ticket) -> Ticket | None:
        """Move a ticket that takes long to the slow lane.

        Returns the ticket that has to be stopped for it, now waiting to start again: itself, or
        one of a client that has at least two places more there; None if there was room, or if the
        ticket cannot be stopped any more.
        """
        ticket.slow = True
        slow = self.running[Lane.SLOW]
        stopped = None
        if len(slow) >= self.slow:
            stopped = self._to_stop(ticket)
        if stopped is ticket:
            self.leave(ticket)
            self.add(ticket)
            return ticket
        if stopped is None and len(slow) >= 2 * self.slow:
            return None  # too many answers that are being read slowly: it keeps its fast place
        self.leave(ticket)
        self._enter(ticket, Lane.SLOW)
        if stopped:
            self.leave(stopped)
            self.add(stopped)
        return stopped

    def _to_stop(self, newcomer: Ticket) -> Ticket | None:
        held = Counter(ticket.client for ticket in self.running[Lane.SLOW])
        for ticket in reversed(self.running[Lane.SLOW]):
            if not ticket.begun and held[ticket.client] >= held[newcomer.client] + 2:
                return ticket
        return None if newcomer.begun else newcomer

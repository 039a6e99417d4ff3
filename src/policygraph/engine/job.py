"""A query on its way from the client to a worker and back."""

from __future__ import annotations

import asyncio

from policygraph.engine import wire
from policygraph.engine.answer import Answer
from policygraph.engine.cache import Kept, Key
from policygraph.engine.lanes import Ticket
from policygraph.engine.query import Query
from policygraph.engine.workers import Worker
from policygraph.errors import PayloadTooLarge, PolicygraphError, SyntaxProblem
from policygraph.settings import Limits

Flight = tuple[Key, float | None]
"""What two queries must have in common for one evaluation to do: question and time limit."""


class Job(Ticket):
    """A query on its way through the lanes, and who waits for its answer."""

    __slots__ = (
        "abandoned",
        "answer",
        "answered",
        "deadline",
        "flight",
        "frame",
        "key",
        "outside",
        "seconds",
        "started",
        "timer",
        "waiters",
        "worker",
    )

    def __init__(self, query: Query, limits: Limits, answered: asyncio.Future[Answer]) -> None:
        """Raises PayloadTooLarge and SyntaxProblem for a text that no worker is sent."""
        super().__init__(query.client)
        self.frame = _framed(query, limits.query_text_kib * 1024)
        self.seconds = limits.query_seconds
        if query.seconds is not None and query.seconds > 0:
            self.seconds = min(self.seconds, query.seconds)
        self.answered = answered
        self.answer: Answer | None = None
        self.worker: Worker | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.started = 0.0
        self.deadline = 0.0
        """When it has to be over, once it had to start again."""
        self.key: Key | None = None
        """Under what the answer is kept."""
        self.outside = False
        """It may call remote endpoints."""
        self.flight: Flight | None = None
        """Under what others find this job; they wait for the whole answer."""
        self.waiters: list[asyncio.Future[Answer | None]] = []
        self.abandoned = False
        """The client that asked first has gone; it goes on for `waiters`."""

    def tell(self, outcome: Kept | PolicygraphError | None) -> None:
        """Give those who wait for the same the answer or the error; None sends each its own way."""
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            if waiter.done():
                continue
            if isinstance(outcome, PolicygraphError):
                waiter.set_exception(outcome)
            else:
                waiter.set_result(Answer.of(outcome) if outcome else None)


def _framed(query: Query, limit: int) -> bytes:
    try:
        packed = query.packed()
        if len(packed) > limit and max(len(query.text), len(query.text.encode())) > limit:
            raise PayloadTooLarge(f"the query is longer than {limit // 1024} KiB")
    except UnicodeEncodeError as error:
        raise SyntaxProblem("the query is not Unicode text") from error
    return wire.frame(wire.QUERY, packed)

"""How fast the servers answer: in turn, round after round, so that all meet the same machine."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.load import throughput
from benchmarks.servers import Running
from benchmarks.workloads import RESULTS, point_queries

Say = Callable[[str], None]

CLIENTS = 8
WARM_UP = 200
POOL = 500
"""Queries out of which repeats are drawn."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int = 5
    requests: int = 20_000
    """Point queries in a round, first new ones and then repeats."""
    seconds: float = 6.0
    """About as long may a server take for them; a slow one is asked fewer."""


@dataclass(slots=True)
class Figures:
    """What was measured of one thing: for each server a figure a round."""

    first: dict[str, list[float]] = field(default_factory=dict)
    """With queries that the server has not seen before."""
    again: dict[str, list[float]] = field(default_factory=dict)
    """With queries that it has answered before."""

    def add(self, server: str, first: float, again: float) -> None:
        """Add the figures of a round."""
        self.first.setdefault(server, []).append(first)
        self.again.setdefault(server, []).append(again)


def throughputs(servers: Sequence[Running], documents: int, plan: Plan, say: Say) -> Figures:
    """Return how many point queries a second each server answers to 8 clients at once."""
    queries = point_queries(documents, 1)
    warm_up = list(itertools.islice(queries, WARM_UP))
    counts = {}
    for server in servers:
        rate = throughput(server.endpoint, _requests(server, warm_up), CLIENTS)
        counts[server.name] = max(CLIENTS, min(plan.requests, int(rate * plan.seconds)))
    figures = Figures()
    for number in range(plan.rounds):
        texts = list(itertools.islice(queries, plan.requests))
        for server in _turned(servers, number):
            new = _requests(server, texts[: counts[server.name]])
            pool = new[-POOL:]
            seen = random.Random(number).choices(pool, k=len(new))
            first = throughput(server.endpoint, new, CLIENTS)
            again = throughput(server.endpoint, seen, CLIENTS)
            figures.add(server.name, first, again)
        say(f"throughput: round {number + 1} of {plan.rounds}")
    return figures


def _requests(server: Running, texts: Sequence[str]) -> list[bytes]:
    return [server.endpoint.request(text, RESULTS) for text in texts]


def _turned(servers: Sequence[Running], number: int) -> Iterator[Running]:
    """Yield the servers, in each round another one first."""
    start = number % len(servers)
    yield from servers[start:]
    yield from servers[:start]

"""How fast the servers answer: in turn, round after round, so that all meet the same machine."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import random
import socket
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeVar

from benchmarks.load import Connection, Endpoint, serve_the_same, throughput
from benchmarks.servers import Running
from benchmarks.workloads import RESULTS, Workload, point_queries

T = TypeVar("T")
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
    """Point queries in a round, first new ones and then repeats; a slow server gets fewer."""
    texts: int = 100
    """Queries of a workload that one client asks, at most; of a slow workload, `rounds`."""
    seconds: float = 4.0
    """About as long may a server take in a round, or the slowest for a workload."""
    repeat: bool = True
    """Whether one client asks every query a second time."""


@dataclass(slots=True)
class Figures:
    """What was measured of one thing: for each server a list, in the same order for all."""

    first: dict[str, list[float]] = field(default_factory=dict)
    """With queries that the server has not seen before."""
    again: dict[str, list[float]] = field(default_factory=dict)
    """With queries that it has answered before."""

    def add(self, server: str, first: float, again: float | None) -> None:
        """Add a figure."""
        self.first.setdefault(server, []).append(first)
        if again is not None:
            self.again.setdefault(server, []).append(again)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as fast as another server this one is: below 1 it is slower."""

    middle: float
    low: float
    high: float
    """Half of what was measured lies between low and high."""

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return the median of ratios, with their quartiles."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(middle, low, high)


def faster(times: Mapping[str, list[float]], ours: str, other: str) -> Ratio:
    """Return the ratio of times: less is better."""
    pairs = zip(times[ours], times[other], strict=True)
    return Ratio.of([theirs / mine for mine, theirs in pairs])


def more(rates: Mapping[str, list[float]], ours: str, other: str) -> Ratio:
    """Return the ratio of rates: more is better."""
    pairs = zip(rates[ours], rates[other], strict=True)
    return Ratio.of([mine / theirs for mine, theirs in pairs])


@contextlib.contextmanager
def _nothing() -> Iterator[Endpoint]:
    """Run a server that answers everything with the same bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = multiprocessing.get_context("spawn").Process(
            target=serve_the_same, args=(listener, b"-" * 1500), daemon=True
        )
        process.start()
        try:
            yield Endpoint("127.0.0.1", listener.getsockname()[1], "/")
        finally:
            process.terminate()
            process.join()


def ceiling(requests: int) -> float:
    """Return how many requests a second the clients get answered by a server that does nothing."""
    with _nothing() as endpoint:
        some = [endpoint.request(f"ASK {{ }} # {number}", RESULTS) for number in range(requests)]
        throughput(endpoint, some[:WARM_UP], CLIENTS)
        return throughput(endpoint, some, CLIENTS)


def throughputs(
    servers: Sequence[Running], documents: int, plan: Plan, say: Say
) -> tuple[Figures, list[float]]:
    """Return how many point queries a second each server answers to 8 clients at once.

    And how many times the highest of them, in each round, the clients themselves reach.
    """
    queries = point_queries(documents, 1)
    warm_up = list(itertools.islice(queries, WARM_UP))
    counts = {}
    for server in servers:
        rate = throughput(server.endpoint, _requests(server, warm_up), CLIENTS)
        counts[server.name] = max(CLIENTS, min(plan.requests, int(rate * plan.seconds)))
    figures, ceilings = Figures(), []
    for number in range(plan.rounds):
        texts = list(itertools.islice(queries, plan.requests))
        for server in _turned(servers, number):
            new = _requests(server, texts[: counts[server.name]])
            pool = new[-POOL:]
            seen = random.Random(number).choices(pool, k=len(new))
            first = throughput(server.endpoint, new, CLIENTS)
            again = throughput(server.endpoint, seen, CLIENTS)
            figures.add(server.name, first, again)
        highest = max(
            rates[-1] for part in (figures.first, figures.again) for rates in part.values()
        )
        ceilings.append(ceiling(plan.requests) / highest)
        say(f"throughput: round {number + 1} of {plan.rounds}")
    return figures, ceilings


def latencies(
    servers: Sequence[Running], workload: Workload, documents: int, plan: Plan
) -> Figures:
    """Return the seconds of each query of a workload, asked by one client.

    Every query goes to all servers one after the other.
    """
    figures = Figures()
    names = "+".join(server.name for server in servers)  # so that no two runs ask the same

    def ask(turn: int) -> float:
        text = workload.text(f"{turn}, {names}", documents)
        slowest = 0.0
        for server, client in _turned(connected, turn):
            request = server.endpoint.request(text, workload.accept)
            first = client.ask(request)
            figures.add(server.name, first, client.ask(request) if plan.repeat else None)
            slowest = max(slowest, first)
        return slowest

    with contextlib.ExitStack() as stack:
        connected = [(s, stack.enter_context(Connection(s.endpoint))) for s in servers]
        slowest = ask(0)
        figures = Figures()
        for turn in range(max(plan.rounds, min(plan.texts, int(plan.seconds / slowest)))):
            ask(turn + 1)
    return figures


def _requests(server: Running, texts: Sequence[str]) -> list[bytes]:
    return [server.endpoint.request(text, RESULTS) for text in texts]


def _turned(items: Sequence[T], number: int) -> Iterator[T]:
    """Yield the items, in each round another one first."""
    start = number % len(items)
    yield from items[start:]
    yield from items[:start]

"""What a clerk has done and is doing: numbers in memory that it writes and the front reads."""

from __future__ import annotations

import mmap
import os
from bisect import bisect_left
from collections.abc import Sequence

from policygraph.engine.figures import BUCKETS

SERVING, TAKEN, LOOKS, ANSWERED, FINISHED, NANOSECONDS, HITS, MISSES, KEPT, BYTES, TIMES = range(11)
"""Where a number stands.

SERVING: the connection of which a request is being answered, or 0. TAKEN: 1 from when that request
is taken off the connection until its answer is sent. LOOKS: requests that were looked at; ANSWERED:
those that were answered. FINISHED: evaluations that came to their end; NANOSECONDS: what they took.
HITS, MISSES, KEPT, BYTES: of the answers that are kept. TIMES and on: how many evaluations took up
to each bound of `BUCKETS`, and how many took longer.
"""
LENGTH = TIMES + len(BUCKETS) + 1
_SIZE = 8 * LENGTH


class Ledger:
    """The numbers of one clerk; each is whole, but two may be of two moments."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _SIZE)
        self.numbers = memoryview(self._memory).cast("Q")

    @staticmethod
    def opened() -> tuple[Ledger, int]:
        """Return a new one, all zero, and the descriptor by which another process opens it."""
        descriptor = os.memfd_create("ledger")
        os.truncate(descriptor, _SIZE)
        return Ledger(descriptor), descriptor

    def took(self, seconds: float) -> None:
        """Count an evaluation."""
        numbers = self.numbers
        numbers[FINISHED] += 1
        numbers[NANOSECONDS] += int(seconds * 1e9)
        numbers[TIMES + bisect_left(BUCKETS, seconds)] += 1


def totals(ledgers: Sequence[Sequence[int]]) -> list[int]:
    """Return the sums of numbers, place by place."""
    return [sum(column) for column in zip(*ledgers, [0] * LENGTH, strict=True)]

"""What an engine does at this moment, and what it has done since it started."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 1.0, 5.0, 30.0)
"""Seconds; the upper bounds of the histogram of evaluation times."""


@dataclass(frozen=True, slots=True)
class Health:
    """The engine at this moment, and its counts since it started."""

    ready: bool
    quads: int
    workers: tuple[int, ...]
    """Process ids."""
    fast: int
    """Queries being evaluated that began a moment ago."""
    slow: int
    """Queries being evaluated that take long."""
    waiting: int
    lent: int
    """Connections on which small queries are answered beside the lanes."""
    lent_answered: int
    """Requests that were answered there."""
    finished: int
    stopped: dict[str, int]
    """Evaluations that did not finish: time, memory, crash, cancel, restart, overload, service,
    error."""
    killed: dict[str, int]
    """Workers that were ended in the middle of an evaluation: time, memory, cancel, restart,
    service."""
    data_memory: int
    """Bytes that the loaded data takes; shared by all workers."""
    on_disk: bool
    """The data stands in a store on disk, not in memory."""
    seconds: float
    """Time that evaluations have taken, all together."""
    buckets: tuple[int, ...]
    """How many took up to each of `BUCKETS`, and how many took longer; each counted once."""
    cache_hits: int
    cache_misses: int
    cache_shared: int
    """Queries that got the answer to the same one that was being evaluated."""
    cache_entries: int
    cache_bytes: int
    processes: tuple[int, ...]
    """Process ids: the one that loaded the data, and its workers."""


@dataclass(slots=True)
class Figures:
    """Counts since the engine started."""

    finished: int = 0
    stopped: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    shared: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))

    def took(self, seconds: float) -> None:
        """Count the time that an evaluation took, finished or not."""
        self.seconds += seconds
        self.buckets[bisect_left(BUCKETS, seconds)] += 1


def memory(processes: Iterable[int]) -> int:
    """Return the bytes that processes take together, what they share counted once.

    Takes a few milliseconds; 0 where the system does not tell (only Linux does).
    """
    total = 0
    for process in processes:
        with suppress(OSError, ValueError, IndexError):
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
            total += int(text.split("\nPss:")[1].split()[0]) * 1024
    return total

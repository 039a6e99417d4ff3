"""What was measured, as a table of ratios in Markdown and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.compare import Compared
from benchmarks.measure import Ratio

OURS = "policygraph"


@dataclass(frozen=True, slots=True)
class Row:
    """A workload or a load, against one other server."""

    what: str
    kind: str
    against: str
    first: Ratio
    """On first sight of each query."""
    again: Ratio | None
    """On repeats; None if none were asked."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a server needs to hold the data."""

    server: str
    load_seconds: float
    bytes_after_load: float
    """Memory for each quad."""
    bytes_after_queries: float
    """The same, when everything has been asked."""


@dataclass(slots=True)
class Results:
    """All of one run."""

    date: str
    machine: str
    versions: dict[str, str]
    quads: int
    documents: int
    ceiling: float = 0.0
    """How many times the highest throughput of a round the clients themselves reach."""
    compared: list[Compared] = field(default_factory=list)
    throughput: list[Row] = field(default_factory=list)
    latency: list[Row] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)
    """Every single figure; it means something only beside the others of the run."""

    def json(self) -> str:
        """Return everything as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"

    def differing(self) -> list[Compared]:
        """Return the comparisons in which not all answers were the same."""
        return [compared for compared in self.compared if not compared.same]

    def rivals(self) -> list[str]:
        """Return the names of the other servers."""
        return list(dict.fromkeys(row.against for row in self.throughput + self.latency))

    def mean(self, against: str, kinds: Iterable[str], *, again: bool = False) -> float | None:
        """Return the geometric mean of the ratios of some kinds of workloads."""
        found = [
            ratio.middle
            for row in self.latency
            if row.against == against and row.kind in kinds
            if (ratio := row.again if again else row.first)
        ]
        return math.exp(sum(map(math.log, found)) / len(found)) if found else None

    def least(self, against: str, kinds: Iterable[str]) -> float | None:
        """Return the ratio of the workload in which this program does worst."""
        rows = [row for row in self.latency if row.against == against and row.kind in kinds]
        return min((row.first.middle for row in rows), default=None)


def markdown(results: Results) -> str:
    """Return the tables for people."""
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    parts = [
        f"{results.date}, {results.machine}; {results.quads:,} quads of {results.documents:,} "
        f"documents; {versions}.",
        *_answers(results),
        *_throughput(results),
        *_latency(results),
        *_targets(results),
        *_held(results),
    ]
    return "\n".join(parts) + "\n"


def _answers(results: Results) -> Iterable[str]:
    workloads = {compared.workload for compared in results.compared}
    yield "\n### Answers\n"
    differing = results.differing()
    yield (
        f"{len(workloads)} workloads, {len(results.compared)} comparisons: "
        f"{len(results.compared) - len(differing)} with the same answers."
    )
    if differing:
        yield ""
    for one in differing:
        yield (
            f"- {one.workload}, {one.server}: of {one.rows} rows {one.missing} are missing, "
            f"{one.extra} are others"
        )


def _throughput(results: Results) -> Iterable[str]:
    yield "\n### Point queries, 8 clients at once\n"
    yield "How many times as many are answered in the same time.\n"
    yield from _grid(
        ("against", "first sight", "repeats"),
        [(row.against, _cell(row.first), _cell(row.again)) for row in results.throughput],
    )
    yield f"\nThe clients alone reach {results.ceiling:.1f} times the highest rate of a round."


def _latency(results: Results) -> Iterable[str]:
    yield "\n### One client\n"
    yield "How many times as fast an answer is, on first sight / on repeats.\n"
    rivals = results.rivals()
    rows: dict[str, dict[str, str]] = {}
    for row in results.latency:
        again = f" / {_number(row.again.middle)}" if row.again else ""
        line = rows.setdefault(f"{row.kind}: {row.what}", {})
        line[row.against] = f"{_cell(row.first)}{again}"
    lines = [(what, *(cells.get(rival, "-") for rival in rivals)) for what, cells in rows.items()]
    for title, kinds in _means(results):
        means = [_both(results.mean(r, kinds), results.mean(r, kinds, again=True)) for r in rivals]
        lines.append((f"*{title}*", *means))
    yield from _grid(("workload", *rivals), lines)


def _both(first: float | None, again: float | None) -> str:
    cell = f"**{_number(first)}**" if first else "-"
    return f"{cell} / {_number(again)}" if again else cell


def _means(results: Results) -> Iterable[tuple[str, tuple[str, ...]]]:
    for kind in dict.fromkeys(row.kind for row in results.latency):
        yield f"{kind}, geometric mean", (kind,)
    yield "joins and aggregates, geometric mean", ("join", "aggregate")


def _targets(results: Results) -> Iterable[str]:
    yield "\n### Goals\n"
    yield from _grid(("goal", "against", "reached", ""), list(targets(results)))


def targets(results: Results) -> Iterable[tuple[str, ...]]:
    """Yield what is to be reached, against which server, what is, and yes or no."""

    def line(goal: str, least: float, against: str, value: float | None) -> tuple[str, ...]:
        met = "" if value is None else "yes" if value >= least else "no"
        return (f"{goal}: at least {least:g}", against, _number(value) if value else "-", met)

    for row in results.throughput:
        if row.against.startswith("oxigraph"):
            yield line("point queries, first sight", 1, row.against, row.first.middle)
            repeats = row.again.middle if row.again else None
            yield line("point queries, repeats", 2, row.against, repeats)
    kinds = ("join", "aggregate")
    for rival in results.rivals():
        mean = results.mean(rival, kinds)
        if rival.startswith("oxigraph"):
            yield line("joins and aggregates", 3, rival, mean)
            yield line("the least of them", 1, rival, results.least(rival, kinds))
        else:
            yield line("joins and aggregates", 20, rival, mean)


def _held(results: Results) -> Iterable[str]:
    yield "\n### Holding the data\n"
    ours = next((held for held in results.held if held.server == OURS), None)
    if ours is None:
        return
    yield from _grid(
        ("server", "time to load, against ours", "bytes a quad", "after all queries"),
        [
            (
                held.server,
                _number(held.load_seconds / ours.load_seconds),
                f"{held.bytes_after_load:.0f}",
                f"{held.bytes_after_queries:.0f}",
            )
            for held in results.held
        ],
    )


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _cell(ratio: Ratio | None) -> str:
    if ratio is None:
        return "-"
    return f"{_number(ratio.middle)} ({_number(ratio.low)} to {_number(ratio.high)})"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}" if value >= 3 else f"{value:.2f}"

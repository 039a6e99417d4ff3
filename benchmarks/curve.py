"""How it grows with the data: memory, time to load, small queries and joins."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks import generate, measure
from benchmarks.compare import answer
from benchmarks.measure import Figures, Plan, Say
from benchmarks.servers import SERVERS, Bench, Running
from benchmarks.table import OURS
from benchmarks.workloads import WORKLOADS

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
LARGEST_FOR_ALL = 1_000_000
"""At more, the others are not measured: a disk store alone takes long to write."""
PLAN = Plan(rounds=5, texts=40, seconds=3.0, repeat=False)


def run(
    programs: Path, folder: Path, say: Say, sizes: Sequence[int] = SIZES, plan: Plan = PLAN
) -> str:
    """Return a table in Markdown: a line for each size."""
    lines = [
        "| quads | bytes a quad | after queries | time to load a quad | point query | join "
        "| point query, against oxigraph (disk) | join, against it |",
        "|" + "---|" * 8,
    ]
    start: list[float] = []
    for quads in sizes:
        data = folder / f"{quads}.nq"
        size = generate.write(data, quads)
        chosen = [OURS, "oxigraph"] if quads <= LARGEST_FOR_ALL else [OURS]
        bench = Bench(data, folder, programs)
        with contextlib.ExitStack() as stack:
            running = [stack.enter_context(SERVERS[name](bench)) for name in chosen]
            ours = running[0]
            memory = [ours.memory_now / size.quads]
            points = _measured(running, "point", size.documents, plan)
            joins = _measured(running, "join", size.documents, plan)
            memory.append(ours.memory_now / size.quads)
        own = [ours.load_seconds / size.quads, _mean(points, ours), _mean(joins, ours)]
        start = start or own
        grown = [f"{now / then:.2f}" for now, then in zip(own, start, strict=True)]
        against = [_against(figures, running) for figures in (points, joins)]
        cells = [f"{size.quads:,}", *(f"{value:.0f}" for value in memory), *grown, *against]
        lines.append(f"| {' | '.join(cells)} |")
        say(lines[-1])
        data.unlink()
    return "\n".join(lines) + "\n"


def _measured(running: Sequence[Running], kind: str, documents: int, plan: Plan) -> list[Figures]:
    workloads = [workload for workload in WORKLOADS if workload.kind == kind]
    for workload in workloads:  # the warm-up
        for number in range(3):
            for server in running:
                answer(server.endpoint, workload.text(f"warm {number}", documents), workload.accept)
    return [measure.latencies(running, workload, documents, plan) for workload in workloads]


def _mean(figures: Sequence[Figures], server: Running) -> float:
    return _geometric([median(one.first[server.name]) for one in figures])


def _against(figures: Sequence[Figures], running: Sequence[Running]) -> str:
    if len(running) == 1:
        return "-"
    ours, other = (server.name for server in running)
    ratios = [measure.faster(one.first, ours, other).middle for one in figures]
    return f"{_geometric(ratios):.2f}"


def _geometric(values: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))

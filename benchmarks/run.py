"""Measure this program against other SPARQL servers, all in one run.

    python -m benchmarks.run            # 1.1 million quads, all servers
    python -m benchmarks.run --quick    # a small graph: to see that everything works
    python -m benchmarks.run --curve    # from ten thousand quads to ten million

The other servers are installed by pip into an environment of their own in the cache folder. All get
the same made-up graph. First their answers are compared, then measured: benchmarks/README.md says
how the tables are to be read. Exits with 1 if this program and Oxigraph give different answers.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks import curve, generate, measure, servers, table
from benchmarks.compare import compare
from benchmarks.measure import Figures, Plan
from benchmarks.servers import Bench, Running
from benchmarks.table import Held, Results, Row
from benchmarks.workloads import WORKLOADS, Workload
from policygraph import __version__
from policygraph.caches import cache_folder

FULL = Plan()
QUICK = Plan(rounds=3, requests=300, texts=3, seconds=0.3)
SLOW = "rdflib-endpoint"
NOT_ASKED = {SLOW: ("scan", "describe")}
"""It goes through all triples in Python, for minutes; and it misnames the format of DESCRIBE."""


def say(text: str) -> None:
    """Tell a person what is going on."""
    print(text, file=sys.stderr, flush=True)


def run(given: argparse.Namespace, quads: int, plan: Plan, folder: Path) -> Results:
    """Measure everything at one size."""
    data = folder / f"{quads}.nq"
    say(f"a graph of {quads:,} quads")
    size = generate.write(data, quads)
    bench = Bench(data, folder, given.programs or servers.programs())
    results = Results(
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        machine=f"{len(os.sched_getaffinity(0))} cores",
        versions=versions(bench.programs, given.servers),
        quads=size.quads,
        documents=size.documents,
    )
    with contextlib.ExitStack() as stack:
        running = []
        for name in given.servers:
            say(f"starting {name}")
            running.append(stack.enter_context(servers.SERVERS[name](bench)))
        loaded = [server.memory_now for server in running]
        for workload in WORKLOADS:  # this is the warm-up as well
            say(f"comparing: {workload.name}")
            for rivals, samples in zip(_rivals(running, workload), (3, 1), strict=True):
                together = [running[0], *rivals]
                results.compared += compare(together, workload, size.documents, samples)
        say(f"{len(results.differing())} of {len(results.compared)} comparisons differ")
        _throughput(results, running, plan)
        for workload in WORKLOADS:
            say(f"latency: {workload.name}")
            _latency(results, workload, running, plan)
        results.held += [
            Held(s.name, s.load_seconds, before / size.quads, s.memory_now / size.quads)
            for s, before in zip(running, loaded, strict=True)
        ]
    data.unlink()
    return results


def _throughput(results: Results, running: Sequence[Running], plan: Plan) -> None:
    figures, ceilings = measure.throughputs(running, results.documents, plan, say)
    results.ceiling = statistics.median(ceilings)
    results.raw["point queries a second"] = asdict(figures)
    ours, *others = (server.name for server in running)
    for other in others:
        first = measure.more(figures.first, ours, other)
        again = measure.more(figures.again, ours, other)
        results.throughput.append(Row("point queries", "throughput", other, first, again))


def _rivals(running: Sequence[Running], workload: Workload) -> tuple[list[Running], list[Running]]:
    """Return the others that are asked a workload: the fast ones, and the slow one."""
    asked = [s for s in running[1:] if workload.kind not in NOT_ASKED.get(s.name, ())]
    return [s for s in asked if s.name != SLOW], [s for s in asked if s.name == SLOW]


def _latency(results: Results, workload: Workload, running: Sequence[Running], plan: Plan) -> None:
    """Measure the fast servers together; the slow one, that would hold them up, after them."""
    few = replace(plan, rounds=min(3, plan.rounds), texts=min(10, plan.texts), repeat=False)
    for rivals, how in zip(_rivals(running, workload), (plan, few), strict=True):
        if rivals:
            figures = measure.latencies([running[0], *rivals], workload, results.documents, how)
            _add(results, workload, figures, running[0].name, [rival.name for rival in rivals])


def _add(
    results: Results, workload: Workload, figures: Figures, ours: str, rivals: Sequence[str]
) -> None:
    for rival in rivals:
        first = measure.faster(figures.first, ours, rival)
        again = measure.faster(figures.again, ours, rival) if figures.again else None
        results.latency.append(Row(workload.name, workload.kind, rival, first, again))
    results.raw[f"seconds: {workload.name}, {', '.join(rivals)}"] = asdict(figures)


def versions(programs: Path, chosen: Sequence[str]) -> dict[str, str]:
    """Return the versions of what is measured."""
    found = {"policygraph": __version__, "Python": platform.python_version()}
    if any(name.startswith("oxigraph") for name in chosen):
        found["oxigraph"] = _said(programs / "oxigraph", "--version").split()[-1]
    if SLOW in chosen:
        code = f"import importlib.metadata as m; print(m.version({SLOW!r}))"
        found[SLOW] = _said(programs / "python", "-c", code)
    return found


def _said(program: Path, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--quads", type=int, default=1_100_000)
    parser.add_argument("--quick", action="store_true", help="60,000 quads, few rounds")
    parser.add_argument("--curve", action="store_true", help="how it grows with the data")
    parser.add_argument(
        "--servers", nargs="+", choices=servers.SERVERS, default=list(servers.SERVERS),
        help="which servers; ours comes first",
    )  # fmt: skip
    parser.add_argument("--programs", type=Path, help="a folder that has the other servers")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    folder = cache_folder() / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    if given.curve:
        text = curve.run(given.programs or servers.programs(), folder, say)
        (given.out / "curve.md").write_text(text, encoding="utf-8")
        print(text, end="")
        return 0
    plan, quads = (QUICK, 60_000) if given.quick else (FULL, given.quads)
    results = run(given, quads, plan, folder)
    (given.out / "results.json").write_text(results.json(), encoding="utf-8")
    text = table.markdown(results)
    (given.out / "results.md").write_text(text, encoding="utf-8")
    print(text, end="")
    return 1 if any(one.server != SLOW for one in results.differing()) else 0


if __name__ == "__main__":
    sys.exit(main())

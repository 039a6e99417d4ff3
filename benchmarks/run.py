"""Measure this program against other SPARQL servers, all in one run.

    python -m benchmarks.run            # 1.1 million quads, all servers
    python -m benchmarks.run --quick    # a small graph: to see that everything works

The other servers are installed by pip into an environment of their own in the cache folder. All get
the same made-up graph. benchmarks/README.md says how the table is to be read.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

from benchmarks import generate, measure, servers
from benchmarks.measure import Plan
from policygraph.sources import cache_folder

FULL = Plan()
QUICK = Plan(rounds=3, requests=300, seconds=0.5)


def say(text: str) -> None:
    """Tell a person what is going on."""
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Run everything that the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--quads", type=int, default=1_100_000)
    parser.add_argument("--quick", action="store_true", help="20,000 quads, few rounds")
    parser.add_argument(
        "--servers",
        nargs="+",
        choices=servers.SERVERS,
        default=list(servers.SERVERS),
        help="which servers; ours is the first",
    )
    parser.add_argument("--programs", type=Path, help="a folder that has the other servers")
    given = parser.parse_args()
    plan, quads = (QUICK, 20_000) if given.quick else (FULL, given.quads)
    folder = cache_folder() / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / f"{quads}.nq"
    say(f"generating {quads} quads")
    size = generate.write(data, quads)
    bench = servers.Bench(data, folder, given.programs or servers.programs())
    with contextlib.ExitStack() as stack:
        running = []
        for name in given.servers:
            say(f"starting {name}")
            running.append(stack.enter_context(servers.SERVERS[name](bench)))
        figures = measure.throughputs(running, size.documents, plan, say)
    for title, rates in (("first sight", figures.first), ("repeats", figures.again)):
        for name in rates:
            print(title, name, [round(rate) for rate in rates[name]])
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Measure pages that nobody has asked for before: each kind once, and once more.

    python -m benchmarks.cold                  # of a server that had a moment of rest
    python -m benchmarks.cold --at-once        # as soon as it is ready
    python -m benchmarks.cold --release DIR --json figures.json

For each page: milliseconds to the first byte, the first time and again; the evaluations that the
engine made for it; and milliseconds of processor time, in the server and in the processes of the
engine, which a busy machine distorts less than the clock. Pages come one after the other, so a
later one may find an answer that an earlier one has asked for. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from benchmarks.soak import family
from policygraph.namespaces import BASE

_VISION = "nl-generative-ai-vision"
PAGES = {
    "start": "/",
    "policies": "/policies",
    "policy, long": f"/doc/policy/{_VISION}",
    "policy, law": "/doc/policy/eu-ai-act",
    "policy, short": "/doc/policy/bletchley-declaration",
    "action point": f"/doc/policy/{_VISION}/action/1.1",
    "organisation": "/doc/organisation/nl-bzk",
    "initiative": "/doc/initiative/gpt-nl",
    "theme": "/doc/theme/transparency-explainability",
    "instrument": "/doc/instrument/legislation",
    "role": "/doc/role/responsible",
    "list": "/doc/scheme/instruments",
    "goal": "/doc/sdg:9",
    "country": "/doc/country:NLD",
    "graph": f"/doc/graph/{_VISION}",
    "graph of the release": "/doc/graph/meta",
    "vocabulary": "/ns",
    "rules": "/shapes",
    "compare": "/compare",
    "compare goals": "/compare?by=sdg",
    "compare instruments": "/compare?by=instrument",
    "side by side": f"/compare?policy={_VISION}&policy=eu-ai-act",
    "explore": "/explore",
    "explore a policy": f"/explore?iri={quote(f'{BASE}id/policy/{_VISION}')}",
    "search": "/search",
    "search words": "/search?q=transparantie",
    "queries": "/queries",
    "query, list": "/queries/policies",
    "query, labels": "/queries/principles-side-by-side",
    "query, matrix": "/queries/policy-instrument-matrix",
    "query, outline": "/queries/document-outline",
    "endpoint": "/sparql",
    "about": "/about",
    "about: model": "/about/model",
    "about: quality": "/about/quality",
    "about: data": "/about/data",
    "downloads": "/download/",
    "catalogue": "/catalog",
}
"""A page of each kind."""

_REST = 5.0
"""Seconds in which a server makes what the first readers would wait for."""
_EVALUATIONS = re.compile(r"^policygraph_evaluation_seconds_count (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one page took."""

    kind: str
    path: str
    status: int
    first_ms: float
    again_ms: float
    evaluations: int
    server_ms: float
    engine_ms: float


class Server:
    """A server that was started as its users start it."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self._port = port

    def get(self, path: str) -> tuple[int, float, bytes]:
        """Return the status of a page, seconds to its first byte, and its bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        connection.connect()
        headers = {"Accept": "text/html", "Accept-Language": "nl", "Host": "portal.example"}
        started = time.perf_counter()
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        took = time.perf_counter() - started
        body = response.read()
        connection.close()
        return response.status, took, body

    def evaluations(self) -> int:
        """Return how many evaluations the engine has made."""
        found = _EVALUATIONS.search(self.get("/metrics")[2].decode())
        assert found, "no such figure in /metrics"
        return int(found[1])

    def processor(self) -> tuple[float, float]:
        """Return milliseconds of processor time so far: of the server, and of its engine."""
        server, *engine = (_processor(pid) for pid in family(self._process.pid))
        return server, sum(engine)

    def measure(self, kind: str, path: str) -> Figures:
        """Ask for a page twice."""
        asked, before = self.evaluations(), self.processor()
        status, first, _ = self.get(path)
        after = self.processor()
        evaluations = self.evaluations() - asked
        again = min(self.get(path)[1] for _ in range(3))
        used = [end - begin for begin, end in zip(before, after, strict=True)]
        return Figures(kind, path, status, 1000 * first, 1000 * again, evaluations, *used)


def _processor(pid: int) -> float:
    """Return the milliseconds for which a process has run, and its children that have ended."""
    process, used = Path(f"/proc/{pid}"), 0.0
    with contextlib.suppress(OSError):
        for thread in process.glob("task/*/schedstat"):
            used += int(thread.read_text().split()[0]) / 1e6
        ended = (process / "stat").read_text().rpartition(")")[2].split()[13:15]
        used += sum(map(int, ended)) * 1000 / os.sysconf("SC_CLK_TCK")
    return used


@contextmanager
def running(release: Path | None) -> Iterator[Server]:
    """Start a server, of a release or of the portal here; end it."""
    command = [sys.executable, "-m", "policygraph", "serve", "--port", "0"]
    command += ["--release", str(release)] if release else []
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        lines = ""
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", lines)):
            line = process.stderr.readline()
            if not line:
                raise SystemExit(lines or "the server has ended")
            lines += line
        yield Server(process, int(found[1]))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def table(rows: Sequence[Figures]) -> str:
    """Return the figures as Markdown."""
    columns = ("page", "first, ms", "again, ms", "first / again", "evaluations", "server, ms",
               "engine, ms")  # fmt: skip
    lines = [f"| {' | '.join(columns)} |", "|---" + 6 * "|---:" + "|"]
    for row in rows:
        name = row.kind if row.status == 200 else f"{row.kind} ({row.status})"
        lines.append(
            f"| {name} | {row.first_ms:.0f} | {row.again_ms:.1f} |"
            f" {row.first_ms / row.again_ms:.0f} | {row.evaluations} | {row.server_ms:.0f} |"
            f" {row.engine_ms:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--release", type=Path, help="a release; else the portal of this folder")
    parser.add_argument("--at-once", action="store_true", help="do not leave it at rest before")
    parser.add_argument("--json", type=Path, help="where every figure is written")
    options = parser.parse_args()
    with running(options.release) as server:
        time.sleep(0 if options.at_once else _REST)
        rows = [server.measure(kind, path) for kind, path in PAGES.items()]
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()

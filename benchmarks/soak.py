"""Keep a server under mixed load and misfortune, and check every answer.

    python -m benchmarks.soak --seconds 1800

Clients ask small queries and know the answers; others send endless queries, break the connection in
the middle, or make mistakes; somebody keeps killing workers. At the end it says what was answered
how often, and exits with 1 if an answer was wrong, a status was not one of the documented ones, or
memory did not come back to where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

PREFIX = "PREFIX pg: <https://w3id.org/policygraph/ns#> "
ENDLESS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f ?b ?e",
    "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)* ?b . ?c (!<urn:x>|^!<urn:x>)* ?d }",
    "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f))) AS ?t) { ?a ?b ?c . ?d ?e ?f }",
    'SELECT ?a { ?a ?b ?c . ?d ?e ?f FILTER REGEX(CONCAT(STR(?c), STR(?f)), "(.*a){9}(.*b){9}x") }',
)
MISTAKES = ("SELECT", "SELECT * { ?s ?p }", "DELETE WHERE { ?s ?p ?o }",
            "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")  # fmt: skip
DOCUMENTED = {"small": {200, 503}, "endless": {503}, "mistake": {400, 403, 503}}
"""The statuses that the interface promises for each kind of client."""


@dataclass
class Tally:
    """What happened."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    quiet: list[float] = field(default_factory=list)
    loaded: list[float] = field(default_factory=list)
    killed: int = 0
    broken: int = 0
    """Answers that broke off: they were being sent by a process that was killed."""
    memory: list[tuple[float, int]] = field(default_factory=list)

    def note(self, kind: str, status: int) -> None:
        """Count an answer, and whether it may be."""
        self.statuses[kind, status] += 1
        if status not in DOCUMENTED[kind]:
            self.wrong.append(f"{kind}: status {status}")


def family(pid: int) -> list[int]:
    """Return a process and all its descendants that live."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                if stat[0] != "Z":
                    children[int(stat[1])].append(int(entry.name))
    found, waiting = [pid], [pid]
    while waiting:
        below = children[waiting.pop()]
        found += below
        waiting += below
    return found


def memory_of(pids: list[int]) -> int:
    """Return the memory of processes in KiB, shared pages counted once (PSS)."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
            total += int(found[1]) if found else 0
    return total


async def expected_answers(client: httpx.AsyncClient) -> dict[str, bytes]:
    """Return small queries with their right answers, asked while nothing else is going on."""
    listing = await client.get(
        "/sparql", params={"query": PREFIX + "SELECT ?a { ?a a pg:ActionPoint } ORDER BY ?a"},
        headers={"Accept": "text/csv"},
    )  # fmt: skip
    iris = listing.text.split()[1:]
    queries = [f"SELECT ?p ?o {{ <{iri}> ?p ?o }} ORDER BY ?p ?o" for iri in iris]
    queries += [
        PREFIX + "SELECT ?k (COUNT(?a) AS ?n) { ?a a pg:ActionPoint ; pg:standing ?k } GROUP BY ?k "
        "ORDER BY ?k",
        PREFIX + "ASK { ?p a pg:Principle }",
    ]
    answers = {}
    for query in queries:
        answer = await client.get("/sparql", params={"query": query})
        answer.raise_for_status()
        answers[query] = answer.content
    return answers


async def small(client: httpx.AsyncClient, tally: Tally, answers: dict[str, bytes], until: float,
                times: list[float]) -> None:  # fmt: skip
    """Ask small queries with known answers, each time in other words so that none is remembered."""
    while time.monotonic() < until:
        query = random.choice(list(answers))
        asked = f"{query} # {random.random()}"
        started = time.monotonic()
        try:
            response = await client.get("/sparql", params={"query": asked})
        except (httpx.RemoteProtocolError, httpx.ReadError):
            tally.broken += 1
            continue
        times.append(time.monotonic() - started)
        tally.note("small", response.status_code)
        if response.status_code == 200 and response.content != answers[query]:
            tally.wrong.append(f"small: another answer to {query}")
        await asyncio.sleep(0.02)


async def endless(client: httpx.AsyncClient, tally: Tally, until: float) -> None:
    """Send queries that only their limit ends."""
    while time.monotonic() < until:
        response = await client.post("/sparql", data={"query": random.choice(ENDLESS)})
        tally.note("endless", response.status_code)
        if response.headers.get("content-type") != "application/problem+json":
            tally.wrong.append("endless: no problem+json")


async def mistakes(client: httpx.AsyncClient, tally: Tally, until: float) -> None:
    """Send what has to be refused."""
    while time.monotonic() < until:
        response = await client.post("/sparql", data={"query": random.choice(MISTAKES)})
        tally.note("mistake", response.status_code)
        await asyncio.sleep(0.2)


async def hang_ups(address: str, tally: Tally, until: float) -> None:
    """Ask for everything, read a little or nothing, and go."""
    host, port = address.removeprefix("http://").split(":")
    query = quote("SELECT * { ?a ?b ?c . ?d ?e ?f }")
    request = (
        f"GET /sparql?query={query} HTTP/1.1\r\n"
        f"Host: {host}\r\nAccept: application/sparql-results+json\r\n\r\n"
    ).encode()
    while time.monotonic() < until:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request)
        with contextlib.suppress(asyncio.TimeoutError, OSError):
            await asyncio.wait_for(reader.read(random.choice([1, 65536])), random.random())
        writer.transport.abort()
        tally.statuses["hang-up", 0] += 1
        await asyncio.sleep(random.random())


async def killer(server: int, tally: Tally, until: float) -> None:
    """Kill a worker now and then: a crash must cost one query alone."""
    while time.monotonic() < until:
        await asyncio.sleep(5 + 5 * random.random())
        workers = family(server)[2:]  # the first is the server, the second holds the data
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)
                tally.killed += 1


async def watcher(server: int, tally: Tally, until: float) -> None:
    """Note the memory of the whole family every ten seconds."""
    while time.monotonic() < until:
        tally.memory.append((time.monotonic(), memory_of(family(server))))
        await asyncio.sleep(10)


async def soak(address: str, server: int, seconds: float) -> Tally:
    """Run everything side by side, and return what happened."""
    tally = Tally()
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        await asyncio.sleep(5)  # it makes what first readers would wait for, and keeps that
        answers = await expected_answers(client)
        await small(client, tally, answers, time.monotonic() + 10, tally.quiet)
        # from here on there are all processes that these clients need
        soon = time.monotonic() + 5
        await asyncio.gather(*(small(client, tally, answers, soon, []) for _ in range(3)))
        tally.memory.append((time.monotonic(), memory_of(family(server))))
        until = time.monotonic() + seconds
        jobs: list[Coroutine[Any, Any, None]] = [
            *(small(client, tally, answers, until, tally.loaded) for _ in range(3)),
            *(endless(client, tally, until) for _ in range(2)),
            mistakes(client, tally, until),
            hang_ups(address, tally, until),
            killer(server, tally, until),
            watcher(server, tally, until),
        ]
        await asyncio.gather(*jobs)
        await asyncio.sleep(15)
        tally.memory.append((time.monotonic(), memory_of(family(server))))
        last = await expected_answers(client)
        if last != answers:
            tally.wrong.append("the answers after the load are not those before it")
    return tally


def percentile(times: list[float], share: float) -> float:
    """Return a percentile in milliseconds."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def report(tally: Tally, say: Callable[[str], None]) -> bool:
    """Say what happened; return whether everything was as promised."""
    for (kind, status), number in sorted(tally.statuses.items()):
        say(f"{kind:<10} {status or '-':>4} {number:>8}")
    say(f"workers killed: {tally.killed}; answers that broke off by it: {tally.broken}")
    if tally.broken > tally.killed:
        tally.wrong.append("more answers broke off than workers were killed")
    for name, times in (("quiet", tally.quiet), ("loaded", tally.loaded)):
        median, high = percentile(times, 0.5), percentile(times, 0.95)
        say(f"small queries, {name}: {len(times)}, median {median:.1f} ms, p95 {high:.1f} ms")
    first, last = tally.memory[0][1], tally.memory[-1][1]
    highest = max(memory for _, memory in tally.memory)
    say(f"memory: {first // 1024} MiB before, {highest // 1024} at most, {last // 1024} after")
    refused = tally.statuses["small", 503]
    answered = tally.statuses["small", 200]
    say(f"small queries that a kill or a full queue cost: {refused} of {refused + answered}")
    for wrong, number in Counter(tally.wrong).most_common(20):
        say(f"WRONG: {wrong} ({number} times)")
    leak = last > 1.25 * first + 64 * 1024
    if leak:
        say("WRONG: memory did not come back")
    return not tally.wrong and not leak


def main() -> int:
    """Start a server, load it, stop it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--release", type=Path, help="a release; else the portal's own")
    chosen = parser.parse_args()
    command = [sys.executable, "-m", "policygraph", "serve", "--port", "0"]
    if chosen.release:
        command += ["--release", str(chosen.release)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        found = re.search(r"http://[\d.:]+\d", process.stderr.readline())
        if found is None:
            print("the server did not start", file=sys.stderr)
            return 2
        tally = asyncio.run(soak(found[0], process.pid, chosen.seconds))
        good = report(tally, print)
        left = family(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
    time.sleep(1)
    orphans = [pid for pid in left[1:] if Path(f"/proc/{pid}").exists()]
    if orphans:
        print(f"WRONG: processes left behind: {orphans}")
    return 0 if good and not orphans else 1


if __name__ == "__main__":
    sys.exit(main())

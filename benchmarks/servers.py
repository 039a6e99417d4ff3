"""The servers that are measured: each is set up, loaded with the same file, started and stopped."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Endpoint
from benchmarks.soak import family, memory_of
from policygraph.caches import cache_folder

PACKAGES = ("oxigraph", "rdflib-endpoint[cli,oxigraph]")
PROGRAMS = ("oxigraph", "rdflib-endpoint")
Command = list[str | Path]
START_SECONDS = 3600.0
"""How long a server may take to load the data."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    name: str
    endpoint: Endpoint
    load_seconds: float
    """From the command to the first answer; the disk store: and to write it."""
    pid: int

    @property
    def memory_now(self) -> int:
        """Memory of all its processes at this moment, in bytes; shared pages counted once."""
        return memory_of(family(self.pid)) * 1024


def programs() -> Path:
    """Return the folder with the other servers' programs; they are installed if need be."""
    folder = cache_folder() / "benchmarks" / "venv"
    if not all((folder / "bin" / name).exists() for name in PROGRAMS):
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        command: Command = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *PACKAGES]
        subprocess.run(command, check=True)
    return folder / "bin"


@dataclass(frozen=True, slots=True)
class Bench:
    """What the servers are started with."""

    data: Path
    """The graph, as N-Quads."""
    folder: Path
    """Where a server may write."""
    programs: Path


@contextmanager
def ours(bench: Bench) -> Iterator[Running]:
    """Run `policygraph serve --dump`."""
    port = _free_port()
    command: Command = [
        sys.executable,
        "-m",
        "policygraph",
        "serve",
        "--dump",
        bench.data,
        "--port",
        port,
    ]
    with _started("policygraph", command, port, "/sparql", bench) as running:
        yield running


@contextmanager
def oxigraph_disk(bench: Bench) -> Iterator[Running]:
    """Run `oxigraph serve-read-only` on a store on disk that was loaded in bulk and optimized."""
    program, store = bench.programs / "oxigraph", bench.folder / "oxigraph"
    shutil.rmtree(store, ignore_errors=True)
    started = time.perf_counter()
    with (bench.folder / "oxigraph-load.log").open("wb") as log:
        load: Command = [program, "load", "--location", store, "--file", bench.data]
        optimize: Command = [program, "optimize", "--location", store]
        for step in (load, optimize):
            subprocess.run(step, check=True, stdout=log, stderr=log)
    before = time.perf_counter() - started
    port = _free_port()
    command: Command = [program, "serve-read-only", "--location", store, "--union-default-graph",
               "--bind", f"127.0.0.1:{port}"]  # fmt: skip
    with _started("oxigraph (disk)", command, port, "/query", bench, before) as running:
        yield running


@contextmanager
def oxigraph_memory(bench: Bench) -> Iterator[Running]:
    """Run `oxigraph serve` without a folder: it holds in memory what is sent to it."""
    port = _free_port()
    command: Command = [bench.programs / "oxigraph", "serve", "--union-default-graph",
               "--bind", f"127.0.0.1:{port}"]  # fmt: skip
    with _started("oxigraph (memory)", command, port, "/query", bench, send=True) as running:
        yield running


@contextmanager
def rdflib_endpoint(bench: Bench) -> Iterator[Running]:
    """Run `rdflib-endpoint serve` with Oxigraph as rdflib's store."""
    port = _free_port()
    command: Command = [bench.programs / "rdflib-endpoint", "serve", "--store", "Oxigraph",
               "--host", "127.0.0.1", "--port", port, bench.data]  # fmt: skip
    with _started("rdflib-endpoint", command, port, "/", bench) as running:
        yield running


SERVERS = {
    "policygraph": ours,
    "oxigraph": oxigraph_disk,
    "oxigraph-memory": oxigraph_memory,
    "rdflib-endpoint": rdflib_endpoint,
}


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@contextmanager
def _started(
    name: str,
    command: Command,
    port: str,
    path: str,
    bench: Bench,
    before: float = 0.0,
    send: bool = False,
) -> Iterator[Running]:
    """Run a server until the block ends; it has answered a query when the block begins."""
    url = f"http://127.0.0.1:{port}{path}"
    started = time.perf_counter()
    log = bench.folder / f"{re.sub(r'[^a-z]+', '-', name)}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=bench.folder, start_new_session=True
        )
        try:
            _wait(process, url, "ASK {}", log)
            if send:
                _send(bench.data, f"http://127.0.0.1:{port}/store")
            _wait(process, url, "ASK { ?s ?p ?o }", log)
            seconds = before + time.perf_counter() - started
            yield Running(name, Endpoint.at(url), seconds, process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, query: str, log: Path) -> None:
    """Wait until a server says yes to a query."""
    headers = {"Accept": "application/sparql-results+json"}
    request = urllib.request.Request(Endpoint.at(url).url(query), headers=headers)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            if b"true" in _read(request):
                return
        if process.poll() is not None:
            said = log.read_text(encoding="utf-8", errors="replace")[-1000:]
            raise SystemExit(f"{url} ended with status {process.returncode}: {said}")
        time.sleep(0.05)
    raise SystemExit(f"{url} has no answer after {START_SECONDS:.0f} s")


def _read(request: urllib.request.Request) -> bytes:
    with urllib.request.urlopen(request, timeout=60) as response:
        return bytes(response.read())


def _send(data: Path, url: str) -> None:
    """Send a file to a Graph Store in one request."""
    headers = {"Content-Type": "application/n-quads", "Content-Length": str(data.stat().st_size)}
    with data.open("rb") as file:
        request = urllib.request.Request(url, data=file, headers=headers, method="POST")
        urllib.request.urlopen(request, timeout=START_SECONDS).close()

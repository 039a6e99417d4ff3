"""Foreign servers on loopback, each with the data that a test gives it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.interop.programs import program

START_SECONDS = 60

VIRTUOSO = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = {folder}

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10

[SPARQL]
ResultSetMaxRows = {rows}
"""

SERVICE_GRANTS = """\
grant select on "DB.DBA.SPARQL_SINV_2" to "SPARQL";
grant execute on "DB.DBA.SPARQL_SINV_IMP" to "SPARQL";
"""
"""What lets everybody's queries call other endpoints; Virtuoso forbids it by default."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], folder: Path, ready: Callable[[], bool]) -> Iterator[None]:
    """Run a server in a folder until the block ends; the block begins when it is ready."""
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        try:
            until = time.monotonic() + START_SECONDS
            while not answers(ready):
                said = log.read_text(encoding="utf-8", errors="replace")
                assert process.poll() is None, f"{command[0]} ended: {said}"
                assert time.monotonic() < until, f"{command[0]} is not ready: {said}"
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(ready: Callable[[], bool]) -> bool:
    """Whether it is ready; not while nobody listens."""
    try:
        return ready()
    except httpx.TransportError:
        return False


@contextmanager
def oxigraph(folder: Path, *files: Path) -> Iterator[str]:
    """The endpoint of an Oxigraph server with these files; its default graph is theirs."""
    address = f"127.0.0.1:{free_port()}"
    endpoint = f"http://{address}/query"
    store = folder / "store"
    command = [program("oxigraph"), "load", "--location", str(store)]
    for file in files:
        subprocess.run([*command, "--file", str(file)], check=True, capture_output=True)
    serve = [program("oxigraph"), "serve", "--location", str(store), "--bind", address,
             "--union-default-graph"]  # fmt: skip
    with running(serve, folder, lambda: asked(endpoint)):
        yield endpoint


@dataclass(frozen=True, slots=True)
class Virtuoso:
    """A Virtuoso that runs."""

    folder: Path
    """Where it may read files."""
    http: int
    sql: int

    @property
    def endpoint(self) -> str:
        """The address of its SPARQL endpoint."""
        return f"http://127.0.0.1:{self.http}/sparql"

    def isql(self, script: str) -> str:
        """Run SQL statements as its administrator, each on lines of its own; AssertionError."""
        command = [program("isql-vt"), f"127.0.0.1:{self.sql}", "dba", "dba",
                   "VERBOSE=OFF", "BANNER=OFF", "PROMPT=OFF", "ERRORS=STDOUT"]  # fmt: skip
        done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=120)
        # It ends with 0 whatever happens.
        assert "*** Error" not in done.stdout + done.stderr, done.stdout + done.stderr
        return done.stdout


@contextmanager
def virtuoso(folder: Path, rows: int = 1_000_000) -> Iterator[Virtuoso]:
    """An empty Virtuoso of its own, whose queries may call other endpoints by SERVICE."""
    server = Virtuoso(folder, free_port(), free_port())
    text = VIRTUOSO.format(sql=server.sql, http=server.http, folder=folder, rows=rows)
    (folder / "virtuoso.ini").write_text(text, encoding="utf-8")
    command = [program("virtuoso-t"), "+foreground", "+configfile", "virtuoso.ini"]
    with running(command, folder, lambda: asked(server.endpoint)):
        server.isql(SERVICE_GRANTS)
        yield server


def asked(endpoint: str) -> bool:
    """Whether an endpoint answers a query."""
    return httpx.get(endpoint, params={"query": "ASK {}"}, timeout=10).status_code == 200

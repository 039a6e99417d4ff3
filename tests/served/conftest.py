"""A server that may call other endpoints, those others, and bait that nobody may call."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from policygraph.release import Release
from policygraph.sources import FOLDERS
from tests.conftest import REPOSITORY
from tests.remote import Remote, drip, hang, redirect, remote, rows

EX = "http://example.org/"
PG = "https://w3id.org/policygraph/"
VISION = f"{PG}id/policy/nl-generative-ai-vision"
SECRET = "nobody-may-read-this"
LIMITS = "service_seconds = 2\nservice_mib = 1\nservice_calls = 10\n"


@contextmanager
def serving(*arguments: object) -> Iterator[str]:
    """The address of a server that was started as a user starts it."""
    with started(*arguments) as (address, _):
        yield address


@contextmanager
def started(*arguments: object) -> Iterator[tuple[str, int]]:
    """Address and process id of such a server; it may have been told to stop before the end."""
    command = [sys.executable, "-m", "policygraph", "serve", "--port", "0", *map(str, arguments)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        started = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", started)):
            line = process.stderr.readline()
            assert line, started
            started += line
        yield found[0], process.pid
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=30)[1]
    assert process.returncode == 0, rest
    assert "Traceback" not in rest


@pytest.fixture(scope="package")
def client(release: Release) -> Iterator[httpx.Client]:
    """Asks a server of the repository's portal."""
    with (
        serving("--release", release.path) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="package")
def bait() -> Iterator[Remote]:
    """An endpoint that would answer, if anybody called."""
    with remote() as bait:
        for path in ("", "sparql", "graph.ttl"):
            bait.at(path, rows({"s": f"<{EX}bait>", "p": f"<{EX}p>", "o": SECRET}))
        yield bait
        assert bait.connections == 0


@pytest.fixture(scope="package")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that a server could read, if anybody had it read."""
    path = tmp_path_factory.mktemp("secret") / "secret.ttl"
    path.write_text(f"<{EX}s> <{EX}p> '{SECRET}' .")
    return path


@pytest.fixture(scope="package")
def scripted() -> Iterator[Remote]:
    with remote() as scripted:
        yield scripted


@pytest.fixture(scope="package")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another server of this program, which says when something was looked at."""
    dump = tmp_path_factory.mktemp("other") / "other.ttl"
    dump.write_text(
        f"<{VISION}> <{EX}seen> 2026 ; <{EX}by> <{EX}reader> . <{EX}else> <{EX}seen> 1 ."
    )
    with serving("--dump", dump) as address:
        yield f"{address}/sparql"


@pytest.fixture(scope="package")
def oxigraph() -> Iterator[str]:
    """A server of another make, which knows what the reader is called."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    assert program is not None, "oxigraph is part of the test dependencies"
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen([program, "serve", "--bind", address], stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while True:
            try:
                httpx.post(
                    f"http://{address}/store?default",
                    content=f"<{EX}reader> <{EX}name> 'R. Eader' .",
                    headers={"Content-Type": "text/turtle"},
                ).raise_for_status()
                break
            except httpx.TransportError:
                assert time.monotonic() < end
                time.sleep(0.05)
        yield f"http://{address}/query"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="package")
def allowed(scripted: Remote, bait: Remote, other: str, oxigraph: str) -> list[str]:
    return [
        other,
        oxigraph,
        scripted.at("found", rows({"s": f"<{VISION}>", "x": "found"})),
        scripted.at("error", lambda handler: handler.send(b"no", 500)),
        scripted.at("large", lambda handler: handler.send(b" " * (2 << 20))),
        scripted.at("hang", hang),
        scripted.at("drip", drip),
        scripted.at("to-bait", redirect(f"{bait.address}sparql")),
        scripted.at("to-file", redirect("file:///etc/passwd", 302)),
        scripted.at("to-found", redirect(f"{scripted.address}found", 308)),
        f"http://2130706433:{bait.port}/sparql",
        f"http://localtest.invalid:{bait.port}/sparql",
    ]


@contextmanager
def allowing(folder: Path, endpoints: list[str], limits: str) -> Iterator[str]:
    """The endpoint of the repository's portal, whose operator allows some others."""
    portal = folder / "portal"
    for name in FOLDERS:
        shutil.copytree(REPOSITORY / name, portal / name)
    config = (REPOSITORY / "policygraph.toml").read_text(encoding="utf-8")
    listed = "".join(f'  "{endpoint}",\n' for endpoint in endpoints)
    config = config.replace("[limits]\n", f"[limits]\n{limits}service_allow = [\n{listed}]\n")
    (portal / "policygraph.toml").write_text(config, encoding="utf-8")
    with serving("--portal", portal) as address:
        yield f"{address}/sparql"


@pytest.fixture(scope="package")
def federated(
    release: Release, allowed: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """An endpoint that may call `allowed`, for a short time each."""
    del release  # its files are checked already, so that this one is built in a moment
    with allowing(tmp_path_factory.mktemp("allowing"), allowed, LIMITS) as endpoint:
        yield endpoint

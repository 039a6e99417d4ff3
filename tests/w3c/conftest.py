from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from . import suites

if not suites.SUITES.is_dir():
    # test_presence.py says so, once.
    collect_ignore = ["test_protocol.py", "test_queries.py", "test_service_description.py"]


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """Run Python with the arguments, and give the address that it writes once it can answer."""
    process = subprocess.Popen([sys.executable, *arguments], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        started = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", started)
        assert address is not None, started
        yield address[0]
    finally:
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=20)[1]
    assert process.returncode == 0
    assert "Traceback" not in rest


@pytest.fixture(scope="session")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All data of the suites."""
    path = tmp_path_factory.mktemp("w3c") / "suites.nq"
    ox.serialize(suites.quads(), path, format=ox.RdfFormat.N_QUADS)
    return path


@pytest.fixture(scope="session")
def server(dump: Path) -> Iterator[str]:
    """The address of a server that is started as a user starts it."""
    with serving("-m", "policygraph", "serve", "--port", "0", "--dump", str(dump)) as address:
        yield address


@pytest.fixture(scope="session")
def federation(dump: Path) -> Iterator[httpx.Client]:
    """A server that may call the endpoints of the federation suite: each is the server itself."""
    script = Path(__file__).parent / "serve.py"
    paths = (
        suites.path_of_endpoint(data)
        for case in suites.cases()
        if isinstance(case, suites.Evaluation)
        for _, data in case.endpoints
    )
    with (
        serving(str(script), str(dump), suites.NOWHERE, *paths) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=60) as client:
        yield client

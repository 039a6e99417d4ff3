from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest

from . import suites

if not suites.SUITES.is_dir():
    # test_presence.py says so, once.
    collect_ignore = ["test_protocol.py", "test_queries.py", "test_service_description.py"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server, started as a user starts it, with all data of the suites."""
    dump = tmp_path_factory.mktemp("w3c") / "suites.nq"
    ox.serialize(suites.quads(), dump, format=ox.RdfFormat.N_QUADS)
    command = [sys.executable, "-m", "policygraph", "serve", "--port", "0", "--dump", str(dump)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
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
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=60) as client:
        yield client

"""What a person, a pipe and a client see while `policygraph serve --dump` loads its files."""

from __future__ import annotations

import gzip
import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from policygraph.serving import address, listen, waiting_room
from tests.engine.conftest import becomes

LINE = b'<http://example.org/%d> <http://example.org/p> "x" .\n'
COMMAND = [sys.executable, "-m", "policygraph", "serve", "--port", "0", "--dump"]


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "dump.nt.gz"
    path.write_bytes(gzip.compress(b"".join(LINE % number for number in range(20_000))))
    return path


def stop(process: subprocess.Popen[bytes], server: str) -> None:
    """Press Ctrl-C once the server answers."""
    assert becomes(lambda: httpx.get(f"{server}/health").status_code == 200, 60)
    process.send_signal(signal.SIGINT)


def on_a_terminal(file: Path) -> tuple[int, str]:
    """What the command shows until it serves, and its exit code; then Ctrl-C."""
    master, slave = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen([*COMMAND, file], stderr=slave, env=environment) as process:
        os.close(slave)
        shown = b""
        with suppress(OSError):  # Linux says so when the other end has been closed
            while data := os.read(master, 65536):
                shown += data
                if found := re.search(rb"http://127[0-9.:]+", data):
                    stop(process, found[0].decode())
        os.close(master)
        return process.wait(60), shown.decode()


def test_a_terminal_shows_how_much_has_been_read(dump: Path) -> None:
    code, shown = on_a_terminal(dump)
    assert code == 0
    size = dump.stat().st_size / 1000
    assert "Loading" in shown
    assert f"{size:.1f}/{size:.1f} kB" in shown
    last = shown.rstrip().rsplit("\n", 1)[-1]
    assert last.split("policygraph ", 1)[1].endswith("/")


def test_an_error_is_not_hidden_by_what_is_shown(dump: Path) -> None:
    broken = dump.with_name("broken.nt")
    broken.write_bytes(LINE % 1 + b"<http://example.org/a> <b\n")
    code, shown = on_a_terminal(broken)
    assert code == 2
    assert f"policygraph: {broken}:2:" in shown.replace("\r\n", "")
    assert "Traceback" not in shown


def test_a_pipe_gets_one_line(dump: Path) -> None:
    with subprocess.Popen([*COMMAND, dump], stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        line = process.stderr.readline().decode()
        assert line.startswith("policygraph ")
        stop(process, line.split()[-1].rstrip("/"))
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_client_that_comes_too_early_is_told_to_come_again() -> None:
    with listen("127.0.0.1", 0) as listener:
        server = address(listener).rstrip("/")
        with waiting_room(listener):
            assert httpx.get(f"{server}/health/live").status_code == 200
            health = httpx.get(f"{server}/health")
            assert health.json()["status"] == "unavailable"
            query = httpx.get(f"{server}/sparql", params={"query": "ASK {}"})
            assert query.headers["content-type"] == "application/problem+json"
            assert query.json()["status"] == 503
            page = httpx.get(f"{server}/doc/x", headers={"Accept": "text/html"})
            assert page.headers["content-type"].startswith("text/plain")
            for answer in (health, query, page):
                assert answer.status_code == 503
                assert int(answer.headers["retry-after"]) > 0
                assert answer.headers["connection"] == "close"
                assert answer.headers["access-control-allow-origin"] == "*"
        with waiting_room(listener):  # the socket has stayed open for who comes after
            assert httpx.get(f"{server}/health/live").status_code == 200

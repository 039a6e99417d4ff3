"""What the broker serves, and the walls around a worker that may reach it."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from policygraph.engine import walls
from policygraph.engine.broker import Broker
from policygraph.settings import Limits
from tests.engine.test_limits import with_path
from tests.remote import Remote, remote, rows


@pytest.fixture
def there() -> Iterator[Remote]:
    with remote() as there:
        there.at("", rows({"x": "A"}))
        yield there


@pytest.fixture
def broker(there: Remote) -> Iterator[Broker]:
    broker = Broker(Limits(service_allow=(there.address,)), "http://example.org/")
    yield broker
    broker.stop()


def status(broker: Broker, method: str, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", broker.port, timeout=20)
    connection.request(method, path, b"SELECT * {}")
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_broker_serves_nobody_without_a_token(broker: Broker, there: Remote) -> None:
    token = broker.open(lambda _: None)
    for method, path in (
        ("POST", "/"),
        ("POST", f"/{'0' * 32}/0"),
        ("POST", f"/{there.address}"),
        ("POST", f"/{token}"),
        ("POST", f"/{token}/1"),
        ("POST", f"/{token}/0/{there.address}"),
        ("GET", f"/{token}/0"),
    ):
        assert status(broker, method, path) == 404
    assert not there.connections
    assert status(broker, "POST", f"/{token}/0") == 200


def test_a_token_is_worth_nothing_once_the_query_is_over(broker: Broker, there: Remote) -> None:
    token = broker.open(lambda _: None)
    assert status(broker, "POST", f"/{token}/0") == 200
    broker.close(token)
    assert status(broker, "POST", f"/{token}/0") == 404
    assert there.connections == 1


WALLS = """
import os, socket, sys
from policygraph.engine.worker import build_walls

def tried(do):
    try:
        do()
    except OSError as error:
        return type(error).__name__
    return "done"

broker, other = (int(port) for port in sys.argv[1:3])
build_walls(1 << 30, broker=broker if sys.argv[3] == "broker" else 0)
for port in (broker, other):
    print(tried(lambda: socket.socket().connect(("127.0.0.1", port))))
print(tried(lambda: open("/etc/passwd")))
print(tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
print(tried(lambda: socket.socket(socket.AF_INET6)))
print(tried(lambda: socket.socket(socket.AF_UNIX)))
if sys.argv[3] == "broker":
    sys.stdout.flush()
    print(tried(lambda: os.execv("/bin/sh", ["sh", "-c", "echo done"])))
"""


def behind(wall: str, *servers: socket.socket) -> list[str]:
    """What a process gets that tries to reach two ports, a file, other sockets, a program."""
    ports = [str(server.getsockname()[1]) for server in servers]
    done = subprocess.run([sys.executable, "-c", WALLS, *ports, wall], env=with_path(),
                          capture_output=True, text=True, check=True, timeout=60)  # fmt: skip
    return done.stdout.split()


def test_a_worker_reaches_the_broker_and_nothing_else() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as broker,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        assert behind("none", broker, other) == ["OSError"] * 6
        reached, *refused = behind("broker", broker, other)
        assert reached == "done"
        # where the kernel has no such wall, the reading and the token are what holds
        assert set(refused) == {"PermissionError"} or walls.missing(tcp=True)

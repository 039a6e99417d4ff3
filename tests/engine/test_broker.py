"""What the broker serves, and the walls around a worker that may reach it."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

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
import socket, sys
from policygraph.engine import landlock
from policygraph.engine.worker import build_walls

def tried(do):
    try:
        do()
    except OSError as error:
        return type(error).__name__
    return "done"

ports = [int(port) for port in sys.argv[1:3]]
if sys.argv[3] == "landlock":
    print(landlock.only_connect(ports[0]))
else:
    build_walls(1 << 30, broker=ports[0] if sys.argv[3] == "broker" else 0)
    print(None)
for port in ports:
    print(tried(lambda: socket.socket().connect(("127.0.0.1", port))))
print(tried(lambda: open("/etc/passwd")))
"""


def behind(walls: str, *servers: socket.socket) -> list[str]:
    """What a process gets that tries to reach two ports, and a file."""
    ports = [str(server.getsockname()[1]) for server in servers]
    done = subprocess.run([sys.executable, "-c", WALLS, *ports, walls], env=with_path(),
                          capture_output=True, text=True, check=True, timeout=60)  # fmt: skip
    return done.stdout.split()


def test_a_worker_reaches_the_broker_and_nothing_else() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as broker,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        assert behind("none", broker, other) == ["None", "OSError", "OSError", "OSError"]
        walls = behind("broker", broker, other)
        assert walls[:2] == ["None", "done"]
        held = "False"
        if sys.platform == "linux":
            held, *reached = behind("landlock", broker, other)
            refused = ["done", "PermissionError", "PermissionError"]
            assert reached == (refused if held == "True" else ["done"] * 3)
        # where the kernel has no such wall, the reading and the token are what holds
        assert walls[2:] == (["PermissionError"] * 2 if held == "True" else ["done"] * 2)

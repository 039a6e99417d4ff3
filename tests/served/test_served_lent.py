"""Connections that send one small query after the other are answered by clerks: nobody notices."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import re
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from benchmarks.soak import family
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policygraph.release import Release
from policygraph.sources import FOLDERS
from tests.conftest import REPOSITORY
from tests.served import conftest
from tests.served.conftest import EX, VISION

THINGS = 300
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ <{VISION}> ?p ?o . ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}"
LENT = 6
"""Small queries after which a connection has been lent, and a clerk has answered."""
_NUMBERS = itertools.count()
_DATE = re.compile(rb"\r\ndate: [^\r]*")


def small(number: int) -> str:
    return f"SELECT ?p ?o {{ <{EX}{number % THINGS}> ?p ?o }}"


def asked(query: str, fields: str = "") -> bytes:
    target = f"/sparql?query={quote(query, safe='')}"
    return f"GET {target} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode()


def sent(query: str, kind: str = "application/sparql-query", fields: str = "") -> bytes:
    body = query if kind.endswith("query") else f"query={quote(query)}"
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n{fields}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


class Connection:
    """A client that keeps its connection; each answer without its date."""

    def __init__(self, port: int, source: str = "127.0.0.1", received: int = 0) -> None:
        self._socket = socket.socket()
        if received:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, received)
        self._socket.bind((source, 0))
        self._socket.settimeout(60)
        self._socket.connect(("127.0.0.1", port))
        self._rest = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def is_held_by(self, process: int) -> bool:
        """Whether a process has the other end."""
        _, port = self._socket.getsockname()
        table = Path("/proc/net/tcp").read_text().splitlines()[1:]
        rows = [row.split() for row in table]
        inodes = {row[9] for row in rows if row[2].endswith(f":{port:04X}")}
        held = {str(file.readlink()) for file in Path(f"/proc/{process}/fd").iterdir()}
        return not held.isdisjoint(f"socket:[{inode}]" for inode in inodes)

    def send(self, *pieces: bytes) -> None:
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(0.01)
            self._socket.sendall(piece)

    def read(self, pause: float = 0.0) -> bytes:
        """Return the next answer; empty if the connection was closed before it."""
        while b"\r\n\r\n" not in self._rest:
            if not self._more(pause):
                return b""
        head, _, _ = self._rest.partition(b"\r\n\r\n")
        if b"\r\ntransfer-encoding: chunked" in head.lower():
            while b"\r\n0\r\n\r\n" not in self._rest:
                assert self._more(pause)
            end = self._rest.index(b"\r\n0\r\n\r\n") + 7
        else:
            length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
            assert length, head
            end = len(head) + 4 + int(length[1])
            while len(self._rest) < end:
                assert self._more(pause)
        answer, self._rest = self._rest[:end], self._rest[end:]
        return _DATE.sub(b"", answer)

    def _more(self, pause: float) -> bool:
        time.sleep(pause)
        data = self._socket.recv(65536)
        self._rest += data
        return bool(data)

    def ask(self, *pieces: bytes) -> bytes:
        self.send(*pieces)
        return self.read()

    def lend(self) -> None:
        """Have the connection lent: what has been answered before does not count."""
        for _ in range(LENT):
            request = asked(f"{small(1)} # {next(_NUMBERS)}")
            assert self.ask(request).startswith(b"HTTP/1.1 200")


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls of clerks are of Linux")


@dataclass
class Server:
    port: int
    pid: int

    def metric(self, name: str) -> float:
        text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=60).text
        return float(re.findall(rf"^policygraph_{name} (\S+)$", text, re.MULTILINE)[0])

    def lent(self, number: int, seconds: float = 20) -> None:
        """Wait until so many connections are lent."""
        end = time.monotonic() + seconds
        while (now := self.metric("connections_lent")) != number:
            assert time.monotonic() < end, now
            time.sleep(0.02)

    def clerk_of(self, connection: Connection) -> int:
        (process,) = [pid for pid in self.workers() if connection.is_held_by(pid)]
        return process

    def ended(self) -> None:
        """Wait until it has, which is soon."""
        end = time.monotonic() + 4
        while len(family(self.pid)) > 1 or Path(f"/proc/{self.pid}/exe").exists():
            assert time.monotonic() < end
            time.sleep(0.02)

    def workers(self) -> list[int]:
        """The processes that evaluate: the first of the family serves, the second holds data."""
        return family(self.pid)[2:]


@contextlib.contextmanager
def started(*arguments: object) -> Iterator[Server]:
    with conftest.started(*arguments) as (address, pid):
        yield Server(int(address.rpartition(":")[2]), pid)


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("lent") / "data.ttl"
    lines = [
        f'<{EX}{number}> <{EX}p{row}> "{number} and {row}" .'
        for number in range(THINGS)
        for row in range(20)
    ]
    lines += [f'<{EX}long> <{EX}p> "{row} {"x" * 1000}" .' for row in range(55)]
    lines += [f'<{EX}longer> <{EX}p> "{row} {"x" * 1000}" .' for row in range(3000)]
    file.write_text("\n".join(lines))
    return file


@pytest.fixture(scope="module")
def server(dump: Path) -> Iterator[Server]:
    with started("--dump", dump) as server:
        yield server


def test_a_connection_with_small_queries_is_lent_until_it_is_closed(server: Server) -> None:
    before = server.metric("queries_finished_total")
    with Connection(server.port) as connection:
        connection.lend()
        server.lent(1)
        answered = {connection.ask(asked(small(number))) for number in range(100, 200)}
        assert len(answered) == 100
        assert all(b'"bindings"' in answer for answer in answered)
        gzip = asked(
            f"SELECT ?o {{ <{EX}long> ?p ?o }} # {next(_NUMBERS)}", "Accept-Encoding: gzip\r\n"
        )
        assert b"\r\ncontent-encoding: gzip" in connection.ask(gzip)
        assert server.metric("connections_lent") == 1, "a clerk could answer all of it"
    server.lent(0)
    assert server.metric("queries_finished_total") == before + LENT + 101


def test_one_that_rests_comes_back(server: Server) -> None:
    with Connection(server.port) as connection:
        connection.lend()
        server.lent(1)
        server.lent(0)
        assert connection.ask(asked(small(1))).startswith(b"HTTP/1.1 200")


QUERIES = [
    small(1),
    small(2),
    f"SELECT * {{ <{EX}3> ?p ?o FILTER(CONTAINS(?o, '1')) }}",
    f"ASK {{ <{EX}4> ?p ?o }}",
    f"CONSTRUCT {{ ?o ?p ?o }} WHERE {{ <{EX}5> ?p ?o }}",
    f"CONSTRUCT WHERE {{ <{EX}6> ?p ?o }}",
    f"SELECT ?o {{ <{EX}long> ?p ?o }}",
    f"SELECT ?o {{ <{EX}longer> ?p ?o }}",
    f"SELECT (RAND() < 2 AS ?true) {{ <{EX}7> <{EX}p1> ?o }}",
    f"SELECT ?p {{ <{EX}8> ?p ?o }} LIMIT 3",
    "SELECT ?s { ?s ?p 'none' }",
    f"SELECT ?p {{ <{EX}9> ?p nothing }}",
    f"SELECT ?p {{ <{EX}9> rdfs:label ?p }}",
    f"SELECT ?p {{ <{EX}9> ?p ?o SERVICE <http://127.0.0.1:9/> {{ ?a ?b ?c }} }}",
    f"DELETE WHERE {{ <{EX}9> ?p ?o }}",
    "",
]
FIELDS = ["", "Accept: text/csv\r\n", "Accept: text/turtle\r\n", "Accept-Encoding: gzip\r\n",
          "Accept: image/png\r\n", "If-None-Match: *\r\n", "Origin: http://a\r\n",
          "X-Forwarded-For: 192.0.2.7\r\n",
          "Accept: application/sparql-results+xml\r\nAccept-Encoding: gzip\r\n"]  # fmt: skip
REQUESTS = st.one_of(
    st.builds(asked, st.sampled_from(QUERIES[:10]), st.sampled_from(FIELDS[:4])),
    st.builds(asked, st.sampled_from(QUERIES), st.sampled_from(FIELDS)),
    st.builds(
        sent,
        st.sampled_from(QUERIES),
        st.sampled_from(["application/sparql-query", "application/x-www-form-urlencoded"]),
        st.sampled_from(FIELDS),
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(requests=st.lists(REQUESTS, min_size=1, max_size=12), data=st.data())
def test_what_comes_over_a_lent_connection_is_answered_as_over_any(
    server: Server, requests: list[bytes], data: st.DataObject
) -> None:
    usual = []
    for request in requests:
        with Connection(server.port) as fresh:
            usual.append(fresh.ask(request))
    with Connection(server.port) as connection:
        connection.lend()
        server.lent(1)
        answers = []
        for request in requests:
            cut = data.draw(st.one_of(st.none(), st.integers(1, len(request) - 1)))
            answers.append(connection.ask(*((request[:cut], request[cut:]) if cut else (request,))))
        assert answers == usual
        connection.lend()
        server.lent(1)
        connection.send(b"".join(requests))
        assert [connection.read() for _ in requests] == usual


def test_an_answer_that_the_client_is_slow_to_read_arrives_whole(server: Server) -> None:
    request = asked(f"SELECT ?o {{ <{EX}long> ?p ?o }}")
    with Connection(server.port) as fresh:
        usual = fresh.ask(request)
    with Connection(server.port, received=2048) as connection:
        connection.lend()
        server.lent(1)
        connection.send(request, asked(small(1)))
        time.sleep(0.3)
        assert connection.read(pause=0.001) == usual
        assert connection.read().startswith(b"HTTP/1.1 200")


def test_what_looks_small_and_never_ends_meets_its_limit_and_holds_up_nobody(
    release: Release, tmp_path: Path
) -> None:
    del release  # its files are checked already, so that this one is built in a moment
    for name in FOLDERS:
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    config = (REPOSITORY / "policygraph.toml").read_text("utf-8")
    config, set_ = re.subn(r"(?m)^query_seconds = .*$", "query_seconds = 2", config)
    assert set_ == 1
    (tmp_path / "policygraph.toml").write_text(config, "utf-8")
    with (
        started("--portal", tmp_path) as server,
        Connection(server.port) as hostile,
        Connection(server.port, "127.0.0.2") as other,
    ):
        hostile.lend()
        other.lend()
        server.lent(2)
        answers: list[bytes] = []

        def go_on() -> None:
            for number in range(300):
                answers.append(other.ask(asked(small(number))))
                time.sleep(0.01)

        beside = threading.Thread(target=go_on)
        beside.start()
        answer = hostile.ask(asked(ENDLESS))
        assert answer.startswith(b"HTTP/1.1 503"), answer
        assert b"stopped after 2 s" in answer
        beside.join()
        assert len(answers) == 300
        assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
        hostile.lend()
        assert server.metric("connections_lent") <= 1, "of that client nothing is lent now"


def test_each_client_has_a_few_connections_that_are_lent(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        for source in ("127.0.0.1", "127.0.0.2"):
            for _ in range(20):
                stack.enter_context(Connection(server.port, source)).lend()
        server.lent(32)
    server.lent(0)


class Client(threading.Thread):
    """Asks one small query after the other, and knows the answers."""

    def __init__(self, server: Server, source: str, usual: list[bytes], until: float) -> None:
        super().__init__()
        self._server = server
        self._source = source
        self._usual = usual
        self._until = until
        self.asked = 0
        self.broken = 0
        """Connections that ended in the middle."""
        self.failed: list[bytes] = []

    def run(self) -> None:
        connection = Connection(self._server.port, self._source)
        while time.monotonic() < self._until:
            self.asked += 1
            query = f"{small(self.asked)} # {self._source} {self.asked}"
            try:
                answer = connection.ask(asked(query))
            except ConnectionError:
                answer = b""
            if not answer:
                self.broken += 1
                connection.close()
                connection = Connection(self._server.port, self._source)
            elif body(answer) != self._usual[self.asked % THINGS]:
                self.failed.append(answer)
        connection.close()


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def answers_of(server: Server) -> list[bytes]:
    with Connection(server.port) as fresh:
        return [body(fresh.ask(asked(small(number)))) for number in range(THINGS)]


def test_clerks_that_are_killed_cost_no_answer(server: Server) -> None:
    usual = answers_of(server)
    until = time.monotonic() + 10
    clients = [Client(server, f"127.0.0.{number}", usual, until) for number in range(1, 5)]
    for client in clients:
        client.start()
    chance = random.Random(7)
    killed = 0
    while time.monotonic() < until:
        time.sleep(0.3)
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(chance.choice(server.workers()), signal.SIGKILL)
            killed += 1
    for client in clients:
        client.join()
    failed = [answer for client in clients for answer in client.failed]
    assert all(answer.startswith(b"HTTP/1.1 503") for answer in failed), failed[0]
    assert killed > 10
    assert len(failed) + sum(client.broken for client in clients) <= killed
    assert sum(client.asked for client in clients) > 1000
    server.lent(0)


def test_a_clerk_that_does_nothing_is_replaced(server: Server) -> None:
    with Connection(server.port, "127.0.0.9") as connection:
        connection.lend()
        server.lent(1)
        clerk = server.clerk_of(connection)
        os.kill(clerk, signal.SIGSTOP)
        assert connection.ask(asked(small(1))).startswith(b"HTTP/1.1 200")
        assert clerk not in server.workers()


def test_nothing_is_lent_to_a_client_whose_query_takes_long(server: Server) -> None:
    query = f"SELECT (COUNT(*) AS ?n) {{ <{EX}1> ?p ?o . ?a ?b ?c FILTER(?a != ?p) }}"
    with Connection(server.port, "127.0.0.8") as connection:
        connection.lend()
        server.lent(1)
        assert b'"bindings"' in connection.ask(asked(query))
        server.lent(0)
        connection.lend()
        assert server.metric("connections_lent") == 0


def test_when_the_data_is_lost_nobody_gets_the_answer_of_another(
    server: Server, dump: Path
) -> None:
    usual = answers_of(server)
    with started("--dump", dump) as other:
        until = time.monotonic() + 3
        clients = [Client(other, f"127.0.0.{number}", usual, until) for number in range(1, 5)]
        for client in clients:
            client.start()
        time.sleep(1)
        os.kill(family(other.pid)[1], signal.SIGKILL)
        for client in clients:
            client.join()
            assert client.failed
            assert all(answer.startswith(b"HTTP/1.1 503") for answer in client.failed)


def test_what_was_sent_before_the_end_is_answered(dump: Path) -> None:
    with started("--dump", dump) as server, Connection(server.port) as connection:
        connection.lend()
        server.lent(1)
        os.kill(server.clerk_of(connection), signal.SIGSTOP)
        connection.send(asked(small(1)))
        time.sleep(0.1)
        os.kill(server.pid, signal.SIGTERM)
        assert connection.read().startswith(b"HTTP/1.1 200")
        assert connection.read() == b""
        server.ended()


def test_a_server_that_shuts_down_does_not_wait_for_them(dump: Path) -> None:
    with started("--dump", dump) as server, Connection(server.port) as connection:
        connection.lend()
        server.lent(1)
        os.kill(server.pid, signal.SIGINT)
        assert connection.read() == b""
        server.ended()

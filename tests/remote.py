"""A remote SPARQL endpoint on loopback that answers as told, and counts who comes."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

JSON = "application/sparql-results+json"

Answer = Callable[["Handler"], None]


@dataclass
class Came:
    """A request, as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def query(self) -> str:
        """The query that the form of its body holds."""
        return parse_qs(self.body, strict_parsing=True)["query"][0]


class Handler(BaseHTTPRequestHandler):
    """Looks up what is to be answered."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.remote.came.append(Came(self.command, self.path, headers, body))
        answer = self.server.remote.answers.get(self.path)
        if answer is None:
            self.send_error(404)
            return
        with suppress(OSError):  # whoever asked has gone
            answer(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.do_POST
        raise AttributeError(name)

    def log_message(self, *arguments: Any) -> None:
        del arguments

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Send a whole response; `content_type=` and the like are headers."""
        self.send_response(status)
        for name, value in {
            "content_type": JSON,
            "content_length": str(len(body)),
            **headers,
        }.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def gone(self, seconds: float = 30) -> bool:
        """Wait until whoever asked has closed the connection."""
        self.connection.settimeout(seconds)
        try:
            return not self.connection.recv(1)
        except ConnectionError:
            return True
        except TimeoutError:
            return False


class Server(ThreadingHTTPServer):
    """Counts connections, whatever comes over them."""

    daemon_threads = True
    remote: Remote

    def get_request(self) -> Any:
        taken = super().get_request()
        self.remote.connections += 1
        return taken

    def handle_error(self, *arguments: Any) -> None:
        del arguments


@dataclass
class Remote:
    """The endpoint: what it answers at each path, and what has come."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    came: list[Came] = field(default_factory=list)
    connections: int = 0

    @property
    def address(self) -> str:
        """The address of its root, with a slash."""
        return f"http://127.0.0.1:{self.port}/"

    def at(self, path: str, answer: Answer) -> str:
        """Answer like this at a path; return the address."""
        self.answers[f"/{path}"] = answer
        return self.address + path


@contextmanager
def remote(tls: ssl.SSLContext | None = None) -> Iterator[Remote]:
    """A remote that runs; it answers 404 until it is told better."""
    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.remote = Remote(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.remote
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def solutions(*rows: dict[str, str]) -> bytes:
    """Return results in JSON: IRIs and literals as they look in Turtle."""
    names = ",".join(f'"{name}"' for name in dict.fromkeys(n for row in rows for n in row))
    bindings = ",".join(
        "{" + ",".join(f'"{n}":{_term(v)}' for n, v in r.items()) + "}" for r in rows
    )
    return f'{{"head":{{"vars":[{names}]}},"results":{{"bindings":[{bindings}]}}}}'.encode()


def _term(value: str) -> str:
    if value.startswith("<"):
        return f'{{"type":"uri","value":"{value[1:-1]}"}}'
    return f'{{"type":"literal","value":"{value}"}}'


def rows(*found: dict[str, str]) -> Answer:
    """Answer with solutions."""
    return lambda handler: handler.send(solutions(*found))


def redirect(target: str, status: int = 307) -> Answer:
    """Answer with a redirect."""
    return lambda handler: handler.send(b"", status, location=target)


def drip(handler: Handler) -> None:
    """Answer with one byte after the other, for ever; each comes in time, the answer never."""
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        time.sleep(0.02)


def hang(handler: Handler) -> None:
    """Answer nothing."""
    handler.gone(60)

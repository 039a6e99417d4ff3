"""Two replicas behind nginx move to a newer release one after the other, and nobody notices."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from policygraph.release import Release
from tests.interop.programs import program
from tests.interop.servers import free_port, running
from tests.releases.conftest import Server, editions, put, serving
from tests.releases.test_changeover import load, wait

__all__ = ["editions"]

CONFIGURATION = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream policygraph {{
    {affinity}
    {servers}
    keepalive 16;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://policygraph;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_buffering off;
      proxy_next_upstream error timeout http_503 non_idempotent;
      proxy_next_upstream_tries 2;
    }}
  }}
}}
"""
"""What the guide for the operator says; `affinity` keeps a client with one replica."""


@pytest.fixture
def replicas(editions: list[Release], tmp_path: Path) -> Iterator[list[tuple[Server, Path]]]:
    """Two servers, each with a shelf of its own that holds the first release."""
    shelves = [tmp_path / name for name in ("one", "two")]
    for shelf in shelves:
        shelf.mkdir()
        put(editions[0], shelf)
    with serving("--release", shelves[0]) as one, serving("--release", shelves[1]) as two:
        yield [(one, shelves[0]), (two, shelves[1])]


@pytest.fixture
def proxy(replicas: list[tuple[Server, Path]], tmp_path: Path) -> Iterator[str]:
    """The address of an nginx before both."""
    port, folder = free_port(), tmp_path / "nginx"
    folder.mkdir()
    lines = [f"server {s.address.removeprefix('http://')} max_fails=1 fail_timeout=1s;"
             for s, _ in replicas]  # fmt: skip
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(
        folder=folder, port=port, servers="\n    ".join(lines), affinity=""
    ))  # fmt: skip
    address = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        return httpx.get(f"{address}/health").status_code == 200

    command = [program("nginx"), "-e", str(folder / "error.log"), "-c", str(file)]
    with running(command, folder, ready):
        yield address


def test_a_newer_release_replica_by_replica(
    editions: list[Release], replicas: list[tuple[Server, Path]], proxy: str
) -> None:
    newest = editions[-1]
    with load(proxy, ordered=False) as clients:
        wait(lambda: clients.seen["0.9"] > 50)
        for server, shelf in replicas:
            put(newest, shelf)
            server.wait_for(f"now release {newest.id}")
            before = clients.seen.total()
            wait(lambda before=before: clients.seen.total() > before + 50)  # type: ignore[misc]
        before = clients.seen["0.9"]
        wait(lambda: clients.seen["1.0"] > 50)
    assert clients.failed == []
    assert clients.seen["0.9"] == before, "both have changed over"
    tags = {
        httpx.get(f"{server.address}/sparql", params={"query": "ASK {}"}).headers["etag"]
        for server, _ in replicas
    }
    assert len(tags) == 1, "replicas of one release give the same entity tags"


def test_replicas_are_restarted_one_after_the_other(
    editions: list[Release], replicas: list[tuple[Server, Path]], proxy: str
) -> None:
    """Another way: a server that is stopped in order and started anew, on the same port."""
    first = replicas[0][0]
    port = first.address.rpartition(":")[2]
    shelf = replicas[0][1]
    with load(proxy, ordered=False) as clients:
        wait(lambda: clients.seen["0.9"] > 50)
        first.stop()
        shutil.rmtree(shelf / editions[0].id)
        put(editions[-1], shelf)
        with serving("--release", shelf, "--port", port) as again:
            assert again.address == first.address
            time.sleep(2)  # nginx tries it again after fail_timeout
            wait(lambda: clients.seen["1.0"] > 20)
    assert clients.failed == []

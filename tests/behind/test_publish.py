"""Releases in a server that others run: loaded whole or not served, side by side, removed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from policygraph import publishing
from policygraph.engine.client import PASSWORD
from policygraph.errors import BrokenInput, Unavailable
from policygraph.release import Release, open_release
from policygraph.settings import Backend, read_portal
from tests.engine.conftest import becomes
from tests.interop.servers import free_port
from tests.served.conftest import serving

from .copies import Server, oxigraph

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Server]:
    """An empty server."""
    with oxigraph(tmp_path / "store") as server:
        yield server


def command(name: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "policygraph", name, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {PASSWORD: ""},
    )


def done(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, said = process.communicate(timeout=120)
    return process.returncode, out, said


def graphs(server: Server) -> set[str]:
    with server.target as target:
        return {row["g"] for row in target.rows("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")}


def begun(server: Server, record: str) -> bool:
    """Whether the record of a copy is there, which is written first; seen without a scan."""
    with server.target as target:
        return bool(target.rows(f"SELECT ?p {{ GRAPH <{record}> {{ ?s ?p ?o }} }} LIMIT 1"))


def count(address: str) -> str:
    response = httpx.get(
        f"{address}/sparql", params={"query": COUNT}, headers={"Accept": "text/csv"}, timeout=30
    )
    return response.text.split()[1]


def test_an_interruption_leaves_the_release_that_is_served(
    release: Release, other_release: Release, store: Server
) -> None:
    where = ("--to", store.store, "--engine", store.endpoint)
    behind = ("--engine", store.endpoint)
    first = done(command("publish", "--release", other_release.path, *where))
    record = other_release.urls.copy(other_release.edition)
    assert first == (0, record + "\n", "")
    with serving("--release", other_release.path, *behind) as address:
        before = count(address)
        assert int(before) > 100
        loading = command("publish", "--release", release.path, *where)
        half = release.urls.copy(release.edition)
        assert becomes(lambda: begun(store, half), 60)
        loading.send_signal(signal.SIGINT)
        assert done(loading)[0] == 130
        assert len([g for g in graphs(store) if "/graph/" in g]) < len(release.graphs)
        code, _, said = done(command("serve", "--port", "0", "--release", release.path, *behind))
        assert code == 2
        assert "first run `policygraph publish --to URL`" in said
        httpx.get(f"{address}/sparql", params={"query": COUNT + "#"})
        assert count(address) == before
        assert done(command("publish", "--release", release.path, *where))[0] == 0
        assert count(address) == before
    with serving("--release", release.path, *behind) as address:
        assert count(address) == str(release.file("policygraph.nt").read_bytes().count(b"\n"))

    assert done(command("publish", "--release", release.path, "--prune", *where))[0] == 0
    ours = release.urls.copy(release.edition)
    assert graphs(store)
    assert all(graph == ours or graph.startswith(ours + "/") for graph in graphs(store))


def test_a_server_that_ends_and_comes_back(other_release: Release, tmp_path: Path) -> None:
    port, folder = free_port(), tmp_path / "store"
    behind = ("--release", other_release.path, "--engine", f"http://127.0.0.1:{port}/query")
    with ExitStack() as ours:
        with oxigraph(folder, port) as store:
            assert done(command("publish", "--to", store.store, *behind))[0] == 0
            address = ours.enter_context(serving(*behind))
            before = count(address)
            assert httpx.get(address + "/health").status_code == 200
            shown = httpx.get(address + "/download/manifest.json").json()["portal"]
            assert "limits" in shown
            assert "engine" not in shown
        assert httpx.get(address + "/health").status_code == 503
        failed = httpx.get(f"{address}/sparql", params={"query": COUNT + " # again"})
        assert failed.status_code == 503
        assert int(failed.headers["retry-after"]) > 0
        assert "127.0.0.1" not in failed.text
        assert count(address) == before  # from the cache
        with oxigraph(folder, port):
            assert httpx.get(address + "/health").status_code == 200
            again = httpx.get(f"{address}/sparql", params={"query": COUNT + " # again"})
            assert again.status_code == 200


def test_a_graph_that_counts_otherwise_is_not_recorded(store: Server, tmp_path: Path) -> None:
    file = tmp_path / "twice.nt"
    file.write_text("<http://a/> <http://b/> <http://c/> .\n" * 2)
    with store.target as target:
        with pytest.raises(Unavailable, match="has 1 triples there, and 2 here"):
            publishing.load({"http://x/1/default": file}, "http://x/1", target)
        assert publishing.recorded(target, "http://x/1") == {}


def test_updates_do_as_well(store: Server, tmp_path: Path) -> None:
    file = tmp_path / "some.nt"
    lines = ('_:a <http://b/> "x\\ny" .', "_:a <http://b/> _:b .", '<http://c/> <http://b/> "1" .')
    file.write_text("".join(f"{line}\n" for line in lines))
    address = store.endpoint.removesuffix("query") + "update"
    with publishing.Target(address, store.endpoint, update=True) as target:
        assert publishing.load({"http://x/1/default": file}, "http://x/1", target)
        assert publishing.recorded(target, "http://x/1") == {"http://x/1/default": 3}
        assert not publishing.load({"http://x/1/default": file}, "http://x/1", target)
        joined = "?a ?b ?x . ?a ?b ?c FILTER(isBlank(?c) && isLiteral(?x))"
        rows = target.rows(f"SELECT ?x {{ GRAPH <http://x/1/default> {{ {joined} }} }}")
        assert rows == [{"x": "x\ny"}]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("query", "; is it the address of a graph store (else give --update for SPARQL Update)?"),
        ("nothing", "answered 404"),
        ("", "answered 404"),
    ],
)
def test_a_wrong_address_is_named(
    other_release: Release, store: Server, to: str, said: str
) -> None:
    address = store.endpoint.removesuffix("query") + to
    where = ("--to", address, "--engine", store.endpoint)
    code, out, error = done(command("publish", "--release", other_release.path, *where))
    assert (code, out) == (2, "")
    assert error.startswith(f"policygraph: {address} answered 4")
    assert said in error
    assert error.count("\n") == 1


def test_a_call_that_cannot_work_says_so(other_release: Release) -> None:
    folder = other_release.path
    code, _, error = done(command("publish", "--to", "http://127.0.0.1:1/", "--release", folder))
    assert code == 2
    assert error == "policygraph: http://127.0.0.1:1/: it does not answer: Connection refused\n"
    code, _, error = done(command("publish", "--to", "http://me:x@host/", "--release", folder))
    assert code == 2
    assert "without user and password" in error
    code, _, error = done(command("publish", "--release", folder))
    assert code == 2
    assert "--to" in error


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('url = "localhost:8890"', "[engine]: url must be an address like"),
        ('url = "http://me:secret@127.0.0.1/"', "without user and password"),
        ('adress = "http://127.0.0.1/"', "[engine]: unknown setting 'adress'"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, setting: str, said: str) -> None:
    file = tmp_path / "policygraph.toml"
    file.write_text(f"[engine]\n{setting}\n")
    with pytest.raises(BrokenInput) as caught:
        read_portal(file)
    assert str(caught.value).startswith(str(file))
    assert said in str(caught.value)


def test_a_release_carries_the_address_that_it_was_built_with(other_release: Release) -> None:
    assert "engine" not in other_release.manifest()["portal"]
    backend = Backend("http://127.0.0.1:8890/sparql", "reader")
    release = replace(other_release, portal=replace(other_release.portal, engine=backend))
    (release.path / "manifest.json").write_text(json.dumps(release.manifest()))
    assert open_release(release.path).portal.engine == backend
    (release.path / "manifest.json").write_text(json.dumps(other_release.manifest()))

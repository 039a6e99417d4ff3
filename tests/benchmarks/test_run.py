"""The queries that are measured have answers, the right ones; and everything runs end to end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from benchmarks.compare import answer, compare, rows_of
from benchmarks.generate import write
from benchmarks.load import Connection, Endpoint, Failed, throughput
from benchmarks.measure import Plan, Ratio
from benchmarks.servers import SERVERS, Bench, Running
from benchmarks.workloads import RESULTS, WORKLOADS, Workload, point_queries

from benchmarks import curve
from tests.conftest import REPOSITORY

PROGRAMS = Path(sys.executable).parent
SAMPLES = 3


@dataclass(frozen=True)
class Loaded:
    """The same graph in our server and in a store."""

    server: Running
    store: ox.Store
    documents: int

    def expected(self, text: str, accept: str) -> bytes:
        found = self.store.query(text, use_default_graph_as_union=True)
        if isinstance(found, ox.QueryTriples):
            return found.serialize(format=ox.RdfFormat.from_media_type(accept)) or b""
        return found.serialize(format=ox.QueryResultsFormat.from_media_type(accept)) or b""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("bench")
    data = folder / "graph.nq"
    size = write(data, 50_000)
    store = ox.Store()
    store.load(path=data, format=ox.RdfFormat.N_QUADS)
    assert len(store) == size.quads
    with SERVERS["policygraph"](Bench(data, folder, PROGRAMS)) as server:
        yield Loaded(server, store, size.documents)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_every_workload_has_the_right_answers(loaded: Loaded, workload: Workload) -> None:
    total = 0
    for number in range(SAMPLES):
        text = workload.text(number, loaded.documents)
        given = answer(loaded.server.endpoint, text, workload.accept)
        assert given == rows_of(loaded.expected(text, workload.accept), workload.accept)
        total += given.total()
    assert total > 0


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_a_workload_is_the_same_for_a_seed_and_else_another(workload: Workload) -> None:
    texts = [workload.text(seed, 50) for seed in (*range(40), *range(40))]
    assert texts[:40] == texts[40:]
    assert len(set(texts)) == 40
    asked = {text.rpartition("#")[0] for text in texts}
    assert len(asked) > 4, "the parameters do not vary"


def test_no_two_point_queries_are_the_same(loaded: Loaded) -> None:
    texts = list(point_queries(loaded.documents, 1))
    assert len(set(texts)) == len(texts) > 100 * loaded.documents
    assert texts != list(point_queries(loaded.documents, 2))
    some = texts[:: len(texts) // 100]
    answered = [answer(loaded.server.endpoint, text, RESULTS).total() for text in some]
    assert sum(number > 0 for number in answered) > 0.9 * len(some)


def test_a_wrong_answer_is_seen(loaded: Loaded, tmp_path: Path) -> None:
    """A server that holds a little less is found out."""
    data = tmp_path / "less.nq"
    kept = [q for q in loaded.store if not (q.predicate.value.endswith("#label") and "1" in
                                            str(q.object))]  # fmt: skip
    ox.serialize(kept, data, ox.RdfFormat.N_QUADS)
    with SERVERS["policygraph"](Bench(data, tmp_path, PROGRAMS)) as other:
        workloads = {workload.name: workload for workload in WORKLOADS}
        servers = [loaded.server, other]
        [labels] = compare(servers, workloads["outline"], loaded.documents, SAMPLES)
        [themes] = compare(servers, workloads["themes by year"], loaded.documents, SAMPLES)
    assert labels.missing > 0
    assert not labels.extra
    assert not labels.same
    assert themes.same


def test_load_takes_whole_answers_only(loaded: Loaded) -> None:
    endpoint = loaded.server.endpoint
    good = endpoint.request("SELECT * { ?s ?p ?o } LIMIT 1000", RESULTS)
    bad = endpoint.request("SELECT", RESULTS)
    with Connection(endpoint) as client:
        assert client.ask(good) > 0
        assert client.ask(good) > 0
        with pytest.raises(Failed, match="400"):
            client.ask(bad)
    assert throughput(endpoint, [good] * 20, 8) > 0
    with pytest.raises(Failed, match="400"):
        throughput(endpoint, [good, bad], 8)


@pytest.mark.parametrize(
    "frame",
    [b"Content-Length: 10\r\n\r\n0123456789", b"transfer-encoding: chunked\r\n\r\n"
     b"a\r\n0123456789\r\n0\r\n\r\n"],
)  # fmt: skip
def test_a_response_in_pieces_is_read_to_its_end(frame: bytes) -> None:
    """Byte by byte; and one that breaks off is an error."""
    pieces = [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\n" + frame]

    def serve() -> None:
        for number in (0, 1):
            peer, _ = listener.accept()
            with peer:
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                peer.recv(1000)
                for piece in pieces[: len(pieces) - number]:
                    peer.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        endpoint = Endpoint("127.0.0.1", listener.getsockname()[1], "/")
        with Connection(endpoint) as client:
            client.ask(endpoint.request("ASK {}", RESULTS))
        with Connection(endpoint) as client, pytest.raises(Failed, match="closed"):
            client.ask(endpoint.request("ASK {}", RESULTS))
        thread.join()


def test_a_ratio_is_the_middle_of_many() -> None:
    assert Ratio.of([3.0]) == Ratio(3.0, 3.0, 3.0)
    assert Ratio.of([5.0, 1.0, 2.0, 4.0, 3.0]) == Ratio(3.0, 2.0, 4.0)


def test_all_of_it_in_one_go(tmp_path: Path) -> None:
    """A quick run beside the native Oxigraph, from the command to both tables."""
    command = [sys.executable, "-m", "benchmarks.run", "--quick", "--programs", str(PROGRAMS),
               "--servers", "policygraph", "oxigraph", "oxigraph-memory",
               "--out", str(tmp_path)]  # fmt: skip
    environment = os.environ | {"POLICYGRAPH_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    others = {"oxigraph (disk)", "oxigraph (memory)"}
    assert {row["against"] for row in results["throughput"]} == others
    measured = {(row["what"], row["against"]) for row in results["latency"]}
    assert measured == {(workload.name, other) for workload in WORKLOADS for other in others}
    assert all(row["first"]["middle"] > 0 < row["again"]["middle"] for row in results["latency"])
    assert {one["workload"] for one in results["compared"]} == {w.name for w in WORKLOADS}
    assert (tmp_path / "results.md").read_text(encoding="utf-8") == done.stdout
    for workload in WORKLOADS:
        assert f"| {workload.kind}: {workload.name} |" in done.stdout


def test_the_curve_has_a_line_for_each_size(tmp_path: Path) -> None:
    said: list[str] = []
    plan = Plan(rounds=1, texts=1, seconds=0.1, repeat=False)
    sizes = (12_000, 30_000)
    head, _, *lines = curve.run(PROGRAMS, tmp_path, said.append, sizes, plan).splitlines()
    rows = [
        [cell.strip().replace(",", "") for cell in line.strip("|").split("|")] for line in lines
    ]
    assert len(rows) == len(said) == len(sizes)
    for row, quads in zip(rows, sizes, strict=True):
        assert len(row) == head.count("|") - 1
        assert quads <= int(row[0]) < quads + 3_000
        assert all(float(cell) > 0 for cell in row[1:])
    assert not list(tmp_path.glob("*.nq"))

"""The store on disk: the same answers, made once, walls of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from policygraph.engine import Dataset, Engine, Query, disk, walls
from policygraph.errors import BrokenInput, EvaluationCrashed, SyntaxProblem
from policygraph.formats import named
from policygraph.queries import read_catalogue
from policygraph.release import Release
from policygraph.settings import Limits
from policygraph.sources import Sources

from .conftest import EX, IN_MEMORY, ON_DISK, becomes

ALL = Query("SELECT ?s ?o { ?s ?p ?o }", results=named("csv"))
PREFIXES = """\
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dct: <http://purl.org/dc/terms/>
"""
EVERY_WAY = [
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT ?p (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "SELECT ?c (COUNT(?s) AS ?n) FROM <{base}graph/vision> { ?s a ?c } GROUP BY ?c",
    "SELECT (COUNT(*) AS ?n) FROM <{base}graph/vision> FROM <{base}graph/inferred> { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) FROM NAMED <{base}graph/shapes> { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?a ?b { ?a skos:broader+ ?b }",
    "SELECT ?s ?o { ?s dct:title ?o . FILTER NOT EXISTS { ?s dct:isPartOf ?x } MINUS { ?s a ?s } }",
    "ASK { ?s ?p ?o . GRAPH <{base}graph/nowhere> { ?s ?p ?o } }",
]


def on_disk(dataset: Dataset) -> Engine:
    return Engine.start(dataset, Limits(memory_quads=ON_DISK, workers=2))


def stores(folder: Path) -> set[str]:
    return {path.name for path in (folder / "stores").iterdir()}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder with no store in it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("POLICYGRAPH_CACHE", str(folder))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    path = tmp_path / "data.nt"
    path.write_text(f'<{EX}a> <{EX}p> "before" .\n')
    return Dataset((path,))


@pytest.fixture(scope="module")
def both(release: Release) -> Iterator[tuple[Engine, Engine]]:
    dataset = Dataset(release.dataset, release.apart, release.portal.base, release.hash)
    limits = [Limits(memory_quads=quads, answer_cache_mib=0) for quads in (IN_MEMORY, ON_DISK)]
    with Engine.start(dataset, limits[0]) as one, Engine.start(dataset, limits[1]) as other:
        assert [one.health().on_disk, other.health().on_disk] == [False, True]
        assert one.health().quads == other.health().quads
        yield one, other


def rows(engine: Engine, text: str) -> list[bytes]:
    """The lines of an answer in any order; blank nodes have names of their own in each store."""
    _, answer = engine.ask(Query(text, results=named("csv"), graph=named("nt")))
    return sorted(line for line in answer.splitlines() if b"_:" not in line)


def test_the_questions_of_the_catalogue_have_the_same_answers(
    both: tuple[Engine, Engine], sources: Sources
) -> None:
    found = 0
    for query in (q for q in read_catalogue(sources) if not q.calls):
        text = query.bind({}, sources.portal.base)
        one, other = (rows(engine, text) for engine in both)
        assert one == other, query
        found += len(one)
    assert found > 100


@pytest.mark.parametrize("text", EVERY_WAY)
def test_every_way_to_choose_graphs_has_the_same_answers(
    both: tuple[Engine, Engine], text: str, sources: Sources
) -> None:
    text = PREFIXES + text.replace("{base}", sources.portal.base)
    one, other = (rows(engine, text) for engine in both)
    assert one == other
    assert one


def test_the_limit_counts_quads_and_no_triple_twice(tmp_path: Path, cache: Path) -> None:
    line = f'<{EX}a> <{EX}p> "x" <{EX}g> .\n'
    plain = f'<{EX}a> <{EX}p> "y" .\n'
    (tmp_path / "data.nq").write_text(line * 3 + line.replace("/g>", "/h>") + plain)
    dataset = Dataset((tmp_path / "data.nq",))
    for quads, expected in ((3, False), (2, True), (3, False)):
        with Engine.start(dataset, Limits(memory_quads=quads)) as engine:
            health = engine.health()
            assert (health.quads, health.on_disk) == (3, expected)
            assert engine.ask(ALL)[1].count(b"\n") == 3
    assert len(stores(cache)) == 1


def test_blank_nodes_of_two_files_stay_apart(tmp_path: Path, cache: Path) -> None:
    del cache
    files = tuple(tmp_path / f"{name}.nt" for name in "ab")
    for file in files:
        file.write_text(f"_:x <{EX}p> <{EX}{file.stem}> .\n")
    with on_disk(Dataset(files)) as engine:
        _, answer = engine.ask(Query("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"))
        assert json.loads(answer)["results"]["bindings"][0]["n"]["value"] == "2"


def test_a_store_is_made_once(data: Dataset, cache: Path) -> None:
    made = []
    for first in (True, False):
        read: list[int] = []
        limits = Limits(memory_quads=ON_DISK)
        with Engine.start(data, limits, lambda done, _, read=read: read.append(done)) as engine:  # type: ignore[misc]
            assert b"before" in engine.ask(ALL)[1]
        assert set(read) == ({data.files[0].stat().st_size} if first else set())
        made.append(stores(cache))
    assert made[0] == made[1]
    assert len(made[0]) == 1


def fresh(engine: Engine) -> bool:
    """Whether a worker that was just forked finds the first triple; those that died do not."""
    try:
        return b"before" in engine.ask(Query(ALL.text + "# again"))[1]
    except EvaluationCrashed:
        return False


def test_changed_files_make_another_and_what_nobody_uses_is_cleaned(
    data: Dataset, cache: Path
) -> None:
    file = data.files[0]
    with on_disk(data) as first:
        [old] = stores(cache)
        file.write_text(f'<{EX}a> <{EX}p> "after" .\n<{EX}b> <{EX}p> "more" .\n')
        with on_disk(data) as second:
            [new] = stores(cache) - {old}
            assert b"before" in first.ask(ALL)[1]
            assert b"after" in second.ask(ALL)[1]
            for pid in first.health().workers:
                os.kill(pid, 9)
            assert becomes(lambda: fresh(first))
    file.write_text(f'<{EX}a> <{EX}p> "last" .\n')
    with on_disk(data) as third:
        assert b"last" in third.ask(ALL)[1]
        assert len(stores(cache)) == 1
        assert not {old, new} & stores(cache)


def test_what_is_incomplete_is_never_used(data: Dataset, cache: Path) -> None:
    with on_disk(data):
        [name] = stores(cache)
    (cache / "stores" / name / "about.json").unlink()
    (cache / "stores" / f"{name}.left").mkdir()
    shutil.rmtree(cache / "stores" / name / "store")
    assert disk.find(data) is None
    with on_disk(data) as engine:
        assert b"before" in engine.ask(ALL)[1]
    assert stores(cache) == {name}


def test_a_broken_line_far_down_has_its_place_and_leaves_nothing(
    tmp_path: Path, cache: Path
) -> None:
    file = tmp_path / "data.nq"
    lines = [f'<{EX}{number}> <{EX}p> "x" <{EX}g> .\n' for number in range(120_000)]
    file.write_text("".join([*lines, f"<{EX}a> <{EX}p> .\n"]))
    with pytest.raises(SyntaxProblem) as caught:
        on_disk(Dataset((file,)))
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == (file, 120_001)
    assert stores(cache) == set()


def test_a_cache_that_cannot_be_written_is_named(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("POLICYGRAPH_CACHE", str(tmp_path / "file"))
    with pytest.raises(BrokenInput, match=r"no store can be written in .*file/stores"):
        on_disk(data)


PROBE = """
import json, os, socket, sys
from pathlib import Path
import pyoxigraph as ox
from policygraph.engine import Dataset, Query, disk, wire, worker
from policygraph.engine.evaluate import Evaluator
from policygraph.formats import RESULT_FORMATS

def tried(work):
    try:
        return str(work())
    except OSError as error:
        return f"refused: {error}"

class Probe(Evaluator):
    def run(self, query, output):
        file, port = query.text.split()
        store, folder = self._loaded.store, self.disk.folder
        call = "SELECT * { SERVICE <http://%s:" + port + "/> { ?s ?p ?o } }"
        output.begin("SELECT", RESULT_FORMATS[0])
        output.write(json.dumps({
            "read": tried(lambda: open(file).read()),
            "write": tried(lambda: open(file, "a")),
            "write inside": tried(lambda: open(folder / "x", "w")),
            "list": tried(lambda: os.listdir(Path(file).parent)),
            "remove": tried(lambda: os.unlink(folder / "about.json")),
            "socket": tried(lambda: socket.socket()),
            "socket 6": tried(lambda: socket.socket(socket.AF_INET6)),
            "run": tried(lambda: os.execv("/bin/true", ["true"])),
            "call": tried(lambda: list(store.query(call % "127.0.0.1"))),
            "call by name": tried(lambda: list(store.query(call % "localhost"))),
            "rows": len(list(store.query("SELECT * { ?s ?p ?o }"))),
            "read inside": tried(lambda: len(open(folder / "about.json").read()) > 0),
        }).encode())

data = Dataset((Path(sys.argv[1]),))
disk.build(data)
store = disk.find(data)
front, back = socket.socketpair()
parent = os.getpid()
if os.fork() == 0:
    front.close()
    worker.run(back, Probe(store), 1 << 30, parent)
    os._exit(0)
back.close()
front.sendall(wire.frame(wire.QUERY, Query(" ".join(sys.argv[2:])).packed()))
frames = wire.Frames()
while not (found := frames.feed(front.recv(65536))):
    pass
print(found[0][1].partition(b"\\n")[2].decode())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="these walls are of Linux")
def test_a_worker_reads_its_store_and_reaches_nothing_else(
    data: Dataset, cache: Path, tmp_path: Path
) -> None:
    del cache
    assert walls.missing() == []
    other = tmp_path / "other"
    other.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as bait:
        bait.setblocking(False)
        port = bait.getsockname()[1]
        command = [sys.executable, "-c", PROBE, str(data.files[0]), str(other), str(port)]
        path = str(Path(__file__).parents[2] / "src")
        ended = subprocess.run(
            command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, timeout=120,
            check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr.decode()
        with pytest.raises(BlockingIOError):
            bait.accept()
    happened = json.loads(ended.stdout)
    assert happened.pop("rows") == 1
    assert happened.pop("read inside") == "True"
    assert {name for name, what in happened.items() if "refused: " in what} == set(happened)
    assert other.read_text() == "secret"

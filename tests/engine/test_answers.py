"""What an answer says: every form, every format, every way to choose graphs."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from policygraph.engine import Dataset, Engine, Query
from policygraph.engine.loading import load
from policygraph.errors import BrokenInput, NotAcceptable, NotSupported, Place, SyntaxProblem
from policygraph.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.settings import Limits

from .conftest import EX, NQUADS

ALL = "SELECT ?s ?o { ?s ?p ?o }"


def objects(engine: Engine, text: str, **graphs: tuple[str, ...]) -> Counter[str]:
    _, data = engine.ask(Query(text, **graphs))  # type: ignore[arg-type]
    return Counter(row["o"]["value"] for row in json.loads(data)["results"]["bindings"])


def test_the_default_graph_is_the_set_union_of_all_but_those_apart(engine: Engine) -> None:
    assert objects(engine, ALL) == Counter(["one", "both", "two", "plain"])
    assert objects(engine, "SELECT ?o { GRAPH ?g { ?s ?p ?o } }") == Counter(
        ["one", "both", "both", "two", "shape"]
    )


def test_graphs_that_share_nothing_are_united_without_a_copy(tmp_path: Path) -> None:
    file = tmp_path / "data.nq.gz"
    file.write_bytes(gzip.compress(NQUADS.replace('"both"', '"1"', 1).encode()))
    loaded = load(Dataset((file,)))
    assert loaded.union
    assert len(loaded.store) == loaded.quads == 6
    with Engine.start(Dataset((file,)), Limits()) as engine:
        assert objects(engine, ALL) == Counter(["one", "1", "both", "two", "plain", "shape"])


@pytest.mark.parametrize(
    ("clauses", "default", "named"),
    [
        ("FROM <g1>", ["one", "both"], []),
        ("FROM <g1> FROM <g2>", ["one", "both", "two"], []),
        ("FROM <g1> FROM <g1>", ["one", "both"], []),
        ("FROM <g2> FROM <g1> FROM <shapes>", ["one", "both", "two", "shape"], []),
        ("FROM NAMED <g1>", [], ["one", "both"]),
        ("FROM <g2> FROM NAMED <g1>", ["both", "two"], ["one", "both"]),
        ("FROM <g1> FROM <g2> FROM NAMED <g1> FROM NAMED <g2>", ["one", "both", "two"],
         ["one", "both", "both", "two"]),
        ("FROM <nowhere>", [], []),
        ("FROM <nowhere> FROM <g1>", ["one", "both"], []),
        ("FROM <file:///etc/passwd> FROM NAMED <http://127.0.0.1:9/>", [], []),
    ],
)  # fmt: skip
def test_a_dataset_is_a_set_of_triples_and_its_named_graphs(
    engine: Engine, clauses: str, default: list[str], named: list[str]
) -> None:
    base = f"BASE <{EX}> SELECT ?o {clauses} "
    assert objects(engine, base + "{ ?s ?p ?o }") == Counter(default)
    assert objects(engine, base + "{ GRAPH ?g { ?s ?p ?o } }") == Counter(named)
    parts = clauses.replace("FROM NAMED <", "n<").replace("FROM <", "d<").split()
    iris = [(part[0], part[2:-1] if ":" in part else EX + part[2:-1]) for part in parts]
    graphs = {
        "default_graphs": tuple(iri for kind, iri in iris if kind == "d"),
        "named_graphs": tuple(iri for kind, iri in iris if kind == "n"),
    }
    text = f"SELECT ?o FROM <{EX}other> {{ ?s ?p ?o }}"
    assert objects(engine, text, **graphs) == Counter(default)
    assert objects(engine, text.replace("{", "{ GRAPH ?g {") + "}", **graphs) == Counter(named)


def test_a_graph_that_is_no_iri_is_broken_input(engine: Engine) -> None:
    with pytest.raises(BrokenInput, match="'g 1' is not the IRI"):
        engine.ask(Query(ALL, default_graphs=("g 1",)))


@pytest.mark.parametrize("chosen", RESULT_FORMATS, ids=lambda chosen: chosen.name)
def test_tables_in_every_format(engine: Engine, chosen: Format) -> None:
    given, data = engine.ask(Query(ALL, results=chosen))
    assert given == chosen
    if chosen.name == "csv":
        rows = list(csv.reader(io.StringIO(data.decode())))
        assert rows[0] == ["s", "o"]
        assert sorted(row[1] for row in rows[1:]) == ["both", "one", "plain", "two"]
        return
    parsed = ox.parse_query_results(
        data, format=ox.QueryResultsFormat.from_media_type(chosen.media_type)
    )
    assert isinstance(parsed, ox.QuerySolutions)
    assert {row["o"] for row in parsed} == {
        ox.Literal("one"), ox.Literal("both"), ox.Literal("two", language="en"),
        ox.Literal("plain"),
    }  # fmt: skip


@pytest.mark.parametrize("chosen", RESULT_FORMATS, ids=lambda chosen: chosen.name)
@pytest.mark.parametrize(
    ("text", "true"), [("ASK { ?s ?p 'one' }", True), ("ASK { <x:> ?p 1 }", False)]
)
def test_ask_in_every_format(engine: Engine, chosen: Format, text: str, true: bool) -> None:
    given, data = engine.ask(Query(text, results=chosen))
    assert given == chosen
    assert (b"true" in data) == true
    assert (b"false" in data) != true


@pytest.mark.parametrize("chosen", GRAPH_FORMATS, ids=lambda chosen: chosen.name)
@pytest.mark.parametrize(
    ("text", "triples"),
    [
        (f"CONSTRUCT {{ ?o <{EX}of> ?s }} WHERE {{ ?s ?p ?o FILTER(isIRI(?o)) }}", 0),
        (f"CONSTRUCT {{ ?s a <{EX}C> }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}", 3),
        (f"DESCRIBE <{EX}a>", 2),
    ],
)
def test_graphs_in_every_format(engine: Engine, chosen: Format, text: str, triples: int) -> None:
    given, data = engine.ask(Query(text, graph=chosen))
    assert given == chosen
    parsed = list(ox.parse(data, ox.RdfFormat.from_media_type(chosen.media_type)))
    assert len(parsed) == len(set(parsed)) == triples


def test_turtle_uses_the_prefixes_that_it_needs(engine: Engine) -> None:
    text = f"PREFIX e: <{EX}> CONSTRUCT {{ ?s a pg:Policy }} {{ ?s e:p 'one' }}"
    _, data = engine.ask(Query("PREFIX pg: <https://w3id.org/policygraph/ns#> " + text))
    heads = [line.split()[1] for line in data.decode().splitlines() if line.startswith("@prefix")]
    assert {"e:", "pg:"} <= set(heads) <= {"e:", "pg:", "rdf:"}


def test_a_form_that_the_client_cannot_take(engine: Engine) -> None:
    with pytest.raises(NotAcceptable, match="DESCRIBE is a graph"):
        engine.ask(Query(f"DESCRIBE <{EX}a>", graph=None))
    with pytest.raises(NotAcceptable, match="SELECT is a table"):
        engine.ask(Query(ALL, results=None))
    assert engine.ask(Query(ALL, graph=None))[1]


def test_errors_keep_kind_and_place_on_their_way(engine: Engine) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        engine.ask(Query("SELECT * {\n ?s ?p }"))
    assert caught.value.place == Place(2, 8)
    with pytest.raises(SyntaxProblem, match="not Unicode"):
        engine.ask(Query("ASK { ?s ?p '\ud800' }"))
    with pytest.raises(NotSupported, match="custom function"):
        engine.ask(Query("SELECT (<http://f>(1) AS ?x) {}"))


def test_functions_that_need_the_system_work_behind_the_walls(engine: Engine) -> None:
    _, data = engine.ask(
        Query("SELECT (UUID() AS ?u) (RAND() AS ?r) (NOW() AS ?n) (SHA512('a') AS ?h) {}")
    )
    row = json.loads(data)["results"]["bindings"][0]
    assert set(row) == {"u", "r", "n", "h"}


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld", "nq", "trig"])
@pytest.mark.parametrize("packed", [False, True])
def test_files_of_every_format_load(tmp_path: Path, suffix: str, packed: bool) -> None:
    form = ox.RdfFormat.from_extension(suffix)
    triple = ox.Triple(ox.NamedNode(EX + "a"), ox.NamedNode(EX + "p"), ox.Literal("x"))
    data = ox.serialize([triple], format=form)
    assert data is not None
    file = tmp_path / f"data.{suffix}{'.gz' if packed else ''}"
    file.write_bytes(gzip.compress(data) if packed else data)
    seen: list[tuple[int, int]] = []
    loaded = load(Dataset((file,)), lambda done, total: seen.append((done, total)))
    assert len(loaded.store) == 1
    assert seen[-1] == (file.stat().st_size,) * 2


def test_broken_files_say_where(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("<http://a> <http://b> .\n")
    with pytest.raises(SyntaxProblem) as caught:
        Engine.start(Dataset((broken,)), Limits())
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == (broken, 1)
    with pytest.raises(BrokenInput, match="cannot be read"):
        Engine.start(Dataset((tmp_path / "none.ttl",)), Limits())
    other = tmp_path / "x.csv"
    other.touch()
    with pytest.raises(BrokenInput, match="unknown suffix"):
        Engine.start(Dataset((other,)), Limits())
    cut = tmp_path / "cut.nt.gz"
    cut.write_bytes(gzip.compress(b'<http://a> <http://b> "x" .\n' * 1000)[:-20])
    with pytest.raises(BrokenInput, match=r"cut\.nt\.gz"):
        Engine.start(Dataset((cut,)), Limits())

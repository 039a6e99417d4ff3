"""What is sent to another server: a query on one copy, in words that nobody reads otherwise."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from policygraph.engine import Dataset, Engine, Query
from policygraph.engine.translate import translated
from policygraph.errors import NotSupported, PolicygraphError, ServiceRefused
from policygraph.settings import Limits
from tests.engine.conftest import EX, small  # noqa: F401  (a fixture)

from .copies import Server, copied

SECRET = "of another portal"
ANOTHER = "https://copies.test/secret"


@pytest.fixture(scope="module")
def engine(
    small: Dataset,  # noqa: F811
    foreign: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    """An engine behind a server that holds something else beside our copy."""
    record = "https://copies.test/translate"
    there = copied(small, foreign, tmp_path_factory.mktemp("copy"), record)
    with foreign.target as target:
        target.add(ANOTHER, f'<{EX}x> <{EX}p> "{SECRET}" .\n'.encode())
    with Engine.start(there, Limits(query_seconds=10, workers=2)) as engine:
        yield engine


def rows(engine: Engine, text: str) -> list[dict[str, str]]:
    found = json.loads(engine.ask(Query(text))[1])["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * { graph $g{?s ?p ?o}}",
        f"SELECT * {{ GRAPH <{ANOTHER}> {{ ?s ?p ?o }} }}",
        "SELECT * FROM <https://copies.test/secret> { ?s ?p ?o }",
        "SELECT * FROM NAMED <https://copies.test/secret> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * { FILTER(trueGRAPH ?g { ?s ?p ?o }) }",
        "SELECT * { ?s ?p trueGRAPH ?g { ?s ?p ?o } }",
        "SELECT * { ?s ?p 1GRAPH ?g { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o . gr\\u0061ph ?g { ?s ?p ?o } }",
        'SELECT * { ?s ?p ?o FILTER(1 <1#> """\n) GRAPH ?g { ?s ?p ?x } #"""\n }',
        "PREFIX GRAPH: <https://copies.test/> SELECT * { GRAPH GRAPH:secret { ?s ?p ?o } }",
        "PREFIX GRAPH: <https://copies.test/> SELECT * { GRAPH:secret { ?s ?p ?o } }",
        "SELECT * { { SELECT * { GRAPH ?g { ?s ?p ?o } } } }",
        "DESCRIBE * { GRAPH ?g { ?s ?p ?o } }",
        f"DESCRIBE <{EX}x> <{ANOTHER}>",
    ],
)
def test_nothing_else_in_the_store_can_be_read(engine: Engine, text: str) -> None:
    try:
        data = engine.ask(Query(text))[1]
    except PolicygraphError as error:
        assert error.status in (400, 403), error
        return
    assert SECRET not in data.decode()
    assert "copies.test" not in data.decode()


def test_a_graph_has_the_name_that_is_known_outside(engine: Engine) -> None:
    found = rows(engine, "SELECT ?g ?o { GRAPH ?g { ?s ?p ?o } }")
    assert Counter(row["g"] for row in found) == {
        EX + "g1": 2, EX + "g2": 2, EX + "shapes": 1,
    }  # fmt: skip
    joined = "SELECT DISTINCT ?o { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?t ?q ?o } FILTER(?g != ?h) }"
    assert rows(engine, joined) == [{"o": "both"}]
    known = f"SELECT ?o {{ VALUES ?g {{ <{EX}g2> <{EX}none> }} GRAPH ?g {{ ?s ?p ?o }} }}"
    assert Counter(row["o"] for row in rows(engine, known)) == {"both": 1, "two": 1}
    assert len(rows(engine, "SELECT * { GRAPH ?g {} }")) == 3
    assert len(rows(engine, f"SELECT * {{ VALUES ?x {{ 1 }} GRAPH <{EX}g1> {{}} }}")) == 1
    assert rows(engine, f"SELECT * {{ VALUES ?x {{ 1 }} GRAPH <{EX}none> {{}} }}") == []
    outside = "SELECT ?o { ?s ?p 'one' FILTER EXISTS { GRAPH ?g { ?s ?p 'both' } } ?s ?p ?o }"
    assert Counter(row["o"] for row in rows(engine, outside)) == {"one": 1, "both": 1}


@pytest.mark.parametrize(
    ("text", "triples"),
    [
        ("CONSTRUCT { ?s <x:> [ <y:> ?o ] } WHERE { ?s ?p ?o }", 8),
        ("CONSTRUCT { ?s <x:> ?none , 1 } WHERE { ?s ?p ?o }", 3),
        ("CONSTRUCT { ?o <x:> 1 } WHERE { ?s ?p ?o }", 0),
        ('CONSTRUCT { <a:> <x:> 1.0 , true , \'x\'@en , """y"""^^<z:> } WHERE {}', 4),
        ("CONSTRUCT { <a:> <x:> (1 ?o) } WHERE { ?s ?p ?o FILTER(LANG(?o) = '') }", 15),
        (f"CONSTRUCT WHERE {{ ?s <{EX}p> 'both' , ?o }}", 2),
        ("CONSTRUCT {} WHERE { ?s ?p ?o }", 0),
        (f"BASE <{EX}> PREFIX p: <p> CONSTRUCT {{ ?s p: <a> }} {{ ?s p: 'both' }}", 1),
        ("DESCRIBE ?s { ?s ?p 'both' }", 2),
        (f"DESCRIBE <{EX}a> ?s {{ ?s ?p 'plain' }}", 3),
    ],
)
def test_templates_are_filled_as_our_own_engine_fills_them(
    engine: Engine,
    small: Dataset,  # noqa: F811
    text: str,
    triples: int,
) -> None:
    def graph(asked: Engine) -> ox.Dataset:
        data = asked.ask(Query(text))[1]
        found = ox.Dataset(ox.parse(data, format=ox.RdfFormat.TURTLE))
        found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return found

    with Engine.start(small, Limits(workers=2)) as own:
        assert graph(engine) == graph(own)
    assert len(graph(engine)) == triples


def test_updates_services_and_functions_are_refused_before_anything_is_sent(
    engine: Engine,
) -> None:
    with pytest.raises(ServiceRefused):
        engine.ask(Query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"))
    with pytest.raises(NotSupported, match="bif:contains"):
        engine.ask(Query("SELECT * { ?s ?p ?o FILTER(<bif:contains>(?o, 'x')) }"))


def test_integers_are_divided_to_a_decimal(engine: Engine) -> None:
    """What stands in a path is no division."""
    divided = "7/2 ?a/?b ?a/2 7/?b (?a+?a)/4 7/(1+1) SUM(?a)/COUNT(*)/2 ABS(?a)/ABS(?b) -?a/-2"
    for text in divided.split():
        query = f"SELECT ({text} AS ?x) {{ VALUES (?a ?b) {{ (7 2) }} }} GROUP BY ?a ?b"
        assert [float(row["x"]) for row in rows(engine, query)] == [3.5], text
    assert [float(row["x"]) for row in rows(engine, "SELECT (1e0/8 AS ?x) {}")] == [0.125]
    for path in ("<p>/<p>", "<p>/a", "(<p>)/<p>", "<p>/(<p>|<q>)", "<p>/^<p>"):
        sent = translated(f"SELECT * {{ ?s {path} ?o }}", EX, {}, "http://n/").text
        assert "1.0" not in sent


def test_words_stand_apart() -> None:
    text = "SELECT(COALESCE(?a,\"x\"@en,'y'^^<t>)AS ?b){?a<p>?c}# GRAPH"
    sent = translated(text, "http://b/", {}, "http://n/").text
    assert "#" not in sent
    assert '"x"@en' in sent
    assert "'y'^^<http://b/t>" in sent
    assert ox.Store().query(sent)

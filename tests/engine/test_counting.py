"""Queries that add up what was counted at load: the same rows; and what is in doubt stays."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pyoxigraph as ox
import pytest
from benchmarks.workloads import WORKLOADS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policygraph.engine import statistics as counts
from policygraph.engine.loading import Loaded
from policygraph.engine.planning import planned
from policygraph.engine.statistics import (
    NONE,
    Counts,
    Ends,
    Statistics,
    counted,
    counted_aside,
    counted_in_order,
)
from policygraph.namespaces import RDF
from tests.engine.test_planning import EX, PROLOGUE, data, eager, graph, rows  # noqa: F401  (a fixture)

PATTERNS = ["?a a ?c", "?a ex:p0 ?c", "?a ex:p1 ?c ;", "[] ex:p2 ?c", "[ ] a ?c .", "?a ?c ?b",
            "[] ?c ?b", "?a a ex:C", "?a ex:p0 ex:n1 .", "?a ex:p0 'one'", "?a ex:p3 ?a",
            "?a ?a ?c"]  # fmt: skip
SELECTS = [
    ("SELECT ?c (COUNT(?a) AS ?n)", "GROUP BY ?c"),
    ("SELECT ?c (COUNT(*) AS ?n)", "GROUP BY ?c HAVING(COUNT(*) > 1) ORDER BY DESC(COUNT(?a))"),
    ("SELECT ?c (COUNT(DISTINCT ?a) AS ?n) WHERE", "GROUP BY ?c HAVING (?n > 1)"),
    ("select (count ( distinct ?a ) as ?n)", "group by ?c order by ?n"),
    ("SELECT (COUNT(DISTINCT ?a) AS ?n)", ""),
    ("SELECT (COUNT(DISTINCT ?c) AS ?n) (COUNT(?c) AS ?m)", ""),
    ("SELECT (COUNT(*) AS ?n)", ""),
    ("SELECT (COUNT(*) * 2 AS ?n) (COUNT(?b) AS ?m)", "GROUP BY (STR(?c) AS ?s)"),
    ("SELECT (MIN(?c) AS ?n) (MAX(?c) AS ?m) (COUNT(*) AS ?k)", "GROUP BY ?e"),
    ("SELECT (COUNT(DISTINCT ?a) AS ?n)", "GROUP BY ?C"),
    ("SELECT (COUNT(DISTINCT ?a) AS ?n)", "GROUP BY ?c ?e"),
    ("SELECT (COUNT(?e) AS ?n)", "GROUP BY ?c"),
    ("SELECT (SUM(?c) AS ?n) (COUNT(*) AS ?m)", ""),
    ("SELECT DISTINCT ?c ?e", ""),
    ("SELECT DISTINCT ?a", ""),
    ("SELECT ?c", "GROUP BY ?c"),
    ("SELECT ?c", ""),
    ("SELECT *", ""),
]
CLAUSES = [
    "",
    "FILTER(?c != ex:n1)",
    "FILTER (STR(?c) != 'COUNT(*)') BIND(STR(?c) AS ?e)",
    "OPTIONAL { ?c ex:p0 ?e } FILTER(BOUND(?e))",
    "OPTIONAL { ?c ex:p1 ?d . ?d ex:p2 ?e }",
    "OPTIONAL { ?a ex:p1 ?e }",
    "OPTIONAL { SELECT (COUNT(*) AS ?e) { ?z ex:p1 ?y } }",
    "BIND(1 AS ?a)",
]


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data, st.sampled_from(PATTERNS), st.sampled_from(CLAUSES), st.sampled_from(SELECTS))
def test_any_count_is_the_same(
    data: list[tuple[str, str, str]], pattern: str, clause: str, select: tuple[str, str]
) -> None:
    store = ox.Store()
    turtle = PROLOGUE + "".join(f"{s} {p} {o} .\n" for s, p, o in data)
    store.extend(ox.parse(turtle, ox.RdfFormat.TURTLE))
    text = f"{PROLOGUE}{select[0]} {{ {pattern} {clause} }} {select[1]}"
    with eager():
        other = planned(text, counted(store, union=False))
    if other == text:
        return
    try:
        expected = rows(store, text)
    except SyntaxError:
        with pytest.raises(SyntaxError):
            rows(store, other)
    else:
        assert rows(store, other) == expected


COUNTS = Counts(5, {f"<{EX}C>": 2, '"x"@en': 3})
NUMBERS = Statistics(
    {RDF["type"]: COUNTS, EX + "p0": COUNTS, EX + "p1": COUNTS._replace(values=None)}
)
VALUES = f'VALUES (?c ?counted) {{ (<{EX}C> 2) ("x"@en 3) }}'
PREDICATES = f"VALUES (?c ?counted) {{ (<{RDF['type']}> 5) (<{EX}p0> 5) (<{EX}p1> 5) }}"
WRITTEN = [
    (
        "SELECT ?c (COUNT(?a) AS ?n) { ?a a ?c } GROUP BY ?c ORDER BY DESC(?n) LIMIT 9",
        f"SELECT ?c (SUM(?counted) AS ?n) {{ {VALUES} }} GROUP BY ?c ORDER BY DESC(?n) LIMIT 9",
    ),
    (
        "SELECT DISTINCT ?c WHERE { [] a ?c } LIMIT 100",
        f"SELECT DISTINCT ?c WHERE {{ {VALUES} }} LIMIT 100",
    ),
    (
        "SELECT DISTINCT ?c { ?s ?c ?o } ORDER BY ?c",
        f"SELECT DISTINCT ?c {{ {PREDICATES} }} ORDER BY ?c",
    ),
    ("SELECT (COUNT(*) AS ?n) { ?s ?c ?o }", f"SELECT (SUM(?counted) AS ?n) {{ {PREDICATES} }}"),
    (
        "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a ex:p0 ex:C }",
        "SELECT (SUM(?counted) AS ?n) { VALUES ( ?counted) { ( 2) } }",
    ),
    (
        "# PREFIX ex: <urn:>\nSELECT DISTINCT ?c { [] ex:p0 ?c FILTER(?c != <urn:x>) }",
        f"# PREFIX ex: <urn:>\nSELECT DISTINCT ?c {{ {VALUES} FILTER(?c != <urn:x>) }}",
    ),
    (
        "SELECT ?c (COUNT(distinct ?a) AS ?n) { ?a a ?c FILTER(?c != 'COUNT(*)') } GROUP BY ?c",
        f"SELECT ?c (SUM(?counted) AS ?n) {{ {VALUES} FILTER(?c != 'COUNT(*)') }} GROUP BY ?c",
    ),
    (
        "SELECT (COUNT(?c) AS ?n) { ?a a ?c OPTIONAL { ?c ex:l ?l } } GROUP BY ?l # COUNT(?a)",
        f"SELECT (SUM(?counted) AS ?n) {{ {VALUES} OPTIONAL {{ ?c ex:l ?l }} }} GROUP BY ?l "
        "# COUNT(?a)",
    ),
]
IN_DOUBT = [
    "SELECT ?c { ?a a ?c }",
    "SELECT ?c (COUNT(?a) AS ?n) (MIN(?a) AS ?m) { ?a a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(?a) AS ?n) { ?a a ?c FILTER(?a != ex:C) } GROUP BY ?c",
    "SELECT ?c (COUNT(?a) AS ?n) { ?a a ?c FILTER($a != ex:C) } GROUP BY ?c",
    "SELECT ?c (COUNT(?a) AS ?a) { ?a a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(?a) AS ?n) { ?a a ?c } GROUP BY ?c HAVING(SUM(?n) > 1)",
    "SELECT ?c (COUNT(?a) AS ?n) (SAMPLE(?c) AS ?m) { ?a a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(?b) AS ?n) { ?a a ?c OPTIONAL { ?c ex:p0 ?b } } GROUP BY ?c",
    "SELECT (COUNT(*) AS ?n) { ?a a ?c OPTIONAL { SELECT (COUNT(*) AS ?m) { ?x ?y ?z } } }",
    "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a ?c OPTIONAL { ?c ex:p0 ?b } } GROUP BY ?c",
    "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a ?c }",
    "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a ?c } GROUP BY ?C",
    "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a ?c } GROUP BY ?c ?b",
    "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a ?c BIND(STR(?c) AS ?b) } GROUP BY ?b",
    "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a ?c } GROUP",
    "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?c ?o } GROUP BY ?c",
    "SELECT ?c (COUNT(?a ?c) AS ?n) { ?a a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(?a) AS ?counted) { ?a a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(?a) AS ?n) { ?a ex:p1 ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(?a) AS ?n) { ?a ex:p2 ?c } GROUP BY ?c",
    "SELECT (COUNT(?a) AS ?n) { ?a ex:p0 ex:D }",
    'SELECT (COUNT(?a) AS ?n) { ?a ex:p0 "x"@en }',
    "SELECT (COUNT(?c) AS ?n) { ex:n1 ex:p0 ?c }",
    "SELECT (COUNT(*) AS ?n) { ?a ex:p0 ?a }",
    "SELECT (COUNT(*) AS ?n) { ?a ?a ?c }",
    "SELECT DISTINCT REDUCED ?c { ?a a ?c }",
    "SELECT DISTINCT ?c (BNODE() AS ?b) { ?a a ?c }",
    "SELECT (COUNT(*) AS ?n) { ?a a ?c FILTER(RAND() < 0.5) }",
    "SELECT (COUNT(*) AS ?n) { ?a a ?c BIND(UUID() AS ?u) } GROUP BY ?u",
    "SELECT (COUNT(*) AS ?n) { ?a a ?c } GROUP BY (STRUUID() AS ?u)",
    "SELECT ?c (COUNT(*) AS ?n) { ?a a ?c FILTER(1<?a&&2>1) } GROUP BY ?c",
    "SELECT ?c { ?a a ?c } GROUP BY ?c HAVING(1<COUNT(?a)&&2>1)",
    "SELECT ?c (COUNT(?a) AS ?n) { ?a a ?c . . } GROUP BY ?c",
    "SELECT ?c (COUNT(\x0b?a) AS ?n) { ?a a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(?a) AS ?n) { ?a\x0ca ?c } GROUP BY ?c",
]


@pytest.mark.parametrize(("text", "written"), WRITTEN)
def test_what_was_counted_is_added_up(text: str, written: str) -> None:
    with eager():
        found = planned(PROLOGUE + text, NUMBERS)
    assert " ".join(found.split()) == " ".join((PROLOGUE + written).split())
    assert planned(PROLOGUE + text, NUMBERS) == PROLOGUE + text, "so little is counted as quickly"


@pytest.mark.parametrize("text", IN_DOUBT)
def test_what_is_in_doubt_stays_as_it_is(text: str) -> None:
    with eager():
        assert planned(PROLOGUE + text, NUMBERS) == PROLOGUE + text


@pytest.mark.parametrize("name", ["classes", "predicates"])
def test_a_made_up_graph_has_the_same_counts(name: str, graph: Loaded) -> None:  # noqa: F811
    [workload] = [workload for workload in WORKLOADS if workload.name == name]
    for seed in range(3):
        text = workload.text(seed, 24)
        with eager():
            other = planned(text, graph.statistics)
        assert "VALUES" in other
        columns, found = rows(graph.store, other, graph.union)
        assert (columns, found) == rows(graph.store, text, graph.union)
        assert len(found) > 10


def test_statistics_count_the_default_graph() -> None:
    store = ox.Store()
    lines = """
        <a> <p> <b> . <a> <p> <c> . <b> <p> <c> . <b> a <C> . <c> a <C> . <c> a <D> . <b> <r> _:x .
        <b> <q> "1" . <b> <q> "2" . <c> <q> "2" . <c> <r> << <a> <p> <b> >> .
    """
    store.extend(ox.parse(lines, ox.RdfFormat.TURTLE, base_iri=EX))
    for union in (False, True):
        found = counted(store, union)
        assert found.predicates[RDF["type"]].values == {f"<{EX}C>": 2, f"<{EX}D>": 1}
        assert found.predicates[EX + "p"] == Counts(
            3,
            {f"<{EX}b>": 1, f"<{EX}c>": 2},
            (Ends(2, 3.0, 1 / 3), Ends(2, 13 / 3, 5 / 3)),
        )
        assert found.predicates[EX + "q"].values == {'"1"': 1, '"2"': 2}
        assert found.predicates[EX + "r"][:2] == (2, None)
    for quad in list(store):
        store.remove(quad)
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(EX + "g")))
    assert counted(store, union=True) == found
    assert counted(store, union=False) == NONE
    assert counted_aside(store, union=True) == found
    for most in ("_FEW", "_ALL"):
        with patch.object(counts, most, 1):
            kept = counted(store, union=True).predicates
        assert [counts.values for counts in kept.values()] == [None] * 5


def test_statistics_of_a_store_on_disk_have_the_same_numbers(tmp_path: Path) -> None:
    file = tmp_path / "data.nq"
    lines = [f'<{EX}s{n}> <{EX}p{n % 3}> "{n % 7}" .\n' for n in range(200)]
    lines += [f"<{EX}s{n}> <{EX}q> <{EX}o{n}> <{EX}g> .\n" for n in range(200)]
    file.write_text("".join(lines) + f"<{EX}s> <{EX}r> _:x .\n")
    store = ox.Store(str(tmp_path / "store"))
    store.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)
    with patch.object(counts, "_FEW", 7):
        on_disk, there = counted_in_order(store), counted(store, union=False)
    assert on_disk.predicates == {
        iri: each._replace(ends=None) for iri, each in there.predicates.items()
    }
    assert sorted(each.triples for each in on_disk.predicates.values()) == [1, 66, 67, 67]
    assert [each.values is None for each in on_disk.predicates.values()].count(True) == 1
    with patch.object(counts, "_ALL", 10):
        kept = counted_in_order(store).predicates
    assert sum(len(each.values or ()) for each in kept.values()) <= 10

"""Queries written with hash tables: the same rows; and what is in doubt stays as it is."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from unittest.mock import patch

import pyoxigraph as ox
import pytest
from benchmarks.generate import quads
from benchmarks.workloads import WORKLOADS, Workload
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policygraph.engine import planning
from policygraph.engine.columns import named_columns
from policygraph.engine.evaluate import Evaluator
from policygraph.engine.loading import Loaded, load
from policygraph.engine.patterns import Doubt, taken_apart
from policygraph.engine.planning import planned
from policygraph.engine.query import Dataset, Form, Query
from policygraph.engine.statistics import NONE, Counts, Ends, Statistics, counted
from policygraph.errors import SyntaxProblem
from policygraph.formats import RESULT_FORMATS, Format, named
from policygraph.namespaces import BASE, RDF

EX = "http://example.org/"
PROLOGUE = f"PREFIX ex: <{EX}>\n"
NODES = [f"ex:n{number}" for number in range(5)]
PREDICATES = [f"ex:p{number}" for number in range(4)]
LITERALS = ['"one"', '"one"@en', '"2"^^<http://www.w3.org/2001/XMLSchema#integer>']
NEVER = 1e9
"""What a look-up must cost for tables to be taken wherever they can be."""
VARIABLES = ["?a", "?b", "?c", "?d"]


@contextmanager
def eager(look_up: float = NEVER) -> Iterator[None]:
    """Have every query written anew for which there is a plan: one with tables, if they can be."""
    with patch.multiple(planning, _WORTH=0.0, _LEFT=math.inf, _LOOK_UP=look_up):
        yield


def rows(store: ox.Store, text: str, union: bool = False) -> tuple[list[str], Counter[bytes]]:
    """The columns of an answer, and its rows as a multiset."""
    answer = store.query(text, base_iri=BASE, use_default_graph_as_union=union)
    assert isinstance(answer, ox.QuerySolutions)
    columns = [variable.value for variable in answer.variables]
    lines = answer.serialize(format=ox.QueryResultsFormat.TSV)
    assert lines is not None
    return columns, Counter(lines.split(b"\n")[1:])


nodes = st.sampled_from(NODES)
data = st.lists(
    st.one_of(
        st.tuples(nodes, st.sampled_from(PREDICATES), st.sampled_from(NODES + LITERALS)),
        st.tuples(nodes, st.just("a"), st.sampled_from(["ex:C", "ex:D"])),
    ),
    max_size=40,
)
predicates = st.one_of(
    st.sampled_from(PREDICATES),
    st.just("a"),
    st.lists(st.sampled_from(PREDICATES), min_size=2, max_size=3).map("/".join),
)
objects = st.sampled_from([*VARIABLES, *VARIABLES, "ex:n1", "ex:C", *LITERALS])
sentences = st.builds(
    lambda subject, pairs: f"{subject} {' ; '.join(pairs)}",
    st.sampled_from([*VARIABLES, *VARIABLES, "ex:n2"]),
    st.lists(
        st.builds(
            lambda predicate, things: f"{predicate} {', '.join(things)}",
            predicates,
            st.lists(objects, min_size=1, max_size=2),
        ),
        min_size=1,
        max_size=3,
    ),
)
filters = st.sampled_from(
    ["", "FILTER(?a != ?b)", "FILTER (BOUND(?a) && (?b < ?c || isIRI(?b))) .", "FILTER isIRI(?c)"]
)
tails = st.sampled_from(
    [
        "",
        "OPTIONAL { ?a ex:p1 ?e FILTER(?e != ?b) }",
        "OPTIONAL { ?a ex:p0 ?c } OPTIONAL { ?c ex:p2/ex:p3 ?e { ?e a ?f } }",
        "BIND(STR(?a) AS ?e) FILTER(?e != '')",
        "OPTIONAL { ?z ex:p3 ?a . MINUS { ?z a ex:D } } BIND(1 AS ?e)",
    ]
)
heads = st.sampled_from(
    [
        ("SELECT ?a ?b ?c ?d ?e", ""),
        ("select distinct ?b ?e where", "order by ?b"),
        ("SELECT *", ""),
        ("SELECT ?a (COUNT(*) AS ?n) (COUNT(DISTINCT ?b) AS ?m)", "GROUP BY ?a HAVING(?n > 1)"),
        ("SELECT (COUNT(?e) AS ?n) (MIN(?b) AS ?m) WHERE", ""),
    ]
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data, st.lists(sentences, min_size=1, max_size=3), filters, filters, tails, heads,
       st.sampled_from([0.3, 3.0, NEVER, NEVER]))  # fmt: skip
def test_any_query_gives_the_same_rows(
    data: list[tuple[str, str, str]],
    said: list[str],
    between: str,
    behind: str,
    tail: str,
    head: tuple[str, str],
    look_up: float,
) -> None:
    store = ox.Store()
    turtle = PROLOGUE + "".join(f"{s} {p} {o} .\n" for s, p, o in data)
    store.extend(ox.parse(turtle, ox.RdfFormat.TURTLE))
    first, *others = said
    group = f"{first} . {between} {' . '.join(others)} {behind} {tail}"
    text = named_columns(f"{PROLOGUE}{head[0]} {{ {group} }} {head[1]}", BASE)
    with eager(look_up):
        other = planned(text, known(store))
    assert rows(store, other) == rows(store, text)


def known(store: ox.Store) -> Statistics:
    """The statistics of a small store; a predicate that it lacks is known as well."""
    found = counted(store, union=False)
    some = Counts(1, None, (Ends(1, 1.0, 1.0), Ends(1, 1.0, 1.0)))
    every = {EX + f"p{n}": some for n in range(4)}
    return Statistics({**every, **found.predicates})


NAMES = "?a ex:p0 ?b . ?b ex:p1 ?c"
NUMBERS = Statistics(
    {EX + f"p{n}": Counts(9000, None, (Ends(9000, 9.0, 9.0),) * 2) for n in range(4)}
)
IN_DOUBT = [
    f"SELECT ?a {{ {NAMES} }} LIMIT 3",
    f"SELECT ?a {{ {NAMES} }} OFFSET 3",
    f"SELECT REDUCED ?a {{ {NAMES} }}",
    f"SELECT (SAMPLE(?a) AS ?s) {{ {NAMES} }}",
    f"SELECT (GROUP_CONCAT(?a) AS ?s) {{ {NAMES} }}",
    f"SELECT * {{ {NAMES} }}",
    "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ex:p0/ex:p1 ?c }",
    f"ASK {{ {NAMES} }}",
    f"CONSTRUCT {{ ?a ex:p0 ?c }} WHERE {{ {NAMES} }}",
    f"SELECT ?a {{ {NAMES} }} VALUES ?a {{ ex:n1 }}",
    f"SELECT ?a {{ {NAMES} VALUES ?a {{ ex:n1 }} }}",
    f"SELECT ?a {{ {NAMES} MINUS {{ ?a ex:p2 ?d }} }}",
    f"SELECT ?a {{ {NAMES} GRAPH ?g {{ ?a ex:p2 ?d }} }}",
    f"SELECT ?a {{ {NAMES} {{ ?a ex:p2 ?d }} UNION {{ ?a ex:p3 ?d }} }}",
    f"SELECT ?a {{ {NAMES} FILTER EXISTS {{ ?a ex:p2 ?d }} }}",
    f"SELECT ?a {{ {NAMES} FILTER(NOT EXISTS {{ ?a ex:p2 ?d }} }}",
    f"SELECT ?a {{ {NAMES} OPTIONAL {{ ?a ex:p2 ?d }} ?a ex:p3 ?e }}",
    f"SELECT ?a {{ {NAMES} BIND(1 AS ?d) ?a ex:p3 ?d }}",
    f"SELECT ?a {{ {NAMES} # ?c ex:p2 ?d\n }}",
    f"SELECT ?a {{ {NAMES} FILTER(?a != 'x' # )\n) }}",
    f'SELECT ?a {{ {NAMES} FILTER(?a != """){{"x""") }}',
    f"SELECT ?a {{ {NAMES} FILTER(?a != <urn:(>) }}",
    f"SELECT ?a {{ {NAMES} FILTER(?a != <urn:x#y>) }}",
    f"SELECT ?a {{ {NAMES} FILTER(?a != 'it\\'s') }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2 _:b }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2 [] }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2 ( ?d ) }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2* ?d }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2? ?d }}",
    f"SELECT ?a {{ {NAMES} ; ^ex:p2 ?d }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2|ex:p3 ?d }}",
    f"SELECT ?a {{ {NAMES} ; !ex:p2 ?d }}",
    f"SELECT ?a {{ {NAMES} ; (ex:p2/ex:p3) ?d }}",
    f"SELECT ?a {{ {NAMES} ; ?p ?d }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2 $d }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2 1.5 }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2 true }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2 ex:n.ex:p3 ?d }}",
    f"SELECT ?a {{ {NAMES} ; ex:p2 ex:n%20 }}",
    f"SELECT ?a {{ {NAMES} ; ex:unknown ?d }}",
    f"SELECT ?a {{ {NAMES} . ?y ex:p2 ?z }}",
    f"SELECT ?a {{ {NAMES} . . ?c ex:p2 ?d }}",
    f"SELECT ?a {{ {NAMES} FILTER(?a != ?b) . . ?c ex:p2 ?d }}",
    f"SELECT ?a {{ {NAMES}\x0c}}",
    f"SELECT ?a {{ {NAMES}\x1c}}",
    f"SELECT ?hop1 {{ {NAMES} ; ex:p2/ex:p3 ?hop1 }}",
    f"SELECT ?a FROM ex:g {{ {NAMES} . }} GROUP BY ?a {{",
    "SELECT ?a { ?a ex:p0 ?b }",
    "SELECT ?a { ?a ex:p0 ?b ; }",
    "SELECT ?a { ex:n1 ex:p0 ?b . ?b ex:p1 ?c }",
    "SELECT ?a { { ?a ex:p0 ?b . ?b ex:p1 ?c } }",
    "SELECT ?a { ?\u00e9 ex:p0 ?b . ?b ex:p1 ?c }",
    "",
]


@pytest.mark.parametrize("text", IN_DOUBT)
def test_what_is_in_doubt_stays_as_it_is(text: str) -> None:
    text = PROLOGUE + text
    with eager():
        assert planned(text, NUMBERS) == text
        assert planned(text, NONE) == text
        clear = f"# a {{ comment }}\n{PROLOGUE}SELECT ?a {{ {NAMES} }}"
        assert planned(clear.replace("{ comment }", "comment"), NUMBERS) != clear


def test_small_work_and_too_many_rows_stay_as_they_are() -> None:
    text = f"{PROLOGUE}SELECT ?a {{ {NAMES} }}"
    assert planned(text, NUMBERS) != text
    for rows in (100, 2 * planning.MOST_HELD):
        ends = Ends(rows, 9.0, 9.0)
        few_or_many = Statistics({EX + f"p{n}": Counts(rows, None, (ends, ends)) for n in range(4)})
        assert planned(text, few_or_many) == text


def test_nobody_can_count_what_has_a_relative_iri() -> None:
    classes = Counts(9000, {f"<{EX}C>": 9000}, (Ends(9000, 9.0, 9.0),) * 2)
    numbers = Statistics({**NUMBERS.predicates, RDF["type"]: classes})
    for name, known in ((f"<{EX}C>", True), ("<C>", False), ("r:C", False), ("r:C:C", False)):
        text = f"PREFIX r: <a/b:>\n{PROLOGUE}SELECT ?a {{ {NAMES} ; a {name} }}"
        with eager():
            assert (planned(text, numbers) != text) == known


def test_rows_that_nobody_can_count_are_met_and_not_held() -> None:
    """In a text the table is what stands first, where all weigh the same or the first less."""
    few, many = Ends(90, 9.0, 9.0), Ends(9000, 9.0, 9.0)
    one, other = Counts(9000, None, (few, few)), Counts(9000, None, (many, few))
    text = f"{PROLOGUE}SELECT ?a {{ ?a ex:p0 ?b . ?b ex:p1 ?c . ?c ex:p2 ?d }}"
    for counts, order in ((one, ["p2", "p0", "p1"]), (other, ["p0", "p1", "p2"])):
        with eager():
            found = planned(text, Statistics({EX + f"p{n}": counts for n in range(3)}))
        assert sorted(order, key=found.index) == order


def test_what_hangs_on_the_last_table_is_looked_up() -> None:
    """Names of publishers, of which there are many, of a few policies with much around them."""
    ends = [Ends(number, 100.0, 100.0) for number in (500, 900, 80_000)]
    counts = [Counts(end.number, None, (end, end)) for end in ends]
    numbers = Statistics({EX + f"p{n}": each for n, each in enumerate([*counts, counts[1]])})
    text = f"{PROLOGUE}SELECT ?n {{ ?a ex:p0 ?p . ?p ex:p3 ?d ; ex:p1/ex:p2 ?n }}"
    found = planned(text, numbers)
    assert re.findall(r"([{]?) \?\w+ ex:(p\d)", found) == [
        ("{", "p0"), ("{", "p3"), ("{", "p1"), ("", "p2")
    ]  # fmt: skip


def test_what_hangs_on_an_earlier_table_too_is_not_looked_up_before_the_last() -> None:
    """The rows that it makes would stand in a table then, and nobody knows how many they are."""
    ends = [Ends(number, 100.0, 100.0) for number in (500, 900, 80_000)]
    few, some, many = (Counts(end.number, None, (end, end)) for end in ends)
    numbers = Statistics({EX + f"p{n}": each for n, each in enumerate((few, some, many, many))})
    text = f"{PROLOGUE}SELECT ?n {{ ?a ex:p0 ?p . ?p ex:p1 ?q . ?q ex:p2 ?n . ?a ex:p3 ?n }}"
    parts = taken_apart(text)
    one, other, last, both = (planning._Pattern(each, parts, numbers) for each in parts.triples)
    join = planning._Join.begun(one)
    join = next(join.tabled(other, join.rows.joined(other.rows)))
    longer = join.looked_up(last, join.rows.joined(last.rows))
    assert longer is not None
    assert longer.text == f"{join.text} {last.text}"
    assert longer.looked_up(both, longer.rows.joined(both.rows)) is None


def test_words_are_read_as_the_evaluator_reads_them() -> None:
    parts = taken_apart(
        f"# any comment\n{PROLOGUE}PREFIX : <urn:>\nSELECT ?a WHERE {{?a a :C;ex:p0/:q ?b,1 . "
        'FILTER(?b<"}"&&(?a>2)).<urn:s> :t "x;."@en-GB OPTIONAL{?b ?p ?o}}ORDER BY ?a'
    )
    assert parts.triples == [
        ("?a", "a", ":C"),
        ("?a", "ex:p0", "?hop1"),
        ("?hop1", ":q", "?b"),
        ("?a", "ex:p0", "?hop2"),
        ("?hop2", ":q", "1"),
        ("<urn:s>", ":t", '"x;."@en-GB'),
    ]
    assert [text.strip() for text in parts.filters] == ['FILTER(?b<"}"&&(?a>2))']
    assert parts.after.strip() == "OPTIONAL{?b ?p ?o}}ORDER BY ?a"
    assert (parts.iri("ex:p0"), parts.iri(":q"), parts.iri("<x:y>")) == (EX + "p0", "urn:q", "x:y")


def test_a_comment_declares_no_prefix() -> None:
    text = "# PREFIX a: <urn:a>\nPREFIX b: <urn:b#> # PREFIX b: <urn:c>\nSELECT ?a { ?a b:p ?b }"
    assert taken_apart(text).prefixes == {"b": "urn:b#"}


def test_a_longer_text_is_not_read() -> None:
    with pytest.raises(Doubt):
        taken_apart(f"SELECT ?a {{ ?a <urn:p> ?b }} # {'x' * 20_000}")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    file = tmp_path_factory.mktemp("graph") / "graph.nq"
    file.write_text("".join(chain.from_iterable(quads(30_000, 1, overlap=False))))
    return load(Dataset((file,)))


SELECTS = [workload for workload in WORKLOADS if workload.kind not in ("construct", "describe")]
JOINED = ["optional", "instruments by country", "themes by year", "mean scores",
          "statuses by kind of body"]  # fmt: skip


@pytest.mark.parametrize("workload", SELECTS, ids=lambda workload: workload.name)
def test_a_made_up_graph_gives_the_same_rows(workload: Workload, graph: Loaded) -> None:
    for look_up in (2.0, NEVER):
        for seed in range(3):
            text = workload.text(seed, 24)
            with eager(look_up):
                other = planned(text, graph.statistics)
            assert (other != text) >= (look_up == NEVER and workload.name in JOINED)
            assert rows(graph.store, other, graph.union) == rows(graph.store, text, graph.union)


class Answer:
    """What an evaluator writes."""

    whole = b""

    def begin(self, _form: Form, _chosen: Format) -> None:
        assert not self.whole

    def write(self, data: bytes) -> int:
        self.whole += data
        return len(data)

    def flush(self) -> None:
        pass


CSV = named("csv", RESULT_FORMATS)


def test_an_evaluator_reckons_with_what_its_store_has(graph: Loaded) -> None:
    text = next(w for w in WORKLOADS if w.name == "themes by year").text(0, 24)
    asked = []

    def noted(text: str, statistics: Statistics) -> str:
        asked.append(planned(text, statistics))
        return asked[-1]

    answers = []
    for data in (graph, replace(graph, statistics=NONE)):
        answer = Answer()
        with eager(), patch("policygraph.engine.evaluate.planned", noted):
            Evaluator(data).run(Query(text, results=CSV), answer)
        answers.append(Counter(answer.whole.split(b"\r\n")))
    assert [text != other for other in asked] == [True, False]
    assert answers[0] == answers[1]
    assert len(answers[0]) > 10


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT ?a (COUNT(?b) AS ?n) {{ {NAMES} }}",
        f"SELECT ?a\n (COUNT(?b) AS ?n)\n {{ {NAMES} }} GROUP BY ?b",
        f"SELECT ?a (1 AS ?b) {{ {NAMES} }}",
        f"SELECT ?a {{ {NAMES} BIND(1 AS ?b) }}",
        f"SELECT ?a\n{{ {NAMES}\n FILTER(?a ! ?b) }}",
        f"SELECT ?a {{ {NAMES} }} ORDER\n ?a",
        f"SELECT ?a {{ {NAMES} ; y:p ?d }}",
    ],
)
def test_an_error_is_told_of_the_text_as_it_was_sent(text: str) -> None:
    found = []
    for statistics in (NUMBERS, NONE):
        with eager(), pytest.raises(SyntaxProblem) as caught:
            Evaluator(Loaded(ox.Store(), False, 0, statistics)).run(
                Query(PROLOGUE + text), Answer()
            )
        found.append(str(caught.value))
    assert found[0] == found[1]

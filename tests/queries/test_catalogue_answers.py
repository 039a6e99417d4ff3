"""Every query of the repository's catalogue is run: it answers what its header promises."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryBoolean, QuerySolutions, Store
from rdflib.plugins.sparql import prepareQuery

from policygraph.build import APART, Graphs, collect
from policygraph.engine import planning
from policygraph.engine.reading import read
from policygraph.engine.statistics import Statistics, counted
from policygraph.errors import ServiceRefused
from policygraph.namespaces import prefixes
from policygraph.queries import CatalogueQuery, find, read_catalogue
from policygraph.sources import find_portal

SOURCES = find_portal(Path(__file__).resolve().parents[2])
BASE = SOURCES.portal.base
EVERYTHING = read_catalogue(SOURCES)
CATALOGUE = [query for query in EVERYTHING if not query.calls]
FEDERATED = [query for query in EVERYTHING if query.calls]
"""They ask other endpoints, which a test may not do: they are read, and refused."""
POLICY = "nl-generative-ai-vision"
COPY = "copy-of-the-vision"

Row = dict[str, str]

every_query = pytest.mark.parametrize("query", CATALOGUE, ids=lambda query: query.slug)


def having(parameter: str) -> pytest.MarkDecorator:
    """Parametrise over the queries that take this parameter."""
    queries = [q for q in CATALOGUE if parameter in {p.name for p in q.parameters}]
    return pytest.mark.parametrize("query", queries, ids=lambda query: query.slug)


@pytest.fixture(scope="module")
def graphs() -> Graphs:
    """The named graphs of the repository's portal."""
    return collect(SOURCES)[0]


@pytest.fixture(scope="module")
def store(graphs: Graphs) -> Store:
    """The data set as a release has it: the default graph is the set union of all but one."""
    return filled(quads(graphs))


@pytest.fixture(scope="module")
def statistics(store: Store) -> Statistics:
    return counted(store, union=False)


@pytest.fixture(scope="module")
def with_copy(graphs: Graphs) -> Store:
    """The same, with a second policy that says word for word what the first one says."""
    return filled([*quads(graphs), *map(copied, quads(graphs))])


def quads(graphs: Graphs) -> list[Quad]:
    return [
        Quad(*triple, graph)
        for slug, triples in graphs.items()
        for graph in (NamedNode(f"{BASE}graph/{slug}"), DefaultGraph())
        if slug != APART or graph != DefaultGraph()
        for triple in triples
    ]


def filled(found: Iterable[Quad]) -> Store:
    store = Store()
    store.extend(found)
    return store


def copied(quad: Quad) -> Quad:
    def renamed(node: object) -> object:
        if isinstance(node, NamedNode) and node.value.startswith(BASE):
            return NamedNode(re.sub(rf"/{POLICY}(?=/|$)", f"/{COPY}", node.value))
        return node

    return Quad(*map(renamed, (quad.subject, quad.predicate, quad.object, quad.graph_name)))  # type: ignore[arg-type]  # map() forgets which is which


def ask(store: Store, query: CatalogueQuery, **values: str) -> list[Row]:
    """Return the answer as rows of text; the yes of an ASK as one row, its no as none."""
    found = store.query(query.bind(values, BASE))
    if isinstance(found, QueryBoolean):
        return [{"answer": "true"}] if found else []
    if isinstance(found, QuerySolutions):
        columns = [variable.value for variable in found.variables]
        return [
            {name: text(row[name]) for name in columns if row[name] is not None} for row in found
        ]
    return [{"s": str(t.subject), "p": str(t.predicate), "o": str(t.object)} for t in found]


def text(term: object) -> str:
    return str(getattr(term, "value", term))


def answer(store: Store, slug: str, **values: str) -> list[Row]:
    return ask(store, find(CATALOGUE, slug), **values)


def thing(path: str) -> str:
    return f"{BASE}id/{path}"


def element(path: str) -> str:
    return thing(f"policy/{POLICY}/{path}")


# Every query


def test_the_catalogue_is_there() -> None:
    assert len(CATALOGUE) >= 30
    assert {query.topic for query in FEDERATED} == {"federated"}
    assert "federated" not in {query.topic for query in CATALOGUE}


@every_query
def test_the_engine_may_write_a_query_anew(
    store: Store, statistics: Statistics, query: CatalogueQuery
) -> None:
    text = query.bind({}, BASE)
    with patch.multiple(planning, _WORTH=0.0, _LEFT=math.inf, _LOOK_UP=1e9):
        other = planning.planned(text, statistics)
    assert multiset(store, other) == multiset(store, text)


def test_the_engine_would_write_some_queries_anew(statistics: Statistics) -> None:
    texts = [query.bind({}, BASE) for query in CATALOGUE]
    with patch.multiple(planning, _WORTH=0.0, _LEFT=math.inf, _LOOK_UP=1e9):
        assert any(planning.planned(text, statistics) != text for text in texts)


def multiset(store: Store, query: str) -> Counter[str]:
    found = store.query(query)
    if isinstance(found, QueryBoolean):
        return Counter([str(bool(found))])
    return Counter(map(str, found))


@pytest.mark.parametrize("query", FEDERATED, ids=lambda query: query.slug)
def test_a_federated_query_is_well_formed_and_refused_by_default(query: CatalogueQuery) -> None:
    """It says whom it asks, another engine understands it, and no packet leaves here."""
    assert all(endpoint.startswith("https://") for endpoint in query.calls)
    assert "Asks the endpoint of" in query.question["en"]
    assert "endpoint van" in query.question["nl"]
    text = query.bind({}, BASE)
    prepareQuery(text)
    with pytest.raises(ServiceRefused, match=re.escape(query.calls[0])):
        read(text)


@every_query
def test_returns_what_it_promises(store: Store, query: CatalogueQuery) -> None:
    assert query.rows >= 1
    assert len(ask(store, query)) >= query.rows


@every_query
def test_no_row_comes_twice(store: Store, query: CatalogueQuery) -> None:
    counts = Counter(tuple(sorted(row.items())) for row in ask(store, query))
    assert [row for row, count in counts.items() if count > 1] == []


@every_query
def test_says_what_it_is_in_each_language(query: CatalogueQuery) -> None:
    assert query.form in {"SELECT", "ASK", "CONSTRUCT"}
    for texts in (query.title, query.question, *(p.label for p in query.parameters)):
        assert texts.keys() == {"nl", "en", "fr"}
        assert all(said.strip() for said in texts.values())
    assert all(question.endswith((".", "?")) for question in query.question.values())


@every_query
def test_each_parameter_is_documented(query: CatalogueQuery) -> None:
    known = prefixes(BASE)
    for parameter in query.parameters:
        assert parameter.example
        assert not parameter.below or parameter.below in known
        assert f"${parameter.name}" not in query.bind({}, BASE)


@every_query
def test_is_tied_to_no_policy(query: CatalogueQuery) -> None:
    assert POLICY not in query.text
    assert "id/policy/" not in query.text


@every_query
def test_uses_the_prefixes_of_the_project(query: CatalogueQuery) -> None:
    used = re.findall(r"^PREFIX (\S*): <(\S+)>$", query.text, re.MULTILINE)
    known = prefixes(BASE)
    assert {name: iri for name, iri in used if known.get(name) != iri} == {}
    body = re.sub(r"^PREFIX .*$|#.*$", "", query.text, flags=re.MULTILINE)
    assert [name for name, _ in used if f"{name}:" not in body] == []


@every_query
def test_is_understood_by_another_engine(query: CatalogueQuery) -> None:
    prepareQuery(query.bind({}, BASE))


@every_query
def test_comes_in_a_fixed_order(query: CatalogueQuery) -> None:
    assert ("ORDER BY" in query.text) == (query.form == "SELECT")


@having("language")
def test_no_row_depends_on_the_language(store: Store, query: CatalogueQuery) -> None:
    rows = {language: len(ask(store, query, language=language)) for language in ("nl", "en", "fr")}
    assert len(set(rows.values())) == 1, rows


@having("language")
@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_what_is_shown_has_a_name(store: Store, query: CatalogueQuery, language: str) -> None:
    """A column x with an IRI has its name in the column xLabel, where the query has that column."""
    rows = ask(store, query, language=language)
    columns = {name for row in rows for name in row}
    nameless = {
        row[name]
        for name in columns
        if f"{name}Label" in columns
        for row in rows
        if name in row and f"{name}Label" not in row
    }
    assert nameless == set()


@having("policy")
def test_another_policy_does_not_mix_in(
    store: Store, with_copy: Store, query: CatalogueQuery
) -> None:
    assert ask(with_copy, query) == ask(store, query) or query.form == "CONSTRUCT"
    assert len(ask(with_copy, query)) == len(ask(store, query))
    # What others say about the first policy, they do not say about its copy.
    assert 0 < len(ask(with_copy, query, policy=COPY)) <= len(ask(store, query))


def test_a_second_policy_appears_wherever_policies_are_compared(with_copy: Store) -> None:
    vision, copy = thing(f"policy/{POLICY}"), thing(f"policy/{COPY}")
    compared = 0
    for query in CATALOGUE:
        found = {row.get("policy") for row in ask(with_copy, query)}
        assert (vision in found) == (copy in found), query.slug
        compared += vision in found
    assert compared > 15


# What the answers are, for the Dutch vision


def test_the_outline_has_every_part_in_order(store: Store) -> None:
    rows = answer(store, "document-outline", policy=POLICY)
    parts = Counter(row["partLabel"] for row in rows)
    assert parts["principle"] == 4
    assert parts["pillar"] == 6
    listed = [row for row in rows if row["standingLabel"] == "listed"]
    assert [row["number"] for row in listed] == (
        "1 2 3 4 1 1.1 1.2 1.3 1.4 1.5 1.6 2 2.1 2.2 2.3 3 3.1 4 4.1 5 5.1 6".split()
    )
    assert {row["pillarLabel"] for row in listed if row["number"].startswith("1.")} == {
        "Collaborate"
    }


def test_twelve_action_points_are_listed(store: Store) -> None:
    rows = answer(store, "pillars-and-their-weight", policy=POLICY)
    assert [int(row["listed"]) for row in rows] == [6, 3, 1, 1, 1, 0]
    [policy] = [row for row in answer(store, "policies") if row["policy"].endswith(POLICY)]
    assert policy["listedActions"] == "12"
    assert policy["principles"] == "4"
    assert policy["pillars"] == "6"
    assert policy["placeLabel"] == "Netherlands"


def test_the_last_pillar_lists_nothing(store: Store) -> None:
    rows = answer(store, "pillars-without-action-points")
    mine = [row for row in rows if row["policy"].endswith(POLICY)]
    assert [row["pillar"] for row in mine] == [element("pillar/6")]
    assert int(mine[0]["inText"]) > 0


def test_only_what_the_source_calls_responsible_is_responsible(store: Store) -> None:
    rows = {row["action"]: row for row in answer(store, "actions-by-pillar", policy=POLICY)}
    labour = rows[element("action/labour-impact")]
    assert labour["responsible"] == "Social and Economic Council (Netherlands)"
    sandbox = rows[element("action/3.1")]
    assert "responsible" not in sandbox
    assert "Central government of the Netherlands (involved)" in sandbox["others"]
    without = {row["action"] for row in answer(store, "actions-without-responsible-body")}
    assert element("action/3.1") in without
    assert element("action/labour-impact") not in without


def test_the_source_aligns_with_the_whole_agenda_and_no_single_goal(store: Store) -> None:
    agenda = answer(store, "what-touches-one-sdg", goal="http://metadata.un.org/sdg")
    stated = {row["element"] for row in agenda if row["basisLabel"] == "stated in the source"}
    assert {element(f"principle/{number}") for number in (1, 2, 3, 4)} <= stated
    rows = answer(store, "attention-per-sdg")
    assert [int(row["number"]) for row in rows] == list(range(18))
    for goal in rows[1:]:
        for row in answer(store, "what-touches-one-sdg", goal=goal["number"]):
            if row["policy"].endswith(POLICY):
                assert row["basisLabel"] == "curator's interpretation"
                assert row["rationale"]


def test_stated_comes_before_interpreted(store: Store) -> None:
    rows = answer(store, "stated-and-interpreted", policy=POLICY)
    bases = [row["basisLabel"] for row in rows]
    assert set(bases) == {"stated in the source", "curator's interpretation"}
    assert bases == sorted(bases, reverse=True)
    interpreted = [row for row in rows if row["basisLabel"] == "curator's interpretation"]
    assert all(row.get("rationale") for row in interpreted)


def test_three_takeaways_point_to_an_initiative(store: Store) -> None:
    rows = answer(store, "takeaways-for-a-place", place="BE2")
    mine = [row for row in rows if row["policy"].endswith(POLICY)]
    assert len({row["takeaway"] for row in mine}) == 5
    pointed = {
        row["takeaway"]: row["pointsTo"] for row in mine if row.get("kindLabel") == "initiative"
    }
    assert pointed == {
        element("takeaway/2a"): thing("initiative/alt-edic"),
        element("takeaway/2b"): thing("initiative/gpt-nl"),
        element("takeaway/2c"): thing("initiative/nl-regulatory-sandbox"),
    }


def test_the_netherlands_sets_up_a_sandbox_and_flanders_does_not(store: Store) -> None:
    assert answer(store, "country-has-instrument", country="NLD", instrument="regulatory-sandbox")
    assert not answer(store, "country-has-instrument", country="nuts:BE2")
    rows = answer(store, "actions-by-instrument", instrument="regulatory-sandbox")
    assert element("action/3.1") in {row["action"] for row in rows}


def test_an_initiative_is_known_by_the_action_that_creates_it(store: Store) -> None:
    rows = answer(store, "initiatives-and-their-actions", language="nl")
    pairs = {(row["initiative"], row.get("action")) for row in rows}
    assert (thing("initiative/nl-transparantieregister"), element("action/2.2")) in pairs
    assert (thing("initiative/alt-edic"), element("action/1.2")) in pairs


def test_themes_are_either_met_or_left_out(store: Store) -> None:
    met = {
        row["theme"]
        for row in answer(store, "principles-by-theme")
        if row["policy"].endswith(POLICY)
    }
    left_out = {row["theme"] for row in answer(store, "themes-left-out", policy=POLICY)}
    assert met & left_out == set()
    assert thing("theme/safety-security") in met
    assert thing("theme/accountability") in left_out


def test_the_window_of_the_timeline_is_inclusive(store: Store) -> None:
    day = {"from": "2024-01-18", "until": "2024-01-18"}
    assert thing(f"policy/{POLICY}") in {
        row["document"] for row in answer(store, "timeline", **day)
    }
    before = answer(store, "timeline", **{"from": "2000-01-01", "until": "2024-01-17"})
    assert before
    assert thing(f"policy/{POLICY}") not in {row["document"] for row in before}


def test_evidence_adds_up(store: Store) -> None:
    [row] = [r for r in answer(store, "evidence-per-policy") if r["policy"].endswith(POLICY)]
    levels = [int(row[level]) for level in ("primary", "secondary", "uncorroborated")]
    assert sum(levels) == int(row["total"])
    assert levels[0] > 0
    assert 0 < int(row["primaryPercent"]) < 100


def test_relations_run_both_ways(store: Store) -> None:
    rows = answer(store, "relations-of-a-policy", policy=POLICY)
    pairs = {(row["from"], row["relationLabel"], row["to"]) for row in rows}
    vision = thing(f"policy/{POLICY}")
    assert (vision, "implements", thing("policy/eu-ai-act")) in pairs
    assert (thing("document/nl-kst-26643-1125"), "cites", vision) in pairs
    network = answer(store, "network-of-documents")
    drawn = {(row["from"], row["relationLabel"], row["to"]) for row in network}
    assert pairs <= drawn


def test_the_monitor_gave_a_three(store: Store) -> None:
    rows = [r for r in answer(store, "impact-scores") if r["policy"].endswith(POLICY)]
    assert [(row["score"], row["saidByLabel"]) for row in rows] == [
        ("3", "Knowledge Centre Data & Society")
    ]

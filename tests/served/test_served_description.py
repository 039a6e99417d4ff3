"""What a server says about itself is true: every number, every address, as clients ask for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest

from policygraph.namespaces import VOCABULARIES
from policygraph.release import Release

from .asking import found, get
from .conftest import serving

V = VOCABULARIES["void"]
EXT = VOCABULARIES["void-ext"]
A = VOCABULARIES["rdf"] + "type"
Said = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def address(release: Release) -> Iterator[str]:
    with serving("--release", release.path) as address:
        yield address


def described(response: httpx.Response) -> Said:
    """What an answer in N-Triples says: subject to predicate to values."""
    assert response.status_code == 200, response.text
    said: Said = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES):
        assert not isinstance(quad.object, ox.Triple)
        said[quad.subject.value][quad.predicate.value].append(quad.object.value)
    return said


@pytest.fixture(scope="module")
def void(address: str) -> Said:
    accept = {"Accept": "application/n-triples"}
    return described(httpx.get(f"{address}/.well-known/void", headers=accept, timeout=60))


def counted(address: str, query: str) -> dict[tuple[str, ...], int]:
    """The rows of a query whose last column is a number."""
    rows = found(get(f"{address}/sparql", query))
    return {tuple(list(row.values())[:-1]): int(row["n"]) for row in rows}


def numbers(said: Said, subject: str) -> dict[str, int]:
    return {
        name: int(value)
        for name in ("triples", "entities", "classes", "properties", "distinctSubjects",
                     "distinctObjects")
        for value in said[subject][V + name]
    }  # fmt: skip


def in_dataset(address: str, pattern: str, space: str) -> dict[str, int]:
    rows = found(
        get(
            f"{address}/sparql",
            f"""SELECT
      (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?distinctSubjects)
      (COUNT(DISTINCT ?p) AS ?properties) (COUNT(DISTINCT ?o) AS ?distinctObjects)
      (COUNT(DISTINCT ?thing) AS ?entities) (COUNT(DISTINCT ?class) AS ?classes)
    {{ {pattern}
      BIND(IF(isIRI(?s) && STRSTARTS(STR(?s), "{space}"), ?s, ?none) AS ?thing)
      BIND(IF(?p = <{A}>, ?o, ?none) AS ?class) }}""",
        )
    )
    return {name: int(value) for name, value in rows[0].items()}


def test_the_numbers_of_the_whole_are_what_the_default_graph_counts(
    address: str, void: Said, release: Release
) -> None:
    base = release.portal.base
    [space] = void[base][V + "uriSpace"]
    stated = numbers(void, base)
    counts = in_dataset(address, "?s ?p ?o", space)
    del counts["distinctObjects"]  # it would count itself
    assert stated == counts
    assert stated["triples"] > 90_000


def test_the_numbers_of_each_graph_are_what_that_graph_counts(
    address: str, void: Said, release: Release
) -> None:
    base = release.portal.base
    [space] = void[base][V + "uriSpace"]
    for slug, triples in release.graphs.items():
        graph = f"{base}graph/{slug}"
        counts = in_dataset(address, f"GRAPH <{graph}> {{ ?s ?p ?o }}", space)
        if slug == "meta":
            del counts["distinctObjects"]
        assert numbers(void, graph) == counts, slug
        assert counts["triples"] == triples
    subsets = {iri for iri in void[base][V + "subset"] if "/graph/" in iri}
    assert subsets == {f"{base}graph/{slug}" for slug in release.graphs if slug != "shapes"}


def test_every_property_has_a_partition_with_its_numbers(
    address: str, void: Said, release: Release
) -> None:
    parts = void[release.portal.base][V + "propertyPartition"]
    stated = {void[part][V + "property"][0]: numbers(void, part) for part in parts}
    rows = found(
        get(
            f"{address}/sparql",
            """SELECT ?p (COUNT(*) AS ?triples)
      (COUNT(DISTINCT ?s) AS ?distinctSubjects) (COUNT(DISTINCT ?o) AS ?distinctObjects)
      { ?s ?p ?o } GROUP BY ?p""",
        )
    )
    carriers = {V + name for name in numbers(void, f"{release.portal.base}graph/schemes")}
    assert len(stated) == len(parts) == len(rows) > 150
    for row in rows:
        counts = {name: int(value) for name, value in row.items() if name != "p"}
        if row["p"] in carriers:
            del counts["distinctObjects"]
        assert stated[row["p"]] == counts, row["p"]


def test_every_class_has_a_partition_with_what_its_things_have(
    address: str, void: Said, release: Release
) -> None:
    parts = void[release.portal.base][V + "classPartition"]
    classes = {void[part][V + "class"][0]: part for part in parts}
    assert len(classes) == len(parts) > 55
    stated = {(class_,): int(void[part][V + "entities"][0]) for class_, part in classes.items()}
    count = "(COUNT(DISTINCT ?s) AS ?n)"
    assert stated == counted(address, f"SELECT ?c {count} {{ ?s a ?c }} GROUP BY ?c")
    properties = {
        (class_, void[inner][V + "property"][0]): inner
        for class_, part in classes.items()
        for inner in void[part][V + "propertyPartition"]
    }
    details = {key: int(void[part][V + "triples"][0]) for key, part in properties.items()}
    found_ = "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o } GROUP BY ?c ?p"
    assert details == counted(address, found_)
    assert len(details) > 900
    kinds = {
        (*key, void[inner][vocabulary + kind][0])
        for key, part in properties.items()
        for vocabulary, kind in ((V, "class"), (EXT, "datatype"))
        for inner in void[part][f"{vocabulary}{kind}Partition"]
    }
    pairs = counted(
        address,
        """SELECT ?c ?p ?kind (COUNT(*) AS ?n) {
      { ?s a ?c ; ?p ?o . ?o a ?kind }
      UNION { ?s a ?c ; ?p ?o FILTER(isLiteral(?o)) BIND(DATATYPE(?o) AS ?kind) }
    } GROUP BY ?c ?p ?kind""",
    )
    assert kinds == set(pairs)


def test_every_link_is_counted(address: str, void: Said, release: Release) -> None:
    base = release.portal.base
    [space] = void[base][V + "uriSpace"]
    linksets = [iri for iri in void[base][V + "subset"] if V + "Linkset" in void[iri][A]]
    targets: Counter[str] = Counter()
    for linkset in linksets:
        [predicate] = void[linkset][V + "linkPredicate"]
        [there] = void[linkset][V + "objectsTarget"]
        assert void[linkset][V + "subjectsTarget"] == [base]
        [begin] = void[there][V + "uriSpace"]
        [stated] = void[linkset][V + "triples"]
        counts = counted(
            address,
            f"""SELECT (COUNT(*) AS ?n) {{ ?s <{predicate}> ?o
          FILTER(STRSTARTS(STR(?s), "{space}") && isIRI(?o) && STRSTARTS(STR(?o), "{begin}")) }}""",
        )
        assert int(stated) == counts[()] > 0, linkset
        targets[there.rpartition("/")[2].rpartition("#")[2]] += int(stated)
    assert targets.keys() >= {"SDG", "eurovoc", "eu-authority", "nuts", "wikidata", "dpv"}
    assert targets["SDG"] > 400


def test_examples_and_vocabularies_are_in_use(address: str, void: Said, release: Release) -> None:
    examples = {iri for about in void.values() for iri in about[V + "exampleResource"]}
    assert len(examples) > 15
    for iri in examples:
        path = iri.removeprefix(release.portal.base)
        assert httpx.get(f"{address}/{path}", follow_redirects=True).status_code == 200, iri
    used = found(
        get(
            f"{address}/sparql",
            """SELECT DISTINCT ?term {
      { ?s ?term ?o } UNION { ?s a ?term } }""",
        )
    )
    for vocabulary in void[release.portal.base][V + "vocabulary"]:
        assert any(row["term"].startswith(vocabulary) for row in used), vocabulary


def test_addresses_are_the_ones_that_the_client_can_reach(
    address: str, void: Said, release: Release
) -> None:
    base = release.portal.base
    assert void[base][V + "sparqlEndpoint"] == [f"{address}/sparql"]
    dumps = {iri for about in void.values() for iri in about[V + "dataDump"]}
    assert len(dumps) == sum("/" not in name for name in release.files)
    assert set(void[f"{base}graph/schemes"][V + "dataDump"]) == {
        f"{address}/download/schemes.{suffix}{gz}"
        for suffix in ("ttl", "nt", "jsonld")
        for gz in ("", ".gz")
    }
    with httpx.Client(timeout=60) as client:
        for dump in dumps:
            assert client.head(dump).status_code == 200, dump


def test_behind_a_proxy_addresses_are_those_of_the_proxy(address: str, release: Release) -> None:
    said = described(httpx.get(f"{address}/.well-known/void", timeout=60, headers={
        "Accept": "application/n-triples", "Host": "data.example.org",
        "X-Forwarded-Proto": "https",
    }))  # fmt: skip
    about = said[release.portal.base]
    assert about[V + "sparqlEndpoint"] == ["https://data.example.org/sparql"]
    assert "https://data.example.org/download/policygraph.nq.gz" in about[V + "dataDump"]


@pytest.fixture(scope="module")
def service(address: str) -> Said:
    accept = {"Accept": "application/n-triples"}
    return described(httpx.get(f"{address}/sparql", headers=accept, timeout=60))


def test_the_service_says_which_graphs_it_has_and_how_they_are_merged(
    address: str, service: Said, release: Release
) -> None:
    sd = VOCABULARIES["sd"]
    [dataset] = service[f"{address}/sparql"][sd + "defaultDataset"]
    named = {service[graph][sd + "name"][0] for graph in service[dataset][sd + "namedGraph"]}
    counts = counted(address, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert named == {graph for (graph,) in counts}
    for (graph,), number in counts.items():
        assert service[graph][V + "triples"] == [str(number)]
    assert service[dataset][sd + "defaultGraph"] == [release.portal.base]
    described_ = " ".join(service[release.portal.base][VOCABULARIES["dct"] + "description"])
    assert f"{release.portal.base}graph/shapes" in described_


def test_the_service_states_its_limits_and_its_other_descriptions(
    address: str, service: Said, release: Release
) -> None:
    schema, about = VOCABULARIES["schema"], service[f"{address}/sparql"]
    limits = {
        service[limit][schema + "propertyID"][0]: float(service[limit][schema + "maxValue"][0])
        for limit in about[schema + "additionalProperty"]
    }
    assert limits == {name: getattr(release.portal.limits, name) for name in limits}
    assert {"query_seconds", "query_memory_mib", "query_text_kib"} <= limits.keys()
    too_long = "SELECT * { ?s ?p ?o } #" + "x" * (int(limits["query_text_kib"]) << 10)
    answer = httpx.post(f"{address}/sparql", content=too_long, timeout=60,
                        headers={"Content-Type": "application/sparql-query"})  # fmt: skip
    assert answer.status_code == 413
    others = about[VOCABULARIES["rdfs"] + "seeAlso"]
    assert sorted(others) == [f"{address}/.well-known/void", f"{address}/catalog"]
    for other in others:
        accept = {"Accept": "text/turtle"}
        assert httpx.get(other, headers=accept, timeout=60).status_code == 200

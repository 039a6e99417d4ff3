"""The made-up graphs: the same each time, well-formed, and what the ontology makes of them."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from itertools import chain, islice
from pathlib import Path
from typing import cast

import pyoxigraph as ox
import pytest
from benchmarks.generate import Size, quads, write

from policygraph.inference import infer
from policygraph.namespaces import BASE, RDF
from policygraph.sources import find_portal
from policygraph.terms import Triple
from policygraph.validation import validate

COUNT = 12_000


def lines(count: int, seed: int = 1, *, overlap: bool = False) -> list[str]:
    return list(chain.from_iterable(quads(count, seed, overlap)))


def parsed(text: str) -> list[ox.Quad]:
    return list(ox.parse(text, ox.RdfFormat.N_QUADS))


def by_graph(graph: list[ox.Quad]) -> dict[str, list[Triple]]:
    """The triples of each graph, by its slug."""
    found: dict[str, list[Triple]] = defaultdict(list)
    for subject, predicate, term, name in graph:
        triple = cast("Triple", (subject, predicate, term))
        found[str(name).removeprefix(f"<{BASE}graph/").rstrip(">")].append(triple)
    return found


@pytest.fixture(scope="module")
def graph() -> list[ox.Quad]:
    return parsed("".join(lines(COUNT)))


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.nq", "two.nq", "packed.nq.gz", "again.nq.gz")]
    sizes = [write(file, COUNT) for file in files]
    one, two, packed, again = (file.read_bytes() for file in files)
    assert one == two == gzip.decompress(packed)
    assert packed == again
    assert sizes == [Size(one.count(b"\n"), sizes[0].documents)] * 4
    assert write(files[1], COUNT, seed=2).quads >= COUNT
    assert files[1].read_bytes() != one


def test_a_larger_graph_begins_with_the_smaller_one() -> None:
    small, large = lines(COUNT), lines(2 * COUNT)
    assert COUNT <= len(small) < 2 * COUNT <= len(large)
    assert large[: len(small)] == small


def test_the_graph_is_streamed() -> None:
    """A graph of any size can be begun: nothing waits for the whole of it."""
    first = list(islice(quads(10**12), 5))
    assert sum(map(len, first)) > 1_000


def test_no_triple_stands_twice_unless_it_is_asked_for(graph: list[ox.Quad]) -> None:
    assert len({quad.triple for quad in graph}) == len(graph)
    twice = parsed("".join(lines(COUNT, overlap=True)))
    counted = Counter(quad.triple for quad in twice)
    assert len(set(twice)) == len(twice)
    repeated = {triple.predicate.value for triple, number in counted.items() if number > 1}
    assert repeated == {RDF.type, "http://purl.org/dc/terms/title"}


def test_there_is_no_blank_node(graph: list[ox.Quad]) -> None:
    for quad in graph:
        assert not {ox.BlankNode} & {type(term) for term in (quad.subject, quad.object)}


def test_what_is_inferred_is_what_a_release_infers(graph: list[ox.Quad]) -> None:
    """Faster code than that of the release, and the same outcome."""
    graphs = by_graph(graph)
    inferred = set(graphs.pop("inferred"))
    stated = set(chain.from_iterable(graphs.values()))
    assert infer(stated, graphs["ontology"], BASE) == inferred


def test_the_graph_conforms_to_the_shapes(graph: list[ox.Quad], portal: Path) -> None:
    """Put into the repository's portal, nothing in it is a violation."""
    graphs = by_graph(graph)
    files = [portal / "data" / name for name in ("stakeholders.ttl", "initiatives.ttl")]
    policies = [slug for slug in graphs if "-policy-" in slug]
    files += [portal / "data" / "policies" / f"{slug}.ttl" for slug in policies]
    for file in files:
        with file.open("ab") as stream:
            triples = (ox.Triple(*triple) for triple in graphs[file.stem])
            ox.serialize(triples, stream, ox.RdfFormat.N_TRIPLES)
    report = validate(find_portal(portal), files, cache=False)
    assert len(policies) > 3
    assert report.files == len(files)
    assert [f for f in report.findings if f.severity == "Violation"] == []

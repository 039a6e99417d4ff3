"""The repository's own portal as one graph, asked with SPARQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from policygraph.build import APART, collect
from policygraph.namespaces import prefixes
from policygraph.sources import Sources, find_portal

Row = dict[str, str]
Ask = Callable[[str], list[Row]]

PROLOGUE = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes().items())


@pytest.fixture(scope="session")
def sources() -> Sources:
    return find_portal(Path(__file__).resolve().parents[2])


@pytest.fixture(scope="session")
def store(sources: Sources) -> Store:
    """The graphs as a release has them: the default graph is the set union of all but one."""
    found = Store()
    for slug, triples in collect(sources)[0].items():
        graph = NamedNode(f"{sources.portal.base}graph/{slug}")
        found.extend(Quad(*triple, graph) for triple in triples)
        if slug != APART:
            found.extend(Quad(*triple, DefaultGraph()) for triple in triples)
    return found


@pytest.fixture(scope="session")
def ask(store: Store) -> Ask:
    """Return the rows of a SELECT as text; what is not bound is left out."""

    def rows(text: str) -> list[Row]:
        answer = store.query(PROLOGUE + text)
        assert isinstance(answer, QuerySolutions)
        names = [variable.value for variable in answer.variables]
        return [{n: row[n].value for n in names if row[n] is not None} for row in answer]

    return rows

"""How much a store has of each predicate and its values, for `planning` and `counting`."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from statistics import fmean
from typing import Any, NamedTuple, cast

import pyoxigraph as ox

_LOOKED_AT = 8
"""Triples of a predicate that are looked at for what else there is around their ends."""
_MANY = 400
"""Where counting that ends."""
_FEW = 1_000
"""Objects of a predicate that are counted one by one..."""
_ALL = 100_000
"""...and of all predicates."""


class Ends(NamedTuple):
    """The subjects of a predicate, or its objects."""

    number: int
    leaving: float
    """How many quads one of them is the subject of, on average..."""
    arriving: float
    """...and the object of: the lists that a look-up may have to go through."""


class Counts(NamedTuple):
    """How much a store has of a predicate."""

    triples: int
    values: Mapping[str, int] | None = None
    """Each object, as N-Triples writes it, to its number of triples; None if there are many, or
    blank nodes and triples among them."""
    ends: tuple[Ends, Ends] | None = None
    """Subjects and objects; None of a store on disk."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """How much of what a store has."""

    predicates: Mapping[str, Counts]
    """By IRI; all of them."""


NONE = Statistics({})


def counted(store: ox.Store, union: bool) -> Statistics:
    """Return the statistics of the default graph, or with `union` of that of all graphs."""

    def rows(text: str) -> list[list[ox.NamedNode | ox.Literal]]:
        answer = store.query(text, use_default_graph_as_union=union)
        return [list(row) for row in cast("ox.QuerySolutions", answer)]

    predicates = {}
    room = _ALL
    for predicate, triples in rows("SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"):
        distinct = "(COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)"
        [counts] = rows(f"SELECT {distinct} {{ ?s {predicate} ?o }}")
        found = store.quads_for_pattern(None, cast("ox.NamedNode", predicate), None, None)
        few = list(islice(found, _LOOKED_AT))
        subjects, objects = (int(count.value) for count in counts)
        values = None
        if objects <= min(_FEW, room):
            each = rows(f"SELECT ?o (COUNT(*) AS ?n) {{ ?s {predicate} ?o }} GROUP BY ?o")
            values = _named((term, int(number.value)) for term, number in each)
            room -= objects
        ends = (
            _ends(store, subjects, [quad.subject for quad in few]),
            _ends(store, objects, [quad.object for quad in few]),
        )
        predicates[predicate.value] = Counts(int(triples.value), values, ends)
    return Statistics(predicates)


def counted_in_order(store: ox.Store) -> Statistics:
    """Return the statistics of the default graph of a store on disk: numbers of triples alone.

    It reads such a store once, or twice, and keeps little in memory: the triples of a predicate
    come there in the order of their objects.
    """
    text = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
    predicates = {}
    room = _ALL
    for predicate, triples in cast("Iterable[tuple[ox.NamedNode, ox.Literal]]", store.query(text)):
        found = store.quads_for_pattern(None, predicate, None, ox.DefaultGraph())
        objects = groupby(quad.object for quad in found)
        most = min(_FEW, room)
        each = [(term, sum(1 for _ in same)) for term, same in islice(objects, most + 1)]
        values = _named(each) if len(each) <= most else None
        room -= len(values or ())
        predicates[predicate.value] = Counts(int(triples.value), values)
    return Statistics(predicates)


def counted_aside(store: ox.Store, union: bool) -> Statistics:
    """Return what `counted` returns, by a fork: it takes memory that would not be given back."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with open(writer, "wb") as file:  # noqa: PTH123  (a descriptor)
                pickle.dump(counted(store, union), file)
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    with open(reader, "rb") as file:  # noqa: PTH123  (a descriptor)
        found = file.read()
    if os.waitpid(child, 0)[1]:
        return NONE  # queries are evaluated as they are written
    statistics: Statistics = pickle.loads(found)  # noqa: S301  (by ourselves)
    return statistics


def _named(numbers: Iterable[tuple[Any, int]]) -> dict[str, int] | None:
    """Return terms as N-Triples writes them, with their numbers; None if one has no such name."""
    named = {}
    for term, number in numbers:
        if not isinstance(term, ox.NamedNode | ox.Literal):
            return None
        named[str(term)] = number
    return named


def _ends(store: ox.Store, number: int, few: list[Any]) -> Ends:
    nodes = [term for term in few if isinstance(term, ox.NamedNode | ox.BlankNode)]
    leaving = [_length(store.quads_for_pattern(node, None, None, None)) for node in nodes]
    arriving = [_length(store.quads_for_pattern(None, None, term, None)) for term in few]
    return Ends(number, fmean(leaving or [0]), fmean(arriving))


def _length(quads: Iterable[ox.Quad]) -> int:
    return sum(1 for _ in islice(quads, _MANY))

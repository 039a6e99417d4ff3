"""Files in, a store out: named graphs, and a default graph that holds every triple once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import ParamSpec, TypeVar

import pyoxigraph as ox

from policygraph import dumps
from policygraph.engine.query import Dataset
from policygraph.engine.statistics import NONE, Statistics, counted_aside

Progress = dumps.Progress
P = ParamSpec("P")
T = TypeVar("T")

_PART = 50_000
"""Quads that are added at a time, those of a predicate together.

The store keeps what it holds in lists, one of them for each predicate; to follow such a list is
twice as quick where what stands next in it also lies next in memory. More at a time would not be
quicker, and would part what is said of one subject further.
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A store, and how a query without a dataset reads it."""

    store: ox.Store
    union: bool
    """The default graph is the union of all graphs, which share no triple; else it stands merged
    in the store beside the named graphs."""
    quads: int
    statistics: Statistics = NONE
    """What the default graph has."""


class MoreQuads(Exception):
    """There are more quads than were to be loaded."""


def load(dataset: Dataset, progress: Progress | None = None, most: int | None = None) -> Loaded:
    """Return the files of `dataset` in memory; `progress` gets bytes read and bytes in all.

    Raises what `quads` raises, and MoreQuads as soon as there are more than `most`.
    """
    store = _aside(_filled, dataset, progress, most)
    count = len(store)
    union = not dataset.apart and _share_no_triple(store)
    if not union:
        _aside(_merge, store, dataset.apart)
    return Loaded(store, union, count, counted_aside(store, union))


def _aside(work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Do work that fills a store in a thread of its own, which is gone afterwards.

    It leaves memory behind that is full of holes. The C library gives a thread its own part of
    memory; in the main thread's, every evaluation would have to search the holes.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *args, **options).result()


def _filled(dataset: Dataset, progress: Progress | None, most: int | None) -> ox.Store:
    store = ox.Store()
    read = 0
    source = quads(dataset, progress)
    while part := sorted(islice(source, _PART), key=_predicate):
        store.extend(part)
        read += len(part)
        if most is not None and read > most and len(store) > most:
            raise MoreQuads
    return store


def _predicate(quad: ox.Quad) -> str:
    return quad.predicate.value


def quads(dataset: Dataset, progress: Progress | None = None) -> Iterator[ox.Quad]:
    """Yield what the files of `dataset` say; raises what `dumps.quads` raises."""
    return dumps.quads(dataset.files, progress)


def _share_no_triple(store: ox.Store) -> bool:
    """Say whether every triple stands in one graph only.

    A union of such graphs needs no copy. Looking costs memory that Python would not give back, so
    a fork looks. It compares hashes: a chance collision costs a copy that was not needed.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            seen = {hash(quad.triple) for quad in store}
            code = 0 if len(seen) == len(store) else 1
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def _merge(store: ox.Store, apart: Iterable[str]) -> None:
    """Add every named graph but those `apart` to the default graph."""
    left_out = set(apart)
    for graph in list(store.named_graphs()):
        if graph.value in left_out:
            continue
        if isinstance(graph, ox.NamedNode):
            store.update(f"ADD {graph} TO DEFAULT")  # in native code; a loop here takes longer
        else:
            store.extend(_in_default(store.quads_for_pattern(None, None, None, graph)))


def _in_default(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    return [ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads]

"""A small dataset on disk, an engine on it, and how to look at processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import pytest

from policygraph.engine import Dataset, Engine
from policygraph.settings import Limits

EX = "http://example.org/"
NQUADS = """\
<http://example.org/a> <http://example.org/p> "one" <http://example.org/g1> .
<http://example.org/a> <http://example.org/p> "both" <http://example.org/g1> .
<http://example.org/a> <http://example.org/p> "both" <http://example.org/g2> .
<http://example.org/b> <http://example.org/p> "two"@en <http://example.org/g2> .
<http://example.org/s> <http://example.org/p> "shape" <http://example.org/shapes> .
<http://example.org/d> <http://example.org/p> "plain" .
"""
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
MANY = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
"""A million rows from the dataset `numbers`."""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("small") / "data.nq"
    path.write_text(NQUADS)
    return Dataset((path,), frozenset({EX + "shapes"}))


@pytest.fixture(scope="session")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("numbers") / "data.nt"
    path.write_text("".join(f'<{EX}{n}> <{EX}p> "number {n}" .\n' for n in range(1000)))
    return Dataset((path,))


IN_MEMORY = Limits().memory_quads
ON_DISK = 0
"""Quads up to which a store stands in memory: with none, any stands on disk."""


@pytest.fixture(scope="session", params=[IN_MEMORY, ON_DISK], ids=["memory", "disk"])
def engine(small: Dataset, request: pytest.FixtureRequest) -> Iterator[Engine]:
    limits = Limits(query_seconds=10, workers=2, memory_quads=request.param)
    with Engine.start(small, limits) as engine:
        assert engine.health().on_disk == (request.param == ON_DISK)
        yield engine


@pytest.fixture(scope="module", params=[IN_MEMORY, ON_DISK], ids=["memory", "disk"])
def heavy(numbers: Dataset, request: pytest.FixtureRequest) -> Iterator[Engine]:
    limits = Limits(
        query_seconds=120,
        query_memory_mib=200,
        workers=2,
        queries_waiting=4,
        answer_cache_mib=0,  # each query is evaluated
        memory_quads=request.param,
    )
    with Engine.start(numbers, limits) as engine:
        yield engine


def gone(pid: int) -> bool:
    """Say whether no process has this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def becomes(true: Callable[[], object], seconds: float = 10) -> bool:
    """Wait until something is true; False if it does not come to that."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True

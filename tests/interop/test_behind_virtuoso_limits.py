"""Our engine behind a Virtuoso that cuts: at rows, and at a time. No part passes for the whole."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from policygraph.engine import Dataset, Engine, Query
from policygraph.engine.client import PASSWORD
from policygraph.errors import NotSupported, TimeLimitExceeded
from policygraph.settings import Limits
from tests.behind.copies import Server, copied
from tests.engine.conftest import EX, numbers  # noqa: F401  (a fixture)
from tests.interop.servers import virtuoso

ROWS = 500
"""Of a thousand triples."""
FEW = "SELECT ?s { ?s ?p ?o } LIMIT 499"
MANY = [
    "SELECT ?s { ?s ?p ?o }",
    "SELECT ?s { ?s ?p ?o } LIMIT 501",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    f"CONSTRUCT {{ ?p a <{EX}P> }} WHERE {{ ?s ?p ?o }}",
    "CONSTRUCT WHERE { ?s ?p ?o }",
    "DESCRIBE ?s WHERE { ?s ?p ?o }",
]


@pytest.fixture(scope="module")
def there(
    numbers: Dataset,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Dataset]:
    folder: Path = tmp_path_factory.mktemp("virtuoso")
    with pytest.MonkeyPatch.context() as patch, virtuoso(folder, ROWS) as server:
        patch.setenv(PASSWORD, "dba")
        foreign = Server(server.endpoint + "-graph-crud-auth", server.endpoint, "dba")
        yield copied(numbers, foreign, tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="module")
def engine(there: Dataset) -> Iterator[Engine]:
    with Engine.start(there, Limits(workers=2)) as engine:
        yield engine


def test_what_stays_below_the_limit_of_rows_comes_whole(engine: Engine) -> None:
    found = json.loads(engine.ask(Query(FEW))[1])["results"]["bindings"]
    assert len(found) == 499
    counted = engine.ask(Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))[1]
    assert json.loads(counted)["results"]["bindings"][0]["n"]["value"] == "1000"


@pytest.mark.parametrize("text", MANY)
def test_what_is_cut_at_the_limit_of_rows_is_an_error(engine: Engine, text: str) -> None:
    with pytest.raises(NotSupported, match="at most 500 rows"):
        engine.ask(Query(text))
    assert engine.ask(Query(FEW))[1]


def test_what_is_cut_at_the_time_is_an_error(there: Dataset) -> None:
    assert there.copy
    hasty = replace(there, copy=replace(there.copy, seconds=1))
    endless = ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
               " FILTER(STR(?c) < STR(?i) && STR(?f) < STR(?l)) }")  # fmt: skip
    with Engine.start(hasty, Limits(query_seconds=60, workers=2)) as engine:
        began = time.monotonic()
        with pytest.raises(TimeLimitExceeded, match="behind this endpoint has stopped"):
            engine.ask(Query(endless))
        assert time.monotonic() - began < 50

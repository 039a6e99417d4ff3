"""The tests of what an answer says, once more: of our engine behind another server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from policygraph.engine import Dataset, Engine
from policygraph.settings import Limits
from tests.engine.conftest import small  # noqa: F401  (a fixture)
from tests.engine.test_answers import (  # noqa: F401
    test_a_dataset_is_a_set_of_triples_and_its_named_graphs,
    test_a_form_that_the_client_cannot_take,
    test_a_graph_that_is_no_iri_is_broken_input,
    test_ask_in_every_format,
    test_errors_keep_kind_and_place_on_their_way,
    test_functions_that_need_the_system_work_behind_the_walls,
    test_graphs_in_every_format,
    test_tables_in_every_format,
    test_the_default_graph_is_the_set_union_of_all_but_those_apart,
    test_turtle_uses_the_prefixes_that_it_needs,
)

from .copies import Server, copied


@pytest.fixture(scope="module")
def engine(
    small: Dataset,  # noqa: F811
    foreign: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    there = copied(small, foreign, tmp_path_factory.mktemp("copy"))
    with Engine.start(there, Limits(query_seconds=10, workers=2)) as engine:
        yield engine

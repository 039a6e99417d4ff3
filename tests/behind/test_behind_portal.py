"""The repository's portal, published and served in front of another server by the real commands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from policygraph.engine import Engine, Query
from policygraph.formats import GRAPH_FORMATS, RESULT_FORMATS
from policygraph.queries import CatalogueQuery, read_catalogue
from policygraph.release import Release
from policygraph.serving import dataset_of
from policygraph.settings import Limits
from policygraph.sources import find_portal
from tests.conftest import REPOSITORY
from tests.served.conftest import serving
from tests.served.test_served_portal import (  # noqa: F401
    client,
    test_a_browser_gets_a_page_with_the_structure,
    test_listed_action_points_by_pillar,
    test_sparqlwrapper_and_rdflib_as_clients,
    test_the_command_asks_an_endpoint,
    test_the_full_download_is_what_the_endpoint_says,
    test_the_iri_of_the_policy_leads_to_its_description,
    test_the_policy_is_there,
    test_the_statement_on_the_sdgs_is_of_the_four_principles,
    test_the_takeaways_point_to_the_three_initiatives,
)

from .copies import Server

QUESTIONS = [q for q in read_catalogue(find_portal(REPOSITORY)) if "SERVICE" not in q.text]
CSV, NTRIPLES = RESULT_FORMATS[2], GRAPH_FORMATS[1]


@pytest.fixture(scope="module")
def published(release: Release, foreign: Server) -> Release:
    """The release, with the server that has it."""
    command = [sys.executable, "-m", "policygraph", "publish", "--release", str(release.path),
               "--to", foreign.store, "--engine", foreign.endpoint]  # fmt: skip
    command += ["--user", foreign.user] if foreign.user else []
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == release.urls.copy(release.edition) + "\n"
    backend = replace(release.portal.engine, url=foreign.endpoint)
    return replace(release, portal=replace(release.portal, engine=backend))


@pytest.fixture(scope="module")
def server(published: Release) -> Iterator[str]:
    """The address of our server in front of that one."""
    endpoint = published.portal.engine.url
    with serving("--release", published.path, "--engine", endpoint) as address:
        yield address


@pytest.fixture(scope="module")
def both(release: Release, published: Release) -> Iterator[tuple[Engine, Engine]]:
    """An engine of our own, and one behind that server."""
    limits = Limits(workers=2)
    with (
        Engine.start(dataset_of(release), limits) as own,
        Engine.start(dataset_of(published), limits) as behind,
    ):
        assert own.health().quads == behind.health().quads > 80_000
        yield own, behind


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.slug)
def test_every_question_has_the_same_answer(
    both: tuple[Engine, Engine], release: Release, question: CatalogueQuery
) -> None:
    query = Query(question.bind({}, release.portal.base), results=CSV, graph=NTRIPLES)
    (form, own), (_, behind) = (engine.ask(query) for engine in both)
    lines = [data.splitlines() for data in (own, behind)]
    if form == NTRIPLES:  # a set
        lines = [sorted(found) for found in lines]
    assert lines[0] == lines[1]

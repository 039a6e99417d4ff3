"""We call servers of other makes by SERVICE, where the operator has allowed them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from policygraph.release import Release
from tests.interop.servers import Virtuoso
from tests.interop.test_oxigraph import INDICATORS
from tests.served.asking import Ask, form, found, get, post
from tests.served.conftest import allowing

TAXONOMY = "un-sdg/sdg-ontology-with-taxonomy.ttl"
QUERY = """\
PREFIX pg: <https://w3id.org/policygraph/ns#>
PREFIX sdgo: <http://metadata.un.org/sdg/ontology#>
SELECT ?goal (COUNT(DISTINCT ?indicator) AS ?indicators) {
  ?principle pg:interpretedSDG ?goal ;
    pg:principleOf <https://w3id.org/policygraph/id/policy/nl-generative-ai-vision> .
  SERVICE <THEM> { ?goal sdgo:hasTarget ?target . ?target sdgo:hasIndicator ?indicator }
} GROUP BY ?goal
"""


@pytest.fixture(scope="module")
def taught(virtuoso: Virtuoso, vocab: Path) -> str:
    """The endpoint of a Virtuoso that knows the goals as the United Nations publish them."""
    text = (vocab / TAXONOMY).read_text(encoding="utf-8")
    (virtuoso.folder / "taxonomy.ttl").write_text(text, encoding="utf-8")
    virtuoso.isql("DB.DBA.TTLP_MT(file_open('taxonomy.ttl'), '', 'urn:un', 0);\n")
    return virtuoso.endpoint


@pytest.fixture(scope="module")
def calling(
    release: Release, taught: str, un: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Our endpoint, which may call both of them."""
    del release  # its files are checked already, so that this one is built in a moment
    limits = "service_seconds = 30\n"
    with allowing(tmp_path_factory.mktemp("calling"), [taught, un], limits) as endpoint:
        yield endpoint


@pytest.mark.parametrize("ask", [get, post, form])
@pytest.mark.parametrize("whom", ["taught", "un"])
def test_we_join_with_another_server(
    calling: str, whom: str, ask: Ask, request: pytest.FixtureRequest
) -> None:
    text = QUERY.replace("THEM", request.getfixturevalue(whom))
    rows = found(ask(calling, text))
    assert {row["goal"].rpartition("/")[2]: int(row["indicators"]) for row in rows} == INDICATORS

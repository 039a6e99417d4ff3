"""The figures, read back by Prometheus' own parser."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from policygraph.engine import Engine
from policygraph.engine.figures import BUCKETS
from policygraph.release import Release
from policygraph.web.app import create_app
from policygraph.web.metrics import INFO, METRICS, SECONDS, State, exposition

from .conftest import LIMITS, Client

OPERATOR = Path(__file__).parents[2] / "docs" / "operator.md"


def parsed(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Values by the name of the sample and the values of its labels."""
    found: dict[tuple[str, tuple[str, ...]], float] = {}
    for family in text_string_to_metric_families(text):
        assert family.type in ("gauge", "counter", "histogram"), family.name
        assert family.documentation
        for sample in family.samples:
            key = (sample.name.removeprefix("policygraph_"), tuple(sample.labels.values()))
            assert key not in found
            found[key] = sample.value
    return found


def figures(client: Client) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4"
    assert answer.headers["cache-control"] == "no-store"
    return parsed(answer.text)


def test_the_figures_follow_what_happens(client: Client, release: Release) -> None:
    before = figures(client)
    assert before["triples", ("vision",)] == release.graphs["vision"]
    assert before["quads", ()] > 0
    assert before["ready", ()] == 1
    assert before["on_disk", ()] == 0
    assert before["data_memory_bytes", ()] > 1_000_000

    ask = "/sparql?query=ASK%20%7B%7D%20%23figures"
    assert [client.get(ask).status_code for _ in range(3)] == [200] * 3
    after = figures(client)

    def grown(name: str, *labels: str) -> float:
        return after[name, labels] - before.get((name, labels), 0)

    assert grown("cache_hits_total") == 2
    assert grown("cache_misses_total") == 1
    assert grown("cache_entries") == 1
    assert grown("cache_bytes") > 0
    assert grown("queries_finished_total") == 1
    assert grown("evaluation_seconds_count") == 1
    assert grown("evaluation_seconds_sum") > 0
    assert grown("http_responses_total", "200") == 3 + 1  # with the figures before

    assert client.get("/sparql?query=nonsense").status_code == 400
    after = figures(client)
    assert grown("queries_stopped_total", "error") == 1
    assert grown("http_responses_total", "400") == 1


def test_the_histogram_adds_up(client: Client) -> None:
    client.get("/sparql?query=ASK%20%7B%7D%20%23histogram")
    found = figures(client)
    counts = [found["evaluation_seconds_bucket", (str(bound),)] for bound in (*BUCKETS, "+Inf")]
    assert counts == sorted(counts)
    assert counts[-1] == found["evaluation_seconds_count", ()] > 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what processes share")
def test_memory_in_use_is_told(client: Client) -> None:
    found = figures(client)
    assert found["memory_bytes", ("server",)] > 1_000_000
    assert found["memory_bytes", ("engine",)] > 1_000_000


def test_labels_cannot_break_out_of_their_quotes(release: Release, engine: Engine) -> None:
    name = 'a"} 1\n\\n{b="'
    site = create_app(replace(release, graphs={name: 7}), engine, LIMITS).state.site
    assert parsed(exposition(State(site, engine.health(), {})))["triples", (name,)] == 7


def test_every_metric_is_in_the_guide_and_no_other() -> None:
    rows = re.findall(
        r"^\| `(policygraph_\w+)(?:\{(\w+)\})?` \|", OPERATOR.read_text(), re.MULTILINE
    )
    known = {(metric.name, metric.label) for metric in METRICS} | {(INFO[0], ""), (SECONDS[0], "")}
    assert set(rows) == known
    assert len(rows) == len(known)


def test_what_the_connection_answers_by_itself_counts_too(server: str) -> None:
    with httpx.Client(base_url=server) as client:

        def sent() -> float:
            return parsed(client.get("/metrics").text).get(("http_responses_total", ("200",)), 0)

        before = sent()
        for _ in range(3):
            assert client.get("/sparql", params={"query": "ASK {} # counted"}).status_code == 200
        assert sent() == before + 3 + 1  # with the figures before
